#!/usr/bin/env python3
"""How many of the comments that are held stay held when their listed words are disguised.

    python3 training/evade.py DATA/abuse/surge_toxicity.jsonl.gz … --program target/fast/belowline --split valid
    python3 training/evade.py --program target/fast/belowline --innocent DATA/suites/false_positive_words.txt.gz

The comments are JSON lines with `text`, `abusive` and `split`. Those that are abusive and held as they stand are the
whole; then every word in which a term was found is disguised in one way at a time, and the comment judged again.
The same seed gives the same disguises. --innocent judges a list of harmless expressions instead, and counts those
in which a term is found: as they stand, and such that would be held by it; and those that are held at all.
"""

import argparse
import collections
import gzip
import json
import random
import re
import subprocess
import unicodedata

LEET = {"a": "4@", "b": "8", "e": "3", "g": "9", "i": "1!", "l": "1", "o": "0", "s": "5$", "t": "7+"}
FOREIGN = {
    "a": "аɑα", "b": "Ьᖯ", "c": "сϲ", "d": "ԁ", "e": "еє", "f": "ƒғ", "g": "ɡ", "h": "һ", "i": "іι", "j": "ј",
    "k": "кκ", "l": "ӏ", "m": "м", "n": "ոη", "o": "оο", "p": "рρ", "q": "ԛ", "r": "г", "s": "ѕ", "t": "тτ",
    "u": "υս", "v": "ѵν", "w": "ԝ", "x": "хχ", "y": "уү", "z": "ᴢ",
}
SMALL_CAPITALS = dict(zip("abcdefghijklmnopqrstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ"))
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
MARKS = [chr(c) for c in range(0x300, 0x36F) if unicodedata.category(chr(c)) == "Mn"]
BENIGN = (
    "Thank you for this thoughtful article, it gave me a lot to think about over my morning coffee. "
    "I hope that the council listens to everybody who lives near the bridge. "
)


def some(word, rng, table):
    """At least one letter of the word replaced, each other one as often as not."""
    places = [i for i, c in enumerate(word) if c.lower() in table]
    if not places:
        return word
    chosen = {i for i in places if rng.random() < 0.5} | {rng.choice(places)}
    return "".join(rng.choice(table[c.lower()]) if i in chosen else c for i, c in enumerate(word))


def inner(word, rng):
    """A place inside the word, between its first and its last letter."""
    return rng.randrange(1, max(2, len(word) - 1))


def star(word, rng):
    vowels = [i for i in range(1, len(word) - 1) if word[i].lower() in "aeiou"]
    at = rng.choice(vowels) if vowels else inner(word, rng)
    return word[:at] + "*" + word[at + 1 :]


def repeat(word, rng):
    at = rng.randrange(len(word))
    return word[:at] + word[at] * rng.randrange(3, 6) + word[at + 1 :]


def split(word, rng):
    at = inner(word, rng) if len(word) > 2 else 1
    return word[:at] + " " + word[at:]


def swap(word, rng):
    places = [i for i in range(1, len(word) - 2) if word[i] != word[i + 1]]
    if not places:
        return word
    at = rng.choice(places)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def drop(word, rng):
    at = inner(word, rng)
    return word[:at] + word[at + 1 :] if len(word) > 3 else word


def zalgo(word, rng):
    return "".join(c + "".join(rng.choice(MARKS) for _ in range(rng.randrange(1, 5))) for c in word)


def shifted(first):
    return lambda word, rng: "".join(chr(ord(c.upper()) - 65 + first) if c.isascii() and c.isalpha() else c for c in word)


WORDS = {
    "leet": lambda word, rng: some(word, rng, LEET),
    "look-alikes": lambda word, rng: some(word, rng, FOREIGN),
    "zero width": lambda word, rng: rng.choice(INVISIBLE).join(word),
    "full width": lambda word, rng: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word),
    "Zalgo": zalgo,
    "spaces": lambda word, rng: " ".join(word),
    "dots": lambda word, rng: ".".join(word),
    "stars": star,
    "repeats": repeat,
}
EXTRA = {
    "small capitals": lambda word, rng: "".join(SMALL_CAPITALS.get(c.lower(), c) for c in word),
    "squared": shifted(0x1F170),
    "regional": shifted(0x1F1E6),
    "split": split,
    "swapped": swap,
    "dropped": drop,
    "digit behind": lambda word, rng: word + rng.choice("123456789"),
}


def disguised(text, spans, how, rng):
    out, at = [], 0
    for start, end in spans:
        out.append(text[at:start])
        out.append(re.sub(r"[^\W\d_]{3,}", lambda m: how(m[0], rng), text[start:end]))
        at = end
    return "".join(out) + text[at:]


def joined(text, spans, _):
    """The words run together with their neighbours."""
    cut = set()
    for start, end in spans:
        cut |= {i for i in (start - 1, end, *range(start, end)) if 0 <= i < len(text) and text[i] == " "}
    return "".join(c for i, c in enumerate(text) if i not in cut)


TEXTS = {
    "joined": joined,
    "padding": lambda text, spans, rng: f"{BENIGN}{text} {BENIGN}",
}
WHOLE = {"all joined": lambda text, spans, rng: re.sub(r"\s+", "", text)}


def screen(program, texts):
    lines = "\n".join(json.dumps({"text": text}) for text in texts)
    done = subprocess.run([program, "screen"], input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(texts)
    return answers


def found(text, answer, phases=("terms",)):
    """The stretches of the text that reasons of these phases mark, in characters, merged."""
    marks = sorted(span for r in answer["reasons"] if r["phase"] in phases and r["kind"] != "evasion" for span in r["spans"])
    data, merged = text.encode(), []
    for start, end in ((len(data[:a].decode()), len(data[:b].decode())) for a, b in marks):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    return merged


def by_term(answer):
    """Held because of a listed term."""
    return any(r["phase"] == "terms" and r["severity"] != "mild" for r in answer["reasons"])


def held(answer):
    """Held for whatever reason."""
    return answer["verdict"] != "publish"


def comments(paths, split):
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for row in map(json.loads, file):
                if row["abusive"] == 1 and row.get("split") in split:
                    yield row["text"]


def table(arguments):
    texts = list(comments(arguments.comments, arguments.split))
    plain = screen(arguments.program, texts)
    # whatever holds them, with all words disguised that the reasons mark; and listed terms alone
    for title, is_held, phases in (("held", held, ("terms", "model")), ("held by a term", by_term, ("terms",))):
        rows = [(text, found(text, answer, phases)) for text, answer in zip(texts, plain) if is_held(answer)]
        print(f"{len(texts)} abusive comments, {len(rows)} {title}")
        shares(rows, is_held, arguments)


def shares(rows, is_held, arguments):
    kinds = {name: (lambda t, s, r, how=how: disguised(t, s, how, r)) for name, how in WORDS.items()} | TEXTS
    extra = {name: (lambda t, s, r, how=how: disguised(t, s, how, r)) for name, how in EXTRA.items()} | WHOLE
    kept = {}
    for name, how in (kinds | extra).items():
        rng = random.Random(f"{arguments.seed} {name}")
        tried = [how(text, spans, rng) for text, spans in rows]
        answers = screen(arguments.program, tried)
        kept[name] = sum(map(is_held, answers)) / max(1, len(rows))
        print(f"{name:15} {kept[name]:.3f}")
        lost = [new for new, answer in zip(tried, answers) if not is_held(answer)]
        for text in lost[: arguments.show]:
            print("   ", text[:300].replace("\n", " "))
    print(f"average of the first {len(kinds)}: {sum(kept[name] for name in kinds) / len(kinds):.3f}\n")


def innocent(arguments):
    with gzip.open(arguments.innocent, "rt", encoding="utf-8") as file:
        texts = [line.strip() for line in file if line.strip()]
    answers = screen(arguments.program, texts)
    fired = [(t, a) for t, a in zip(texts, answers) if found(t, a)]
    stopped = [t for t, a in fired if by_term(a)]
    kept = sum(map(held, answers))
    print(f"{len(texts)} harmless expressions: a term in {len(fired)} ({len(fired) / len(texts):.2%}), "
          f"{len(stopped)} held ({len(stopped) / len(texts):.2%}); "
          f"for whatever reason {kept} ({kept / len(texts):.2%})")
    notes = collections.Counter(r["note"] for _, a in fired for r in a["reasons"])
    for text, answer in fired[: arguments.show]:
        print("   ", text, "|", "; ".join(r["note"] for r in answer["reasons"] if r["kind"] != "evasion"))
    if arguments.show:
        print(*notes.most_common(20), sep="\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("comments", nargs="*")
    parser.add_argument("--program", default="target/release/belowline")
    parser.add_argument("--split", nargs="+", default=["valid"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="examples of what is lost")
    parser.add_argument("--innocent", metavar="FILE")
    arguments = parser.parse_args()
    if arguments.innocent:
        innocent(arguments)
    else:
        table(arguments)


if __name__ == "__main__":
    main()
