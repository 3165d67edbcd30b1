//! Numbers in rows of bytes, lowest byte first, for what is stored between two comments.

use super::vector::{Vector, WIDTH};

/// Why stored bytes are of no use: they are damaged, or were prepared by another version of the program. Prepare
/// them again from the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the prepared topic is damaged or of another version: prepare it again")]
pub struct Stale;

const FORMAT: u8 = 2;

#[derive(Default)]
pub(super) struct Writer(pub Vec<u8>);

impl Writer {
    /// Begins with what it is, the format's version, and the table that it was made with.
    pub(super) fn new(what: u8, table: u32) -> Self {
        let mut writer = Self::default();
        writer.0.extend([what, FORMAT]);
        writer.word(table);
        writer
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn word(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    pub(super) fn size(&mut self, number: usize) {
        self.word(u32::try_from(number).unwrap_or(u32::MAX));
    }

    pub(super) fn number(&mut self, number: i32) {
        self.0.extend(number.to_le_bytes());
    }

    pub(super) fn vector(&mut self, vector: &Vector) {
        self.0
            .extend(vector.parts().iter().flat_map(|part| part.to_le_bytes()));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.size(text.len());
        self.0.extend(text.as_bytes());
    }
}

pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// What [`Writer::new`] began with the same.
    pub(super) fn new(what: u8, table: u32, bytes: &'a [u8]) -> Result<Self, Stale> {
        let mut reader = Self(bytes);
        let fits = [reader.byte()?, reader.byte()?] == [what, FORMAT];
        if fits && reader.word()? == table {
            Ok(reader)
        } else {
            Err(Stale)
        }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Stale> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(Stale)?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], Stale> {
        self.take(COUNT)?.try_into().map_err(|_| Stale)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Stale> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub(super) fn word(&mut self) -> Result<u32, Stale> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn number(&mut self) -> Result<i32, Stale> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    pub(super) fn size(&mut self) -> Result<usize, Stale> {
        Ok(self.word()? as usize)
    }

    pub(super) fn vector(&mut self) -> Result<Vector, Stale> {
        let bytes: [u8; WIDTH] = self.array()?;
        Ok(Vector::of(bytes.map(|byte| i8::from_le_bytes([byte]))))
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Stale> {
        let length = self.size()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Stale)
    }

    /// `count` of something; nothing is set aside for what the bytes cannot hold.
    pub(super) fn many<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Result<T, Stale>,
    ) -> Result<Vec<T>, Stale> {
        let count = self.size()?;
        (0..count).map(|_| one(self)).collect()
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Result<(), Stale> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Stale)
        }
    }
}
