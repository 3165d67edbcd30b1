"""Writes the topic table in bytes, with the words, how much each says, and everyday talk to compare with.

    python topic_export.py --table runs/topic/table.npz --models ../models
"""

import argparse
import hashlib
import json
import random
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

import topic_texts
from topic_table import LISTS, Splitter

EVERYDAY = 192


def everyday(vectors):
    """Directions of groups of texts (k-means on the sphere): talk of many kinds, none of it about one story."""
    vectors = vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)
    # half of it single texts: a group's middle is nearer to everything than a story is
    centres = vectors[:EVERYDAY].copy()
    for _ in range(12):
        nearest = (vectors @ centres.T).argmax(1)
        for i in range(EVERYDAY):
            if (nearest == i).any():
                mean = vectors[nearest == i].mean(0)
                centres[i] = mean / (np.linalg.norm(mean) + 1e-9)
    return centres


def in_bytes(vectors):
    most = np.abs(vectors).max(1, keepdims=True) + 1e-9
    return np.round(vectors / most * 127).astype(np.int8), most[:, 0] / 127


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--table", type=Path, default=Path("runs/topic/table.npz"))
    ask.add_argument("--vectors", type=Path, default=Path("runs/topic"), help="where topic_texts.py left them")
    ask.add_argument("--models", type=Path, default=Path("../models"))
    with_ = ask.parse_args()
    found = np.load(with_.table, allow_pickle=True)
    table, rows = found["table"], list(found["rows"])
    texts, reference, vectors = topic_texts.known(with_.vectors)
    share = (found["stems"] + 0.5) / len(texts)
    says = np.clip(np.round(250 * np.log(1 / share) / np.log(2 * len(texts))), 0, 250).astype(np.uint8)
    some = random.Random(9).sample([i for i, text in enumerate(texts) if len(text.split()) >= 8], 20000)
    split = Splitter(rows)
    groups, _ = in_bytes(everyday(np.stack([table[split(texts[i])].sum(0) for i in some])))
    # as the untouched encoder sees them, from which ours has learnt to see what a text is about
    senses, _ = in_bytes(everyday(topic_texts.directions(with_.vectors, vectors, table.shape[1])[some]))
    numbers, scale = in_bytes(table)
    path = with_.models / "topic.safetensors"
    with_.models.mkdir(parents=True, exist_ok=True)
    save_file({"words": np.frombuffer("\n".join(rows).encode(), np.uint8).copy(), "table": numbers,
               "scale": scale.astype(np.float32), "says": says, "everyday": groups,
               "everyday_senses": senses}, path)
    manifest = with_.models / "topic.json"
    old = json.loads(manifest.read_text()) if manifest.exists() else json.loads((LISTS.parent / "models" / "topic.json").read_text())
    old["encoder"] = json.loads((with_.models / "models.json").read_text())["encoder"]
    old["table"] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(old, indent=2) + "\n")
    print(path.stat().st_size, "bytes", len(rows), "rows")


if __name__ == "__main__":
    main()
