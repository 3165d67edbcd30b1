//! The first stage: a linear model over hashed words, pairs of words, letters inside words and classes of words.
//! Takes microseconds, and what each word contributes is exact.

use super::Logits;
use super::classes::class;
use super::tensors::{ModelError, Tensors};
use super::words::Word;
use crate::filter::fnv;

/// Hashed features share this many places; collisions cost less than the memory would (Weinberger et al. 2009).
const PLACES: usize = 1 << 18;
/// Bytes of one place in the table: one for each kind, and one to spare.
const STRIDE: usize = 8;

/// The table of weights.
pub(super) struct Fast {
    table: Vec<[i8; STRIDE]>,
    scales: Logits,
    bias: Logits,
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
            Logits::try_from(tensors.reals(name)?.as_slice()).map_err(|_| tensors.wrong(name))
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

    /// What a word adds wherever it stands.
    pub(super) fn own(&self, word: &Word) -> Own {
        let mut own = Own {
            class: class(&word.spelled),
            sums: Sums::default(),
        };
        own_features(word, own.class, |place| self.add(place, &mut own.sums));
        own
    }

    /// What it makes of these words.
    #[expect(clippy::cast_precision_loss, reason = "some thousand features")]
    pub(super) fn logits<'w>(
        &self,
        words: impl Iterator<Item = (&'w Word, &'w Own)> + Clone,
    ) -> Logits {
        let mut all = Sums::default();
        for (_, own) in words.clone() {
            all.count += own.sums.count;
            for (sum, more) in all.weights.iter_mut().zip(own.sums.weights) {
                *sum += more;
            }
        }
        let words = words.map(|(word, own)| (word, own.class));
        features_between(words, |place| self.add(place, &mut all));
        let by = 1.0 / (all.count.max(1) as f32).sqrt();
        let mut logits = self.bias;
        for ((logit, sum), scale) in logits.iter_mut().zip(all.weights).zip(self.scales) {
            *logit += sum as f32 * scale * by;
        }
        logits
    }

    fn add(&self, place: usize, to: &mut Sums) {
        to.count += 1;
        if let Some(weights) = self.table.get(place) {
            for (sum, weight) in to.weights.iter_mut().zip(weights) {
                *sum += i32::from(*weight);
            }
        }
    }
}

/// The sums of some features' weights, one for each kind, and how many features they are.
#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    weights: [i32; STRIDE],
    count: usize,
}

/// What a word adds wherever it stands, kept because it is asked for again when the words around it are left out.
#[derive(Debug)]
pub(super) struct Own {
    class: Option<&'static str>,
    sums: Sums,
}

/// Gives every feature's place in the table to `see`, once for each occurrence. `training/fast.py` learns from the
/// same places.
pub(super) fn features(words: &[Word], mut see: impl FnMut(usize)) {
    let classes: Vec<_> = words.iter().map(|word| class(&word.spelled)).collect();
    let words = words.iter().zip(classes);
    for (word, class) in words.clone() {
        own_features(word, class, &mut see);
    }
    features_between(words, see);
}

/// The word, its class and its letters.
fn own_features(word: &Word, class: Option<&'static str>, mut see: impl FnMut(usize)) {
    let spelled = word.spelled.as_bytes();
    see(place(fnv::more(start(b'1'), spelled)));
    if let Some(class) = class {
        see(place(fnv::more(start(b'c'), class.as_bytes())));
    }
    if !word.is_mark() {
        letters(spelled, &mut see);
        if word.loud {
            let name = class.map_or(spelled, str::as_bytes);
            see(place(fnv::more(start(b'!'), name)));
        }
    }
}

/// Each word with those before it.
fn features_between<'w>(
    words: impl Iterator<Item = (&'w Word, Option<&'static str>)>,
    mut see: impl FnMut(usize),
) {
    let mut before = start(b'2');
    let mut before_that = start(b'2');
    let mut spoken_to = 0_usize;
    for (word, class) in words {
        let spelled = word.spelled.as_bytes();
        let name = class.map_or(spelled, str::as_bytes);
        if class.is_some() {
            see(place(fnv::more(fnv::more(before, b" "), name)));
            see(place(fnv::more(fnv::more(before_that, b" ? "), name)));
        }
        see(place(fnv::more(fnv::more(before, b" "), spelled)));
        if spoken_to > 0 && !word.is_mark() {
            see(place(fnv::more(start(b'y'), name)));
        }
        spoken_to = match word.spelled.as_str() {
            "you" | "u" | "your" | "youre" | "ur" => 4,
            _ => spoken_to.saturating_sub(1),
        };
        before_that = before;
        before = fnv::more(start(b'2'), name);
    }
}

/// Three to five letters in a row, with the word's ends.
fn letters(word: &[u8], see: &mut impl FnMut(usize)) {
    let padded = [b"<", word, b">"].concat();
    for from in 0..word.len() {
        let mut hash = start(b'l');
        for (at, letter) in padded.iter().skip(from).take(5).enumerate() {
            hash = fnv::step(hash, *letter);
            if at >= 2 {
                see(place(hash));
            }
        }
    }
}

fn start(kind: u8) -> u32 {
    fnv::step(fnv::START, kind)
}

/// The upper bits mixed into the lower ones, which FNV leaves poor.
fn place(hash: u32) -> usize {
    let mixed = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
    ((mixed ^ (mixed >> 14)) as usize) % PLACES
}
