//! Text that people type, checked at the door.

use unicode_normalization::UnicodeNormalization as _;

use crate::error::{Error, Result};

/// Refuses what PostgreSQL, a log or a page cannot carry (NUL, other control characters, non-characters) and
/// brings the rest into the one form that is stored: NFC, `\n` as the end of a line.
///
/// # Errors
/// [`Error::BadRequest`] naming the first character refused.
pub fn check_text(text: &str) -> Result<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if let Some(c) = text.chars().find(|&c| is_refused(c)) {
        return Err(Error::BadRequest(format!(
            "The text contains a character that cannot be shown (U+{:04X}). Remove it and send again.",
            c as u32
        )));
    }
    Ok(text.nfc().collect())
}

fn is_refused(c: char) -> bool {
    let code = c as u32;
    (c.is_control() && c != '\n' && c != '\t')
        || (0xFDD0..=0xFDEF).contains(&code)
        || code & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_refused_and_lines_kept() {
        assert_eq!(check_text("a\r\nb\rc\td").unwrap(), "a\nb\nc\td");
        for bad in [
            "\0",
            "a\u{7}b",
            "\u{1b}[31m",
            "\u{85}",
            "\u{fdd0}",
            "\u{ffff}",
            "\u{1fffe}",
        ] {
            assert!(check_text(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn text_is_composed() {
        assert_eq!(check_text("e\u{301}").unwrap(), "é");
    }
}
