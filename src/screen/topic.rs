//! What the topic phase measures, line by line, before it becomes a score.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use serde::Serialize;

use super::{Articles, Request, with_subject};
use crate::filter::{Ruleset, measure_topic};

#[derive(Serialize)]
struct Line {
    /// Absent where the phase abstains.
    topic: Option<BTreeMap<&'static str, f32>>,
}

/// Reads the lines of `screen` and answers each with its measurements by name.
///
/// # Errors
/// Those of reading and writing, and of a line that is none of `screen`.
pub fn measure(
    input: impl BufRead,
    mut output: impl Write,
    ruleset: &Ruleset,
    one_site: bool,
) -> io::Result<()> {
    let table = ruleset.topics();
    let mut articles = Articles::new(one_site);
    for line in input.lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let around = articles.around(table, &[Some(&request)], 1);
        let around = around.into_iter().next().unwrap_or_default();
        let topic = with_subject(&request, table, &around, |subject| {
            measure_topic(ruleset, subject).map(Iterator::collect)
        });
        serde_json::to_writer(&mut output, &Line { topic })?;
        output.write_all(b"\n")?;
    }
    output.flush()
}
