"""Trains the first stage: a linear model over the program's hashed features.

    python fast.py --out runs/fast.npz
"""

import argparse
import random
from pathlib import Path

import numpy as np
import torch
from torch import nn

import corpora
import encoder
import program
from encoder import ABUSIVE, HEADS, auc, targets

PLACES = 1 << 18


def bags(found):
    places = torch.tensor(np.concatenate([np.array(row, np.int64) for row in found]))
    lengths = np.array([len(row) for row in found])
    return places, lengths


def logits(table, bias, texts):
    """Rows × ALL."""
    found = [row["features"] for row in program.measure(texts, "--features")]
    result = np.zeros((len(found), table.shape[1]), np.float32)
    for i, row in enumerate(found):
        if row:
            result[i] = table[row].astype(np.float32).sum(0) / np.sqrt(len(row))
    return result + bias


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--out", type=Path, default=Path("runs/fast.npz"))
    ask.add_argument("--epochs", type=int, default=4)
    with_ = ask.parse_args()
    torch.manual_seed(4)
    rows = corpora.epoch(0)
    random.Random(4).shuffle(rows)
    found = [row["features"] or [0] for row in program.measure([row["text"] for row in rows], "--features")]
    places, lengths = bags(found)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    (want, weight), place = targets(rows), encoder.places(rows)
    bag = nn.EmbeddingBag(PLACES, len(HEADS), mode="sum", sparse=True)
    nn.init.zeros_(bag.weight)
    bias = nn.Parameter(torch.full((len(HEADS),), -1.0))
    begins = nn.Parameter(torch.zeros(len(encoder.PLACES)))
    sparse = torch.optim.SparseAdam(bag.parameters(), lr=0.02)
    dense = torch.optim.Adam([bias, begins], lr=0.02)
    order = np.arange(len(rows))
    size = 512
    total = with_.epochs * (len(rows) // size)
    step = 0
    for epoch in range(with_.epochs):
        np.random.default_rng(epoch).shuffle(order)
        losses = []
        for at in range(0, len(order) - size + 1, size):
            batch = order[at : at + size]
            take = torch.cat([places[starts[i] : starts[i + 1]] for i in batch])
            offsets = torch.tensor(np.concatenate([[0], np.cumsum(lengths[batch])[:-1]]))
            by = torch.tensor(1 / np.sqrt(lengths[batch]), dtype=torch.float32)
            logit = bag(take, offsets) * by[:, None] + bias
            logit[:, ABUSIVE] += begins[place[batch]]
            loss = (nn.functional.binary_cross_entropy_with_logits(logit, want[batch], reduction="none")
                    * weight[batch]).sum() / size
            step += 1
            for optimizer in (sparse, dense):
                for group in optimizer.param_groups:
                    group["lr"] = 0.02 * max(0.02, 1 - step / total)
                optimizer.zero_grad()
            loss.backward()
            sparse.step()
            dense.step()
            losses.append(loss.item())
        print("epoch", epoch, "loss", round(float(np.mean(losses)), 4), flush=True)
    table = bag.weight.detach().numpy()
    with_.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(with_.out, table=table.astype(np.float16), bias=bias.detach().numpy())
    for name in (*corpora.HEADS, "impermium_insults", "ucc_globe_and_mail", "olid"):
        part = list(corpora.load(name, "valid"))[:600]
        score = logits(table, bias.detach().numpy(), [row["text"] for row in part])
        at = HEADS.index("corpus:" + name) if "corpus:" + name in HEADS else ABUSIVE
        print(name, round(float(auc(score[:, at], [row["abusive"] for row in part])), 3))


if __name__ == "__main__":
    main()
