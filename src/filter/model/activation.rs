//! The arithmetic between the matrix products. Written out in additions and multiplications, which IEEE 754 fixes
//! to the last bit, so that a verdict does not depend on a machine's mathematical library. What loops runs
//! with the widest registers that the processor has: more at once, in the same order.

#![allow(
    clippy::inline_always,
    clippy::needless_lifetimes,
    reason = "what is not inlined runs with narrow registers; the attribute names every lifetime"
)]

/// Adding it rounds a small number to the nearest integer, ties to even, and puts that integer into the lowest bits.
/// A cast would ask of every number whether it is one, one after the other.
const ROUND: f32 = 12_582_912.0;

/// The nearest integer; of a |x| < 2²² the lowest 22 bits, as many of a negative one's complement.
#[inline(always)]
pub(super) fn round(x: f32) -> u32 {
    (x + ROUND).to_bits()
}

/// eˣ to a relative error of 3·10⁻⁷ for x in [-87, 88]; outside it, the value at the end.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let bits = round(x * std::f32::consts::LOG2_E);
    let power = f32::from_bits(bits) - ROUND;
    // ln 2 in two parts, so that the remainder keeps its digits (Cody and Waite)
    let rest = x - power * 0.693_359_4 + power * 2.121_944_4e-4;
    let series = 1.0
        + rest
            * (1.0
                + rest
                    * (0.5
                        + rest
                            * (0.166_666_66
                                + rest * (0.041_666_5 + rest * (0.008_333_7 + rest * 0.001_39)))));
    // the exponent, an integer within [-126, 127]; the shift leaves nothing else of the bits
    series * f32::from_bits(bits.wrapping_add(127) << 23)
}

/// The Gaussian error linear unit, x·Φ(x) (Hendrycks and Gimpel 2016), with the error function after Abramowitz
/// and Stegun 7.1.26: off by at most 2·10⁻⁷·|x|.
#[inline(always)]
pub(super) fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = t
        * (0.254_829_6
            + t * (-0.284_496_74 + t * (1.421_413_8 + t * (-1.453_152_1 + t * 1.061_405_4))));
    let erf = 1.0 - series * exp(-z * z);
    0.5 * (x + x.abs() * erf)
}

/// 1 / (1 + e⁻ˣ).
pub(in crate::filter) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Makes the numbers of each column shares of one, the larger the more.
#[inline(always)]
pub(super) fn softmax<const COLUMNS: usize>(rows: &mut [[f32; COLUMNS]]) {
    let mut most = [f32::MIN; COLUMNS];
    for row in rows.iter() {
        for (most, x) in most.iter_mut().zip(row) {
            *most = if *x > *most { *x } else { *most };
        }
    }
    let mut sums = [0.0; COLUMNS];
    for row in rows.iter_mut() {
        for ((x, most), sum) in row.iter_mut().zip(&most).zip(&mut sums) {
            *x = exp(*x - most);
            *sum += *x;
        }
    }
    for row in rows.iter_mut() {
        for (x, sum) in row.iter_mut().zip(&sums) {
            *x /= sum;
        }
    }
}

/// The sum of products, in eight lanes so that a compiler may compute them side by side, always in the same order.
/// Of two lengths the shorter counts, down to a multiple of eight.
#[inline(always)]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (a, _) = a.as_chunks::<8>();
    let (b, _) = b.as_chunks::<8>();
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

/// [`layer_norm`] of every row as wide as `scale`.
#[pulp::with_simd(normalise = pulp::Arch::new())]
#[inline(always)]
pub(super) fn normalise_with<'a, S: pulp::Simd>(
    _: S,
    rows: &'a mut [f32],
    scale: &'a [f32],
    shift: &'a [f32],
) {
    for row in rows.chunks_exact_mut(scale.len()) {
        layer_norm(row, scale, shift);
    }
}

/// [`gelu`] of every number.
#[pulp::with_simd(activate = pulp::Arch::new())]
#[inline(always)]
pub(super) fn activate_with<'a, S: pulp::Simd>(_: S, rows: &'a mut [f32]) {
    for x in rows {
        *x = gelu(*x);
    }
}

/// As long as the widest row.
const ONES: [f32; 1536] = [1.0; 1536];

/// Normalises a row to mean 0 and variance 1, then scales and shifts it (Ba et al. 2016).
#[expect(clippy::cast_precision_loss, reason = "a width of some hundred")]
#[inline(always)]
fn layer_norm(row: &mut [f32], scale: &[f32], shift: &[f32]) {
    let width = row.len() as f32;
    let mean = dot(row, &ONES) / width;
    for x in row.iter_mut() {
        *x -= mean;
    }
    let variance = dot(row, row) / width;
    let by = 1.0 / (variance + 1e-12).sqrt();
    for ((x, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
        *x = *x * by * scale + shift;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_library() {
        for i in -2000..2000_i16 {
            let x = f32::from(i) / 40.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 5e-7, "exp {x}");
        }
        // Φ to seven digits
        for (x, expected) in [
            (0.0, 0.0),
            (1.0, 0.841_344_7),
            (-1.0, -0.158_655_25),
            (2.5, 2.484_475_8),
            (-3.0, -0.004_049_69),
            (9.0, 9.0),
            (-9.0, 0.0),
        ] {
            assert!((gelu(x) - expected).abs() < 2e-6, "gelu {x} {}", gelu(x));
        }
        assert!((sigmoid(0.0) - 0.5).abs() < 1e-7 && sigmoid(100.0) > 0.999);
        // what is no number stays none
        assert!(sigmoid(f32::NAN).is_nan() && gelu(f32::NAN).is_nan());
    }

    #[test]
    fn the_same_to_the_last_bit_whatever_the_registers() {
        let rows: Vec<f32> = (0..3 * 384_i16)
            .map(|i| f32::from(i % 83 * 37 % 501) / 50.0 - 5.0)
            .collect();
        let (scale, shift) = (vec![0.9; 384], vec![0.1; 384]);
        let bits = |row: &[f32]| row.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let (mut wide, mut narrow) = (rows.clone(), rows.clone());
        normalise(&mut wide, &scale, &shift);
        normalise_with(pulp::Scalar::new(), &mut narrow, &scale, &shift);
        assert_eq!(bits(&wide), bits(&narrow));
        activate(&mut wide);
        activate_with(pulp::Scalar::new(), &mut narrow);
        assert_eq!(bits(&wide), bits(&narrow));
        assert_ne!(bits(&wide), bits(&rows));
    }

    #[test]
    fn rows() {
        let mut columns = [[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]];
        softmax(&mut columns);
        assert!((columns[2][0] - 0.665_240_94).abs() < 1e-6);
        for column in [0, 1] {
            let sum: f32 = columns.iter().map(|row| row[column]).sum();
            assert!((sum - 1.0).abs() < 1e-6 && (columns[0][1] - columns[1][1]).abs() < 1e-6);
        }
        let mut row = [1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0];
        layer_norm(
            &mut row,
            &[1.0; 8],
            &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5],
        );
        assert!((row[0] + std::f32::consts::SQRT_2).abs() < 1e-5 && row[2].abs() < 1e-6);
        assert!((row[7] - 1.914_213_5).abs() < 1e-5);
        assert!((dot(&[2.0; 16], &[0.5; 16]) - 16.0).abs() < 1e-6);
    }
}
