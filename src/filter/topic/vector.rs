//! Directions in the space of meanings, in whole numbers: the same on every processor.

/// Numbers in a vector.
pub(super) const WIDTH: usize = 128;

/// The length that a summand of a sum of vectors has.
const SUMMAND: f32 = 1024.0;

/// A direction. Its length says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vector {
    parts: [i8; WIDTH],
    square: i32,
}

impl Vector {
    /// Nothing was measured: no nearer to one thing than to another.
    pub(super) const NONE: Self = Self {
        parts: [0; WIDTH],
        square: 0,
    };

    pub(super) fn of(parts: [i8; WIDTH]) -> Self {
        let square = parts.iter().map(|part| i32::from(*part).pow(2)).sum();
        Self { parts, square }
    }

    /// The direction of these numbers.
    #[expect(clippy::cast_possible_truncation, reason = "clamped")]
    pub(super) fn along(parts: &[f32; WIDTH]) -> Self {
        let most = parts
            .iter()
            .fold(0.0_f32, |most, part| most.max(part.abs()));
        if most <= 0.0 || !most.is_finite() {
            return Self::NONE;
        }
        let by = 127.0 / most;
        Self::of(parts.map(|part| (part * by).round().clamp(-127.0, 127.0) as i8))
    }

    pub(super) fn parts(&self) -> &[i8; WIDTH] {
        &self.parts
    }

    /// The cosine of the angle between both, -1 to 1; 0 where there is none.
    #[expect(clippy::cast_precision_loss, reason = "a hundredth of a percent")]
    pub(super) fn cosine(&self, other: &Self) -> f32 {
        if self.square == 0 || other.square == 0 {
            return 0.0;
        }
        let product = product(&self.parts, &other.parts);
        product as f32 / ((self.square as f32).sqrt() * (other.square as f32).sqrt())
    }

    /// Adds itself, at a length of its own, to a sum.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "within a thousand"
    )]
    pub(super) fn add_to(&self, sum: &mut [i32; WIDTH]) {
        if self.square == 0 {
            return;
        }
        let by = SUMMAND / (self.square as f32).sqrt();
        for (sum, part) in sum.iter_mut().zip(self.parts) {
            *sum = sum.saturating_add((f32::from(part) * by).round() as i32);
        }
    }

    /// The direction of a sum.
    #[expect(
        clippy::cast_precision_loss,
        reason = "rounded to an eighth of a byte anyway"
    )]
    pub(super) fn of_sum(sum: &[i32; WIDTH]) -> Self {
        Self::along(&sum.map(|part| part as f32))
    }
}

/// Products of bytes, summed in whole numbers.
pub(super) fn product(a: &[i8; WIDTH], b: &[i8; WIDTH]) -> i32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| i32::from(i16::from(*a) * i16::from(*b)))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines() {
        let mut parts = [0.0; WIDTH];
        parts[0] = 3.0;
        parts[1] = 4.0;
        let one = Vector::along(&parts);
        parts[0] = -3.0;
        parts[1] = -4.0;
        let opposite = Vector::along(&parts);
        parts[1] = 2.25;
        let across = Vector::along(&parts);
        assert!((one.cosine(&one) - 1.0).abs() < 0.001);
        assert!((one.cosine(&opposite) + 1.0).abs() < 0.001);
        assert!(one.cosine(&across).abs() < 0.01);
        assert!(one.cosine(&Vector::NONE).abs() < f32::EPSILON);
        assert_eq!(Vector::along(&[f32::NAN; WIDTH]), Vector::NONE);
        let mut sum = [0; WIDTH];
        one.add_to(&mut sum);
        across.add_to(&mut sum);
        let middle = Vector::of_sum(&sum);
        assert!((middle.cosine(&one) - middle.cosine(&across)).abs() < 0.02);
    }
}
