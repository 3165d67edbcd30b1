//! The ruleset as people write it: terms, thresholds, switches and the action table.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::AbuseKind;
use super::verdict::{Kind, Outcome, Severity};

/// Everything a moderator can set; `Default` ships. An unknown field, which may be misspelt, is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RulesetSource {
    /// The site's own terms, in addition to the shipped lists.
    pub terms: Vec<Term>,
    /// Expressions in which no term is to be found, such as a name that contains one.
    pub allow: Vec<String>,
    /// The shipped lists in force; [`super::builtin_lists`] names them all.
    pub builtin_lists: Vec<String>,
    /// Which disguises are seen through.
    pub folds: Folds,
    /// What follows from a reason.
    pub actions: Actions,
    /// Links in a comment.
    pub links: Links,
    /// The same thing again and again.
    pub repeats: Repeats,
    /// What the trained model finds.
    pub abuse: Abuse,
    /// Whether a comment is about its article.
    pub topic: Topic,
}

impl Default for RulesetSource {
    fn default() -> Self {
        Self {
            terms: Vec::new(),
            allow: Vec::new(),
            builtin_lists: ["en", "roman-urdu", "abroad"].map(str::to_owned).to_vec(),
            folds: Folds::default(),
            actions: Actions::default(),
            links: Links::default(),
            repeats: Repeats::default(),
            abuse: Abuse::default(),
            topic: Topic::default(),
        }
    }
}

/// One banned or suspect expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// A word or a phrase, 1 to 200 characters; case and spacing do not matter.
    pub text: String,
    /// One of [`Kind::TERMS`].
    pub kind: Kind,
    /// How grave it is.
    pub severity: Severity,
    /// Match whole words only (the default); otherwise also inside longer words.
    #[serde(default = "yes")]
    pub whole_word: bool,
    /// Why it is listed, for other moderators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

fn yes() -> bool {
    true
}

/// The disguises that are seen through, for listed terms and for what the model reads, each with its own switch. Case never matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent switch on the settings page"
)]
pub struct Folds {
    /// Characters that nobody sees: zero width, direction marks, tags.
    pub invisible: bool,
    /// Full-width, circled, mathematical and other dressed-up forms of a letter.
    pub styled: bool,
    /// Accents over Latin, Greek and Cyrillic letters.
    pub accents: bool,
    /// Letters of another script that look like Latin ones.
    pub lookalikes: bool,
    /// Digits and signs in place of letters, next to letters.
    pub leet: bool,
    /// Dots, dashes or spaces between the letters of a word, or one space inside it.
    pub separators: bool,
    /// A letter repeated for emphasis.
    pub repeats: bool,
    /// Letters masked by asterisks and the like.
    pub masks: bool,
    /// Words without the spaces between them.
    pub joined: bool,
    /// Two letters swapped or one missing in a grave term.
    pub misspelt: bool,
}

impl Default for Folds {
    fn default() -> Self {
        Self {
            invisible: true,
            styled: true,
            accents: true,
            lookalikes: true,
            leet: true,
            separators: true,
            repeats: true,
            masks: true,
            joined: true,
            misspelt: true,
        }
    }
}

/// The outcome for each severity of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// What a mild reason leads to.
    pub mild: Outcome,
    /// What a strong reason leads to.
    pub strong: Outcome,
    /// What a severe reason leads to.
    pub severe: Outcome,
}

impl Default for Levels {
    /// The machine refuses nothing by itself until a moderator says so.
    fn default() -> Self {
        Self {
            mild: Outcome::Publish,
            strong: Outcome::Hold,
            severe: Outcome::Hold,
        }
    }
}

/// The action table: kind × severity → outcome. A kind that is not named has [`Levels::default`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actions(pub BTreeMap<Kind, Levels>);

impl Actions {
    /// What a reason of this kind and severity leads to.
    #[must_use]
    pub fn outcome(&self, kind: Kind, severity: Severity) -> Outcome {
        let levels = self.0.get(&kind).copied().unwrap_or_default();
        match severity {
            Severity::Mild => levels.mild,
            Severity::Strong => levels.strong,
            Severity::Severe => levels.severe,
        }
    }
}

/// How many links a comment may have, and where they may not lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Links {
    /// More links than this are a strong reason.
    pub max: usize,
    /// Domains to which no link may lead, with their subdomains: `example.com` blocks `www.example.com`.
    pub blocked_domains: Vec<String>,
}

impl Default for Links {
    fn default() -> Self {
        Self {
            max: 2,
            blocked_domains: Vec::new(),
        }
    }
}

/// When a comment counts as a repetition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repeats {
    /// Report what is said again: by the same writer of late, or a word or a line many times in a row.
    pub enabled: bool,
    /// The share of common word shingles from which two texts count as the same, 0 to 1.
    pub similarity: f32,
    /// The same word this many times in a row, or half as often the same line, is a strong reason.
    pub run: usize,
    /// Report comments that are written in capitals throughout.
    pub capitals: bool,
}

impl Default for Repeats {
    fn default() -> Self {
        Self {
            enabled: true,
            similarity: 0.8,
            run: 10,
            capitals: true,
        }
    }
}

/// From which probabilities on the trained model gives a reason. A probability says of how many comments like this
/// one a newspaper's moderators would refuse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Abuse {
    /// Use the model at all.
    pub enabled: bool,
    /// Let the second stage read each comment too; without it the first decides alone, and holds more.
    pub encoder: bool,
    /// Abuse as a whole.
    pub toxicity: Threshold,
    /// Hate against people for what they are.
    pub identity_attack: Threshold,
    /// Belittling a person.
    pub insult: Threshold,
    /// Announcing, wishing or urging harm.
    pub threat: Threshold,
    /// Coarse language.
    pub profanity: Threshold,
    /// Advertising.
    pub spam: Threshold,
}

/// Probabilities from 0 to 1; above 1 there is no such reason.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// From here on a mild reason is given: noted, and by default published.
    pub notice: f32,
    /// From here on a strong reason is given.
    pub hold: f32,
    /// From here on a severe one.
    pub severe: f32,
}

/// When the first stage is alone, it holds from this share of a threshold on, and notes nothing sooner.
const ALONE: f32 = 0.6;

impl Threshold {
    const fn new(notice: f32, hold: f32, severe: f32) -> Self {
        Self {
            notice,
            hold,
            severe,
        }
    }

    /// The least probability of any reason.
    pub(super) fn least(self) -> f32 {
        self.notice.min(self.hold).min(self.severe)
    }

    /// How grave a reason of this probability is, if it is one.
    pub(super) fn severity(self, probability: f32) -> Option<Severity> {
        match probability {
            p if p >= self.severe => Some(Severity::Severe),
            p if p >= self.hold => Some(Severity::Strong),
            p if p >= self.notice => Some(Severity::Mild),
            _ => None,
        }
    }
}

impl Abuse {
    /// The thresholds of a kind. Severe toxicity makes abuse as a whole likelier, whose thresholds it has.
    #[must_use]
    pub fn of(&self, kind: AbuseKind) -> Threshold {
        match kind {
            AbuseKind::Toxicity | AbuseKind::SevereToxicity => self.toxicity,
            AbuseKind::IdentityAttack => self.identity_attack,
            AbuseKind::Insult => self.insult,
            AbuseKind::Threat => self.threat,
            AbuseKind::Profanity => self.profanity,
            AbuseKind::Spam => self.spam,
        }
    }

    /// Sets them.
    pub fn set_threshold(&mut self, kind: AbuseKind, threshold: Threshold) {
        let place = match kind {
            AbuseKind::Toxicity | AbuseKind::SevereToxicity => &mut self.toxicity,
            AbuseKind::IdentityAttack => &mut self.identity_attack,
            AbuseKind::Insult => &mut self.insult,
            AbuseKind::Threat => &mut self.threat,
            AbuseKind::Profanity => &mut self.profanity,
            AbuseKind::Spam => &mut self.spam,
        };
        *place = threshold;
    }

    /// The thresholds of a kind, by both stages or by the first alone.
    pub(super) fn threshold(&self, kind: AbuseKind, by_both: bool) -> Threshold {
        let mut threshold = self.of(kind);
        // above 1 it never holds, alone or not
        if !by_both && threshold.hold <= 1.0 {
            threshold.hold *= ALONE;
        }
        threshold
    }
}

impl Default for Abuse {
    fn default() -> Self {
        Self {
            enabled: true,
            encoder: true,
            // docs/filters.md has what each of them holds
            toxicity: Threshold::new(0.23, 0.23, 0.5),
            identity_attack: Threshold::new(0.02, 0.25, 0.5),
            insult: Threshold::new(0.2, 0.35, 0.7),
            threat: Threshold::new(0.1, 0.3, 0.7),
            profanity: Threshold::new(0.5, 2.0, 2.0),
            spam: Threshold::new(0.3, 0.5, 0.9),
        }
    }
}

/// Whether, and from which score on, a comment counts as off topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Topic {
    /// Measure the topic at all.
    pub enabled: bool,
    /// The off-topic score from which a strong reason is given, 0 to 1, to a comment that scores 0.65 against the
    /// article alone, too. Above 1 nothing is.
    pub threshold: f32,
    /// Whether such a comment is held; otherwise it is only marked, and comes last in the queue.
    #[serde(skip_serializing_if = "is_held")]
    pub hold: bool,
    /// From this many live comments on, a conversation is something of its own that an answer can fit.
    #[serde(skip_serializing_if = "is_usual")]
    pub admitted_after: usize,
}

/// What is as it ships is not written, so that a program of the version before can read the ruleset.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_held(hold: &bool) -> bool {
    *hold
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_usual(admitted_after: &usize) -> bool {
    *admitted_after == ADMITTED_AFTER
}

const ADMITTED_AFTER: usize = 3;

impl Default for Topic {
    fn default() -> Self {
        Self {
            enabled: true,
            // Of a hundred comments under their own article one scores higher, on a site's first day three: docs/filters.md.
            threshold: 0.862,
            hold: true,
            admitted_after: ADMITTED_AFTER,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_survives_the_round_trip() {
        let ships = RulesetSource::default();
        let json = serde_json::to_string(&ships).unwrap();
        assert_eq!(serde_json::from_str::<RulesetSource>(&json).unwrap(), ships);
        assert_eq!(serde_json::from_str::<RulesetSource>("{}").unwrap(), ships);
    }

    #[test]
    fn unknown_settings_are_refused() {
        for json in [
            r#"{"term":[]}"#,
            r#"{"folds":{"leat":true}}"#,
            r#"{"links":{"maximum":1}}"#,
            r#"{"actions":{"profanity":{"mild":"publish","strong":"hold","sever":"hold"}}}"#,
            r#"{"actions":{"kindness":{"mild":"publish","strong":"hold","severe":"hold"}}}"#,
        ] {
            assert!(
                serde_json::from_str::<RulesetSource>(json).is_err(),
                "{json}"
            );
        }
    }

    #[test]
    fn the_machine_rejects_nothing_by_itself() {
        let actions = Actions::default();
        for kind in Kind::ALL {
            assert_eq!(actions.outcome(kind, Severity::Mild), Outcome::Publish);
            assert_eq!(actions.outcome(kind, Severity::Strong), Outcome::Hold);
            assert_eq!(actions.outcome(kind, Severity::Severe), Outcome::Hold);
        }
    }
}
