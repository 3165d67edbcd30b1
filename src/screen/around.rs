//! What comments are compared with. Comments of one article come in a row, so what was prepared for the last one is
//! kept for the next.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::filter::{ArticleText, ArticleTopic, Background, Conversation, TopicTable};

/// The article of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct RequestArticle {
    title: Option<String>,
    body: Option<String>,
    /// As stored, in base64; used where this program's table made it, and the texts are used otherwise.
    prepared: Option<String>,
}

impl RequestArticle {
    pub(super) fn text(&self) -> ArticleText<'_> {
        ArticleText {
            title: self.title.as_deref().unwrap_or_default(),
            body: self.body.as_deref().unwrap_or_default(),
        }
    }
}

/// What was prepared last, for one thread of the program.
#[derive(Debug, Default)]
pub(super) struct Kept {
    article: Option<(RequestArticle, ArticleTopic)>,
    background: Option<(String, Background)>,
}

impl Kept {
    /// Prepares an article, unless it is the last one.
    fn prepare(&mut self, table: &TopicTable, wanted: &RequestArticle) {
        let kept = self.article.take().filter(|(known, _)| known == wanted);
        let kept = kept.unwrap_or_else(|| {
            let stored = wanted.prepared.as_deref().and_then(bytes);
            let stored = stored.and_then(|bytes| table.read_article(&bytes).ok());
            let article = stored.unwrap_or_else(|| table.article(wanted.text()));
            (wanted.clone(), article)
        });
        self.article = Some(kept);
    }

    /// Reads a background, unless it is the last one. Does without one that another table made.
    fn read_background(&mut self, table: &TopicTable, wanted: Option<&String>) {
        let known = self.background.as_ref().map(|(known, _)| known);
        if known != wanted {
            self.background = wanted.and_then(|wanted| {
                let background = table.read_background(&bytes(wanted)?).ok()?;
                Some((wanted.clone(), background))
            });
        }
    }

    /// Both, for one comment.
    pub(super) fn around(
        &mut self,
        table: &TopicTable,
        article: Option<&RequestArticle>,
        background: Option<&String>,
    ) -> (Option<&ArticleTopic>, Option<&Background>) {
        self.read_background(table, background);
        if let Some(article) = article {
            self.prepare(table, article);
        }
        (
            article.and(self.article.as_ref()).map(|(_, kept)| kept),
            self.background.as_ref().map(|(_, kept)| kept),
        )
    }
}

/// A thread as it was stored; nothing where another table made it: the texts are used instead.
pub(super) fn conversation(table: &TopicTable, stored: Option<&String>) -> Option<Conversation> {
    table.read_conversation(&bytes(stored?)?).ok()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
