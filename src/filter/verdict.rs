//! What the machine concludes about a comment, and the evidence for it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::topic::TopicEvidence;

/// The machine's verdict. Ordered from the mildest to the hardest, so that the worst of several is their maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Show the comment.
    Publish,
    /// Keep it hidden until a person has decided.
    Hold,
    /// Refuse it.
    Reject,
}

impl Outcome {
    /// The word used in JSON and in the database: `publish`, `hold` or `reject`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Hold => "hold",
            Self::Reject => "reject",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a reason is about. A term of a list has one of the first six.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Coarse language that is aimed at nobody.
    Profanity,
    /// A word that belittles a person.
    Insult,
    /// A word that belittles a group and everyone in it.
    Slur,
    /// Announcing, wishing or urging harm.
    Threat,
    /// Sexually explicit language.
    Sexual,
    /// Advertising, or text made for machines.
    Spam,
    /// Hate against a person for belonging to a group.
    IdentityAttack,
    /// Abuse as a whole, as a model measures it.
    Toxicity,
    /// In a language that the model has not learnt, so that nothing but lists of terms has looked for abuse.
    UnreadLanguage,
    /// There is nothing to read: white space and invisible characters at most.
    Empty,
    /// Not about the article, the parent comment or the thread.
    OffTopic,
    /// Too many links, or a link to a blocked domain.
    Links,
    /// Somebody's telephone number, e-mail address or home.
    PersonalData,
    /// The same text again, or the same words over and over.
    Repeat,
    /// Written in capitals throughout.
    Shouting,
    /// A listed term was disguised.
    Evasion,
    /// Says thanks and little else.
    Thanks,
    /// Points out a mistake in the article.
    Correction,
    /// About the moderation of comments.
    AboutModeration,
}

impl Kind {
    /// Every kind, in the order in which people are shown them.
    pub const ALL: [Self; 19] = [
        Self::Profanity,
        Self::Insult,
        Self::Slur,
        Self::Threat,
        Self::Sexual,
        Self::Spam,
        Self::IdentityAttack,
        Self::Toxicity,
        Self::UnreadLanguage,
        Self::Empty,
        Self::OffTopic,
        Self::Links,
        Self::PersonalData,
        Self::Repeat,
        Self::Shouting,
        Self::Evasion,
        Self::Thanks,
        Self::Correction,
        Self::AboutModeration,
    ];

    /// The kinds that a term of a list can have.
    pub const TERMS: [Self; 6] = [
        Self::Profanity,
        Self::Insult,
        Self::Slur,
        Self::Threat,
        Self::Sexual,
        Self::Spam,
    ];

    /// The word used in JSON and in lists, in snake case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Profanity => "profanity",
            Self::Insult => "insult",
            Self::Slur => "slur",
            Self::Threat => "threat",
            Self::Sexual => "sexual",
            Self::Spam => "spam",
            Self::IdentityAttack => "identity_attack",
            Self::Toxicity => "toxicity",
            Self::UnreadLanguage => "unread_language",
            Self::Empty => "empty",
            Self::OffTopic => "off_topic",
            Self::Links => "links",
            Self::PersonalData => "personal_data",
            Self::Repeat => "repeat",
            Self::Shouting => "shouting",
            Self::Evasion => "evasion",
            Self::Thanks => "thanks",
            Self::Correction => "correction",
            Self::AboutModeration => "about_moderation",
        }
    }

    /// The kind with this word, if there is one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// How pressing a reason of this kind and severity is; what is only noted alarms nobody.
    #[must_use]
    pub fn alarm(self, severity: Severity) -> Alarm {
        match self {
            _ if severity == Severity::Mild => Alarm::None,
            Self::Threat => Alarm::Threat,
            Self::Slur | Self::IdentityAttack => Alarm::Hate,
            _ => Alarm::None,
        }
    }
}

/// What a moderator must know before anything else, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// Somebody is threatened.
    Threat,
    /// Somebody is hated for what they are.
    Hate,
    /// Nothing of the kind.
    None,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How grave a reason is; the action table turns kind and severity into an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth showing to a moderator who looks anyway.
    Mild,
    /// Worth a moderator's look.
    Strong,
    /// Nearly always refused.
    Severe,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 3] = [Self::Mild, Self::Strong, Self::Severe];

    /// The word used in JSON and in lists.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mild => "mild",
            Self::Strong => "strong",
            Self::Severe => "severe",
        }
    }

    /// The severity with this word, if there is one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.as_str() == word)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One finding of one phase, with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// What it is about.
    pub kind: Kind,
    /// How grave it is.
    pub severity: Severity,
    /// The name of the phase that found it.
    pub phase: String,
    /// The measurement behind it, 0 to 1; `None` where nothing was measured, as for a listed term.
    pub score: Option<f32>,
    /// Half-open byte ranges of the original text, on character boundaries, sorted and merged.
    /// Empty when the reason is about the text as a whole.
    pub spans: Vec<[usize; 2]>,
    /// One English sentence for a moderator; for the writer too, but where it is about a disguise or the topic.
    pub note: String,
}

/// Measurements by name, each 0 to 1. A score that nothing measures is absent; one whose phase
/// abstained is `None`, which JSON shows as `null`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scores(pub BTreeMap<String, Option<f32>>);

impl Scores {
    /// The score of this name: `None` when absent, `Some(None)` when its phase abstained.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Option<f32>> {
        self.0.get(name).copied()
    }

    /// Records a measurement, or that its phase abstained.
    pub fn set(&mut self, name: &str, score: Option<f32>) {
        self.0.insert(name.to_owned(), score);
    }
}

/// The outcome for one comment with everything that led to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The worst outcome that the action table gives for any of the reasons.
    pub verdict: Outcome,
    /// What was measured.
    pub scores: Scores,
    /// Every finding of every phase, what a moderator must know first.
    pub reasons: Vec<Reason>,
    /// What the comment was compared with, where its topic was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Box<TopicEvidence>>,
    /// The version of the ruleset, see [`super::Ruleset::version`].
    pub ruleset: String,
    /// The name of the models that took part.
    pub model: String,
}

impl Verdict {
    /// Whether every measurement is a probability. One that is none says that the filter is broken, and nothing is
    /// published on it; JSON would write it as `null`, as if the filter had abstained.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let of_reasons = self.reasons.iter().map(|reason| reason.score);
        let all = self.scores.0.values().copied().chain(of_reasons);
        all.flatten().all(|score| (0.0..=1.0).contains(&score))
    }
}

/// Whether one of these spans, sorted and apart, covers this one.
pub(super) fn covered(spans: &[[usize; 2]], [from, to]: [usize; 2]) -> bool {
    let after = spans.partition_point(|[start, _]| *start <= from);
    let before = after.checked_sub(1).and_then(|at| spans.get(at));
    before.is_some_and(|[_, end]| to <= *end)
}

/// Sorts spans and merges those that touch or overlap; empty ones are dropped.
pub(super) fn merge_spans(mut spans: Vec<[usize; 2]>) -> Vec<[usize; 2]> {
    spans.retain(|[start, end]| start < end);
    spans.sort_unstable();
    let mut merged: Vec<[usize; 2]> = Vec::with_capacity(spans.len());
    for [start, end] in spans {
        match merged.last_mut() {
            Some(last) if start <= last[1] => last[1] = last[1].max(end),
            _ => merged.push([start, end]),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_json() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        for severity in Severity::ALL {
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.as_str());
            assert_eq!(Severity::parse(severity.as_str()), Some(severity));
        }
        for outcome in [Outcome::Publish, Outcome::Hold, Outcome::Reject] {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
        }
        assert_eq!(Kind::parse("kindness"), None);
    }

    #[test]
    fn spans_merge() {
        let merged = merge_spans(vec![[5, 7], [0, 2], [6, 9], [2, 3], [4, 4]]);
        assert_eq!(merged, [[0, 3], [5, 9]]);
    }

    #[test]
    fn what_is_no_probability_is_not_sound() {
        let with = |score: f32, of_reason: Option<f32>| Verdict {
            verdict: Outcome::Publish,
            scores: Scores(
                [
                    ("toxicity".to_owned(), Some(score)),
                    ("spam".to_owned(), None),
                ]
                .into(),
            ),
            reasons: vec![Reason {
                kind: Kind::Insult,
                severity: Severity::Mild,
                phase: "model".to_owned(),
                score: of_reason,
                spans: Vec::new(),
                note: String::new(),
            }],
            topic: None,
            ruleset: String::new(),
            model: String::new(),
        };
        assert!(with(0.0, None).is_sound() && with(1.0, Some(0.5)).is_sound());
        for bad in [f32::NAN, f32::INFINITY, -0.1, 1.1] {
            assert!(
                !with(bad, None).is_sound() && !with(0.5, Some(bad)).is_sound(),
                "{bad}"
            );
        }
    }

    #[test]
    fn an_abstained_score_is_null_and_a_missing_one_absent() {
        let mut scores = Scores::default();
        scores.set("off_topic", None);
        assert_eq!(
            serde_json::to_string(&scores).unwrap(),
            r#"{"off_topic":null}"#
        );
        assert_eq!(scores.get("off_topic"), Some(None));
        assert_eq!(scores.get("toxicity"), None);
    }
}
