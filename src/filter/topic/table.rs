//! What words mean: a vector for each of the commonest words and word parts, learnt from a sentence encoder by
//! `training/topic_table.py`, and how much each word says about a topic.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::combine::Combination;
use super::vector::{Vector, WIDTH};
use crate::filter::model::{Model, ModelError, Tensors, Word};

const FILE: &str = "topic.safetensors";

/// The weight of a word that is in no list, in the unit of the list's: it is rare, and says a lot.
const RARE: u8 = 250;
/// Parts of one unknown word that count.
const MOST_PARTS: usize = 8;

/// `models/topic.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: String,
    table: String,
    /// The encoder whose senses took part in the combination.
    encoder: String,
    combination: Combination,
}

/// Everything that the topic phase has learnt: prepares articles, threads and backgrounds. Immutable; shared freely between threads.
pub struct Table {
    rows: HashMap<Box<str>, u32>,
    vectors: Vec<Vector>,
    /// How long each vector is in a sum.
    scales: Vec<f32>,
    /// How much each word says, 0 to 255.
    says: Vec<u8>,
    /// Everyday talk of many kinds, to compare with where the site has too few stories of its own.
    pub(super) everyday: Vec<Vector>,
    /// The same, as an encoder reads it that knows nothing but topics, and from which ours has learnt them.
    pub(super) everyday_senses: Vec<Vector>,
    /// Reads words in their order, where the table only adds them up.
    model: Arc<Model>,
    /// Whether it is the one with which the combination was fitted: another's senses say nothing here.
    knows_model: bool,
    pub(super) combination: Combination,
    version: String,
    id: u32,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({}, {} rows)", self.version, self.vectors.len())
    }
}

static SHIPPED: LazyLock<Result<Arc<Table>, ModelError>> =
    LazyLock::new(|| Table::of(Model::shipped()?).map(Arc::new));

impl Table {
    /// The table that is part of this program.
    ///
    /// # Errors
    /// [`ModelError`] when the program was built with files that do not belong together.
    pub fn shipped() -> Result<Arc<Self>, ModelError> {
        SHIPPED.clone()
    }

    /// The table that is part of this program, beside another model.
    ///
    /// # Errors
    /// [`ModelError`] when the program was built with files that do not belong together.
    pub fn of(model: Arc<Model>) -> Result<Self, ModelError> {
        Self::read(
            include_str!("../../../models/topic.json"),
            include_bytes!("../../../models/topic.safetensors"),
            model,
        )
    }

    /// Puts a table together.
    ///
    /// # Errors
    /// [`ModelError`] names the file that does not fit and what to do.
    pub fn read(manifest: &str, bytes: &[u8], model: Arc<Model>) -> Result<Self, ModelError> {
        let manifest: Manifest =
            serde_json::from_str(manifest).map_err(|error| ModelError::Shape {
                file: "topic.json".to_owned(),
                cause: error.to_string(),
            })?;
        let tensors = Tensors::read(FILE, bytes, &manifest.table)?;
        let rows: HashMap<Box<str>, u32> = tensors
            .text("words")?
            .lines()
            .map(Box::from)
            .zip(0_u32..)
            .collect();
        let vectors = vectors(&tensors.integers("table")?)?;
        let scales = tensors.reals("scale")?;
        let says = tensors.bytes("says")?.to_vec();
        if [rows.len(), scales.len(), says.len()] != [vectors.len(); 3] {
            return Err(tensors.wrong("words, table, scale and says differ in length"));
        }
        Ok(Self {
            rows,
            vectors,
            scales,
            says,
            everyday: self::vectors(&tensors.integers("everyday")?)?,
            everyday_senses: self::vectors(&tensors.integers("everyday_senses")?)?,
            combination: manifest.combination,
            version: manifest.version,
            knows_model: model.encoder_digest() == Some(&manifest.encoder),
            id: digits(&manifest.table) ^ model.encoder_digest().map_or(0, digits),
            model,
        })
    }

    /// Its name, as verdicts carry it.
    pub(in crate::filter) fn name(&self) -> String {
        format!("topic-{}", self.version)
    }

    /// The model beside it.
    pub(in crate::filter) fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Where the encoder sees these words point, as far as it reads.
    pub(super) fn sense<'w>(&self, words: impl Iterator<Item = &'w Word>) -> Vector {
        if !self.knows_model {
            return Vector::NONE;
        }
        self.model
            .sense(words)
            .as_ref()
            .map_or(Vector::NONE, Vector::along)
    }

    /// Tells tables and encoders apart: what was prepared with one is of no use with another.
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// The rows of a word: its own, or those of its parts. Expects lower case without accents.
    pub(super) fn find(&self, word: &str) -> Found {
        if let Some(row) = self.rows.get(word) {
            return Found::Whole(*row);
        }
        Found::Parts(self.parts(word))
    }

    /// The longest known beginning, then the longest of what is left.
    fn parts(&self, word: &str) -> Vec<u32> {
        let mut found = Vec::new();
        let mut rest = word;
        let mut key = String::new();
        while !rest.is_empty() && found.len() < MOST_PARTS {
            let longest = rest
                .char_indices()
                .map(|(at, c)| at + c.len_utf8())
                .take(LONGEST_PART)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .find_map(|end| {
                    let (head, tail) = rest.split_at_checked(end)?;
                    key.clear();
                    if !found.is_empty() {
                        key.push_str("##");
                    }
                    key.push_str(head);
                    Some((*self.rows.get(key.as_str())?, tail))
                });
            let Some((row, tail)) = longest else {
                return Vec::new();
            };
            found.push(row);
            rest = tail;
        }
        found
    }

    /// Adds a row to a sum, at the length that it was given in training.
    pub(super) fn add_row(&self, row: u32, sum: &mut [f32; WIDTH]) {
        let row = row as usize;
        if let (Some(vector), Some(scale)) = (self.vectors.get(row), self.scales.get(row)) {
            for (sum, part) in sum.iter_mut().zip(vector.parts()) {
                *sum += f32::from(*part) * scale;
            }
        }
    }

    /// The vector of one row.
    pub(super) fn vector(&self, row: u32) -> &Vector {
        self.vectors.get(row as usize).unwrap_or(&Vector::NONE)
    }

    /// How much a word says about a topic, 0 to 255; one that is not in the table says a lot.
    pub(super) fn says(&self, found: &Found) -> u8 {
        match found {
            Found::Whole(row) => self.says.get(*row as usize).copied().unwrap_or(RARE),
            Found::Parts(_) => RARE,
        }
    }
}

/// Characters in the longest part.
const LONGEST_PART: usize = 24;

/// Where a word stands in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// As it is.
    Whole(u32),
    /// In parts; in none where some of it is unknown.
    Parts(Vec<u32>),
}

impl Found {
    pub(super) fn rows(&self) -> &[u32] {
        match self {
            Self::Whole(row) => std::slice::from_ref(row),
            Self::Parts(rows) => rows,
        }
    }
}

/// The beginning of a sha256, which was checked, as a number.
fn digits(digest: &str) -> u32 {
    u32::from_str_radix(digest.get(..8).unwrap_or_default(), 16).unwrap_or_default()
}

fn vectors(numbers: &[i8]) -> Result<Vec<Vector>, ModelError> {
    let (rows, rest) = numbers.as_chunks::<WIDTH>();
    if !rest.is_empty() {
        return Err(ModelError::Shape {
            file: FILE.to_owned(),
            cause: format!("its vectors have not {WIDTH} numbers"),
        });
    }
    Ok(rows.iter().map(|row| Vector::of(*row)).collect())
}
