//! `belowline measure`: what the model sees in texts, before any of it becomes a probability.

use std::io::{BufRead as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

use crate::filter::{Measurement, Ruleset, RulesetSource, measure};

#[derive(Deserialize)]
struct Line {
    text: String,
}

pub(super) fn run(folder: Option<&Path>, features: bool) -> anyhow::Result<()> {
    let ruleset = super::models::ruleset(&RulesetSource::default(), folder)?;
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let lines: Vec<String> = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    for part in lines.chunks(64 * threads) {
        let measured: Vec<anyhow::Result<Vec<Measurement>>> = std::thread::scope(|scope| {
            let share = part.len().div_ceil(threads);
            let workers: Vec<_> = part
                .chunks(share)
                .map(|lines| {
                    scope.spawn(|| {
                        lines
                            .iter()
                            .map(|line| one(line, &ruleset, features))
                            .collect()
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| {
                    worker
                        .join()
                        .unwrap_or_else(|_| Err(anyhow::anyhow!("a text broke the filter")))
                })
                .collect()
        });
        for measurement in measured
            .into_iter()
            .collect::<anyhow::Result<Vec<_>>>()?
            .into_iter()
            .flatten()
        {
            serde_json::to_writer(&mut output, &measurement)?;
            output.write_all(b"\n")?;
        }
    }
    output.flush()?;
    Ok(())
}

/// What the topic phase measures in the lines of `screen`.
pub(super) fn topic(folder: Option<&Path>, one_site: bool) -> anyhow::Result<()> {
    let ruleset = super::models::ruleset(&RulesetSource::default(), folder)?;
    let output = std::io::BufWriter::new(std::io::stdout().lock());
    Ok(crate::screen::measure(
        std::io::stdin().lock(),
        output,
        &ruleset,
        one_site,
    )?)
}

fn one(line: &str, ruleset: &Ruleset, features: bool) -> anyhow::Result<Measurement> {
    let line: Line =
        serde_json::from_str(line).context("each line must be a JSON object with a text")?;
    Ok(measure(ruleset, &line.text, features))
}
