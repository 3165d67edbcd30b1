//! What else the site writes about, to compare with.

use super::article::ArticleTopic;
use super::bytes::{Reader, Stale, Writer};
use super::table::Table;
use super::vector::Vector;

/// Stories of a background; of more, the first ones count.
const MOST_STORIES: usize = 240;
/// Bytes of a title that are kept.
const LONGEST_TITLE: usize = 160;

/// The site's other recent articles, each by its title and its direction. About 250 bytes for each as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Background {
    pub(super) stories: Vec<(String, Vector)>,
    table: u32,
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
            self.stories.push((title, article.vector));
        }
    }

    /// As stored, or as sent to the filter.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(WHAT, self.table);
        writer.size(self.stories.len());
        for (title, vector) in &self.stories {
            writer.text(title);
            writer.vector(vector);
        }
        writer.0
    }

    pub(super) fn read(table: &Table, bytes: &[u8]) -> Result<Self, Stale> {
        let mut reader = Reader::new(WHAT, table.id(), bytes)?;
        let stories = reader.many(|reader| Ok((reader.text()?.to_owned(), reader.vector()?)))?;
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
