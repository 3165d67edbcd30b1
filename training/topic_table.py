"""Distils the topic table: a vector for each word, such that their sum points where the sentence encoder points.

Starts from what the encoder makes of each word alone, and learns from whole texts: the cosine to the encoder's
vector, the encoder's order of likeness among the texts of a batch, and that two halves of one text, and a headline
and its comments, are about the same.

    python topic_texts.py && python topic_table.py --out runs/topic
"""

import argparse
import collections
import random
import re
from pathlib import Path

import numpy as np
import snowballstemmer
import torch
import torch.nn.functional as F
from tokenizers import normalizers, pre_tokenizers

import topic_texts
from encoder import auc, base, tokenizer

WIDTH = 128
LEAST = 3
MOST_ROWS = 74000
LISTS = Path(__file__).parent.parent / "lists"
_NORMAL = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True)
_SPLIT = pre_tokenizers.BertPreTokenizer()


def words(text):
    """The words and marks of a text as the program splits them."""
    text = topic_texts.LINK.sub(" ", text)
    return [word for word, _ in _SPLIT.pre_tokenize_str(_NORMAL.normalize_str(text))]


def vocabulary(texts, reference):
    """Rows: whole words by how many comments use them, parts of words, and other known words, those first that the
    reference uses most; and the number of comments for each word and each stem."""
    stem = snowballstemmer.stemmer("english").stemWord
    count, stems = collections.Counter(), collections.Counter()
    for text in texts:
        once = set(words(text))
        count.update(once)
        stems.update({stem(word) for word in once})
    pieces = (base() / "vocab.txt").read_text().split("\n")
    latin = re.compile(r"(##)?[a-z0-9]+$")
    parts = [piece for piece in pieces if piece.startswith("##") and latin.match(piece)]
    starts = [piece for piece in pieces if latin.match(piece) and not piece.startswith("##")]
    marks = list("abcdefghijklmnopqrstuvwxyz0123456789.,!?'\"-:;()")
    rows = dict.fromkeys(marks)
    rows.update(dict.fromkeys(word for word, n in count.most_common() if n >= LEAST and len(word) <= 24))
    rows.update(dict.fromkeys(parts))
    rows.update(dict.fromkeys(starts))
    known = [line for line in (LISTS / "words.txt").read_text().split("\n") if line and not line.startswith("#")]
    elsewhere = collections.Counter(word for text in reference for word in set(words(text)))
    known.sort(key=lambda word: -elsewhere[word])
    rows.update(dict.fromkeys(word for word in known if re.fullmatch(r"[a-z]{3,14}", word)))
    rows = list(rows)[:MOST_ROWS]
    by_stem = {row: stems[stem(row)] for row in rows}
    return rows, count, by_stem


class Splitter:
    """Row numbers of a text: each word's own, or those of its longest parts."""

    def __init__(self, rows):
        self.at = {row: i for i, row in enumerate(rows)}
        self.known = {}

    def word(self, word):
        if word in self.at:
            return [self.at[word]]
        if word not in self.known:
            found, rest = [], word
            while rest and len(found) < 8:
                for end in range(min(len(rest), 24), 0, -1):
                    key = ("##" if found else "") + rest[:end]
                    if key in self.at:
                        found.append(self.at[key])
                        rest = rest[end:]
                        break
                else:
                    found = []
                    break
            self.known[word] = found
        return self.known[word]

    def __call__(self, text):
        return [row for word in words(text)[:400] for row in self.word(word)] or [0]


def halves(text, rng):
    """A text in two: at the end of a sentence near its middle."""
    parts = re.split(r"(?<=[.!?])\s+|\n+", text)
    if len(parts) < 2 or len(text.split()) < 16:
        return None
    at = rng.randint(1, len(parts) - 1)
    one, other = " ".join(parts[:at]), " ".join(parts[at:])
    return (one, other) if min(len(one.split()), len(other.split())) >= 6 else None


def pairs(texts, seed):
    """Texts that are about the same."""
    rng = random.Random(seed)
    found = [pair for text in texts if (pair := halves(text, rng))]
    for name in topic_texts.ONTOPIC:
        side = topic_texts.sides(name)
        about = {row["id"]: row["title"] + ". " + row["body"] for row in topic_texts.ontopic(name, "articles")}
        rows = [row for row in topic_texts.ontopic(name, "comments") if side[row["article_id"]] == "train"]
        found += [(about[row["article_id"]], row["text"]) for row in rng.sample(rows, min(len(rows), 800))
                  if len(row["text"].split()) >= 6]
    rng.shuffle(found)
    return found


class Bags:
    def __init__(self, rows):
        self.flat = torch.tensor(np.concatenate([np.array(row, np.int64) for row in rows]))
        self.ends = np.cumsum([len(row) for row in rows])
        self.starts = np.concatenate([[0], self.ends[:-1]])

    def take(self, batch):
        flat = torch.cat([self.flat[self.starts[i] : self.ends[i]] for i in batch])
        lengths = self.ends[batch] - self.starts[batch]
        return flat, torch.tensor(np.concatenate([[0], np.cumsum(lengths)[:-1]]))


def check(embed, split, most=1200):
    """ROC-AUC of the cosine to the article over pairs of every English collection, for choosing settings."""
    result = {}
    for path in sorted((topic_texts.corpora.DATA / "ontopic").iterdir()):
        name = path.name
        if name == "beep_korean":
            continue
        about = {row["id"]: row for row in topic_texts.ontopic(name, "articles")}
        text = {row["id"]: row["text"] for row in topic_texts.ontopic(name, "comments")}
        rows = [row for row in topic_texts.ontopic(name, "pairs")]
        if name in topic_texts.ONTOPIC:
            rows = [row for row in rows if row["split"] == "valid"]
        random.Random(5).shuffle(rows)
        rows = rows[:most]
        with torch.no_grad():
            bags = lambda texts: embed(*Bags([split(text) for text in texts]).take(np.arange(len(texts))))
            comments = bags([text[row["comment_id"]] for row in rows])
            ids = sorted({row["article_id"] for row in rows})
            at = {id_: i for i, id_ in enumerate(ids)}
            title = bags([about[id_]["title"] for id_ in ids])
            body = bags([about[id_]["title"] + " " + about[id_]["body"] for id_ in ids])
            where = torch.tensor([at[row["article_id"]] for row in rows])
            score = torch.maximum((comments * title[where]).sum(1), (comments * body[where]).sum(1)).numpy()
        result[name] = float(auc(score, [row["label"] for row in rows]))
    return result


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--out", type=Path, default=Path("runs/topic"))
    ask.add_argument("--epochs", type=int, default=2)
    ask.add_argument("--pairs", type=float, default=0.3)
    ask.add_argument("--order", type=float, default=1.0)
    ask.add_argument("--rate", type=float, default=0.003)
    ask.add_argument("--save", default="table")
    with_ = ask.parse_args()
    torch.manual_seed(3)
    torch.set_num_threads(2)
    # how often words are used is counted in comments alone
    texts, reference, target = topic_texts.known(with_.out)
    rows, count, by_stem = vocabulary(texts, reference)
    share = np.array([count[row] / len(texts) for row in rows])
    texts += reference
    print(len(texts), "texts", len(rows), "rows", flush=True)
    alone = with_.out / "alone.npz"
    known = dict(zip(*[np.load(alone, allow_pickle=True)[key] for key in ("rows", "vectors")])) if alone.exists() else {}
    new = [row for row in rows if row not in known]
    if new:
        model = topic_texts.Plain.pretrained().eval()
        made = topic_texts.embed(model, tokenizer(24), [row.removeprefix("##") for row in new])
        known.update(zip(new, made))
        np.savez(alone, rows=np.array(list(known), object), vectors=np.stack(list(known.values())))
    single = np.stack([known[row] for row in rows]).astype(np.float32)
    _, turn = topic_texts.turn(with_.out, target, WIDTH)
    goal = torch.tensor(topic_texts.directions(with_.out, target, WIDTH))
    weight = 1e-3 / (1e-3 + share)
    start = ((single - single.mean(0)) @ turn) * weight[:, None]
    split = Splitter(rows)
    bags = Bags([split(text) for text in texts])
    both = pairs(texts, 6)
    one, other = Bags([split(a) for a, _ in both]), Bags([split(b) for _, b in both])
    print(len(both), "pairs", flush=True)
    table = torch.nn.EmbeddingBag(len(rows), WIDTH, mode="sum", sparse=True)
    table.weight.data = torch.tensor(start, dtype=torch.float32)
    embed = lambda flat, offsets: F.normalize(table(flat, offsets), dim=1)
    show = lambda: (lambda found: print(round(float(np.mean(list(found.values()))), 4), {k[:6]: round(v, 3) for k, v in found.items()}, flush=True))(check(embed, split))
    show()
    optimizer = torch.optim.SparseAdam(list(table.parameters()), lr=with_.rate)
    rng = np.random.default_rng(1)
    size = 1024
    steps = with_.epochs * (len(texts) // size)
    done = 0
    order_of_pairs, pair_at = rng.permutation(len(both)), 0
    for epoch in range(with_.epochs):
        order = rng.permutation(len(texts))
        losses = []
        for at in range(0, len(order) - size + 1, size):
            batch = order[at : at + size]
            made, wanted = embed(*bags.take(batch)), goal[batch]
            cosine = 1 - (made * wanted).sum(1).mean()
            off = torch.eye(size) * -1e4
            kl = F.kl_div(F.log_softmax(made @ made.T / 0.1 + off, 1), F.softmax(wanted @ wanted.T / 0.1 + off, 1),
                          reduction="batchmean")
            loss = cosine + with_.order * kl
            if with_.pairs:
                if pair_at + size > len(both):
                    order_of_pairs, pair_at = rng.permutation(len(both)), 0
                some = order_of_pairs[pair_at : pair_at + size]
                pair_at += size
                a, b = embed(*one.take(some)), embed(*other.take(some))
                near = a @ b.T / 0.1
                truth = torch.arange(size)
                loss = loss + with_.pairs * (F.cross_entropy(near, truth) + F.cross_entropy(near.T, truth)) / 2
            for group in optimizer.param_groups:
                group["lr"] = with_.rate * max(0.03, 1 - done / steps)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            done += 1
            losses.append(loss.item())
        print("epoch", epoch, round(float(np.mean(losses)), 4), flush=True)
        show()
    np.savez(with_.out / f"{with_.save}.npz", table=table.weight.detach().numpy(), rows=np.array(rows, object),
             share=share, stems=np.array([by_stem[row] for row in rows]),
             texts=len(texts) - len(reference))


if __name__ == "__main__":
    main()
