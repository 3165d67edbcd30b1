"""Asks the program itself what it sees in a text, so that it is trained on what it will read."""

import json
import os
import subprocess
from pathlib import Path

PROGRAM = Path(os.environ.get("BELOWLINE_PROGRAM", Path(__file__).parent.parent / "target" / "fast" / "belowline"))


def measure(texts, *options):
    """One dict a text: `words`, `features`, `passages`; see `belowline measure --help`."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    done = subprocess.run([PROGRAM, "measure", *options], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


_WORDS = {}


def words(texts):
    """The words as the encoder gets them; remembered, since the epochs share most texts."""
    new = sorted(set(texts) - _WORDS.keys())
    if new:
        _WORDS.update((text, row["words"]) for text, row in zip(new, measure(new, "--features")))
    return [_WORDS[text] for text in texts]


def screen(rows, *options):
    """The verdicts on rows, which are dicts of text and whatever else `belowline screen` reads."""
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    done = subprocess.run([PROGRAM, "screen", *options], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
