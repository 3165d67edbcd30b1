//! What a moderator is shown of a comment's topic, as it is kept with the reason: the words themselves rather than
//! places in an article that may be changed tomorrow. Pure.

use serde::Serialize;
use uuid::Uuid;

use crate::filter::{Relation, TopicEvidence};

/// The longest passage that is kept, in characters.
const LONGEST: usize = 600;
/// Titles of other stories that are kept.
const OTHERS: usize = 3;

/// The filter's evidence, with the passage and the comment that it names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Evidenced {
    relation: Relation,
    pub(super) fit: f32,
    /// the passage of the article that fits best
    passage: Option<Passage>,
    /// the comment above that fits best
    parent: Option<Uuid>,
    shared: Vec<[usize; 2]>,
    foreign: Vec<[usize; 2]>,
    closer: usize,
    others: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Passage {
    title: bool,
    text: String,
}

impl Evidenced {
    /// `above`: the comments that the filter was given, the nearest first.
    pub(super) fn of(found: &TopicEvidence, title: &str, body: &str, above: &[Uuid]) -> Self {
        let passage = found.passage.and_then(|at| {
            let text = if at.title { title } else { body };
            let text = text.get(at.span[0]..at.span[1])?;
            let mut text = text.to_owned();
            if let Some((end, _)) = text.char_indices().nth(LONGEST) {
                text.truncate(end);
                text.push('…');
            }
            Some(Passage {
                title: at.title,
                text,
            })
        });
        Self {
            relation: found.relation,
            fit: found.fit,
            passage,
            parent: found.parent.and_then(|at| above.get(at)).copied(),
            shared: found.shared.clone(),
            foreign: found.foreign.clone(),
            closer: found.closer,
            others: found.others.iter().take(OTHERS).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::PassageAt;

    #[test]
    fn evidence_keeps_the_words_and_survives_what_is_not_there() {
        let mut found = TopicEvidence {
            relation: Relation::Parent,
            fit: 0.25,
            parent: Some(1),
            passage: Some(PassageAt {
                number: 1,
                title: false,
                span: [4, 9],
            }),
            shared: vec![[0, 3]],
            foreign: vec![[4, 6]],
            closer: 5,
            others: ["a", "b", "c", "d"].map(str::to_owned).into(),
        };
        let above = [Uuid::from_u128(1), Uuid::from_u128(2)];
        let kept = Evidenced::of(&found, "Title", "The ferry sails", &above);
        assert_eq!(kept.passage.unwrap().text, "ferry");
        assert_eq!(kept.parent, Some(above[1]));
        assert_eq!(kept.others.len(), OTHERS);
        found.parent = Some(7);
        found.passage = Some(PassageAt {
            number: 1,
            title: true,
            span: [4, 900],
        });
        let kept = Evidenced::of(&found, "Title", "The ferry sails", &above);
        assert_eq!((kept.passage, kept.parent), (None, None));
        found.passage = Some(PassageAt {
            number: 0,
            title: true,
            span: [0, 2 * (LONGEST + 9)],
        });
        let kept = Evidenced::of(&found, &"é".repeat(LONGEST + 9), "", &above);
        assert_eq!(kept.passage.unwrap().text.chars().count(), LONGEST + 1);
    }
}
