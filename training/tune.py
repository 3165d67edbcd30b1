"""Fine-tunes the encoder, end to end: to the kinds of abuse, and to keep what it knew of topics.

    python topic_texts.py && python tune.py --out runs/encoder        # resumes from its last checkpoint

Two runs, of which one has no topics to keep, find different ways, and the mean of their weights is better than
either (Wortsman et al. 2022): see `train`. With `--heads` the encoder stays as it is: its heads learn anew, and its
layer for topics is set anew. With `--teacher` it learns from what a larger encoder says of the texts, too: see
`teacher.py`.
"""

import argparse
import json
import random
import re
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

import corpora
import export
import program
import teacher
import topic_texts
from encoder import ABOUT, ABUSIVE, HEADS, KINDS, WIDTH, Encoder, auc, batches, dropped, logits, padded, places, targets, tokenizer

# Texts of one epoch that teach topics alone: of the dictionary and the speeches, and of news and what people reply.
REFERENCE, REPLIES = 15000, 5000
# What a teacher says of a text counts this much, and its label the rest.
OPINION = 0.6
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
    at = [i for i, row in enumerate(rows) if row["corpus"] == "sentences" and row["kinds"]["identity_attack"] is not None]
    truth = np.array([rows[i]["kinds"]["identity_attack"] for i in at])
    score = found[at, HEADS.index("identity_attack")]
    report["own identity"] = round(float(auc(score, truth)), 3)
    report["own balanced"] = round(float(((score[truth == 1] > 0).mean() + (score[truth == 0] <= 0).mean()) / 2), 3)
    return report


def differs(found, want, weight):
    """The mean over rows of the weighted cross entropy of all heads."""
    return (F.binary_cross_entropy_with_logits(found, want, reduction="none") * weight).sum() / len(found)


class Topics:
    """Where texts point, as the untouched encoder sees them."""

    def __init__(self, folder):
        texts, self.reference, vectors = topic_texts.known(folder)
        self.goal = torch.tensor(topic_texts.directions(folder, vectors, ABOUT))
        self.at = {text: i for i, text in enumerate(texts + self.reference)}
        self.replies = topic_texts.replies()

    @torch.no_grad()
    def begin(self, model, device, most=4096):
        """Sets the layer for topics to what it would be by least squares."""
        some = random.Random(2).sample(sorted(self.at), most)
        encoded = [row.ids for row in tokenizer().encode_batch(program.words(some))]
        seen = torch.zeros(most, WIDTH + 1)
        seen[:, -1] = 1
        model.eval()
        for batch in batches([len(row) for row in encoded], 4096, random.Random(0)):
            seen[batch, :-1] = model.pooled(*padded([encoded[i] for i in batch], device)).float().cpu()
        goal = self.goal[[self.at[text] for text in some]]
        found = torch.linalg.lstsq(seen, goal).solution.to(device)
        model.about.weight.copy_(found[:-1].T)
        model.about.bias.copy_(found[-1])

    def more(self, number):
        """Rows of one epoch that teach topics alone."""
        rng = random.Random(300 + number)
        texts = rng.sample(self.reference, REFERENCE) + rng.sample(self.replies, min(REPLIES, len(self.replies)))
        return [{"text": text, "corpus": "sentences", "abusive": None, "kinds": {}} for text in texts]

    def number(self, text):
        """The row of its direction, or -1."""
        return self.at.get(topic_texts.clean(text), -1)

    def loss(self, made, numbers):
        """Of the rows with a direction: how far off they point, and how else they stand to one another."""
        known = (numbers >= 0).nonzero()[:, 0]
        made, want = F.normalize(made[known], dim=1), self.goal[numbers[known]].to(made.device)
        off = torch.eye(len(known), device=made.device) * -1e4
        order = F.kl_div(F.log_softmax(made @ made.T / 0.1 + off, 1), F.softmax(want @ want.T / 0.1 + off, 1), reduction="sum")
        cosine = (made * want).sum(1)
        return ((1 - cosine).sum() + order) / len(numbers), float(cosine.detach().mean())


class Opinions:
    """What the teacher says of texts, which tells more than labels: how sure one may be, and of every head."""

    def __init__(self, folder):
        kept = np.load(folder / "opinions.npz")
        self.said = torch.tensor(kept["said"].astype(np.float32)).sigmoid()
        self.at = {int(number): i for i, number in enumerate(kept["numbers"])}
        # of heads that it did not learn it says nothing
        self.learnt = torch.tensor([name.removeprefix("corpus:") not in corpora.FOREIGN for name in HEADS]).float()

    def of(self, rows):
        """For each row what was said, and whether anything was; both rows × HEADS."""
        numbers = torch.tensor([self.at.get(teacher.number(row["text"]), -1) for row in rows])
        return self.said[numbers], (numbers >= 0).float()[:, None] * self.learnt


def begun(paths, model):
    """The mean of several runs' weights, or what ships; the layer for topics is not among them."""
    if len(paths) > 1 or "vocabulary" not in load_file(paths[0]):
        several = [load_file(path) for path in paths]
        state = {name: sum(one[name] for one in several) / len(several) for name in several[0]}
    else:
        state = {name: torch.tensor(value) for name, value in export.shipped(paths[0]).items()}
        # its heads are those of the kinds, and abuse is what every other head begins with
        kinds, others = state["heads.weight"], len(HEADS) - len(KINDS)
        state["heads.weight"] = torch.cat([kinds, kinds[KINDS.index("toxicity")].expand(others, -1)])
        state["heads.bias"] = torch.zeros(len(HEADS))
        # what it does not read is as it was
        state["place.weight"] = torch.cat([state["place.weight"], model.place.weight[len(state["place.weight"]) :].detach().cpu()])
    return {name: value for name, value in state.items() if not name.startswith("about")}


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--out", type=Path, default=Path("runs/encoder"))
    ask.add_argument("--topics", type=Path, default=Path("runs/topic"), help="where topic_texts.py left its vectors")
    ask.add_argument("--topic", type=float, default=2.0,
                     help="how much a topic's direction and the likeness among the texts of a batch count beside the labels")
    ask.add_argument("--teacher", type=Path, help="where teacher.py left its opinions")
    ask.add_argument("--start", type=Path, nargs="*", default=[], help="weights whose mean to start from, or those that ship")
    ask.add_argument("--heads", action="store_true", help="train the heads alone, on the encoder as it is")
    ask.add_argument("--epochs", type=int, default=4)
    ask.add_argument("--first", type=int, default=0, help="the number of the first epoch, by which its rows are drawn")
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
    slow = [p for name, p in model.named_parameters() if p.requires_grad and not name.startswith(("heads", "places", "about"))]
    quick = [*model.heads.parameters(), *model.about.parameters(), model.places]
    if with_.heads:
        model.requires_grad_(False)
        quick, with_.topic = [*model.heads.parameters(), model.places], 0.0
        for parameter in quick:
            parameter.requires_grad_(True)
    groups = [{"params": quick, "lr": 1e-3}] + ([] if with_.heads else [{"params": slow, "lr": with_.rate}])
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    highest = [group["lr"] for group in optimizer.param_groups]
    if with_.start:
        model.load_state_dict(begun(with_.start, model), strict=False)
    topics = Topics(with_.topics)
    opinions = Opinions(with_.teacher) if with_.teacher else None
    plan, words = [], tokenizer()
    for number in range(with_.first, with_.first + with_.epochs):
        rng = random.Random(100 + number)
        rows = corpora.epoch(number) + (topics.more(number) if with_.topic else [])
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
    else:
        topics.begin(model, device)
    step, started, seen, losses, cosines = 0, time.time(), 0, [], []
    for rows, encoded, parts in plan:
        want, weight = targets(rows)
        place = places(rows)
        about = torch.tensor([topics.number(row["text"]) for row in rows])
        if opinions:
            said, heard = opinions.of(rows)
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
                pooled = model.pooled(ids, mask, 0.0 if with_.heads else 0.1)
                found, made = model.heads(dropped(pooled, 0.1)).float(), model.about(pooled).float()
            labelled, much = found.clone(), weight[batch]
            labelled[:, ABUSIVE] += model.places[place[batch].to(device)]
            loss = 0.0
            if opinions:
                # of a head whose label is not known it weighs less
                told = OPINION * heard[batch] * much.clamp(min=0.2)
                loss = differs(found, said[batch].to(device), told.to(device))
                much = much * (1 - OPINION * heard[batch])
            loss = loss + differs(labelled, want[batch].to(device), much.to(device))
            if with_.topic:
                apart, near = topics.loss(made, about[batch])
                loss = loss + with_.topic * apart
                cosines.append(near)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            seen += len(batch)
            if step % 50 == 0:
                cosine = f" cosine {np.nanmean(cosines[-50:]):.3f}" if cosines else ""
                print(f"step {step}/{total} loss {np.mean(losses[-50:]):.4f}{cosine} {seen / (time.time() - started):.1f} rows/s", flush=True)
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
