//! What else the site writes about, to compare with.

use super::article::ArticleTopic;
use super::bytes::{Reader, Stale, Writer};
use super::table::Table;
use super::vector::Vector;

/// Stories of a background; of more, the first ones count.
const MOST_STORIES: usize = 240;
/// Bytes of a title that are kept.
const LONGEST_TITLE: usize = 160;

/// The site's other recent articles. About 400 bytes for each as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Background {
    pub(super) stories: Vec<Story>,
    table: u32,
}

/// One of them, by its title and where it points: as a sum of words, and as the encoder reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Story {
    pub title: String,
    pub vector: Vector,
    pub sense: Vector,
}

const WHAT: u8 = b'b';

impl Background {
    pub(super) fn new(table: &Table) -> Self {
        Self {
            stories: Vec::new(),
            table: table.id(),
        }
    }

    /// Adds one, the newest first. The article under which a comment stands may be among them: it never counts as
    /// another story.
    pub fn add(&mut self, title: &str, article: &ArticleTopic) {
        if self.stories.len() < MOST_STORIES {
            let mut end = title.len().min(LONGEST_TITLE);
            while !title.is_char_boundary(end) {
                end -= 1;
            }
            let title = title.get(..end).unwrap_or_default().to_owned();
            let [_, sense] = article.senses;
            self.stories.push(Story {
                title,
                vector: article.vector,
                sense,
            });
        }
    }

    /// As stored, or as sent to the filter.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(WHAT, self.table);
        writer.size(self.stories.len());
        for story in &self.stories {
            writer.text(&story.title);
            writer.vector(&story.vector);
            writer.vector(&story.sense);
        }
        writer.0
    }

    pub(super) fn read(table: &Table, bytes: &[u8]) -> Result<Self, Stale> {
        let mut reader = Reader::new(WHAT, table.id(), bytes)?;
        let stories = reader.many(|reader| {
            Ok(Story {
                title: reader.text()?.to_owned(),
                vector: reader.vector()?,
                sense: reader.vector()?,
            })
        })?;
        reader.end()?;
        if stories.len() > MOST_STORIES {
            return Err(Stale);
        }
        Ok(Self {
            stories,
            table: table.id(),
        })
    }
}
