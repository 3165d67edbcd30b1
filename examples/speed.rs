//! What a comment costs on one core: `just bench`. Prints the milliseconds of a comment that is read by both stages,
//! the microseconds of each part without the second, and what many terms add. Trust the ratios.

use std::hint::black_box;
use std::time::Instant;

use belowline::filter::{
    ArticleText, Kind, Ruleset, RulesetSource, Severity, Subject, Term, assess,
};

/// Comments of about 200 characters.
const HARMLESS: [&str; 8] = [
    "The council has now voted three times on the bridge and every time somebody finds a new reason to wait, while the \
     old one gets more dangerous for everyone who has to cross it on the way to work each morning.",
    "I grew up two streets from that school. Nobody there ever asked for a new gym; what they wanted was a roof that \
     does not leak and enough teachers so that nobody has to share a classroom with forty others.",
    "Interesting article, but it leaves out the most important number: how much did the city pay the consultants last \
     year? I asked at the meeting in March and was told that the figure is not public. Why not?",
    "My father drove the number 12 bus for thirty years. He would have laughed at the idea that a new app can replace a \
     timetable on a pole. Half of his passengers never owned a phone, and they were always on time.",
    "With respect, the comparison with Norway does not hold. They have oil, five million people and a parliament in \
     which parties talk to each other. We have none of those, and pretending otherwise helps nobody here.",
    "Thank you for printing both sides for once. I still think the tax is a mistake, because small shops pay it and the \
     big ones move their office abroad, but at least now I understand what the minister was after.",
    "Can somebody explain why the trains from the north always arrive on platform nine, as far from the exit as one \
     can get? It cannot be so hard to swap two platforms in the morning when everyone is in a hurry.",
    "We planted four hundred trees with the children in 2019 and perhaps sixty are alive. Not vandals: nobody watered \
     them. Please write about that too before the mayor plants the next thousand for the cameras.",
];
const ABUSIVE: [&str; 4] = [
    "You are a pathetic little liar and everybody here knows it. Go back to whatever hole you crawled out of, you \
     worthless idiot, and take your stupid friends with you. Nobody wants to read your garbage here.",
    "These people are vermin and they should all be thrown out of the country before they ruin it for the rest of us. \
     They breed like rats, they steal and they lie, and nobody in the government has the guts to say so.",
    "What a moron. If this so-called journalist had half a brain she would be ashamed of this trash, but women like her \
     are too dumb for shame. I hope she gets fired and ends up on the street where she belongs, hag.",
    "Somebody should wait for that judge outside his house and beat the life out of him. I would pay to watch it. He \
     deserves to die like a dog for what he did, and so does every one of his filthy lawyer friends.",
];
const DISGUISED: [&str; 1] = [
    "The c0uncil has now v.o.t.e.d three times on the brigde and evrey tiiiime some body finds a new reas*n to wait, \
     whilethe old one gets more dangerous for еveryone who h a s to cross it on the way to w0rk each morning.",
];

/// Made-up words of six to eleven letters, so that they occur nowhere.
fn terms(count: usize) -> Vec<Term> {
    let mut state = 1_u64;
    let mut next = |most: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % most
    };
    let mut word = || {
        let length = 6 + next(6);
        (0..length)
            .filter_map(|_| char::from_digit(10 + u32::try_from(next(26)).ok()?, 36))
            .collect()
    };
    (0..count)
        .map(|_| Term {
            text: word(),
            kind: Kind::Insult,
            severity: Severity::Strong,
            whole_word: true,
            note: None,
        })
        .collect()
}

/// The least of several: the machine has other things to do.
#[expect(clippy::cast_precision_loss, reason = "a time for people to read")]
fn micros(times: u32, mut work: impl FnMut()) -> f64 {
    work();
    let least = (0..15).map(|_| {
        let start = Instant::now();
        (0..times).for_each(|_| work());
        start.elapsed().as_nanos() / u128::from(times)
    });
    least.min().unwrap_or_default() as f64 / 1000.0
}

/// Microseconds a comment, the mean over some.
#[expect(clippy::cast_precision_loss, reason = "a handful of texts")]
fn each(ruleset: &Ruleset, texts: &[&str], around: &Subject<'_>, times: u32) -> f64 {
    let sum: f64 = texts
        .iter()
        .map(|text| {
            let subject = Subject { text, ..*around };
            micros(times, || {
                black_box(assess(ruleset, &subject));
            })
        })
        .sum();
    sum / texts.len() as f64
}

fn compile(source: &RulesetSource) -> Option<Ruleset> {
    let compiled = Ruleset::compile(source);
    if let Err(error) = &compiled {
        eprintln!("{error}");
    }
    compiled.ok()
}

/// What it adds to compare a comment with an article of 1,000 words, and what it takes to prepare that.
fn topic(ruleset: &Ruleset) {
    let words: Vec<&str> = HARMLESS.iter().flat_map(|text| text.split(' ')).collect();
    let body: Vec<&str> = words.iter().copied().cycle().take(1000).collect();
    let article = ArticleText {
        title: "The bridge that the council has voted on three times",
        body: &body.join(" "),
    };
    let prepared = ruleset.topics().article(article);
    let preparing = micros(1, || {
        black_box(ruleset.topics().article(article));
    });
    println!(
        "\nan article of 1,000 words is prepared in {:.1} ms",
        preparing / 1000.0
    );
    for (name, quick, times) in [
        ("by words alone", true, 50),
        ("by the encoder too", false, 3),
    ] {
        let alone = Subject {
            quick,
            ..Subject::default()
        };
        let under = Subject {
            prepared: Some(&prepared),
            ..alone
        };
        let more =
            each(ruleset, &HARMLESS, &under, times) - each(ruleset, &HARMLESS, &alone, times);
        println!("a comment is compared with it {name} in {more:.0} µs more");
    }
}

fn main() {
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global();
    let mut bare = RulesetSource::default();
    bare.abuse.enabled = false;
    let (Some(full), Some(bare)) = (compile(&RulesetSource::default()), compile(&bare)) else {
        return;
    };
    println!("a comment, µs           harmless    abusive  disguised");
    let quick = Subject {
        quick: true,
        ..Subject::default()
    };
    let row = |name: &str, ruleset: &Ruleset, around: &Subject<'_>, times: u32| {
        let each = |texts: &[&str]| each(ruleset, texts, around, times);
        println!(
            "{name:22}  {:9.1}  {:9.1}  {:9.1}",
            each(&HARMLESS),
            each(&ABUSIVE),
            each(&DISGUISED)
        );
    };
    row("both stages", &full, &Subject::default(), 1);
    row("fast stage", &full, &quick, 50);
    row("no model", &bare, &quick, 50);
    topic(&full);
    println!("\nterms   compile ms   harmless µs   disguised µs");
    for count in [100, 1_000, 10_000] {
        let mut source = RulesetSource {
            terms: terms(count),
            builtin_lists: Vec::new(),
            ..RulesetSource::default()
        };
        source.abuse.enabled = false;
        let time = micros(1, || {
            black_box(Ruleset::compile(&source).is_ok());
        });
        let Some(ruleset) = compile(&source) else {
            return;
        };
        println!(
            "{count:6}  {:10.1}  {:12.1}  {:13.1}",
            time / 1000.0,
            each(&ruleset, &HARMLESS, &quick, 100),
            each(&ruleset, &DISGUISED, &quick, 500)
        );
    }
}
