//! The filter in a process of its own.
//!
//! A comment that makes the filter overflow its stack, eat the memory or never end must not take the service
//! with it, and a thread can be neither killed nor bounded. So whoever asks it talks to a child, `belowline screen`,
//! by the same lines of JSON that the command speaks to anybody: one line in, one line out. A child that
//! dies, hangs or answers nonsense is killed; the next comment gets a new one.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use uuid::Uuid;

use crate::filter::{RulesetSource, Verdict};

/// An answer longer than this is nonsense, in bytes: a comment of 10,000 characters has fewer reasons.
const LONGEST_ANSWER: u64 = 4 * 1024 * 1024;

/// How to start the filter: this program's `screen`, reading its ruleset from the first line, within its memory.
#[derive(Clone, Debug)]
pub struct ScreenerCommand {
    pub program: PathBuf,
    pub arguments: Vec<String>,
}

impl ScreenerCommand {
    /// The filter of this very program.
    ///
    /// # Errors
    /// When the system does not say where the program is.
    pub fn own() -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        Ok(Self::of(program))
    }

    /// The filter of this program, wherever its file is.
    #[must_use]
    pub fn of(program: PathBuf) -> Self {
        let arguments = [
            "screen",
            "--ruleset",
            "-",
            // it brings what each comment is compared with, and serves every site
            "--unrelated",
            "--threads",
            "1",
            "--memory-mib",
            "448",
        ];
        Self {
            program,
            arguments: arguments.map(str::to_owned).to_vec(),
        }
    }
}

/// A line for the filter.
#[derive(Debug, Default, Serialize)]
pub struct Request<'a> {
    /// the answer must name it
    pub id: String,
    pub text: &'a str,
    /// the name that is published with it
    pub name: Option<&'a str>,
    /// what the comment is about; without it nothing is off topic
    pub article: Option<RequestArticle<'a>>,
    /// the comment that this one answers
    pub parent: Option<&'a str>,
    /// what the parent answers, and so on upwards
    pub ancestors: &'a [String],
    /// the thread's summary, as [`in_line`] writes it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// what else the site writes about, as [`in_line`] writes it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<&'a str>,
    /// a moderator has said that the side thread in which it stands belongs here
    pub belongs: bool,
    /// what the same writer wrote lately
    pub recent: &'a [String],
    /// without the model's second stage
    pub quick: bool,
    /// without the words on which the model's reasons hang, which take longer to find than the scores
    pub unexplained: bool,
}

/// What the comment is about.
#[derive(Debug, Default, Serialize)]
pub struct RequestArticle<'a> {
    pub title: &'a str,
    pub body: &'a str,
    /// the same, prepared, as [`in_line`] writes it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepared: Option<String>,
}

/// Bytes as they stand in a line.
pub fn in_line(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// How long the filter may take to read its ruleset and weights: half a second on an idle machine.
const START_LIMIT: Duration = Duration::from_secs(30);

/// A filter that is kept from one text to the next, and replaced after any failure and when another ruleset comes
/// into force.
pub struct Kept {
    command: ScreenerCommand,
    running: Option<(Option<Uuid>, Screener)>,
}

impl Kept {
    /// Starts nothing yet.
    pub fn new(command: ScreenerCommand) -> Self {
        Self {
            command,
            running: None,
        }
    }

    /// The verdict on one text under a ruleset, which `ruleset_id` names.
    ///
    /// # Errors
    /// When the filter does not start, takes longer than `time_limit`, dies or answers nonsense.
    pub async fn assess(
        &mut self,
        ruleset_id: Option<Uuid>,
        ruleset: &RulesetSource,
        request: &Request<'_>,
        time_limit: Duration,
    ) -> anyhow::Result<Verdict> {
        let mut screener = match self.running.take() {
            Some((id, running)) if id == ruleset_id => running,
            _ => {
                let start = Screener::start(&self.command, ruleset);
                tokio::time::timeout(START_LIMIT, start)
                    .await
                    .context("the filter does not start")??
            }
        };
        let verdict = screener.assess(request, time_limit).await?;
        // kept only after a whole answer: whatever went wrong, the next text meets a fresh filter
        self.running = Some((ruleset_id, screener));
        Ok(verdict)
    }
}

/// A running filter. Killed when dropped.
struct Screener {
    // held for its Drop
    _child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Screener {
    async fn start(command: &ScreenerCommand, ruleset: &RulesetSource) -> anyhow::Result<Self> {
        let mut child = Command::new(&command.program)
            .args(&command.arguments)
            // nothing of the service's secrets is the filter's business
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start the filter {}", command.program.display()))?;
        let stdin = child.stdin.take().context("the filter has no input")?;
        let stdout = BufReader::new(child.stdout.take().context("the filter has no output")?);
        let mut screener = Self {
            _child: child,
            stdin,
            stdout,
        };
        screener.send(ruleset).await?;
        // a first text of no weight: reading the model's weights is not part of any comment's time
        let ready = Request {
            id: "ready".to_owned(),
            text: "Ready?",
            quick: true,
            unexplained: true,
            ..Request::default()
        };
        screener.assess(&ready, START_LIMIT).await?;
        Ok(screener)
    }

    /// The verdict on one comment. After an error the filter is in an unknown state: drop it.
    async fn assess(
        &mut self,
        request: &Request<'_>,
        time_limit: Duration,
    ) -> anyhow::Result<Verdict> {
        let answer = tokio::time::timeout(time_limit, async {
            self.send(request).await?;
            self.receive().await
        });
        let line = answer
            .await
            .with_context(|| format!("the filter took longer than {time_limit:?}"))??;
        read_answer(&line, request)
    }

    async fn send(&mut self, line: &impl Serialize) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        self.stdin
            .write_all(&line)
            .await
            .context("the filter does not listen")?;
        self.stdin
            .flush()
            .await
            .context("the filter does not listen")
    }

    async fn receive(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut line = Vec::new();
        let read = (&mut self.stdout)
            .take(LONGEST_ANSWER)
            .read_until(b'\n', &mut line)
            .await
            .context("the filter broke off")?;
        ensure!(read > 0, "the filter died");
        Ok(line)
    }
}

/// Trusts nothing: the answer must be this comment's, and its marks must lie in the text.
fn read_answer(line: &[u8], request: &Request<'_>) -> anyhow::Result<Verdict> {
    let value: serde_json::Value =
        serde_json::from_slice(line).context("the filter answered nonsense")?;
    if let Some(error) = value.get("error") {
        bail!("the filter failed: {error}");
    }
    ensure!(
        value.get("id").and_then(|id| id.as_str()) == Some(&request.id),
        "the filter answered for another comment"
    );
    let verdict: Verdict = serde_json::from_value(value).context("the filter answered nonsense")?;
    ensure!(
        verdict.is_sound(),
        "the filter measured what is no probability"
    );
    let in_text = |span: &[usize; 2]| request.text.get(span[0]..span[1]).is_some();
    ensure!(
        verdict
            .reasons
            .iter()
            .flat_map(|reason| &reason.spans)
            .all(in_text),
        "the filter marked words outside the text"
    );
    if let Some(topic) = &verdict.topic {
        let marks = topic.shared.iter().chain(&topic.foreign);
        ensure!(
            marks.into_iter().all(in_text),
            "the filter marked words outside the text"
        );
        let in_article = topic.passage.is_none_or(|passage| {
            request.article.as_ref().is_some_and(|article| {
                let text = if passage.title {
                    article.title
                } else {
                    article.body
                };
                text.get(passage.span[0]..passage.span[1]).is_some()
            })
        });
        ensure!(in_article, "the filter named a passage that is not there");
    }
    Ok(verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Request<'_> {
        Request {
            id: "7".into(),
            text,
            ..Request::default()
        }
    }

    #[test]
    fn only_a_whole_answer_for_this_comment_counts() {
        let good = r#"{"id":"7","verdict":"hold","scores":{"spam":null},"reasons":[{"kind":"spam","severity":"mild","phase":"links","score":null,"spans":[[0,2]],"note":"n"}],"ruleset":"r","model":"m"}"#;
        assert!(read_answer(good.as_bytes(), &request("abc")).is_ok());
        for bad in [
            String::new(),
            "{}".into(),
            "garbage".into(),
            good.replace("\"7\"", "\"8\""),
            good.replace("hold", "maybe"),
            good.replace("[0,2]", "[0,9]"),
            good.replace("[0,2]", "[2,0]"),
            good.replace("\"spam\":null", "\"spam\":17"),
            good.replace("\"score\":null", "\"score\":-1"),
            good.replace("\"score\":null", "\"score\":NaN"),
            good.replace("spam\",\"sev", "unheard\",\"sev"),
            r#"{"id":"7","error":"no"}"#.into(),
            good.trim_end_matches('}').into(),
        ] {
            assert!(
                read_answer(bad.as_bytes(), &request("abc")).is_err(),
                "{bad}"
            );
        }
        assert!(read_answer(good.as_bytes(), &request("é")).is_ok());
        assert!(
            read_answer(good.replace("[0,2]", "[0,1]").as_bytes(), &request("é")).is_err(),
            "inside a letter"
        );
    }
}
