use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest slug, in characters.
const MAX_CHARS: usize = 80;

/// The part of an article's address that comes from its headline.
///
/// Lower-case words joined by hyphens, at most 80 characters, cut between words. Latin letters lose
/// their accents; the letters of other scripts stay, for an Urdu headline has no honest spelling in
/// ASCII. Never empty: a headline without a letter or digit gives `article`.
#[must_use]
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    let mut length = 0;
    for word in words(title) {
        let chars = word.chars().count();
        let separator = usize::from(length > 0);
        if length + separator + chars > MAX_CHARS {
            if length == 0 {
                slug.extend(word.chars().take(MAX_CHARS));
            }
            break;
        }
        if separator == 1 {
            slug.push('-');
        }
        slug.push_str(&word);
        length += separator + chars;
    }
    if slug.is_empty() {
        return "article".to_owned();
    }
    slug
}

fn words(title: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    // Decomposed, an accent is a character of its own and can be left out.
    for letter in title.nfkd() {
        let skipped = is_combining_mark(letter) || matches!(letter, '\'' | '’' | '‘' | '\u{200c}');
        if skipped {
            continue;
        }
        if letter.is_alphanumeric() {
            if let Some(word) = words.last_mut() {
                word.push_str(&plain(letter));
            }
        } else {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    // Composed again: a decomposed Urdu letter would not match what a reader types.
    words.iter().map(|word| word.nfc().collect()).collect()
}

/// Lower case, and the Latin letters that are not a base letter with an accent spelled out.
fn plain(letter: char) -> String {
    match letter {
        'ß' | 'ẞ' => "ss".to_owned(),
        'æ' | 'Æ' => "ae".to_owned(),
        'œ' | 'Œ' => "oe".to_owned(),
        'ø' | 'Ø' => "o".to_owned(),
        'đ' | 'Đ' | 'ð' | 'Ð' => "d".to_owned(),
        'ł' | 'Ł' => "l".to_owned(),
        'þ' | 'Þ' => "th".to_owned(),
        'ı' => "i".to_owned(),
        other => other
            .to_lowercase()
            .filter(|letter| !is_combining_mark(*letter))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn slugs() {
        let long = "a".repeat(200);
        for (title, expected) in [
            ("Ferry to stop at midnight", "ferry-to-stop-at-midnight"),
            ("Council’s £4m plan: who pays?", "councils-4m-plan-who-pays"),
            (
                "Café Müller öffnet — schon wieder",
                "cafe-muller-offnet-schon-wieder",
            ),
            ("Straße, Łódź, Ærø", "strasse-lodz-aero"),
            ("پل بند کر دیا گیا", "پل-بند-کر-دیا-گیا"),
            ("  --  ", "article"),
            ("🎉🎉", "article"),
            ("", "article"),
            (long.as_str(), &"a".repeat(80)),
        ] {
            assert_eq!(slug(title), expected, "{title:?}");
        }
    }

    #[test]
    fn a_long_headline_is_cut_between_words() {
        let slug = slug(&"harbour ".repeat(30));
        assert_eq!(slug, ["harbour"; 10].join("-"));
        assert_eq!(slug.chars().count(), 79);
    }
}
