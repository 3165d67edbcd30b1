//! The lines around a headline: who wrote it, when, and who took the picture.

use chrono::{DateTime, Utc};

use super::furniture::ends_sentence;
use super::{date, some_line};

/// A byline has at most this many words; a sentence that contains a date has more.
const MAX_WORDS: usize = 10;

/// Words that stand around a date and are not a name.
const LABELS: &[&str] = &[
    "published",
    "posted",
    "updated",
    "modified",
    "edited",
    "created",
    "date",
    "on",
    "at",
    "last",
    "first",
    "online",
    "print",
    "edition",
    "شائع",
    "شدہ",
    "ہوا",
    "ہوئی",
    "اشاعت",
    "تاریخ",
    "اپ",
    "ڈیٹ",
    "اپڈیٹ",
    "آخری",
    "بار",
    "کو",
    "وقت",
    "بوقت",
];

/// Labels of a date on which the article was changed rather than published.
const CHANGED: &[&str] = &["updated", "modified", "edited", "ڈیٹ", "اپڈیٹ"];

/// Zones and halves of the day that are left when a time stands apart from its date.
const CLOCK: &[&str] = &[
    "am", "pm", "gmt", "utc", "bst", "est", "edt", "pkt", "ist", "pst", "pdt",
];

/// What a desk or agency is called, as the last word of a byline without "By".
const DESKS: &[&str] = &[
    "desk",
    "reporter",
    "correspondent",
    "correspondents",
    "agencies",
    "reuters",
    "afp",
    "ap",
    "staff",
    "report",
    "monitoring",
    "bureau",
    "editor",
    "ڈیسک",
    "رپورٹر",
    "نمائندہ",
    "نگار",
    "ایجنسیاں",
    "نامہ‌نگار",
];

/// A line such as `News Desk May 04, 2025` or `Published: Sun 4 May 2025 10.00 BST`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dateline {
    pub(super) name: Option<String>,
    pub(super) published: Option<DateTime<Utc>>,
    pub(super) updated: Option<DateTime<Utc>>,
}

/// Reads a line that holds a date and little else.
pub(super) fn dateline(line: &str) -> Option<Dateline> {
    let mut dateline = Dateline::default();
    let mut rest = line.to_owned();
    let mut names = Vec::new();
    while let Some(found) = date::find(&rest) {
        let label = words(&found.before);
        if label
            .iter()
            .any(|word| CHANGED.contains(&word.to_lowercase().as_str()))
        {
            dateline.updated.get_or_insert(found.at);
        } else {
            dateline.published.get_or_insert(found.at);
        }
        names.extend(label.into_iter().filter(|word| is_name_word(word)));
        rest = found.after;
    }
    if dateline.published.is_none() && dateline.updated.is_none() {
        return None;
    }
    names.extend(words(&rest).into_iter().filter(|word| is_name_word(word)));
    let is_sentence = names.len() > MAX_WORDS || (names.len() > 1 && ends_sentence(line));
    if is_sentence {
        return None;
    }
    dateline.name = some_line(&names.join(" ")).map(|name| without_by(&name));
    Some(dateline)
}

/// The name in a line such as `By Jane Roe in Westport`, `News Desk` or `از نمائندہ خصوصی`.
pub(super) fn name(line: &str) -> Option<String> {
    let count = line.split_whitespace().count();
    if count > MAX_WORDS || ends_sentence(line) || line.chars().any(char::is_numeric) {
        return None;
    }
    let bare = without_by(line);
    let last = line.split_whitespace().last()?.to_lowercase();
    let is_desk = DESKS.contains(&last.as_str()) && count <= 4;
    let is_by =
        bare.len() < line.trim().len() && (is_person(&bare) || !bare.is_ascii() || count <= 3);
    (is_by || is_desk).then_some(bare)
}

/// Whether a line could be a person's name: a few capitalised words, perhaps with a place.
pub(super) fn is_person(line: &str) -> bool {
    const SMALL: [&str; 9] = ["and", "in", "of", "at", "for", "the", "de", "van", "bin"];
    let words: Vec<&str> = line.split_whitespace().collect();
    let capitalised = |word: &&str| {
        SMALL.contains(word)
            || word
                .chars()
                .next()
                .is_some_and(|letter| !letter.is_lowercase() && letter.is_alphabetic())
    };
    (2..=MAX_WORDS).contains(&words.len()) && !ends_sentence(line) && words.iter().all(capitalised)
}

/// A byline without the word in front of it.
pub(super) fn without_by(line: &str) -> String {
    const BY: [&str; 9] = [
        "by:",
        "by ",
        "written by ",
        "words by ",
        "words: ",
        "story by ",
        "author: ",
        "تحریر:",
        "از ",
    ];
    let line = super::one_line(line);
    let lower = line.to_ascii_lowercase();
    let found = BY.iter().find(|by| lower.starts_with(**by));
    let bare = found.and_then(|by| line.get(by.len()..)).unwrap_or(&line);
    bare.trim().to_owned()
}

/// The photographer in a line such as `PHOTO: REUTERS` or `The bridge. Photograph: Jane Roe/Agency`.
pub(super) fn credit(line: &str) -> Option<String> {
    const LABELS: [&str; 9] = [
        "photograph",
        "photographs",
        "photo",
        "photos",
        "picture",
        "image",
        "credit",
        "فوٹو",
        "تصویر",
    ];
    // Byte offsets stay the same in ASCII lower case, which those of Unicode do not.
    let lower = line.to_ascii_lowercase();
    let after_label = |label: &&str| {
        let (before, after) = lower.rsplit_once(*label)?;
        if before.ends_with(char::is_alphanumeric) {
            return None;
        }
        let after = after.trim_start();
        let name = [":", "by ", "courtesy of ", "courtesy ", "credit:", "/"]
            .iter()
            .find_map(|sign| after.strip_prefix(sign))?;
        let name = line.get(line.len() - name.len()..)?;
        // “He sent her the photo by courier.” is a sentence; “Photo: Jane Roe.” is not.
        let is_sentence = ends_sentence(line) && !(before.is_empty() && after.starts_with(':'));
        if is_sentence {
            return None;
        }
        some_line(name.trim_matches([')', '(', ' ', ']', '.']))
    };
    let name = LABELS.iter().find_map(after_label)?;
    (name.split_whitespace().count() <= MAX_WORDS).then_some(name)
}

fn words(text: &str) -> Vec<String> {
    let ornaments = [
        '|', '·', '•', ',', '،', ':', '-', '–', '—', '(', ')', '/', '[', ']', '.',
    ];
    let words = text
        .split_whitespace()
        .map(|word| word.trim_matches(ornaments));
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Labels, clock times and account names stand in a dateline without being part of the byline.
fn is_name_word(word: &str) -> bool {
    let lower = word.to_lowercase();
    !LABELS.contains(&lower.as_str())
        && !CLOCK.contains(&lower.as_str())
        && !word.starts_with('@')
        && !word.contains(|letter: char| letter.is_numeric())
}

#[cfg(test)]
mod tests {
    use super::{credit, dateline, name};

    #[test]
    fn datelines() {
        for (line, name, published, updated) in [
            (
                "News Desk May 04, 2025",
                Some("News Desk"),
                Some("2025-05-04"),
                None,
            ),
            (
                "Published: Sun 4 May 2025 10.00 BST",
                None,
                Some("2025-05-04"),
                None,
            ),
            (
                "By Jane Roe | 4 May 2025",
                Some("Jane Roe"),
                Some("2025-05-04"),
                None,
            ),
            (
                "Published May 4, 2025 10:00am | Updated May 5, 2025 11:00am",
                None,
                Some("2025-05-04"),
                Some("2025-05-05"),
            ),
            (
                "Last modified on Mon 5 May 2025",
                None,
                None,
                Some("2025-05-05"),
            ),
            ("10:30 PM GMT, May 4, 2025", None, Some("2025-05-04"), None),
            (
                "نیوز ڈیسک ۴ مئی ۲۰۲۵",
                Some("نیوز ڈیسک"),
                Some("2025-05-04"),
                None,
            ),
            ("شائع شدہ: 4 مئی 2025", None, Some("2025-05-04"), None),
        ] {
            let found = dateline(line).unwrap();
            let day = |at: chrono::DateTime<chrono::Utc>| at.date_naive().to_string();
            let dates = (found.published.map(day), found.updated.map(day));
            assert_eq!(found.name.as_deref(), name, "{line}");
            assert_eq!(
                (dates.0.as_deref(), dates.1.as_deref()),
                (published, updated),
                "{line}"
            );
        }
    }

    #[test]
    fn sentences_with_a_date() {
        for line in [
            "The bridge will be closed from 4 May 2025 until the summer.",
            "Council votes to close the old iron bridge from 4 May 2025 for at least one year",
            "She died on 4 May 2024.",
            "News Desk",
        ] {
            assert_eq!(dateline(line), None, "{line}");
        }
    }

    #[test]
    fn names() {
        for (line, expected) in [
            ("By Jane Roe", Some("Jane Roe")),
            (
                "by Jane Roe and Al Noor in Westport",
                Some("Jane Roe and Al Noor in Westport"),
            ),
            ("News Desk", Some("News Desk")),
            ("Our Correspondent", Some("Our Correspondent")),
            ("از نمائندہ خصوصی", Some("نمائندہ خصوصی")),
            ("ویب ڈیسک", Some("ویب ڈیسک")),
            ("By the time the ferry left the quay", None),
            ("By nightfall, the crowd had gone home.", None),
            ("Jane Roe", None),
        ] {
            assert_eq!(name(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn credits() {
        for (line, expected) in [
            ("PHOTO:REUTER", Some("REUTER")),
            ("Photograph: Jane Roe/Agency", Some("Jane Roe/Agency")),
            (
                "The quay at dawn. Photograph: Jane Roe/Agency",
                Some("Jane Roe/Agency"),
            ),
            ("The quay at dawn (Photo by Al Noor)", Some("Al Noor")),
            (
                "Photo courtesy of the harbour office",
                Some("the harbour office"),
            ),
            ("فوٹو: اے ایف پی", Some("اے ایف پی")),
            ("The photo shows the bridge", None),
            ("He sent her the photo by courier.", None),
            ("Photo: Jane Roe.", Some("Jane Roe")),
            ("A telephoto: the bridge", None),
        ] {
            assert_eq!(credit(line).as_deref(), expected, "{line}");
        }
    }
}
