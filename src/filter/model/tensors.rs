//! Numbers out of a file of weights, in the safetensors format.

use safetensors::{Dtype, SafeTensors};
use sha2::{Digest as _, Sha256};

/// Why weights cannot be used, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The bytes are not those that belong to this version of the program.
    #[error(
        "{file} is damaged or of another version: its sha256 is {found}, and {expected} is needed; fetch it again"
    )]
    Checksum {
        /// The file.
        file: String,
        /// What is needed, in hexadecimal digits.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The bytes cannot be read as weights of the shape that the program expects.
    #[error(
        "{file} holds no weights that this program can use ({cause}); train them again with training/train"
    )]
    Shape {
        /// The file.
        file: String,
        /// The first thing that does not fit.
        cause: String,
    },
}

/// A file of weights whose bytes are what they should be.
pub(in crate::filter) struct Tensors<'a> {
    file: &'a str,
    tensors: SafeTensors<'a>,
}

impl<'a> Tensors<'a> {
    /// `sha256` in hexadecimal digits.
    pub(in crate::filter) fn read(
        file: &'a str,
        bytes: &'a [u8],
        sha256: &str,
    ) -> Result<Self, ModelError> {
        let found: String = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if found != sha256 {
            return Err(ModelError::Checksum {
                file: file.to_owned(),
                expected: sha256.to_owned(),
                found,
            });
        }
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| ModelError::Shape {
            file: file.to_owned(),
            cause: error.to_string(),
        })?;
        Ok(Self { file, tensors })
    }

    pub(in crate::filter) fn wrong(&self, cause: &str) -> ModelError {
        ModelError::Shape {
            file: self.file.to_owned(),
            cause: cause.to_owned(),
        }
    }

    fn data(&self, name: &str, dtype: Dtype) -> Result<&'a [u8], ModelError> {
        match self.tensors.tensor(name) {
            Ok(tensor) if tensor.dtype() == dtype => Ok(tensor.data()),
            _ => Err(self.wrong(&format!("there is no {name} of type {dtype:?}"))),
        }
    }

    pub(in crate::filter) fn reals(&self, name: &str) -> Result<Vec<f32>, ModelError> {
        let (words, _) = self.data(name, Dtype::F32)?.as_chunks::<4>();
        let reals: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        if reals.iter().all(|real| real.is_finite()) {
            Ok(reals)
        } else {
            Err(self.wrong(&format!("{name} has what is no number")))
        }
    }

    pub(in crate::filter) fn integers(&self, name: &str) -> Result<Vec<i8>, ModelError> {
        let bytes = self.data(name, Dtype::I8)?;
        Ok(bytes
            .iter()
            .map(|byte| i8::from_le_bytes([*byte]))
            .collect())
    }

    pub(in crate::filter) fn bytes(&self, name: &str) -> Result<&'a [u8], ModelError> {
        self.data(name, Dtype::U8)
    }

    pub(in crate::filter) fn text(&self, name: &str) -> Result<&'a str, ModelError> {
        std::str::from_utf8(self.data(name, Dtype::U8)?)
            .map_err(|_| self.wrong(&format!("{name} is not UTF-8")))
    }
}
