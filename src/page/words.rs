//! Numbers, times and counts as people read them.

use chrono::{DateTime, SecondsFormat, Utc};

/// 1234567 as 1,234,567.
pub(super) fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3 + 1);
    if n < 0 {
        grouped.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// "1 reply", "12 replies".
pub(super) fn counted(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// For `datetime` attributes.
pub(super) fn machine(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(super) fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y").to_string()
}

/// To the minute, in the one zone that the server knows; the script shows the reader's own.
pub(super) fn minute(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (n, expected) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
            (-1000, "−1,000"),
        ] {
            assert_eq!(number(n), expected);
        }
        assert_eq!(counted(1, "reply", "replies"), "1 reply");
        assert_eq!(counted(0, "reply", "replies"), "0 replies");
    }

    #[test]
    fn times() {
        let at = "2026-03-05T07:08:09.5Z".parse().unwrap();
        assert_eq!(machine(at), "2026-03-05T07:08:09Z");
        assert_eq!(day(at), "5 March 2026");
        assert_eq!(minute(at), "5 March 2026, 07:08 UTC");
    }
}
