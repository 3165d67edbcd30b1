//! Plain text as copied from a paper's page: the article stands between the furniture.

use chrono::{DateTime, Utc};

use super::byline::{self, Dateline};
use super::furniture::{self, Furniture, ends_sentence};
use super::sanitise::{self, RelativeLinks};
use super::{Draft, ImportError, one_line};

/// The longest standfirst, in characters.
const MAX_STANDFIRST: usize = 400;

/// A line of this many characters fills its row, so it may go on in the next one.
const FULL_ROW: usize = 45;

/// What papers call their sections, as a line of its own above the headline.
const SECTIONS: &[&str] = &[
    "world",
    "politics",
    "sport",
    "sports",
    "business",
    "opinion",
    "culture",
    "science",
    "technology",
    "health",
    "local",
    "local news",
    "environment",
    "education",
    "lifestyle",
    "entertainment",
    "national",
    "international",
    "economy",
    "travel",
    "arts",
    "دنیا",
    "پاکستان",
    "کھیل",
    "کاروبار",
    "سائنس",
    "صحت",
    "مقامی خبریں",
    "ادب",
    "تعلیم",
    "شہر",
];

/// Reads a copied page.
///
/// A credit without its picture tells the reader nothing, so it is left out with the caption.
pub(super) fn parse(text: &str) -> Result<Draft, ImportError> {
    let lines = lines(text);
    let mut page = Page::default();
    let body_from = page.read_head(&lines);
    page.read_body(lines.get(body_from..).unwrap_or_default());
    page.into_draft()
}

#[derive(Default)]
struct Page {
    title: Option<String>,
    standfirst: Option<String>,
    byline: Option<String>,
    published: Option<DateTime<Utc>>,
    updated: Option<DateTime<Utc>>,
    section: Option<String>,
    tags: Vec<String>,
    body: Vec<String>,
}

/// What a line is on its own, before its neighbours are looked at.
enum Line {
    Furniture(Furniture),
    Credit,
    Tags(Vec<String>),
    Section(String),
    Dateline(Dateline),
    Name(String),
    Text,
}

impl Page {
    /// Reads up to the first paragraph and says at which line that stands.
    fn read_head(&mut self, lines: &[String]) -> usize {
        for (index, line) in lines.iter().enumerate() {
            let following = lines.get(index + 1..).unwrap_or_default();
            match classify(line) {
                Line::Furniture(_) | Line::Credit => {}
                Line::Tags(tags) => self.tags = tags,
                Line::Section(section) if self.title.is_none() => self.section = Some(section),
                Line::Dateline(dateline) if self.title.is_some() || dateline.name.is_none() => {
                    self.take_dateline(dateline);
                }
                Line::Name(name) if self.title.is_some() || byline::is_person(&name) => {
                    self.byline.get_or_insert(name);
                }
                _ if self.title.is_none() => self.title = Some(line.clone()),
                _ if self.byline.is_none() && self.is_person_by_place(line, following) => {
                    self.byline = Some(line.clone());
                }
                _ if self.standfirst.is_none() && is_standfirst(line, following) => {
                    self.standfirst = Some(line.clone());
                }
                _ => return index,
            }
        }
        lines.len()
    }

    fn read_body(&mut self, lines: &[String]) {
        let mut in_box = false;
        for line in lines {
            let links_on = in_box && line.chars().count() <= 140 && !line.ends_with(['.', '۔']);
            match classify(line) {
                Line::Furniture(Furniture::End) => break,
                Line::Furniture(Furniture::Box) => in_box = true,
                Line::Furniture(Furniture::Line) | Line::Credit => {}
                Line::Tags(tags) => self.tags = tags,
                Line::Dateline(dateline) => self.take_dateline(dateline),
                Line::Name(name) if self.byline.is_none() => self.byline = Some(name),
                _ if links_on => {}
                _ => {
                    in_box = false;
                    self.body.push(line.clone());
                }
            }
        }
    }

    fn take_dateline(&mut self, dateline: Dateline) {
        self.published = self.published.or(dateline.published);
        self.updated = self.updated.or(dateline.updated);
        if self.byline.is_none() {
            self.byline = dateline.name;
        }
    }

    /// A bare name is a byline only next to a date: it could be anything else.
    fn is_person_by_place(&self, line: &str, following: &[String]) -> bool {
        let dated = self.published.is_some() || self.updated.is_some();
        let date_follows =
            matches!(next_line(following), Some(Line::Dateline(next)) if next.name.is_none());
        byline::is_person(line) && line.split(' ').count() <= 6 && (dated || date_follows)
    }

    fn into_draft(self) -> Result<Draft, ImportError> {
        let title = self.title.ok_or(ImportError::NoHeadline)?;
        let clean = sanitise::sanitise(&html(&self.body), &RelativeLinks::Drop)?;
        Ok(Draft {
            title,
            standfirst: self.standfirst,
            byline: self.byline,
            published_at: self.published.or(self.updated),
            picture: None,
            body_html: clean.html,
            body_text: clean.text,
            lang: None,
            section: self.section,
            tags: self.tags,
            canonical_url: None,
        })
    }
}

fn classify(line: &str) -> Line {
    if let Some(tags) = tags(line) {
        Line::Tags(tags)
    } else if let Some(furniture) = furniture::of(line) {
        Line::Furniture(furniture)
    } else if byline::credit(line).is_some() && line.chars().count() <= 300 {
        Line::Credit
    } else if let Some(section) = section(line) {
        Line::Section(section)
    } else if let Some(dateline) = byline::dateline(line) {
        Line::Dateline(dateline)
    } else if let Some(name) = byline::name(line) {
        Line::Name(name)
    } else {
        Line::Text
    }
}

/// The next line that is neither furniture nor a credit.
fn next_line(following: &[String]) -> Option<Line> {
    following
        .iter()
        .map(|line| classify(line))
        .find(|line| !matches!(line, Line::Furniture(_) | Line::Credit))
}

/// Whether a line under the headline is the standfirst rather than the first paragraph: the byline or
/// the date follows it, or it is the only one that does not end as sentences do.
fn is_standfirst(line: &str, following: &[String]) -> bool {
    let length = line.chars().count();
    if length > MAX_STANDFIRST {
        return false;
    }
    let mut rest = following
        .iter()
        .enumerate()
        .filter(|(_, line)| !matches!(classify(line), Line::Furniture(_) | Line::Credit));
    let Some((index, next)) = rest.next() else {
        return false;
    };
    match classify(next) {
        Line::Dateline(_) | Line::Name(_) => true,
        _ => {
            let after = following.get(index + 1..).unwrap_or_default();
            let name_follows =
                byline::is_person(next) && matches!(next_line(after), Some(Line::Dateline(_)));
            let headline_like =
                !ends_sentence(line) && ends_sentence(next) && line.split(' ').count() >= 4;
            name_follows || headline_like
        }
    }
}

/// `Topics: Westport, Ferries` names the tags.
fn tags(line: &str) -> Option<Vec<String>> {
    const LABELS: [&str; 6] = [
        "topics:",
        "tags:",
        "filed under:",
        "more on:",
        "ٹیگز:",
        "موضوعات:",
    ];
    let lower = line.to_lowercase();
    let label = LABELS.iter().find(|label| lower.starts_with(**label))?;
    let list = line.get(label.len()..)?;
    Some(super::split_tags(list))
}

/// `World`, or the last part of `Home > World`.
fn section(line: &str) -> Option<String> {
    let parts: Vec<&str> = line
        .split(['>', '/', '›', '»', '|'])
        .map(str::trim)
        .collect();
    let last = *parts.last()?;
    let first = parts.first()?.to_lowercase();
    let is_trail =
        parts.len() > 1 && (first == "home" || first == "صفحہ اول") && last.chars().count() <= 30;
    let is_known = parts.len() == 1 && SECTIONS.contains(&last.to_lowercase().as_str());
    (is_trail || is_known).then(|| last.to_owned())
}

/// The lines with something on them, each one paragraph.
fn lines(text: &str) -> Vec<String> {
    let rows: Vec<String> = text.lines().map(one_line).collect();
    let goes_on = |row: &str, next: Option<&String>| {
        row.chars().count() >= FULL_ROW
            && !ends_sentence(row)
            && next.is_some_and(|next| !next.is_empty())
    };
    let broken = rows
        .iter()
        .enumerate()
        .filter(|(index, row)| goes_on(row, rows.get(index + 1)))
        .count();
    let is_wrapped = broken >= 3 && rows.iter().all(|row| row.chars().count() <= 100);
    let mut lines: Vec<String> = Vec::new();
    let mut before = 0;
    // Up to the first empty row stand headline and byline, each on its own, even where rows are wrapped.
    let mut in_head = true;
    for row in rows {
        let length = row.chars().count();
        in_head &= lines.is_empty() || length > 0;
        match lines.last_mut() {
            Some(line) if is_wrapped && !in_head && before >= FULL_ROW && length > 0 => {
                line.push(' ');
                line.push_str(&row);
            }
            _ if length > 0 => lines.push(row),
            _ => {}
        }
        before = length;
    }
    lines
}

/// Paragraphs, with the short lines between them that do not end as sentences do as subheadings.
fn html(body: &[String]) -> String {
    let is_paragraph = |line: Option<&String>| line.is_some_and(|line| ends_sentence(line));
    let mut html = String::new();
    for (index, line) in body.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| body.get(index));
        let is_short = line.chars().count() <= 70 && line.split(' ').count() <= 10;
        let is_heading = is_short
            && !ends_sentence(line)
            && is_paragraph(before)
            && is_paragraph(body.get(index + 1));
        let tag = if is_heading { "h2" } else { "p" };
        html.extend(["<", tag, ">", &sanitise::escape(line), "</", tag, ">\n"]);
    }
    html
}
