//! What a moderator is shown: what the comment was compared with, and which of its words speak for and against it.

use serde::{Deserialize, Serialize};

use super::measure::{Around, Measured};
use super::reading::{Reading, Term};
use crate::filter::subject::{ArticleText, Subject};
use crate::filter::verdict::merge_spans;

/// Words of the comment that are marked, and titles that are named, at most.
const MOST_WORDS: usize = 24;
const MOST_TITLES: usize = 5;
/// Characters of a passage in a sentence.
const EXCERPT: usize = 120;

/// What a comment is about, if it is about anything here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The article.
    Article,
    /// The comment that it answers, or one further up.
    Parent,
    /// What the thread has come to.
    Conversation,
}

/// A place in the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassageAt {
    /// Its number, from 0; the title is one.
    pub number: usize,
    /// Whether it is the title; otherwise it is in the body.
    pub title: bool,
    /// Bytes of the title or of the body, half-open.
    pub span: [usize; 2],
}

/// What the topic phase found, beside its score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopicEvidence {
    /// What fits best.
    pub relation: Relation,
    /// How surely it is about the article itself, 0 to 1, whatever fits best.
    #[serde(default)]
    pub fit: f32,
    /// The parent that fits best: 0 is the one that the comment answers. Absent without parents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<usize>,
    /// The passage of the article that fits best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<PassageAt>,
    /// Words of the comment that the relation that fits best uses as well: byte ranges, sorted and merged.
    pub shared: Vec<[usize; 2]>,
    /// Words that nothing here uses, those that say most.
    pub foreign: Vec<[usize; 2]>,
    /// How many of the site's other stories it is closer to than to this one.
    pub closer: usize,
    /// Some of their titles, the closest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
}

pub(super) fn gather(
    comment: &Reading,
    subject: &Subject<'_>,
    around: &Around<'_>,
    measured: &Measured,
    fit: f32,
) -> TopicEvidence {
    // where there is nothing else to fit, the article it is, however badly
    let relation = match measured.fits {
        [article, parent, thread] if article >= parent && article >= thread => Relation::Article,
        [_, parent, thread] if parent >= thread => Relation::Parent,
        _ => Relation::Conversation,
    };
    let in_article = |term: &Term| around.article.term(term.hash).is_some();
    let in_parent = |term: &Term, at: usize| {
        let parent = around.parents.get(at);
        parent.is_some_and(|parent| parent.terms.iter().any(|own| own.hash == term.hash))
    };
    let in_thread = |term: &Term| {
        around
            .conversation
            .is_some_and(|thread| thread.count(term.hash) > 0)
    };
    let mut shared = Vec::new();
    let mut foreign: Vec<&Term> = Vec::new();
    for term in comment.terms.iter().take(MOST_LOOKED_AT) {
        let fits = match relation {
            Relation::Article => in_article(term),
            Relation::Parent => in_parent(term, measured.parent),
            Relation::Conversation => in_thread(term),
        };
        if fits && shared.len() < MOST_WORDS {
            shared.push([term.from, term.to]);
        }
        if !in_article(term) && !in_thread(term) && !in_parent(term, measured.parent) {
            foreign.push(term);
        }
    }
    foreign.sort_by_key(|term| (std::cmp::Reverse(term.says), term.from));
    foreign.truncate(MOST_WORDS);
    let passage = around.article.passages.get(measured.passage);
    let stories = around.background.map_or(&[][..], |known| &known.stories);
    let whole = |spans: Vec<[usize; 2]>| {
        let there = |span: &[usize; 2]| subject.text.get(span[0]..span[1]).is_some();
        merge_spans(spans.into_iter().filter(there).collect())
    };
    TopicEvidence {
        relation,
        fit,
        parent: (!around.parents.is_empty()).then_some(measured.parent),
        passage: passage.map(|passage| PassageAt {
            number: measured.passage,
            title: passage.title,
            span: [passage.from as usize, passage.to as usize],
        }),
        shared: whole(shared),
        foreign: whole(foreign.iter().map(|term| [term.from, term.to]).collect()),
        closer: measured.closer.len(),
        others: measured
            .closer
            .iter()
            .filter_map(|at| stories.get(*at))
            .map(|story| story.title.clone())
            .take(MOST_TITLES)
            .collect(),
    }
}

/// Terms of a comment that are looked at for marks.
const MOST_LOOKED_AT: usize = 400;

impl TopicEvidence {
    /// One sentence for the writer and for a moderator.
    pub(super) fn note(&self, subject: &Subject<'_>) -> String {
        let against = match self.closer {
            0 if self.foreign.is_empty() => {
                "Far from the article and from what was said here".to_owned()
            }
            0 => "Little of it occurs in the article or in what was said here".to_owned(),
            1 => "Closer to another story than to this one".to_owned(),
            closer => format!("Closer to {closer} other stories than to this one"),
        };
        let fits = match self.relation {
            Relation::Parent => Some("the comment that it answers".to_owned()),
            Relation::Conversation => Some("the thread".to_owned()),
            Relation::Article => self
                .excerpt(subject.article)
                .map(|excerpt| format!("“{excerpt}”")),
        };
        match fits {
            Some(fits) => format!("{against}; fits best: {fits}."),
            None => format!("{against}."),
        }
    }

    /// The beginning of the passage that fits best.
    fn excerpt(&self, article: Option<ArticleText<'_>>) -> Option<String> {
        let (article, passage) = (article?, self.passage?);
        let text = if passage.title {
            article.title
        } else {
            article.body
        };
        let text = text.get(passage.span[0]..passage.span[1])?;
        let mut excerpt = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = excerpt.char_indices().nth(EXCERPT) {
            excerpt.truncate(end);
            excerpt.push('…');
        }
        Some(excerpt)
    }
}
