//! What holds for any text.

use proptest::prelude::*;

use super::terms::matcher::EXAMINED;
use super::*;

pub(super) const ALL: Folds = Folds {
    invisible: true,
    styled: true,
    accents: true,
    lookalikes: true,
    leet: true,
    separators: true,
    repeats: true,
    masks: true,
    joined: true,
    misspelt: true,
};

/// Work is counted and not timed: what the views hold and what the matcher examines must grow no
/// faster than the text, also for texts that are made to be slow.
#[test]
fn work_grows_with_the_text() {
    let rules = ruleset_once();
    for unit in [
        "f.", "f u ", "a", "*", "f*", "ass", "sh1", "а", "\u{337}", "\u{fdfa}", ".", "a.com ", "-",
        "😀", "l1", "fuck ",
    ] {
        let work = |times: usize| {
            let text = unit.repeat(times);
            // the second stage reads passages of a fixed length, one after the other, in minutes here
            let subject = Subject {
                quick: true,
                ..Subject::of(&text)
            };
            EXAMINED.set(0);
            let size = phases::Prepared::new(rules, &subject).size();
            size + EXAMINED.get()
        };
        let (once, more) = (work(500), work(4000));
        assert!(more <= once * 9 + 100, "{unit}: {once} and {more}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_judged(text in any_text(), parent in any_text(), other in any_text()) {
        let rules = ruleset_once();
        let subject = Subject {
            text: &text,
            article: Some(ArticleText { title: &other, body: &parent }),
            parent: Some(&parent),
            thread: &[&other],
            recent: &[&other, &text],
            // the second stage would take minutes for them all
            quick: text.len() > 24,
            ancestors: &[&other],
            ..Subject::default()
        };
        let verdict = assess(rules, &subject);
        prop_assert_eq!(&verdict, &assess(rules, &subject));
        for reason in &verdict.reasons {
            prop_assert!(reason.spans.iter().all(|[start, end]| start < end && text.get(*start..*end).is_some()));
            prop_assert!(reason.spans.is_sorted_by(|a, b| a[1] < b[0]));
            prop_assert!(reason.score.is_none_or(|score| (0.0..=1.0).contains(&score)));
            prop_assert!(reason.note.ends_with('.'));
        }
    }

    #[test]
    fn normalising_twice_changes_nothing(text in any_text(), bits in any::<[bool; 3]>()) {
        let [invisible, styled, accents] = bits;
        let folds = Folds { invisible, styled, accents, ..ALL };
        let once = normalize(&text, folds);
        let twice = normalize(once.text(), folds);
        prop_assert_eq!(once.text(), twice.text());
    }

    #[test]
    fn a_listed_word_is_found_in_any_company(before in any_text(), after in any_text()) {
        let text = format!("{before} motherfucker {after}");
        let start = before.len() + 1;
        let subject = Subject { quick: true, ..Subject::of(&text) };
        let verdict = assess(ruleset_once(), &subject);
        prop_assert!(verdict.reasons.iter().any(|r| r.spans.iter().any(|[a, b]| *a <= start && start + 12 <= *b)));
    }
}

pub(super) fn ruleset_once() -> &'static Ruleset {
    static RULES: std::sync::LazyLock<Ruleset> =
        std::sync::LazyLock::new(|| Ruleset::compile(&RulesetSource::default()).unwrap());
    &RULES
}

/// Any Unicode text, and texts made of what the folds look for.
pub(super) fn any_text() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "fuck",
        "f",
        "u",
        " ",
        ".",
        "*",
        "-",
        "\u{200b}",
        "\u{301}",
        "\u{345}",
        "1",
        "$",
        "а",
        "ｆ",
        "ß",
        "İ",
        "ﬁ",
        "\u{fdfa}",
        "😀",
        "\n",
        "http://a.com",
        "'",
        "\u{1f1e6}",
        "한",
        "\u{1161}",
        "हि",
        "A",
        "ss",
        "\u{202e}",
        "\0",
        "½",
        "ǅ",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(parts, 0..60).prop_map(|parts| parts.concat()),
    ]
}
