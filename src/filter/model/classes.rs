//! Classes of words: what a word is counts more than which word it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::filter::verdict::Kind;
use crate::filter::wordlist::{LEARNT, Line, parse, shipped};

/// The words of the shipped lists by their kinds, and what people are called for what they are. Of two classes a
/// word has the first.
static CLASSES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut classes = HashMap::new();
    let mut put = |word: &str, class| {
        classes.entry(word.to_lowercase()).or_insert(class);
    };
    for list in LEARNT {
        for line in shipped(list).into_iter().flat_map(parse) {
            if let Line::Term(term) = line
                && term.text.chars().all(char::is_alphanumeric)
            {
                put(&term.text, of(term.kind));
            }
        }
    }
    for (class, words) in WORDS {
        for word in words.split_whitespace() {
            put(word, class);
        }
    }
    classes
});

const fn of(kind: Kind) -> &'static str {
    match kind {
        Kind::Slur => "(slur)",
        Kind::Insult => "(insult)",
        Kind::Threat => "(threat)",
        Kind::Sexual => "(sexual)",
        Kind::Spam => "(spam)",
        _ => "(coarse)",
    }
}

const WORDS: [(&str, &str); 4] = [
    (
        "(people)",
        "women woman girls girl females female feminists feminist men man muslims muslim jews jew jewish christians \
         christian hindus hindu sikhs sikh catholics catholic buddhists atheists atheist gays gay lesbians lesbian \
         bisexuals bisexual homosexuals homosexual queer trans transgender transsexuals transsexual blacks black \
         whites white africans african asians asian chinese japanese koreans indians indian pakistanis pakistani \
         arabs arab turks turkish syrians afghans somalis nigerians mexicans mexican latinos latino latina hispanics \
         immigrants immigrant migrants migrant refugees refugee foreigners foreigner disabled autistic blind deaf \
         roma poles romanians palestinians palestinian israelis israeli ahmadis shias shia sunnis elderly",
    ),
    (
        "(hate)",
        "hate hates hated despise despises loathe detest disgust disgusts disgusting inferior filthy filth scum \
         vermin subhuman parasites parasite animals savages trash garbage disease plague worthless",
    ),
    (
        "(harm)",
        "kill kills killed murder shoot shot hang hanged stab beat rape raped bomb burn die dead exterminate deport \
         gas drown lynch execute punch strangle slaughter eradicate",
    ),
    (
        "(not)",
        "not no never nobody none nothing cannot without nor neither isnt arent dont wont shouldnt",
    ),
];

/// The class of a word in lower case.
pub(super) fn class(word: &str) -> Option<&'static str> {
    CLASSES.get(word).copied()
}
