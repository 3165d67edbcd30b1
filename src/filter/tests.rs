//! What the room promises as a whole; each fold from both sides.

use super::*;

fn ruleset(folds: Folds) -> Ruleset {
    let source = RulesetSource {
        folds,
        ..RulesetSource::default()
    };
    Ruleset::compile(&source).unwrap()
}

/// The parts of the text that a term reason points at, with its notes.
fn found(ruleset: &Ruleset, text: &str) -> Vec<(String, String)> {
    assess(ruleset, &Subject::of(text))
        .reasons
        .iter()
        .filter(|reason| reason.phase == "terms" && reason.kind != Kind::Evasion)
        .flat_map(|reason| {
            reason.spans.iter().map(|[start, end]| {
                (
                    text.get(*start..*end).unwrap().to_owned(),
                    reason.note.clone(),
                )
            })
        })
        .collect()
}

/// Every text of `fires` must be seen through, say so, and pass once the fold is off; none of
/// `passes` may be found.
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

const ALL: Folds = Folds {
    invisible: true,
    styled: true,
    accents: true,
    lookalikes: true,
    leet: true,
    separators: true,
    repeats: true,
    masks: true,
};

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
                .any(|(span, note)| span == part && !note.contains("written")),
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
fn own_terms_and_allowed_expressions() {
    let term = |text: &str, whole_word| Term {
        text: text.to_owned(),
        kind: Kind::Insult,
        severity: Severity::Severe,
        whole_word,
        note: Some("agreed in May".to_owned()),
    };
    let rules = Ruleset::compile(&RulesetSource {
        terms: vec![
            term("Café Müll", true),
            term("schwurbel", false),
            term("88", true),
        ],
        allow: vec!["geschwurbel heute".to_owned()],
        ..RulesetSource::default()
    })
    .unwrap();
    for (text, parts) in [
        ("im café  müll", vec!["café  müll"]),
        ("das Geschwurbel da", vec!["schwurbel"]),
        ("das Geschwurbel heute", vec![]),
        ("88 und 1988", vec!["88"]),
    ] {
        let spans: Vec<String> = found(&rules, text)
            .into_iter()
            .map(|(span, _)| span)
            .collect();
        assert_eq!(spans, parts, "{text}");
    }
    let hits = found(&rules, "café müll");
    assert_eq!(hits[0].1, "“Café Müll” is listed as an insult.");
}

#[test]
fn the_attempt_to_hide_is_a_reason() {
    let verdict = assess(&ruleset(ALL), &Subject::of("sh1t and s\u{200b}hit"));
    let evasion = verdict
        .reasons
        .iter()
        .find(|r| r.kind == Kind::Evasion)
        .unwrap();
    assert_eq!(evasion.spans, [[0, 4], [9, 16]]);
    assert!(
        evasion
            .note
            .contains("invisible characters and digits or signs"),
        "{}",
        evasion.note
    );
}

#[test]
fn letters_turned_round_are_held() {
    let verdict = assess(&ruleset(ALL), &Subject::of("so \u{202e}tihs\u{202c}"));
    let found: Vec<_> = verdict.reasons.iter().map(|r| (r.kind, &r.spans)).collect();
    assert_eq!(found, [(Kind::Evasion, &vec![[3, 6]])]);
    assert_eq!(verdict.verdict, Outcome::Hold);
}

#[test]
fn the_worst_outcome_wins_and_every_reason_is_kept() {
    let mut source = RulesetSource::default();
    let levels = Levels {
        severe: Outcome::Reject,
        ..Levels::default()
    };
    source.actions.0.insert(Kind::Threat, levels);
    let rules = Ruleset::compile(&source).unwrap();
    for (text, outcome, reasons) in [
        ("fine", Outcome::Publish, 0),
        ("crap", Outcome::Publish, 1),
        ("crap, asshole", Outcome::Hold, 2),
        ("crap, asshole, kill yourself", Outcome::Reject, 3),
    ] {
        let verdict = assess(&rules, &Subject::of(text));
        assert_eq!(
            (verdict.verdict, verdict.reasons.len()),
            (outcome, reasons),
            "{text}"
        );
        assert!(
            verdict
                .reasons
                .is_sorted_by(|a, b| a.severity >= b.severity)
        );
    }
}
