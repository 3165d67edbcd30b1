"""The texts that the topic table is distilled on, and what the sentence encoder makes of them.

Only collections whose licence lets weights be shipped (docs/data.md), and of each only `train`.

    python topic_texts.py --out runs/topic        # goes on where it was stopped
"""

import argparse
import random
import re
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import corpora
from encoder import PARTS, WIDTH, Encoder, tokenizer

LONGEST = 96
PART = 8192
ONTOPIC = ["fox_news", "rumoureval2017"]
FOREIGN = {"ruhsold_roman_urdu", "germeval2018"}
LINK = re.compile(r"https?://\S+|www\.\S+")


def ontopic(corpus, name):
    return list(corpora.read(corpora.DATA / "ontopic" / corpus / f"{name}.jsonl.gz"))


def sides(corpus):
    """Which part each article is in; a comment is where its article is."""
    return {row["id"]: row["split"] for row in ontopic(corpus, "articles")}


def texts():
    """Every permitted text once, in an order that is always the same."""
    found = []
    for name in ONTOPIC:
        side = sides(name)
        for row in ontopic(name, "articles"):
            if row["split"] == "train":
                found += [row["title"], row["body"]]
        found += [row["text"] for row in ontopic(name, "comments") if side[row["article_id"]] == "train"]
    for name in corpora.SHIPPED:
        if name not in FOREIGN:
            found += [row["text"] for row in corpora.load(name, "train")]
    cleaned = (" ".join(LINK.sub(" ", text).split()) for text in found)
    once = sorted({text for text in cleaned if len(text.split()) >= 3})
    random.Random(7).shuffle(once)
    return once


class Plain(Encoder):
    """The untouched sentence encoder, with attention in plain products, which a processor does faster in bfloat16."""

    def pooled(self, ids, mask, drop=0.0):
        x = self.norm(self.word(ids) + self.place(torch.arange(ids.shape[1])))
        rows, length, _ = x.shape
        hide = (1.0 - mask[:, None, None, :].float()) * -1e4
        for layer in self.layers:
            q, k, v = layer.qkv(x).view(rows, length, 3, PARTS, WIDTH // PARTS).permute(2, 0, 3, 1, 4)
            weight = torch.softmax((q @ k.transpose(2, 3)).float() * (WIDTH // PARTS) ** -0.5 + hide, -1).to(v.dtype)
            mixed = (weight @ v).transpose(1, 2).reshape(rows, length, WIDTH)
            x = layer.norm1(x + layer.out(mixed))
            x = layer.norm2(x + layer.down(F.gelu(layer.up(x))))
        wide = mask[:, :, None].to(x.dtype)
        return (x * wide).sum(1) / wide.sum(1)


def embed(model, tokens, texts):
    """Unit vectors, texts × 384, half precision."""
    encoded = [row.ids for row in tokens.encode_batch(texts)]
    order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
    found = np.zeros((len(texts), WIDTH), np.float16)
    at = 0
    while at < len(order):
        width = len(encoded[order[min(at + 63, len(order) - 1)]])
        batch = order[at : at + 64]
        ids = torch.zeros(len(batch), width, dtype=torch.long)
        mask = torch.zeros(len(batch), width, dtype=torch.long)
        for row, i in enumerate(batch):
            ids[row, : len(encoded[i])] = torch.tensor(encoded[i])
            mask[row, : len(encoded[i])] = 1
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            vectors = F.normalize(model.pooled(ids, mask).float(), dim=1)
        found[batch] = vectors.numpy().astype(np.float16)
        at += 64
    return found


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--out", type=Path, default=Path("runs/topic"))
    ask.add_argument("--threads", type=int, default=2)
    with_ = ask.parse_args()
    with_.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(with_.threads)
    every = texts()
    print(len(every), "texts", flush=True)
    model, tokens = Plain.pretrained().eval(), tokenizer(LONGEST)
    for part in range(0, len(every), PART):
        path = with_.out / f"texts-{part:07}.npy"
        if not path.exists():
            np.save(path, embed(model, tokens, every[part : part + PART]))
            print(path, flush=True)


if __name__ == "__main__":
    main()
