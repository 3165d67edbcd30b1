//! Phase: the same thing again and again, and walls of capitals.

use std::collections::HashSet;

use super::fold::chars::is_word;
use super::fold::normalize::{Piece, normalize};
use super::phases::{Phase, Prepared, Signals};
use super::verdict::{Kind, Reason, Severity};

/// Shingles of this many words are compared.
const SHINGLE: usize = 3;
/// Shorter texts are too easily alike by chance: they count only when they are equal and have
/// this many characters.
const LEAST_WORDS: usize = 8;
const LEAST_CHARACTERS: usize = 20;
/// A wall of capitals has this many letters of two cases, nine tenths of them capitals.
const WALL: usize = 30;

pub(super) struct Repeats;

impl Phase for Repeats {
    fn name(&self) -> &'static str {
        "repeats"
    }

    fn assess(&self, on: &Prepared<'_>) -> Signals {
        let rules = &on.ruleset.source.repeats;
        let mut signals = Signals::default();
        if rules.enabled {
            if let Some(reason) = said_before(self.name(), on, rules.similarity) {
                signals.reasons.push(reason);
            }
            let run = rules.run.max(2);
            let words = words(&on.view.pieces);
            let lines = lines(on.subject.text);
            for (what, found) in [
                ("word", longest_run(&words, run)),
                ("line", longest_run(&lines, run.div_ceil(2).max(2))),
            ] {
                if let Some((times, span)) = found {
                    let note = format!("The same {what} stands {times} times in a row.");
                    signals.reasons.push(reason(
                        self.name(),
                        Kind::Repeat,
                        Severity::Strong,
                        None,
                        vec![span],
                        note,
                    ));
                }
            }
        }
        if rules.capitals && is_wall(on.subject.text) {
            let note = "Nearly everything is written in capitals.".to_owned();
            let whole = vec![[0, on.subject.text.len()]];
            signals.reasons.push(reason(
                self.name(),
                Kind::Shouting,
                Severity::Mild,
                None,
                whole,
                note,
            ));
        }
        signals
    }
}

fn reason(
    phase: &str,
    kind: Kind,
    severity: Severity,
    score: Option<f32>,
    spans: Vec<[usize; 2]>,
    note: String,
) -> Reason {
    Reason {
        kind,
        severity,
        phase: phase.to_owned(),
        score,
        spans,
        note,
    }
}

/// Compares with what the same writer wrote lately.
fn said_before(phase: &str, on: &Prepared<'_>, similarity: f32) -> Option<Reason> {
    let folds = on.ruleset.source.folds;
    let own = bare(&on.view.pieces);
    let own_shingles = shingles(&own);
    let mut most = 0.0_f32;
    for recent in on.subject.recent {
        let other = bare(&normalize(recent, folds).pieces);
        if other == own && own.iter().map(String::len).sum::<usize>() >= LEAST_CHARACTERS {
            most = 1.0;
            break;
        }
        if own.len() >= LEAST_WORDS && other.len() >= LEAST_WORDS {
            most = most.max(alike(&own_shingles, &shingles(&other)));
        }
    }
    (most > 0.0 && most >= similarity).then(|| {
        let note = if most >= 1.0 {
            "The same writer posted this text before.".to_owned()
        } else {
            "The same writer posted nearly the same text before.".to_owned()
        };
        reason(
            phase,
            Kind::Repeat,
            Severity::Strong,
            Some(most),
            Vec::new(),
            note,
        )
    })
}

fn bare(pieces: &[Piece]) -> Vec<String> {
    words(pieces).into_iter().map(|(word, _)| word).collect()
}

/// The words of a view with their original bytes.
fn words(pieces: &[Piece]) -> Vec<(String, [usize; 2])> {
    pieces
        .split(|piece| !is_word(piece.c))
        .filter_map(|word| {
            let span = [word.first()?.from, word.last()?.to];
            Some((word.iter().map(|piece| piece.c).collect(), span))
        })
        .collect()
}

/// The lines of a text that say something, with their bytes.
fn lines(text: &str) -> Vec<(String, [usize; 2])> {
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let span = [at, at + line.trim_end().len()];
        at += line.len();
        let said = line.trim();
        if !said.is_empty() {
            lines.push((said.to_lowercase(), span));
        }
    }
    lines
}

/// The longest run of equal neighbours, if it has `least` members, and its bytes.
fn longest_run(items: &[(String, [usize; 2])], least: usize) -> Option<(usize, [usize; 2])> {
    items
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|run| run.len() >= least)
        .max_by_key(|run| run.len())
        .and_then(|run| Some((run.len(), [run.first()?.1[0], run.last()?.1[1]])))
}

fn shingles(words: &[String]) -> HashSet<&[String]> {
    words.windows(SHINGLE).collect()
}

/// The share of common shingles, 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
fn alike(a: &HashSet<&[String]>, b: &HashSet<&[String]>) -> f32 {
    let common = a.intersection(b).count();
    let all = a.len() + b.len() - common;
    if all == 0 {
        0.0
    } else {
        common as f32 / all as f32
    }
}

fn is_wall(text: &str) -> bool {
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let small = text.chars().filter(|c| c.is_lowercase()).count();
    capitals + small >= WALL && capitals >= small.saturating_mul(9)
}

#[cfg(test)]
mod tests {
    use super::super::{Ruleset, RulesetSource, Subject, assess};
    use super::*;

    fn kinds(text: &str, recent: &[&str]) -> Vec<Kind> {
        let ruleset = Ruleset::compile(&RulesetSource::default()).unwrap();
        let subject = Subject {
            recent,
            ..Subject::of(text)
        };
        assess(&ruleset, &subject)
            .reasons
            .iter()
            .map(|r| r.kind)
            .collect()
    }

    #[test]
    fn said_before() {
        let old = "Why does nobody talk about the new bridge and what it will cost us all?";
        for (text, repeats) in [
            (old, true),
            (
                "WHY does nobody talk about the new bridge, and what it will cost us all",
                true,
            ),
            (
                "Why does nobody talk about the new bridge and what it will cost us all? Hello!",
                true,
            ),
            (
                "The new bridge will cost us a lot, but why does nobody talk about that at all?",
                false,
            ),
            ("Why?", false),
        ] {
            assert_eq!(
                kinds(text, &["Agreed.", old]).contains(&Kind::Repeat),
                repeats,
                "{text}"
            );
            assert!(!kinds(text, &[]).contains(&Kind::Repeat), "{text}");
        }
        assert!(!kinds("I agree", &["I agree"]).contains(&Kind::Repeat));
    }

    #[test]
    fn runs() {
        for (text, repeats) in [
            ("no ".repeat(12), true),
            ("NO! no, nO. ".repeat(4), true),
            ("no ".repeat(5), false),
            ("buy now\n".repeat(5), true),
            ("buy now\n".repeat(2), false),
            ("one two ".repeat(20), false),
        ] {
            assert_eq!(kinds(&text, &[]).contains(&Kind::Repeat), repeats, "{text}");
        }
    }

    #[test]
    fn walls() {
        for (text, wall) in [
            ("THIS GOVERNMENT HAS LOST THE PLOT COMPLETELY", true),
            ("This government has lost the plot completely", false),
            ("NATO AND THE EU", false),
            (
                "日本語のコメント日本語のコメント日本語のコメント日本語のコメント",
                false,
            ),
        ] {
            assert_eq!(kinds(text, &[]).contains(&Kind::Shouting), wall, "{text}");
        }
    }
}
