//! Phase: private details, which the paper promises not to publish: telephone numbers, e-mail addresses, and where
//! somebody lives. Whose they are no program can tell, so that a person looks.

use linkify::{LinkFinder, LinkKind};

use super::phases::{Phase, Prepared, Signals};
use super::verdict::{Kind, Reason, Severity, covered};

/// Digits of a telephone number with its area (ITU-T E.164 has at most fifteen).
const DIGITS: std::ops::RangeInclusive<usize> = 9..=15;
/// Between the groups of its digits stand so many signs at most: ") ".
const BETWEEN: usize = 2;

pub(super) struct Private;

impl Phase for Private {
    fn name(&self) -> &'static str {
        "private"
    }

    fn assess(&self, on: &Prepared<'_>) -> Signals {
        let text = on.subject.text;
        let mut signals = Signals::default();
        for (what, severity, spans) in [
            ("a telephone number", Severity::Strong, numbers(text)),
            // mostly the writer's own
            ("an e-mail address", Severity::Mild, mailboxes(text)),
            ("where somebody lives", Severity::Strong, homes(text)),
        ] {
            if !spans.is_empty() {
                signals.reasons.push(Reason {
                    kind: Kind::PersonalData,
                    severity,
                    phase: self.name().to_owned(),
                    score: None,
                    spans,
                    note: format!("It seems to give {what}: private details."),
                });
            }
        }
        signals
    }
}

fn mailboxes(text: &str) -> Vec<[usize; 2]> {
    if !text.contains('@') {
        return Vec::new();
    }
    addresses(text, LinkKind::Email)
}

fn addresses(text: &str, kind: LinkKind) -> Vec<[usize; 2]> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[kind]);
    let found = finder.links(text);
    found.map(|link| [link.start(), link.end()]).collect()
}

/// Telephone numbers: with a code of a country or an area in front, or in the groups of North America. What stands in an
/// address of a page is none.
fn numbers(text: &str) -> Vec<[usize; 2]> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(more) = text
        .get(at..)
        .and_then(|rest| rest.find(|c: char| c == '+' || c.is_ascii_digit()))
    {
        let start = at + more;
        let (groups, end) = groups(text, start);
        at = end.max(start + 1);
        if is_number(&groups) && stands_alone(text, start, end) {
            found.push([start, end]);
        }
    }
    if !found.is_empty() {
        let links = addresses(text, LinkKind::Url);
        found.retain(|number| !covered(&links, *number));
    }
    found
}

/// Groups of digits, the first perhaps with a `+`, with few signs between them; and where the last one ends.
fn groups(text: &str, start: usize) -> (Vec<&str>, usize) {
    let mut groups = Vec::new();
    let (mut at, mut end) = (start, start);
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let sign = usize::from(groups.is_empty() && rest.starts_with('+'));
        let digits = rest
            .bytes()
            .skip(sign)
            .take_while(u8::is_ascii_digit)
            .count();
        if digits == 0 {
            return (groups, end);
        }
        end = at + sign + digits;
        groups.push(text.get(at..end).unwrap_or_default());
        let is_between = |byte: &u8| matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')');
        let after = text.as_bytes().get(end..).unwrap_or_default();
        let between = after.iter().take_while(|byte| is_between(byte)).count();
        if between > BETWEEN {
            return (groups, end);
        }
        at = end + between;
    }
}

fn is_number(groups: &[&str]) -> bool {
    let Some(first) = groups.first() else {
        return false;
    };
    let digits: String = groups
        .concat()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let abroad = first.starts_with('+') || *first == "00";
    let area = first.starts_with('0') && first.len() > 2;
    let american = matches!(lengths.as_slice(), [3, 3, 4] | [1, 3, 3, 4]);
    DIGITS.contains(&digits.len())
        && (abroad || area || american)
        && !is_free(groups)
        && digits
            .bytes()
            .any(|byte| Some(byte) != digits.bytes().next())
}

/// Whether the call costs nothing: such a line is an office's or a helpline's, and nobody's own.
fn is_free(groups: &[&str]) -> bool {
    const FREE: [&str; 9] = [
        "0800", "0808", "800", "833", "844", "855", "866", "877", "888",
    ];
    let national = match groups {
        ["1" | "+1" | "+44", rest @ ..] => rest,
        all => all,
    };
    national.first().is_some_and(|first| FREE.contains(first))
}

/// Whether it is no part of a longer word, nor of an amount.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|text| text.chars().next_back());
    let after = text.get(end..).and_then(|text| text.chars().next());
    let is_more =
        |c: char| c.is_alphanumeric() || matches!(c, '$' | '£' | '€' | '#' | '%' | '_' | ',' | '.');
    !before.is_some_and(is_more)
        && !after.is_some_and(|c| c.is_alphanumeric() || c == '%' || c == '_')
}

/// "lives at 14 Mill Lane": what says it and the number.
fn homes(text: &str) -> Vec<[usize; 2]> {
    let mut at = 0;
    let mut words = Vec::new();
    for part in text.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        if !word.is_empty() {
            words.push((at, word));
        }
        at += part.len();
    }
    words
        .windows(3)
        .filter_map(|three| match three {
            [(from, lives), (_, at), (number_at, number)]
                if ["lives", "live", "living", "resides"]
                    .iter()
                    .any(|word| lives.eq_ignore_ascii_case(word))
                    && at.eq_ignore_ascii_case("at")
                    && number.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                Some([*from, number_at + number.len()])
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Outcome, Ruleset, RulesetSource, Subject, assess};
    use super::*;

    #[test]
    fn numbers_to_call() {
        for (text, expected) in [
            ("call me on 07700 900123 about it", vec!["07700 900123"]),
            ("+44 (0)20 7946 0958!", vec!["+44 (0)20 7946 0958"]),
            (
                "(020) 7946-0958, or 0049 30 1234567.",
                vec!["020) 7946-0958", "0049 30 1234567"],
            ),
            ("0300-1234567", vec!["0300-1234567"]),
            (
                "555-123-4567 or (555) 123-4567",
                vec!["555-123-4567", "555) 123-4567"],
            ),
            ("07700900123", vec!["07700900123"]),
            // dates, sums, numbers of things
            ("in 2025, 2026 and 2027, from 1990 1991 1992 on", vec![]),
            ("2026-11-29 06:47, 29.11.2026", vec![]),
            ("£410,000,000 or 0.123456789 of it", vec![]),
            ("ISBN 0-306-40615-2", vec![]),
            ("000 000 000 000", vec![]),
            ("x07700900123 07700900123abc", vec![]),
            ("https://example.org/07700900123", vec![]),
            ("999, 116 123", vec![]),
            // nobody's own
            (
                "0800 555 0199, 0808 164 3332, 1-888-555-0134, +1 800 555 0172",
                vec![],
            ),
            ("", vec![]),
        ] {
            let found: Vec<&str> = numbers(text)
                .into_iter()
                .map(|[from, to]| text.get(from..to).unwrap())
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn verdicts() {
        let mut source = RulesetSource::default();
        source.abuse.enabled = false;
        let ruleset = Ruleset::compile(&source).unwrap();
        for (text, outcome) in [
            ("Rao lives at 14 Mill Lane, Wexley.", Outcome::Hold),
            (
                "She lives at the other end of the bridge.",
                Outcome::Publish,
            ),
            (
                "Write to rao@example.org about the bridge.",
                Outcome::Publish,
            ),
            ("My phone number is 07700 900123.", Outcome::Hold),
            ("The bridge cost 23 million in 2025.", Outcome::Publish),
        ] {
            let verdict = assess(&ruleset, &Subject::of(text));
            assert_eq!(verdict.verdict, outcome, "{text}");
            let private = |reason: &&Reason| reason.kind == Kind::PersonalData;
            let found = verdict.reasons.iter().find(private);
            let is_grave = found.is_some_and(|reason| reason.severity > Severity::Mild);
            assert_eq!(is_grave, outcome == Outcome::Hold, "{text}");
            assert_eq!(found.is_some(), is_grave || text.contains('@'), "{text}");
        }
    }
}
