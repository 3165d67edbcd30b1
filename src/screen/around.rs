//! What comments are compared with: their article, and what else the site writes about.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Request, on_threads};
use crate::filter::{ArticleText, ArticleTopic, Background, Conversation, TopicTable};

/// Articles that are kept: one, and as many others as the service compares it with.
const RECENT: usize = 51;

/// The article of a request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(expecting = "an article: an object with \"title\" and \"body\"")]
pub(super) struct RequestArticle {
    title: Option<String>,
    body: Option<String>,
    /// As stored, in base64; used where this program's table made it, and the texts are used otherwise.
    prepared: Option<String>,
}

type Key = [u8; 32];

impl RequestArticle {
    pub(super) fn text(&self) -> ArticleText<'_> {
        ArticleText {
            title: self.title.as_deref().unwrap_or_default(),
            body: self.body.as_deref().unwrap_or_default(),
        }
    }

    fn key(&self) -> Key {
        let mut hash = Sha256::new();
        for part in [&self.title, &self.body, &self.prepared] {
            let part = part.as_deref().unwrap_or_default();
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    fn prepare(&self, table: &TopicTable) -> ArticleTopic {
        let stored = self.prepared.as_deref().and_then(bytes);
        let stored = stored.and_then(|bytes| table.read_article(&bytes).ok());
        stored.unwrap_or_else(|| table.article(self.text()))
    }
}

/// What one comment is compared with.
#[derive(Debug, Clone, Default)]
pub(super) struct Around {
    pub(super) article: Option<Arc<ArticleTopic>>,
    pub(super) background: Option<Arc<Background>>,
}

/// The articles of the run so far.
#[derive(Debug, Default)]
pub(super) struct Articles {
    /// Are they all of one site?
    one_site: bool,
    /// The newest, the oldest first.
    recent: VecDeque<(Key, String, Arc<ArticleTopic>)>,
    /// They as a background; made when it is needed.
    stories: Option<Arc<Background>>,
    /// The background that was given last, as it was given.
    given: Option<(String, Arc<Background>)>,
}

impl Articles {
    pub(super) fn new(one_site: bool) -> Self {
        Self {
            one_site,
            ..Self::default()
        }
    }

    /// What each of these comments is compared with. Of the same lines in the same order it is always the same, however
    /// they came in: a line's background is made of the lines above it.
    pub(super) fn around(
        &mut self,
        table: &TopicTable,
        requests: &[Option<&Request>],
        threads: usize,
    ) -> Vec<Around> {
        let keys: Vec<Option<Key>> = requests
            .iter()
            .map(|request| Some(request.as_ref()?.article.as_ref()?.key()))
            .collect();
        let mut prepared: HashMap<Key, Option<Arc<ArticleTopic>>> = self
            .recent
            .iter()
            .map(|(key, _, article)| (*key, Some(Arc::clone(article))))
            .collect();
        let mut new: Vec<(Key, &RequestArticle)> = Vec::new();
        for (key, request) in keys.iter().zip(requests) {
            let article = request.and_then(|request| request.article.as_ref());
            if let Some((key, article)) = key.zip(article)
                && !prepared.contains_key(&key)
            {
                prepared.insert(key, None);
                new.push((key, article));
            }
        }
        let made = on_threads(threads, &new, |(_, article)| article.prepare(table));
        for ((key, _), article) in new.iter().zip(made) {
            prepared.insert(*key, article.map(Arc::new));
        }
        keys.iter()
            .zip(requests)
            .map(|(key, request)| {
                let article = key.and_then(|key| prepared.get(&key)?.clone());
                if let Some((request, (key, article))) = request.zip(key.zip(article.as_ref())) {
                    self.remember(key, request, article);
                }
                Around {
                    article,
                    background: request.and_then(|request| self.background(table, request)),
                }
            })
            .collect()
    }

    fn remember(&mut self, key: Key, request: &Request, article: &Arc<ArticleTopic>) {
        if self.recent.iter().any(|(known, ..)| *known == key) {
            return;
        }
        let title = request.article.as_ref().map(|article| article.text().title);
        let title = title.unwrap_or_default().to_owned();
        // an article that was corrected is no other story
        self.recent
            .retain(|(_, known, _)| known.is_empty() || *known != title);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((key, title, Arc::clone(article)));
        self.stories = None;
    }

    /// What was given; does without one that another table made. Where none was, the other articles of one site.
    fn background(&mut self, table: &TopicTable, request: &Request) -> Option<Arc<Background>> {
        let Some(wanted) = &request.background else {
            let of_site = self.one_site && request.article.is_some();
            return of_site.then(|| self.stories(table));
        };
        if self.given.as_ref().is_none_or(|(known, _)| known != wanted) {
            let read = || table.read_background(&bytes(wanted)?).ok();
            // what cannot be read costs the background and not the run
            let read = catch_unwind(AssertUnwindSafe(read)).ok().flatten();
            self.given = read.map(|read| (wanted.clone(), Arc::new(read)));
        }
        self.given.as_ref().map(|(_, read)| Arc::clone(read))
    }

    fn stories(&mut self, table: &TopicTable) -> Arc<Background> {
        let recent = &self.recent;
        let stories = self.stories.get_or_insert_with(|| {
            let mut stories = table.background();
            for (_, title, article) in recent.iter().rev() {
                stories.add(title, article);
            }
            Arc::new(stories)
        });
        Arc::clone(stories)
    }
}

/// A thread as it was stored; nothing where another table made it: the texts are used instead.
pub(super) fn conversation(table: &TopicTable, stored: Option<&String>) -> Option<Conversation> {
    table.read_conversation(&bytes(stored?)?).ok()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
