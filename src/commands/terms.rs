//! `belowline terms`: somebody else's list of terms, as a ruleset.

use std::io::Read as _;

use anyhow::Context as _;

use crate::cli::TermsArgs;
use crate::filter::{Kind, Ruleset, Severity, Term, import_terms, lint_terms};

pub(super) fn run(arguments: &TermsArgs) -> anyhow::Result<()> {
    let mut text = String::new();
    if arguments.file == "-" {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(&arguments.file)
            .with_context(|| format!("cannot read {}", arguments.file))?;
    }
    let like = Term {
        text: String::new(),
        kind: Kind::parse(&arguments.kind).context("this is no kind of term")?,
        severity: Severity::parse(&arguments.severity).context("this is no severity")?,
        whole_word: true,
        note: None,
    };
    let source =
        import_terms(&text, &like).with_context(|| format!("cannot use {}", arguments.file))?;
    Ruleset::compile(&source)?;
    for warning in lint_terms(&source.terms, &source) {
        eprintln!("{}: {}", warning.term, warning.message);
    }
    println!("{}", serde_json::to_string_pretty(&source)?);
    Ok(())
}
