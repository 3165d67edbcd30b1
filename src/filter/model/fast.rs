//! The first stage: a linear model over hashed words, pairs of words, letters inside words and classes of words.
//! Takes microseconds, and what each word contributes is exact.

use super::FastLogits;
use super::classes::class;
use super::tensors::{ModelError, Tensors};
use super::words::Word;

/// Hashed features share this many places; collisions cost less than the memory would (Weinberger et al. 2009).
const PLACES: usize = 1 << 18;
/// Bytes of one place in the table: one for each kind, and one to spare.
const STRIDE: usize = 8;

/// The table of weights.
pub(super) struct Fast {
    table: Vec<[i8; STRIDE]>,
    scales: FastLogits,
    bias: FastLogits,
}

impl std::fmt::Debug for Fast {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fast({} places)", self.table.len())
    }
}

impl Fast {
    pub(super) fn read(tensors: &Tensors<'_>) -> Result<Self, ModelError> {
        let table = tensors.integers("table")?;
        let (table, rest) = table.as_chunks::<STRIDE>();
        let row = |name: &str| {
            FastLogits::try_from(tensors.reals(name)?.as_slice()).map_err(|_| tensors.wrong(name))
        };
        if table.len() != PLACES || !rest.is_empty() {
            return Err(tensors.wrong("table"));
        }
        Ok(Self {
            table: table.to_vec(),
            scales: row("scale")?,
            bias: row("bias")?,
        })
    }

    /// What it makes of these words.
    #[expect(clippy::cast_precision_loss, reason = "some thousand features")]
    pub(super) fn logits(&self, words: &[&Word]) -> FastLogits {
        let mut sums = [0_i32; STRIDE];
        let mut count = 0_usize;
        features(words, |place| {
            count += 1;
            if let Some(weights) = self.table.get(place) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += i32::from(*weight);
                }
            }
        });
        let by = 1.0 / (count.max(1) as f32).sqrt();
        let mut logits = self.bias;
        for ((logit, sum), scale) in logits.iter_mut().zip(sums).zip(self.scales) {
            *logit += sum as f32 * scale * by;
        }
        logits
    }
}

/// Gives every feature's place in the table to `see`, once for each occurrence. `training/fast.py` learns from the
/// same places.
pub(super) fn features(words: &[&Word], mut see: impl FnMut(usize)) {
    let mut before = start(b'2');
    let mut before_that = start(b'2');
    let mut spoken_to = 0_usize;
    for word in words {
        let spelled = word.spelled.as_bytes();
        let own = more(start(b'1'), spelled);
        see(place(own));
        let class = class(&word.spelled);
        let name = class.map_or(spelled, |class| class.as_bytes());
        if class.is_some() {
            see(place(more(start(b'c'), name)));
            see(place(more(more(before, b" "), name)));
            see(place(more(more(before_that, b" ? "), name)));
        }
        see(place(more(more(before, b" "), spelled)));
        if !word.is_mark() {
            letters(spelled, &mut see);
            if spoken_to > 0 {
                see(place(more(start(b'y'), name)));
            }
            if word.loud {
                see(place(more(start(b'!'), name)));
            }
        }
        spoken_to = match word.spelled.as_str() {
            "you" | "u" | "your" | "youre" | "ur" => 4,
            _ => spoken_to.saturating_sub(1),
        };
        before_that = before;
        before = more(start(b'2'), name);
    }
}

/// Three to five letters in a row, with the word's ends.
fn letters(word: &[u8], see: &mut impl FnMut(usize)) {
    let padded = |at: usize| match at.checked_sub(1) {
        None => Some(b'<'),
        Some(at) if at < word.len() => word.get(at).copied(),
        Some(at) => (at == word.len()).then_some(b'>'),
    };
    for from in 0..word.len() {
        let mut hash = start(b'l');
        for at in from..from + 5 {
            let Some(letter) = padded(at) else { break };
            hash = step(hash, letter);
            if at >= from + 2 {
                see(place(hash));
            }
        }
    }
}

/// FNV-1a (Fowler, Noll and Vo), 32 bits.
fn start(kind: u8) -> u32 {
    step(0x811c_9dc5, kind)
}

fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

fn more(hash: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(hash, |hash, byte| step(hash, *byte))
}

/// The upper bits mixed into the lower ones, which FNV leaves poor.
fn place(hash: u32) -> usize {
    let mixed = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
    ((mixed ^ (mixed >> 14)) as usize) % PLACES
}
