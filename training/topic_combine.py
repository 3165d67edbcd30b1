"""Fits the combination of the topic phase's measurements, fewer than a hundred numbers, and writes models/topic.json.

Fitted on `train` articles of the English collections with the program's own measurements, each collection counting the
same; those that the table itself has learnt from count a tenth, since the table flatters itself there. What people said
of Qatar Living's comments takes part as one more collection.

    python topic_combine.py --models ../models
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

import topic_pairs
from encoder import auc
from topic_texts import ONTOPIC

AROUND = ["centre", "latest", "centre_against", "thread_overlap", "thread_common", "thread_size", "parent",
          "parent_overlap", "has_parent"]
HUMAN = "human"
# Against twenty thousand weighted pairs hardly more than a guard against columns that say the same.
STRENGTH = 8.0


def gather(part, around, most, options, lengths=(topic_pairs.THREAD,)):
    """Per collection: measurements (None where the program abstains) and labels."""
    found = {}
    for name in topic_pairs.ENGLISH:
        corpus = topic_pairs.Corpus(name)
        lines, rows = topic_pairs.pairs(corpus, part, around, most, lengths)
        found[name] = (topic_pairs.measure(lines, *options), np.array([row["label"] for row in rows]))
        if name == topic_pairs.QATAR:
            lines, labels = topic_pairs.human(corpus, part, around)
            found[HUMAN] = (topic_pairs.measure(lines, *options), np.array(labels))
    return found


def together(*several):
    """Measurements of the same comments, seen against several backgrounds."""
    return {name: ([row for one in several for row in one[name][0]], np.concatenate([one[name][1] for one in several]))
            for name in several[0]}


def related(row):
    return row["has_parent"] > 0 or row["thread_size"] > 0


def known(row):
    """As the program chooses among the sums."""
    long = row["thread_size"] > np.log1p(topic_pairs.YOUNG[-1]) + 1e-3
    return "around" if long else "young" if related(row) else "alone"


def matrix(measured, names):
    return np.array([[row[name] for name in names] for row in measured], float).reshape(-1, len(names))


def fit(x, y, weight, strength):
    """Logistic regression by Newton's method; columns standardised, so that the penalty treats them alike."""
    mean, deviation = x.mean(0), x.std(0) + 1e-9
    z = np.hstack([(x - mean) / deviation, np.ones((len(x), 1))])
    penalty = np.full(z.shape[1], strength)
    penalty[-1] = 0
    w = np.zeros(z.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-z @ w))
        gradient = z.T @ (weight * (p - y)) + penalty * w
        hessian = (z * (weight * p * (1 - p))[:, None]).T @ z + np.diag(penalty + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        w -= step
        if np.abs(step).max() < 1e-7:
            break
    return w[:-1] / deviation, w[-1] - (w[:-1] * mean / deviation).sum()


def learn(train, names, around, human):
    """`human` is how much people's opinions count beside one collection of pairs."""
    xs, ys, weights = [], [], []
    for name, (measured, label) in train.items():
        kept = [i for i, row in enumerate(measured) if row and related(row) == around]
        if not kept:
            continue
        y = 1.0 - label[kept]
        each = np.where(y == 1, 0.5 / max(1, y.sum()), 0.5 / max(1, (1 - y).sum()))
        share = human if name == HUMAN else 0.1 if name in ONTOPIC else 1.0
        xs.append(matrix([measured[i] for i in kept], names))
        ys.append(y)
        weights.append(each * share)
    return fit(np.vstack(xs), np.concatenate(ys), 4000 * np.concatenate(weights), STRENGTH)


def scores(measured, combination):
    """As the program would score them; 0 where it abstains."""
    found = np.zeros(len(measured))
    for i, row in enumerate(measured):
        if row:
            sum_ = combination[known(row)]
            odds = sum_["bias"] + sum(weight * row[name] for name, weight in sum_["weights"].items())
            found[i] = 1 / (1 + np.exp(-odds))
    return found


def show(title, data, combination):
    found = {name: float(auc(scores(measured, combination), 1 - label)) for name, (measured, label) in data.items()}
    mean = float(np.mean([found[name] for name in topic_pairs.ENGLISH]))
    print(title, "mean", round(mean, 4), {name[:6]: round(one, 3) for name, one in found.items()}, flush=True)


def thresholds(data, combination):
    """What each threshold would flag, as shares of own and of foreign comments, mean over collections."""
    kinds = [(name, *data[name]) for name in topic_pairs.ENGLISH]
    # nobody is held who fits the article alone: STRAYS in src/filter/topic/mod.rs
    alone = dict.fromkeys(combination, combination["alone"])
    found = [(np.where(scores(measured, alone) >= 0.65, scores(measured, combination), 0.0), label)
             for _, measured, label in kinds]
    for at in (0.6, 0.65, 0.7, 0.72, 0.74, 0.76, 0.78, 0.8, 0.82, 0.84, 0.85, 0.86, 0.87, 0.88, 0.9):
        own = [float((one[label == 1] >= at).mean()) for one, label in found]
        foreign = [float((one[label == 0] >= at).mean()) for one, label in found]
        print(at, "own", round(float(np.mean(own)), 4), "foreign", round(float(np.mean(foreign)), 4),
              "pooled own", round(float(np.mean(np.concatenate([one[label == 1] >= at for one, label in found]))), 4))


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--models", type=Path, default=Path("../models"))
    ask.add_argument("--most", type=int, default=1500, help="pairs of a collection")
    ask.add_argument("--human", type=float, default=0.4)
    ask.add_argument("--version", default="1")
    with_ = ask.parse_args()
    options = ["--models", str(with_.models)]
    # a site that has other stories, and its first day
    sites = {"site": options, "first day": [*options, "--unrelated"]}
    combination, valid = {}, {}
    for key, around, lengths in (("alone", False, [0]), ("young", True, topic_pairs.YOUNG), ("around", True, [topic_pairs.THREAD])):
        site, first_day = (gather("train", around, with_.most, site, lengths) for site in sites.values())
        # most comments are written when there are other stories
        train = together(site, site, first_day)
        valid[key] = {name: gather("valid", around, with_.most, site, lengths) for name, site in sites.items()}
        first = next(row for measured, _ in train.values() for row in measured if row)
        names = [name for name in first if around or name not in AROUND]
        weights, bias = learn(train, names, around, with_.human)
        combination[key] = {"bias": round(float(bias), 5),
                            "weights": {name: round(float(w), 5) for name, w in zip(names, weights)}}
        shown = dict.fromkeys(("alone", "young", "around"), combination[key]) | combination
        show(f"{key}, train", train, shown)
        for name, data in valid[key].items():
            show(f"{key}, {name}, valid", data, shown)
    for name, data in valid["around"].items():
        print(name)
        thresholds(data, combination)
    digest = hashlib.sha256((with_.models / "topic.safetensors").read_bytes()).hexdigest()
    encoder = json.loads((with_.models / "models.json").read_text())["encoder"]
    (with_.models / "topic.json").write_text(json.dumps(
        {"version": with_.version, "table": digest, "encoder": encoder, "combination": combination}, indent=2) + "\n")


if __name__ == "__main__":
    main()
