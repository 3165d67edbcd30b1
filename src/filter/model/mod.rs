//! The trained model: what abuse looks like to a reader who knows the words and reads them in order.
//!
//! Two stages look at the same words. The first, linear, takes microseconds; the second, a small transformer,
//! milliseconds. Both are trained by `training/`, ship with the program and are checked against `models/models.json`,
//! which also holds how their measurements become probabilities at a newspaper's base rate.

mod activation;
mod classes;
mod encoder;
mod explain;
mod fast;
mod kinds;
mod linear;
mod passages;
mod tensors;
mod wordpiece;
mod words;

use std::fmt;
use std::sync::{Arc, LazyLock};

use encoder::Encoder;
use fast::Fast;
use kinds::Manifest;
pub(super) use tensors::Tensors;

pub(super) use activation::sigmoid;
pub use kinds::AbuseKind;
pub(super) use passages::{Measured, seen};
pub use tensors::ModelError;
pub(super) use words::{Word, words};

/// How many kinds each stage measures.
const KINDS: usize = AbuseKind::ALL.len();

/// Measurements before calibration, one for each kind, any real number.
type Logits = [f32; KINDS];

/// Everything that was trained. Immutable; shared freely between threads.
pub struct Model {
    fast: Fast,
    encoder: Option<Encoder>,
    manifest: Manifest,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Model({})", self.name(true))
    }
}

static SHIPPED: LazyLock<Result<Arc<Model>, ModelError>> = LazyLock::new(|| {
    Model::read(
        include_str!("../../../models/models.json"),
        include_bytes!("../../../models/fast.safetensors"),
        Some(include_bytes!("../../../models/encoder.safetensors")),
    )
    .map(Arc::new)
});

impl Model {
    /// The model that is part of this program.
    ///
    /// # Errors
    /// [`ModelError`] when the program was built with files that do not belong together.
    pub(super) fn shipped() -> Result<Arc<Self>, ModelError> {
        SHIPPED.clone()
    }

    /// Puts a model together. Without `encoder` the fast stage decides alone, and holds more.
    ///
    /// # Errors
    /// [`ModelError`] names the file that does not fit and what to do.
    pub fn read(manifest: &str, fast: &[u8], encoder: Option<&[u8]>) -> Result<Self, ModelError> {
        let manifest = Manifest::read(manifest)?;
        let fast = Fast::read(&Tensors::read("fast.safetensors", fast, &manifest.fast)?)?;
        let encoder = match encoder {
            Some(bytes) => {
                let tensors = Tensors::read("encoder.safetensors", bytes, &manifest.encoder)?;
                Some(Encoder::read(&tensors)?)
            }
            None => None,
        };
        Ok(Self {
            fast,
            encoder,
            manifest,
        })
    }

    /// The sha256 of the encoder, if there is one.
    pub(super) fn encoder_digest(&self) -> Option<&str> {
        let there = self.encoder.as_ref();
        there.map(|_| self.manifest.encoder.as_str())
    }

    /// Its name, as verdicts carry it: the version of the weights, and whether the first stage was alone, as it is
    /// without the encoder or where the second was not asked.
    #[must_use]
    pub fn name(&self, with_encoder: bool) -> String {
        let version = &self.manifest.version;
        match self.encoder {
            Some(_) if with_encoder => format!("abuse-{version}"),
            _ => format!("abuse-{version}, quick look only"),
        }
    }
}

#[cfg(test)]
mod tests;
