//! Which language a text is in, as far as the model must know: where it has learnt nothing, it abstains.

use std::collections::HashSet;
use std::sync::LazyLock;

use whatlang::Lang;

use super::fold::chars::{is_unspaced, is_word};
use super::wordlist::{LEARNT, Line, is_known, is_ordinary, is_stop_word, parse, shipped};

/// The languages that the model was trained on, as BCP 47 tags.
pub const LANGUAGES: [&str; 3] = ["en", "ur-Latn", "de"];

/// Urdu and Hindi in Latin letters, which no detector knows: its most frequent words that are no English ones.
const ROMAN_URDU: &str = "hai hain nahi nahin nai ka ki ke ko mein mai main se bhi kya kyun kyu ye yeh wo woh tum aap \
    tera teri tere mera meri mere apni apna apne kar karo karta karti karte raha rahi rahe tha thi aur ya par pe sab \
    log koi kuch bohat bahut acha accha jo jab tak phir abhi hum ham inko unko isko usko iska uska bhai yaar gaya gayi \
    hota hoti hona diya liya chal baat larki larka bc salay sale kutta kutti hn sy rha rhi rhy krna krta nhi ky lye liye \
    mujhe tujhe hy ek aik kr sb kis kon kahi kia jao dua gya hun hoon hui hua hue krte han";
const GERMAN: &str = "der die das und ist nicht ein eine einen einem einer ich du er sie es wir ihr den dem des mit \
    auf für von zu im am bei nach wie was wer wenn aber oder auch noch nur schon sind war haben hat wird werden kann \
    dass daß sich mich dich uns euch kein keine mal ja doch so hier dann alle diese dieser dieses mehr sehr";

static LISTED: LazyLock<[HashSet<&'static str>; 2]> =
    LazyLock::new(|| [ROMAN_URDU, GERMAN].map(|list| list.split_whitespace().collect()));

/// The words of the shipped lists of terms in these languages.
static TERMS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let lists = LEARNT.into_iter().filter_map(shipped);
    let terms = lists.flat_map(parse).filter_map(|line| match line {
        Line::Term(term) => Some(term.text),
        Line::Allow(_) => None,
    });
    terms
        .flat_map(|text| {
            let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
            words
        })
        .collect()
});

/// So many letters or fewer have most words that several languages share, and abbreviations.
const SHORT: usize = 3;

/// A share of a text's words, from which they are evidence.
const SHARE: usize = 6;

/// The language of a text, as a BCP 47 tag, where it can be told: of two words it cannot.
#[must_use]
pub fn language(text: &str) -> Option<&'static str> {
    if is_foreign_script(text) {
        return whatlang::detect_lang(text).map(tag);
    }
    let [roman_urdu, germanic] = &*LISTED;
    let (mut all, mut english, mut german) = (0_usize, 0, 0);
    let mut urdu: Vec<&str> = Vec::new();
    let mut lower = String::new();
    let words = text.split(|c: char| !c.is_alphabetic());
    for word in words.filter(|word| !word.is_empty()) {
        all += 1;
        let word = lower_case(word, &mut lower);
        let is_english = is_stop_word(word) || (word.len() > SHORT && is_ordinary(word));
        english += usize::from(is_english);
        urdu.extend(roman_urdu.get(word));
        german += usize::from(germanic.contains(word));
    }
    let detected = || whatlang::detect(text).filter(whatlang::Info::is_reliable);
    let most = english.max(urdu.len()).max(german);
    if most * SHARE >= all && most > 0 {
        if most == english {
            return Some("en");
        }
        // short words are shared: "se" and "par", "des" and "du"
        let elsewhere = detected()
            .map(|info| info.lang())
            .filter(|lang| SPOKEN_NEARBY.contains(lang));
        let is_urdu = most == urdu.len() && urdu.iter().any(|word| urdu.first() != Some(word));
        return match elsewhere {
            Some(lang) => Some(tag(lang)),
            None if is_urdu => Some("ur-Latn"),
            None if most == german => Some("de"),
            None => None,
        };
    }
    detected().map(|info| tag(info.lang()))
}

/// Languages whose short words the lists above have too.
const SPOKEN_NEARBY: [Lang; 8] = [
    Lang::Fra,
    Lang::Spa,
    Lang::Por,
    Lang::Ita,
    Lang::Nld,
    Lang::Swe,
    Lang::Dan,
    Lang::Nob,
];

/// The word in lower case, in a buffer where it is not so written.
fn lower_case<'a>(word: &'a str, buffer: &'a mut String) -> &'a str {
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word;
    }
    buffer.clear();
    if word.is_ascii() {
        buffer.extend(word.chars().map(|c| c.to_ascii_lowercase()));
    } else {
        buffer.push_str(&word.to_lowercase());
    }
    buffer
}

/// How much of a text the model can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Legible {
    /// It has learnt the language.
    Wholly,
    /// Measured as English, the site's language, though most of it may be none, or with words in another script.
    Partly,
    /// In a language that it has not learnt.
    Not,
}

/// Where the language cannot be told, as in most short comments, it is English if half of the words are.
pub(super) fn legible(text: &str) -> Legible {
    let language = language(text);
    if is_foreign_script(text) || language.is_some_and(|tag| !LANGUAGES.contains(&tag)) {
        Legible::Not
    } else if foreign_words(text) < FOREIGN_WORDS && (language.is_some() || is_mostly_known(text)) {
        Legible::Wholly
    } else {
        Legible::Partly
    }
}

/// Whether half of the words are English, or of another language that was learnt; names, which no list has, left out.
/// One word can be anything, and so can two: rare words, names, brands. The list `abroad` knows the worst of them.
fn is_mostly_known(text: &str) -> bool {
    let (mut all, mut mixed, mut german) = (0_usize, 0, 0);
    let mut lower = String::new();
    let is_text = |part: &&str| !part.starts_with(['@', '#']) && !part.contains("//");
    for (at, part) in text.split_whitespace().filter(is_text).enumerate() {
        for word in part.split(|c: char| !c.is_alphabetic()) {
            let mut letters = word.chars();
            let is_name = at > 0
                && letters.next().is_some_and(char::is_uppercase)
                && letters.any(char::is_lowercase);
            let is_abbreviation = word.len() <= SHORT && word.chars().all(char::is_uppercase);
            if is_name || is_abbreviation || word.len() < 2 {
                continue;
            }
            all += 1;
            let word = lower_case(word, &mut lower);
            let is_english = is_known(word) && !ABROAD.contains(&word);
            let [roman_urdu, germanic] = &*LISTED;
            // who writes Roman Urdu mixes it with English
            mixed += usize::from(is_english || roman_urdu.contains(word) || is_listed(word));
            german += usize::from(germanic.contains(word));
        }
    }
    all <= 2 || mixed.max(german) * 2 >= all
}

/// Whether a word is one of a language that was learnt, as far as lists know. Expects lower case.
pub(super) fn is_learnt(word: &str) -> bool {
    is_known(word) || is_listed(word) || LISTED.iter().any(|list| list.contains(word))
}

/// Whether a shipped list of terms in a learnt language has this word, or a phrase with it. Expects lower case.
pub(super) fn is_listed(word: &str) -> bool {
    TERMS.contains(word)
}

/// Words that stand in English comments as parts of names only, and in every sentence of other languages.
const ABROAD: [&str; 48] = [
    "che", "com", "como", "con", "da", "das", "de", "del", "della", "dem", "den", "der", "des",
    "di", "dos", "du", "el", "en", "er", "est", "et", "eu", "il", "jag", "la", "las", "le", "les",
    "lo", "los", "med", "mi", "ne", "nos", "nous", "para", "pas", "por", "pour", "que", "se", "si",
    "su", "tu", "un", "una", "une", "van",
];

/// From so many words in another script on there is something that was not read, however much English stands around.
/// One or two are a name or a word that is talked about.
const FOREIGN_WORDS: usize = 3;

/// Words in another script; a single letter is a sign. Where no spaces stand between words, three
/// letters count as one.
fn foreign_words(text: &str) -> usize {
    let words = text.split(|c: char| !is_word(c));
    let foreign = words.filter(|word| is_foreign_script(word));
    let length = |word: &str| match word.chars().filter(|c| c.is_alphabetic()).count() {
        0 | 1 => 0,
        letters if word.chars().any(is_unspaced) => letters.div_ceil(3),
        _ => 1,
    };
    foreign.map(length).sum()
}

/// Whether more than a third of the letters are no Latin ones.
fn is_foreign_script(text: &str) -> bool {
    let (mut letters, mut latin) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        latin += usize::from(c < '\u{250}');
    }
    latin * 3 < letters * 2
}

/// Its BCP 47 tag: two letters where there are two, as programs and browsers expect. Of the languages of newspapers;
/// others go by their three letters.
fn tag(language: Lang) -> &'static str {
    match language {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Pol => "pl",
        Lang::Ces => "cs",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Ell => "el",
        Lang::Ara => "ar",
        Lang::Heb => "he",
        Lang::Pes => "fa",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Ind => "id",
        Lang::Hin => "hi",
        Lang::Urd => "ur",
        Lang::Ben => "bn",
        Lang::Pan => "pa",
        Lang::Tur => "tr",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "no",
        Lang::Fin => "fi",
        other => other.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_unknown() {
        for (text, expected, known) in [
            ("The minister should answer the question", "en", true),
            ("Idiots!", "und", true),
            (
                "tum log kya kar rahe ho yahan, yeh acha nahi hai",
                "ur-Latn",
                true,
            ),
            (
                "yeh log dehaan sy nhi dekh rhy, kia kr rhy hn",
                "ur-Latn",
                true,
            ),
            ("Das ist doch nicht wahr, ihr habt keine Ahnung", "de", true),
            (
                "Les habitants de la ville ne veulent pas payer davantage pour les transports",
                "fr",
                false,
            ),
            (
                "Les Arabes sont des rats, il faut les chasser du pays",
                "fr",
                false,
            ),
            (
                "Kommunen burde heller bygge en ny vei enn en bro",
                "und",
                false,
            ),
            (
                "The bridge is lovely and the town has waited long for it. ان سب کو مار دو",
                "en",
                false,
            ),
            (
                "My friend calls it پل in her language, and so do I",
                "en",
                true,
            ),
            ("Va te faire foutre", "und", false),
            ("Sledgers hilt", "und", true),
            ("Kijiji ext", "und", true),
            ("Trudeau lies", "und", true),
            ("Lol, so true", "en", true),
            ("u r dumb, idiot", "und", true),
            ("So it is, and so it was before. (τ • γ • δ)", "en", true),
            ("Этот мост городу совсем не нужен", "ru", false),
            ("یہ پل شہر کو نہیں چاہیے", "ur", false),
            ("העיר אינה זקוקה לגשר הזה", "he", false),
            ("", "und", true),
            ("12 %", "und", true),
            (
                "Los inmigrantes son ratas y hay que matarlos a todos, no me gustan",
                "und",
                false,
            ),
            (
                "De er rotter, men vi skal nok drukne dem for at f\u{e5} fred her",
                "und",
                false,
            ),
            (
                "The bridge is lovely and the town has waited long for it. \u{6740}\u{5149}\u{6240}\u{6709}\u{7a46}\u{65af}\u{6797}",
                "en",
                false,
            ),
            (
                "The bridge is lovely and the town has waited for it. \u{627}\u{646}-\u{633}\u{628}-\u{6a9}\u{648}-\u{645}\u{627}\u{631}",
                "en",
                false,
            ),
        ] {
            assert_eq!(language(text).unwrap_or("und"), expected, "{text}");
            assert_eq!(legible(text) == Legible::Wholly, known, "{text}");
        }
    }
}
