//! Phase: what the trained model makes of the words.

use super::fold::repaired::{Repaired, repaired};
use super::language::is_known;
use super::model::{AbuseKind, Measured, seen};
use super::phases::{Phase, Prepared, Signals};
use super::quoted::{count, quoted};
use super::ruleset::Ruleset;
use super::source::Threshold;
use super::subject::Subject;
use super::verdict::{Kind, Reason, Severity, merge_spans};

/// What nobody has looked at is not published: a person reads it, unless the site says otherwise.
const UNREAD: &str = "Is in a language that the filter has not learnt.";

/// Words of its own that a comment has at least to be judged without its quotations.
const LEAST_OWN: usize = 5;

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
        let Some(OwnWords { text, measured }) = on.own_words() else {
            signals
                .scores
                .extend(AbuseKind::ALL.map(|kind| (kind.as_str(), None)));
            signals.reasons.push(Reason {
                kind: Kind::UnreadLanguage,
                severity: Severity::Strong,
                phase: self.name().to_owned(),
                score: None,
                spans: Vec::new(),
                note: UNREAD.to_owned(),
            });
            return signals;
        };
        for kind in AbuseKind::ALL {
            let found = measured.score(kind);
            signals
                .scores
                .push((kind.as_str(), found.map(|(score, _)| score)));
            let Some((score, passage)) = found else {
                continue;
            };
            let threshold = rules.threshold(kind, measured.by_both());
            if let Some((reason, severity)) = kind.reason().zip(threshold.severity(score)) {
                let spans = explain(measured, text, kind, passage, threshold);
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

/// The words of a comment, without those that it quotes, and what the model makes of them.
#[derive(Debug)]
pub(super) struct OwnWords<'a> {
    text: Repaired,
    pub measured: Measured<'a>,
}

/// Reads a comment; `None` where the model is switched off or has not learnt the language.
pub(super) fn read<'a>(on: &Prepared<'a>) -> Option<OwnWords<'a>> {
    let rules = &on.ruleset.source.abuse;
    let text = rules.enabled.then(|| own_words(on))?;
    is_known(&text.text).then(|| {
        let with_encoder = rules.encoder && !on.subject.quick;
        let measured = on.ruleset.model.measure(&text.text, with_encoder);
        OwnWords { text, measured }
    })
}

/// The words of the comment as they were meant, without what it quotes of the one that it answers: that has been
/// judged there. Where little else is left, the quotation is all that it says, and it is judged for that.
fn own_words(on: &Prepared<'_>) -> Repaired {
    let whole = repaired(on);
    let Some(parent) = on.subject.parent else {
        return whole;
    };
    let rest = whole.without(&quoted(on.subject.text, parent));
    if count(&rest.text) < LEAST_OWN {
        whole
    } else {
        rest
    }
}

/// The words without which the comment would pass, in the original text.
fn explain(
    measured: &Measured<'_>,
    text: &Repaired,
    kind: AbuseKind,
    passage: usize,
    threshold: Threshold,
) -> Vec<[usize; 2]> {
    let least = threshold.least().clamp(1e-6, 1.0 - 1e-6);
    let least = (least / (1.0 - least)).ln();
    let spans = measured.explain(kind, passage, least);
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
mod tests {
    use super::super::source::Levels;
    use super::super::verdict::{Outcome, Verdict};
    use super::super::{RulesetSource, assess};
    use super::*;

    fn ruleset() -> Ruleset {
        Ruleset::compile(&RulesetSource::default()).unwrap()
    }

    fn kinds(verdict: &Verdict) -> Vec<Kind> {
        let of_model = verdict
            .reasons
            .iter()
            .filter(|reason| reason.phase == "model");
        of_model.map(|reason| reason.kind).collect()
    }

    #[test]
    fn who_says_what_of_whom() {
        let ruleset = ruleset();
        for (text, hateful) in [
            (
                "Nothing good ever came from letting Muslims live here, they are a plague.",
                true,
            ),
            ("My new doctor is a Muslim and she is very kind.", false),
            ("Every last one of those gays should be locked away.", true),
            ("Nobody should be locked away for being gay.", false),
            (
                "He told his class that women are too stupid to drive, and was rightly sacked.",
                false,
            ),
            ("Women are too stupid to drive.", true),
        ] {
            let found = kinds(&assess(&ruleset, &Subject::of(text)));
            assert_eq!(
                found.contains(&Kind::IdentityAttack),
                hateful,
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn without_the_marked_words_it_would_pass() {
        let ruleset = ruleset();
        for text in [
            "You are a pathetic little liar and everybody here knows it.",
            "Good morning. I read the article twice. All immigrants are vermin. The bridge is nice.",
        ] {
            let verdict = assess(&ruleset, &Subject::of(text));
            let of_model = verdict
                .reasons
                .iter()
                .filter(|reason| reason.phase == "model");
            let mut seen = 0;
            for reason in of_model {
                let mut rest = text.to_owned();
                for [from, to] in reason.spans.iter().rev() {
                    rest.replace_range(from..to, "");
                }
                let again = kinds(&assess(&ruleset, &Subject::of(&rest)));
                assert!(!again.contains(&reason.kind), "{text}: {rest}");
                seen += 1;
            }
            assert!(seen > 0, "{text}");
        }
    }

    #[test]
    fn who_quotes_the_comment_above_is_not_blamed_for_its_words() {
        let ruleset = ruleset();
        let parent = "All immigrants are vermin and they should drown in the sea.";
        let text =
            format!("\u{201c}{parent}\u{201d} You wrote that yesterday, and it made my son cry.");
        let alone = Subject::of(&text);
        let reply = Subject {
            parent: Some(parent),
            ..alone
        };
        let hateful = |subject: &Subject<'_>| {
            kinds(&assess(&ruleset, subject)).contains(&Kind::IdentityAttack)
        };
        let score = |subject: &Subject<'_>| {
            let verdict = assess(&ruleset, subject);
            verdict.scores.get("identity_attack").flatten().unwrap()
        };
        assert!(score(&reply) < score(&alone) && !hateful(&reply));
        // said again it is its own, and so is a quotation that nothing is said about
        for text in [parent.to_owned(), format!("\u{201c}{parent}\u{201d}")] {
            assert!(
                hateful(&Subject {
                    text: &text,
                    ..reply
                }),
                "{text}"
            );
        }
        // what it adds of its own is judged as ever, and marked where it stands
        let text = format!(
            "\u{201c}{parent}\u{201d} You are a pathetic little liar and everybody here knows it."
        );
        let verdict = assess(
            &ruleset,
            &Subject {
                text: &text,
                ..reply
            },
        );
        let insult = verdict
            .reasons
            .iter()
            .find(|reason| reason.kind == Kind::Insult && reason.phase == "model");
        let marked = insult.is_some_and(|reason| {
            !reason.spans.is_empty() && reason.spans.iter().all(|[from, _]| *from > parent.len())
        });
        assert!(marked, "{:?}", verdict.reasons);
    }

    #[test]
    fn abstains_where_it_has_learnt_nothing() {
        let text = "Les habitants de la ville ne veulent pas payer davantage pour les transports";
        let verdict = assess(&ruleset(), &Subject::of(text));
        for kind in AbuseKind::ALL {
            assert_eq!(verdict.scores.get(kind.as_str()), Some(None));
        }
        // nobody has looked at it
        let kinds: Vec<Kind> = verdict.reasons.iter().map(|reason| reason.kind).collect();
        assert_eq!(
            (verdict.verdict, kinds),
            (Outcome::Hold, vec![Kind::UnreadLanguage])
        );
        // a newspaper in that language says what follows from it
        let mut source = RulesetSource::default();
        let publish = Levels {
            mild: Outcome::Publish,
            strong: Outcome::Publish,
            severe: Outcome::Publish,
        };
        source.actions.0.insert(Kind::UnreadLanguage, publish);
        let verdict = assess(&Ruleset::compile(&source).unwrap(), &Subject::of(text));
        assert_eq!(verdict.verdict, Outcome::Publish);
    }

    #[test]
    fn the_quick_look_says_so_and_holds_more() {
        let ruleset = ruleset();
        let subject = Subject {
            quick: true,
            ..Subject::of("You are a pathetic little liar, you stupid worthless idiot.")
        };
        let verdict = assess(&ruleset, &subject);
        let note = verdict
            .reasons
            .iter()
            .find(|reason| reason.phase == "model");
        assert!(note.is_some_and(|reason| reason.note.contains("quick look")));
        let rules = &ruleset.source.abuse;
        let (both, alone) = (
            rules.threshold(AbuseKind::Insult, true),
            rules.threshold(AbuseKind::Insult, false),
        );
        assert!(alone.hold < both.hold);
    }

    #[test]
    fn switched_off_it_says_nothing() {
        let mut source = RulesetSource::default();
        source.abuse.enabled = false;
        let verdict = assess(
            &Ruleset::compile(&source).unwrap(),
            &Subject::of("You are an idiot"),
        );
        assert!(kinds(&verdict).is_empty() && verdict.scores.get("toxicity").is_none());
    }
}
