//! A text with the words marked that were found in it, for people to read.

use std::collections::BTreeMap;

use super::verdict::Severity;

/// What one reason points at in a text.
#[derive(Clone, Debug)]
pub struct Spots {
    /// half-open, in bytes of the text; what does not fit the text is ignored
    pub spans: Vec<[usize; 2]>,
    pub severity: Severity,
    /// what it is, in words
    pub label: String,
}

/// A stretch of text under the same marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// `None`: nothing was found here
    pub mark: Option<Mark>,
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// the gravest of what was found here
    pub severity: Severity,
    /// all of it, in words
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Break,
    /// A character that nobody sees, or that turns the direction of what follows: shown by its short name
    /// instead of taking effect.
    Hidden {
        short: &'static str,
        name: &'static str,
    },
}

/// Cuts a text at the edges of what was found in it. Every character is in exactly one segment.
pub fn marked(text: &str, found: &[Spots]) -> Vec<Segment> {
    let mut edges: BTreeMap<usize, Vec<(usize, i32)>> = BTreeMap::new();
    for (at, one) in found.iter().enumerate() {
        for &[from, to] in one.spans.iter().filter(|&&span| fits(text, span)) {
            edges.entry(from).or_default().push((at, 1));
            edges.entry(to).or_default().push((at, -1));
        }
    }
    edges.entry(text.len()).or_default();
    let mut open: BTreeMap<usize, i32> = BTreeMap::new();
    let mut segments: Vec<Segment> = Vec::new();
    let mut start = 0;
    for (edge, changes) in edges {
        if let Some(stretch) = text.get(start..edge).filter(|stretch| !stretch.is_empty()) {
            let before = text.get(..start).and_then(|before| before.chars().last());
            push(&mut segments, mark(found, &open), pieces(stretch, before));
        }
        for (at, change) in changes {
            *open.entry(at).or_insert(0) += change;
        }
        open.retain(|_, depth| *depth > 0);
        start = edge;
    }
    segments
}

fn fits(text: &str, [from, to]: [usize; 2]) -> bool {
    from < to && text.get(from..to).is_some()
}

fn mark(found: &[Spots], open: &BTreeMap<usize, i32>) -> Option<Mark> {
    let here = || open.keys().filter_map(|&at| found.get(at));
    let severity = here().map(|one| one.severity).max()?;
    let mut labels: Vec<&str> = here().map(|one| one.label.as_str()).collect();
    labels.dedup();
    Some(Mark {
        severity,
        label: labels.join("; "),
    })
}

/// Neighbours under the same mark are one segment.
fn push(segments: &mut Vec<Segment>, mark: Option<Mark>, pieces: Vec<Piece>) {
    match segments.last_mut().filter(|last| last.mark == mark) {
        Some(last) => last.pieces.extend(pieces),
        None => segments.push(Segment { mark, pieces }),
    }
}

fn pieces(text: &str, before: Option<char>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut run = String::new();
    let mut before = before;
    for c in text.chars() {
        let special = match c {
            '\n' => Some(Piece::Break),
            _ => hidden(c, before).map(|(short, name)| Piece::Hidden { short, name }),
        };
        before = Some(c);
        let Some(special) = special else {
            run.push(c);
            continue;
        };
        if !run.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut run)));
        }
        pieces.push(special);
    }
    if !run.is_empty() {
        pieces.push(Piece::Text(run));
    }
    pieces
}

/// The names of a character that hides; `None` for one that shows, or that belongs where it stands.
fn hidden(c: char, before: Option<char>) -> Option<(&'static str, &'static str)> {
    let names = match c {
        '\u{ad}' => ("SHY", "soft hyphen"),
        '\u{61c}' => ("ALM", "Arabic letter mark"),
        '\u{180e}' => ("MVS", "Mongolian vowel separator"),
        '\u{200b}' => ("ZWSP", "zero-width space"),
        // writing Urdu, Persian or Hindi needs these, and so does many an emoji
        '\u{200c}' | '\u{200d}' if before.is_some_and(joins) => return None,
        '\u{200c}' => ("ZWNJ", "zero-width non-joiner"),
        '\u{200d}' => ("ZWJ", "zero-width joiner"),
        '\u{200e}' => ("LRM", "left-to-right mark"),
        '\u{200f}' => ("RLM", "right-to-left mark"),
        '\u{202a}' => ("LRE", "left-to-right embedding"),
        '\u{202b}' => ("RLE", "right-to-left embedding"),
        '\u{202c}' => ("PDF", "end of a direction"),
        '\u{202d}' => ("LRO", "left-to-right override"),
        '\u{202e}' => ("RLO", "right-to-left override"),
        '\u{2060}' => ("WJ", "word joiner"),
        '\u{2061}'..='\u{2065}' => ("INV", "invisible operator"),
        '\u{2066}' => ("LRI", "left-to-right isolate"),
        '\u{2067}' => ("RLI", "right-to-left isolate"),
        '\u{2068}' => ("FSI", "first-strong isolate"),
        '\u{2069}' => ("PDI", "end of an isolate"),
        '\u{206a}'..='\u{206f}' => ("FMT", "outdated format character"),
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => ("FILL", "invisible filler"),
        '\u{feff}' => ("BOM", "zero-width no-break space"),
        '\u{e0000}'..='\u{e007f}' => ("TAG", "invisible tag character"),
        _ => return None,
    };
    Some(names)
}

/// Is this a character after which a joiner is ordinary writing: an Arabic or Indic letter, an emoji?
fn joins(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{d7f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        || matches!(c, '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, spans: &[(&[[usize; 2]], Severity)]) -> String {
        let label = |at: usize| char::from(b'a' + u8::try_from(at).unwrap()).to_string();
        let found: Vec<Spots> = spans
            .iter()
            .enumerate()
            .map(|(at, (spans, severity))| Spots {
                spans: spans.to_vec(),
                severity: *severity,
                label: label(at),
            })
            .collect();
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Break => "/".into(),
            Piece::Hidden { short, .. } => format!("<{short}>"),
        };
        let segment = |segment: &Segment| {
            let text: String = segment.pieces.iter().map(piece).collect();
            match &segment.mark {
                Some(mark) => format!("[{text}|{} {}]", mark.severity, mark.label),
                None => text,
            }
        };
        marked(text, &found).iter().map(segment).collect()
    }

    #[test]
    fn what_was_found_is_marked() {
        use Severity::{Mild, Severe, Strong};
        for (text, spans, expected) in [
            ("", &[][..], ""),
            ("plain", &[], "plain"),
            (
                "a bad word",
                &[(&[[2, 5]][..], Strong)][..],
                "a [bad|strong a] word",
            ),
            ("bad", &[(&[[0, 3]], Mild)], "[bad|mild a]"),
            (
                "two bad bad",
                &[(&[[4, 7], [8, 11]], Mild)],
                "two [bad|mild a] [bad|mild a]",
            ),
            // overlapping: the gravest wins where both are
            (
                "abcdef",
                &[(&[[0, 4]], Mild), (&[[2, 6]], Severe)],
                "[ab|mild a][cd|severe a; b][ef|severe b]",
            ),
            ("abc", &[(&[[0, 3], [1, 2]], Mild)], "[abc|mild a]"),
            ("ab", &[(&[[0, 1], [1, 2]], Mild)], "[ab|mild a]"),
            // what cannot be is ignored
            (
                "abc",
                &[(&[[2, 1], [1, 1], [0, 9], [7, 8], [usize::MAX, 0]], Severe)],
                "abc",
            ),
            ("éé", &[(&[[0, 1], [1, 3]], Severe)], "éé"),
            ("éé", &[(&[[2, 4]], Severe)], "é[é|severe a]"),
            ("کتا ہے", &[(&[[0, 6]], Strong)], "[کتا|strong a] ہے"),
            ("a\nb\n\nc", &[(&[[0, 3]], Mild)], "[a/b|mild a]//c"),
        ] {
            assert_eq!(shown(text, spans), expected, "{text:?} {spans:?}");
        }
    }

    #[test]
    fn what_hides_is_shown() {
        for (text, expected) in [
            ("b\u{200b}ad", "b<ZWSP>ad"),
            ("\u{202e}dab\u{202c}", "<RLO>dab<PDF>"),
            ("f\u{ad}u", "f<SHY>u"),
            ("a\u{200d}b", "a<ZWJ>b"),
            ("می\u{200c}خواہم", "می\u{200c}خواہم"),
            ("👩\u{200d}🚀", "👩\u{200d}🚀"),
            ("\u{feff}x", "<BOM>x"),
        ] {
            assert_eq!(shown(text, &[]), expected, "{text:?}");
        }
    }

    #[test]
    fn a_joiner_is_judged_by_what_stands_before_its_segment() {
        let text = "م\u{200c}ن";
        assert_eq!(
            shown(text, &[(&[[2, 5]], Severity::Mild)]),
            "م[\u{200c}|mild a]ن"
        );
    }
}
