//! Which language a text is in, as far as the model must know: where it has learnt nothing, it abstains.

use std::collections::HashSet;
use std::sync::LazyLock;

use whatlang::Lang;

use super::wordlist::{is_ordinary, is_stop_word};

/// The languages that the model was trained on, as BCP 47 tags.
pub const LANGUAGES: [&str; 3] = ["en", "ur-Latn", "de"];

/// Urdu and Hindi in Latin letters, which no detector knows: its most frequent words that are no English ones.
const ROMAN_URDU: &str = "hai hain nahi nahin nai ka ki ke ko mein mai main se bhi kya kyun kyu ye yeh wo woh tum aap \
    tera teri tere mera meri mere apni apna apne kar karo karta karti karte raha rahi rahe tha thi aur ya par pe sab \
    log koi kuch bohat bahut acha accha jo jab tak phir abhi hum ham inko unko isko usko iska uska bhai yaar gaya gayi \
    hota hoti hona diya liya chal baat larki larka bc salay sale kutta kutti hy hn ny sy rha rhi rhy kr krna krta nhi ky \
    kia lye liye mujhe tujhe";
const GERMAN: &str = "der die das und ist nicht ein eine einen einem einer ich du er sie es wir ihr den dem des mit \
    auf für von zu im am bei nach wie was wer wenn aber oder auch noch nur schon sind war haben hat wird werden kann \
    dass daß sich mich dich uns euch kein keine mal ja doch so hier dann alle diese dieser dieses mehr sehr";

static LISTED: LazyLock<[HashSet<&'static str>; 2]> =
    LazyLock::new(|| [ROMAN_URDU, GERMAN].map(|list| list.split_whitespace().collect()));

/// A share of a text's words, from which they are evidence.
const SHARE: usize = 6;

/// The language of a text, as a BCP 47 tag; `und` where it cannot be told, as in a text of two words.
#[must_use]
pub fn language(text: &str) -> &'static str {
    if is_foreign_script(text) {
        return whatlang::detect_lang(text).map_or("und", tag);
    }
    let [roman_urdu, germanic] = &*LISTED;
    let (mut all, mut english, mut urdu, mut german) = (0_usize, 0, 0, 0);
    let mut lower = String::new();
    let words = text.split(|c: char| !c.is_alphabetic());
    for word in words.filter(|word| !word.is_empty()) {
        all += 1;
        let word = lower_case(word, &mut lower);
        let is_english = is_stop_word(word) || (word.len() > 3 && is_ordinary(word));
        english += usize::from(is_english);
        urdu += usize::from(roman_urdu.contains(word));
        german += usize::from(germanic.contains(word));
    }
    let most = english.max(urdu).max(german);
    if most * SHARE >= all && most > 0 {
        return match most {
            _ if most == english => "en",
            _ if most == urdu => "ur-Latn",
            _ => "de",
        };
    }
    match whatlang::detect(text) {
        Some(info) if info.is_reliable() => tag(info.lang()),
        _ => "und",
    }
}

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

/// Whether the model has learnt the language of this text. What cannot be told counts as English, the site's
/// language: short comments are the rule, and abstaining from them would open the gate.
pub(super) fn is_known(text: &str) -> bool {
    let language = language(text);
    language == "und" && !is_foreign_script(text) || LANGUAGES.contains(&language)
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
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Hin => "hi",
        Lang::Urd => "ur",
        Lang::Tur => "tr",
        Lang::Swe => "sv",
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
            ("Этот мост городу совсем не нужен", "ru", false),
            ("یہ پل شہر کو نہیں چاہیے", "ur", false),
            ("", "und", true),
            ("12 %", "und", true),
        ] {
            assert_eq!(language(text), expected, "{text}");
            assert_eq!(is_known(text), known, "{text}");
        }
    }
}
