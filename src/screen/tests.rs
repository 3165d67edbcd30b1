//! Screening by lines, as a sender sees it.

use super::*;
use crate::filter::RulesetSource;

const SITE: Options = Options {
    threads: 3,
    one_site: true,
};

fn ruleset() -> Ruleset {
    Ruleset::compile(&RulesetSource::default()).unwrap()
}

fn screened(input: &[u8]) -> (Vec<Value>, Summary) {
    let mut output = Vec::new();
    let summary = run(input, &mut output, &ruleset(), SITE).unwrap();
    let lines = String::from_utf8(output).unwrap();
    (
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
        summary,
    )
}

#[test]
fn answers_in_order() {
    let input: String = (0..1000)
        .map(|i| {
            format!(
                "{{\"id\":{i},\"text\":\"{}\"}}\n",
                if i % 7 == 0 { "fuck" } else { "fine" }
            )
        })
        .collect();
    let (answers, summary) = screened(input.as_bytes());
    for (i, answer) in answers.iter().enumerate() {
        assert_eq!(answer["id"], i);
        assert_eq!(
            answer["verdict"],
            if i % 7 == 0 { "hold" } else { "publish" }
        );
    }
    assert_eq!(
        summary,
        Summary {
            lines: 1000,
            held: 143,
            published: 857,
            ..Summary::default()
        }
    );
}

#[test]
fn a_text_with_nothing_to_read_is_held_and_the_run_goes_on() {
    let input = br#"{"id":1,"text":""}
{"id":2,"text":" \u200b\n"}
{"id":3,"text":"The bridge is nice."}"#;
    let (answers, summary) = screened(input);
    for (answer, verdict) in answers.iter().zip(["hold", "hold", "publish"]) {
        assert_eq!(answer["verdict"], verdict, "{answer}");
    }
    assert_eq!(answers[0]["reasons"][0]["kind"], "empty");
    assert_eq!((summary.held, summary.errors), (2, 0));
}

#[test]
fn an_answer_has_every_field() {
    let line = br#"{"id":"a","text":"you \u200bfuck","article":{"title":"x"},"parent":null,"thread":["y"],"recent":null,"more":1}"#;
    let (answers, _) = screened(line);
    let answer = &answers[0];
    assert_eq!(answer["id"], "a");
    assert_eq!(answer["verdict"], "hold");
    let scores = answer["scores"].as_object().unwrap();
    let names: Vec<&str> = scores.keys().map(String::as_str).collect();
    let kinds = "identity_attack insult off_topic profanity severe_toxicity spam threat toxicity";
    assert_eq!(names.join(" "), kinds);
    assert!(scores["off_topic"].is_null() && scores["profanity"].as_f64().unwrap() > 0.2);
    assert_eq!(answer["reasons"][0]["kind"], "profanity");
    assert_eq!(answer["reasons"][0]["severity"], "strong");
    assert_eq!(answer["reasons"][0]["phase"], "terms");
    assert_eq!(answer["reasons"][0]["score"], Value::Null);
    assert_eq!(answer["reasons"][0]["spans"], serde_json::json!([[7, 11]]));
    assert_eq!(answer["ruleset"], ruleset().version());
    assert!(answer["model"].is_string());
}

#[test]
fn a_bad_line_costs_one_answer() {
    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(LONGEST_LINE));
    for (line, id, said) in [
        (&b"{\"id\":1}"[..], Value::from(1), "\"text\" is missing"),
        (
            b"{\"id\":\"b\",\"text\":3}",
            Value::from("b"),
            "cannot be read",
        ),
        (
            b"{\"id\":[1],\"text\":\"x\"}",
            Value::Null,
            "a string or a number",
        ),
        (b"not json", Value::Null, "one JSON object"),
        (b"[]", Value::Null, "one JSON object"),
        (b"{\"id\":1,\"text\":\"\xff\"}", Value::Null, "UTF-8"),
        (long.as_bytes(), Value::Null, "longer than"),
    ] {
        let good = &b"{\"id\":9,\"text\":\"fine\"}"[..];
        let (answers, summary) = screened(&[good, b"", line, good].join(&b'\n'));
        assert_eq!(answers.len(), 3, "{said}");
        assert_eq!(
            (&answers[1]["id"], &answers[1]["line"]),
            (&id, &Value::from(3))
        );
        assert!(
            answers[1]["error"].as_str().unwrap().contains(said),
            "{}",
            answers[1]
        );
        assert_eq!(answers[2]["id"], 9);
        assert_eq!((summary.lines, summary.errors), (3, 1));
    }
}

#[test]
fn lines_are_counted_from_batch_to_batch() {
    let many = 3 * SITE.threads * LINES_PER_THREAD;
    let input = "{\"text\":\"fine\"}\n".repeat(many) + "not json\n";
    let (answers, _) = screened(input.as_bytes());
    assert_eq!(answers[many]["line"], many + 1);
}

/// A sender that sends the next line only when it has the answer to the last.
struct Dialogue<'a> {
    lines: Vec<&'static [u8]>,
    answers: &'a std::cell::RefCell<Vec<u8>>,
    sent: usize,
}

impl Read for Dialogue<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let answered = self.answers.borrow().split(|b| *b == b'\n').count() - 1;
        assert_eq!(answered, self.sent, "asked for more before answering");
        let Some(line) = self.lines.get(self.sent) else {
            return Ok(0);
        };
        self.sent += 1;
        into[..line.len()].copy_from_slice(line);
        Ok(line.len())
    }
}

struct Shared<'a>(&'a std::cell::RefCell<Vec<u8>>);

impl Write for Shared<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_line_is_answered_before_more_is_awaited() {
    let answers = std::cell::RefCell::new(Vec::new());
    let dialogue = Dialogue {
        lines: vec![
            b"{\"text\":\"one\"}\n",
            b"{\"text\":\"two\"}\n",
            b"{\"text\":\"three\"}\n",
        ],
        answers: &answers,
        sent: 0,
    };
    let output = io::BufWriter::new(Shared(&answers));
    let summary = run(BufReader::new(dialogue), output, &ruleset(), SITE).unwrap();
    assert_eq!(summary.lines, 3);
}

/// A sender whose lines come one by one.
struct OneByOne<'a>(std::str::SplitInclusive<'a, char>);

impl Read for OneByOne<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let line = self.0.next().unwrap_or_default().as_bytes();
        into[..line.len()].copy_from_slice(line);
        Ok(line.len())
    }
}

#[test]
fn articles_of_the_lines_above_are_the_other_stories_of_one_site() {
    let bridge =
        r#"{"title":"New bridge over the river","body":"The council opened it on Monday."}"#;
    let cricket = r#"{"title":"Home side lose by six wickets","body":"The umpire gave four batsmen out, the bowlers took wickets with spin."}"#;
    let lines: String = [cricket, bridge, bridge]
        .iter()
        .map(|article| {
            let text = "The umpire was blind, and our batsmen threw their wickets away.";
            format!("{{\"text\":\"{text}\",\"article\":{article}}}\n")
        })
        .collect();
    let told = |input: &mut dyn Read, options: Options| {
        let mut output = Vec::new();
        run(BufReader::new(input), &mut output, &ruleset(), options).unwrap();
        String::from_utf8(output).unwrap()
    };
    let closer = |told: &str| -> Vec<Value> {
        let lines = told.lines().map(serde_json::from_str::<Value>);
        lines
            .map(|line| line.unwrap()["topic"]["closer"].clone())
            .collect()
    };
    let at_once = told(&mut lines.as_bytes(), SITE);
    assert_eq!(closer(&at_once), [0, 1, 1]);
    // however they come in
    let alone = Options { threads: 1, ..SITE };
    assert_eq!(at_once, told(&mut lines.as_bytes(), alone));
    assert_eq!(
        at_once,
        told(&mut OneByOne(lines.split_inclusive('\n')), SITE)
    );
    let unrelated = Options {
        one_site: false,
        ..SITE
    };
    assert_eq!(closer(&told(&mut lines.as_bytes(), unrelated)), [0, 0, 0]);
}
