"""Reads the labelled corpora and gives each row the labels that its annotators really gave.

A label that a corpus does not speak of is None and takes no part in the loss. What a corpus calls
abusive differs from its neighbour's view, so each has a head of its own (see encoder.py).
"""

import gzip
import json
import os
import random
from pathlib import Path

import sentences
from sentences import KINDS

if "BELOWLINE_DATA" not in os.environ:
    raise SystemExit("set BELOWLINE_DATA to the folder of the labelled data: training/README.md says what it has")
DATA = Path(os.environ["BELOWLINE_DATA"])

# Only what may be used for weights that are shipped (docs/data.md): name -> most positive and most
# negative rows taken from `train` in one epoch.
SHIPPED = {
    "toxic_spans_civil_comments": (8000, 4000), "fox_news": (1000, 1000), "jigsaw_wikipedia_sample": (2000, 7400),
    "surge_toxicity": (400, 400), "hatexplain": (5400, 2500), "davidson": (8000, 3000),
    "stormfront_sentences": (1000, 4000), "hatemoji_build": (2500, 2500), "cad_reddit": (3400, 8000),
    "implicit_hate": (6600, 8000), "toxigen_annotated": (2800, 3800), "toxigen_prompts": (300, 300),
    "sbic_dev_test": (3000, 2400), "gab_hate_corpus": (2700, 7000), "ruhsold_roman_urdu": (2500, 2500),
    "germeval2018": (1600, 1600),
}
# Not in English, and not in the languages of the larger encoders.
FOREIGN = {"ruhsold_roman_urdu", "germeval2018"}
HEADS = [name for name in SHIPPED if name != "toxigen_prompts"]
# Sets that may only validate, or fit fewer than a hundred numbers.
WITHHELD = ["ucc_globe_and_mail", "sfu_globe_and_mail", "impermium_insults", "youtoxic_1000", "reddit_nlu", "ethos",
            "olid", "hasoc2019_en", "hateval2019_en", "trac2_en"]


def read(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def head(corpus):
    return "toxigen_annotated" if corpus == "toxigen_prompts" else corpus


def kinds(row):
    """The kinds of one row, as far as its corpus says; see KINDS."""
    corpus, label, detail, abusive = row["corpus"], row["label"], row.get("labels") or {}, row["abusive"]
    known = dict.fromkeys(KINDS)
    if corpus == "jigsaw_wikipedia_sample":
        names = {"toxic": "toxicity", "severe_toxic": "severe_toxicity", "obscene": "profanity", "threat": "threat",
                 "insult": "insult", "identity_hate": "identity_attack"}
        for theirs, ours in names.items():
            if detail.get(theirs) is not None:
                known[ours] = float(detail[theirs])
        known["toxicity"] = float(abusive)
    elif corpus == "toxic_spans_civil_comments":
        known["toxicity"] = float(abusive)
        types, people = detail.get("types") or {}, max(1, detail.get("annotators") or 1)
        names = {"Insult": "insult", "Identity based Attack": "identity_attack", "Profane/Obscene": "profanity",
                 "Threat": "threat"}
        for theirs, ours in names.items():
            known[ours] = min(1.0, types.get(theirs, 0) / people)
    elif corpus == "davidson":
        hateful, total = detail["hate_speech"], max(1, detail["count"])
        known["identity_attack"] = hateful / total if label != "offensive" else None
        known["profanity"] = {"offensive": 1.0, "neither": 0.0}.get(label)
        if label == "neither":
            known.update(dict.fromkeys(KINDS, 0.0))
        elif label == "hate":
            known["toxicity"] = 1.0
    elif corpus == "hatexplain":
        if label == "hatespeech":
            known.update(identity_attack=1.0, toxicity=1.0)
        elif label == "normal":
            known.update(identity_attack=0.0, threat=0.0, severe_toxicity=0.0)
    elif corpus == "cad_reddit":
        known["identity_attack"] = float("Identity" in label)
        known["insult"] = float("PersonDirected" in label) if abusive == 0 or "Person" in label else None
        if abusive == 1:
            known["toxicity"] = 1.0
    elif corpus == "sbic_dev_test":
        aimed = detail.get("target") not in ("[]", "", None)
        known["identity_attack"] = float(abusive) if aimed or abusive == 0 else None
        known["toxicity"] = float(abusive) if aimed else None
    elif corpus == "gab_hate_corpus":
        known["identity_attack"] = float(detail["hd"])
        known["profanity"] = 1.0 if detail["vo"] else None
    elif corpus == "hatemoji_build":
        known.update(identity_attack=float(abusive), toxicity=float(abusive))
        known["threat"] = float("threat" in label)
    elif corpus in ("stormfront_sentences", "implicit_hate", "toxigen_annotated", "toxigen_prompts"):
        known["identity_attack"] = float(abusive)
    elif corpus == "ruhsold_roman_urdu":
        known["toxicity"] = float(abusive)
        known["identity_attack"] = {"sexism": 1.0, "religious_hate": 1.0, "normal": 0.0}.get(label)
        known["profanity"] = {"profane_untargeted": 1.0, "normal": 0.0}.get(label)
    elif corpus == "germeval2018":
        known["toxicity"] = float(abusive)
        known["insult"] = {"INSULT": 1.0, "OTHER": 0.0}.get(label)
        known["profanity"] = {"PROFANITY": 1.0, "OTHER": 0.0}.get(label)
    elif corpus in ("fox_news", "surge_toxicity"):
        known["toxicity"] = float(abusive)
    return known


def share(row):
    """The share of annotators who called it abusive, where the corpus tells; it says more than their majority."""
    corpus, detail = row["corpus"], row.get("labels") or {}
    if corpus == "toxic_spans_civil_comments":
        return float(detail["toxic_fraction"])
    if corpus == "davidson":
        return (detail["hate_speech"] + detail["offensive_language"]) / max(1, detail["count"])
    if corpus == "hatexplain" and (votes := detail.get("annotator_labels")):
        return sum(vote != "normal" for vote in votes) / len(votes)
    if corpus == "sbic_dev_test":
        return float(detail["offensive"])
    return float(row["abusive"])


def load(corpus, part):
    """Rows of one corpus: dicts of text, corpus, abusive, share, kinds."""
    for row in read(DATA / "abuse" / f"{corpus}.jsonl.gz"):
        if row["split"] == part and row["abusive"] is not None:
            yield {"text": row["text"], "corpus": corpus, "abusive": float(row["abusive"]), "share": share(row),
                   "kinds": kinds(row)}


def own(part, per_frame, seed):
    for row in sentences.rows(part, per_frame, seed):
        toxic = row["labels"]["toxicity"]
        yield {"text": row["text"], "corpus": "sentences", "section": row["section"], "abusive": toxic, "share": toxic,
               "kinds": row["labels"]}


def epoch(number, seed=11):
    """The rows of one epoch of training, drawn anew each time and in a fixed order."""
    rng = random.Random(seed * 1000 + number)
    rows = []
    for corpus, (positive, negative) in SHIPPED.items():
        every = list(load(corpus, "train"))
        for value, most in ((1.0, positive), (0.0, negative)):
            part = [row for row in every if row["abusive"] == value]
            rng.shuffle(part)
            rows += part[:most]
    rows += own("train", 24, seed * 1000 + number)
    rng.shuffle(rows)
    return rows
