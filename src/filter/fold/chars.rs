//! What single characters are: the tables behind the folds. Each table is compact on purpose; the
//! long tail of look-alikes comes from the Unicode confusables data.

use unicode_normalization::char::is_combining_mark;

/// Nobody sees it: default-ignorable characters, direction marks, tags, and control characters
/// that are not white space.
pub(in crate::filter) fn is_invisible(c: char) -> bool {
    if matches!(c, ' '..='~') {
        return false;
    }
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || (c.is_control() && !c.is_whitespace())
}

/// A letter or mark whose accents are decoration for our purpose. In most other scripts the
/// combining marks are vowels, and dropping them would make other words.
pub(super) fn takes_accents(c: char) -> bool {
    matches!(c,
        '!'..='~' | '\u{c0}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{370}'..='\u{3ff}'
        | '\u{400}'..='\u{52f}' | '\u{1d00}'..='\u{1d7f}' | '\u{1e00}'..='\u{1fff}'
        | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}')
}

/// White space, and the one blank that Unicode counts as a letter of Braille.
pub(in crate::filter) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// The plain letter of a small capital or of one in a dark disc or square, which no Unicode
/// decomposition gives.
pub(super) fn dressed_letter(c: char) -> Option<char> {
    const SMALL_CAPITALS: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ";
    let first = match c {
        '\u{1f150}'..='\u{1f169}' => 0x1f150,
        '\u{1f170}'..='\u{1f189}' => 0x1f170,
        '\u{1d00}'..='\u{1d22}' | '\u{262}'..='\u{29f}' | '\u{a730}'..='\u{a7af}' => {
            let mut pairs = ('a'..='z').zip(SMALL_CAPITALS.chars());
            return pairs
                .find(|&(_, small)| small == c)
                .map(|(letter, _)| letter);
        }
        _ => return None,
    };
    nth_letter(u32::from(c) - first)
}

/// The letter of a regional indicator: two of them are a flag, many in a row may be a word.
pub(super) fn flag_letter(c: char) -> Option<char> {
    is_regional(c).then(|| nth_letter(u32::from(c) - 0x1f1e6))?
}

pub(in crate::filter) fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

fn nth_letter(n: u32) -> Option<char> {
    char::from_u32(u32::from('a') + n)
}

/// Part of a word: a letter, a digit or a mark.
pub(in crate::filter) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c))
}

/// Written without spaces between words, so that every character is a word boundary.
pub(in crate::filter) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// One apostrophe and one dash for the many that keyboards and editors make.
pub(super) fn plain_punctuation(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{ff07}' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ => c,
    }
}

/// The letter for which a digit or sign stands when it stands next to letters, and a second
/// reading where there is one.
pub(in crate::filter) fn leet(c: char) -> Option<(char, Option<char>)> {
    Some(match c {
        '0' => ('o', None),
        '1' | '!' => ('i', Some('l')),
        '3' | '€' => ('e', None),
        '4' | '@' => ('a', None),
        '5' | '$' => ('s', None),
        '7' | '+' => ('t', None),
        '8' => ('b', None),
        '6' | '9' => ('g', None),
        '(' | '¢' | '©' => ('c', None),
        '£' => ('l', None),
        '¡' => ('i', None),
        _ => return None,
    })
}

/// Signs that end a clause more often than they stand for a letter: letters only between letters.
pub(super) fn leet_only_inside(c: char) -> bool {
    matches!(c, '!' | '+' | '(' | '¡' | '€' | '£' | '¢' | '©')
}

/// A sign that hides one letter.
pub(in crate::filter) fn is_mask(c: char) -> bool {
    matches!(c, '*' | '#' | '%' | '-' | '_' | '|' | '•' | '×' | '∗' | '●')
}

/// Cyrillic letters that are the same picture as a Latin one. A word that consists of nothing
/// else may be Latin in disguise; the term list decides.
pub(super) fn same_picture(c: char) -> Option<char> {
    Some(match c {
        'а' => 'a',
        'с' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'һ' => 'h',
        'і' => 'i',
        'ј' => 'j',
        'ӏ' => 'l',
        'о' => 'o',
        'р' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'у' => 'y',
        'ԝ' => 'w',
        'х' => 'x',
        _ => return None,
    })
}

/// The Latin letter that a letter of another script resembles, for words that mix scripts.
/// Expects lower case: several resemble the small form of a Latin capital (в, н).
pub(super) fn lookalike(c: char) -> Option<char> {
    if c.is_ascii() || !c.is_alphabetic() {
        return None;
    }
    same_picture(c)
        .or_else(|| resembles(c))
        .or_else(|| confusable(c))
}

fn resembles(c: char) -> Option<char> {
    Some(match c {
        'α' | 'д' => 'a',
        'β' | 'в' | 'ь' | 'ъ' | 'ß' => 'b',
        'ς' | 'ϲ' => 'c',
        'ε' | 'є' | 'э' | 'ɛ' | 'ә' => 'e',
        'ƒ' | 'ʃ' | 'ғ' => 'f',
        'н' | 'ħ' => 'h',
        'ι' | 'ı' | 'ɩ' => 'i',
        'κ' | 'к' | 'қ' => 'k',
        'λ' | 'ł' => 'l',
        'м' | 'ɱ' => 'm',
        'η' | 'п' | 'и' | 'ŋ' | 'ո' => 'n',
        'ο' | 'σ' | 'θ' | 'ø' | 'օ' | 'ɵ' => 'o',
        'ρ' => 'p',
        'я' | 'г' => 'r',
        'τ' | 'т' | 'ŧ' => 't',
        'υ' | 'μ' | 'ц' | 'ս' | 'ʊ' => 'u',
        'ν' | 'ѵ' => 'v',
        'ω' | 'ш' | 'щ' | 'ѡ' => 'w',
        'χ' => 'x',
        'γ' | 'ү' => 'y',
        'ζ' => 'z',
        _ => return None,
    })
}

/// The Unicode confusables data, where the whole picture is one ASCII letter.
fn confusable(c: char) -> Option<char> {
    let mut buffer = [0; 4];
    let mut picture = unicode_security::confusable_detection::skeleton(c.encode_utf8(&mut buffer));
    match (picture.next(), picture.next(), picture.next()) {
        // The data draw an m as r and n, and several i as l; an i in a disguise reads as either.
        (Some('r'), Some('n'), None) => Some('m'),
        (Some(letter), None, None) if letter.is_ascii_alphabetic() => {
            Some(letter.to_ascii_lowercase())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookalikes() {
        for (c, letter) in [
            ('а', Some('a')),
            ('н', Some('h')),
            ('ս', Some('u')),
            ('a', None),
            ('本', None),
            ('ж', None),
        ] {
            assert_eq!(lookalike(c), letter, "{c}");
        }
    }
}
