//! From measurements to one probability: a logistic regression, fewer than a hundred numbers in all.

use std::collections::BTreeMap;

use serde::Deserialize;

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
];

/// How many there are.
pub(super) const COUNT: usize = 29;

/// Measurements of one comment.
pub(super) type Measures = [f32; COUNT];

/// One weighted sum; a name that is absent counts nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sum {
    bias: f32,
    weights: BTreeMap<String, f32>,
}

/// What was fitted: one sum where the article is all there is, one where a thread or a parent is given too.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fitted {
    alone: Sum,
    around: Sum,
}

/// The sums, ready for use.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Fitted")]
pub(super) struct Combination {
    alone: (f32, Measures),
    around: (f32, Measures),
}

impl TryFrom<Fitted> for Combination {
    type Error = String;

    fn try_from(fitted: Fitted) -> Result<Self, String> {
        Ok(Self {
            alone: ready(&fitted.alone)?,
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
    pub(super) fn off_topic(&self, measures: &Measures, around: bool) -> f32 {
        let (bias, weights) = if around { &self.around } else { &self.alone };
        let odds = weights
            .iter()
            .zip(measures)
            .fold(*bias, |odds, (weight, measure)| odds + weight * measure);
        1.0 / (1.0 + (-odds).exp())
    }
}
