//! What the topic phase measures, line by line, before it becomes a score.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use serde::Serialize;

use super::{Kept, Request, with_subject};
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
pub fn measure(input: impl BufRead, mut output: impl Write, ruleset: &Ruleset) -> io::Result<()> {
    let table = ruleset.topics();
    let mut kept = Kept::default();
    for line in input.lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let comment = request.text.as_deref().unwrap_or_default();
        let topic = with_subject(&request, comment, table, &mut kept, |subject| {
            measure_topic(ruleset, subject).map(Iterator::collect)
        });
        serde_json::to_writer(&mut output, &Line { topic })?;
        output.write_all(b"\n")?;
    }
    output.flush()
}
