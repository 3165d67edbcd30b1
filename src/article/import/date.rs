//! Dates as newspapers print them: `May 04, 2025`, `Sun 4 May 2025 10.00 BST`, `2025-05-04T10:00Z`, `۴ مئی ۲۰۲۵`.

mod names;
mod token;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use names::{is_weekday, month_number, zone_minutes};
use token::{Kind, Token, tokens, western_digits};

/// The first date in a line, and what is left of the line without it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Midnight UTC where no time is printed; a time without a zone is read as UTC.
    pub(super) at: DateTime<Utc>,
    pub(super) before: String,
    pub(super) after: String,
}

/// Finds the first date in a line.
///
/// `03/04/2025` is not read: it is April in London and March in New York, and a wrong date is worse
/// than none.
pub(super) fn find(line: &str) -> Option<Found> {
    let line = western_digits(line);
    let tokens = tokens(&line);
    for start in 0..tokens.len() {
        let mut at = Cursor {
            tokens: &tokens,
            next: start,
        };
        let Some(day) = at.date() else { continue };
        let time = at.time().unwrap_or(Time {
            clock: NaiveTime::MIN,
            east_minutes: 0,
        });
        let from = tokens
            .get(weekday_before(&tokens, start))
            .map_or(0, |token| token.from);
        let to = at.end();
        let moment = day.and_time(time.clock).and_utc();
        return Some(Found {
            at: moment.checked_sub_signed(TimeDelta::minutes(time.east_minutes))?,
            before: line.get(..from).unwrap_or_default().to_owned(),
            after: line.get(to..).unwrap_or_default().to_owned(),
        });
    }
    None
}

struct Time {
    clock: NaiveTime,
    east_minutes: i64,
}

/// Reads forward over tokens; every method either matches and moves on, or stays where it is.
struct Cursor<'t> {
    tokens: &'t [Token],
    next: usize,
}

impl Cursor<'_> {
    fn end(&self) -> usize {
        let last = self
            .next
            .checked_sub(1)
            .and_then(|index| self.tokens.get(index));
        last.map_or(0, |token| token.to)
    }

    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn number(&mut self, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
        match self.peek() {
            Some(Kind::Number(value, printed)) if digits.contains(printed) => {
                let value = *value;
                self.next += 1;
                Some(value)
            }
            _ => None,
        }
    }

    fn word(&mut self, wanted: &[&str]) -> bool {
        let matches =
            matches!(self.peek(), Some(Kind::Word(word)) if wanted.contains(&word.as_str()));
        self.next += usize::from(matches);
        matches
    }

    fn sign(&mut self, wanted: &[char]) -> Option<char> {
        match self.peek() {
            Some(Kind::Sign(sign)) if wanted.contains(sign) => {
                let sign = *sign;
                self.next += 1;
                Some(sign)
            }
            _ => None,
        }
    }

    fn month(&mut self) -> Option<u32> {
        let Some(Kind::Word(word)) = self.peek() else {
            return None;
        };
        let month = month_number(word)?;
        self.next += 1;
        Some(month)
    }

    /// Matches the whole of `read` or nothing.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = self.next;
        let found = read(self);
        if found.is_none() {
            self.next = start;
        }
        found
    }

    fn date(&mut self) -> Option<NaiveDate> {
        self.attempt(Self::year_first)
            .or_else(|| self.attempt(Self::day_first))
            .or_else(|| self.attempt(Self::month_first))
            .or_else(|| self.attempt(Self::numbers_only))
            .filter(|day| (1700..2200).contains(&chrono::Datelike::year(day)))
    }

    fn year_first(&mut self) -> Option<NaiveDate> {
        let year = self.number(4..=4)?;
        let sign = self.sign(&['-', '/'])?;
        let month = self.number(1..=2)?;
        self.sign(&[sign])?;
        let day = self.number(1..=2)?;
        day_of(year, month, day)
    }

    fn day_first(&mut self) -> Option<NaiveDate> {
        let day = self.number(1..=2)?;
        self.word(&["st", "nd", "rd", "th"]);
        self.word(&["of"]);
        self.sign(&['.', '-']);
        let month = self.month()?;
        self.sign(&['.', ',', '،', '-']);
        let year = self.number(4..=4)?;
        day_of(year, month, day)
    }

    fn month_first(&mut self) -> Option<NaiveDate> {
        let month = self.month()?;
        self.sign(&['.']);
        let day = self.number(1..=2)?;
        self.word(&["st", "nd", "rd", "th"]);
        self.sign(&[',', '،']);
        let year = self.number(4..=4)?;
        day_of(year, month, day)
    }

    /// `4.5.2025` (dots put the day first everywhere) or `25/12/2025`, where only one reading exists.
    fn numbers_only(&mut self) -> Option<NaiveDate> {
        let first = self.number(1..=2)?;
        let sign = self.sign(&['/', '.', '-'])?;
        let second = self.number(1..=2)?;
        self.sign(&[sign])?;
        let year = self.number(4..=4)?;
        if sign == '.' || first > 12 || first == second {
            day_of(year, second, first)
        } else if second > 12 {
            day_of(year, first, second)
        } else {
            None
        }
    }

    fn time(&mut self) -> Option<Time> {
        self.attempt(|at| {
            at.sign(&[',', '|', '·', '•', '،', '-', '–', '—']);
            at.word(&["t", "at", "بوقت"]);
            let hour = at.number(1..=2)?;
            at.sign(&[':', '.'])?;
            let minute = at.number(2..=2)?;
            let second = at.seconds().unwrap_or(0);
            let hour = at.half_of_day(hour)?;
            let clock = NaiveTime::from_hms_opt(hour, minute, second)?;
            let east_minutes = at.zone().unwrap_or(0);
            Some(Time {
                clock,
                east_minutes,
            })
        })
    }

    fn seconds(&mut self) -> Option<u32> {
        self.attempt(|at| {
            at.sign(&[':'])?;
            let second = at.number(2..=2)?;
            at.attempt(|at| {
                at.sign(&['.'])?;
                at.number(1..=9)
            });
            Some(second)
        })
    }

    /// The hour on the 24-hour clock, after an `am`, `p.m.` or nothing.
    fn half_of_day(&mut self, hour: u32) -> Option<u32> {
        let dotted = |letter: &'static str| {
            move |at: &mut Self| {
                at.sign(&['.'])?;
                at.word(&[letter]).then_some(())?;
                at.sign(&['.'])
            }
        };
        if self.word(&["am"]) || (self.word(&["a"]) && self.attempt(dotted("m")).is_some()) {
            return (hour <= 12).then_some(hour % 12);
        }
        if self.word(&["pm"]) || (self.word(&["p"]) && self.attempt(dotted("m")).is_some()) {
            return (hour <= 12).then_some(hour % 12 + 12);
        }
        Some(hour)
    }

    /// Minutes east of Greenwich.
    fn zone(&mut self) -> Option<i64> {
        self.attempt(|at| {
            at.sign(&['(']);
            if let Some(sign) = at.sign(&['+', '-']) {
                let minutes = at.offset()?;
                return Some(if sign == '-' { -minutes } else { minutes });
            }
            let Some(Kind::Word(word)) = at.peek() else {
                return None;
            };
            let minutes = zone_minutes(word)?;
            at.next += 1;
            at.sign(&[')']);
            Some(minutes)
        })
    }

    fn offset(&mut self) -> Option<i64> {
        if let Some(joined) = self.number(4..=4) {
            return Some(i64::from(joined / 100 * 60 + joined % 100));
        }
        let hours = self.number(1..=2)?;
        let minutes = self.attempt(|at| {
            at.sign(&[':'])?;
            at.number(2..=2)
        });
        Some(i64::from(hours * 60 + minutes.unwrap_or(0)))
    }
}

fn day_of(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// The index where the date begins, counting a weekday right before it as part of it.
fn weekday_before(tokens: &[Token], start: usize) -> usize {
    let mut index = start;
    while let Some(before) = index.checked_sub(1) {
        match tokens.get(before).map(|token| &token.kind) {
            Some(Kind::Sign(',' | '،')) if index == start => index = before,
            Some(Kind::Word(word)) if is_weekday(word) => return before,
            _ => break,
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn dates() {
        for (line, expected) in [
            ("May 04, 2025", "2025-05-04T00:00:00+00:00"),
            ("4 May 2025", "2025-05-04T00:00:00+00:00"),
            ("4th of May, 2025", "2025-05-04T00:00:00+00:00"),
            ("2025-05-04", "2025-05-04T00:00:00+00:00"),
            ("2025-05-04T10:00:00Z", "2025-05-04T10:00:00+00:00"),
            ("2025-05-04T10:00:00.250+05:00", "2025-05-04T05:00:00+00:00"),
            ("2025-05-04 10:00:00 -0400", "2025-05-04T14:00:00+00:00"),
            ("Sun 4 May 2025 10.00 BST", "2025-05-04T09:00:00+00:00"),
            (
                "Sunday, May 4, 2025 at 9:05 p.m. EDT",
                "2025-05-05T01:05:00+00:00",
            ),
            (
                "Sept. 9, 2024 | 12:30 AM (PKT)",
                "2024-09-08T19:30:00+00:00",
            ),
            ("Posted 25/12/2024", "2024-12-25T00:00:00+00:00"),
            ("4.5.2025", "2025-05-04T00:00:00+00:00"),
            ("اتوار، ۴ مئی ۲۰۲۵", "2025-05-04T00:00:00+00:00"),
            ("04 مئی ، 2025", "2025-05-04T00:00:00+00:00"),
        ] {
            let found = find(line).map(|found| found.at.to_rfc3339());
            assert_eq!(found.as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn not_dates() {
        for line in [
            "",
            "03/04/2025",
            "31 February 2025",
            "May 2025",
            "4 May",
            "In 2025 the council voted 12-4",
            "99999999999-01-01",
            "May I have 4, please",
        ] {
            assert_eq!(find(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_left_of_the_line() {
        for (line, before, after) in [
            ("News Desk May 04, 2025", "News Desk ", ""),
            (
                "Published: Sun, 4 May 2025 10:00 | Jo Roe",
                "Published: ",
                " | Jo Roe",
            ),
            ("نیوز ڈیسک اتوار ۴ مئی ۲۰۲۵", "نیوز ڈیسک ", ""),
        ] {
            let found = find(line).unwrap();
            assert_eq!(
                (found.before.as_str(), found.after.as_str()),
                (before, after)
            );
        }
    }
}
