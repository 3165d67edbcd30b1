//! What a program shows to say who it is.

use rand::TryRng as _;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

/// Tells scanners for leaked secrets, and people, what it is.
const PREFIX: &str = "belowline-";

const RANDOM_BYTES: usize = 20;

/// A key that has just been made: the only moment at which it is known here. Does not print itself.
pub struct Key(String);

impl Key {
    /// 160 bits from the operating system's generator.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub(super) fn new() -> Result<Self> {
        let mut random = [0_u8; RANDOM_BYTES];
        rand::rngs::SysRng
            .try_fill_bytes(&mut random)
            .map_err(|error| Error::Internal(error.into()))?;
        let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(format!("{PREFIX}{digits}")))
    }

    /// The key itself, for the one who hands it over.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What is stored of a key, and what one that is shown is looked up by.
pub(super) fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_keys_are_alike_and_none_prints_itself() {
        let (one, other) = (Key::new().unwrap(), Key::new().unwrap());
        assert_ne!(one.as_str(), other.as_str());
        assert_ne!(hash(one.as_str()), hash(other.as_str()));
        assert_eq!(one.as_str().len(), PREFIX.len() + 2 * RANDOM_BYTES);
        assert!(!format!("{one:?}").contains(one.as_str()));
    }
}
