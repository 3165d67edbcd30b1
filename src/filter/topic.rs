//! Phase 4: is the comment about anything that is being discussed here? A first, lexical measure:
//! how many of its content words the article, the parent comment or the thread use as well.

use std::collections::HashSet;

use rust_stemmers::{Algorithm, Stemmer};

use super::chars::is_word;
use super::normalize::{Piece, normalize};
use super::phases::{Phase, Prepared, Signals};
use super::verdict::{Kind, Reason, Severity};
use super::wordlist::is_stop_word;

/// With fewer content words ("I agree", "Well said") a comment says nothing about its topic.
const LEAST_WORDS: usize = 4;
/// A context with fewer content words says too little to compare with.
const LEAST_CONTEXT: usize = 4;
/// A context with more content words than this counts as one of this size.
const LARGE_CONTEXT: usize = 150;
/// At most this many content words of a comment and of each context count.
const MOST_WORDS: usize = 5_000;

pub(super) struct Topic;

impl Phase for Topic {
    fn name(&self) -> &'static str {
        "topic"
    }

    fn assess(&self, on: &Prepared<'_>) -> Signals {
        let mut signals = Signals::default();
        let rules = &on.ruleset.source.topic;
        if !rules.enabled {
            return signals;
        }
        let measured = measure(on);
        signals
            .scores
            .push(("off_topic", measured.as_ref().map(|m| m.score)));
        if let Some(measured) = measured.filter(|m| m.score >= rules.threshold) {
            signals.reasons.push(Reason {
                kind: Kind::OffTopic,
                severity: Severity::Strong,
                phase: self.name().to_owned(),
                score: Some(measured.score),
                spans: Vec::new(),
                note: measured.describe(),
            });
        }
        signals
    }
}

/// One measurement against the context that fits best.
struct Measured {
    score: f32,
    shared: usize,
    words: usize,
    relation: &'static str,
}

impl Measured {
    fn describe(&self) -> String {
        format!(
            "Of its {} content words, {} occur in {}, which fits best.",
            self.words, self.shared, self.relation
        )
    }
}

/// The off-topic score, or nothing when there is too little to go on.
fn measure(on: &Prepared<'_>) -> Option<Measured> {
    let subject = on.subject;
    let article = subject.article?;
    let stemmer = Stemmer::create(Algorithm::English);
    let comment = stems(&on.view.pieces, &stemmer);
    if comment.len() < LEAST_WORDS {
        return None;
    }
    let read = |text: &str| stems(&normalize(text, on.ruleset.source.folds).pieces, &stemmer);
    let mut about = read(article.title);
    about.extend(read(article.body));
    if about.len() < LEAST_CONTEXT || !same_script(subject.text, article.title) {
        return None;
    }
    let mut thread = HashSet::new();
    for text in subject.thread {
        if thread.len() < MOST_WORDS {
            thread.extend(read(text));
        }
    }
    let parent = subject.parent.map(read).unwrap_or_default();
    [
        ("the article", about),
        ("the parent comment", parent),
        ("the thread", thread),
    ]
    .into_iter()
    .filter(|(_, context)| context.len() >= LEAST_CONTEXT)
    .map(|(relation, context)| {
        let shared = comment.intersection(&context).count();
        Measured {
            score: off_topic(shared, comment.len(), context.len()),
            shared,
            words: comment.len(),
            relation,
        }
    })
    .min_by(|a, b| a.score.total_cmp(&b.score))
}

/// How surely a comment of `words` content words, of which `shared` are among the `context` words,
/// is about something else: 0 to 1.
///
/// A logistic regression on pairs of comments with their own and with other articles; see
/// `docs/data.md`. Contexts there were short, so the credit for a long one is bounded.
#[expect(clippy::cast_precision_loss, reason = "counts of words")]
fn off_topic(shared: usize, words: usize, context: usize) -> f32 {
    let (shared, words) = (shared as f32, words as f32);
    let context = context.min(LARGE_CONTEXT) as f32;
    let odds = -2.85 - 2.2 * shared.ln_1p() + 0.75 * words.ln() + 0.74 * context.ln();
    1.0 / (1.0 + (-odds).exp())
}

/// The stems of the content words. Stemming is the dearest step, so each word is stemmed once.
fn stems(pieces: &[Piece], stemmer: &Stemmer) -> HashSet<String> {
    let words: HashSet<String> = pieces
        .split(|piece| !is_word(piece.c) && piece.c != '\'')
        .map(|word| word.iter().map(|piece| piece.c).collect::<String>())
        .filter(|word| is_content(word))
        .take(MOST_WORDS)
        .collect();
    let stem = |word: String| {
        if word.is_ascii() {
            stemmer.stem(&word).into_owned()
        } else {
            word
        }
    };
    words.into_iter().map(stem).collect()
}

fn is_content(word: &str) -> bool {
    word.chars().count() > 2 && !word.contains('\'') && !is_stop_word(word)
}

/// Whether both are written in the same script, as far as Latin or not Latin goes: words of
/// another script cannot be shared, so their absence says nothing.
fn same_script(a: &str, b: &str) -> bool {
    mostly_latin(a) == mostly_latin(b)
}

fn mostly_latin(text: &str) -> bool {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let latin = letters().filter(|c| *c < '\u{250}').count();
    latin * 2 >= letters().count()
}

#[cfg(test)]
mod tests {
    use super::super::{ArticleText, Ruleset, RulesetSource, Subject, assess};

    const ARTICLE: ArticleText<'_> = ArticleText {
        title: "City council approves new bridge over the river",
        body: "The council voted on Monday to build a bridge for cyclists and pedestrians. Critics \
               fear rising costs and traffic during construction.",
    };

    /// What the verdict says of the topic: `None` for an abstention.
    fn score(subject: &Subject<'_>) -> Option<f32> {
        let ruleset = Ruleset::compile(&RulesetSource::default()).unwrap();
        assess(&ruleset, subject).scores.get("off_topic").unwrap()
    }

    fn under(text: &str) -> Subject<'_> {
        Subject {
            article: Some(ARTICLE),
            ..Subject::of(text)
        }
    }

    const PASTA: &str = "My grandmother cooks spaghetti with tomatoes, garlic, basil and parmesan";

    #[test]
    fn abstains_when_there_is_too_little_to_go_on() {
        for subject in [
            under("I agree"),
            under("Well said, thank you!"),
            under("Этот мост городу совсем не нужен, деньги выброшены"),
            under(""),
            Subject::of(PASTA),
        ] {
            assert_eq!(score(&subject), None, "{}", subject.text);
        }
    }

    #[test]
    fn nearer_texts_score_lower() {
        let near =
            under("Cyclists need this bridge, whatever the council critics fear about costs");
        let far = under(PASTA);
        let replied = Subject {
            parent: Some("Who cooks spaghetti with garlic and basil?"),
            ..far
        };
        let threaded = Subject {
            thread: &["Spaghetti! With tomatoes", "and garlic, basil"],
            ..far
        };
        let score = |subject| score(subject).unwrap();
        assert!(score(&near) < 0.5 && score(&far) > 0.6);
        assert!(score(&replied) < score(&far));
        assert!(score(&threaded) < score(&far));
    }
}
