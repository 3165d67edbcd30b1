//! Each fold from both sides: what it sees through, and what it leaves alone.

use crate::filter::properties::ALL;
use crate::filter::tests::{found, ruleset};
use crate::filter::*;

/// Every text of `fires` must be seen through and say so, and not by this fold once it is off; none of `passes` may be
/// found.
fn check(name: &str, off: Folds, fires: &[(&str, &str)], passes: &[&str]) {
    let (on, off) = (ruleset(Folds::default()), ruleset(off));
    for (text, part) in fires {
        let hits = found(&on, text);
        assert!(
            hits.iter()
                .any(|(span, note)| span == part && note.contains(name)),
            "{name}: {text}: {hits:?}"
        );
        let hits = found(&off, text);
        assert!(
            !hits.iter().any(|(_, note)| note.contains(name)),
            "{name} off: {text}: {hits:?}"
        );
    }
    for text in passes {
        assert_eq!(found(&on, text), [], "{name}: {text}");
    }
}

#[test]
fn whole_words() {
    let rules = ruleset(ALL);
    for text in [
        "The assassin from Scunthorpe played bass in the cockpit",
        "a classic grape from Penistone, Sussex and Essex",
        "my pen is blue and the pen.is red",
        "Dickens and Hitchcock wrote cocktail stories about shiitake",
        "assess the passage, embarrass the ambassador, harass nobody",
        "gay, lesbian, black, Jewish, Muslim and trans people are welcome",
        "Привет, как дела? сука не написано",
        "日本語のコメント",
        "Tom, Dick and Harry went to see Dick Van Dyke",
        "tit for tat",
        "",
    ] {
        assert_eq!(found(&rules, text), [], "{text}");
    }
    for (text, part) in [
        ("What the fuck?", "fuck"),
        ("FUCK!", "FUCK"),
        ("son-of-a-bitch", "son-of-a-bitch"),
        ("kill   yourself", "kill   yourself"),
        ("shit-talk_fuck_", "fuck"),
        ("tum CHUTIYA ho", "CHUTIYA"),
        ("you f***", "f***"),
    ] {
        let hits = found(&rules, text);
        assert!(
            hits.iter()
                .any(|(span, note)| span == part && !note.contains("disguised")),
            "{text}: {hits:?}"
        );
    }
}

#[test]
fn invisible() {
    check(
        "invisible characters",
        Folds {
            invisible: false,
            ..ALL
        },
        &[
            ("f\u{200b}uck", "f\u{200b}uck"),
            ("sh\u{ad}it", "sh\u{ad}it"),
            ("fu\u{e0041}ck", "fu\u{e0041}ck"),
        ],
        &[
            "pen\u{200b} is",
            "👨\u{200d}👩\u{200d}👧",
            "می\u{200c}خواهم",
            "cl\u{200b}ass",
        ],
    );
}

#[test]
fn styled() {
    check(
        "styled letters",
        Folds {
            styled: false,
            ..ALL
        },
        &[
            ("ｆｕｃｋ", "ｆｕｃｋ"),
            ("𝓯𝓾𝓬𝓴 that", "𝓯𝓾𝓬𝓴"),
            ("ⓢⓗⓘⓣ", "ⓢⓗⓘⓣ"),
        ],
        &["ｃｌａｓｓ", "①②③", "ﬁne ﬂat", "x² ½ ™"],
    );
}

#[test]
fn accents() {
    check(
        "accents",
        Folds {
            accents: false,
            ..ALL
        },
        &[
            ("fück", "fück"),
            ("shít", "shít"),
            (
                "f\u{337}u\u{337}c\u{337}k\u{337}",
                "f\u{337}u\u{337}c\u{337}k\u{337}",
            ),
        ],
        &[
            "Schöne Grüße aus Köln",
            "façade, naïve, élan",
            "Tiếng Việt",
            "ёлка",
        ],
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
            ("fuсk", "fuсk"),
            ("ѕhіt", "ѕhіt"),
            ("ƒuck", "ƒuck"),
            ("сосk", "сосk"),
            ("fυςk", "fυςk"),
        ],
        &[
            "Привет, как дела?",
            "хорошо, сосна",
            "Καλημέρα κόσμε",
            "сорок",
            "σοφία",
            "日本",
        ],
    );
}

#[test]
fn leet() {
    check(
        "digits or signs for letters",
        Folds { leet: false, ..ALL },
        &[
            ("5hit", "5hit"),
            ("sh1t!", "sh1t"),
            ("@sshole", "@sshole"),
            ("a$$", "a$$"),
            ("b1tch", "b1tch"),
            ("$h1t", "$h1t"),
            ("s1ut", "s1ut"),
        ],
        &[
            "$$3x^2",
            "the A55 road",
            "50 shades",
            "4x4",
            "455",
            "B2B and H2O",
            "pay $5 or 5$",
            "the 5th",
            "0k",
            "@assembly",
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
            ("f.u.c.k", "f.u.c.k"),
            ("oh f u c k you", "f u c k"),
            ("you are a f u c k", "f u c k"),
            // a wider gap stands between words
            ("D i e   n i g g e r", "n i g g e r"),
            ("a c l u s t e r-f u c k", "c l u s t e r-f u c k"),
            ("s-h-i-t", "s-h-i-t"),
            ("fu|ck", "fu|ck"),
            ("st.u.pid bi.tch", "bi.tch"),
            ("F_U_C_K", "F_U_C_K"),
        ],
        &[
            "a b c",
            "pen is",
            "pen.is",
            "the U.S.A. and the U.K.",
            "who're they",
            "brain.The end",
            "www.pen.is",
            "a-s",
            "push.it",
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
            ("fuuuuck", "fuuuuck"),
            ("fuckkk", "fuckkk"),
            ("shiiit", "shiiit"),
            ("idiiot", "idiiot"),
            ("assssshole", "assssshole"),
        ],
        &["as", "assess", "Shiite", "cool", "aaah", "the glass", "con"],
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
            ("b*tch", "b*tch"),
            ("f**ker", "f**ker"),
            ("bullsh*t", "bullsh*t"),
            ("wh#re", "wh#re"),
        ],
        &[
            "a * b",
            "**important**",
            "5*5",
            "e-mail",
            "co-op",
            "n-----s",
            "*",
            "***",
        ],
    );
}

#[test]
fn joined() {
    check(
        "words run together",
        Folds {
            joined: false,
            ..ALL
        },
        &[
            ("youcunt", "cunt"),
            ("youfuckingassholes", "fucking"),
            ("FuckJoe", "Fuck"),
            ("thatcuntwas mad", "cunt"),
            ("piecesofshit", "piecesofshit"),
        ],
        &[
            "Scunthorpe and Penistone",
            "the therapistfinder",
            "cocktailparty",
            "Cockermouth, Clitheroe, Lightwater",
            "homolateral pricklouse",
            "black cocktail",
        ],
    );
}

#[test]
fn misspelt() {
    check(
        "swapped or missing letters",
        Folds {
            misspelt: false,
            ..ALL
        },
        &[
            ("asshloe", "asshloe"),
            ("you ashole", "ashole"),
            ("nigegr", "nigegr"),
            ("motherfcker", "motherfcker"),
        ],
        &[
            "us ne darakht kata aur pani bhara",
            "Niger and Nigeria",
            "Putin",
            "cummin",
            "snigger",
            "muslims",
            "thier",
            "hose",
            "tuck",
        ],
    );
}

#[test]
fn one_space_inside_a_word() {
    check(
        "separated letters",
        Folds {
            separators: false,
            ..ALL
        },
        &[
            ("f uck", "f uck"),
            ("fu ck you", "fu ck you"),
            ("you fuc ker", "fuc ker"),
        ],
        &["it's hit", "pen is", "co on", "bus hit", "as shown"],
    );
}

#[test]
fn boxes_flags_and_small_capitals() {
    for (text, part, note) in [
        ("ꜰᴜᴄᴋ", "ꜰᴜᴄᴋ", "styled letters"),
        ("fᴜcᴋ", "fᴜcᴋ", "styled letters"),
        ("🅵🆄🅲🅺", "🅵🆄🅲🅺", "styled letters"),
        ("🄵🄾🄾 🄵🅄🄲🄺", "🄵🅄🄲🄺", "styled letters"),
        ("🇫🇺🇨🇰", "🇫🇺🇨🇰", "look-alike letters"),
        ("fu\u{2800}ck", "fu\u{2800}ck", "separated letters"),
        ("fu\u{2028}ck", "fu\u{2028}ck", "separated letters"),
    ] {
        let hits = found(&ruleset(ALL), text);
        let seen = |(span, said): &(String, String)| span == part && said.contains(note);
        assert!(hits.iter().any(seen), "{text}: {hits:?}");
    }
    for text in ["🇺🇸🇬🇧 🇸🇭", "🅰️ 🅿️", "ᴛᴇxᴛ"] {
        assert_eq!(found(&ruleset(ALL), text), [], "{text}");
    }
    for (text, part) in [
        ("fuck1", "fuck"),
        ("1fuck", "fuck"),
        ("fuck!!!", "fuck"),
        ("f u c k  f u c k", "f u c k"),
    ] {
        let hits = found(&ruleset(ALL), text);
        assert!(
            hits.iter().any(|(span, _)| span == part),
            "{text}: {hits:?}"
        );
    }
}
