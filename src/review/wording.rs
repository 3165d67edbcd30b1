//! How the desk says things. Pure.

use chrono::{DateTime, Utc};

use super::store::Current;
use crate::comment::{Ruling, Status, guidelines};
use crate::filter::Kind;

/// A kind of reason, as people say it.
pub(super) fn kind(word: &str) -> String {
    match Kind::parse(word) {
        Some(Kind::IdentityAttack) => "attack on a group".into(),
        Some(Kind::Evasion) => "disguised word".into(),
        Some(Kind::Repeat) => "repetition".into(),
        _ => word.replace('_', " "),
    }
}

/// What held a comment whatever the filter found, for a tag.
pub(super) fn held_by(code: &str) -> Option<&'static str> {
    match code {
        guidelines::PREMODERATED => Some("all are read first"),
        guidelines::CLOSED => Some("closed meanwhile"),
        _ => None,
    }
}

/// Where a comment stands, for a tag.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Pending => "being screened",
        Status::Held => "waits for a person",
        Status::Live => "live",
        Status::Rejected => "rejected",
        Status::Removed => "removed",
    }
}

/// What was done, from the word in the table of settlements and where it led.
pub(super) fn action(word: &str, to: Status) -> &'static str {
    match (word, to) {
        ("approve", _) => "Approved",
        ("reject", _) => "Rejected",
        ("remove", _) => "Removed",
        ("undo", _) => "Decision taken back",
        ("belongs", _) => "Side thread: belongs here",
        ("judged", _) => "Side thread: judged as everything else",
        ("closed", _) => "Side thread: closed to answers",
        ("open", _) => "Side thread: open again",
        ("dead_letter", _) => "Could not be screened",
        (_, Status::Live) => "Published",
        (_, Status::Rejected) => "Refused",
        _ => "Held",
    }
}

/// Where a comment stands again after a decision was taken back.
pub(super) fn back(status: Status) -> &'static str {
    match status {
        Status::Pending | Status::Held => "Back in the queue",
        Status::Live => "Live again",
        Status::Rejected => "Rejected again",
        Status::Removed => "Removed again",
    }
}

/// What holds for a side thread from a ruling on.
pub(super) fn ruling(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Belongs => {
            "Saved: nothing in this side thread is held for being off topic alone any more."
        }
        Ruling::Judged => "Saved: this side thread is judged as everything else again.",
        Ruling::Closed => "Saved: this side thread takes no further answers.",
        Ruling::Open => "Saved: what you opened can be answered again.",
    }
}

/// What was done last with a comment; while nothing was, that it waits for the filter.
pub(super) fn action_of(current: &Current) -> &'static str {
    match &current.action {
        Some(word) => action(word, current.status),
        None => "Waiting to be screened:",
    }
}

/// A phase of the filter, as people say it.
pub(super) fn phase(name: &str) -> String {
    format!("{} filter", name.replace('_', " "))
}

/// Why somebody settled, from its code: the guideline as its button has it, or what held the comment beside the
/// filter's findings.
pub(super) fn reason(code: &str) -> &str {
    let mut known = guidelines::GUIDELINES.iter();
    match known.find(|(known, ..)| *known == code) {
        Some((_, button, _)) => button,
        None => guidelines::sentence(code).unwrap_or(code),
    }
}

/// How long ago, in one unit.
pub(super) fn age(from: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (now - from).num_minutes();
    match minutes {
        ..1 => "just now".into(),
        1..60 => format!("{minutes} min ago"),
        60..2880 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    }
}

/// A moment in full.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// A count that was counted up to a limit only.
pub(super) fn count(counted: i64, limit: i64) -> String {
    if counted > limit {
        format!("{limit}+")
    } else {
        counted.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (word, words) in [
            ("slur", "slur"),
            ("off_topic", "off topic"),
            ("identity_attack", "attack on a group"),
            ("some_new_kind", "some new kind"),
        ] {
            assert_eq!(kind(word), words);
        }
    }

    #[test]
    fn every_action_has_its_word() {
        for (word, to, expected) in [
            ("approve", Status::Live, "Approved"),
            ("undo", Status::Live, "Decision taken back"),
            ("screened", Status::Live, "Published"),
            ("screened", Status::Held, "Held"),
            ("screened", Status::Rejected, "Refused"),
            ("dead_letter", Status::Held, "Could not be screened"),
        ] {
            assert_eq!(action(word, to), expected, "{word} {to:?}");
        }
    }

    #[test]
    fn ages() {
        let now = DateTime::from_timestamp(10_000_000, 0).unwrap();
        for (seconds, words) in [
            (-5, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (3599, "59 min ago"),
            (3600, "1 h ago"),
            (47 * 3600, "47 h ago"),
            (48 * 3600, "2 days ago"),
        ] {
            assert_eq!(age(now - chrono::TimeDelta::seconds(seconds), now), words);
        }
    }

    #[test]
    fn counts_and_reasons() {
        assert_eq!(
            (count(12, 500), count(501, 500)),
            ("12".into(), "500+".into())
        );
        assert_eq!((reason("off_topic"), reason("gone")), ("Off topic", "gone"));
    }
}
