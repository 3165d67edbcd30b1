//! Screening by lines: one comment a line in, one verdict a line out, in the same order. Serves
//! files of millions of lines and a slow pipe alike: what is there is judged at once, on every
//! core, and answered before more is awaited.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::filter::{Outcome, Ruleset, Subject, TopicTable, Verdict, assess};

mod around;
mod topic;

use around::{Kept, RequestArticle, conversation};

pub use topic::measure;

/// A line longer than this, in bytes, is answered with an error and skipped without being stored.
const LONGEST_LINE: usize = 1024 * 1024;
/// A batch has at most this many lines for each thread, and about this many bytes in all.
const LINES_PER_THREAD: usize = 64;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
const BUFFER: usize = 1024 * 1024;

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
struct Request {
    #[serde(default)]
    id: Value,
    text: Option<String>,
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
    error: String,
}

/// One line of input.
enum Line {
    Whole(Vec<u8>),
    TooLong,
}

/// One line of output, and what it counts as: `None` for an error.
struct Answered {
    line: Vec<u8>,
    outcome: Option<Outcome>,
}

/// Judges every line of `input` on `threads` threads (at least one) and writes the answers in
/// order. Takes what the reader already holds, answers and flushes; so a child process that is
/// sent one line answers that line. Memory is bounded by a batch.
///
/// # Errors
/// Only those of reading and writing. A bad line becomes an error line and the run goes on.
pub fn run(
    input: impl BufRead,
    mut output: impl Write,
    ruleset: &Ruleset,
    threads: usize,
) -> io::Result<Summary> {
    let threads = threads.max(1);
    // A buffer of our own, large enough for every core, that says what it holds.
    let mut input = BufReader::with_capacity(BUFFER, input);
    let mut summary = Summary::default();
    let mut kept: Vec<Kept> = (0..threads).map(|_| Kept::default()).collect();
    loop {
        let batch = next_batch(&mut input, threads * LINES_PER_THREAD)?;
        if batch.is_empty() {
            return Ok(summary);
        }
        for answered in judge(&batch, ruleset, &mut kept) {
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

/// Waits for one line, then takes the whole lines that the reader holds already. Empty at the end.
fn next_batch(input: &mut BufReader<impl Read>, most: usize) -> io::Result<Vec<Line>> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < most && bytes < BATCH_BYTES {
        // Only what has arrived: asking for more could wait for a sender that waits for us.
        if !batch.is_empty() && !input.buffer().contains(&b'\n') {
            break;
        }
        match next_line(input)? {
            Some(Line::Whole(line)) if line.trim_ascii().is_empty() => {}
            Some(line) => {
                if let Line::Whole(line) = &line {
                    bytes += line.len();
                }
                batch.push(line);
            }
            None => break,
        }
    }
    Ok(batch)
}

/// Reads up to the next line feed. Of a line that is too long nothing is kept.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
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
        (true, true) => Some(Line::TooLong),
        (true, false) => Some(Line::Whole(line)),
    })
}

/// The answers to a batch, in order.
fn judge(batch: &[Line], ruleset: &Ruleset, kept: &mut [Kept]) -> Vec<Answered> {
    let in_order = |lines: &[Line], kept: &mut Kept| -> Vec<Answered> {
        let one = |line| answer(line, ruleset, kept);
        lines.iter().map(one).collect()
    };
    let share = batch.len().div_ceil(kept.len().max(1)).max(1);
    if let (true, Some(kept)) = (share == batch.len(), kept.first_mut()) {
        return in_order(batch, kept);
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = batch
            .chunks(share)
            .zip(kept)
            .map(|(lines, kept)| (lines, scope.spawn(move || in_order(lines, kept))))
            .collect();
        workers
            .into_iter()
            .flat_map(|(lines, worker)| {
                let lost = || lines.iter().map(|_| failed(Value::Null)).collect();
                worker.join().unwrap_or_else(|_| lost())
            })
            .collect()
    })
}

fn answer(line: &Line, ruleset: &Ruleset, kept: &mut Kept) -> Answered {
    let Line::Whole(line) = line else {
        let error = format!("the line is longer than {LONGEST_LINE} bytes: shorten the texts");
        return refuse(Value::Null, error);
    };
    let text = match std::str::from_utf8(line) {
        Ok(text) => text.trim_start_matches('\u{feff}'),
        Err(error) => {
            let at = error.valid_up_to();
            return refuse(
                Value::Null,
                format!("byte {at} is not UTF-8: encode the line as UTF-8"),
            );
        }
    };
    let request: Request = match serde_json::from_str(text) {
        Ok(request) => request,
        Err(error) => {
            let message = format!("the line cannot be read ({error}): send one JSON object a line");
            return refuse(id_in(text), message);
        }
    };
    if !matches!(
        request.id,
        Value::Null | Value::String(_) | Value::Number(_)
    ) {
        return refuse(
            Value::Null,
            "\"id\" must be a string or a number".to_owned(),
        );
    }
    let Some(comment) = &request.text else {
        return refuse(
            request.id,
            "\"text\" is missing: send the comment as a string".to_owned(),
        );
    };
    // A fault in a filter must cost one answer and not the run.
    match catch_unwind(AssertUnwindSafe(|| {
        verdict_on(&request, comment, ruleset, kept)
    })) {
        Ok(verdict) => written(request.id, &verdict),
        Err(_) => failed(request.id),
    }
}

fn verdict_on(request: &Request, comment: &str, ruleset: &Ruleset, kept: &mut Kept) -> Verdict {
    with_subject(request, comment, ruleset.topics(), kept, |subject| {
        assess(ruleset, subject)
    })
}

/// Gives the comment with its surroundings to `then`.
fn with_subject<T>(
    request: &Request,
    comment: &str,
    table: &TopicTable,
    kept: &mut Kept,
    then: impl FnOnce(&Subject<'_>) -> T,
) -> T {
    let (ancestors, thread, recent) = (
        texts(request.ancestors.as_ref()),
        texts(request.thread.as_ref()),
        texts(request.recent.as_ref()),
    );
    let (prepared, background) =
        kept.around(table, request.article.as_ref(), request.background.as_ref());
    let conversation = conversation(table, request.conversation.as_ref());
    then(&Subject {
        text: comment,
        article: request.article.as_ref().map(RequestArticle::text),
        parent: request.parent.as_deref(),
        ancestors: &ancestors,
        thread: &thread,
        prepared,
        conversation: conversation.as_ref(),
        background,
        belongs: request.belongs,
        recent: &recent,
        quick: request.quick,
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

fn written(id: Value, verdict: &Verdict) -> Answered {
    match serde_json::to_vec(&Answer {
        id: id.clone(),
        verdict,
    }) {
        Ok(line) => Answered {
            line,
            outcome: Some(verdict.verdict),
        },
        Err(error) => refuse(id, format!("the verdict cannot be written ({error})")),
    }
}

fn failed(id: Value) -> Answered {
    refuse(
        id,
        "the filter failed on this text: hold it and report the text as a fault".to_owned(),
    )
}

fn refuse(id: Value, error: String) -> Answered {
    let line =
        serde_json::to_vec(&Refusal { id, error }).unwrap_or_else(|_| b"{\"id\":null}".to_vec());
    Answered {
        line,
        outcome: None,
    }
}

#[cfg(test)]
mod tests;
