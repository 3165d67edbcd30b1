"""Folds what was trained into the weights that ship, and turns measurements into probabilities.

    python calibrate.py --encoder runs/encoder-heads/encoder.safetensors --fast runs/fast.npz --version 1

First the heads of the corpora are combined into one score a kind: fewer than a hundred numbers, fitted on `valid`
and on the sets that may not train weights. Then the program itself measures comments with the new weights, and a
logistic curve makes probabilities of it that hold at a newspaper's share of abuse.
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file

import corpora
import export
import fast as fast_stage
import program
from encoder import ABUSIVE, HEADS, Encoder, auc, padded, pooled, tokenizer
from sentences import KINDS

ALL = [*KINDS, "spam"]
# A kind that is not calibrated yet.
PLAIN = {"encoder": 1.0, "fast": 1.0, "bias": 0.0, "alone": 1.0, "alone_bias": 0.0, "margin": 1.0, "alone_margin": 1.0}
# Of what the encoder makes of comments, as many principal components take part in the score for abuse.
COMPONENTS = 20
SHARES = {  # of a newspaper's comments; from UCC, SFU and the kinds within Jigsaw's and Civil Comments' abusive ones
    "toxicity": 0.05, "severe_toxicity": 0.004, "identity_attack": 0.012, "insult": 0.03, "threat": 0.003,
    "profanity": 0.02, "spam": 0.01,
}


def fitting_rows(most=1500):
    """Rows for the combination: `valid` of what trained the weights, all of what may not."""
    rows = []
    for corpus in corpora.SHIPPED:
        if corpora.head(corpus) == corpus and corpus not in corpora.FOREIGN:
            rows.append(random.Random(1).sample(part := list(corpora.load(corpus, "valid")), min(most, len(part))))
    for corpus in corpora.WITHHELD:
        part = list(corpora.load(corpus, "train"))
        rows.append(random.Random(1).sample(part, min(most, len(part))))
    rows.append(list(corpora.own("valid", 24, 9)))
    return [row for part in rows for row in part]


def combine(features, truth, weight, group, shrink):
    """Logistic regression with an intercept for each corpus, which is dropped: only order within a corpus counts."""
    groups = sorted(set(group))
    which = torch.tensor([groups.index(name) for name in group])
    scale = features.std(0) + 1e-6
    x, y, w = (torch.tensor(part, dtype=torch.float32) for part in (features / scale, truth, weight))
    slopes = torch.zeros(x.shape[1], requires_grad=True)
    places = torch.zeros(len(groups), requires_grad=True)
    optimizer = torch.optim.LBFGS([slopes, places], max_iter=300, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        fit = torch.nn.functional.binary_cross_entropy_with_logits(x @ slopes + places[which], y, reduction="none")
        value = (fit * w).sum() / w.sum() + shrink * (slopes**2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    return slopes.detach().numpy() / scale


def equal_weights(truth, group):
    """Each corpus counts alike, and within it each side."""
    weight = np.zeros(len(truth))
    for name in set(group):
        for side in (0, 1):
            at = [i for i, own in enumerate(group) if own == name and (truth[i] > 0.5) == side]
            if at:
                weight[at] = 1 / len(at)
    return weight


def logistic(x, y, weight):
    """Slopes and intercept of a plain logistic regression; slopes not negative."""
    x, y, w = (torch.tensor(np.asarray(part), dtype=torch.float32) for part in (x, y, weight))
    raw = torch.zeros(x.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([raw, bias], max_iter=300, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        fit = torch.nn.functional.binary_cross_entropy_with_logits(
            x @ torch.nn.functional.softplus(raw) + bias, y, reduction="none")
        value = (fit * w).sum() / w.sum()
        value.backward()
        return value

    optimizer.step(loss)
    return torch.nn.functional.softplus(raw).detach().numpy(), float(bias.detach())


def at_share(truth, share):
    """Weights under which the positives are this share of all."""
    truth = np.asarray(truth) > 0.5
    return np.where(truth, share / truth.mean(), (1 - share) / (1 - truth.mean()))


def news():
    """Comments of a newspaper at their natural share of abuse, and the clean ones of another."""
    labelled = [row for name in ("ucc_globe_and_mail", "sfu_globe_and_mail") for row in corpora.load(name, "train")]
    approved = []
    for name in ("nyt_commentiq_2014", "nyt_room_for_debate"):
        for row in corpora.read(corpora.DATA / "ontopic" / name / "comments.jsonl.gz"):
            approved.append({"text": row["text"], "corpus": name, "abusive": 0.0, "kinds": dict.fromkeys(KINDS, 0.0)})
    return labelled, random.Random(6).sample(approved, 2500)


def extremes(passages, margin):
    """For each kind the largest measurement of all passages: both stages together, and the fast one alone."""
    both, alone = np.full(len(KINDS) + 1, -99.0), np.full(len(KINDS) + 1, -99.0)
    for fast, encoder, is_part in passages:
        less = margin if is_part else 0.0
        alone = np.maximum(alone, np.array(fast) - less)
        both = np.maximum(both, np.array(fast) + np.array(encoder) - less)
    return both, alone


def calibrate(margin, of=KINDS, more=()):
    """Slope and intercept of each of these kinds, by both stages and by the first alone, on these rows too."""
    labelled, approved = news()
    abusive = [row for name in ("jigsaw_wikipedia_sample", "toxic_spans_civil_comments", "cad_reddit", "surge_toxicity")
               for row in corpora.load(name, "valid")]
    own = list(corpora.own("valid", 8, 12))
    rows = labelled + approved + abusive + own + list(more)
    found = [extremes(row["passages"], margin) for row in program.measure(
        [row["text"] for row in rows], "--models", str(export.MODELS))]
    kinds = {}
    for number, kind in enumerate(ALL):
        if kind not in of:
            continue
        at, truth = [], []
        for i, row in enumerate(rows):
            value = row["kinds"].get(kind)
            if kind == "toxicity" and row["corpus"] in ("ucc_globe_and_mail", "sfu_globe_and_mail"):
                value = row["abusive"]
            elif kind == "spam":
                value = row["kinds"].get(kind, 0.0 if i < len(labelled) + len(approved) else None)
            elif row["corpus"] == "ucc_globe_and_mail" and row["abusive"] == 0:
                value = 0.0
            if kind in ("toxicity",) and row["corpus"] in ("cad_reddit", "nyt_commentiq_2014", "nyt_room_for_debate"):
                value = None
            if value is not None:
                at.append(i)
                truth.append(float(value > 0.5))
        weight = at_share(truth, SHARES[kind])
        if kind == "toxicity":
            # half by the newspaper's own labels as they are, half by plain abuse at the newspaper's share
            part = np.array([i < len(labelled) for i in at])
            truth = np.array(truth)
            weight[part] = 1 / part.sum()
            weight[~part] = at_share(truth[~part], SHARES[kind]) / (~part).sum()
        curves = []
        for column in (0, 1):
            x = np.array([found[i][column][number] for i in at])[:, None]
            slope, bias = logistic(x, truth, weight)
            curves.append((float(slope[0]), bias))
        (slope, bias), (alone, alone_bias) = curves
        numbers = {"encoder": slope, "fast": slope, "bias": bias, "alone": alone,
                   "alone_bias": alone_bias, "margin": slope * margin, "alone_margin": alone * margin}
        kinds[kind] = {name: round(value, 5) for name, value in numbers.items()}
        print(kind, len(at), int(sum(truth)), kinds[kind], flush=True)
    return kinds


def reference(model, heads, places):
    """A few texts as the weights measure them before they are rounded, for the program's tests."""
    texts = [row["text"] for row in random.Random(8).sample(list(corpora.own("valid", 4, 8)), 12)]
    texts += ["What a lovely day 🙂, thank you!", "Ça va être très cher", "@user 100% agree: see http://example.com/a?b=1"]
    found = program.measure(texts, "--features")
    with torch.no_grad():
        model.eval()
        means = [model.pooled(*padded([row.ids], "cpu")) for row in tokenizer(128).encode_batch(program.words(texts))]
    rows = []
    for text, row, mean in zip(texts, found, means):
        by_fast = places[row["features"]].sum(0) / np.sqrt(len(row["features"]))
        rows.append({"text": text, "words": row["words"], "encoder": (mean[0].numpy() @ heads.T).round(4).tolist(),
                     "fast": by_fast.round(4).tolist(), "sense": model.about(mean)[0].detach().numpy().round(3).tolist()})
    (export.MODELS / "reference.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--encoder", type=Path, required=True)
    ask.add_argument("--fast", type=Path, required=True)
    ask.add_argument("--version", required=True)
    ask.add_argument("--most", type=int, default=1500, help="rows of a corpus for the combination")
    ask.add_argument("--margin", type=float, default=1.0)
    with_ = ask.parse_args()
    state, table = load_file(with_.encoder), np.load(with_.fast)
    model = Encoder()
    model.load_state_dict({name: torch.tensor(value) for name, value in state.items()})
    rows = fitting_rows(with_.most)
    texts = [row["text"] for row in rows]
    group = [row["corpus"] for row in rows]
    means = pooled(model, texts, "cpu").numpy()
    by_encoder = means @ state["heads.weight"].T
    # from what trained the weights, so that no number is fitted to what may not
    shipped = means[[name in corpora.SHIPPED for name in group]]
    axes = np.linalg.eigh(np.cov((shipped / shipped.std(0)).T))[1][:, ::-1][:, :COMPONENTS] / shipped.std(0)[:, None]
    by_fast = fast_stage.logits(table["table"], table["bias"], texts)

    # the last row and column are for advertising: spam.py
    heads, places = np.zeros((len(ALL), 384)), np.zeros((table["table"].shape[0], len(ALL)))
    wide = table["table"].astype(np.float32)
    for number, kind in enumerate(KINDS):
        if kind == "toxicity":
            truth = np.array([np.nan if row["abusive"] is None else row["abusive"] for row in rows])
        else:
            truth = np.array([np.nan if row["kinds"][kind] is None else row["kinds"][kind] for row in rows])
        known = [i for i in range(len(rows)) if not np.isnan(truth[i])]
        parts = [group[i] for i in known]
        truth = (truth[known] > 0.5).astype(float)
        # columns of the heads, and more features as columns over the means; fewer than a hundred numbers in all
        more = np.zeros((means.shape[1], 0), np.float32)
        if kind == "toxicity":
            columns, more = [ABUSIVE], axes
        elif kind == "identity_attack":
            columns = [i for i, name in enumerate(HEADS) if name.removeprefix("corpus:") not in corpora.FOREIGN]
        else:
            columns = [HEADS.index(kind)]
        features = np.hstack([by_encoder[known][:, columns], by_fast[known][:, columns], means[known] @ more])
        slopes = combine(features, truth, equal_weights(truth, parts), parts, 0.003)
        of_encoder, of_fast, of_more = np.split(slopes, [len(columns), 2 * len(columns)])
        heads[number] = of_encoder @ state["heads.weight"][columns] + more @ of_more
        places[:, number] = wide[:, columns] @ of_fast
        score = features @ slopes
        found = {name: auc(score[at], truth[at]) for name in dict.fromkeys(parts)
                 if len(set(truth[at := [i for i, own in enumerate(parts) if own == name]])) == 2}
        print(kind, "mean", round(float(np.mean(list(found.values()))), 3),
              {name: round(float(value), 3) for name, value in found.items()}, flush=True)
    export.encoder(state, heads, np.zeros(len(ALL)), export.MODELS / "encoder.safetensors")
    export.fast(places, np.zeros(len(ALL)), export.MODELS / "fast.safetensors")
    reference(model, heads, places)
    export.manifest(with_.version, dict.fromkeys(ALL, PLAIN))
    export.manifest(with_.version, calibrate(with_.margin) | {"spam": PLAIN})


if __name__ == "__main__":
    main()
