//! What is judged: a text with its surroundings.

use super::topic::{ArticleTopic, Background, Conversation};

/// The article under which a comment stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct ArticleText<'a> {
    /// The headline.
    pub title: &'a str,
    /// The text; may be empty.
    pub body: &'a str,
}

/// A text with everything that a filter may know about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    /// The comment as it was written.
    pub text: &'a str,
    /// The name that is published with it; what is known of its bearer is nobody's business here.
    pub name: Option<&'a str>,
    /// Its article, where known.
    pub article: Option<ArticleText<'a>>,
    /// The comment to which it replies.
    pub parent: Option<&'a str>,
    /// What that one replies to, and so on upwards.
    pub ancestors: &'a [&'a str],
    /// Live comments of the same thread.
    pub thread: &'a [&'a str],
    /// The article, prepared once for all its comments; of the same title and body, where those are given too.
    pub prepared: Option<&'a ArticleTopic>,
    /// The thread, kept up comment by comment, in place of its texts.
    pub conversation: Option<&'a Conversation>,
    /// The site's other recent articles.
    pub background: Option<&'a Background>,
    /// A moderator has said that the side thread in which it stands belongs here.
    pub belongs: bool,
    /// What the same writer wrote lately.
    pub recent: &'a [&'a str],
    /// Leave the model's second stage out, as when more comes in than it can read; then more is held.
    pub quick: bool,
    /// Leave out which words the model's reasons hang on: to find them takes many readings, and changes no score and no
    /// outcome.
    pub unexplained: bool,
}

impl<'a> Subject<'a> {
    /// A text without surroundings.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}
