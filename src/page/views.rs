//! What the pages show.

use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::place::{Place, path};
use super::words;
use crate::article::{Article, Headline, Mode};
use crate::comment::{Conversation, Inline, MAX_CHARS, Shown, Status, ThreadPage};
use crate::web::{Chrome, is_right_to_left};

#[derive(Template)]
#[template(path = "page/front.html")]
pub(super) struct FrontPage<'a> {
    pub(super) chrome: &'a Chrome,
    pub(super) articles: &'a [Headline],
}

#[derive(Template)]
#[template(path = "page/article.html")]
pub(super) struct ArticlePage<'a> {
    pub(super) chrome: &'a Chrome,
    pub(super) article: &'a Article,
    pub(super) thread: &'a ThreadPage,
    pub(super) place: Place,
    pub(super) form: CommentBox,
}

/// A comment with what it answers and what answers it.
#[derive(Template)]
#[template(path = "page/conversation.html")]
pub(super) struct ConversationPage<'a> {
    pub(super) chrome: &'a Chrome,
    pub(super) article: &'a Article,
    pub(super) conversation: &'a Conversation,
    pub(super) place: Place,
    pub(super) root_id: Uuid,
    /// is it all of the conversation?
    pub(super) is_whole: bool,
}

/// Comments alone, for the script to put into an open page. Each stands in a conversation of its own.
#[derive(Template)]
#[template(path = "page/fragment.html")]
pub(super) struct FragmentPage<'a> {
    pub(super) chrome: &'a Chrome,
    pub(super) conversations: &'a [Conversation],
    pub(super) place: Place,
}

#[derive(Template)]
#[template(path = "page/faq.html")]
pub(super) struct FaqPage<'a> {
    pub(super) chrome: &'a Chrome,
    /// cleaned
    pub(super) html: &'a str,
}

/// What stands where one would write a comment.
#[derive(Clone, Debug)]
pub(super) enum CommentBox {
    Open(CommentForm),
    SignInFirst,
    Closed,
}

/// The form, as it was sent when it is shown again.
#[derive(Clone, Debug, Default)]
pub(super) struct CommentForm {
    pub(super) parent: Option<Parent>,
    /// asks for a name and an e-mail address
    pub(super) is_guest: bool,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) text: String,
    /// the idempotency key; empty for a new one
    pub(super) key: String,
    pub(super) problem: Option<String>,
}

/// The comment that one is about to answer.
#[derive(Clone, Debug)]
pub(super) struct Parent {
    pub(super) id: Uuid,
    pub(super) author: String,
    /// its first words
    pub(super) excerpt: String,
}

impl ArticlePage<'_> {
    fn lang(&self) -> &str {
        self.article.lang.as_deref().unwrap_or(&self.chrome.lang)
    }
}

impl ConversationPage<'_> {
    fn lang(&self) -> &str {
        self.article.lang.as_deref().unwrap_or(&self.chrome.lang)
    }
}

fn dir(lang: &str) -> &'static str {
    if is_right_to_left(lang) { "rtl" } else { "ltr" }
}

/// Does its writer alone see it?
fn is_private(comment: &Shown) -> bool {
    comment.is_own && comment.status != Status::Live
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "templates pass references"
)]
fn comment_count(n: &i64) -> String {
    if *n == 0 {
        "No comments yet".into()
    } else {
        words::counted(*n, "comment", "comments")
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "templates pass references"
)]
fn number(n: &i64) -> String {
    words::number(*n)
}

fn machine_time(at: &DateTime<Utc>) -> String {
    words::machine(*at)
}

fn day(at: &DateTime<Utc>) -> String {
    words::day(*at)
}

fn minute(at: &DateTime<Utc>) -> String {
    words::minute(*at)
}

#[cfg(test)]
#[path = "views_tests.rs"]
mod tests;

/// What somebody typed, when not even the article can be shown around it.
#[derive(Template)]
#[template(path = "page/unsent.html")]
pub(super) struct UnsentPage<'a> {
    pub(super) chrome: &'a Chrome,
    /// the article's address
    pub(super) path: &'a str,
    pub(super) problem: &'a str,
    pub(super) parent: &'a str,
    pub(super) key: &'a str,
    pub(super) name: &'a str,
    pub(super) email: &'a str,
    pub(super) text: &'a str,
}
