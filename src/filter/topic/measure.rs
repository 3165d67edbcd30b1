//! How near a comment is to the article, to what it answers and to the thread so far.

// the same on every processor, where the system's own is not
use libm::log1pf;

use super::article::{ArticleTerm, ArticleTopic};
use super::background::Background;
use super::combine::Measures;
use super::conversation::Conversation;
use super::others::Others;
use super::reading::{NO_ROW, Reading, Term};
use super::table::Table;
use super::vector::Vector;

/// Words of a comment that are looked for in other words of the article: those that say most.
const SOFT_OF_COMMENT: usize = 24;

/// Everything that a comment is compared with.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub article: &'a ArticleTopic,
    /// What it answers, the nearest first.
    pub parents: &'a [Reading],
    pub conversation: Option<&'a Conversation>,
    pub background: Option<&'a Background>,
}

/// What was measured, and what it was measured by.
pub(super) struct Measured {
    pub measures: Measures,
    /// The passage that fits best.
    pub passage: usize,
    /// The parent that fits best.
    pub parent: usize,
    /// How well each relation fits, on one scale: article, parents, conversation.
    pub fits: [f32; 3],
    /// The stories that the comment is closer to than to its article, the closest first.
    pub closer: Vec<usize>,
}

impl Measured {
    pub(super) fn of(
        table: &Table,
        comment: &Reading,
        sense: &Vector,
        text: &str,
        around: &Around<'_>,
    ) -> Self {
        let terms = comment.distinct();
        let article = near_article(table, comment, &terms, around.article);
        let others = Others::by_words(table, comment, around, article.best());
        let sense = beyond_words(table, sense, around, &article, &others);
        let thread = near_thread(comment, &terms, around.conversation, &others);
        let (parent, nearest) = near_parents(comment, &terms, around.parents);
        let length = ln(terms.len());
        let asks = f32::from(u8::from(around.article.asks));
        let flag = |found: bool| if found { asks } else { 0.0 };
        let against = others.against(article.best());
        let measures = [
            article.title,
            article.passage.1,
            article.whole,
            against,
            others.rank(article.best()),
            article.overlap,
            article.shared,
            article.tfidf,
            article.soft,
            article.names,
            article.head,
            article.strange_names,
            length,
            ln(around.article.words as usize),
            length * against,
            length * article.overlap,
            thread[0],
            thread[1],
            thread[2],
            thread[3],
            thread[4],
            thread[5],
            nearest[0],
            nearest[1],
            if around.parents.is_empty() { 0.0 } else { 1.0 },
            asks,
            asks * ln(comment.words),
            flag(text.contains('?')),
            flag(text.bytes().any(|byte| byte.is_ascii_digit()) || text.contains("://")),
            sense[0],
            sense[1],
            sense[2],
            others.nearest(),
            sense[3],
            others.share,
        ];
        let fit = |cosine: f32, overlap: f32| 0.6 * cosine + 0.4 * overlap;
        Self {
            measures,
            passage: article.passage.0,
            parent,
            fits: [
                fit(article.best(), article.overlap),
                if around.parents.is_empty() {
                    f32::NEG_INFINITY
                } else {
                    fit(nearest[0], nearest[1])
                },
                if around.conversation.is_some() {
                    fit(thread[0], thread[3])
                } else {
                    f32::NEG_INFINITY
                },
            ],
            closer: others.closer,
        }
    }
}

/// Nearness to the article.
struct Near {
    title: f32,
    passage: (usize, f32),
    whole: f32,
    overlap: f32,
    shared: f32,
    tfidf: f32,
    soft: f32,
    names: f32,
    head: f32,
    strange_names: f32,
}

impl Near {
    /// The nearer of the best passage and the whole.
    fn best(&self) -> f32 {
        self.passage.1.max(self.whole)
    }
}

fn near_article(table: &Table, comment: &Reading, terms: &[&Term], article: &ArticleTopic) -> Near {
    let mut passage = (0, 0.0);
    let mut title = 0.0;
    for (at, one) in article.passages.iter().enumerate() {
        let cosine = comment.vector.cosine(&one.vector);
        if at == 0 || cosine > passage.1 {
            passage = (at, cosine);
        }
        if one.title {
            title = cosine;
        }
    }
    let all = sum(terms.iter().map(|term| says(term.says)));
    let mut near = Near {
        title,
        passage,
        whole: comment.vector.cosine(&article.vector),
        overlap: 0.0,
        shared: 0.0,
        tfidf: 0.0,
        soft: soft(table, terms, article),
        names: 0.0,
        head: 0.0,
        strange_names: 0.0,
    };
    let mut products = vec![0.0_f32; article.passages.len()];
    let mut squares = 0.0;
    for term in terms {
        let weight = says(term.says);
        squares += weight * weight;
        let Some(found) = article.term(term.hash) else {
            if term.name {
                near.strange_names += weight;
            }
            continue;
        };
        near.shared += weight;
        if term.name || found.name {
            near.names += weight;
        }
        for (at, product) in products.iter_mut().enumerate() {
            if found.passages >> at & 1 == 1 {
                *product += weight * weight;
                if at == 0 {
                    near.head += weight;
                }
            }
        }
    }
    near.tfidf = products
        .iter()
        .zip(&article.squares)
        .map(|(product, square)| product / (squares * square).sqrt().max(1e-6))
        .fold(0.0, f32::max);
    near.overlap = near.shared / all.max(1e-6);
    near.head /= all.max(1e-6);
    near.strange_names /= all.max(1e-6);
    near.shared = log1pf(near.shared);
    near.names = log1pf(near.names);
    near
}

/// How much of what the comment says the article says in other words: for each word the nearest of the article's.
fn soft(table: &Table, terms: &[&Term], article: &ArticleTopic) -> f32 {
    let mut most: Vec<&&Term> = terms.iter().filter(|term| term.row != NO_ROW).collect();
    most.sort_by_key(|term| std::cmp::Reverse(term.says));
    most.truncate(SOFT_OF_COMMENT);
    let theirs: Vec<&Vector> = article
        .heaviest
        .iter()
        .map(|row| table.vector(*row))
        .collect();
    let (mut near, mut all) = (0.0, 0.0);
    for term in most {
        let weight = says(term.says);
        all += weight;
        let nearest = if article.term(term.hash).is_some() {
            1.0
        } else {
            let own = table.vector(term.row);
            theirs
                .iter()
                .map(|their| own.cosine(their))
                .fold(0.0, f32::max)
        };
        near += weight * nearest;
    }
    near / f32::max(all, 1e-6)
}

/// How much nearer to the article the encoder finds the comment than the sum of its words is: to the title, to the
/// nearer of title and lead, and beside other stories; and to the nearest of those. Nothing where the encoder has not
/// read it, so that the words alone decide.
fn beyond_words(
    table: &Table,
    comment: &Vector,
    around: &Around<'_>,
    by_words: &Near,
    others: &Others,
) -> [f32; 4] {
    let [title, lead] = &around.article.senses;
    if *comment == Vector::NONE || *lead == Vector::NONE {
        return [0.0; 4];
    }
    let lead = comment.cosine(lead);
    // an article without a title has no nearness to it, by words or otherwise
    let has_title = *title != Vector::NONE;
    let title = if has_title {
        comment.cosine(title)
    } else {
        0.0
    };
    let best = if has_title { title.max(lead) } else { lead };
    let by_sense = Others::by_sense(table, comment, around, best);
    [
        title - by_words.title,
        best - by_words.best(),
        by_sense.against(best) - others.against(by_words.best()),
        by_sense.nearest() - others.nearest(),
    ]
}

fn near_thread(
    comment: &Reading,
    terms: &[&Term],
    conversation: Option<&Conversation>,
    others: &Others,
) -> [f32; 6] {
    let Some(thread) = conversation else {
        return [0.0; 6];
    };
    let centre = comment.vector.cosine(thread.centre());
    let latest = thread
        .latest()
        .iter()
        .map(|other| comment.vector.cosine(other))
        .fold(0.0, f32::max);
    let all = sum(terms.iter().map(|term| says(term.says))).max(1e-6);
    let size = ln(thread.len());
    let (mut shared, mut common) = (0.0, 0.0);
    for term in terms {
        let count = thread.count(term.hash);
        if count > 0 {
            shared += says(term.says);
            common += says(term.says) * (ln(usize::from(count)) / size).min(1.0);
        }
    }
    [
        centre,
        latest,
        others.against(centre),
        shared / all,
        common / all,
        size,
    ]
}

/// The parent that fits best, and how near it is: cosine and overlap.
fn near_parents(comment: &Reading, terms: &[&Term], parents: &[Reading]) -> (usize, [f32; 2]) {
    let all = sum(terms.iter().map(|term| says(term.says))).max(1e-6);
    let mut best = (0, [0.0, 0.0]);
    for (at, parent) in parents.iter().enumerate() {
        let cosine = comment.vector.cosine(&parent.vector);
        let mut theirs: Vec<u32> = parent.terms.iter().map(|term| term.hash).collect();
        theirs.sort_unstable();
        let shared = terms
            .iter()
            .filter(|term| theirs.binary_search(&term.hash).is_ok())
            .map(|term| says(term.says));
        let overlap = sum(shared) / all;
        if at == 0 || cosine + overlap > best.1[0] + best.1[1] {
            best = (at, [cosine, overlap]);
        }
    }
    best
}

/// The squares of the lengths of the passages as bags of terms.
pub(super) fn squares(passages: usize, terms: &[ArticleTerm]) -> Vec<f32> {
    let mut squares = vec![0.0; passages];
    for term in terms {
        for (at, square) in squares.iter_mut().enumerate() {
            if term.passages >> at & 1 == 1 {
                *square += says(term.says).powi(2);
            }
        }
    }
    squares
}

fn says(says: u8) -> f32 {
    f32::from(says) / 64.0
}

/// In order: no processor may add up in another one.
pub(super) fn sum(numbers: impl Iterator<Item = f32>) -> f32 {
    numbers.fold(0.0, |sum, number| sum + number)
}

#[expect(clippy::cast_precision_loss, reason = "some thousand words")]
fn ln(count: usize) -> f32 {
    log1pf(count as f32)
}
