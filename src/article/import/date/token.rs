//! A line of print cut into numbers, words and signs.

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Value and how many digits were printed.
    Number(u32, usize),
    /// In lower case.
    Word(String),
    Sign(char),
}

pub(super) struct Token {
    pub(super) kind: Kind,
    /// Byte offsets in the line.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Arabic and Urdu digits as ASCII ones.
pub(super) fn western_digits(line: &str) -> String {
    let western = |letter: char| match u32::from(letter) {
        code @ 0x0660..=0x0669 => char::from_digit(code - 0x0660, 10),
        code @ 0x06f0..=0x06f9 => char::from_digit(code - 0x06f0, 10),
        _ => None,
    };
    line.chars()
        .map(|letter| western(letter).unwrap_or(letter))
        .collect()
}

/// The line cut into numbers, words and signs.
pub(super) fn tokens(line: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (from, letter) in line.char_indices() {
        let to = from + letter.len_utf8();
        let touches = tokens.last().is_some_and(|last| last.to == from);
        match (tokens.last_mut(), letter.to_digit(10)) {
            (
                Some(Token {
                    kind: Kind::Number(value, digits),
                    to: end,
                    ..
                }),
                Some(digit),
            ) if touches => {
                *value = value.saturating_mul(10).saturating_add(digit);
                *digits += 1;
                *end = to;
            }
            (_, Some(digit)) => tokens.push(Token {
                kind: Kind::Number(digit, 1),
                from,
                to,
            }),
            (
                Some(Token {
                    kind: Kind::Word(word),
                    to: end,
                    ..
                }),
                None,
            ) if touches && letter.is_alphabetic() => {
                word.extend(letter.to_lowercase());
                *end = to;
            }
            (_, None) if letter.is_alphabetic() => {
                tokens.push(Token {
                    kind: Kind::Word(letter.to_lowercase().collect()),
                    from,
                    to,
                });
            }
            (_, None) if letter.is_whitespace() => {}
            (_, None) => tokens.push(Token {
                kind: Kind::Sign(letter),
                from,
                to,
            }),
        }
    }
    tokens
}
