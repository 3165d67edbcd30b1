//! Which language a text is in.

/// How many characters of the text are read; language shows in the first paragraphs.
const SAMPLE_CHARS: usize = 4_000;

/// The language of a text as a two-letter code, or nothing where its words do not tell for certain.
pub fn of(text: &str) -> Option<String> {
    let sample: String = text.chars().take(SAMPLE_CHARS).collect();
    let info = whatlang::detect(&sample).filter(whatlang::Info::is_reliable)?;
    two_letters(info.lang().code()).map(str::to_owned)
}

/// The first part of a language tag (`en-GB`, `ur_PK`) in lower case, if it has the shape of one.
pub fn primary(tag: &str) -> Option<String> {
    let first = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    let shaped = (2..=3).contains(&first.len()) && first.chars().all(|c| c.is_ascii_lowercase());
    shaped.then_some(first)
}

/// ISO 639-3 to 639-1 for the languages of newspapers that we can tell apart.
fn two_letters(code: &str) -> Option<&'static str> {
    const CODES: [(&str, &str); 22] = [
        ("ara", "ar"),
        ("ben", "bn"),
        ("dan", "da"),
        ("deu", "de"),
        ("ell", "el"),
        ("eng", "en"),
        ("fin", "fi"),
        ("fra", "fr"),
        ("heb", "he"),
        ("hin", "hi"),
        ("ita", "it"),
        ("nld", "nl"),
        ("pan", "pa"),
        ("pes", "fa"),
        ("pol", "pl"),
        ("por", "pt"),
        ("rus", "ru"),
        ("spa", "es"),
        ("swe", "sv"),
        ("tur", "tr"),
        ("ukr", "uk"),
        ("urd", "ur"),
    ];
    let (_, short) = CODES.iter().find(|(long, _)| *long == code)?;
    Some(short)
}

#[cfg(test)]
mod tests {
    use super::{of, primary};

    #[test]
    fn languages() {
        for (text, expected) in [
            (
                "The council met on Tuesday evening and decided that the ferry would stop.",
                Some("en"),
            ),
            (
                "شہر کی کونسل نے منگل کی شام فیصلہ کیا کہ دریا پر پل بند رہے گا اور لوگ کشتی سے جائیں گے۔",
                Some("ur"),
            ),
            ("1234", None),
        ] {
            assert_eq!(of(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn tags() {
        for (tag, expected) in [
            ("en-GB", Some("en")),
            ("ur_PK", Some("ur")),
            (" UR ", Some("ur")),
            ("english", None),
            ("", None),
        ] {
            assert_eq!(primary(tag).as_deref(), expected, "{tag:?}");
        }
    }
}
