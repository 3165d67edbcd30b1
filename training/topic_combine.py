"""Fits the combination of the topic phase's measurements, fewer than a hundred numbers, and writes models/topic.json.

Fitted on `train` articles of every English collection with the program's own measurements, each collection counting
the same; strength of regularisation chosen on `valid`.

    python topic_combine.py --models ../models
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch

import topic_pairs
from encoder import auc

THREAD = ["centre", "latest", "centre_against", "thread_overlap", "thread_common", "thread_size", "parent",
          "parent_overlap", "has_parent"]


def gather(part, around, most, options):
    """Per collection: measurements (None rows as NaN), labels, rows."""
    found = {}
    for name in topic_pairs.ENGLISH:
        corpus = topic_pairs.Corpus(name)
        lines, rows = topic_pairs.pairs(corpus, part, around, most)
        found[name] = (topic_pairs.measure(lines, *options), np.array([row["label"] for row in rows]))
        if name == topic_pairs.QATAR:
            lines, labels = topic_pairs.human(corpus, part, around)
            found["human"] = (topic_pairs.measure(lines, *options), np.array(labels))
    return found


def matrix(measured, names):
    return np.array([[np.nan] * len(names) if row is None else [row[name] for name in names] for row in measured], float)


def fit(x, y, weight, strength, steps=60):
    """Logistic regression by Newton's method; columns standardised."""
    mean, deviation = x.mean(0), x.std(0) + 1e-9
    z = np.hstack([(x - mean) / deviation, np.ones((len(x), 1))])
    penalty = np.full(z.shape[1], strength)
    penalty[-1] = 0
    w = np.zeros(z.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-z @ w))
        gradient = z.T @ (weight * (p - y)) + penalty * w
        hessian = (z * (weight * p * (1 - p) + 1e-9)[:, None]).T @ z + np.diag(penalty + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        w -= step
        if np.abs(step).max() < 1e-7:
            break
    return w[:-1] / deviation, w[-1] - (w[:-1] * mean / deviation).sum()


def learn(train, names, human, strength):
    xs, ys, weights = [], [], []
    for name, (measured, label) in train.items():
        x = matrix(measured, names)
        known = ~np.isnan(x[:, 0])
        xs.append(x[known])
        ys.append(1.0 - label[known])
        share = human if name == "human" else 1.0
        if name == "human":
            # as many of each kind
            y = ys[-1]
            w = np.where(y == 1, 0.5 / max(1, y.sum()), 0.5 / max(1, (1 - y).sum())) * share
        else:
            w = np.full(known.sum(), share / max(1, known.sum()))
        weights.append(w)
    x, y, weight = np.vstack(xs), np.concatenate(ys), np.concatenate(weights)
    return fit(x, y, weight * 4000, strength)


def scores(measured, names, fitted):
    x = matrix(measured, names)
    odds = x @ fitted[0] + fitted[1]
    return np.where(np.isnan(x[:, 0]), 0.0, 1 / (1 + np.exp(-np.nan_to_num(odds))))


def judge(valid, names, fitted):
    return {name: float(auc(scores(measured, names, fitted), 1 - label)) for name, (measured, label) in valid.items()}


def show(title, found):
    english = [found[name] for name in topic_pairs.ENGLISH]
    print(title, "mean", round(float(np.mean(english)), 4), {k[:6]: round(v, 3) for k, v in found.items()}, flush=True)
    return float(np.mean(english))


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--models", type=Path, default=Path("../models"))
    ask.add_argument("--most", type=int, default=5000)
    ask.add_argument("--human", type=float, default=0.5)
    ask.add_argument("--version", default="1")
    ask.add_argument("--dry", action="store_true")
    with_ = ask.parse_args()
    options = ["--models", str(with_.models)]
    combination = {}
    for key, around in (("alone", False), ("around", True)):
        train, valid = (gather(part, around, with_.most, options) for part in ("train", "valid"))
        every = next(row for measured, _ in train.values() for row in measured if row)
        names = [name for name in every if around or name not in THREAD]
        best = None
        for strength in (1.0, 4.0, 16.0):
            fitted = learn(train, names, with_.human, strength)
            mean = show(f"{key} {strength}", judge(valid, names, fitted))
            if best is None or mean > best[0]:
                best = (mean, fitted)
        fitted = best[1]
        combination[key] = {"bias": round(float(fitted[1]), 5),
                            "weights": {name: round(float(w), 5) for name, w in zip(names, fitted[0])}}
        for name in names:
            show(f"  without {name}", judge(valid, [n for n in names if n != name],
                                            learn(train, [n for n in names if n != name], with_.human, 4.0)))
    if not with_.dry:
        digest = hashlib.sha256((with_.models / "topic.safetensors").read_bytes()).hexdigest()
        (with_.models / "topic.json").write_text(
            json.dumps({"version": with_.version, "table": digest, "combination": combination}, indent=2) + "\n")


if __name__ == "__main__":
    main()
