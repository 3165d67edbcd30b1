//! What a program asks, checked in the order in which Perspective documents its errors.

use std::collections::BTreeMap;

use super::attribute::score_behind;
use super::language::{check_languages, languages_to_keep};
use super::refusal::{Checked, Refusal};
use super::wire::{AnalyzeIn, AttributeIn, ContextIn, SuggestIn, SuggestedScores, TextIn};
use crate::web::with_whole_characters;

/// The longest comment, in bytes (UTF-8).
pub(super) const LONGEST_COMMENT: usize = 20 * 1024;

/// The longest token or name of a community, in bytes: it is kept and sent back.
const LONGEST_TOKEN: usize = 1024;

/// The longest name of an attribute for which somebody suggests a score, and of such a score's type: they are kept.
const LONGEST_NAME: usize = 64;

/// A request for scores, checked.
#[derive(Debug)]
pub(super) struct Analyze {
    pub(super) text: String,
    /// what the comment answers
    pub(super) parent: Option<String>,
    /// at least one, each name once
    pub(super) attributes: Vec<Requested>,
    pub(super) span_annotations: bool,
    /// as they were sent; empty where the language is to be detected
    pub(super) languages: Vec<String>,
    pub(super) client_token: Option<String>,
}

#[derive(Debug)]
pub(super) struct Requested {
    /// as it was sent
    pub(super) name: String,
    /// the filter's score behind it
    pub(super) score: &'static str,
    /// lower scores are not told
    pub(super) threshold: Option<f64>,
}

/// What a moderator elsewhere thinks that a comment's scores should be, checked.
#[derive(Debug)]
pub(super) struct Suggest {
    pub(super) text: String,
    /// at least one
    pub(super) scores: BTreeMap<String, SuggestedScores>,
    pub(super) languages: Vec<String>,
    pub(super) community: Option<String>,
    pub(super) client_token: Option<String>,
}

impl Analyze {
    pub(super) fn read(body: &[u8]) -> Checked<Self> {
        let asked: AnalyzeIn = serde_json::from_slice(&with_whole_characters(body))
            .map_err(|error| Refusal::unreadable(&error))?;
        let text = comment(asked.comment)?;
        let attributes = attributes(asked.requested_attributes)?;
        let parent = parent(asked.context)?;
        let languages = asked.languages.unwrap_or_default();
        let first = attributes.first().map_or("", |first| first.name.as_str());
        check_languages(first, &languages)?;
        Ok(Self {
            text,
            parent,
            attributes,
            span_annotations: asked.span_annotations.unwrap_or(false),
            languages,
            client_token: token(asked.client_token)?,
        })
    }
}

impl Suggest {
    pub(super) fn read(body: &[u8]) -> Checked<Self> {
        let sent: SuggestIn = serde_json::from_slice(&with_whole_characters(body))
            .map_err(|error| Refusal::unreadable(&error))?;
        let text = comment(sent.comment)?;
        let scores = sent.attribute_scores.unwrap_or_default();
        if scores.is_empty() {
            return Err(Refusal::invalid("Missing attribute_scores"));
        }
        for (name, suggested) in &scores {
            if !is_name(name) || !suggested.types().all(is_name) {
                let message = format!(
                    "An attribute's name and a score's type have 1 to {LONGEST_NAME} capitals, digits and underscores"
                );
                return Err(Refusal::invalid(message));
            }
            if !suggested.is_sound() {
                let message =
                    format!("Suggest a score between 0 and 1 for attribute {name}, or none");
                return Err(Refusal::invalid(message));
            }
        }
        Ok(Self {
            text,
            scores,
            languages: languages_to_keep(sent.languages.unwrap_or_default())?,
            community: token(sent.community_id)?,
            client_token: token(sent.client_token)?,
        })
    }
}

fn comment(given: Option<TextIn>) -> Checked<String> {
    let text = plain(given)?.unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Refusal::comment_empty());
    }
    if text.len() > LONGEST_COMMENT {
        return Err(Refusal::comment_too_long());
    }
    Ok(text)
}

/// The text, if it is a plain one. HTML is refused, as Perspective has always done: scores of a text with its tags
/// would be scores of something else.
fn plain(given: Option<TextIn>) -> Checked<Option<String>> {
    let Some(given) = given else {
        return Ok(None);
    };
    match given.r#type.as_deref() {
        None | Some("PLAIN_TEXT" | "TEXT_TYPE_UNSPECIFIED") => Ok(given.text),
        Some("HTML") => Err(Refusal::invalid(
            "Currently, only 'PLAIN_TEXT' comments are supported",
        )),
        Some(_) => Err(Refusal::invalid("Unknown text type")),
    }
}

fn attributes(given: Option<BTreeMap<String, Option<AttributeIn>>>) -> Checked<Vec<Requested>> {
    let given = given.unwrap_or_default();
    if given.is_empty() {
        return Err(Refusal::no_attributes());
    }
    let requested = |(name, wish): (String, Option<AttributeIn>)| {
        let Some(score) = score_behind(&name) else {
            return Err(Refusal::invalid(format!(
                "Unknown requested attribute: {name}"
            )));
        };
        let wish = wish.unwrap_or_default();
        match wish.score_type.as_deref() {
            None | Some("PROBABILITY" | "SCORE_TYPE_UNSPECIFIED") => {}
            Some(other) => {
                return Err(Refusal::invalid(format!(
                    "Requested score type {other} is not supported by attribute {name}"
                )));
            }
        }
        Ok(Requested {
            name,
            score,
            threshold: wish.score_threshold,
        })
    };
    given.into_iter().map(requested).collect()
}

/// What the comment answers: the last entry, or the one that is said to be it. The rest of a context is checked and let
/// go: an article and a thread tell what is on topic, which no attribute is about.
fn parent(given: Option<ContextIn>) -> Checked<Option<String>> {
    let Some(given) = given else {
        return Ok(None);
    };
    let entries = given.entries.unwrap_or_default();
    let Some(both) = given.article_and_parent_comment else {
        let mut last = None;
        for entry in entries {
            last = plain(Some(entry))?.or(last);
        }
        return Ok(last);
    };
    if !entries.is_empty() {
        return Err(Refusal::invalid(
            "Context can have either entries or article_and_parent_comment, but both fields were populated.",
        ));
    }
    plain(both.article)?;
    plain(both.parent_comment)
}

/// Whether somebody may suggest scores under this name. Perspective lists none, and programs use names of their own
/// (Coral before 2021 that of the decision), so any will do that can be one. What is kept carries no reader's words.
fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(is_part)
}

fn token(given: Option<String>) -> Checked<Option<String>> {
    match given {
        Some(token) if token.len() > LONGEST_TOKEN => Err(Refusal::invalid(format!(
            "Tokens and identifiers may have {LONGEST_TOKEN} bytes at most"
        ))),
        given => Ok(given),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(request: &Value) -> Checked<Analyze> {
        Analyze::read(request.to_string().as_bytes())
    }

    fn in_context(context: &Value) -> Checked<Option<String>> {
        let request = json!({ "comment": { "text": "a" }, "requestedAttributes": { "TOXICITY": {} }, "context": context });
        read(&request).map(|asked| asked.parent)
    }

    #[test]
    fn both_spellings_and_nulls_are_read() {
        let snake = json!({
            "comment": { "text": "a", "type": null },
            "requested_attributes": { "TOXICITY": { "score_threshold": 0.5, "score_type": "PROBABILITY" }, "SPAM": null },
            "span_annotations": true, "do_not_store": true, "client_token": "t", "session_id": "s", "community_id": "c",
            "context": null, "languages": null,
        });
        let asked = read(&snake).unwrap();
        assert!(asked.span_annotations);
        assert_eq!(asked.client_token.as_deref(), Some("t"));
        let names: Vec<_> = asked.attributes.iter().map(|a| a.name.as_str()).collect();
        assert_eq!(names, ["SPAM", "TOXICITY"]);
        assert_eq!(asked.attributes[1].threshold, Some(0.5));
    }

    #[test]
    fn a_comment_may_be_as_long_as_documented() {
        let request = |length: usize| json!({ "comment": { "text": "é".repeat(length / 2) }, "requestedAttributes": { "TOXICITY": {} } });
        assert!(read(&request(LONGEST_COMMENT)).is_ok());
        assert!(read(&request(LONGEST_COMMENT + 2)).is_err());
    }

    #[test]
    fn the_last_entry_is_the_parent() {
        let text = |text: &str| json!({ "text": text });
        for (context, expected) in [
            (json!({}), None),
            (json!({ "entries": [] }), None),
            (json!({ "entries": [text("p")] }), Some("p")),
            (
                json!({ "entries": [text("a"), text("b"), text("p")] }),
                Some("p"),
            ),
            (
                json!({ "articleAndParentComment": { "article": text("A"), "parentComment": text("p") } }),
                Some("p"),
            ),
            (
                json!({ "entries": [], "article_and_parent_comment": { "article": text("A") } }),
                None,
            ),
        ] {
            let parent = in_context(&context).unwrap();
            assert_eq!(parent.as_deref(), expected, "{context}");
        }
        let html = json!({ "text": "a", "type": "HTML" });
        for wrong in [
            json!({ "entries": [text("a")], "articleAndParentComment": {} }),
            json!({ "entries": [html, text("p")] }),
            json!({ "articleAndParentComment": { "article": html } }),
            json!({ "entries": "a" }),
            json!({ "parent": text("a") }),
        ] {
            assert!(in_context(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_can_be_suggested() {
        for (scores, is_sound) in [
            (json!({ "summaryScore": { "value": 0 } }), true),
            (
                json!({ "summaryScore": { "value": 1, "type": "PROBABILITY" } }),
                true,
            ),
            (
                json!({ "spanScores": [{ "begin": 0, "end": 1, "score": { "value": 0.5 } }] }),
                true,
            ),
            // a zero may be left out in this format
            (json!({ "summaryScore": {} }), true),
            (json!({ "summaryScore": { "value": 1.1 } }), false),
            (json!({ "summaryScore": { "value": -0.1 } }), false),
            (
                json!({ "summaryScore": { "value": 0 }, "spanScores": [{ "score": { "value": 2 } }] }),
                false,
            ),
            (json!({}), false),
            (json!({ "spanScores": [] }), false),
        ] {
            let request =
                json!({ "comment": { "text": "a" }, "attributeScores": { "TOXICITY": scores } });
            let read = Suggest::read(request.to_string().as_bytes());
            assert_eq!(read.is_ok(), is_sound, "{request}");
        }
    }

    #[test]
    fn scores_may_be_suggested_under_any_name_that_can_be_one() {
        let (long, longer) = ("A".repeat(LONGEST_NAME), "A".repeat(LONGEST_NAME + 1));
        for (name, is_one) in [
            ("TOXICITY", true),
            ("SEXUALLY_EXPLICIT", true),
            ("APPROVED", true),
            ("DELETED", true),
            ("ATTACK_2", true),
            (long.as_str(), true),
            (longer.as_str(), false),
            ("", false),
            ("toxicity", false),
            ("You fool", false),
            ("TOXICITY\0", false),
        ] {
            let scores = json!({ name: { "summaryScore": { "value": 1 } } });
            let request = json!({ "comment": { "text": "a" }, "attributeScores": scores });
            let read = Suggest::read(request.to_string().as_bytes());
            assert_eq!(read.is_ok(), is_one, "{name}");
        }
    }

    #[test]
    fn nothing_that_is_kept_has_room_for_a_text() {
        let (long, longer) = ("a".repeat(35), "a".repeat(36));
        let (many, more) = (vec!["en"; 16], vec!["en"; 17]);
        for (languages, score_type, is_kept) in [
            (json!(null), json!(null), true),
            (json!([]), json!("PROBABILITY"), true),
            (json!(["ur-Latn", "de_AT", long]), json!("RAW_2"), true),
            (json!(many), json!(null), true),
            (json!(more), json!(null), false),
            (json!([longer]), json!(null), false),
            (json!([""]), json!(null), false),
            (json!(["You fool"]), json!(null), false),
            (json!(["ö"]), json!(null), false),
            (json!(["en"]), json!("You fool"), false),
            (json!(["en"]), json!("probability"), false),
            (json!(["en"]), json!(""), false),
        ] {
            let score = json!({ "value": 1, "type": score_type });
            let in_span = json!({ "spanScores": [{ "score": score }] });
            for scores in [json!({ "summaryScore": score }), in_span] {
                let request = json!({
                    "comment": { "text": "a" }, "languages": languages,
                    "attributeScores": { "TOXICITY": scores },
                });
                let read = Suggest::read(request.to_string().as_bytes());
                assert_eq!(read.is_ok(), is_kept, "{request}");
            }
        }
    }
}
