//! What the model's phase makes of comments.

use super::super::source::Levels;
use super::super::verdict::{Outcome, Verdict};
use super::super::{RulesetSource, assess};
use super::*;

fn ruleset() -> Ruleset {
    Ruleset::compile(&RulesetSource::default()).unwrap()
}

fn kinds(verdict: &Verdict) -> Vec<Kind> {
    let of_model = verdict
        .reasons
        .iter()
        .filter(|reason| reason.phase == "model");
    of_model.map(|reason| reason.kind).collect()
}

fn kinds_of_all(verdict: &Verdict) -> Vec<Kind> {
    verdict.reasons.iter().map(|reason| reason.kind).collect()
}

#[test]
fn who_says_what_of_whom() {
    let ruleset = ruleset();
    for (text, hateful) in [
        (
            "Nothing good ever came from letting Muslims live here, they are a plague.",
            true,
        ),
        ("My new doctor is a Muslim and she is very kind.", false),
        ("Every last one of those gays should be locked away.", true),
        ("Nobody should be locked away for being gay.", false),
        (
            "He told his class that women are too stupid to drive, and was rightly sacked.",
            false,
        ),
        ("Women are too stupid to drive.", true),
    ] {
        let found = kinds(&assess(&ruleset, &Subject::of(text)));
        assert_eq!(
            found.contains(&Kind::IdentityAttack),
            hateful,
            "{text}: {found:?}"
        );
    }
}

#[test]
fn without_the_marked_words_it_would_pass() {
    let ruleset = ruleset();
    for text in [
        "You are a pathetic little liar and everybody here knows it.",
        "Good morning. I read the article twice. All immigrants are vermin. The bridge is nice.",
        // said twice
        "All immigrants are vermin and should drown in the sea. I read the article twice and I liked the part about \
         the bridge, which the council promised in spring. Women are too stupid to vote, every one of them. The ferry \
         will be missed by all of us who took it to school.",
    ] {
        let verdict = assess(&ruleset, &Subject::of(text));
        let of_model = verdict
            .reasons
            .iter()
            .filter(|reason| reason.phase == "model");
        let mut seen = 0;
        for reason in of_model {
            let mut rest = text.to_owned();
            for [from, to] in reason.spans.iter().rev() {
                rest.replace_range(from..to, "");
            }
            let again = kinds(&assess(&ruleset, &Subject::of(&rest)));
            assert!(!again.contains(&reason.kind), "{text}: {rest}");
            seen += 1;
        }
        assert!(seen > 0, "{text}");
    }
}

#[test]
fn unexplained_it_says_the_same_without_the_words() {
    let ruleset = ruleset();
    for text in [
        "You are a pathetic little liar and everybody here knows it.",
        "Good morning. I read the article twice. All immigrants are vermin. The bridge is nice.",
        "The bridge is nice.",
    ] {
        for quick in [false, true] {
            let explained = Subject {
                quick,
                ..Subject::of(text)
            };
            let unexplained = Subject {
                unexplained: true,
                ..explained
            };
            let [explained, unexplained] =
                [explained, unexplained].map(|subject| assess(&ruleset, &subject));
            assert_eq!(explained.scores, unexplained.scores, "{text}");
            assert_eq!(explained.verdict, unexplained.verdict, "{text}");
            // in the order of the words, if there are any
            let said = |verdict: &Verdict| {
                let mut said: Vec<_> = verdict
                    .reasons
                    .iter()
                    .map(|reason| format!("{:?} {:?}", reason.kind, reason.severity))
                    .collect();
                said.sort();
                said
            };
            assert_eq!(said(&explained), said(&unexplained), "{text}");
            let marks = |verdict: &Verdict| {
                let of_model = verdict
                    .reasons
                    .iter()
                    .filter(|reason| reason.phase == "model");
                of_model.map(|reason| reason.spans.len()).sum::<usize>()
            };
            assert_eq!(
                marks(&explained) > 0,
                !kinds(&explained).is_empty(),
                "{text}"
            );
            assert_eq!(marks(&unexplained), 0, "{text}");
        }
    }
}

#[test]
fn who_quotes_the_comment_above_is_not_blamed_for_its_words() {
    let ruleset = ruleset();
    let parent = "All immigrants are vermin and they should drown in the sea.";
    let text =
        format!("\u{201c}{parent}\u{201d} You wrote that yesterday, and it made my son cry.");
    let alone = Subject::of(&text);
    let reply = Subject {
        parent: Some(parent),
        ..alone
    };
    let hateful =
        |subject: &Subject<'_>| kinds(&assess(&ruleset, subject)).contains(&Kind::IdentityAttack);
    let score = |subject: &Subject<'_>| {
        let verdict = assess(&ruleset, subject);
        verdict.scores.get("identity_attack").flatten().unwrap()
    };
    assert!(score(&reply) < score(&alone) && !hateful(&reply));
    // nor for a term in it
    let listed = "“You lot can all go and fuck yourselves”, she said, and I left the room at once.";
    let kinds_of = |parent| {
        let subject = Subject {
            parent,
            ..Subject::of(listed)
        };
        kinds_of_all(&assess(&ruleset, &subject))
    };
    assert!(kinds_of(None).contains(&Kind::Profanity));
    let answered = Some("You lot can all go and fuck yourselves.");
    assert!(!kinds_of(answered).contains(&Kind::Profanity));
    // said again it is its own, and so is a quotation that nothing is said about
    for text in [parent.to_owned(), format!("\u{201c}{parent}\u{201d}")] {
        assert!(
            hateful(&Subject {
                text: &text,
                ..reply
            }),
            "{text}"
        );
    }
    // what it adds of its own is judged as ever, and marked where it stands
    let text = format!(
        "\u{201c}{parent}\u{201d} You are a pathetic little liar and everybody here knows it."
    );
    let verdict = assess(
        &ruleset,
        &Subject {
            text: &text,
            ..reply
        },
    );
    let insult = verdict
        .reasons
        .iter()
        .find(|reason| reason.kind == Kind::Insult && reason.phase == "model");
    let marked = insult.is_some_and(|reason| {
        !reason.spans.is_empty() && reason.spans.iter().all(|[from, _]| *from > parent.len())
    });
    assert!(marked, "{:?}", verdict.reasons);
}

/// A rare word says nothing by its pieces, nor a known one by its sound.
#[test]
fn one_rare_word_or_two_count_less() {
    let ruleset = ruleset();
    let verdict = |text| assess(&ruleset, &Subject::of(text)).verdict;
    for text in ["pedodontist", "Pedodontia.", "buttress"] {
        assert_eq!(verdict(text), Outcome::Publish, "{text}");
    }
    for text in [
        "Moron!",
        "Scum",
        "Hang him",
        "American idiots.",
        "Go back home",
    ] {
        assert_eq!(verdict(text), Outcome::Hold, "{text}");
    }
}

#[test]
fn abuse_as_a_whole_is_at_least_as_likely_as_its_kinds() {
    let ruleset = ruleset();
    for text in [
        "You are a pathetic little liar and everybody here knows it.",
        "All immigrants are vermin.",
        "I will find you and break your legs.",
        "The bridge is nice.",
    ] {
        for quick in [false, true] {
            let subject = Subject {
                quick,
                ..Subject::of(text)
            };
            let scores = assess(&ruleset, &subject).scores;
            let score = |kind: AbuseKind| scores.get(kind.as_str()).flatten().unwrap();
            let most = AbuseKind::ABUSIVE
                .map(score)
                .into_iter()
                .fold(0.0, f32::max);
            assert!((score(AbuseKind::Toxicity) - most).abs() < 1e-6, "{text}");
        }
    }
}

#[test]
fn abstains_where_it_has_learnt_nothing() {
    let text = "Les habitants de la ville ne veulent pas payer davantage pour les transports";
    let verdict = assess(&ruleset(), &Subject::of(text));
    for kind in AbuseKind::ALL {
        assert_eq!(verdict.scores.get(kind.as_str()), Some(None));
    }
    // nobody has looked at it
    let kinds = kinds_of_all(&verdict);
    assert_eq!(
        (verdict.verdict, kinds),
        (Outcome::Hold, vec![Kind::UnreadLanguage])
    );
    // nor is any of its words taken for a disguise: of "foids" here
    let text =
        "Le conseil municipal a encore une fois pris une mauvaise décision pour les habitants.";
    let found = kinds_of_all(&assess(&ruleset(), &Subject::of(text)));
    assert_eq!(found, [Kind::UnreadLanguage]);
    // a newspaper in that language says what follows from it
    let mut source = RulesetSource::default();
    let publish = Levels {
        mild: Outcome::Publish,
        strong: Outcome::Publish,
        severe: Outcome::Publish,
    };
    source.actions.0.insert(Kind::UnreadLanguage, publish);
    let verdict = assess(&Ruleset::compile(&source).unwrap(), &Subject::of(text));
    assert_eq!(verdict.verdict, Outcome::Publish);
}

#[test]
fn what_is_shown_is_what_holds() {
    let ruleset = ruleset();
    let (mut held, mut published) = (0, 0);
    for text in [
        "You are a pathetic little liar and everybody here knows it.",
        "All immigrants are vermin.",
        "I will find you and break your legs.",
        "Only a fool would have signed that contract.",
        "The mayor could not run a bath.",
        "I do not trust this council any more.",
        "The bridge is nice.",
    ] {
        for quick in [false, true] {
            let subject = Subject {
                quick,
                ..Subject::of(text)
            };
            let verdict = assess(&ruleset, &subject);
            let shown = verdict.scores.get("toxicity").flatten().unwrap();
            let threshold = ruleset.source.abuse.threshold(AbuseKind::Toxicity, !quick);
            let reason = verdict.reasons.iter().find(|reason| {
                reason.kind == Kind::Toxicity && reason.severity >= Severity::Strong
            });
            assert_eq!(reason.is_some(), shown >= threshold.hold, "{text}: {shown}");
            if reason.is_some() {
                assert_eq!(verdict.verdict, Outcome::Hold, "{text}");
                held += 1;
            } else {
                published += 1;
            }
        }
    }
    assert!(held > 0 && published > 0);
}

#[test]
fn what_is_too_long_to_be_read_in_order_gets_the_quick_look() {
    let ruleset = ruleset();
    let long = "I took the ferry to school for nine years and I will miss it. ".repeat(160);
    let many = "\u{1f937}".repeat(5_000);
    for (text, is_quick) in [(&long, false), (&many, true)] {
        let subject = Subject {
            unexplained: true,
            ..Subject::of(text)
        };
        let verdict = assess(&ruleset, &subject);
        assert_eq!(verdict.model.contains("quick look"), is_quick);
    }
}

#[test]
fn half_a_sentence_of_the_comment_above_is_the_writers_own() {
    let ruleset = ruleset();
    let parent =
        "Nobody here is saying that all immigrants should be shot at the border. Stop lying.";
    let text = "“All immigrants should be shot at the border.” I agree with every word.";
    let subject = Subject {
        parent: Some(parent),
        ..Subject::of(text)
    };
    assert_eq!(assess(&ruleset, &subject).verdict, Outcome::Hold);
}

#[test]
fn the_quick_look_says_so_and_holds_more() {
    let ruleset = ruleset();
    let judged = |text: &'static str, quick| {
        let subject = Subject {
            quick,
            ..Subject::of(text)
        };
        assess(&ruleset, &subject)
    };
    let text = "You are a pathetic little liar, you stupid worthless idiot.";
    let verdict = judged(text, true);
    let note = verdict
        .reasons
        .iter()
        .find(|reason| reason.phase == "model");
    assert!(note.is_some_and(|reason| reason.note.contains("quick look")));
    // said of what it publishes, too
    assert!(
        judged("The bridge is nice.", true)
            .model
            .contains("quick look")
    );
    assert!(
        !judged("The bridge is nice.", false)
            .model
            .contains("quick look")
    );
    // between the share that it holds from and the threshold
    let rules = &ruleset.source.abuse;
    let alone = rules.threshold(AbuseKind::Toxicity, false);
    let both = rules.threshold(AbuseKind::Toxicity, true);
    let found = [
        "What an idiot of a mayor.",
        "The council are a bunch of liars.",
        "He is a liar and a thief.",
        "You are a joke, Dave.",
    ]
    .map(|text| judged(text, true))
    .into_iter()
    .find(|verdict| {
        let score = verdict.scores.get("toxicity").flatten().unwrap();
        (alone.hold..both.hold).contains(&score)
    });
    assert!(found.is_some_and(|verdict| verdict.verdict == Outcome::Hold));
    // what is never to be held is not held in haste
    let mut never = rules.clone();
    never.insult.hold = 1.5;
    assert!(never.threshold(AbuseKind::Insult, false).hold > 1.0);
}

#[test]
fn switched_off_it_says_nothing() {
    let mut source = RulesetSource::default();
    source.abuse.enabled = false;
    let verdict = assess(
        &Ruleset::compile(&source).unwrap(),
        &Subject::of("You are an idiot"),
    );
    assert!(kinds(&verdict).is_empty() && verdict.scores.get("toxicity").is_none());
}
