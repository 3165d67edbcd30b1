//! The second stage: a small transformer that reads the words in their order, and so can tell who says what of whom.
//!
//! Six layers of 384 (`MiniLM`, Wang et al. 2020), fine-tuned to the kinds of abuse and to what a text is about by
//! `training/tune.py`; weights in seven bits, inputs of each product in eight.

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
    about: Vec<f32>,
    about_bias: Sense,
}

/// What is made of a passage as a whole: the mean of its rows.
pub(super) type Mean = [f32; WIDTH];

/// Numbers in a [`Sense`].
pub(in crate::filter) const SENSE: usize = 128;
/// Where a passage points in the space of meanings: near to it are others about the same. Its length says nothing.
pub(in crate::filter) type Sense = [f32; SENSE];

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
        let about_bias = Sense::try_from(tensors.reals("about.bias")?.as_slice())
            .map_err(|_| tensors.wrong("about.bias"))?;
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
            about: tensors.reals("about.weight")?,
            about_bias,
        };
        let fits = encoder.words.len() == encoder.scales.len() * WIDTH
            && encoder.places.len() >= LONGEST * WIDTH
            && encoder.heads.len() == KINDS * WIDTH
            && encoder.about.len() == SENSE * WIDTH
            && encoder.layers.iter().all(Layer::fits);
        fits.then_some(encoder)
            .ok_or_else(|| tensors.wrong("the sizes"))
    }

    /// The pieces of a word, for [`Encoder::mean`].
    pub(super) fn pieces(&self, word: &Word) -> Vec<u32> {
        self.vocabulary.pieces(&word.spelled)
    }

    /// What it makes of these pieces, read as one passage; what goes beyond [`LONGEST`] is left out.
    #[expect(clippy::cast_precision_loss, reason = "at most 128 rows")]
    pub(super) fn mean(&self, pieces: impl Iterator<Item = u32>) -> Mean {
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
        let mut mean = [0.0_f32; WIDTH];
        for row in rows.chunks_exact(WIDTH) {
            for (sum, x) in mean.iter_mut().zip(row) {
                *sum += x;
            }
        }
        let count = (rows.len() / WIDTH).max(1) as f32;
        mean.map(|sum| sum / count)
    }

    /// How much it looks like each kind of abuse.
    pub(super) fn logits(&self, mean: &Mean) -> Logits {
        project(mean, &self.heads, self.bias)
    }

    /// What it is about.
    pub(super) fn sense(&self, mean: &Mean) -> Sense {
        project(mean, &self.about, self.about_bias)
    }
}

fn project<const SIZE: usize>(mean: &Mean, weights: &[f32], bias: [f32; SIZE]) -> [f32; SIZE] {
    let mut found = bias;
    for (number, row) in found.iter_mut().zip(weights.chunks_exact(WIDTH)) {
        *number += dot(mean, row);
    }
    found
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

/// Rows whose attention is computed side by side.
const LANES: usize = 16;
/// The same number of as many rows.
type Lane = [f32; LANES];

/// Self-attention (Vaswani et al. 2017): each row of `qkv` holds query, key and value, each in twelve parts.
///
/// Sixteen queries stand side by side, so that the sums over the keys run in one order whatever the registers.
#[pulp::with_simd(attend = pulp::Arch::new())]
#[inline(always)]
fn attend_with<'a, S: pulp::Simd>(simd: S, qkv: &'a [f32], mixed: &'a mut [f32]) {
    let rows: Vec<&[f32]> = qkv.chunks_exact(3 * WIDTH).collect();
    let scale = 1.0 / sqrt_of_part();
    let mut shares = vec![[0.0_f32; LANES]; rows.len()];
    for part in 0..PARTS {
        let piece = |row: &&[f32], third: usize| {
            let at = third * WIDTH + part * PART;
            row.get(at..at + PART)
                .map_or([0.0; PART], |piece| piece.try_into().unwrap_or([0.0; PART]))
        };
        let keys: Vec<[f32; PART]> = rows.iter().map(|row| piece(row, 1)).collect();
        let values: Vec<[f32; PART]> = rows.iter().map(|row| piece(row, 2)).collect();
        let blocks = rows.chunks(LANES).zip(mixed.chunks_mut(LANES * WIDTH));
        for (block, into) in blocks {
            let mut queries = [[0.0_f32; LANES]; PART];
            for (lane, row) in block.iter().enumerate() {
                for (query, x) in queries.iter_mut().zip(piece(row, 0)) {
                    if let Some(into) = query.get_mut(lane) {
                        *into = x;
                    }
                }
            }
            for (share, key) in shares.iter_mut().zip(&keys) {
                likeness(simd, &queries, key, scale, share);
            }
            softmax(&mut shares);
            let mixture = mix(simd, &shares, &values);
            for (lane, row) in into.chunks_exact_mut(WIDTH).enumerate() {
                let Some(row) = row.get_mut(part * PART..(part + 1) * PART) else {
                    continue;
                };
                for (x, sums) in row.iter_mut().zip(&mixture) {
                    *x = sums.get(lane).copied().unwrap_or_default();
                }
            }
        }
    }
}

/// As many sums of [`LANES`] as fit the registers.
const SUMS: usize = 8;

/// How alike a key is to each of the queries. Every eighth product makes one sum, and these are added.
#[inline(always)]
fn likeness<S: pulp::Simd>(
    simd: S,
    queries: &[Lane; PART],
    key: &[f32; PART],
    scale: f32,
    into: &mut Lane,
) {
    let zero = simd.splat_f32s(0.0);
    for (at, into) in S::as_mut_simd_f32s(into).0.iter_mut().enumerate() {
        let mut sums = [zero; SUMS];
        let parts = queries.as_chunks::<SUMS>().0.iter();
        for (queries, key) in parts.zip(key.as_chunks::<SUMS>().0) {
            for ((sum, query), k) in sums.iter_mut().zip(queries).zip(key) {
                let query = S::as_simd_f32s(query).0.get(at).unwrap_or(&zero);
                *sum = simd.add_f32s(*sum, simd.mul_f32s(*query, simd.splat_f32s(*k)));
            }
        }
        let mut whole = zero;
        for sum in sums {
            whole = simd.add_f32s(whole, sum);
        }
        *into = simd.mul_f32s(whole, simd.splat_f32s(scale));
    }
}

/// The mean of the values for each query, by its shares.
#[inline(always)]
fn mix<S: pulp::Simd>(simd: S, shares: &[Lane], values: &[[f32; PART]]) -> [Lane; PART] {
    let zero = simd.splat_f32s(0.0);
    let mut mixture = [[0.0; LANES]; PART];
    for (part, into) in mixture.as_chunks_mut::<SUMS>().0.iter_mut().enumerate() {
        for at in 0..LANES / S::F32_LANES {
            let mut sums = [zero; SUMS];
            for (share, value) in shares.iter().zip(values) {
                let share = S::as_simd_f32s(share).0.get(at).unwrap_or(&zero);
                let value = value.as_chunks::<SUMS>().0.get(part);
                for (sum, v) in sums.iter_mut().zip(value.unwrap_or(&[0.0; SUMS])) {
                    *sum = simd.add_f32s(*sum, simd.mul_f32s(*share, simd.splat_f32s(*v)));
                }
            }
            for (into, sum) in into.iter_mut().zip(sums) {
                if let Some(into) = S::as_mut_simd_f32s(into).0.get_mut(at) {
                    *into = sum;
                }
            }
        }
    }
    mixture
}

#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "32")]
fn sqrt_of_part() -> f32 {
    (PART as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_to_the_last_bit_whatever_the_registers() {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from(u16::try_from(state >> 16).unwrap()) / 8192.0 - 4.0
        };
        for rows in [1, 2, 15, 16, 17, 45] {
            let qkv: Vec<f32> = (0..rows * 3 * WIDTH).map(|_| next()).collect();
            let (mut wide, mut narrow) = (vec![0.0; rows * WIDTH], vec![0.0; rows * WIDTH]);
            attend(&qkv, &mut wide);
            attend_with(pulp::Scalar::new(), &qkv, &mut narrow);
            let bits = |row: &[f32]| row.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&wide), bits(&narrow), "{rows} rows");
            // a mean of the values is none of their extremes
            assert!(wide.iter().all(|x| x.abs() <= 4.0) && wide.iter().any(|x| *x != 0.0));
        }
    }
}
