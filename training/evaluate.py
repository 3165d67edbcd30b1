"""Measures the program on data that no weights were trained on, and prints the tables of docs/filters.md.

    python evaluate.py [--models DIR] > tables.md
"""

import argparse
import collections
import random
import re

import numpy as np

import corpora
import program
import sentences
import spam
from encoder import auc

NEWS = ["ucc_globe_and_mail", "sfu_globe_and_mail"]


def nyt(most=1500):
    """Approved comments of a newspaper: of clean talk at its natural share."""
    found = []
    for name in ("nyt_commentiq_2014", "nyt_room_for_debate"):
        rows = corpora.read(corpora.DATA / "ontopic" / name / "comments.jsonl.gz")
        found += [row["text"] for row in rows]
    return random.Random(2).sample(found, most)


def error_of_calibration(scores, truth, bins=10):
    """Expected calibration error (Guo et al. 2017): the mean gap between promise and share over equal-width bins."""
    scores, truth = np.asarray(scores), np.asarray(truth)
    at = np.minimum((scores * bins).astype(int), bins - 1)
    return sum((at == i).mean() * abs(scores[at == i].mean() - truth[at == i].mean()) for i in range(bins) if (at == i).any())


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "|".join("---" for _ in head) + "|")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print()


def percent(share):
    return f"{100 * share:.1f} %"


def toxicity(verdict):
    return verdict["scores"].get("toxicity") or 0.0


def held(verdict):
    """Held or refused, for more than being in a language that nobody trained for."""
    return verdict["verdict"] != "publish" and any(reason["kind"] != "unread_language" for reason in verdict["reasons"])


def has(verdict, kind):
    return any(reason["kind"] == kind for reason in verdict["reasons"])


def sample(corpus, part, most):
    """Rows of a collection; what trained no weights is seen whole."""
    rows = list(corpora.load(corpus, part))
    if corpus in corpora.WITHHELD:
        rows += list(corpora.load(corpus, "train"))
    return random.Random(3).sample(rows, min(most, len(rows)))


def share_found(scores, truth, alarms=0.05):
    """The share of the abusive that are found where this share of the clean is taken for it."""
    scores, truth = np.asarray(scores), np.asarray(truth) > 0.5
    if truth.all():
        return float("nan")
    return (scores[truth] > np.quantile(scores[~truth], 1 - alarms)).mean()


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--models")
    ask.add_argument("--part", default="valid")
    ask.add_argument("--most", type=int, default=1500)
    with_ = ask.parse_args()
    options = ["--models", with_.models] if with_.models else []

    print("### By corpus\n")
    rows, means = [], []
    for corpus in [*corpora.SHIPPED, *corpora.WITHHELD]:
        part = sample(corpus, with_.part, with_.most)
        verdicts = program.screen([{"text": row["text"], "unexplained": True} for row in part], *options)
        truth = np.array([row["abusive"] for row in part])
        hold = np.array([held(verdict) for verdict in verdicts])
        scores = [toxicity(verdict) for verdict in verdicts]
        area = auc(scores, truth)
        clean = percent(hold[truth == 0].mean()) if (truth == 0).any() else "–"
        hate = [(row["kinds"]["identity_attack"], verdict["scores"].get("identity_attack") or 0.0)
                for row, verdict in zip(part, verdicts) if row["kinds"]["identity_attack"] is not None]
        wrong = np.array([label >= 0.5 for label, _ in hate])
        hate = f"{auc([score for _, score in hate], wrong):.3f}" if 20 <= wrong.sum() <= len(hate) - 20 else ""
        rows.append((corpus, len(part), int(truth.sum()), f"{area:.3f}", f"{share_found(scores, truth):.2f}", hate, percent(hold[truth == 1].mean()), clean))
        if corpus not in corpora.FOREIGN | {"toxigen_prompts"}:
            means.append(area)
    table(("corpus", "comments", "abusive", "ROC-AUC of toxicity", "found at 5 % false alarms", "ROC-AUC of identity attack", "abusive held", "clean held"), rows)
    print(f"Mean ROC-AUC of the English ones: {np.mean(means):.3f}\n")

    print("### Clean news comments and calibration\n")
    verdicts = program.screen([{"text": text, "unexplained": True} for text in nyt()], *options)
    print(f"New York Times, approved: held {percent(np.mean([held(verdict) for verdict in verdicts]))}", end="; ")
    kinds = collections.Counter(kind for verdict in verdicts for kind in {reason["kind"] for reason in verdict["reasons"]})
    print("reasons:", dict(kinds.most_common()), "\n")
    part = [row for corpus in NEWS for row in corpora.load(corpus, "valid")]
    scores = [toxicity(verdict) for verdict in program.screen([{"text": row["text"], "unexplained": True} for row in part], *options)]
    gap = error_of_calibration(scores, [row["abusive"] for row in part])
    print(f"Globe and Mail, valid ({len(part)}): expected calibration error {gap:.3f}\n")

    print("### Advertising\n")
    approved = [verdict["scores"].get("spam") or 0.0 for verdict in verdicts]
    rows = []
    for name, part in (("YouTube", spam.messages("valid", ["youtube_spam"])), ("SMS", spam.messages("valid", ["sms_spam"])),
                       ("own sentences", spam.own("valid", 30))):
        part = list(part)
        truth = np.array(spam.spam(part)) > 0.5
        found = program.screen([{"text": row["text"], "unexplained": True} for row in part], *options)
        scores = np.array([verdict["scores"].get("spam") or 0.0 for verdict in found])
        hold = np.array([held(verdict) for verdict in found])
        # beside comments of a newspaper, of which none advertises
        area = auc([*scores[truth], *approved], [1.0] * truth.sum() + [0.0] * len(approved))
        by_model = np.array([any(reason["kind"] == "spam" and reason["phase"] == "model" and reason["severity"] != "mild"
                                 for reason in verdict["reasons"]) for verdict in found])
        rows.append((name, len(part), int(truth.sum()), f"{auc(scores, truth):.3f}", f"{area:.3f}", percent(by_model[truth].mean()),
                     percent(hold[truth].mean()), percent(hold[~truth].mean())))
    table(("messages", "number", "advertising", "ROC-AUC", "ROC-AUC beside approved comments", "held by the model", "held", "others held"), rows)

    print("### Our own sentences: frames and groups that training never saw\n")
    own = list(corpora.own("valid", 24, 31))
    verdicts = program.screen([{"text": row["text"], "unexplained": True} for row in own], *options)
    by = collections.defaultdict(list)
    for row, verdict in zip(own, verdicts):
        if row["kinds"]["identity_attack"] is not None:
            by[row["section"]].append((row["kinds"]["identity_attack"], has(verdict, "identity_attack"), toxicity(verdict)))
    rows = []
    for section, found in by.items():
        truth = found[0][0] > 0.5
        rows.append((section, "yes" if truth else "no", len(found), percent(np.mean([flag == truth for _, flag, _ in found]))))
    table(("section", "hateful", "sentences", "rightly judged"), rows)
    everything = [item for found in by.values() for item in found]
    hateful = np.mean([flag for truth, flag, _ in everything if truth > 0.5])
    spared = np.mean([not flag for truth, flag, _ in everything if truth < 0.5])
    area = auc([score for _, _, score in everything], [truth for truth, _, _ in everything])
    print(f"hateful {percent(hateful)}, harmless {percent(spared)}, balanced {percent((hateful + spared) / 2)}, "
          f"ROC-AUC of toxicity {area:.3f}\n")

    print("### Neutral sentences about people\n")
    # all of them: in a sample each term has too few to show a difference of two points
    every = list(corpora.read(corpora.DATA / "suites" / "jigsaw_sentence_templates_en.jsonl.gz"))
    verdicts = program.screen([{"text": row["text"], "unexplained": True} for row in every], *options)
    print(f"ROC-AUC {auc([toxicity(verdict) for verdict in verdicts], [row['abusive'] for row in every]):.3f}; "
          f"neutral ones held by term:\n")
    flags = collections.defaultdict(list)
    for row, verdict in zip(every, verdicts):
        if row["abusive"] == 0:
            for word in re.findall(r"\w+", row["text"].lower()):
                flags[word].append(held(verdict))
    named = {one.lower() for group in sentences.GROUPS for name in group for one in name.split()}
    rows = sorted(((np.mean(found), word, len(found)) for word, found in flags.items() if word in named and len(found) >= 20),
                  reverse=True)
    table(("term", "sentences", "held"), [(word, count, percent(share)) for share, word, count in rows[:12]])
    print(f"difference between the most and the least often held term: {percent(rows[0][0] - rows[-1][0])}\n")


if __name__ == "__main__":
    main()
