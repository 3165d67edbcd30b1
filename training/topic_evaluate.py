"""Measures on `valid` what the topic phase does, through `belowline screen`, and prints the tables of docs/filters.md.

    python topic_evaluate.py [--models DIR] [--cases] [--quick] [--unrelated] > tables.md

Comments come in any order, as to a site; the articles of those above are its other stories, or with `--unrelated`
nothing is. With `--cases`, ten false alarms and ten misses with the evidence that a moderator is shown; with
`--quick`, by words alone, as in a flood.
"""

import argparse
import random

import numpy as np

import program
import topic_pairs
from encoder import auc
from evaluate import has, percent, table
from topic_texts import corpora

STOP = set((corpora.Path(__file__).parent.parent / "lists" / "stop-words.txt").read_text().split("\n"))


def read(part, around, most, options, quick=False):
    """Per collection: lines, rows of pairs, verdicts."""
    found = {}
    for name in topic_pairs.ENGLISH:
        corpus = topic_pairs.Corpus(name)
        lines, rows = topic_pairs.pairs(corpus, part, around, most)
        order = random.Random(3).sample(range(len(lines)), len(lines))
        lines, rows = [lines[i] for i in order], [rows[i] for i in order]
        found[name] = (lines, rows, program.screen([{**line, "quick": quick} for line in lines], *options))
    return found


def score(verdict):
    return verdict["scores"]["off_topic"] or 0.0


def separation(verdicts, rows, keep=lambda row: True):
    """ROC-AUC of own against others, over the rows that `keep` picks; own ones count for every pick."""
    kept = [i for i, row in enumerate(rows) if keep(row)]
    return float(auc([score(verdicts[i]) for i in kept], [1 - rows[i]["label"] for i in kept]))


def short(name):
    return {"nyt_2017_18_small": "nyt17", "nyt_commentiq_2014": "nyt14", "nyt_room_for_debate": "rfd"}.get(name, name.split("_")[0])


def mean(numbers):
    return f"{np.mean([n for n in numbers if n == n]):.3f}"


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--models")
    ask.add_argument("--part", default="valid")
    ask.add_argument("--most", type=int, default=3000)
    ask.add_argument("--cases", action="store_true")
    ask.add_argument("--quick", action="store_true")
    ask.add_argument("--unrelated", action="store_true")
    with_ = ask.parse_args()
    options = (["--models", with_.models] if with_.models else []) + ["--unrelated"] * with_.unrelated
    head = ["given", *[short(name) for name in topic_pairs.ENGLISH], "mean", "random / same section / tfidf-near",
            "<5 / 5–15 / >15 words", "human labels"]
    lines, shares = [], []
    around = None
    for title, given in (("the article alone", False), ("thread and parent too", True)):
        found = read(with_.part, given, with_.most, options, with_.quick)
        around = found if given else around
        each = [separation(verdicts, rows) for _, rows, verdicts in found.values()]
        kinds = [mean([separation(verdicts, rows, lambda row: row["label"] == 1 or row["neg_kind"] == kind)
                       for _, rows, verdicts in found.values()
                       if any(row["neg_kind"] == kind for row in rows)])
                 for kind in ("random", "same_section", "tfidf_near")]
        every = [(row, verdict) for _, rows, verdicts in found.values() for row, verdict in zip(rows, verdicts)]
        lengths = [separation([v for _, v in every], [r for r, _ in every],
                              lambda row: least <= row["comment_tokens"] <= most)
                   for least, most in ((0, 4), (5, 15), (16, 10**6))]
        corpus = topic_pairs.Corpus(topic_pairs.QATAR)
        asked, labels = topic_pairs.human(corpus, with_.part, given)
        people = float(auc([score(v) for v in program.screen([{**line, "quick": with_.quick} for line in asked], *options)], [1 - label for label in labels]))
        lines.append([title, *[f"{one:.3f}" for one in each], f"**{np.mean(each):.3f}**", " / ".join(kinds),
                      " / ".join(f"{one:.2f}" for one in lengths), f"{people:.3f}"])
        flagged = lambda kind: mean([100 * np.mean([has(v, "off_topic") for row, v in zip(rows, verdicts)
                                              if (row["neg_kind"] if row["label"] == 0 else "own") == kind])
                                     for _, rows, verdicts in found.values()
                                     if kind == "own" or any(row["neg_kind"] == kind for row in rows)])
        foreign = np.mean([np.mean([has(v, "off_topic") for row, v in zip(rows, verdicts) if row["label"] == 0])
                           for _, rows, verdicts in found.values()])
        own = np.mean([np.mean([has(v, "off_topic") for row, v in zip(rows, verdicts) if row["label"] == 1])
                       for _, rows, verdicts in found.values()])
        shares.append([title, percent(own), percent(foreign),
                       " / ".join(f"{float(flagged(kind)):.0f}" for kind in ("random", "same_section", "tfidf_near"))])
    table(head, lines)
    table(["given", "own comments flagged", "foreign ones flagged", "random / same section / tfidf-near, %"], shares)
    few = [(line, row, verdict) for part in around.values() for line, row, verdict in zip(*part)
           if len(line["text"].split()) < 5]
    empty = [one for one in few if not any(len(w) > 2 and w not in STOP for w in
             "".join(c.lower() if c.isalnum() else " " for c in one[0]["text"]).split())]
    own = [verdict for _, row, verdict in few if row["label"] == 1]
    table(["comments under five words", "share"], [
        [f"without a word of content ({len(empty)}): abstains",
         percent(np.mean([v["scores"]["off_topic"] is None for _, _, v in empty])) if empty else "–"],
        [f"own ({len(own)}): flagged", percent(np.mean([has(v, "off_topic") for v in own])) if own else "–"]])
    if with_.cases:
        cases(around)


def cases(found):
    every = [case for name, part in found.items() for case in zip([name] * len(part[0]), *part)
             if case[1]["text"] and len(case[1]["text"]) < 400]
    random.Random(12).shuffle(every)
    for title, label, flagged in (("False alarms", 1, True), ("Misses", 0, False)):
        print(f"### {title}\n")
        seen = {}
        for name, line, row, verdict in every:
            if row["label"] != label or has(verdict, "off_topic") != flagged or verdict["scores"]["off_topic"] is None:
                continue
            if seen.get(name, 0) < 2 and sum(seen.values()) < 10:
                seen[name] = seen.get(name, 0) + 1
                words = line["text"].encode()
                topic = verdict["topic"]
                marked = lambda spans: ", ".join(words[a:b].decode() for a, b in spans) or "none"
                notes = [r["note"] for r in verdict["reasons"] if r["kind"] == "off_topic"]
                print(f"- {short(name)}, {score(verdict):.2f}. “{' '.join(line['text'].split())}” under "
                      f"“{line['article']['title']}”. Fits best: {topic['relation']}. Shared: {marked(topic['shared'])}. "
                      f"Foreign: {marked(topic['foreign'])}." + (f" Note: {notes[0]}" if notes else ""))
        print()


if __name__ == "__main__":
    main()
