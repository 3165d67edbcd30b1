//! What terms cost: `just bench`. Prints the time to compile many terms, and what a comment of 200
//! characters takes with few and with many, with and without disguises. Trust the ratios.

use std::time::Instant;

use belowline::filter::{Kind, Ruleset, RulesetSource, Severity, Subject, Term, assess};

const PLAIN: &str = "The council has now voted three times on the bridge and every time somebody \
    finds a new reason to wait, while the old one gets more dangerous for everyone who has to cross \
    it on the way to work each morning.";
const DISGUISED: &str = "The c0uncil has now v.o.t.e.d three times on the brigde and evrey tiiiime \
    some body finds a new reas*n to wait, whilethe old one gets more dangerous for еveryone who h a s \
    to cross it on the way to w0rk each morning.";

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

#[expect(clippy::cast_precision_loss, reason = "a time for people to read")]
fn micros(times: u32, mut work: impl FnMut()) -> f64 {
    work();
    // The least of several: the machine has other things to do.
    let least = (0..9).map(|_| {
        let start = Instant::now();
        (0..times).for_each(|_| work());
        start.elapsed().as_nanos() / u128::from(times)
    });
    least.min().unwrap_or_default() as f64 / 1000.0
}

fn main() {
    println!("terms  compile ms  plain µs  disguised µs");
    for count in [100, 1_000, 10_000] {
        let source = RulesetSource {
            terms: terms(count),
            builtin_lists: Vec::new(),
            ..RulesetSource::default()
        };
        let compile = micros(1, || {
            std::hint::black_box(Ruleset::compile(&source).is_ok());
        });
        let Ok(ruleset) = Ruleset::compile(&source) else {
            continue;
        };
        let comment = |text: &str| {
            micros(2_000, || {
                std::hint::black_box(assess(&ruleset, &Subject::of(text)));
            })
        };
        println!(
            "{count:5}  {:10.1}  {:8.1}  {:12.1}",
            compile / 1000.0,
            comment(PLAIN),
            comment(DISGUISED)
        );
    }
}
