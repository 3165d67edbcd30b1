use std::sync::Arc;

use super::super::{ArticleText, Kind, Model, Ruleset, RulesetSource, Subject, Verdict, assess};
use super::*;

const ARTICLE: ArticleText<'_> = ArticleText {
    title: "City council approves new bridge over the river",
    body: "The council voted on Monday to build a bridge for cyclists and pedestrians. Critics fear rising costs and \
           traffic during construction.\n\nThe old bridge was closed in spring after engineers found cracks.",
};
const PASTA: &str = "My grandmother cooks spaghetti with tomatoes, garlic, basil and parmesan";

fn judged(subject: &Subject<'_>) -> Verdict {
    assess(
        &Ruleset::compile(&RulesetSource::default()).unwrap(),
        subject,
    )
}

/// What the verdict says of the topic: `None` for an abstention.
fn score(subject: &Subject<'_>) -> Option<f32> {
    judged(subject).scores.get("off_topic").unwrap()
}

fn under(text: &str) -> Subject<'_> {
    Subject {
        article: Some(ARTICLE),
        ..Subject::of(text)
    }
}

#[test]
fn abstains_when_there_is_too_little_to_go_on() {
    for subject in [
        under("I agree"),
        under("Well said!"),
        under("😀 👍"),
        under("https://example.com/spaghetti/with/garlic"),
        under("Этот мост городу совсем не нужен, деньги выброшены"),
        under("Les habitants de la ville ne veulent pas payer davantage pour les transports"),
        under(""),
        Subject::of(PASTA),
        Subject {
            article: Some(ArticleText::default()),
            ..Subject::of(PASTA)
        },
    ] {
        assert_eq!(score(&subject), None, "{}", subject.text);
    }
}

#[test]
fn nearer_texts_score_lower() {
    let near = under("Cyclists need this bridge, whatever the council critics fear about costs");
    let far = under(PASTA);
    let replied = Subject {
        parent: Some("Who cooks spaghetti with garlic and basil?"),
        ..far
    };
    let threaded = Subject {
        thread: &[
            "Spaghetti is best with a lot of tomatoes",
            "and with garlic and fresh basil from the garden",
        ],
        ..far
    };
    let score = |subject| score(subject).unwrap();
    assert!(score(&near) < 0.5 && score(&far) > 0.6);
    assert!(score(&replied) < score(&far));
    assert!(score(&threaded) < score(&far));
}

#[test]
fn what_was_prepared_gives_the_same_verdict() {
    let table = Table::shipped().unwrap();
    let thread = [
        "The cracks were known for years",
        "Why not build it for cars too, and for trams?",
    ];
    let raw = Subject {
        thread: &thread,
        ..under("Spaghetti for the engineers who found the cracks!")
    };
    let article = table.article(ARTICLE);
    let article = table.read_article(&article.to_bytes()).unwrap();
    let mut conversation = table.conversation();
    for text in thread {
        table.add(&mut conversation, text);
    }
    let conversation = table.read_conversation(&conversation.to_bytes()).unwrap();
    assert_eq!(conversation.len(), 2);
    let prepared = Subject {
        prepared: Some(&article),
        conversation: Some(&conversation),
        thread: &[],
        ..raw
    };
    assert_eq!(judged(&raw), judged(&prepared));
}

#[test]
fn the_encoder_adds_to_what_the_words_say_and_may_be_missing() {
    let ruleset = Ruleset::compile(&RulesetSource::default()).unwrap();
    let sense = |subject: &Subject<'_>| {
        let measured: Vec<_> = measure_topic(&ruleset, subject).unwrap().collect();
        let sense = measured
            .iter()
            .filter(|(name, _)| name.starts_with("sense"));
        sense.map(|(_, measure)| *measure).collect::<Vec<f32>>()
    };
    // not a word of it is in the article
    let far = under("Finally a safe crossing for people on bikes, worth every penny");
    let seen = sense(&far);
    assert!(
        seen.len() == 4 && seen.iter().any(|more| *more != 0.0),
        "{seen:?}"
    );
    let quick = |subject| Subject {
        quick: true,
        ..subject
    };
    assert_eq!(sense(&quick(far)), [0.0; 4]);
    // it knows that this is near, where the words do not
    let score = |subject: Subject<'_>| score(&subject).unwrap();
    assert!(score(far) < score(quick(far)));
    assert!(score(far) < score(under(PASTA)));
    // what was prepared with one encoder is of no use without it
    let table = Table::shipped().unwrap();
    let manifest = include_str!("../../../models/models.json");
    let fast = include_bytes!("../../../models/fast.safetensors");
    let without = Table::of(Arc::new(Model::read(manifest, fast, None).unwrap())).unwrap();
    assert!(
        without
            .read_article(&table.article(ARTICLE).to_bytes())
            .is_err()
    );
}

#[test]
fn other_stories_are_named() {
    let table = Table::shipped().unwrap();
    let mut background = table.background();
    background.add(ARTICLE.title, &table.article(ARTICLE));
    let title = "The best spaghetti sauces: tomatoes, garlic and basil";
    let kitchen = table.article(ArticleText { title, body: "" });
    background.add(title, &kitchen);
    let background = table.read_background(&background.to_bytes()).unwrap();
    let subject = Subject {
        background: Some(&background),
        ..under(PASTA)
    };
    let found = judged(&subject).topic.unwrap();
    assert_eq!((found.closer, found.others), (1, vec![title.to_owned()]));
    let words: Vec<&str> = found
        .foreign
        .iter()
        .map(|[a, b]| PASTA.get(*a..*b).unwrap_or_default())
        .collect();
    assert!(words.contains(&"spaghetti"), "{words:?}");
}

#[test]
fn evidence_points_at_the_passage() {
    let text = "Engineers who found cracks closed the old one";
    let found = judged(&under(text)).topic.unwrap();
    let passage = found.passage.unwrap();
    let shown = ARTICLE
        .body
        .get(passage.span[0]..passage.span[1])
        .unwrap_or_default();
    assert!(!passage.title && shown.contains("cracks"), "{shown}");
    assert_eq!(found.relation, Relation::Article);
    let shared: Vec<&str> = found
        .shared
        .iter()
        .map(|[a, b]| text.get(*a..*b).unwrap_or_default())
        .collect();
    assert!(shared.contains(&"cracks"), "{shared:?}");
}

#[test]
fn stored_bytes_are_small_and_damage_is_found() {
    let table = Table::shipped().unwrap();
    let body: String = (0..6_000)
        .map(|i| {
            format!(
                "word{i} river{} was{} ",
                i % 977,
                if i % 17 == 0 { "." } else { "" }
            )
        })
        .collect();
    let bytes = table
        .article(ArticleText {
            title: "Long",
            body: &body,
        })
        .to_bytes();
    assert!(bytes.len() <= 20_000, "{}", bytes.len());
    let mut conversation = table.conversation();
    for i in 0..2_000 {
        table.add(
            &mut conversation,
            &format!("word{i} and river{i} and bridge"),
        );
    }
    assert!(conversation.to_bytes().len() <= 12_000);
    for end in [0, 1, 5, 100, bytes.len() - 1] {
        assert_eq!(table.read_article(&bytes[..end]), Err(Stale));
    }
    let mut other = bytes.clone();
    other[2] ^= 1;
    assert_eq!(table.read_article(&other), Err(Stale));
    assert_eq!(table.read_conversation(&bytes), Err(Stale));
}

#[test]
fn thanks_and_the_like_have_kinds_of_their_own() {
    for (text, kind) in [
        ("Thank you!", Kind::Thanks),
        ("Typo in paragraph 3: spaghetti", Kind::Correction),
        (
            "Why was my comment deleted? My comment was about spaghetti",
            Kind::AboutModeration,
        ),
    ] {
        let kinds: Vec<Kind> = judged(&under(text))
            .reasons
            .iter()
            .map(|r| r.kind)
            .collect();
        assert_eq!(kinds, [kind], "{text}");
    }
}

#[test]
fn a_few_words_make_no_topic() {
    let table = Table::shipped().unwrap();
    let mut conversation = table.conversation();
    for text in ["Best lamps, half price", "Lamps, lamps!", "Well said", ""] {
        table.add(&mut conversation, text);
    }
    assert!(conversation.is_empty());
    table.add(
        &mut conversation,
        "The lamps on the bridge go out at midnight.",
    );
    assert_eq!(conversation.len(), 1);
}

#[test]
fn nobody_gets_by_without_white_space_or_with_many_commas() {
    let table = Table::shipped().unwrap();
    let joined = PASTA.replace(' ', "_/_");
    assert!(!is_short(&joined, &Reading::of(&table, &joined)));
    assert!(is_short("I_agree", &Reading::of(&table, "I_agree")));
    let plea = "Dear moderator, why was my comment removed?";
    assert!(Manner::of(plea).is_some());
    let long = format!("{plea} {}", "spaghetti, ".repeat(200));
    assert!(Manner::of(&long).is_none());
}
