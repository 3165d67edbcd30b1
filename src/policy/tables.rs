//! The two tables of the page of rules, each saved as a whole: what follows from what is found, and when the trained
//! model holds. Pure.

use crate::error::{Error, Result};
use crate::filter::{AbuseKind, Kind, Levels, RulesetSource, Severity, Threshold};

/// When the model holds, as its form says it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Model {
    /// whether the model takes part
    pub(super) enabled: bool,
    /// whether with its second stage
    pub(super) encoder: bool,
    pub(super) thresholds: Vec<(AbuseKind, Threshold)>,
}

impl Model {
    /// As it is in force. Severe toxicity has no row: its thresholds are those of abuse as a whole.
    pub(super) fn of(source: &RulesetSource) -> Self {
        let kinds = AbuseKind::ALL.into_iter();
        Self {
            enabled: source.abuse.enabled,
            encoder: source.abuse.encoder,
            thresholds: kinds
                .filter(|kind| *kind != AbuseKind::SevereToxicity)
                .map(|kind| (kind, source.abuse.of(kind)))
                .collect(),
        }
    }

    /// Puts what differs into the source, and says what did.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing differs, or a threshold is lower than the one before it.
    pub(super) fn apply(&self, source: &mut RulesetSource) -> Result<String> {
        let abuse = &mut source.abuse;
        let mut said = Vec::new();
        if (abuse.enabled, abuse.encoder) != (self.enabled, self.encoder) {
            (abuse.enabled, abuse.encoder) = (self.enabled, self.encoder);
            let word = |on| if on { "on" } else { "off" };
            let (model, second) = (word(self.enabled), word(self.encoder));
            said.push(format!(
                "Switched the model {model}, its second stage {second}"
            ));
        }
        let mut changed = Vec::new();
        for &(kind, threshold) in &self.thresholds {
            // what looks the same was left alone, and stays as exact as it is
            if shown(threshold) != shown(abuse.of(kind)) {
                in_order(kind, threshold)?;
                abuse.set_threshold(kind, threshold);
                changed.push(kind.as_str());
            }
        }
        if !changed.is_empty() {
            said.push(told("Changed when the model holds for", &changed));
        }
        if said.is_empty() {
            return Err(nothing());
        }
        Ok(said.join(". "))
    }
}

/// A share as so many of a hundred, as the form shows it and takes it.
pub(super) fn percent(share: f32) -> String {
    ((share * 1000.0).round() / 10.0).to_string()
}

fn shown(threshold: Threshold) -> [String; 3] {
    [threshold.notice, threshold.hold, threshold.severe].map(percent)
}

/// Each says something graver than the one before, so none comes sooner; one that is never reached does not count.
fn in_order(kind: AbuseKind, threshold: Threshold) -> Result<()> {
    let numbers = [threshold.notice, threshold.hold, threshold.severe];
    let reached = |number: &&f32| number.is_nan() || **number <= 1.0;
    if numbers.iter().filter(reached).is_sorted() {
        return Ok(());
    }
    let kind = kind.as_str().replace('_', " ");
    let [notice, hold, severe] = numbers.map(percent);
    Err(Error::Invalid(format!(
        "Not saved: the numbers for {kind} must not fall (noted from {notice}, held from {hold}, severe from {severe} of \
         100), since each says something graver than the one before. One above 100 means never, and may stand anywhere."
    )))
}

/// The same of a whole ruleset, as programs send it. What falls in `but` already must stop no other change. Compiling
/// does not ask for it, for the same reason.
///
/// # Errors
/// [`Error::Invalid`] naming the first kind whose thresholds would come to fall.
pub(super) fn all_in_order(source: &RulesetSource, but: Option<&RulesetSource>) -> Result<()> {
    let stands = |kind, threshold| but.is_some_and(|known| known.abuse.of(kind) == threshold);
    let rows = Model::of(source).thresholds.into_iter();
    let mut rows = rows.filter(|&(kind, threshold)| !stands(kind, threshold));
    rows.try_for_each(|(kind, threshold)| in_order(kind, threshold))
}

/// Puts the rows of the action table that differ into the source, and says which did.
///
/// # Errors
/// [`Error::Invalid`] when none does.
pub(super) fn act(source: &mut RulesetSource, rows: &[(Kind, Levels)]) -> Result<String> {
    let mut changed = Vec::new();
    for &(kind, levels) in rows {
        let outcome = |severity| source.actions.outcome(kind, severity);
        let old = Severity::ALL.map(outcome);
        if old != [levels.mild, levels.strong, levels.severe] {
            source.actions.0.insert(kind, levels);
            changed.push(kind.as_str());
        }
    }
    if changed.is_empty() {
        return Err(nothing());
    }
    Ok(told("Changed what follows from", &changed))
}

fn told(what: &str, kinds: &[&str]) -> String {
    format!("{what}: {}", kinds.join(", ").replace('_', " "))
}

fn nothing() -> Error {
    Error::Invalid("Nothing was saved, because nothing here was changed.".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Outcome;

    fn threshold(notice: f32, hold: f32, severe: f32) -> Threshold {
        Threshold {
            notice,
            hold,
            severe,
        }
    }

    #[test]
    fn thresholds_rise_from_left_to_right() {
        for (notice, hold, severe, is_saved) in [
            (0.1, 0.2, 0.3, true),
            (0.2, 0.2, 0.2, true),
            (0.1, 0.2, 2.0, true),
            // never held, but noted, and severe from 90 on
            (0.1, 2.0, 0.9, true),
            (2.0, 0.2, 0.9, true),
            (2.0, 2.0, 2.0, true),
            (0.5, 0.2, 0.1, false),
            (0.5, 2.0, 0.1, false),
            (0.1, 0.9, 0.8, false),
            (f32::NAN, 0.2, 0.3, false),
        ] {
            let mut model = Model::of(&RulesetSource::default());
            let wanted = threshold(notice, hold, severe);
            model.thresholds = vec![(AbuseKind::Threat, wanted)];
            let mut source = RulesetSource::default();
            let done = model.apply(&mut source);
            assert_eq!(done.is_ok(), is_saved, "{wanted:?} {done:?}");
            assert_eq!(source.abuse.threat == wanted, is_saved, "{wanted:?}");
            source.abuse.threat = wanted;
            for but in [None, Some(&RulesetSource::default())] {
                let sent = all_in_order(&source, but);
                assert_eq!(sent.is_ok(), is_saved, "{wanted:?}");
            }
        }
    }

    #[test]
    fn what_falls_already_stops_no_other_change() {
        let mut old = RulesetSource::default();
        old.abuse.threat = threshold(0.5, 0.2, 0.1);
        let mut new = old.clone();
        new.allow.push("a word".into());
        new.abuse.spam = threshold(0.1, 0.2, 0.3);
        assert!(all_in_order(&new, Some(&old)).is_ok());
        new.abuse.insult = threshold(0.3, 0.2, 0.1);
        let refused = all_in_order(&new, Some(&old)).unwrap_err().to_string();
        assert!(refused.contains("the numbers for insult"), "{refused}");
        // nor may it come to fall in another way
        new = old.clone();
        new.abuse.threat = threshold(0.6, 0.2, 0.1);
        assert!(all_in_order(&new, Some(&old)).is_err());
    }

    #[test]
    fn only_what_differs_is_changed() {
        let mut source = RulesetSource::default();
        // more exact than the form shows it
        source.abuse.spam = threshold(0.50001, 0.8, 0.95);
        let mut model = Model::of(&source);
        for (_, numbers) in &mut model.thresholds {
            let again = |share: f32| percent(share).parse::<f32>().unwrap() / 100.0;
            *numbers = threshold(
                again(numbers.notice),
                again(numbers.hold),
                again(numbers.severe),
            );
        }
        assert!(model.apply(&mut source.clone()).is_err(), "nothing differs");
        model.encoder = false;
        model.thresholds[1].1 = threshold(0.1, 0.2, 0.3);
        let mut changed = source.clone();
        let note = model.apply(&mut changed).unwrap();
        assert_eq!(
            note,
            "Switched the model on, its second stage off. Changed when the model holds for: identity attack"
        );
        source.abuse.encoder = false;
        source.abuse.identity_attack = threshold(0.1, 0.2, 0.3);
        assert_eq!(changed, source);
    }

    #[test]
    fn the_action_table() {
        let mut source = RulesetSource::default();
        let usual = Levels::default();
        let strict = Levels {
            severe: Outcome::Reject,
            ..usual
        };
        let rows = [
            (Kind::Slur, usual),
            (Kind::Spam, strict),
            (Kind::OffTopic, strict),
        ];
        let note = act(&mut source, &rows).unwrap();
        assert_eq!(note, "Changed what follows from: spam, off topic");
        let outcome = |kind| source.actions.outcome(kind, Severity::Severe);
        assert_eq!(outcome(Kind::Spam), Outcome::Reject);
        assert_eq!(outcome(Kind::Slur), Outcome::Hold);
        assert!(act(&mut source.clone(), &rows).is_err(), "nothing differs");
    }
}
