//! An open page: server-sent events, read as a browser reads them.

use std::time::Duration;

use serde_json::Value;

use super::{Article, Client};

const PATIENCE: Duration = Duration::from_secs(20);

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: String,
    /// empty: an ordinary one
    pub event: String,
    pub data: String,
}

pub struct Events {
    response: reqwest::Response,
    read: String,
}

impl Events {
    /// Opens an article's events after the numbered one.
    pub async fn open(client: &Client, article: &Article, last: Option<i64>) -> Self {
        let mut request =
            client.request(reqwest::Method::GET, &format!("{}/events", article.api()));
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let response = client.open(request).await;
        assert_eq!(response.status(), 200);
        Self {
            response,
            read: String::new(),
        }
    }

    /// The next message; fails when none comes.
    pub async fn next(&mut self) -> Message {
        tokio::time::timeout(PATIENCE, self.read_one())
            .await
            .expect("no event came")
            .expect("the stream ended")
    }

    /// The next message's number, kind and comment.
    pub async fn next_change(&mut self) -> (i64, String, String) {
        let message = self.next().await;
        let data: Value = serde_json::from_str(&message.data).expect("one line of JSON");
        let word = |name: &str| data[name].as_str().expect("a word").to_owned();
        let number = data["number"].as_i64().expect("a number");
        assert_eq!(message.id, number.to_string());
        (number, word("kind"), word("id"))
    }

    /// All that comes until the server ends the stream.
    pub async fn until_the_end(mut self) -> Vec<Message> {
        let mut all = Vec::new();
        while let Some(message) = tokio::time::timeout(PATIENCE, self.read_one())
            .await
            .expect("it ends")
        {
            all.push(message);
        }
        all
    }

    async fn read_one(&mut self) -> Option<Message> {
        loop {
            while let Some((block, rest)) = self.read.split_once("\n\n") {
                let message = parse(block);
                self.read = rest.to_owned();
                if message.is_some() {
                    return message;
                }
            }
            let chunk = self.response.chunk().await.ok()??;
            self.read
                .push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
        }
    }
}

/// A block of lines, as the HTML standard reads it; `None` for one without data (a comment, a retry).
fn parse(block: &str) -> Option<Message> {
    let (mut id, mut event, mut data) = (String::new(), String::new(), Vec::new());
    for line in block.split(['\n', '\r']) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => value.clone_into(&mut id),
            "event" => value.clone_into(&mut event),
            "data" => data.push(value),
            _ => {}
        }
    }
    (!data.is_empty()).then(|| Message {
        id,
        event,
        data: data.join("\n"),
    })
}
