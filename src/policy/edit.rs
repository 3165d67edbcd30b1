//! One change to a ruleset at a time, as the pages offer them. Pure.

use super::tables::{self, Model};
use crate::error::{Error, Result};
use crate::filter::{Kind, Levels, RulesetSource, Term, Topic, Warning, builtin_lists, lint_terms};

/// Terms that one form may bring.
const MAX_LINES: usize = 200;

/// What an administrator asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    /// Terms, one to a line, all of the same kind; one that is listed already is replaced.
    Add {
        lines: String,
        like: Term,
    },
    Remove {
        text: String,
    },
    Allow {
        lines: String,
    },
    Disallow {
        text: String,
    },
    List {
        name: String,
        on: bool,
    },
    /// the rows of the action table
    Actions(Vec<(Kind, Levels)>),
    Model(Model),
    Settings(Settings),
}

impl Change {
    /// The section of the page that it is asked for in.
    pub(super) fn section(&self) -> &'static str {
        match self {
            Self::Add { .. } | Self::Remove { .. } => "own",
            Self::Allow { .. } | Self::Disallow { .. } => "allow",
            Self::List { .. } => "lists",
            Self::Actions(_) => "actions",
            Self::Model(_) => "model",
            Self::Settings(_) => "settings",
        }
    }
}

/// The numbers and switches of one form.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) max_links: usize,
    /// one to a line
    pub(super) blocked_domains: String,
    pub(super) topic: Topic,
    pub(super) repeats: bool,
    pub(super) similarity: f32,
    pub(super) run: usize,
    pub(super) capitals: bool,
}

/// A ruleset after a change, and how the history tells it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Changed {
    pub(super) source: RulesetSource,
    pub(super) note: String,
    /// what the new terms may do that nobody intends
    pub(super) warnings: Vec<Warning>,
}

/// The ruleset after a change.
///
/// # Errors
/// [`Error::Invalid`] when there is nothing to add or to change, or it contradicts itself; [`Error::Conflict`] when what
/// is to go is gone already.
pub(super) fn change(source: &RulesetSource, change: Change) -> Result<Changed> {
    let mut source = source.clone();
    let mut added = Vec::new();
    let note = match change {
        Change::Add { lines, like } => {
            let texts = texts(&lines)?;
            let note = told("Added the term", "Added the terms", &texts);
            added = texts
                .into_iter()
                .map(|text| Term {
                    text,
                    ..like.clone()
                })
                .collect();
            add(&mut source.terms, &added);
            note
        }
        Change::Remove { text } => {
            let before = source.terms.len();
            source.terms.retain(|term| term.text != text);
            gone(before, source.terms.len())?;
            told("Removed the term", "", &[text])
        }
        Change::Allow { lines } => {
            let texts = texts(&lines)?;
            let note = told("Allowed the expression", "Allowed the expressions", &texts);
            source.allow.retain(|known| !texts.contains(known));
            source.allow.extend(texts);
            note
        }
        Change::Disallow { text } => {
            let before = source.allow.len();
            source.allow.retain(|known| *known != text);
            gone(before, source.allow.len())?;
            told("No longer allows the expression", "", &[text])
        }
        Change::List { name, on } => switch(&mut source, &name, on)?,
        Change::Actions(rows) => tables::act(&mut source, &rows)?,
        Change::Model(model) => model.apply(&mut source)?,
        Change::Settings(settings) => {
            settings.apply(&mut source);
            "Changed the settings".to_owned()
        }
    };
    let warnings = lint_terms(&added, &source);
    Ok(Changed {
        source,
        note,
        warnings,
    })
}

/// The lines of a text that say something, each once.
fn texts(lines: &str) -> Result<Vec<String>> {
    let mut texts: Vec<String> = Vec::new();
    for line in crate::web::check_text(lines)?.lines().map(str::trim) {
        if !line.is_empty() && texts.iter().all(|known| known != line) {
            texts.push(line.to_owned());
        }
    }
    match texts.len() {
        0 => Err(Error::Invalid("Write at least one expression.".into())),
        1..=MAX_LINES => Ok(texts),
        many => Err(Error::Invalid(format!(
            "These are {many} expressions: add at most {MAX_LINES} at a time."
        ))),
    }
}

fn add(terms: &mut Vec<Term>, added: &[Term]) {
    terms.retain(|known| added.iter().all(|new| new.text != known.text));
    terms.extend_from_slice(added);
}

fn switch(source: &mut RulesetSource, name: &str, on: bool) -> Result<String> {
    if !builtin_lists().contains(&name) {
        return Err(Error::NotFound);
    }
    source.builtin_lists.retain(|known| known != name);
    if on {
        source.builtin_lists.push(name.to_owned());
    }
    Ok(format!(
        "Switched the shipped list {name} {}",
        if on { "on" } else { "off" }
    ))
}

fn gone(before: usize, after: usize) -> Result<()> {
    if before == after {
        return Err(Error::Conflict("It is not in the list any more.".into()));
    }
    Ok(())
}

/// "Added the term “x”"; many are counted, with the first named.
fn told(one: &str, many: &str, texts: &[String]) -> String {
    let first = texts.first().map_or("", String::as_str);
    let short: String = first.chars().take(60).collect();
    match texts.len() {
        ..=1 => format!("{one} “{short}”"),
        count => format!("{many} “{short}” and {} more", count - 1),
    }
}

impl Settings {
    fn apply(self, source: &mut RulesetSource) {
        source.links.max = self.max_links;
        let domains = self.blocked_domains.lines().map(str::trim);
        source.links.blocked_domains = domains
            .filter(|d| !d.is_empty())
            .map(str::to_owned)
            .collect();
        source.topic = self.topic;
        source.repeats.enabled = self.repeats;
        source.repeats.similarity = self.similarity;
        source.repeats.run = self.run;
        source.repeats.capitals = self.capitals;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Severity;

    fn term(text: &str) -> Term {
        Term {
            text: text.into(),
            kind: Kind::Insult,
            severity: Severity::Strong,
            whole_word: true,
            note: None,
        }
    }

    fn add(lines: &str) -> Change {
        let lines = lines.into();
        Change::Add {
            lines,
            like: term(""),
        }
    }

    /// Carries several changes out; the terms, the allowed expressions, the lists, and the last note.
    fn after(changes: Vec<Change>) -> (String, String, String, String) {
        let (mut source, mut note) = (RulesetSource::default(), String::new());
        for one in changes {
            Changed { source, note, .. } = change(&source, one).unwrap();
        }
        let terms: Vec<String> = source
            .terms
            .iter()
            .map(|term| format!("{}:{}", term.text, term.severity))
            .collect();
        (
            terms.join(","),
            source.allow.join(","),
            source.builtin_lists.join(","),
            note,
        )
    }

    #[test]
    fn terms_come_and_go() {
        let severe = Change::Add {
            lines: "b".into(),
            like: Term {
                severity: Severity::Severe,
                ..term("")
            },
        };
        let remove = |text: &str| Change::Remove { text: text.into() };
        for (changes, terms, note) in [
            (vec![add("a")], "a:strong", "Added the term “a”"),
            (
                vec![add(" a \r\n\n b\na")],
                "a:strong,b:strong",
                "Added the terms “a” and 1 more",
            ),
            (
                vec![add("a\nb\nc"), severe],
                "a:strong,c:strong,b:severe",
                "Added the term “b”",
            ),
            (
                vec![add("a\nb"), remove("a")],
                "b:strong",
                "Removed the term “a”",
            ),
        ] {
            let (found, _, _, told) = after(changes);
            assert_eq!((found.as_str(), told.as_str()), (terms, note));
        }
    }

    #[test]
    fn expressions_and_lists_come_and_go() {
        let allow = |lines: &str| Change::Allow {
            lines: lines.into(),
        };
        let list = |on| Change::List {
            name: "en".into(),
            on,
        };
        let disallow = Change::Disallow { text: "x".into() };
        let (_, allowed, lists, note) = after(vec![allow("x\ny"), disallow, list(false)]);
        assert_eq!(
            (allowed.as_str(), lists.as_str()),
            ("y", "roman-urdu,abroad")
        );
        assert_eq!(note, "Switched the shipped list en off");
        assert_eq!(
            after(vec![list(false), list(true), list(true)]).2,
            "roman-urdu,abroad,en"
        );
    }

    #[test]
    fn what_cannot_be_changed() {
        let source = RulesetSource::default();
        for (wrong, code) in [
            (add(" \n "), "invalid"),
            (add("a\0"), "bad_request"),
            (
                add(&(0..=MAX_LINES)
                    .map(|n| format!("t{n}\n"))
                    .collect::<String>()),
                "invalid",
            ),
            (Change::Remove { text: "a".into() }, "conflict"),
            (Change::Disallow { text: "a".into() }, "conflict"),
            (
                Change::List {
                    name: "xx".into(),
                    on: true,
                },
                "not_found",
            ),
        ] {
            let error = change(&source, wrong.clone()).unwrap_err();
            assert_eq!(error.code(), code, "{wrong:?}");
        }
    }

    #[test]
    fn settings() {
        let settings = Settings {
            max_links: 0,
            blocked_domains: "a.example\n\n b.example ".into(),
            topic: Topic {
                enabled: false,
                ..Topic::default()
            },
            repeats: true,
            similarity: 0.9,
            run: 4,
            capitals: false,
        };
        let changed = change(&RulesetSource::default(), Change::Settings(settings)).unwrap();
        let source = changed.source;
        assert_eq!(source.links.blocked_domains, ["a.example", "b.example"]);
        assert_eq!(
            (source.links.max, source.topic.enabled, source.repeats.run),
            (0, false, 4)
        );
    }

    #[test]
    fn an_ordinary_word_is_warned_of_and_still_added() {
        let changed = change(&RulesetSource::default(), add("house")).unwrap();
        assert_eq!(
            (changed.source.terms.len(), changed.warnings.is_empty()),
            (1, false)
        );
    }
}
