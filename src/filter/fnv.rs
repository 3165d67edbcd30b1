//! FNV-1a (Fowler, Noll and Vo), 32 bits: weights and tables are stored by it, so it may never change.

pub(super) const START: u32 = 0x811c_9dc5;

pub(super) fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

pub(super) fn more(hash: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(hash, |hash, byte| step(hash, *byte))
}
