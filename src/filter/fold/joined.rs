//! The third view: letters that were pulled apart are put together again.

use super::chars::is_word;
use super::disguise::Glyph;
use super::normalize::Done;
use crate::filter::wordlist::is_known;

/// A word with signs inside is tried as one word only up to this many characters.
const LONGEST: usize = 40;

/// The glyphs without the separators that may hide a word, or nothing when there are none.
pub(in crate::filter) fn join(glyphs: &[Glyph]) -> Vec<Glyph> {
    let mut out: Vec<Glyph> = Vec::new();
    let mut joined = false;
    let mut rest = glyphs;
    while let Some(first) = rest.first() {
        let run = spaced_run(rest);
        let taken = if run >= 3 {
            joined = true;
            push_run(&mut out, rest, run * 2 - 1);
            run * 2 - 1
        } else if is_word(first.raw) {
            let token = token_len(rest);
            let letters = rest.get(..token).unwrap_or_default();
            if is_split_word(letters) {
                joined = true;
                push_joined(&mut out, letters);
            } else {
                out.extend_from_slice(letters);
            }
            token
        } else {
            out.push(*first);
            1
        };
        rest = rest.get(taken.max(1)..).unwrap_or_default();
    }
    if joined { out } else { Vec::new() }
}

/// How many single letters stand here with the same separator between them: `f.u.c.k` has 4. A wider gap begins a new
/// word: `f u c k   o f f`.
pub(super) fn spaced_run(glyphs: &[Glyph]) -> usize {
    let is_letter = |i: usize| glyphs.get(i).is_some_and(is_part);
    let Some(gap) = glyphs
        .get(1)
        .filter(|gap| !is_word(gap.raw) && gap.raw != '\'')
    else {
        return 0;
    };
    let separator = gap.raw;
    // "s a n d-d u n e"
    let parts = |c: char| c == separator || separator == ' ' && c == '-';
    let is_wider = |other: &Glyph| other.to - other.from > gap.to - gap.from;
    let mut letters = 0;
    while is_letter(letters * 2) && !is_letter(letters * 2 + 1) {
        letters += 1;
        let next = glyphs.get(letters * 2 - 1);
        if next.is_some_and(|next| next.raw == separator && is_wider(next)) {
            break;
        }
        if !next.is_some_and(|next| parts(next.raw)) {
            // Within words that are apart another run begins with this letter: "a d.o.g".
            let another = separator == ' ' && is_letter(letters * 2) && !is_letter(letters * 2 + 1);
            letters -= usize::from(another);
            break;
        }
    }
    // The last one must stand alone as well: in "a b cat" the c belongs to a word.
    letters
}

fn push_run(out: &mut Vec<Glyph>, glyphs: &[Glyph], len: usize) {
    let letters = glyphs.iter().take(len).step_by(2);
    let last = len / 2;
    for (i, glyph) in letters.enumerate() {
        let mut glyph = *glyph;
        glyph.loose = (i == 0 || i == last) && matches!(glyph.raw, 'a' | 'i' | 'u');
        if i > 0 {
            glyph.done.add(Done::SEPARATORS);
        }
        out.push(glyph);
    }
}

/// The length of what is written without a space from here on.
fn token_len(glyphs: &[Glyph]) -> usize {
    glyphs
        .iter()
        .position(|g| g.raw == ' ')
        .unwrap_or(glyphs.len())
}

/// Signs inside a word, as in `st.upid`. Two ordinary words with a dot or dash between them
/// (`pen.is`) are two words, an apostrophe belongs to a word (`who're`), and an address or a link
/// is not a word at all.
fn is_split_word(token: &[Glyph]) -> bool {
    let inside = token.get(..word_end(token)).unwrap_or_default();
    // Nearly every word ends here.
    if inside.iter().all(is_part) || token.len() > LONGEST {
        return false;
    }
    if token
        .iter()
        .any(|g| matches!(g.raw, '\'' | '`' | '/' | '@'))
    {
        return false;
    }
    let mut parts = inside
        .split(|g| !is_part(g))
        .filter(|part| !part.is_empty());
    !parts.all(|part| is_known(&part.iter().map(|g| g.letter).collect::<String>()))
}

/// Where the letters of a word begin and end that signs or spaces pull apart, unless that is usual
/// writing: `pen.is`, `e-mail`, `and/or`.
pub(super) fn pulled_apart(token: &[Glyph]) -> Option<(usize, usize)> {
    let end = word_end(token);
    let start = token.iter().position(is_part)?;
    let inside = token.get(start..end)?;
    let dashes = inside.iter().filter(|g| g.raw == '-').count();
    let signs = inside.iter().filter(|g| !is_part(g)).count();
    (is_split_word(inside) && !(signs == 1 && dashes == 1)).then_some((start, end))
}

/// A letter, or a sign that is read as one.
pub(in crate::filter) fn is_part(glyph: &Glyph) -> bool {
    is_word(glyph.raw) || glyph.done.has(Done::LEET)
}

/// Where the last letter of a token ends: what follows is punctuation.
fn word_end(token: &[Glyph]) -> usize {
    token
        .iter()
        .rposition(|g| is_word(g.raw))
        .map_or(0, |i| i + 1)
}

fn push_joined(out: &mut Vec<Glyph>, token: &[Glyph]) {
    let end = word_end(token);
    let hidden = if is_compound(token) {
        Done::NONE
    } else {
        Done::SEPARATORS
    };
    let mut pulled = false;
    for (i, glyph) in token.iter().enumerate() {
        if i < end && !is_part(glyph) {
            pulled = true;
            continue;
        }
        let mut glyph = *glyph;
        if pulled {
            glyph.done.add(hidden);
            pulled = false;
        }
        out.push(glyph);
    }
}

/// Two words with a dash between them, as in `brain-dead`: usual spelling and no disguise.
fn is_compound(token: &[Glyph]) -> bool {
    let mut parts = token.split(|g| g.raw == '-');
    let whole = |part: Option<&[Glyph]>| {
        part.is_some_and(|p| p.iter().filter(|g| is_word(g.raw)).count() > 1)
    };
    whole(parts.next()) && whole(parts.next()) && parts.next().is_none()
}
