//! Phase: whether there is anything to read.

use unicode_normalization::char::is_combining_mark;

use super::fold::chars::{is_invisible, is_space};
use super::phases::{Phase, Prepared, Signals};
use super::verdict::{Kind, Reason, Severity};

pub(super) struct Empty;

impl Phase for Empty {
    fn name(&self) -> &'static str {
        "empty"
    }

    fn assess(&self, on: &Prepared<'_>) -> Signals {
        let reason = || Reason {
            kind: Kind::Empty,
            severity: Severity::Strong,
            phase: self.name().to_owned(),
            score: None,
            spans: Vec::new(),
            note: "There is nothing in it that could be read.".to_owned(),
        };
        Signals {
            reasons: is_blank(on.subject.text).then(reason).into_iter().collect(),
            ..Signals::default()
        }
    }
}

/// Whether nobody can see anything of a text: white space, what is invisible, and marks without a letter.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| is_space(c) || is_invisible(c) || is_combining_mark(c))
}

#[cfg(test)]
mod tests {
    use super::super::properties::ruleset_once;
    use super::super::{Outcome, Subject, assess};
    use super::*;

    #[test]
    fn what_nobody_can_read_is_held() {
        for (text, is_empty) in [
            ("", true),
            (" \n\t\u{a0}\u{2800}", true),
            ("\u{200b}\u{feff}\u{3164}", true),
            ("\u{e0041}\u{fffa}\u{0}", true),
            ("\u{301}", true),
            (".", false),
            ("\u{1f921}", false),
            ("\u{200b}a", false),
        ] {
            let verdict = assess(ruleset_once(), &Subject::of(text));
            let found = verdict.reasons.iter().any(|r| r.kind == Kind::Empty);
            assert_eq!(found, is_empty, "{text:?}");
            assert!(
                !is_empty || verdict.verdict == Outcome::Hold,
                "{text:?} {verdict:?}"
            );
        }
    }
}
