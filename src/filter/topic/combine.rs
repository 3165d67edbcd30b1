//! From measurements to one probability: a logistic regression, fewer than a hundred numbers in all.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::filter::model::sigmoid;

/// The measurements by name, in the order of [`Measures`]. `training/topic_combine.py` fits a weight to each.
pub(super) const NAMES: [&str; COUNT] = [
    "title",
    "passage",
    "article",
    "against",
    "rank",
    "overlap",
    "shared",
    "tfidf",
    "soft",
    "names",
    "head",
    "strange_names",
    "length",
    "article_length",
    "length_against",
    "length_overlap",
    "centre",
    "latest",
    "centre_against",
    "thread_overlap",
    "thread_common",
    "thread_size",
    "parent",
    "parent_overlap",
    "has_parent",
    "asks",
    "asks_length",
    "asks_question",
    "asks_facts",
    "sense_title",
    "sense",
    "sense_against",
    "nearest",
    "sense_nearest",
    "stories",
];

/// How many there are.
pub(super) const COUNT: usize = 35;

/// Measurements of one comment.
pub(super) type Measures = [f32; COUNT];

/// One weighted sum; a name that is absent counts nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sum {
    bias: f32,
    weights: BTreeMap<String, f32>,
}

/// What was fitted: one sum for each [`Known`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fitted {
    alone: Sum,
    young: Sum,
    around: Sum,
}

/// How much is known beside the article. A long thread says what belongs to it; a few comments say little, and a sum
/// that was fitted on long threads holds twice as many comments wrongly for not being like the only other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing.
    Alone,
    /// What the comment answers, or a thread of fewer than [`LONG_THREAD`] live comments.
    Young,
    /// A longer thread.
    Around,
}

/// A thread with as many live comments is long.
const LONG_THREAD: usize = 6;

impl Known {
    pub(super) fn of(parents: usize, comments: usize) -> Self {
        match (parents, comments) {
            (_, LONG_THREAD..) => Self::Around,
            (0, 0) => Self::Alone,
            _ => Self::Young,
        }
    }
}

/// The sums, ready for use.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Fitted")]
pub(super) struct Combination {
    alone: (f32, Measures),
    young: (f32, Measures),
    around: (f32, Measures),
}

impl TryFrom<Fitted> for Combination {
    type Error = String;

    fn try_from(fitted: Fitted) -> Result<Self, String> {
        Ok(Self {
            alone: ready(&fitted.alone)?,
            young: ready(&fitted.young)?,
            around: ready(&fitted.around)?,
        })
    }
}

fn ready(sum: &Sum) -> Result<(f32, Measures), String> {
    if let Some(name) = sum
        .weights
        .keys()
        .find(|name| !NAMES.contains(&name.as_str()))
    {
        return Err(format!("nothing measures {name}"));
    }
    let weight = |name: &str| sum.weights.get(name).copied().unwrap_or_default();
    Ok((sum.bias, NAMES.map(weight)))
}

impl Combination {
    /// How surely a comment with these measurements is about something else, 0 to 1.
    pub(super) fn off_topic(&self, measures: &Measures, known: Known) -> f32 {
        let (bias, weights) = match known {
            Known::Alone => &self.alone,
            Known::Young => &self.young,
            Known::Around => &self.around,
        };
        let odds = weights
            .iter()
            .zip(measures)
            .fold(*bias, |odds, (weight, measure)| odds + weight * measure);
        sigmoid(odds)
    }
}
