"""Comments with their own article and with others, as lines for `belowline screen` and `belowline measure --topic`."""

import json
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor

import program
import topic_texts

ENGLISH = ["fox_news", "iac_4forums", "nyt_2017_18_small", "nyt_commentiq_2014", "nyt_room_for_debate",
           "qatar_living_semeval2015", "rumoureval2017", "sfu_globe_and_mail"]
QATAR = "qatar_living_semeval2015"
# Of a longer thread the newest, which is what a site would still have at hand.
THREAD = 60
# Every thread was young once: as long is one before it counts as long, see src/filter/topic/combine.rs.
YOUNG = [0, 1, 2, 3, 4, 5]


class Corpus:
    def __init__(self, name):
        self.name = name
        self.articles = {row["id"]: row for row in topic_texts.ontopic(name, "articles")}
        self.comments = {row["id"]: row for row in topic_texts.ontopic(name, "comments")}
        self.under = {}
        for row in self.comments.values():
            self.under.setdefault(row["article_id"], []).append(row["id"])

    def parent(self, comment, article_id, rng):
        """What it answers; under another article any comment there, if it answers anything."""
        own = self.comments.get(comment.get("parent_id"))
        if own is None or own["id"] == comment["id"]:
            return None
        if article_id == comment["article_id"]:
            return own["text"]
        there = self.under.get(article_id, [])
        return self.comments[rng.choice(there)]["text"] if there else None

    def line(self, comment, article_id, around, rng, lengths=(THREAD,)):
        article = self.articles[article_id]
        row = {"id": comment["id"], "text": comment["text"],
               "article": {"title": article["title"] or "", "body": article["body"] or ""}}
        if around:
            row["parent"] = self.parent(comment, article_id, rng)
            row["thread"] = [self.comments[id_]["text"] for id_ in self.under.get(article_id, [])
                             if id_ != comment["id"] and id_ != comment.get("parent_id")]
            length = rng.choice(lengths)
            row["thread"] = row["thread"][-length:] if length else []
        return row


def pairs(corpus, part, around, most, lengths=(THREAD,)):
    """Lines and labels: 1 under its own article. In the order of articles, which are prepared once."""
    rng = random.Random(f"{corpus.name} {part}")
    rows = [row for row in topic_texts.ontopic(corpus.name, "pairs") if row["split"] == part]
    if len(rows) > most:
        rows = rng.sample(rows, most)
    rows.sort(key=lambda row: (row["article_id"], row["pair_id"]))
    lines = [corpus.line(corpus.comments[row["comment_id"]], row["article_id"], around, rng, lengths) for row in rows]
    return lines, rows


def human(corpus, part, around):
    """Qatar Living's comments under their own question, with what people said of them: 1 is relevant."""
    rng = random.Random(part)
    kept = {"Good": 1, "Potential": 1, "Bad": 0, "Dialogue": 0}
    rows = [row for row in topic_texts.ontopic(QATAR, "human_labels")
            if row["human_label"] in kept and corpus.articles[row["article_id"]]["split"] == part]
    lines = [corpus.line(corpus.comments[row["comment_id"]], row["article_id"], around, rng) for row in rows]
    return lines, [kept[row["human_label"]] for row in rows]


def measure(lines, *options):
    """For each line the measurements by name, or None where the phase abstains."""
    def some(lines):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        done = subprocess.run([program.PROGRAM, "measure", "--topic", *options], input=text, capture_output=True,
                              text=True, check=True)
        return [json.loads(line)["topic"] for line in done.stdout.splitlines()]

    # always in two parts, so that the stories that a comment is seen against are the same on every machine
    size = -(-len(lines) // 2) or 1
    parts = [lines[at : at + size] for at in range(0, len(lines), size)]
    with ThreadPoolExecutor(2) as pool:
        return [row for part in pool.map(some, parts) for row in part]
