"""What alt-profanity-check makes of the comments that evaluate.py takes, for the table of docs/filters.md.

    runs/venv/bin/pip install alt-profanity-check==1.9.1 && runs/venv/bin/python peers.py --most 800

It was trained on Jigsaw's and Davidson's comments, so its figures on those say nothing.
"""

import argparse

from profanity_check import predict_prob

import corpora
from encoder import auc
from evaluate import sample, share_found, table


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--part", default="valid")
    ask.add_argument("--most", type=int, default=1500)
    with_ = ask.parse_args()
    rows = []
    for corpus in [*corpora.SHIPPED, *corpora.WITHHELD]:
        if corpus in corpora.FOREIGN | {"toxigen_prompts"}:
            continue
        part = sample(corpus, with_.part, with_.most)
        scores, truth = predict_prob([row["text"] for row in part]), [row["abusive"] for row in part]
        rows.append((corpus, len(part), f"{auc(scores, truth):.3f}", f"{share_found(scores, truth):.2f}"))
    table(("collection", "comments", "ROC-AUC", "found at 5 % false alarms"), rows)


if __name__ == "__main__":
    main()
