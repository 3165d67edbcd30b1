#!/usr/bin/env python3
"""Makes lists/words.txt, the large list of known English words, from dictionaries and clean comments.

    python3 training/ordinary.py --dictionary american-english british-english --comments DATA/abuse/*.jsonl.gz

The dictionaries have one word a line (Debian's packages wamerican and wbritish: SCOWL). Of the comments,
JSON lines with `text`, `abusive`, `split` and `corpus`, only those of `train` that are not abusive count: a word that stands in at
least --rows of them and in two corpora is known too, as names and new words are. Listed terms are left out.
"""

import argparse
import collections
import gzip
import json
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parent.parent
WORD = re.compile(r"(?<![^\W_])[a-z]{3,24}(?![^\W_])")
HEADER = """\
# Known English words, lower case, one a line; made by training/ordinary.py, not by hand. A word that is here is
# never taken for a disguise of another one. Listed terms are left out.
#
# From SCOWL (Spell Checker Oriented Word Lists), Copyright 2000-2011 by Kevin Atkinson:
# Permission to use, copy, modify, distribute and sell these word lists, the associated scripts, the output
# created from the scripts, and its documentation for any purpose is hereby granted without fee, provided that the
# above copyright notice appears in all copies and that both that copyright notice and this permission notice
# appear in supporting documentation. Kevin Atkinson makes no representations about the suitability of this array
# for any purpose. It is provided "as is" without express or implied warranty.
"""


def lines(path):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def dictionary(path):
    for word in lines(path):
        word = word.lower().removesuffix("'s")
        # an abbreviation of two letters says nothing
        if re.fullmatch(r"[a-z]{3,24}", word):
            yield word


def common(paths, rows):
    """Words of the clean comments, with the corpora and the number of comments they stand in."""
    count, corpora = collections.Counter(), collections.defaultdict(set)
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                if row["split"] != "train" or row["abusive"] != 0 or not row["lang"].startswith("en"):
                    continue
                for word in set(WORD.findall(row["text"].lower())):
                    count[word] += 1
                    corpora[word].add(row["corpus"])
    return {word for word, n in count.items() if n >= rows and len(corpora[word]) > 1}


def listed():
    terms = set()
    for name in ("en", "roman-urdu", "abroad"):
        for line in lines(TOP / "lists" / f"{name}.txt"):
            text, *rest = line.split("\t")
            if rest[0] != "allow":
                terms.add(text)
    return terms


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dictionary", nargs="+", required=True)
    parser.add_argument("--comments", nargs="*", default=[])
    parser.add_argument("--rows", type=int, default=8)
    arguments = parser.parse_args()
    words = {word for path in arguments.dictionary for word in dictionary(path)}
    spoken = common(arguments.comments, arguments.rows)
    terms = listed()
    new = spoken - words - terms
    words = sorted((words | spoken) - terms)
    (TOP / "lists" / "words.txt").write_text(HEADER + "\n".join(words) + "\n", encoding="utf-8")
    print(f"{len(words)} words, {len(new)} of them only in comments")
    print(*sorted(new)[:: max(1, len(new) // 200)])


if __name__ == "__main__":
    main()
