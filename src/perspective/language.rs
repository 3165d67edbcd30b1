//! The languages that a request names.

use super::refusal::{Checked, Refusal};
use crate::filter::LANGUAGES;

/// The longest name of a language in a suggestion (BCP 47 recommends to bear so many), and how many it may name: they
/// are kept too.
const LONGEST_LANGUAGE: usize = 35;
const MOST_LANGUAGES: usize = 16;

/// A program that says that its text is French is not given scores of a filter that has not learnt French.
pub(super) fn check_languages(attribute: &str, requested: &[String]) -> Checked<()> {
    if requested.is_empty() || requested.iter().any(|tag| is_supported(tag)) {
        return Ok(());
    }
    Err(Refusal::language_unsupported(attribute, requested, &[]))
}

/// Is this language (BCP 47) one of those that the model has learnt? In Latin letters Hindi is Urdu to it; of either in
/// its own script it reads nothing.
pub(super) fn is_supported(tag: &str) -> bool {
    let tag = tag.trim().replace('_', "-").to_ascii_lowercase();
    let tag = match tag.strip_prefix("hi-latn") {
        Some(rest) => format!("ur-latn{rest}"),
        None => tag,
    };
    LANGUAGES.iter().any(|known| {
        let rest = tag.strip_prefix(&known.to_ascii_lowercase());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

/// The languages of a suggestion, if they can be some: a text would not be one.
pub(super) fn languages_to_keep(languages: Vec<String>) -> Checked<Vec<String>> {
    // as in a request for scores, `de_AT` counts as `de-AT`
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_language =
        |tag: &String| (1..=LONGEST_LANGUAGE).contains(&tag.len()) && tag.chars().all(is_part);
    if languages.len() > MOST_LANGUAGES || !languages.iter().all(is_language) {
        return Err(Refusal::invalid(format!(
            "Name at most {MOST_LANGUAGES} languages, each as BCP 47 has it: 1 to {LONGEST_LANGUAGE} letters, digits and hyphens"
        )));
    }
    Ok(languages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_languages_are_known() {
        for (languages, is_known) in [
            (&[][..], true),
            (&["en"], true),
            (&["en-GB"], true),
            (&["fr", "en"], true),
            (&["de"], true),
            (&["de_AT"], true),
            (&["ur-Latn"], true),
            (&["UR-latn-PK"], true),
            // Perspective's name
            (&["hi-Latn"], true),
            (&["fr"], false),
            (&["ur"], false),
            (&["hi"], false),
            (&["ur-Arab"], false),
            (&["und"], false),
            (&["english"], false),
        ] {
            let languages: Vec<String> = languages.iter().map(|&tag| tag.to_owned()).collect();
            let checked = check_languages("TOXICITY", &languages);
            assert_eq!(checked.is_ok(), is_known, "{languages:?}");
        }
    }
}
