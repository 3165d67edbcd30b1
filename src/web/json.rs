//! What JavaScript writes as JSON and JSON's grammar does not know.

use std::borrow::Cow;

/// How long the escape of one unit of UTF-16 is: `\ud83d`.
const UNIT: usize = 6;

/// The same JSON with U+FFFD for each half of a surrogate pair that stands alone, as a text has that was cut in the middle
/// of an emoji. JavaScript writes it as an escape (ECMA-262, `JSON.stringify`), and a parser that knows only characters
/// would refuse all of it. In time proportional to the length.
#[must_use]
pub fn with_whole_characters(json: &[u8]) -> Cow<'_, [u8]> {
    let mut mended = Cow::Borrowed(json);
    let mut at = 0;
    while let Some(found) = json
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| *byte == b'\\'))
    {
        at += found;
        at += match (unit(json, at), unit(json, at + UNIT)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 2 * UNIT,
            (Some(0xd800..=0xdfff), _) => {
                if let Some(place) = mended.to_mut().get_mut(at..at + UNIT) {
                    place.copy_from_slice(br"\ufffd");
                }
                UNIT
            }
            // an escaped backslash is not the beginning of another escape
            _ => 2,
        };
    }
    mended
}

/// The unit whose escape stands here, if one does.
fn unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + UNIT)?.strip_prefix(br"\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_that_stand_alone_are_replaced() {
        for (json, expected) in [
            (r#"{"a": "b\n"}"#, Some("b\n")),
            (r#"{"a": "\ud83d\ude00"}"#, Some("\u{1f600}")),
            (r#"{"a": "\ud83d"}"#, Some("\u{fffd}")),
            (r#"{"a": "\uD83D x \uDE00"}"#, Some("\u{fffd} x \u{fffd}")),
            (
                r#"{"a": "\ude00\ud83d\ud83d\ude00"}"#,
                Some("\u{fffd}\u{fffd}\u{1f600}"),
            ),
            (r#"{"a": "\\ud83d"}"#, Some(r"\ud83d")),
            (r#"{"a": "\\\ud83d"}"#, Some("\\\u{fffd}")),
            (r#"{"a": "\u+123"}"#, None),
            (r#"{"a": "\ud8"#, None),
            ("\\", None),
        ] {
            let read = serde_json::from_slice::<serde_json::Value>(&with_whole_characters(
                json.as_bytes(),
            ));
            assert_eq!(
                read.ok().as_ref().and_then(|read| read["a"].as_str()),
                expected,
                "{json}"
            );
        }
    }
}
