//! Phase: what the trained model makes of the words.

use super::fold::repaired::{Repaired, repaired};
use super::language::{Legible, legible};
use super::model::{AbuseKind, Measured, seen};
use super::phases::{Phase, Prepared, Signals, reads_in_order};
use super::ruleset::Ruleset;
use super::source::Threshold;
use super::subject::Subject;
use super::verdict::{Kind, Reason, Severity, merge_spans};

pub(super) struct Abuse;

impl Phase for Abuse {
    fn name(&self) -> &'static str {
        "model"
    }

    fn assess(&self, on: &Prepared<'_>) -> Signals {
        let mut signals = Signals::default();
        let rules = &on.ruleset.source.abuse;
        if !rules.enabled {
            return signals;
        }
        let Some(OwnWords {
            text,
            legible,
            measured,
        }) = on.own_words()
        else {
            signals
                .scores
                .extend(AbuseKind::ALL.map(|kind| (kind.as_str(), None)));
            signals.reasons.push(self.unread());
            return signals;
        };
        if *legible == Legible::Partly {
            signals.reasons.push(self.unread());
        }
        for kind in AbuseKind::ALL {
            let found = measured.score(kind);
            signals.scores.push((kind.as_str(), found));
            let Some(score) = found else {
                continue;
            };
            // thumbs up three times advertise nothing
            if kind == AbuseKind::Spam && !text.text.contains(char::is_alphanumeric) {
                continue;
            }
            let threshold = rules.threshold(kind, measured.by_both());
            if let Some((reason, severity)) = kind.reason().zip(threshold.severity(score)) {
                let spans = if on.subject.unexplained {
                    Vec::new()
                } else {
                    explain(measured, text, kind, threshold)
                };
                signals.reasons.push(Reason {
                    kind: reason,
                    severity,
                    phase: self.name().to_owned(),
                    score: Some(score),
                    spans,
                    note: describe(kind, measured.by_both()),
                });
            }
        }
        signals
    }
}

impl Abuse {
    /// Said of what only lists of terms have looked at, or may have: a strong reason, so that a person reads it unless
    /// the site says otherwise.
    fn unread(&self) -> Reason {
        Reason {
            kind: Kind::UnreadLanguage,
            severity: Severity::Strong,
            phase: self.name().to_owned(),
            score: None,
            spans: Vec::new(),
            note: "This comment, or some of it, is in a language that the filter has not learnt."
                .to_owned(),
        }
    }
}

/// The words of a comment, without those that it quotes, and what the model makes of them.
#[derive(Debug)]
pub(super) struct OwnWords<'a> {
    text: Repaired,
    legible: Legible,
    pub measured: Measured<'a>,
}

/// Reads a comment; `None` where the model is switched off or has not learnt the language.
pub(super) fn read<'a>(on: &Prepared<'a>) -> Option<OwnWords<'a>> {
    let rules = &on.ruleset.source.abuse;
    let text = rules.enabled.then(|| repaired(on).without(&on.quoted))?;
    let legible = legible(&text.text);
    (legible != Legible::Not).then(|| {
        let both = reads_in_order(on.ruleset, on.subject);
        let measured = on.ruleset.model.measure(&text.text, both);
        OwnWords {
            text,
            legible,
            measured,
        }
    })
}

/// The words without which the kind would not be given as a reason, in the original text.
fn explain(
    measured: &Measured<'_>,
    text: &Repaired,
    kind: AbuseKind,
    threshold: Threshold,
) -> Vec<[usize; 2]> {
    let least = threshold.least().clamp(1e-6, 1.0 - 1e-6);
    let least = (least / (1.0 - least)).ln();
    let spans = measured.explain(kind, least);
    merge_spans(
        spans
            .into_iter()
            .map(|[from, to]| text.original(from, to))
            .collect(),
    )
}

/// One sentence for the writer and for a moderator.
fn describe(kind: AbuseKind, both: bool) -> String {
    let what = match kind {
        AbuseKind::Toxicity => "Reads as abuse that drives others out of a discussion",
        AbuseKind::SevereToxicity => "Reads as grave abuse",
        AbuseKind::IdentityAttack => "Reads as an attack on people for what they are",
        AbuseKind::Insult => "Reads as an insult to a person",
        AbuseKind::Threat => "Reads as a threat or a call to harm",
        AbuseKind::Profanity => "Reads as coarse language",
        AbuseKind::Spam => "Reads as advertising",
    };
    let alone = if both {
        ""
    } else {
        ", as far as a quick look can tell"
    };
    format!("{what}{alone}.")
}

/// What the model sees in a text, before any of it becomes a probability. The training scripts read it, so that
/// they learn from the very words that the program reads.
#[derive(Debug, serde::Serialize)]
pub struct Measurement {
    /// The words as the encoder gets them, with a space between two.
    pub words: String,
    /// The places of the fast stage's features, if they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<usize>,
    /// For each passage the measurements of the fast stage and of the encoder, and whether it is only a part.
    pub passages: Vec<(Vec<f32>, Vec<f32>, bool)>,
}

/// Measures a text; with `features`, lists those of the fast stage and leaves the passages out.
#[must_use]
pub fn measure(ruleset: &Ruleset, text: &str, features: bool) -> Measurement {
    let subject = Subject::of(text);
    let text = repaired(&Prepared::new(ruleset, &subject)).text;
    let (words, places) = seen(&text, features);
    let passages = if features {
        Vec::new()
    } else {
        ruleset.model.measure(&text, true).raw()
    };
    Measurement {
        words,
        features: places,
        passages,
    }
}

#[cfg(test)]
#[path = "abuse_tests.rs"]
mod tests;
