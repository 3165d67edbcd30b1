//! `belowline screen`: the filter without database or network.

use std::io::{BufRead as _, Read as _};

use anyhow::Context as _;

use crate::cli::ScreenArgs;
use crate::filter::RulesetSource;
use crate::screen;

/// A ruleset is at most this large, in bytes: ten thousand terms have about one million.
const LARGEST_RULESET: u64 = 16 * 1024 * 1024;

pub(super) fn run(arguments: &ScreenArgs) -> anyhow::Result<()> {
    if let Some(mib) = arguments.memory_mib {
        bound_memory(mib)?;
    }
    let mut input = std::io::BufReader::new(std::io::stdin());
    let source = match arguments.ruleset.as_deref() {
        None => RulesetSource::default(),
        Some("-") => {
            let mut line = Vec::new();
            (&mut input)
                .take(LARGEST_RULESET)
                .read_until(b'\n', &mut line)
                .context("cannot read the ruleset")?;
            serde_json::from_slice(&line).context("the first line is not a ruleset")?
        }
        Some(path) => {
            let text =
                std::fs::read(path).with_context(|| format!("cannot read the ruleset {path}"))?;
            serde_json::from_slice(&text).with_context(|| format!("{path} is not a ruleset"))?
        }
    };
    let ruleset = super::models::ruleset(&source, arguments.models.as_deref())?;
    let threads = arguments
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let options = screen::Options {
        threads,
        one_site: !arguments.unrelated,
    };
    let summary = screen::run(input, std::io::stdout().lock(), &ruleset, options);
    match summary {
        Ok(summary) if arguments.ruleset.as_deref() != Some("-") => {
            eprintln!(
                "{} comments: {} to publish, {} to hold, {} to reject, {} errors",
                summary.lines, summary.published, summary.held, summary.rejected, summary.errors
            );
            Ok(())
        }
        Ok(_) => Ok(()),
        // whoever read the verdicts has had enough
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// From here on the process ends rather than take more than this.
fn bound_memory(mib: u64) -> anyhow::Result<()> {
    let bytes = Some(mib.saturating_mul(1024 * 1024));
    let limit = rustix::process::Rlimit {
        current: bytes,
        maximum: bytes,
    };
    rustix::process::setrlimit(rustix::process::Resource::As, limit)
        .context("cannot bound the memory")
}
