//! Comments that belong under any article and are about none: thanks, corrections, and what concerns the
//! moderation itself.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::filter::model::words;
use crate::filter::verdict::Kind;
use crate::filter::wordlist::is_stop_word;

/// Words from which on a comment says more than this.
const MOST_WORDS: usize = 60;
/// Words of content beside the thanks, from which on a comment is about something.
const MOST_BESIDE_THANKS: usize = 3;

/// What a comment does, apart from having a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Thanks,
    Correction,
    AboutModeration,
}

const THANKS: &[&str] = &[
    "thanks",
    "thank you",
    "thankyou",
    "thx",
    "many thanks",
    "cheers",
    "kudos",
];
const CORRECTIONS: &[&str] = &[
    "typo",
    "typos",
    "misspelt",
    "misspelled",
    "misspelling",
    "spelling mistake",
    "spelling error",
    "should read",
    "should be spelled",
    "should be spelt",
    "is spelled",
    "is spelt",
    "factual error",
    "correction needed",
    "needs correcting",
    "please correct the",
    "please fix the",
    "error in the headline",
    "mistake in the headline",
    "error in paragraph",
    "mistake in paragraph",
    "wrong caption",
];
const MODERATION: &[&str] = &[
    "my comment was",
    "my comment is",
    "my comment has",
    "my comment not",
    "my comments are",
    "my comments were",
    "my comments have",
    "my post was",
    "my last comment",
    "my previous comment",
    "my earlier comment",
    "deleted my comment",
    "removed my comment",
    "deleted my post",
    "removed my post",
    "comment was deleted",
    "comment was removed",
    "comments were deleted",
    "comments were removed",
    "comment was censored",
    "the moderator",
    "the moderators",
    "dear moderator",
    "comment moderation",
    "moderation here",
    "moderation policy",
    "awaiting moderation",
    "waiting for moderation",
    "held for moderation",
];

/// All of them between spaces, one kind after the other.
static PHRASES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let phrases = [MODERATION, CORRECTIONS, THANKS].into_iter().flatten();
    AhoCorasick::new(phrases.map(|phrase| format!(" {phrase} "))).ok()
});

impl Manner {
    /// `None` for nearly all comments.
    pub(super) fn of(text: &str) -> Option<Self> {
        let words: Vec<String> = words(text)
            .into_iter()
            .filter(|word| !word.is_mark())
            .take(MOST_WORDS + 1)
            .map(|word| word.spelled)
            .collect();
        if words.is_empty() || words.len() > MOST_WORDS {
            return None;
        }
        let line = format!(" {} ", words.join(" "));
        let phrases = PHRASES.as_ref()?;
        let found = phrases.find_overlapping_iter(&line);
        let first = found.map(|phrase| phrase.pattern().as_usize()).min()?;
        if first < MODERATION.len() {
            return Some(Self::AboutModeration);
        }
        if first < MODERATION.len() + CORRECTIONS.len() {
            return Some(Self::Correction);
        }
        let content = |word: &&String| word.len() > 2 && !is_stop_word(word);
        let thanks = words.iter().filter(content).count() <= MOST_BESIDE_THANKS;
        thanks.then_some(Self::Thanks)
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Thanks => Kind::Thanks,
            Self::Correction => Kind::Correction,
            Self::AboutModeration => Kind::AboutModeration,
        }
    }

    /// One sentence for a moderator.
    pub(super) fn note(self) -> &'static str {
        match self {
            Self::Thanks => "Says thanks, which belongs anywhere.",
            Self::Correction => "Points out a mistake in the article.",
            Self::AboutModeration => "Is about the moderation of comments.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manners() {
        for (text, expected) in [
            ("Thanks!", Some(Manner::Thanks)),
            ("Thank you, well written.", Some(Manner::Thanks)),
            (
                "No thanks to the council, which let the bridge rust for thirty years",
                None,
            ),
            ("There is a typo in paragraph 3", Some(Manner::Correction)),
            (
                "Why was it? My comment was deleted twice",
                Some(Manner::AboutModeration),
            ),
            ("The bridge is old", None),
            ("", None),
        ] {
            assert_eq!(Manner::of(text), expected, "{text}");
        }
    }
}
