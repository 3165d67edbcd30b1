//! Term lists of others, in the forms in which they are passed around.

use serde_json::Value;

use crate::filter::fold::normalize::normalize;
use crate::filter::source::{RulesetSource, Term};
use crate::filter::verdict::{Kind, Severity};

/// Why a list cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// It begins like JSON and is none.
    #[error("this begins like JSON and cannot be read as it: {0}")]
    Json(String),
    /// The JSON is something else than words.
    #[error(
        "this JSON is no list of words: expected [\"word\"], [{{\"match\": \"word\"}}] or {{\"word\": 1}}"
    )]
    Shape,
    /// There is no term in it.
    #[error("there is no term in it")]
    Empty,
}

/// Reads a list: one term a line; a table with commas, whose first line names the columns `text`
/// and perhaps `category_1` and `severity_rating`; or JSON: words, objects with `match`, `tags`,
/// `severity` and `exceptions`, or words with a number from 0 to 2, perhaps by language. What a
/// list does not say of a term is as `like` says. The result is a ruleset that holds nothing but
/// these terms and the exceptions as allowed expressions; each term is there once.
///
/// # Errors
/// When it cannot be read, or nothing is in it.
pub fn import_terms(text: &str, like: &Term) -> Result<RulesetSource, ImportError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut source = RulesetSource {
        builtin_lists: Vec::new(),
        ..RulesetSource::default()
    };
    let mut list = List {
        like,
        seen: std::collections::HashSet::new(),
        source: &mut source,
    };
    if text.starts_with(['[', '{']) {
        let json = serde_json::from_str(text).map_err(|e| ImportError::Json(e.to_string()))?;
        list.json(&json)?;
    } else {
        let mut lines = text.lines().filter(|l| !l.trim().is_empty());
        let header = fields(text.lines().next().unwrap_or_default());
        match Columns::of(&header) {
            Some(columns) => lines.skip(1).for_each(|line| list.row(&columns, line)),
            None => lines.by_ref().for_each(|line| list.line(line)),
        }
    }
    if source.terms.is_empty() {
        return Err(ImportError::Empty);
    }
    Ok(source)
}

struct List<'a> {
    like: &'a Term,
    seen: std::collections::HashSet<String>,
    source: &'a mut RulesetSource,
}

impl List<'_> {
    fn add(&mut self, text: &str, kind: Option<Kind>, severity: Option<Severity>) {
        let text = text.trim();
        let spelt = normalize(text, self.source.folds);
        let spelt = spelt.text().trim();
        if spelt.is_empty() || !self.seen.insert(spelt.to_owned()) {
            return;
        }
        self.source.terms.push(Term {
            text: text.to_owned(),
            kind: kind.unwrap_or(self.like.kind),
            severity: severity.unwrap_or(self.like.severity),
            ..self.like.clone()
        });
    }

    /// One term, or one with what the shipped lists say of theirs.
    fn line(&mut self, line: &str) {
        if line.starts_with('#') {
            return;
        }
        let mut parts = line.split('\t');
        let text = parts.next().unwrap_or_default();
        let kind = parts.next().and_then(kind_of);
        self.add(text, kind, parts.next().and_then(Severity::parse));
    }

    fn row(&mut self, columns: &Columns, line: &str) {
        let fields = fields(line);
        let field = |at: Option<usize>| at.and_then(|at| fields.get(at)).map(String::as_str);
        let kind = field(columns.category).and_then(kind_of);
        let number = field(columns.severity).and_then(|n| n.parse::<f64>().ok());
        // The word is a rounding of the number, which runs from 1 to 3.
        let severity = number.map(|number| graded(number, 1.7, 2.6));
        if let Some(text) = field(Some(columns.text)) {
            self.add(text, kind, severity);
        }
    }

    fn json(&mut self, json: &Value) -> Result<(), ImportError> {
        match json {
            Value::Array(items) => items.iter().try_for_each(|item| match item {
                Value::String(text) => {
                    self.add(text, None, None);
                    Ok(())
                }
                Value::Object(entry) => self.entry(entry),
                _ => Err(ImportError::Shape),
            }),
            Value::Object(words) => words.iter().try_for_each(|(word, value)| match value {
                Value::Number(number) => {
                    let sure = number.as_f64().unwrap_or_default();
                    self.add(word, None, Some(graded(sure, 2.0, f64::MAX)));
                    Ok(())
                }
                // Words by language.
                Value::Object(_) | Value::Array(_) => self.json(value),
                _ => Err(ImportError::Shape),
            }),
            _ => Err(ImportError::Shape),
        }
    }

    /// An entry with several spellings and the words that contain one of them: `*es` stands for
    /// the spelling with these letters behind it.
    fn entry(&mut self, entry: &serde_json::Map<String, Value>) -> Result<(), ImportError> {
        let strings = |name: &str| {
            let items = entry.get(name).and_then(Value::as_array);
            items.into_iter().flatten().filter_map(Value::as_str)
        };
        let written = ["match", "text", "word"];
        let written = written.iter().find_map(|name| entry.get(*name)?.as_str());
        let written = written.ok_or(ImportError::Shape)?;
        let kind = strings("tags").find_map(kind_of);
        let number = entry.get("severity").and_then(Value::as_f64);
        let severity = number.map(|number| graded(number, 2.0, 4.0));
        for spelling in written.split('|') {
            self.add(spelling, kind, severity);
            for exception in strings("exceptions") {
                let allowed = exception.replace('*', spelling.trim());
                if exception.contains('*') && !self.source.allow.contains(&allowed) {
                    self.source.allow.push(allowed);
                }
            }
        }
        Ok(())
    }
}

fn graded(number: f64, strong: f64, severe: f64) -> Severity {
    if number >= severe {
        Severity::Severe
    } else if number >= strong {
        Severity::Strong
    } else {
        Severity::Mild
    }
}

fn kind_of(category: &str) -> Option<Kind> {
    let says = |part: &str| category.to_lowercase().contains(part);
    let named = Kind::parse(category).filter(|kind| Kind::TERMS.contains(kind));
    named.or_else(|| match () {
        () if ["racial", "slur", "lgbtq", "religious"]
            .iter()
            .any(|p| says(p)) =>
        {
            Some(Kind::Slur)
        }
        () if ["sexual", "shock"].iter().any(|p| says(p)) => Some(Kind::Sexual),
        () if ["mental", "physical", "insult", "animal"]
            .iter()
            .any(|p| says(p)) =>
        {
            Some(Kind::Insult)
        }
        () if ["violence", "threat"].iter().any(|p| says(p)) => Some(Kind::Threat),
        () => None,
    })
}

struct Columns {
    text: usize,
    category: Option<usize>,
    severity: Option<usize>,
}

impl Columns {
    fn of(header: &[String]) -> Option<Self> {
        let find = |names: &[&str]| {
            let named = |field: &String| names.contains(&field.trim().to_lowercase().as_str());
            header.iter().position(named)
        };
        // A list may well begin with the word "text"; a table has more than one column.
        Some(Self {
            text: find(&["text", "word", "term"]).filter(|_| header.len() > 1)?,
            category: find(&["category_1", "category", "kind"]),
            severity: find(&["severity_rating", "severity"]),
        })
    }
}

/// The fields of a line; in quotes there may be commas, and two quotes are one.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, fields.last_mut()) {
            ('"', Some(field)) if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => fields.push(String::new()),
            (c, Some(field)) => field.push(c),
            (_, None) => {}
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Ruleset;

    fn read(text: &str) -> Result<String, ImportError> {
        let like = Term {
            text: String::new(),
            kind: Kind::Profanity,
            severity: Severity::Strong,
            whole_word: true,
            note: None,
        };
        let source = import_terms(text, &like)?;
        Ruleset::compile(&source).unwrap();
        let terms = source.terms.iter();
        let terms: Vec<String> = terms
            .map(|t| format!("{}:{}:{}", t.text, t.kind.as_str(), t.severity))
            .collect();
        Ok(format!("{} | {}", terms.join(" "), source.allow.join(" ")))
    }

    #[test]
    fn the_usual_forms() {
        for (text, expected) in [
            (
                "Foo\n\n bar \r\nfoo\n# no",
                "Foo:profanity:strong bar:profanity:strong | ",
            ),
            ("text", "text:profanity:strong | "),
            (
                "foo\tslur\tsevere\nbar\nbaz\tlinks\tmild",
                "foo:slur:severe bar:profanity:strong baz:profanity:mild | ",
            ),
            (
                "text,category_1,severity_rating\n\"a, \"\"b\",racial / ethnic slurs,3\nc,,1.4\nd,other,2.2",
                "a, \"b:slur:severe c:profanity:mild d:profanity:strong | ",
            ),
            (
                r#"["foo", "bar"]"#,
                "foo:profanity:strong bar:profanity:strong | ",
            ),
            (
                r#"{"en": {"foo": 2, "bar": 0}}"#,
                "foo:profanity:strong bar:profanity:mild | ",
            ),
            (
                r#"[{"id": "x", "match": "foo|fooo", "tags": ["sexual"], "severity": 4, "exceptions": ["*t"]}]"#,
                "foo:sexual:severe fooo:sexual:severe | foot fooot",
            ),
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_list() {
        for (text, error) in [
            ("", ImportError::Empty),
            ("# nothing", ImportError::Empty),
            ("[1]", ImportError::Shape),
            (r#"[{"id": "x"}]"#, ImportError::Shape),
            (r#"{"a": true}"#, ImportError::Shape),
        ] {
            assert_eq!(read(text).unwrap_err(), error, "{text}");
        }
        assert!(matches!(read("[").unwrap_err(), ImportError::Json(_)));
    }
}
