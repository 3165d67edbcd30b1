//! Screening by lines: a comment in, a verdict out, in order; what is there is answered before more is awaited.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::filter::{Outcome, Ruleset, Subject, TopicTable, Verdict, assess};
use crate::web::with_whole_characters;

mod around;
mod topic;

use around::{Around, Articles, RequestArticle, conversation};

pub use topic::measure;

/// A line longer than this, in bytes, is answered with an error and skipped without being stored.
const LONGEST_LINE: usize = 1024 * 1024;
/// A batch has at most this many lines for each thread, and about this many bytes in all.
const LINES_PER_THREAD: usize = 64;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
const BUFFER: usize = 1024 * 1024;
/// What is answered where a filter panicked.
const FAILED: &str = "the filter failed on this text: hold it and report the text as a fault";

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines that were answered; blank ones are skipped.
    pub lines: u64,
    /// Comments to publish.
    pub published: u64,
    /// Comments to hold.
    pub held: u64,
    /// Comments to reject.
    pub rejected: u64,
    /// Lines that were answered with an error.
    pub errors: u64,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with a \"text\"")]
struct Request {
    #[serde(default)]
    id: Value,
    text: Option<String>,
    name: Option<String>,
    article: Option<RequestArticle>,
    parent: Option<String>,
    ancestors: Option<Vec<String>>,
    thread: Option<Vec<String>>,
    conversation: Option<String>,
    background: Option<String>,
    #[serde(default)]
    belongs: bool,
    recent: Option<Vec<String>>,
    #[serde(default)]
    quick: bool,
    #[serde(default)]
    unexplained: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: Value,
    #[serde(flatten)]
    verdict: &'a Verdict,
}

#[derive(Serialize)]
struct Refusal {
    id: Value,
    /// Its number among the comments' lines, from 1; blank ones count.
    line: u64,
    error: String,
}

/// One line of input, and its number among the comments' lines, from 1.
struct Line {
    number: u64,
    content: Content,
}

enum Content {
    Whole(Vec<u8>),
    TooLong,
}

/// One line of output, and what it counts as: `None` for an error.
struct Answered {
    line: Vec<u8>,
    outcome: Option<Outcome>,
}

/// How to run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How many comments are judged at a time; at least one.
    pub threads: usize,
    /// Whether the articles are one site's: those above are its other stories, where a line brings no background.
    pub one_site: bool,
}

/// Judges every line of `input` and writes the answers in order. Takes what the reader already holds, answers and
/// flushes, so that one line sent is one answered. Memory is bounded by a batch and the newest articles.
///
/// # Errors
/// Only those of reading and writing. A bad line becomes an error line and the run goes on.
pub fn run(
    input: impl BufRead,
    mut output: impl Write,
    ruleset: &Ruleset,
    options: Options,
) -> io::Result<Summary> {
    let threads = options.threads.max(1);
    // A buffer of our own, large enough for every core, that says what it holds.
    let mut input = BufReader::with_capacity(BUFFER, input);
    let mut summary = Summary::default();
    let mut articles = Articles::new(options.one_site);
    let mut lines_read = 0;
    loop {
        let batch = next_batch(&mut input, threads * LINES_PER_THREAD, &mut lines_read)?;
        if batch.is_empty() {
            return Ok(summary);
        }
        for answered in judge(&batch, ruleset, &mut articles, threads) {
            summary.count(answered.outcome);
            output.write_all(&answered.line)?;
            output.write_all(b"\n")?;
        }
        output.flush()?;
    }
}

impl Summary {
    fn count(&mut self, outcome: Option<Outcome>) {
        self.lines += 1;
        match outcome {
            Some(Outcome::Publish) => self.published += 1,
            Some(Outcome::Hold) => self.held += 1,
            Some(Outcome::Reject) => self.rejected += 1,
            None => self.errors += 1,
        }
    }
}

/// Waits for one line, then takes the whole lines that the reader holds already. Empty at the end. Counts all lines.
fn next_batch(
    input: &mut BufReader<impl Read>,
    most: usize,
    lines_read: &mut u64,
) -> io::Result<Vec<Line>> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < most && bytes < BATCH_BYTES {
        // Only what has arrived: asking for more could wait for a sender that waits for us.
        if !batch.is_empty() && !input.buffer().contains(&b'\n') {
            break;
        }
        let Some(content) = next_line(input)? else {
            break;
        };
        *lines_read += 1;
        match &content {
            Content::Whole(line) if line.trim_ascii().is_empty() => continue,
            Content::Whole(line) => bytes += line.len(),
            Content::TooLong => {}
        }
        batch.push(Line {
            number: *lines_read,
            content,
        });
    }
    Ok(batch)
}

/// Reads up to the next line feed. Of a line that is too long nothing is kept.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Content>> {
    let mut line = Vec::new();
    let mut too_long = false;
    let mut any = false;
    loop {
        let held = match input.fill_buf() {
            Ok(held) => held,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if held.is_empty() {
            break;
        }
        any = true;
        let end = held.iter().position(|byte| *byte == b'\n');
        let part = held.get(..end.unwrap_or(held.len())).unwrap_or_default();
        if too_long || line.len() + part.len() > LONGEST_LINE {
            too_long = true;
            line = Vec::new();
        } else {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            break;
        }
    }
    Ok(match (any, too_long) {
        (false, _) => None,
        (true, true) => Some(Content::TooLong),
        (true, false) => Some(Content::Whole(line)),
    })
}

/// The answers to a batch, in order.
fn judge(
    batch: &[Line],
    ruleset: &Ruleset,
    articles: &mut Articles,
    threads: usize,
) -> Vec<Answered> {
    let read = on_threads(threads, batch, read);
    let requests: Vec<Option<&Request>> = read
        .iter()
        .map(|line| line.as_ref()?.as_ref().ok())
        .collect();
    let around = articles.around(ruleset.topics(), &requests, threads);
    let known: Vec<_> = requests.into_iter().zip(around).collect();
    let verdicts = on_threads(threads, &known, |(request, around)| {
        request.map(|request| verdict_on(request, ruleset, around))
    });
    // a fault in a filter costs one answer and not the run
    let failed = |id, number| refuse(id, number, FAILED.to_owned());
    batch
        .iter()
        .zip(read)
        .zip(verdicts)
        .map(|((line, read), verdict)| match (read, verdict) {
            (Some(Err((id, error))), _) => refuse(id, line.number, error),
            (Some(Ok(request)), Some(Some(verdict))) if verdict.is_sound() => {
                written(request.id, line.number, &verdict)
            }
            (Some(Ok(request)), _) => failed(request.id, line.number),
            (None, _) => failed(Value::Null, line.number),
        })
        .collect()
}

/// What comes of each item, in order, on so many threads; `None` where it panicked.
fn on_threads<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    one: impl Fn(&T) -> R + Sync,
) -> Vec<Option<R>> {
    let in_order = |items: &[T]| -> Vec<Option<R>> {
        let caught = |item| catch_unwind(AssertUnwindSafe(|| one(item))).ok();
        items.iter().map(caught).collect()
    };
    let share = items.len().div_ceil(threads.max(1)).max(1);
    if share >= items.len() {
        return in_order(items);
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = items
            .chunks(share)
            .map(|items| (items, scope.spawn(|| in_order(items))))
            .collect();
        workers
            .into_iter()
            .flat_map(|(items, worker)| {
                let lost = || items.iter().map(|_| None).collect();
                worker.join().unwrap_or_else(|_| lost())
            })
            .collect()
    })
}

/// A line's request, which has a text; or its id and what is wrong with it.
fn read(line: &Line) -> Result<Request, (Value, String)> {
    let Content::Whole(line) = &line.content else {
        let error = format!("the line is longer than {LONGEST_LINE} bytes: shorten the texts");
        return Err((Value::Null, error));
    };
    let text = std::str::from_utf8(line).map_err(|error| {
        let at = error.valid_up_to();
        let error = format!("byte {at} is not UTF-8: encode the line as UTF-8");
        (Value::Null, error)
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let json = with_whole_characters(text.as_bytes());
    let request: Request = serde_json::from_slice(&json).map_err(|error| {
        // the parser counts lines of its own
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        let message = format!(
            "the line cannot be read ({said}, at byte {}): send one JSON object a line",
            error.column()
        );
        (id_in(text), message)
    })?;
    if !matches!(
        request.id,
        Value::Null | Value::String(_) | Value::Number(_)
    ) {
        let error = "\"id\" must be a string or a number".to_owned();
        return Err((Value::Null, error));
    }
    if request.text.is_none() {
        let error = "\"text\" is missing: send the comment as a string".to_owned();
        return Err((request.id, error));
    }
    Ok(request)
}

fn verdict_on(request: &Request, ruleset: &Ruleset, around: &Around) -> Verdict {
    with_subject(request, ruleset.topics(), around, |subject| {
        assess(ruleset, subject)
    })
}

/// Gives the comment with its surroundings to `then`.
fn with_subject<T>(
    request: &Request,
    table: &TopicTable,
    around: &Around,
    then: impl FnOnce(&Subject<'_>) -> T,
) -> T {
    let (ancestors, thread, recent) = (
        texts(request.ancestors.as_ref()),
        texts(request.thread.as_ref()),
        texts(request.recent.as_ref()),
    );
    let conversation = conversation(table, request.conversation.as_ref());
    then(&Subject {
        text: request.text.as_deref().unwrap_or_default(),
        name: request.name.as_deref(),
        article: request.article.as_ref().map(RequestArticle::text),
        parent: request.parent.as_deref(),
        ancestors: &ancestors,
        thread: &thread,
        prepared: around.article.as_deref(),
        conversation: conversation.as_ref(),
        background: around.background.as_deref(),
        belongs: request.belongs,
        recent: &recent,
        quick: request.quick,
        unexplained: request.unexplained,
    })
}

fn texts(given: Option<&Vec<String>>) -> Vec<&str> {
    given.into_iter().flatten().map(String::as_str).collect()
}

/// The id of a line that is JSON but no request, so that its sender can tell which it was.
fn id_in(text: &str) -> Value {
    #[derive(Deserialize)]
    struct OnlyId {
        id: Value,
    }
    match serde_json::from_str::<OnlyId>(text) {
        Ok(OnlyId {
            id: id @ (Value::String(_) | Value::Number(_)),
        }) => id,
        _ => Value::Null,
    }
}

fn written(id: Value, number: u64, verdict: &Verdict) -> Answered {
    match serde_json::to_vec(&Answer {
        id: id.clone(),
        verdict,
    }) {
        Ok(line) => Answered {
            line,
            outcome: Some(verdict.verdict),
        },
        Err(error) => refuse(
            id,
            number,
            format!("the verdict cannot be written ({error})"),
        ),
    }
}

fn refuse(id: Value, number: u64, error: String) -> Answered {
    let refusal = Refusal {
        id,
        line: number,
        error,
    };
    let line = serde_json::to_vec(&refusal).unwrap_or_else(|_| b"{\"id\":null}".to_vec());
    Answered {
        line,
        outcome: None,
    }
}

#[cfg(test)]
mod tests;
