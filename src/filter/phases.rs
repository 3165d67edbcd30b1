//! The ordered list of phases: the list is the policy. Every phase runs, whatever the others
//! found, and every reason is kept.
//!
//! | phase | finds | kinds |
//! |---|---|---|
//! | `empty` | a text in which there is nothing to read | `empty` |
//! | `terms` | listed terms, also disguised ones, outside quotations of the comment above | those of the terms, `evasion` |
//! | `model` | what reads as abuse, without those quotations; abstains in a language it has not learnt | `toxicity`, `identity_attack`, `insult`, `threat`, `profanity`, `spam`, `unread_language` |
//! | `links` | too many links, links to blocked domains | `links` |
//! | `private` | telephone numbers, e-mail addresses, where somebody lives | `personal_data` |
//! | `repeats` | the same text, line or word again and again, a wall of capitals | `repeat`, `shouting` |
//! | `topic` | a comment that is about something else; abstains when it cannot tell | `off_topic`, `thanks`, `correction`, `about_moderation` |

use std::cell::OnceCell;
use std::cmp::Reverse;

use super::abuse::{self, Abuse, OwnWords};
use super::empty::Empty;
use super::fold::disguise::{Glyph, glyphs};
use super::fold::joined::join;
use super::fold::normalize::{View, normalize};
use super::links::Links;
use super::private::Private;
use super::quoted::quoted;
use super::repeats::Repeats;
use super::ruleset::Ruleset;
use super::subject::Subject;
use super::terms::Terms;
use super::terms::matcher::Hit;
use super::topic::{Topic, TopicEvidence};
use super::verdict::{Alarm, Kind, Outcome, Reason, Scores, Severity, Verdict, covered};

/// The policy.
const PHASES: [&dyn Phase; 7] = [&Empty, &Terms, &Abuse, &Links, &Private, &Repeats, &Topic];

/// One measurement of a text. A phase keeps nothing between two texts.
pub(super) trait Phase: Sync {
    /// The name that its reasons carry.
    fn name(&self) -> &'static str;

    /// What it finds; in time proportional to the subject, without panicking.
    fn assess(&self, on: &Prepared<'_>) -> Signals;
}

/// What one phase found.
#[derive(Debug, Default)]
pub(super) struct Signals {
    pub scores: Vec<(&'static str, Option<f32>)>,
    pub reasons: Vec<Reason>,
    pub topic: Option<Box<TopicEvidence>>,
}

/// A subject with its normalised views, computed once for all phases.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    pub ruleset: &'a Ruleset,
    pub subject: &'a Subject<'a>,
    /// One spelling, see [`normalize`].
    pub view: View,
    /// The view with look-alikes and signs read as letters.
    pub glyphs: Vec<Glyph>,
    /// What it quotes of the comment that it answers: nobody is blamed for those words.
    pub quoted: Vec<[usize; 2]>,
    /// The listed terms in the rest, in the order of the text.
    pub hits: Vec<Hit>,
    /// See [`Prepared::own_words`].
    own_words: OnceCell<Option<OwnWords<'a>>>,
}

impl<'a> Prepared<'a> {
    pub(super) fn new(ruleset: &'a Ruleset, subject: &'a Subject<'a>) -> Self {
        let quoted = subject
            .parent
            .map_or_else(Vec::new, |parent| quoted(subject.text, parent));
        let (view, glyphs, mut hits) = terms_in(ruleset, subject.text);
        hits.retain(|hit| !covered(&quoted, [hit.from, hit.to]));
        Self {
            ruleset,
            subject,
            view,
            glyphs,
            quoted,
            hits,
            own_words: OnceCell::new(),
        }
    }

    /// What the comment itself says, read by the model once for all phases; `None` where the model abstains.
    pub(super) fn own_words(&self) -> Option<&OwnWords<'a>> {
        self.own_words.get_or_init(|| abuse::read(self)).as_ref()
    }
}

/// The two views of a text, and the listed terms in it.
pub(super) fn terms_in(ruleset: &Ruleset, text: &str) -> (View, Vec<Glyph>, Vec<Hit>) {
    let folds = ruleset.source.folds;
    let view = normalize(text, folds);
    let glyphs = glyphs(&view.pieces, folds);
    let joined = if folds.separators {
        join(&glyphs)
    } else {
        Vec::new()
    };
    let hits = ruleset.matcher.hits(text, &view, &glyphs, &joined);
    (view, glyphs, hits)
}

#[cfg(test)]
impl Prepared<'_> {
    /// How much the views hold.
    pub(super) fn size(&self) -> usize {
        self.view.text().len() + self.glyphs.len() + join(&self.glyphs).len()
    }
}

/// Judges one text. The same text under the same ruleset gives the same verdict for ever, in time
/// proportional to the length of the subject.
#[must_use]
pub fn assess(ruleset: &Ruleset, subject: &Subject<'_>) -> Verdict {
    let prepared = Prepared::new(ruleset, subject);
    let mut scores = Scores::default();
    let mut reasons = Vec::new();
    let mut topic = None;
    for phase in PHASES {
        let signals = phase.assess(&prepared);
        for (name, score) in signals.scores {
            scores.set(name, score);
        }
        reasons.extend(signals.reasons);
        topic = topic.or(signals.topic);
    }
    // A stable sort: what is equal stays in the order of the phases.
    reasons.sort_by_key(gravity);
    // what is too long is not read in order either
    let in_order = prepared
        .own_words()
        .map_or(reads_in_order(ruleset, subject), |own| {
            own.measured.by_both()
        });
    let verdict = reasons
        .iter()
        .map(|reason| outcome(ruleset, subject, reason))
        .max()
        .unwrap_or(Outcome::Publish);
    Verdict {
        verdict,
        scores,
        reasons,
        topic,
        ruleset: ruleset.version().to_owned(),
        model: format!(
            "{}, {}",
            ruleset.model.name(in_order),
            ruleset.topics.name()
        ),
    }
}

/// What a moderator must know comes first: a threat that is more than noted, then such hate, then the gravest. Of equal
/// ones, what is wrong in particular says more than that it is abuse, and that more than that it is off topic; then by
/// place.
fn gravity(reason: &Reason) -> (Alarm, Reverse<Severity>, u8, usize) {
    let alarm = reason.kind.alarm(reason.severity);
    let vague = match reason.kind {
        Kind::OffTopic => 2,
        Kind::Toxicity => 1,
        _ => 0,
    };
    let first = reason.spans.first().map_or(0, |[start, _]| *start);
    (alarm, Reverse(reason.severity), vague, first)
}

/// Whether the model's second stage takes part, where there is one.
pub(super) fn reads_in_order(ruleset: &Ruleset, subject: &Subject<'_>) -> bool {
    ruleset.source.abuse.encoder && !subject.quick
}

/// What follows from a reason: what the table of actions says; but nobody is refused for being off topic alone, nor
/// held for it where the site or a moderator has said so.
fn outcome(ruleset: &Ruleset, subject: &Subject<'_>, reason: &Reason) -> Outcome {
    let rules = &ruleset.source;
    let listed = rules.actions.outcome(reason.kind, reason.severity);
    match reason.kind {
        Kind::OffTopic if subject.belongs || !rules.topic.hold => Outcome::Publish,
        Kind::OffTopic => listed.min(Outcome::Hold),
        _ => listed,
    }
}
