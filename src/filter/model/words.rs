//! Text to words and marks, by the rules that the encoder learnt its vocabulary with (the uncased rules of BERT,
//! Devlin et al. 2019), each with its place in the text.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Characters of the longest emoji: two people of two skins who kiss.
const LONGEST_EMOJI: usize = 10;

/// A word, or a mark that is a word of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::filter) struct Word {
    /// Bytes of the text, half-open.
    pub from: usize,
    pub to: usize,
    /// Lower case, without accents; of an emoji its name, which may be several words.
    pub spelled: String,
    /// Whether it was written in capitals, two at least.
    pub loud: bool,
    /// Whether a line ends with it.
    pub ends_line: bool,
}

impl Word {
    /// Punctuation or a sign.
    pub(in crate::filter) fn is_mark(&self) -> bool {
        !self
            .spelled
            .chars()
            .next()
            .is_some_and(char::is_alphanumeric)
    }

    /// Whether a sentence ends with it.
    pub(in crate::filter) fn ends_sentence(&self) -> bool {
        matches!(
            self.spelled.as_str(),
            "." | "!" | "?" | "…" | "।" | "۔" | "؟"
        )
    }
}

/// The words and marks of a text, in order.
pub(in crate::filter) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut open = Open::default();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match kind_of(c) {
            Char::Nothing => {}
            Char::Letter => open.letter(c, at),
            Char::Picture => {
                let Some((to, name)) = picture(text, at) else {
                    open.letter(c, at);
                    continue;
                };
                open.close(&mut words, at);
                words.push(Word {
                    from: at,
                    to,
                    spelled: as_words(name),
                    loud: false,
                    ends_line: false,
                });
                while chars.offset() < to && chars.next().is_some() {}
            }
            Char::Mark => {
                open.close(&mut words, at);
                open.letter(c, at);
                open.close(&mut words, at + c.len_utf8());
            }
            Char::Space => {
                open.close(&mut words, at);
                if let ('\n', Some(last)) = (c, words.last_mut()) {
                    last.ends_line = true;
                }
            }
        }
    }
    open.close(&mut words, text.len());
    words
}

/// A word that has not ended yet.
#[derive(Default)]
struct Open {
    spelled: String,
    from: usize,
    capitals: usize,
    small: bool,
}

impl Open {
    fn letter(&mut self, c: char, at: usize) {
        if self.spelled.is_empty() {
            *self = Self {
                from: at,
                ..Self::default()
            };
        }
        self.capitals += usize::from(c.is_uppercase());
        self.small |= c.is_lowercase();
        if c.is_ascii() {
            self.spelled.push(c.to_ascii_lowercase());
        } else {
            self.spelled.extend(plain(c));
        }
    }

    fn close(&mut self, words: &mut Vec<Word>, to: usize) {
        if !self.spelled.is_empty() {
            words.push(Word {
                from: self.from,
                to,
                spelled: std::mem::take(&mut self.spelled),
                loud: self.capitals > 1 && !self.small,
                ends_line: false,
            });
        }
    }
}

enum Char {
    Letter,
    /// A word of its own: punctuation, a sign, an ideograph.
    Mark,
    /// Perhaps the beginning of an emoji, which says as much as its name.
    Picture,
    Space,
    Nothing,
}

fn kind_of(c: char) -> Char {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Char::Letter,
        '!'..='/' | ':'..='@' | '['..='`' | '{'..='~' => Char::Mark,
        '\u{0}' | '\u{fffd}' => Char::Nothing,
        _ if c.is_whitespace() => Char::Space,
        _ if c.is_control() || is_format(c) => Char::Nothing,
        '\u{4e00}'..='\u{9fff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{20000}'..='\u{2ceaf}'
        | '\u{f900}'..='\u{faff}'
        | '\u{2f800}'..='\u{2fa1f}' => Char::Mark,
        _ if is_punctuation(c) => Char::Mark,
        '\u{1f3fb}'..='\u{1f3ff}' | '\u{fe0f}' => Char::Nothing,
        '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}' => Char::Picture,
        _ => Char::Letter,
    }
}

/// Lower case, without accents.
fn plain(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase()
        .nfd()
        .filter(|part| !is_combining_mark(*part))
}

/// The end and the name of the longest emoji at a place: with the tone of its skin, what is joined to it, a flag as a
/// whole. Hate that names nobody in letters names them so (Kirk et al. 2022).
fn picture(text: &str, at: usize) -> Option<(usize, &'static str)> {
    let from = text.get(at..)?.char_indices().take(LONGEST_EMOJI);
    let ends: Vec<usize> = from.map(|(before, c)| at + before + c.len_utf8()).collect();
    ends.into_iter().rev().find_map(|end| {
        let emoji = emojis::get(text.get(at..end)?)?;
        Some((end, emoji.name()))
    })
}

/// The name of an emoji without its marks, as `flag: Côte d’Ivoire` has some.
fn as_words(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().flat_map(plain).collect())
        .collect();
    words.join(" ")
}

/// General category Cf, as far as it occurs in comments.
fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// General categories P*, as far as they occur in comments.
fn is_punctuation(c: char) -> bool {
    matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{37e}' | '\u{387}' | '\u{55a}'..='\u{55f}'
        | '\u{589}' | '\u{58a}' | '\u{5be}' | '\u{5c0}' | '\u{5c3}' | '\u{5f3}' | '\u{5f4}' | '\u{60c}' | '\u{60d}'
        | '\u{61b}' | '\u{61e}' | '\u{61f}' | '\u{66a}'..='\u{66d}' | '\u{6d4}' | '\u{964}' | '\u{965}' | '\u{970}'
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{2043}' | '\u{2045}'..='\u{2051}' | '\u{2053}'..='\u{205e}'
        | '\u{2308}'..='\u{230b}' | '\u{2329}' | '\u{232a}' | '\u{2768}'..='\u{2775}' | '\u{3001}'..='\u{3003}'
        | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{30fb}' | '\u{fe10}'..='\u{fe19}'
        | '\u{fe30}'..='\u{fe52}' | '\u{ff01}'..='\u{ff03}' | '\u{ff05}'..='\u{ff0a}' | '\u{ff0c}'..='\u{ff0f}'
        | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}' | '\u{ff20}' | '\u{ff3b}'..='\u{ff3d}' | '\u{ff3f}' | '\u{ff5b}'
        | '\u{ff5d}' | '\u{ff5f}'..='\u{ff65}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_marks_with_their_places() {
        for (text, expected) in [
            ("Hello, World!", "hello , world !"),
            ("don't-stop", "don ' t - stop"),
            ("Crème BRÛLÉE", "creme brulee"),
            ("東京 x", "東 京 x"),
            ("a\u{200b}b\tc", "ab c"),
            ("¿qué?", "¿ que ?"),
            ("ok 🐒!", "ok monkey !"),
            ("👨🏿 👍🏻", "man dark skin tone thumbs up light skin tone"),
            (
                "🏳️\u{200d}🌈🇵🇰 🇨🇮",
                "rainbow flag flag pakistan flag cote d ivoire",
            ),
            (
                "👨🏿\u{200d}❤️\u{200d}💋\u{200d}👨🏻👌",
                "kiss man man dark skin tone light skin tone ok hand",
            ),
            ("🇵x 𝄞y", "🇵x 𝄞y"),
            ("❤ and 🏳🌈", "red heart and white flag rainbow"),
            ("", ""),
        ] {
            let found = words(text);
            let spelled: Vec<&str> = found.iter().map(|word| word.spelled.as_str()).collect();
            assert_eq!(spelled.join(" "), expected, "{text}");
            assert!(
                found
                    .iter()
                    .all(|word| text.get(word.from..word.to).is_some())
            );
        }
        let found = words("YOU are MAD, A b");
        let loud: Vec<bool> = found.iter().map(|word| word.loud).collect();
        assert_eq!(loud, [true, false, true, false, false, false]);
        let found = words("one two\n\nthree \n 🐒");
        let ends: Vec<bool> = found.iter().map(|word| word.ends_line).collect();
        assert_eq!(ends, [false, true, true, false]);
    }
}
