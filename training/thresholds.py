"""Prints what each threshold would hold, kind by kind, so that a paper can choose by what follows.

    python thresholds.py [--models DIR]
"""

import argparse
import random

import numpy as np

import corpora
import program
from evaluate import held, nyt, percent, table

KINDS = ["toxicity", "identity_attack", "insult", "threat"]


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--models")
    ask.add_argument("--most", type=int, default=800)
    with_ = ask.parse_args()
    options = ["--models", with_.models] if with_.models else []
    sets = {"NYT approved": nyt(with_.most)}
    for corpus, value in (("ucc_globe_and_mail", 0), ("jigsaw_wikipedia_sample", 0), ("cad_reddit", 0),
                          ("jigsaw_wikipedia_sample", 1), ("surge_toxicity", 1), ("ucc_globe_and_mail", 1)):
        part = [row["text"] for row in corpora.load(corpus, "valid") if row["abusive"] == value]
        if corpus == "surge_toxicity":
            part += [row["text"] for row in corpora.load(corpus, "train") if row["abusive"] == value]
        name = f"{corpus.split('_')[0]} {'abusive' if value else 'clean'}"
        sets[name] = random.Random(1).sample(part, min(with_.most, len(part)))
    own = list(corpora.own("valid", 12, 31))
    for value in (1, 0):
        name = "own abusive" if value else "own harmless"
        sets[name] = [row["text"] for row in own if row["kinds"]["toxicity"] == value]
    found = {name: program.screen([{"text": text, "unexplained": True} for text in texts], *options) for name, texts in sets.items()}
    for kind in KINDS:
        print(f"\n### {kind}\n")
        rows = []
        for least in (0.02, 0.05, 0.1, 0.15, 0.2, 0.23, 0.25, 0.3, 0.35, 0.4, 0.5, 0.7):
            shares = [np.mean([(verdict["scores"].get(kind) or 0) >= least for verdict in verdicts])
                      for verdicts in found.values()]
            rows.append((least, *map(percent, shares)))
        table(("from", *found), rows)
    print("\n### verdicts\n")
    table(("set", "held", "for more than the model finds"), [
        (name, percent(np.mean([held(verdict) for verdict in verdicts])),
         percent(np.mean([any(r["phase"] != "model" and r["severity"] != "mild" for r in verdict["reasons"]) for verdict in verdicts])))
        for name, verdicts in found.items()])


if __name__ == "__main__":
    main()
