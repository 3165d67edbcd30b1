//! Names: what somebody may call themselves, and which names are the same name to a reader's eye.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{MixedScript as _, skeleton};

use super::Role;
use crate::error::{Error, Result};

/// In characters.
const SHORTEST: usize = 2;
const LONGEST: usize = 40;
/// Marks on one letter: Vietnamese needs two, pointed Hebrew three; more is a tower that covers other text.
const MOST_MARKS: usize = 4;

/// What a name may contain besides letters, marks, digits and spaces: what is in people's names.
const PUNCTUATION: &str = ".,'’ʼ-‐_·・()&׳״־";

/// Words that would pass their bearer off as somebody who speaks for the paper.
const RESERVED: &[&str] = &[
    "moderator",
    "moderators",
    "moderation",
    "admin",
    "admins",
    "administrator",
    "administrators",
    "editor",
    "editors",
    "staff",
    "belowline",
];

/// The name that a guest may comment under: the rules of an account's name. Whether it belongs to an account
/// is [`super::name_is_taken`]'s to say.
///
/// # Errors
/// [`Error::Invalid`] with the rule that it breaks.
pub fn guest_name(text: &str, site_name: &str) -> Result<String> {
    checked(text, site_name, Role::Reader)
}

/// A name as it is stored and shown. Staff may have a reserved one.
pub(super) fn checked(text: &str, site_name: &str, role: Role) -> Result<String> {
    let name = cleaned(text);
    match problem(&name, site_name, role) {
        None => Ok(name),
        Some(sentence) => Err(Error::Invalid(sentence.into())),
    }
}

/// Compatibility forms made plain, what cannot be seen taken out, spaces made single.
fn cleaned(text: &str) -> String {
    let visible: String = text.nfkc().filter(|&c| !is_invisible(c)).collect();
    // taking something out from between a letter and its mark lets them compose
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").nfkc().collect()
}

/// Controls, and Unicode's `Default_Ignorable_Code_Point` (bidi, zero-width, fillers, variation selectors,
/// tags), but not white space.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}')
}

fn problem(name: &str, site_name: &str, role: Role) -> Option<&'static str> {
    let is_allowed = |c: char| {
        c.is_alphanumeric() || is_combining_mark(c) || c == ' ' || PUNCTUATION.contains(c)
    };
    let length = name.chars().count();
    if length < SHORTEST {
        Some("Please choose a name of at least 2 characters.")
    } else if length > LONGEST {
        Some("Please choose a name of at most 40 characters.")
    } else if looks_like_an_address(name) {
        Some("A name cannot be a web or e-mail address. If yours has a dot, put a space after it.")
    } else if !name.chars().all(is_allowed) {
        Some("A name can have letters, digits, spaces, and . , ' - _ ( ) &; nothing else.")
    } else if !name.chars().any(char::is_alphabetic) {
        Some("A name needs at least one letter.")
    } else if has_a_tower_of_marks(name) {
        Some("This name has too many accents on one letter.")
    } else if !name.is_single_script() {
        Some("Please write the name in one alphabet: letters of several can look alike.")
    } else if role == Role::Reader && is_reserved(name, site_name) {
        Some(
            "This name could be taken for the paper's own staff or for the paper. Please choose another.",
        )
    } else {
        None
    }
}

fn has_a_tower_of_marks(name: &str) -> bool {
    let mut marks = 0;
    name.nfd().any(|c| {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        marks > MOST_MARKS
    })
}

/// `anna@paper.example`, `https://…`, `www.…`, `shop.example.com`: names are no place to advertise.
fn looks_like_an_address(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.contains(['@', '/']) || lower.split(' ').any(|word| is_host(word.trim_matches('.')))
}

fn is_host(word: &str) -> bool {
    word.starts_with("www.")
        || word.contains('.')
            && psl::suffix(word.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

fn is_reserved(name: &str, site_name: &str) -> bool {
    let whole = key(name);
    let is_taken = |part: &str| RESERVED.iter().any(|word| key(word) == part);
    let without_number = |part: &str| key(part.trim_end_matches(|c: char| c.is_ascii_digit()));
    let mut words = name.split(|c: char| c == ' ' || PUNCTUATION.contains(c));
    whole == key(site_name)
        || is_taken(&whole)
        || is_taken(&without_number(name))
        || words.any(|word| is_taken(&key(word)) || is_taken(&without_number(word)))
}

/// What two names have in common when a reader cannot tell them apart: folded by compatibility, case and
/// look-alikes (Unicode Technical Standard 39), without spaces and punctuation. Total: takes any text.
pub(super) fn key(text: &str) -> String {
    let is_kept = |c: &char| *c != ' ' && !PUNCTUATION.contains(*c);
    let letters: String = cleaned(text).chars().filter(is_kept).collect();
    // up and down again folds what has no single lower-case letter, such as ß
    let folded = letters.to_uppercase().to_lowercase();
    let folded: String = folded.nfkc().collect();
    // A capital I looks like l and is i: so that no pair escapes, all of them are one letter. The same holds
    // for 0, whose look-alike in the standard is the capital O.
    let alike = skeleton(&folded).flat_map(char::to_lowercase);
    alike.map(|c| if c == 'i' { 'l' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_accepted() {
        for (text, expected) in [
            ("Ann", "Ann"),
            ("  Ann \t Lee ", "Ann Lee"),
            ("Ａｎｎ", "Ann"),
            ("Zoe\u{308}", "Zoë"),
            ("O'Neil-Smith", "O'Neil-Smith"),
            ("J. R. R. Smith", "J. R. R. Smith"),
            ("J.R.Smith", "J.R.Smith"),
            ("anna_42", "anna_42"),
            ("Иван Петров", "Иван Петров"),
            ("محمد علی", "محمد علی"),
            ("山田 太郎", "山田 太郎"),
            ("やまだ タロウ", "やまだ タロウ"),
            ("김민준", "김민준"),
            ("रवि", "रवि"),
            ("A\u{202e}n\u{200b}n\u{0}", "Ann"),
            ("Nguyễn Văn Ấn", "Nguyễn Văn Ấn"),
            ("Badminton fan", "Badminton fan"),
            (&"x".repeat(40), &"x".repeat(40)),
        ] {
            assert_eq!(guest_name(text, "The Paper").unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn names_that_are_refused() {
        for (text, why) in [
            ("", "at least 2"),
            ("x", "at least 2"),
            ("\u{200b}\u{200b}x", "at least 2"),
            (&"x".repeat(41), "at most 40"),
            ("1234", "one letter"),
            ("...", "one letter"),
            ("Ann ✔", "nothing else"),
            ("<b>Ann", "nothing else"),
            ("Ann 😀", "nothing else"),
            ("ann@paper.example", "address"),
            ("ｗｗｗ．ann", "address"),
            ("https://x", "address"),
            ("buy at shop.com", "address"),
            ("Zalgo\u{301}\u{302}\u{303}\u{304}\u{305}", "accents"),
            ("Аnn", "one alphabet"), // a Cyrillic А
            ("Иvан", "one alphabet"),
            ("Moderator", "staff"),
            ("m0derator", "staff"),
            ("MODERAT0R 7", "staff"),
            ("rnoderator", "staff"),
            ("The Moderator", "staff"),
            ("mod-erator", "staff"),
            ("Adm1n", "staff"),
            ("admin2", "staff"),
            ("Editor Ann", "staff"),
            ("Be1owline", "staff"),
            ("The Paper", "staff"),
            ("the-paper", "staff"),
        ] {
            let sentence = guest_name(text, "The Paper").unwrap_err().to_string();
            assert!(sentence.contains(why), "{text:?}: {sentence}");
        }
    }

    #[test]
    fn staff_may_say_that_they_are() {
        assert_eq!(
            checked("Moderator Ann", "The Paper", Role::Moderator).unwrap(),
            "Moderator Ann"
        );
    }

    #[test]
    fn names_that_are_one_name() {
        for (one, other) in [
            ("Ann", "ANN"),
            ("Ann Lee", "annlee"),
            ("Ann Lee", "Ann.Lee"),
            ("Ian", "lan"),
            ("Bill", "Bi1I"),
            ("Bob", "B0b"),
            ("Marn", "Mam"),
            ("Straße", "STRASSE"),
            ("Zoë", "Zoe\u{308}"),
            ("соре", "cope"), // Cyrillic and Latin
            ("Ann", "A\u{200d}nn"),
        ] {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
        for (one, other) in [
            ("Ann", "Anna"),
            ("Zoë", "Zoe"),
            ("Иван", "Ivan"),
            ("山田", "山本"),
        ] {
            assert_ne!(key(one), key(other), "{one} {other}");
        }
    }
}
