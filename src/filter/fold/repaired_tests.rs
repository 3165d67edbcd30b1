use proptest::prelude::*;

use super::*;
use crate::filter::properties::{ALL, any_text, ruleset_once};
use crate::filter::{Ruleset, RulesetSource, Subject};

fn repair(ruleset: &Ruleset, text: &str) -> Repaired {
    repaired(&Prepared::new(ruleset, &Subject::of(text)))
}

/// Every text is repaired as it says, and says which fold it took; with the fold off it is not.
fn check(fold: &str, off: Folds, repairs: &[(&str, &str)], unchanged: &[&str]) {
    let off = Ruleset::compile(&RulesetSource {
        folds: off,
        ..RulesetSource::default()
    })
    .unwrap();
    for (text, expected) in repairs {
        let found = repair(ruleset_once(), text);
        assert_eq!(found.text, *expected, "{fold}: {text}");
        assert!(found.done.describe().contains(fold), "{fold}: {text}");
        let found = repair(&off, text);
        assert_ne!(found.text, *expected, "{fold} off: {text}");
        assert!(!found.done.describe().contains(fold), "{fold} off: {text}");
    }
    for text in unchanged {
        let found = repair(ruleset_once(), text);
        assert_eq!(found.text, *text, "{fold}");
        assert!(!found.done.describe().contains(fold), "{fold}: {text}");
    }
}

#[test]
fn plain_texts_stay_as_they_are() {
    for text in [
        "The assassin from Scunthorpe, a well-known fan of e-mail and F.C. Berlin's bars.",
        "Read https://example.com/sh1t?x=f.u.c.k and www.b1tch.example or write to a.ss@example.com!",
        "It costs $5 (or 5 €), 4x4, 1st, 2nd, 80s, 3D, 5G, B2B, H2O, A55, COVID-19, 10,000.5",
        "“Don’t,” she said — and left… No!!! Why???",
        "Привет, как дела? хор, уха, сосна, ООО",
        "Κοσμος, 日本語のコメント 哈哈哈哈, 한국어, हिन्दी की, اردو میں",
        "U.S.A., i.e. the U.K.; p.m., A B C; World War VIII, XXX",
        "½ of it is ™, x² + y²",
        "and/or push.it he/she brain-dead who're pen.is the end.The start",
        "What the fuck, you ASSHOLE? f*** it",
    ] {
        assert_eq!(repair(ruleset_once(), text).text, text);
    }
    assert_eq!(repair(ruleset_once(), " a\n\n b ").text, " a\nb ");
}

#[test]
fn the_plain_view_is_taken_over_with_its_capitals() {
    check(
        "invisible characters",
        Folds {
            invisible: false,
            ..ALL
        },
        &[("Zorki\u{200b}an", "Zorkian"), ("Q\u{ad}UX!", "QUX!")],
        &["Women"],
    );
    check(
        "styled letters",
        Folds {
            styled: false,
            ..ALL
        },
        &[("Ｈｅｌｌｏ 𝓦orld", "Hello World"), ("ﬁne", "fine")],
        &["½ ™ ² ①"],
    );
    check(
        "accents",
        Folds {
            accents: false,
            ..ALL
        },
        &[("Zürich", "Zurich"), ("h\u{337}e\u{337}Y\u{337}", "heY")],
        &["Zurich", "हिन्दी"],
    );
}

#[test]
fn lookalikes() {
    check(
        "look-alike letters",
        Folds {
            lookalikes: false,
            ..ALL
        },
        &[
            ("Wоmеn are", "Women are"),
            ("Fuсk", "Fuck"),
            ("ѕсhооl", "school"),
        ],
        &["Привет", "хор", "Cмирнов и привет"],
    );
}

#[test]
fn leet() {
    check(
        "digits or signs for letters",
        Folds { leet: false, ..ALL },
        &[
            ("Wom3n", "Women"),
            ("1mmigr4nts", "immigrants"),
            ("kil1 them", "kill them"),
            ("SH1T", "SHIT"),
            ("mu$lims!", "muslims!"),
            ("5+up1d!7y", "stupidity"),
            ("1l139al f4t", "illegal fat"),
        ],
        &[
            "1st", "4x4", "covid19", "@lone", "mp3s", "word(s)", "yes!no", "G20", "iPhone4", "5am",
            "10th", "b2b", "401k", "h1n1",
        ],
    );
}

#[test]
fn separators() {
    check(
        "separated letters",
        Folds {
            separators: false,
            ..ALL
        },
        &[
            ("the w o m e n here", "the women here"),
            (
                "he said 's t u p i d i t y' to me",
                "he said 'stupidity' to me",
            ),
            ("I.m.m.i.g.r.a.n.t.s!", "Immigrants!"),
            ("(musl|ims)", "(muslims)"),
            ("oh F U C K you", "oh FUCK you"),
            ("bi.tch", "bitch"),
        ],
        &[
            "a b c d",
            "e-mail",
            "well...known",
            "N.Y.P.D.",
            "co-op",
            "U.S.",
        ],
    );
}

#[test]
fn repeats() {
    check(
        "repeated letters",
        Folds {
            repeats: false,
            ..ALL
        },
        &[
            ("Sooooo baaaaad", "So bad"),
            ("coooool", "cool"),
            ("commmmmiteeeee", "commitee"),
            ("fuuuuck", "fuck"),
            ("zzzzork", "zzork"),
        ],
        &["cool", "www", "VIII", "哈哈哈哈", "aaa", "1000", "idiiom"],
    );
}

#[test]
fn masks() {
    check(
        "masked letters",
        Folds {
            masks: false,
            ..ALL
        },
        &[
            ("B*tch", "Bitch"),
            ("bullsh*t", "bullshit"),
            ("w*men", "women"),
            ("a pathet*c l*b*ral", "a pathetic liberal"),
        ],
        &[
            "a * b",
            "**important**",
            "w*m*n",
            "5*4=20",
            "****",
            "4* and 5*",
        ],
    );
}

#[test]
fn words_run_together() {
    check(
        "words run together",
        Folds {
            joined: false,
            ..ALL
        },
        &[
            ("Youthinkyou are so clever", "You think you are so clever"),
            ("YOU WILLDIEIN 7 DAYS.", "YOU WILL DIE IN 7 DAYS."),
            (
                "they are uselessidiots, all",
                "they are useless idiots, all",
            ),
            (
                "they all shout #sendthemhome",
                "they all shout #send them home",
            ),
        ],
        &[
            // names, what is known, misspellings, addresses, other languages
            "I met Woodworth and Ms Grayson there",
            "a newspaper for bookkeepers",
            "it was a dictatorshipp, diliberately so",
            "ask @sendthemhome or second-hander",
            "Cockburn is right about the bridge, says Mr Cockburn",
            "verbascum",
            "Das ist wieder niemandem hierher gekommen",
        ],
    );
}

#[test]
fn every_part_leads_back() {
    let text = "Ｙou f.u.c.k, Wom3n ｉs notagain";
    let found = repair(ruleset_once(), text);
    assert_eq!(found.text, "You fuck, Women is not again");
    for (word, original) in [
        ("You", "Ｙou"),
        ("fuck", "f.u.c.k"),
        ("uc", "f.u.c.k"),
        ("Women", "Wom3n"),
        ("u fuck, W", "u f.u.c.k, Wom3n"),
        ("is", "ｉs"),
        ("not", "not"),
        ("again", "again"),
    ] {
        let at = found.text.find(word).unwrap();
        let [from, to] = found.original(at, at + word.len());
        assert_eq!(text.get(from..to), Some(original), "{word}");
    }
    assert_eq!(repair(ruleset_once(), "").original(0, 5), [0, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_repaired(text in any_text()) {
        let found = repair(ruleset_once(), &text);
        prop_assert!(found.text.len() <= text.len() * 12);
        for (at, c) in found.text.char_indices() {
            let [from, to] = found.original(at, at + c.len_utf8());
            prop_assert!(from < to && text.get(from..to).is_some());
        }
        prop_assert!(found.parts.is_sorted_by(|a, b| a.at < b.at && a.from <= b.from));
    }
}
