//! The kinds that the model measures, and how its measurements become probabilities.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tensors::ModelError;
use crate::filter::verdict::Kind;

/// What the model measures, in the order of its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AbuseKind {
    /// Rude, disrespectful or hateful: would drive people out of a discussion.
    Toxicity,
    /// The worst of it.
    SevereToxicity,
    /// Hate against people for the group to which they belong.
    IdentityAttack,
    /// Belittling a person.
    Insult,
    /// Announcing, wishing or urging harm.
    Threat,
    /// Coarse language.
    Profanity,
    /// Advertising, or text made for machines.
    Spam,
}

impl AbuseKind {
    /// Every kind, in the order of the tables.
    pub const ALL: [Self; 7] = [
        Self::Toxicity,
        Self::SevereToxicity,
        Self::IdentityAttack,
        Self::Insult,
        Self::Threat,
        Self::Profanity,
        Self::Spam,
    ];

    /// Those that are abuse in themselves; coarse language and advertising are not.
    pub(in crate::filter) const ABUSIVE: [Self; 5] = [
        Self::Toxicity,
        Self::SevereToxicity,
        Self::IdentityAttack,
        Self::Insult,
        Self::Threat,
    ];

    /// The kinds whose likeliest one makes its score: for abuse as a whole each that is abuse in itself.
    pub(super) fn parts(&self) -> &[Self] {
        match self {
            Self::Toxicity => &Self::ABUSIVE,
            own => std::slice::from_ref(own),
        }
    }

    /// The name of the score.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Toxicity => "toxicity",
            Self::SevereToxicity => "severe_toxicity",
            Self::IdentityAttack => "identity_attack",
            Self::Insult => "insult",
            Self::Threat => "threat",
            Self::Profanity => "profanity",
            Self::Spam => "spam",
        }
    }

    /// The kind of the reason that it gives. Severe toxicity counts in abuse as a whole.
    pub(in crate::filter) fn reason(self) -> Option<Kind> {
        Some(match self {
            Self::Toxicity => Kind::Toxicity,
            Self::SevereToxicity => return None,
            Self::IdentityAttack => Kind::IdentityAttack,
            Self::Insult => Kind::Insult,
            Self::Threat => Kind::Threat,
            Self::Profanity => Kind::Profanity,
            Self::Spam => Kind::Spam,
        })
    }
}

/// How the measurements of one kind become a probability: the logistic function of a weighted sum (Platt 1999),
/// fitted so that it holds at a newspaper's share of abuse.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calibration {
    /// What the encoder's measurement counts.
    pub encoder: f32,
    /// What the fast stage's measurement counts.
    pub fast: f32,
    /// Added to the sum.
    pub bias: f32,
    /// What the fast stage's measurement counts when it is alone.
    pub alone: f32,
    /// Added when it is alone.
    pub alone_bias: f32,
    /// Subtracted from the sum of a passage that is only a part of the text.
    pub margin: f32,
    /// The same when the fast stage is alone.
    pub alone_margin: f32,
}

/// The part of `models/models.json` that says what belongs together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// Raised with each training.
    pub version: String,
    /// The sha256 of each file, in hexadecimal digits.
    pub fast: String,
    pub encoder: String,
    kinds: BTreeMap<String, Calibration>,
}

impl Manifest {
    pub(super) fn read(text: &str) -> Result<Self, ModelError> {
        let wrong = |cause: String| ModelError::Shape {
            file: "models.json".to_owned(),
            cause,
        };
        let manifest: Self =
            serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        match AbuseKind::ALL
            .iter()
            .find(|kind| !manifest.kinds.contains_key(kind.as_str()))
        {
            None => Ok(manifest),
            Some(kind) => Err(wrong(format!("there is no kind {}", kind.as_str()))),
        }
    }

    /// Every kind has one: `read` saw to it.
    pub(super) fn calibration(&self, kind: AbuseKind) -> Option<&Calibration> {
        self.kinds.get(kind.as_str())
    }
}
