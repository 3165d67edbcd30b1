//! A comment beside what it was compared with. Pure.

use super::store::Item;
use crate::filter::{Segment, Severity, Spots, marked};

/// Letters that two words must begin with alike to be marked as the same, and by how many they may differ at the end:
/// enough for most endings of the languages that the filter knows.
const ALIKE: usize = 4;
const ENDING: usize = 3;

/// The two texts, with the words that speak for and against.
pub(super) struct Comparison {
    /// [`Severity::Mild`]: shared; [`Severity::Strong`]: foreign
    pub(super) comment: Vec<Segment>,
    pub(super) other: Vec<Segment>,
    /// what the other text is
    pub(super) heading: &'static str,
    /// what fits best, in words
    pub(super) relation: &'static str,
    /// the marked words once more, for whoever cannot see marks
    pub(super) shared: String,
    pub(super) foreign: String,
    pub(super) closer: usize,
    pub(super) others: Vec<String>,
}

impl Comparison {
    /// For a comment with a reason that says what it was compared with.
    pub(super) fn of(item: &Item) -> Option<Self> {
        let found = item
            .reasons
            .iter()
            .find_map(|found| found.compared.as_ref())?;
        let parent = match &item.fitting {
            Some(fitting) => Some(fitting),
            None => item.parent.as_ref(),
        };
        let (heading, other) = match (found.relation.as_str(), parent, &found.passage) {
            ("parent", Some(parent), _) => ("The comment above that it fits best", &parent.body),
            (_, _, Some(passage)) if passage.title => ("The article’s title", &passage.text),
            (_, _, Some(passage)) => (
                "The passage of the article that it fits best",
                &passage.text,
            ),
            _ => return None,
        };
        let shared = words(&item.body, &found.shared);
        Some(Self {
            comment: marked(
                &item.body,
                &[
                    spots(found.shared.clone(), Severity::Mild, "shared"),
                    spots(
                        found.foreign.clone(),
                        Severity::Strong,
                        "found nowhere here",
                    ),
                ],
            ),
            other: marked(
                other,
                &[spots(same(other, &shared), Severity::Mild, "shared")],
            ),
            heading,
            relation: match found.relation.as_str() {
                "parent" => "what it answers",
                "conversation" => "the conversation so far",
                _ => "the article",
            },
            foreign: words(&item.body, &found.foreign).join(", "),
            shared: shared.join(", "),
            closer: found.closer,
            others: found.others.clone(),
        })
    }
}

fn spots(spans: Vec<[usize; 2]>, severity: Severity, label: &str) -> Spots {
    Spots {
        spans,
        severity,
        label: label.to_owned(),
    }
}

/// The words at these places, each once.
fn words<'t>(text: &'t str, spans: &[[usize; 2]]) -> Vec<&'t str> {
    let mut words: Vec<&str> = Vec::new();
    for word in spans.iter().filter_map(|span| text.get(span[0]..span[1])) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Where a text has one of these words, whatever its ending.
fn same(text: &str, wanted: &[&str]) -> Vec<[usize; 2]> {
    let wanted: Vec<Vec<char>> = wanted.iter().map(|word| lower(word)).collect();
    let mut found = Vec::new();
    let mut start = None;
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in ends {
        match (start, c.is_alphanumeric()) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let word = lower(text.get(from..at).unwrap_or_default());
                if wanted.iter().any(|known| is_alike(known, &word)) {
                    found.push([from, at]);
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn lower(word: &str) -> Vec<char> {
    word.to_lowercase().chars().collect()
}

fn is_alike(a: &[char], b: &[char]) -> bool {
    let common = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    a == b || (common >= ALIKE && a.len() - common <= ENDING && b.len() - common <= ENDING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_found_whatever_their_endings() {
        let text = "Bridges closed; the bridge’s ferry, closing. Éclairs, 2014!";
        for (wanted, expected) in [
            (vec!["bridge"], vec!["Bridges", "bridge"]),
            (vec!["CLOSE"], vec!["closed", "closing"]),
            (vec!["éclair", "2014"], vec!["Éclairs", "2014"]),
            (vec!["fer", "umpire"], vec![]),
            (vec![], vec![]),
        ] {
            let found: Vec<&str> = same(text, &wanted)
                .iter()
                .filter_map(|span| text.get(span[0]..span[1]))
                .collect();
            assert_eq!(found, expected, "{wanted:?}");
        }
    }

    #[test]
    fn words_are_named_once_and_only_where_there_are_any() {
        let spans = [[0, 5], [6, 10], [11, 16], [17, 99]];
        assert_eq!(words("ferry boat ferry", &spans), ["ferry", "boat"]);
    }
}
