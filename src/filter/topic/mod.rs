//! Phase: is the comment about anything that is being discussed here?
//!
//! It may be about the article, about what it answers, or about what the thread has come to: the relation that fits
//! best counts. How near it is to them is seen against how near it is to other stories. Words are compared by their
//! stems and by their meanings, which come from a table that `training/` distils from a sentence encoder; and the model's
//! encoder, which reads the comment for abuse anyway, says what it is about as a whole.

mod article;
mod background;
mod bytes;
mod combine;
mod conversation;
mod evidence;
mod manner;
mod measure;
mod others;
mod reading;
mod table;
mod vector;

use std::borrow::Cow;

use super::language::language;
use super::phases::{Phase, Prepared, Signals};
use super::ruleset::Ruleset;
use super::subject::{ArticleText, Subject};
use super::verdict::{Kind, Reason, Severity};
use combine::Known;
use manner::Manner;
use measure::{Around, Measured};
use reading::Reading;
use vector::Vector;

pub use article::ArticleTopic;
pub use background::Background;
pub use bytes::Stale;
pub use conversation::Conversation;
pub use evidence::{PassageAt, Relation, TopicEvidence};
pub use table::Table;

/// Of a longer chain of parents only the nearest count.
const MOST_PARENTS: usize = 6;
/// A comment of fewer words is never held for its topic: "Tail wagging the dog" may be about anything.
const FEW_WORDS: usize = 5;
/// A word that says less, 0 to 255, tells nothing in a comment of few words, such as "great point".
const SAYS_NOTHING: u8 = 100;

/// Nobody is held who scores less against the article alone, wherever the thread has gone. With the weights of version 2
/// it cost nothing: 37.8 % of foreign comments were found at 3.0 % false alarms with it, 36.9 % at 2.9 % without.
const STRAYS: f32 = 0.65;

impl Table {
    /// Prepares an article for all its comments: when it is imported or changed.
    #[must_use]
    pub fn article(&self, text: ArticleText<'_>) -> ArticleTopic {
        ArticleTopic::prepare(self, text)
    }

    /// A thread without comments.
    #[must_use]
    pub fn conversation(&self) -> Conversation {
        Conversation::new(self)
    }

    /// Adds a comment to a thread: when it goes live. Not one of few words: it is never held for its topic, so it must
    /// not make a topic either, or three of them would admit the advertisement that comes fourth.
    pub fn add(&self, conversation: &mut Conversation, comment: &str) {
        let reading = Reading::of(self, comment);
        if !is_short(comment, &reading) {
            conversation.add(&reading);
        }
    }

    /// A background without stories.
    #[must_use]
    pub fn background(&self) -> Background {
        Background::new(self)
    }

    /// An article as it was stored.
    ///
    /// # Errors
    /// [`Stale`]: prepare it again.
    pub fn read_article(&self, bytes: &[u8]) -> Result<ArticleTopic, Stale> {
        ArticleTopic::read(self, bytes)
    }

    /// A thread as it was stored.
    ///
    /// # Errors
    /// [`Stale`]: make it again of the live comments.
    pub fn read_conversation(&self, bytes: &[u8]) -> Result<Conversation, Stale> {
        Conversation::read(self, bytes)
    }

    /// A background as it was sent.
    ///
    /// # Errors
    /// [`Stale`]: make it again of the prepared articles.
    pub fn read_background(&self, bytes: &[u8]) -> Result<Background, Stale> {
        Background::read(self, bytes)
    }
}

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
        let table: &Table = &on.ruleset.topics;
        let manner = Manner::of(on.subject.text);
        if let Some(manner) = manner {
            signals.reasons.push(Reason {
                kind: manner.kind(),
                severity: Severity::Mild,
                phase: self.name().to_owned(),
                score: None,
                spans: Vec::new(),
                note: manner.note().to_owned(),
            });
        }
        if on.subject.prepared.is_none() && on.subject.article.is_none() {
            // nothing to compare with, so that the comment need not be read
            signals.scores.push(("off_topic", None));
            return signals;
        }
        let comment = Reading::of(table, on.subject.text);
        let sense = sense(on);
        let found = compare(
            table,
            &comment,
            &sense,
            on.subject,
            |around, measured, known| {
                let alone = table
                    .combination
                    .off_topic(&measured.measures, Known::Alone);
                let score = table.combination.off_topic(&measured.measures, known);
                let fit = 1.0 - alone;
                let evidence = evidence::gather(&comment, on.subject, around, measured, fit);
                (score, alone, evidence)
            },
        );
        signals
            .scores
            .push(("off_topic", found.as_ref().map(|(score, ..)| *score)));
        let Some((score, alone, evidence)) = found else {
            return signals;
        };
        let enough = manner.is_none() && !is_short(on.subject.text, &comment);
        if enough && alone >= STRAYS && score >= rules.threshold {
            signals.reasons.push(Reason {
                kind: Kind::OffTopic,
                severity: Severity::Strong,
                phase: self.name().to_owned(),
                score: Some(score),
                spans: evidence.foreign.clone(),
                note: evidence.note(on.subject),
            });
        }
        signals.topic = Some(Box::new(evidence));
        signals
    }
}

/// Where the encoder sees the comment point, if it reads it: it does so for the model's sake.
fn sense(on: &Prepared<'_>) -> Vector {
    let sense = on.own_words().and_then(|own| own.measured.sense());
    sense.map_or(Vector::NONE, Vector::along)
}

/// The measurements of a comment under an article, by name; `None` where the phase abstains. The training scripts
/// read them, so that they fit the combination to what the program measures.
#[must_use]
pub fn measure_topic(
    ruleset: &Ruleset,
    subject: &Subject<'_>,
) -> Option<impl Iterator<Item = (&'static str, f32)>> {
    let table = ruleset.topics();
    let comment = Reading::of(table, subject.text);
    let sense = sense(&Prepared::new(ruleset, subject));
    let measures = compare(table, &comment, &sense, subject, |_, measured, _| {
        measured.measures
    })?;
    Some(combine::NAMES.into_iter().zip(measures))
}

/// Gives what the comment was compared with, what came of it, and how much there was beside the article, to `then`.
/// `None` where nothing can be said: a comment without a word of content or in a language that the table does not
/// know, or nothing to compare with.
fn compare<T>(
    table: &Table,
    comment: &Reading,
    sense: &Vector,
    subject: &Subject<'_>,
    then: impl FnOnce(&Around<'_>, &Measured, Known) -> T,
) -> Option<T> {
    let few = is_short(subject.text, comment);
    let says = |term: &reading::Term| !few || term.says >= SAYS_NOTHING;
    let foreign = !comment.known || !matches!(language(subject.text), None | Some("en"));
    if foreign || !comment.terms.iter().any(says) {
        return None;
    }
    let article = match subject.prepared {
        Some(prepared) => Cow::Borrowed(prepared),
        None => Cow::Owned(table.article(subject.article?)),
    };
    if article.terms.is_empty() || !article.known {
        return None;
    }
    let parents: Vec<Reading> = subject
        .parent
        .iter()
        .chain(subject.ancestors)
        .take(MOST_PARENTS)
        .map(|text| Reading::of(table, text))
        .collect();
    let conversation = match subject.conversation {
        Some(conversation) => Some(Cow::Borrowed(conversation)),
        None if subject.thread.is_empty() => None,
        None => {
            let mut made = table.conversation();
            for text in subject.thread {
                table.add(&mut made, text);
            }
            Some(Cow::Owned(made))
        }
    };
    let around = Around {
        article: &article,
        parents: &parents,
        conversation: conversation.as_deref().filter(|thread| !thread.is_empty()),
        background: subject.background,
    };
    let measured = Measured::of(table, comment, sense, subject.text, &around);
    let comments = around.conversation.map_or(0, Conversation::len);
    Some(then(&around, &measured, Known::of(parents.len(), comments)))
}

/// Few words, as a reader counts them or as the table does.
fn is_short(text: &str, comment: &Reading) -> bool {
    // what has no white space between many words is no short comment
    let spaced = text.split_whitespace().take(FEW_WORDS).count();
    comment.words < FEW_WORDS || (comment.words < 2 * FEW_WORDS && spaced < FEW_WORDS)
}

#[cfg(test)]
mod tests;
