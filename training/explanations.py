"""Are the marked words really the reason? And which comments are still misjudged?

    python explanations.py [--models DIR]

Faithfulness by deletion (DeYoung et al. 2020, "sufficiency" turned round): each reason of the model marks words; without
them the comment is judged again, and the reason should be gone. Then the worst mistakes of each sort, for a person to read.
"""

import argparse
import random

import numpy as np

import corpora
import program
from evaluate import has, held as held_for_abuse, nyt, percent, table, toxicity

ABUSIVE = ["jigsaw_wikipedia_sample", "surge_toxicity", "toxic_spans_civil_comments", "cad_reddit", "fox_news",
           "impermium_insults", "ucc_globe_and_mail"]


def without(text, spans):
    """The text without its marked bytes."""
    data, kept, at = text.encode(), [], 0
    for start, end in sorted(spans):
        kept.append(data[at:start])
        at = max(at, end)
    return (b"".join(kept) + data[at:]).decode(errors="ignore")


def faithfulness(options, most):
    rows = []
    for corpus in ABUSIVE:
        part = [row["text"] for row in corpora.load(corpus, "valid") if row["abusive"] == 1]
        rows += random.Random(4).sample(part, min(most, len(part)))
    tried = []
    for text, verdict in zip(rows, program.screen([{"text": text} for text in rows], *options)):
        marks = [(reason["kind"], reason["spans"]) for reason in verdict["reasons"] if reason["phase"] == "model"]
        tried += [(text, kind, spans) for kind, spans in marks if spans]
    again = program.screen([{"text": without(text, spans)} for text, _, spans in tried], *options)
    found = {}
    for (text, kind, spans), verdict in zip(tried, again):
        gone = not any(reason["phase"] == "model" and reason["kind"] == kind for reason in verdict["reasons"])
        words = sum(len(text.encode()[a:b].split()) for a, b in spans)
        found.setdefault(kind, []).append((gone, words / max(1, len(text.split()))))
    every = [item for items in found.values() for item in items]
    table(("reason", "times", "gone without the marked words", "share of the words that are marked"), [
        (kind, len(items), percent(np.mean([gone for gone, _ in items])), percent(np.mean([words for _, words in items])))
        for kind, items in [*sorted(found.items()), ("all", every)]])


def shown(rows):
    table(("toxicity", "collection", "comment"),
          [(f"{score:.3f}", corpus, " ".join(text.split())[:220].replace("|", "\\|")) for score, corpus, text in rows])


def few(rows, most):
    """The first of them, two of each section: the sentences of one frame are much alike."""
    found = []
    for row in rows:
        if sum(row[1] == other[1] for other in found) < 2:
            found.append(row)
    return found[:most]


def mistakes(options, most, each=10):
    rows = []
    for corpus in ABUSIVE:
        part = list(corpora.load(corpus, "valid"))
        rows += random.Random(5).sample(part, min(most, len(part)))
    verdicts = program.screen([{"text": row["text"]} for row in rows], *options)
    judged = [(toxicity(verdict), row["corpus"], row["text"], row["abusive"], verdict) for row, verdict in zip(rows, verdicts)]
    missed = sorted((item for item in judged if item[3] == 1 and not held_for_abuse(item[4])), key=lambda item: item[0])
    alarms = sorted((item for item in judged if item[3] == 0 and held_for_abuse(item[4])), key=lambda item: -item[0])
    print("### Abuse that is missed, least suspected first\n")
    shown([item[:3] for item in missed[:each]])
    print("### Harmless comments that are held, most suspected first\n")
    shown([item[:3] for item in alarms[:each]])
    approved = nyt()
    print("### Approved comments of a newspaper that are held\n")
    held = [(toxicity(verdict), "New York Times", text)
            for text, verdict in zip(approved, program.screen([{"text": text} for text in approved], *options))
            if held_for_abuse(verdict)]
    shown(sorted(held, reverse=True)[:each])
    own = list(corpora.own("valid", 6, 33))
    verdicts = program.screen([{"text": row["text"]} for row in own], *options)
    wrong = {0.0: [], 1.0: []}
    for row, verdict in zip(own, verdicts):
        truth = row["kinds"]["identity_attack"]
        if truth is not None and has(verdict, "identity_attack") != (truth > 0.5):
            wrong[truth].append((verdict["scores"]["identity_attack"] or 0.0, row["section"], row["text"]))
    print("### Our own hateful sentences without a reason of hate\n")
    shown(few(sorted(wrong[1.0]), each))
    print("### Our own harmless sentences with one\n")
    shown(few(sorted(wrong[0.0], reverse=True), each))


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--models")
    ask.add_argument("--most", type=int, default=200)
    with_ = ask.parse_args()
    options = ["--models", with_.models] if with_.models else []
    print("### Explanations\n")
    faithfulness(options, with_.most)
    mistakes(options, with_.most)


if __name__ == "__main__":
    main()
