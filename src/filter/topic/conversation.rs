//! What a thread has been about so far, without reading it again.

use super::bytes::{Reader, Stale, Writer};
use super::reading::Reading;
use super::table::Table;
use super::vector::{Vector, WIDTH};

/// Terms that are counted.
const MOST_TERMS: usize = 640;
/// When there are more, so many stay: those that most comments use.
const KEPT_TERMS: usize = 512;
/// The latest comments, to each of which a new one is compared.
const LATEST: usize = 32;
/// Terms of one comment that are counted.
const MOST_OF_ONE: usize = 64;

/// A thread, or a part of one: the sum of its comments' directions, how many comments use each term, and the
/// directions of the latest. About 10 KB as bytes, however long the thread is.
///
/// Add each comment when it goes live. When one is taken down again, make a new one of those that are left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    comments: u32,
    sum: [i32; WIDTH],
    /// Hash and number of comments, in the order of the hashes.
    terms: Vec<(u32, u16)>,
    latest: Vec<Vector>,
    /// The direction of the sum.
    centre: Vector,
    table: u32,
}

const WHAT: u8 = b'c';

impl Conversation {
    pub(super) fn new(table: &Table) -> Self {
        Self {
            comments: 0,
            sum: [0; WIDTH],
            terms: Vec::new(),
            latest: Vec::new(),
            centre: Vector::NONE,
            table: table.id(),
        }
    }

    pub(super) fn add(&mut self, reading: &Reading) {
        self.comments = self.comments.saturating_add(1);
        reading.vector.add_to(&mut self.sum);
        self.centre = Vector::of_sum(&self.sum);
        if self.latest.len() == LATEST {
            self.latest.remove(0);
        }
        self.latest.push(reading.vector);
        for term in reading.distinct().into_iter().take(MOST_OF_ONE) {
            match self
                .terms
                .binary_search_by_key(&term.hash, |(hash, _)| *hash)
            {
                Ok(at) => {
                    if let Some((_, count)) = self.terms.get_mut(at) {
                        *count = count.saturating_add(1);
                    }
                }
                Err(at) => self.terms.insert(at, (term.hash, 1)),
            }
        }
        if self.terms.len() > MOST_TERMS {
            self.terms
                .sort_unstable_by_key(|(hash, count)| (std::cmp::Reverse(*count), *hash));
            self.terms.truncate(KEPT_TERMS);
            self.terms.sort_unstable();
        }
    }

    /// How many comments have been added.
    #[must_use]
    pub fn len(&self) -> usize {
        self.comments as usize
    }

    /// Whether none has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.comments == 0
    }

    pub(super) fn centre(&self) -> &Vector {
        &self.centre
    }

    pub(super) fn latest(&self) -> &[Vector] {
        &self.latest
    }

    /// How many comments use the term.
    pub(super) fn count(&self, hash: u32) -> u16 {
        let at = self.terms.binary_search_by_key(&hash, |(hash, _)| *hash);
        at.ok()
            .and_then(|at| self.terms.get(at))
            .map_or(0, |(_, count)| *count)
    }

    /// As stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(WHAT, self.table);
        writer.word(self.comments);
        self.sum.iter().for_each(|part| writer.number(*part));
        writer.size(self.terms.len());
        for (hash, count) in &self.terms {
            writer.word(*hash);
            writer.0.extend(count.to_le_bytes());
        }
        writer.size(self.latest.len());
        self.latest.iter().for_each(|vector| writer.vector(vector));
        writer.0
    }

    pub(super) fn read(table: &Table, bytes: &[u8]) -> Result<Self, Stale> {
        let mut reader = Reader::new(WHAT, table.id(), bytes)?;
        let comments = reader.word()?;
        let mut sum = [0; WIDTH];
        for part in &mut sum {
            *part = reader.number()?;
        }
        let terms = reader.many(|reader| {
            let hash = reader.word()?;
            Ok((hash, u16::from_le_bytes([reader.byte()?, reader.byte()?])))
        })?;
        let latest = reader.many(Reader::vector)?;
        reader.end()?;
        let fits = latest.len() <= LATEST && terms.len() <= MOST_TERMS;
        if !fits || !terms.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Stale);
        }
        Ok(Self {
            comments,
            centre: Vector::of_sum(&sum),
            sum,
            terms,
            latest,
            table: table.id(),
        })
    }
}
