"""Writes weights as the program reads them: integers of seven bits for products, of eight for words."""

import hashlib
import json
import os
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from encoder import LAYERS, base

MODELS = Path(os.environ.get("BELOWLINE_MODELS", Path(__file__).parent.parent / "models"))
PLACES_READ = 128  # the longest passage


def rows_of_integers(weight, most):
    """One scale a row: weight ≈ integers × scale."""
    scale = np.abs(weight).max(axis=1) / most
    scale[scale == 0] = 1.0
    return np.clip(np.round(weight / scale[:, None]), -most, most).astype(np.int8), scale.astype(np.float32)


def encoder(state, heads, bias, path):
    """`heads` is kinds × 384, `bias` one for each kind; `state` the encoder's tensors as numpy arrays."""
    vocabulary = (base() / "vocab.txt").read_bytes().rstrip(b"\n")
    tensors = {"vocabulary": np.frombuffer(vocabulary, np.uint8)}
    tensors["word.weight"], tensors["word.scale"] = rows_of_integers(state["word.weight"], 127)
    tensors["place.weight"] = state["place.weight"][:PLACES_READ].astype(np.float32)
    norms = ["norm"] + [f"layers.{i}.norm{j}" for i in range(LAYERS) for j in (1, 2)]
    for name in norms:
        for part in ("weight", "bias"):
            tensors[f"{name}.{part}"] = state[f"{name}.{part}"].astype(np.float32)
    for i in range(LAYERS):
        for part in ("qkv", "out", "up", "down"):
            name = f"layers.{i}.{part}"
            tensors[f"{name}.weight"], tensors[f"{name}.scale"] = rows_of_integers(state[f"{name}.weight"], 63)
            tensors[f"{name}.bias"] = state[f"{name}.bias"].astype(np.float32)
    tensors["heads.weight"] = np.ascontiguousarray(heads, np.float32)
    tensors["heads.bias"] = np.ascontiguousarray(bias, np.float32)
    for part in ("weight", "bias"):
        tensors[f"about.{part}"] = np.ascontiguousarray(state[f"about.{part}"], np.float32)
    save_file(tensors, path)


def shipped(path):
    """The encoder's tensors out of what `encoder` wrote, as far as rounding left them; its heads are those of the kinds."""
    tensors = load_file(path)
    state = {name: value for name, value in tensors.items() if not name.endswith(".scale") and name != "vocabulary"}
    for name, value in tensors.items():
        if name.endswith(".scale"):
            weight = name.replace(".scale", ".weight")
            state[weight] = tensors[weight].astype(np.float32) * value[:, None]
    return state


def fast(table, bias, path):
    """`table` is places × kinds; a place is eight bytes in the file."""
    integers, scale = rows_of_integers(np.ascontiguousarray(table.T), 127)
    wide = np.zeros((table.shape[0], 8), np.int8)
    wide[:, : table.shape[1]] = integers.T
    save_file({"table": wide, "scale": scale, "bias": np.asarray(bias, np.float32)}, path)


def manifest(version, kinds, path=MODELS / "models.json"):
    """`kinds` name -> its calibration; see src/filter/model/kinds.rs."""
    found = {"version": version}
    for name in ("fast", "encoder"):
        found[name] = hashlib.sha256((MODELS / f"{name}.safetensors").read_bytes()).hexdigest()
    found["kinds"] = kinds
    path.write_text(json.dumps(found, indent=2) + "\n")
