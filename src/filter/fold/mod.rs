//! A text as it was meant: one spelling for each letter, disguises seen through, with the way back to its bytes.
//!
//! [`normalize`] gives every text one spelling; `disguise` reads look-alikes and signs as letters; `joined` takes out what
//! stands between the letters of a word; `respelt` and `repaired` put words right for the model. `chars` says what a
//! character is. Each fold has a switch in the ruleset and reports itself.

pub(super) mod chars;
pub(super) mod disguise;
pub(super) mod joined;
pub(super) mod normalize;
pub(super) mod repaired;
mod respelt;

#[cfg(test)]
mod tests;
