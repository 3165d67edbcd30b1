//! The second stage: a small transformer that reads the words in their order, and so can tell who says what of whom.
//!
//! Six layers of 384 (`MiniLM`, Wang et al. 2020), fine-tuned to the kinds of abuse by `training/encoder.py`; weights
//! in seven bits, inputs of each product in eight.

#![allow(
    clippy::inline_always,
    clippy::needless_lifetimes,
    reason = "what is not inlined runs with narrow registers; the attribute names every lifetime"
)]

use super::activation::{activate, dot, normalise, softmax};
use super::linear::{Linear, Products};
use super::tensors::{ModelError, Tensors};
use super::wordpiece::{END, START, Vocabulary};
use super::words::Word;
use super::{KINDS, Logits};

const LAYERS: usize = 6;
const WIDTH: usize = 384;
const PARTS: usize = 12;
const PART: usize = WIDTH / PARTS;
/// The most pieces that are read at once, with the two that mark start and end.
pub(super) const LONGEST: usize = 128;

/// Scale and shift of a normalised row.
#[derive(Debug)]
struct Norm {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

#[derive(Debug)]
struct Layer {
    qkv: Linear,
    out: Linear,
    norm1: Norm,
    up: Linear,
    down: Linear,
    norm2: Norm,
}

/// The encoder with its vocabulary.
pub(super) struct Encoder {
    vocabulary: Vocabulary,
    words: Vec<i8>,
    scales: Vec<f32>,
    places: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    heads: Vec<f32>,
    bias: Logits,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Encoder({} pieces)", self.scales.len())
    }
}

impl Norm {
    fn read(tensors: &Tensors<'_>, name: &str) -> Result<Self, ModelError> {
        let norm = Self {
            scale: tensors.reals(&format!("{name}.weight"))?,
            shift: tensors.reals(&format!("{name}.bias"))?,
        };
        if norm.scale.len() == WIDTH && norm.shift.len() == WIDTH {
            Ok(norm)
        } else {
            Err(tensors.wrong(name))
        }
    }

    fn apply(&self, rows: &mut [f32]) {
        normalise(rows, &self.scale, &self.shift);
    }
}

impl Encoder {
    pub(super) fn read(tensors: &Tensors<'_>) -> Result<Self, ModelError> {
        let products = Products::default();
        let linear = |name: &str| {
            let weights = tensors.integers(&format!("{name}.weight"))?;
            let scales = tensors.reals(&format!("{name}.scale"))?;
            let bias = tensors.reals(&format!("{name}.bias"))?;
            Linear::new(&products, &weights, scales, bias).ok_or_else(|| tensors.wrong(name))
        };
        let mut layers = Vec::with_capacity(LAYERS);
        for layer in 0..LAYERS {
            let at = format!("layers.{layer}");
            layers.push(Layer {
                qkv: linear(&format!("{at}.qkv"))?,
                out: linear(&format!("{at}.out"))?,
                norm1: Norm::read(tensors, &format!("{at}.norm1"))?,
                up: linear(&format!("{at}.up"))?,
                down: linear(&format!("{at}.down"))?,
                norm2: Norm::read(tensors, &format!("{at}.norm2"))?,
            });
        }
        let heads = tensors.reals("heads.weight")?;
        let bias = Logits::try_from(tensors.reals("heads.bias")?.as_slice())
            .map_err(|_| tensors.wrong("heads.bias"))?;
        let encoder = Self {
            vocabulary: Vocabulary::parse(tensors.text("vocabulary")?)
                .ok_or_else(|| tensors.wrong("vocabulary"))?,
            words: tensors.integers("word.weight")?,
            scales: tensors.reals("word.scale")?,
            places: tensors.reals("place.weight")?,
            norm: Norm::read(tensors, "norm")?,
            layers,
            heads,
            bias,
        };
        let fits = encoder.words.len() == encoder.scales.len() * WIDTH
            && encoder.places.len() >= LONGEST * WIDTH
            && encoder.heads.len() == KINDS * WIDTH
            && encoder.layers.iter().all(Layer::fits);
        fits.then_some(encoder)
            .ok_or_else(|| tensors.wrong("the sizes"))
    }

    /// The pieces of a word, for [`Encoder::logits`].
    pub(super) fn pieces(&self, word: &Word) -> Vec<u32> {
        self.vocabulary.pieces(&word.spelled)
    }

    /// What it makes of these pieces, read as one passage; what goes beyond [`LONGEST`] is left out.
    pub(super) fn logits(&self, pieces: impl Iterator<Item = u32>) -> Logits {
        let pieces = pieces.take(LONGEST - 2);
        let mut rows = Vec::new();
        let ids = std::iter::once(START)
            .chain(pieces)
            .chain(std::iter::once(END));
        for (id, place) in ids.zip(self.places.chunks_exact(WIDTH)) {
            let id = usize::try_from(id).unwrap_or_default();
            let scale = self.scales.get(id).copied().unwrap_or_default();
            let word = self
                .words
                .get(id * WIDTH..(id + 1) * WIDTH)
                .unwrap_or_default();
            rows.extend(
                word.iter()
                    .zip(place)
                    .map(|(w, p)| f32::from(*w) * scale + p),
            );
        }
        // cheap to make, and bound to its thread
        let products = Products::default();
        self.norm.apply(&mut rows);
        for layer in &self.layers {
            layer.apply(&products, &mut rows);
        }
        self.read_off(&rows)
    }

    /// The heads stand on the mean of the rows.
    #[expect(clippy::cast_precision_loss, reason = "at most 128 rows")]
    fn read_off(&self, rows: &[f32]) -> Logits {
        let mut mean = [0.0_f32; WIDTH];
        for row in rows.chunks_exact(WIDTH) {
            for (sum, x) in mean.iter_mut().zip(row) {
                *sum += x;
            }
        }
        let count = (rows.len() / WIDTH).max(1) as f32;
        let mut logits = self.bias;
        for (logit, head) in logits.iter_mut().zip(self.heads.chunks_exact(WIDTH)) {
            *logit += dot(&mean, head) / count;
        }
        logits
    }
}

impl Layer {
    fn fits(&self) -> bool {
        let sizes = [&self.qkv, &self.out, &self.up, &self.down].map(Linear::size);
        sizes
            == [
                (WIDTH, 3 * WIDTH),
                (WIDTH, WIDTH),
                (WIDTH, 4 * WIDTH),
                (4 * WIDTH, WIDTH),
            ]
    }

    fn apply(&self, products: &Products, rows: &mut [f32]) {
        let qkv = self.qkv.apply(products, rows);
        let mut mixed = vec![0.0_f32; rows.len()];
        attend(&qkv, &mut mixed);
        add(rows, &self.out.apply(products, &mixed));
        self.norm1.apply(rows);
        let mut inner = self.up.apply(products, rows);
        activate(&mut inner);
        add(rows, &self.down.apply(products, &inner));
        self.norm2.apply(rows);
    }
}

fn add(rows: &mut [f32], more: &[f32]) {
    for (x, y) in rows.iter_mut().zip(more) {
        *x += y;
    }
}

/// Self-attention (Vaswani et al. 2017): each row of `qkv` holds query, key and value, each in twelve parts.
#[pulp::with_simd(attend = pulp::Arch::new())]
#[inline(always)]
fn attend_with<'a, S: pulp::Simd>(_: S, qkv: &'a [f32], mixed: &'a mut [f32]) {
    let rows: Vec<&[f32]> = qkv.chunks_exact(3 * WIDTH).collect();
    let scale = 1.0 / sqrt_of_part();
    let mut shares = vec![0.0_f32; rows.len()];
    for part in 0..PARTS {
        let piece = |row: &&[f32], third: usize| {
            let at = third * WIDTH + part * PART;
            row.get(at..at + PART)
                .map_or([0.0; PART], |piece| piece.try_into().unwrap_or([0.0; PART]))
        };
        let keys: Vec<[f32; PART]> = rows.iter().map(|row| piece(row, 1)).collect();
        let values: Vec<[f32; PART]> = rows.iter().map(|row| piece(row, 2)).collect();
        for (row, into) in rows.iter().zip(mixed.chunks_exact_mut(WIDTH)) {
            let query = piece(row, 0);
            for (share, key) in shares.iter_mut().zip(&keys) {
                *share = dot(&query, key) * scale;
            }
            softmax(&mut shares);
            let mut sum = [0.0_f32; PART];
            for (share, value) in shares.iter().zip(&values) {
                for (x, v) in sum.iter_mut().zip(value) {
                    *x += share * v;
                }
            }
            for (x, y) in into.iter_mut().skip(part * PART).zip(sum) {
                *x = y;
            }
        }
    }
}

#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "32")]
fn sqrt_of_part() -> f32 {
    (PART as f32).sqrt()
}
