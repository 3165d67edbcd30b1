"""Teaches both stages what advertising is, on top of weights that are as they will ship.

    python spam.py --version 8

The encoder stays as it is: its head for advertising is a logistic regression over what it makes of a text (384 numbers);
the first stage's is one over its hashed features. They learn from `train` of the messages and from our own sentences in
`adverts.txt`; how their sum is weighed and becomes a probability is set on `valid`, as in calibrate.py. The topic phase is
to be told of the new file (topic_export.py), or it goes by words alone.
"""

import argparse
import collections
import json
import random
import re
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import nn

import calibrate
import corpora
import export
import program
from encoder import WIDTH, Encoder, auc, padded, pooled, tokenizer
from fast import PLACES, bags
from sentences import held_back, kept

COLUMN = calibrate.ALL.index("spam")  # of the tables: the last one
# Comments that advertise nothing, as far as anybody knows: the model must leave them alone.
OTHERS = ("cad_reddit", "toxic_spans_civil_comments", "jigsaw_wikipedia_sample", "fox_news", "implicit_hate", "davidson")

SLOTS = {
    "L": """www.{w}{w}.biz;http://{w}-{w}.com;https://{w}{w}.shop/{w};{w}{w}7.com;bit.ly/{w}{n};https://{w}.blogspot.com;
        www.{w}-{w}.net;https://t.me/{w}{n};http://{w}{n}.online;{w}{w}.io;https://www.{w}{w}.in/{w}-{w};{w}{w}.store;
        {w}-{w}.co.uk;etsy.com/shop/{w}{w};https://{w}{w}.com/?ref={n};{w}{w}.info;amzn.to/{n}{w};https://{w}{w}.us""",
    "T": """https://www.ons.gov.uk/{w};https://www.bbc.co.uk/news/{w}-{n};https://en.wikipedia.org/wiki/{w};www.gov.uk/{w};
        https://www.nature.com/articles/{n};https://www.reuters.com/{w}/{w}-{n};https://www.nytimes.com/{n}/{w}.html;
        http://www.{w}council.gov.uk/{w}.pdf;https://www.theguardian.com/{w}/{n};www.parliament.uk/{w};https://www.{w}.org/{w};
        https://doi.org/10.{n}/{n};www.{w}theatre.org;https://dawn.com/news/{n};https://www.youtube.com/watch?v={w}{n};
        https://youtu.be/{w}{n};https://{w}.substack.com/p/{w}-{w};https://twitter.com/{w}/status/{n};https://www.{w}.com/{w}-{n};
        https://www.{w}.edu/{w}""",
    "X": """watches;shoes;handbags;sunglasses;pills;jerseys;mattresses;phones;laptops;headphones;carpets;flowers;perfumes;
        sneakers;vitamins;vapes;tyres;windows;curtains;backpacks;jackets;solar panels;puppies;diamonds;garden chairs""",
    "S": """plumbers;essay writing service;SEO;web design;roofing;escorts;a moving company;car rental;locksmith;a dentist;
        assignment help;pest control;digital marketing;an astrologer;taxi service;lawyers;carpet cleaning;a photographer;
        private detective;wedding photography;logo design;insurance;a translator;tutoring;catering""",
    "M": "$85;£500;$17,488;£2,000;12,000 dollars;$6580;€900;5000 pounds;£30,000;90 bucks;$12k;2 million rupees;£40;$1,200;£26",
    "E": """Linda;Osagie;Mark Robert;Anita;Wilson;Ahmed;Carlos;Elizabeth;Sharma;Clara Benson;Great Ibu;David Olu;Monica;
        Victor;Jane Cooper;Abdul;Sandra;Miller;Tom Hughes;Kowalski;Priya;Thomas;O'Brien;Fatima;Schmidt""",
    "C": """WhatsApp +{n}{n};Telegram @{w}{n};email {w}{n}@gmail.com;({w}.{w}@outlook.com);on {L};Text {n}-{n};call 0800 {n};
        contact: {w}@{w}.com;WhatsApp me;DM me;via {L};Instagram @{w}_{w};+1-888-{n};message me;phone +{n}{n}""",
    "F": "0800 {n};0300 123 {n};0808 {n};101;116 123;01903 {n};1-800-{n};the number in the article;15",
}
WORDS = """easy cash work home today best deal shop trade profit gold star luxe top fast online smart money pro world tech hub
    daily life guide city king royal fix care news review expert plus market river green bridge north oak school data open""".split()
SYLLABLES = "ba ce di fo gu ha ki lo ma ne pi ro sa te vu wa xi yo zen tor mal vin dor lex".split()


def frames(part):
    """`advert` and `plain`, each with its frames: all of a group but its last, or for `valid` the last ones."""
    found, groups = {}, []
    for line in (Path(__file__).parent / "adverts.txt").read_text().splitlines():
        if head := re.fullmatch(r"\[(\w+)\]", line):
            found[head[1]] = groups = []
        elif line.startswith("# ") and found:
            groups.append([])
        elif line.strip() and found:
            groups[-1].append(line)
    return {name: [frame for group in groups for frame in (group[-1:] if part == "valid" else group[:-1])]
            for name, groups in found.items()}


def word(rng):
    """A part of an address: a word, or what sounds like one."""
    return rng.choice(WORDS) if rng.random() < 0.5 else "".join(rng.choices(SYLLABLES, k=2))


def fill(frame, slots, rng):
    """One sentence of a frame: from the inside out, for a choice may stand within another."""
    choice = lambda found: rng.choice(found[1].split("|"))
    slot = lambda found: rng.choice(slots[found[1]])
    text, last = frame, None
    while text != last:
        last = text
        text = re.sub(r"\{(\w)\}", lambda found: slot(found) if found[1] in slots else found[0],
                      re.sub(r"\(([^()]*\|[^()]*)\)", choice, text))
        text = re.sub(r"\{w\}", lambda _: word(rng), text)
        text = re.sub(r"\{n\}", lambda _: str(rng.randrange(100, 99999)), text)
    text = re.sub(r"\s+", " ", text).strip()
    if rng.random() < 0.2:
        text = text.lower()
    if rng.random() < 0.1:
        text = text.upper()
    return text[:1].upper() + text[1:] if rng.random() < 0.7 else text


def own(part, a_frame):
    """Our own sentences; for `valid` of frames and fillings that training never sees."""
    pick = held_back if part == "valid" else kept
    rng = random.Random(f"adverts {part}")
    slots = {name: pick([item.strip() for item in items.split(";")], 5) for name, items in SLOTS.items()}
    for section, lines in frames(part).items():
        for frame in lines:
            for text in dict.fromkeys(fill(frame, slots, rng) for _ in range(a_frame)):
                yield {"text": text, "corpus": "adverts", "kinds": {"spam": float(section == "advert")}}


def messages(part, names=("youtube_spam", "sms_spam")):
    for name in names:
        for row in corpora.read(corpora.DATA / "spam" / f"{name}.jsonl.gz"):
            if row["split"] == part:
                yield {"text": row["text"], "corpus": name, "kinds": {"spam": float(row["spam"])}}


def others(part, most):
    for name in OTHERS:
        rows = list(corpora.load(name, part))
        for row in random.Random(5).sample(rows, min(most, len(rows))):
            yield {"text": row["text"], "corpus": "others", "kinds": {"spam": 0.0}}


def rows(part, a_frame, most):
    return [*messages(part), *own(part, a_frame), *others(part, most)]


def spam(rows):
    return [row["kinds"]["spam"] for row in rows]


def weights(rows):
    """Both sides of a collection count alike, other comments most of all: little of what comes is advertising."""
    much = {"youtube_spam": 0.5, "sms_spam": 0.3, "adverts": 1.0, "others": 4.0}
    side = [(row["corpus"], row["kinds"]["spam"]) for row in rows]
    size = collections.Counter(side)
    return np.array([much[corpus] / size[corpus, spam] for corpus, spam in side], np.float32)


def learnt(forward, parameters, truth, weight, shrink):
    """Logistic regression by its whole gradient; `forward` gives the logits of all rows."""
    optimizer = torch.optim.LBFGS(parameters, max_iter=200, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        fit = nn.functional.binary_cross_entropy_with_logits(forward(), truth, reduction="none")
        value = (fit * weight).sum() / weight.sum() + shrink * (parameters[0] ** 2).sum()
        value.backward()
        return value

    optimizer.step(loss)


def of_encoder(model, train):
    """The head over the mean vectors."""
    means = pooled(model, [row["text"] for row in train], "cpu")
    scale = means.std(0) + 1e-6
    head, bias = torch.zeros(WIDTH, requires_grad=True), torch.zeros(1, requires_grad=True)
    truth = torch.tensor(spam(train))
    learnt(lambda: means / scale @ head + bias, [head, bias], truth, torch.tensor(weights(train)), 3e-3)
    return (head / scale).detach()


def places_of(texts):
    """Where each text has its features; one without any is taken for a rare one."""
    return [row["features"] or [0] for row in program.measure(texts, "--features")]


def of_features(train):
    """The column of the first stage's table."""
    places, lengths = bags(places_of([row["text"] for row in train]))
    offsets = torch.tensor(np.concatenate([[0], np.cumsum(lengths)[:-1]]))
    by = torch.tensor(1 / np.sqrt(lengths), dtype=torch.float32)
    table, bias = torch.zeros(PLACES, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
    truth = torch.tensor(spam(train))
    learnt(lambda: nn.functional.embedding_bag(places, table, offsets, mode="sum")[:, 0] * by + bias, [table, bias],
           truth, torch.tensor(weights(train)), 1e-5)
    return table.detach()[:, 0].numpy()


def measured(head, column, model, rows):
    """Both stages' measurements of whole texts, rows × 2."""
    texts = [row["text"] for row in rows]
    fast = np.array([column[row].sum() / np.sqrt(len(row)) for row in places_of(texts)])
    return np.stack([(pooled(model, texts, "cpu") @ head).numpy(), fast], 1)


def shipped():
    """The encoder that ships, as far as rounding left it: its body alone, without the heads that it was trained with."""
    state = {name: torch.tensor(value) for name, value in export.shipped(export.MODELS / "encoder.safetensors").items()}
    model = Encoder()
    own = model.state_dict()
    read = state.pop("place.weight")
    own["place.weight"][: len(read)] = read
    model.load_state_dict(own | {name: value for name, value in state.items() if name in own and not name.startswith("heads.")})
    return model


def write(head, column):
    """Puts both stages' weights into the files beside those of the other kinds."""
    path = export.MODELS / "encoder.safetensors"
    tensors = load_file(path)
    tensors["heads.weight"] = np.vstack([tensors["heads.weight"][:COLUMN], head]).astype(np.float32)
    save_file(tensors, path)
    path = export.MODELS / "fast.safetensors"
    tensors = load_file(path)
    integers, scale = export.rows_of_integers(column[None, :], 127)
    tensors["table"][:, COLUMN], tensors["scale"][COLUMN], tensors["bias"][COLUMN] = integers[0], scale[0], 0.0
    save_file(tensors, path)


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--version", required=True)
    with_ = ask.parse_args()
    torch.manual_seed(4)
    model = shipped()
    train, valid = rows("train", 60, 6000), rows("valid", 30, 500)
    print(collections.Counter(row["corpus"] for row in train), flush=True)
    head, column = of_encoder(model, train), of_features(train)

    # how much each stage counts
    both, truth = measured(head, column, model, valid), np.array(spam(valid))
    (by_encoder, by_fast), _ = calibrate.logistic(both, truth, weights(valid))
    for name in ("youtube_spam", "sms_spam", "adverts"):
        at = [i for i, row in enumerate(valid) if row["corpus"] in (name, "others")]
        print(name, "encoder, fast, both", [round(float(auc(part[at], truth[at])), 3)
              for part in (both[:, 0], both[:, 1], both @ [by_encoder, by_fast])])
    head, column = head.numpy() * by_encoder, column * by_fast
    write(head, column)
    reference(model, head, column)
    kinds = json.loads((export.MODELS / "models.json").read_text())["kinds"] | {"spam": calibrate.PLAIN}
    export.manifest(with_.version, kinds)
    more = [row for row in valid if row["corpus"] != "others"]
    export.manifest(with_.version, kinds | calibrate.calibrate(calibrate.PLAIN["margin"], ["spam"], more))


def reference(model, head, column):
    """Adds this kind to what the program's tests compare with."""
    path = export.MODELS / "reference.json"
    found = json.loads(path.read_text())
    places = places_of([row["text"] for row in found])
    means = [model.pooled(*padded([row.ids], "cpu")) for row in tokenizer(128).encode_batch([row["words"] for row in found])]
    for row, mean, places in zip(found, means, places):
        row["encoder"] = [*row["encoder"][:COLUMN], round(float(mean[0].detach().numpy() @ head), 4)]
        row["fast"] = [*row["fast"][:COLUMN], round(float(column[places].sum() / np.sqrt(len(places))), 4)]
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
