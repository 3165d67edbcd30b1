//! Phase: listed terms, disguised or not: `matcher` finds them, `mended`, `compound` and `anagram` in what was bent or
//! joined, which `apart` takes apart; `import` and `lint` are for whoever keeps the lists.

mod anagram;
mod apart;
mod compound;
pub(super) mod import;
pub(super) mod lint;
pub(super) mod matcher;
mod mended;

use std::cell::LazyCell;
use std::collections::BTreeMap;

use crate::filter::fold::normalize::Done;
use crate::filter::language::{Legible, legible};
use crate::filter::phases::{Phase, Prepared, Signals, terms_in};
use crate::filter::ruleset::Ruleset;
use crate::filter::verdict::{Kind, Reason, Severity, merge_spans};

pub(in crate::filter) struct Terms;

impl Phase for Terms {
    fn name(&self) -> &'static str {
        "terms"
    }

    fn assess(&self, on: &Prepared<'_>) -> Signals {
        let matcher = &on.ruleset.matcher;
        let mut signals = Signals::default();
        let mut by_term: BTreeMap<(Kind, String), (&str, Occurrences)> = BTreeMap::new();
        let mut hidden = Occurrences::new(Severity::Mild);
        let is_foreign = LazyCell::new(|| legible(on.view.text()) == Legible::Not);
        for hit in &on.hits {
            let Some(term) = matcher.term(hit) else {
                continue;
            };
            // what looks misspelt is a word of that language: "fois" is no disguise
            if hit.done.has(Done::MISSPELT) && *is_foreign {
                continue;
            }
            // listed by several, with capitals or without, it is as grave as the gravest says
            let (_, found) = by_term
                .entry((term.kind, term.text.to_lowercase()))
                .or_insert_with(|| (&term.text, Occurrences::new(term.severity)));
            found.severity = found.severity.max(term.severity);
            found.add([hit.from, hit.to], hit.done);
            if !hit.done.is_empty() {
                hidden.add([hit.from, hit.to], hit.done);
            }
        }
        for ((kind, _), (text, found)) in by_term {
            // the comment's writer reads it too: nothing of what colleagues noted beside the term, nor how it was hidden
            let note = format!("“{text}” is listed as {}.", name_of(kind));
            signals
                .reasons
                .push(found.into_reason(kind, self.name(), note));
        }
        if !hidden.spans.is_empty() {
            let note = format!(
                "A listed term was disguised with {}.",
                hidden.done.describe()
            );
            signals
                .reasons
                .push(hidden.into_reason(Kind::Evasion, self.name(), note));
        }
        signals
            .reasons
            .extend(turned_round(self.name(), on.subject.text));
        let name = on.subject.name;
        signals
            .reasons
            .extend(name.and_then(|name| named(self.name(), on.ruleset, name)));
        signals
    }
}

/// The gravest term in the name that is published with the comment. A mild one may well be somebody's name.
fn named(phase: &str, ruleset: &Ruleset, name: &str) -> Option<Reason> {
    let (.., hits) = terms_in(ruleset, name);
    let terms = hits.iter().filter_map(|hit| ruleset.matcher.term(hit));
    let worst = terms
        .filter(|term| term.severity > Severity::Mild)
        .max_by_key(|term| term.severity)?;
    Some(Reason {
        kind: worst.kind,
        severity: worst.severity,
        phase: phase.to_owned(),
        score: None,
        spans: Vec::new(),
        note: format!(
            "The name contains “{}”, which is listed as {}.",
            worst.text,
            name_of(worst.kind)
        ),
    })
}

/// Characters that override the order of letters: readers see other words than stand in the text, so that no list
/// can judge them, and no script needs it.
fn turned_round(phase: &str, text: &str) -> Option<Reason> {
    let overrides = text
        .char_indices()
        .filter(|(_, c)| matches!(c, '\u{202d}' | '\u{202e}'));
    let spans: Vec<_> = overrides.map(|(at, c)| [at, at + c.len_utf8()]).collect();
    (!spans.is_empty()).then(|| {
        let found = Occurrences {
            spans,
            ..Occurrences::new(Severity::Strong)
        };
        let note = "Invisible characters turn letters round: it reads other than it is written.";
        found.into_reason(Kind::Evasion, phase, note.to_owned())
    })
}

/// All occurrences of one term.
struct Occurrences {
    severity: Severity,
    spans: Vec<[usize; 2]>,
    done: Done,
}

impl Occurrences {
    fn new(severity: Severity) -> Self {
        Self {
            severity,
            spans: Vec::new(),
            done: Done::NONE,
        }
    }

    fn add(&mut self, span: [usize; 2], done: Done) {
        self.spans.push(span);
        self.done.add(done);
    }

    fn into_reason(self, kind: Kind, phase: &str, note: String) -> Reason {
        Reason {
            kind,
            severity: self.severity,
            phase: phase.to_owned(),
            score: None,
            spans: merge_spans(self.spans),
            note,
        }
    }
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Profanity => "coarse language",
        Kind::Insult => "an insult",
        Kind::Slur => "a slur against a group",
        Kind::Threat => "a threat or a call to harm",
        Kind::Sexual => "sexual language",
        Kind::Spam => "advertising",
        other => other.as_str(),
    }
}
