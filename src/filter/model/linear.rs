//! Matrix products of 8-bit integers. Their sums are exact whatever the processor, so that the same text gets the
//! same score on every machine.

#![allow(
    clippy::inline_always,
    clippy::needless_lifetimes,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is not inlined runs with narrow registers; the attribute names every lifetime and hides what \
              it is put on; bytes are within 1 … 255 by construction"
)]

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::NdTensorView;

use super::activation::round;

/// Computes products with the best instructions that the processor has.
pub(super) type Products = GemmExecutor<u8, i8, i32>;

/// A fully connected layer with weights of seven bits (−63 … 63), one scale for each output. With an eighth bit the
/// sums of older processors' instructions would overflow.
pub(super) struct Linear {
    weights: PackedBMatrix<i8>,
    /// For each output: what one step of its weights is worth.
    scales: Vec<f32>,
    /// For each output: the sum of its weights, which takes back the shift of the inputs.
    sums: Vec<i32>,
    bias: Vec<f32>,
    inputs: usize,
}

impl std::fmt::Debug for Linear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Linear({} → {})", self.inputs, self.scales.len())
    }
}

/// Inputs are stored as unsigned bytes around this.
const ZERO: i32 = 128;

impl Linear {
    /// `weights` is outputs × inputs, row by row. `None`: the lengths do not fit.
    pub(super) fn new(
        products: &Products,
        weights: &[i8],
        scales: Vec<f32>,
        bias: Vec<f32>,
    ) -> Option<Self> {
        let outputs = scales.len();
        let inputs = weights.len().checked_div(outputs)?;
        if bias.len() != outputs || inputs * outputs != weights.len() || inputs == 0 {
            return None;
        }
        let sums = weights
            .chunks_exact(inputs)
            .map(|row| row.iter().map(|w| i32::from(*w)).sum())
            .collect();
        let rows = NdTensorView::try_from_data([outputs, inputs], weights).ok()?;
        Some(Self {
            weights: products.prepack_b(rows.transposed()),
            scales,
            sums,
            bias,
            inputs,
        })
    }

    /// How many inputs and outputs it has.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.inputs, self.scales.len())
    }

    /// `rows` is rows × inputs; returns rows × outputs. Each row of inputs gets a scale of its own. What cannot be
    /// computed is no number, and no comment is published on it ([`Verdict::is_sound`]).
    ///
    /// [`Verdict::is_sound`]: crate::filter::Verdict::is_sound
    pub(super) fn apply(&self, products: &Products, rows: &[f32]) -> Vec<f32> {
        let outputs = self.scales.len();
        let count = rows.len() / self.inputs;
        let mut bytes = vec![0_u8; rows.len()];
        let mut steps = vec![0.0_f32; count];
        quantise(rows, self.inputs, &mut bytes, &mut steps);
        let mut sums = vec![0_i32; count * outputs];
        let mut result = vec![f32::NAN; sums.len()];
        // only shapes that do not fit are errors, and `new` checked them
        let product = NdTensorView::try_from_data([count, self.inputs], bytes.as_slice())
            .ok()
            .and_then(|view| {
                let (a, b) = (
                    GemmInputA::Unpacked(view),
                    GemmInputB::Packed(&self.weights),
                );
                products.gemm(&mut sums, a, b, GemmOptions::default()).ok()
            });
        if product.is_some() {
            scale(&sums, &steps, self, &mut result);
        }
        result
    }
}

/// Sums of 1,536 products of 8 bits and 7 bits stay below 2²⁴, where every integer is a number of 32 bits.
#[expect(clippy::cast_precision_loss, reason = "below 2^24, see above")]
#[inline(always)]
fn real(sum: i32) -> f32 {
    sum as f32
}

/// The bits of a number without its sign. They are in the order of the numbers, with what is no number above all, so that
/// the largest of a row keeps it.
#[inline(always)]
fn size(x: f32) -> u32 {
    x.to_bits() & 0x7fff_ffff
}

/// Each row as bytes, and what one step of them is worth: no number where the row has one that is none.
#[pulp::with_simd(quantise = pulp::Arch::new())]
#[inline(always)]
fn quantise_with<'a, S: pulp::Simd>(
    _: S,
    rows: &'a [f32],
    width: usize,
    bytes: &'a mut [u8],
    steps: &'a mut [f32],
) {
    let rows = rows.chunks_exact(width).zip(bytes.chunks_exact_mut(width));
    for ((row, bytes), step) in rows.zip(steps) {
        let mut lanes = [0_u32; 16];
        let (blocks, rest) = row.as_chunks::<16>();
        for block in blocks {
            for (lane, x) in lanes.iter_mut().zip(block) {
                *lane = size(*x).max(*lane);
            }
        }
        let most = rest.iter().map(|x| size(*x)).chain(lanes).fold(0, u32::max);
        let most = f32::from_bits(most);
        *step = if most == 0.0 { 1.0 } else { most / 127.0 };
        let by = 1.0 / *step;
        for (byte, x) in bytes.iter_mut().zip(row) {
            *byte = (round(x * by) as u8).wrapping_add(128);
        }
    }
}

/// Sums of integers back to reals.
#[pulp::with_simd(scale = pulp::Arch::new())]
#[inline(always)]
fn scale_with<'a, S: pulp::Simd>(
    _: S,
    sums: &'a [i32],
    steps: &'a [f32],
    layer: &'a Linear,
    result: &'a mut [f32],
) {
    let outputs = layer.scales.len();
    let rows = result
        .chunks_exact_mut(outputs)
        .zip(sums.chunks_exact(outputs));
    for ((into, row), step) in rows.zip(steps) {
        let outputs = row
            .iter()
            .zip(&layer.sums)
            .zip(&layer.scales)
            .zip(&layer.bias);
        for (x, (((sum, shift), scale), bias)) in into.iter_mut().zip(outputs) {
            *x = real(sum - ZERO * shift) * (scale * step) + bias;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_close_to_those_of_reals() {
        let products = Products::default();
        let weights: Vec<i8> = (0..3 * 64_i32)
            .map(|i| i8::try_from(i * 37 % 127 - 63).unwrap())
            .collect();
        let (scales, bias) = (vec![0.01, 0.02, 0.03], vec![1.0, -1.0, 0.0]);
        let layer = Linear::new(&products, &weights, scales.clone(), bias.clone()).unwrap();
        let rows: Vec<f32> = (0..2 * 64_i16)
            .map(|i| f32::from(i * 29 % 83) / 20.0 - 2.0)
            .collect();
        let found = layer.apply(&products, &rows);
        assert_eq!(found.len(), 6);
        for (at, value) in found.iter().enumerate() {
            let (row, output) = (at / 3, at % 3);
            let expected: f32 = (0..64)
                .map(|i| rows[row * 64 + i] * f32::from(weights[output * 64 + i]) * scales[output])
                .sum::<f32>()
                + bias[output];
            assert!((value - expected).abs() < 0.2, "{value} {expected}");
        }
    }

    #[test]
    fn what_is_no_number_stays_none() {
        let products = Products::default();
        let layer = Linear::new(&products, &[3; 64], vec![0.01, 0.02], vec![0.0; 2]).unwrap();
        for (at, wrong) in [
            (0, f32::NAN),
            (31, f32::NAN),
            (17, -f32::NAN),
            (31, f32::INFINITY),
        ] {
            let mut rows = vec![0.5; 64];
            rows[at] = wrong;
            let found = layer.apply(&products, &rows);
            assert!(!found[0].is_finite() && !found[1].is_finite(), "{found:?}");
            assert!(found[2].is_finite() && found[3].is_finite(), "{found:?}");
        }
    }

    #[test]
    fn the_largest_sums_are_exact() {
        let products = Products::default();
        // every product as large as there is: sums of pairs would overflow sixteen bits with an eighth bit
        for (weight, x) in [(63_i8, 1.0_f32), (-63, 1.0), (63, -1.0), (-63, -1.0)] {
            let inputs = 1536;
            let layer =
                Linear::new(&products, &vec![weight; inputs], vec![1.0], vec![0.0]).unwrap();
            let found = layer.apply(&products, &vec![x; inputs]);
            let expected = f32::from(weight) * 1536.0 * 127.0 * x * (1.0 / 127.0);
            assert!(
                (found[0] - expected).abs() < 0.01,
                "{} {expected}",
                found[0]
            );
        }
    }

    #[test]
    fn the_same_to_the_last_bit_whatever_the_registers() {
        let (width, count) = (384, 3);
        let rows: Vec<f32> = (0..3 * 384_i16)
            .map(|i| f32::from(i % 97 * 29 % 783) / 77.0 - 5.0)
            .collect();
        let quantised = |narrow: bool| {
            let (mut bytes, mut steps) = (vec![0; rows.len()], vec![0.0; count]);
            if narrow {
                quantise_with(pulp::Scalar::new(), &rows, width, &mut bytes, &mut steps);
            } else {
                quantise(&rows, width, &mut bytes, &mut steps);
            }
            (bytes, steps.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
        };
        assert_eq!(quantised(true), quantised(false));
        let layer = Linear::new(
            &Products::default(),
            &vec![7; width * 24],
            (1..=24_u8).map(|i| f32::from(i) / 300.0).collect(),
            vec![0.3; 24],
        )
        .unwrap();
        let sums: Vec<i32> = (0..72).map(|i| i * 7919 - 200_000).collect();
        let steps = [0.013, 0.017, 0.019];
        let (mut wide, mut narrow) = (vec![0.0; 72], vec![0.0; 72]);
        scale(&sums, &steps, &layer, &mut wide);
        scale_with(pulp::Scalar::new(), &sums, &steps, &layer, &mut narrow);
        let bits = |row: &[f32]| row.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&wide), bits(&narrow));
    }

    #[test]
    fn lengths_must_fit() {
        let products = Products::default();
        assert!(Linear::new(&products, &[1, 2, 3], vec![1.0, 1.0], vec![0.0, 0.0]).is_none());
        assert!(Linear::new(&products, &[1, 2], vec![1.0], vec![]).is_none());
        assert!(Linear::new(&products, &[], vec![], vec![]).is_none());
    }
}
