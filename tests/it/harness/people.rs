//! People, with the verbs of what they do.

use belowline::account::{self, NewAccount, Role};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Article, Belowline, Client};

/// What everybody here has chosen.
pub const PASSWORD: &str = "marble tuesday lantern";

/// A guest, a reader or one of the staff, at a program that speaks the API.
pub struct Person {
    pub client: Client,
    /// `None`: a guest
    pub id: Option<Uuid>,
    pub name: String,
    pub email: String,
}

impl std::ops::Deref for Person {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Belowline {
    /// Somebody without an account.
    pub fn guest(&self, name: &str) -> Person {
        Person {
            client: self.client(),
            id: None,
            name: name.into(),
            email: format!("{}@guest.example", name.to_lowercase()),
        }
    }

    pub async fn reader(&self, name: &str) -> Person {
        self.person(name, Role::Reader).await
    }

    pub async fn moderator(&self, name: &str) -> Person {
        self.person(name, Role::Moderator).await
    }

    pub async fn admin(&self, name: &str) -> Person {
        self.person(name, Role::Admin).await
    }

    /// An account, signed in.
    pub async fn person(&self, name: &str, role: Role) -> Person {
        let id = self.account(name, role).await;
        let client = self.client();
        let signed_in = client
            .post(
                "/api/v1/session",
                &json!({ "name_or_email": name, "password": PASSWORD }),
            )
            .await;
        let token = signed_in.expect(201).json()["token"]
            .as_str()
            .expect("a token")
            .to_owned();
        Person {
            client: client.with_token(&token),
            id: Some(id),
            name: name.into(),
            email: email(name),
        }
    }

    /// An account that nobody is signed in to.
    pub async fn account(&self, name: &str, role: Role) -> Uuid {
        let new = NewAccount {
            name: name.into(),
            email: email(name),
            password: PASSWORD.into(),
            role,
        };
        account::create(&self.db, self.site.id, new)
            .await
            .expect("an account")
            .id
    }

    /// A browser in which somebody with an account has signed in.
    pub async fn browser(&self, name: &str) -> Client {
        let browser = self.client();
        let fields = [("name_or_email", name), ("password", PASSWORD)];
        browser.submit("/sign-in", &fields).await.expect(303);
        browser
    }
}

fn email(name: &str) -> String {
    format!("{}@reader.example", name.to_lowercase().replace(' ', "."))
}

impl Person {
    /// What the API wants of somebody who writes this.
    pub fn comment(&self, text: &str) -> Value {
        match self.id {
            Some(_) => json!({ "text": text }),
            None => json!({ "text": text, "name": self.name, "email": self.email }),
        }
    }

    /// Posts, and it is accepted.
    pub async fn posts(&self, article: &Article, text: &str) -> Uuid {
        let answer = self.post(&article.comments(), &self.comment(text)).await;
        posted(&answer.expect(201))
    }

    /// Answers a comment, and it is accepted.
    pub async fn replies(&self, article: &Article, parent: Uuid, text: &str) -> Uuid {
        let answer = self.tries_to_reply(article, parent, text).await;
        posted(&answer.expect(201))
    }

    pub async fn tries_to_reply(&self, article: &Article, parent: Uuid, text: &str) -> Answer {
        let mut comment = self.comment(text);
        comment["parent_id"] = json!(parent);
        self.post(&article.comments(), &comment).await
    }

    /// Posts with an idempotency key.
    pub async fn posts_with_key(&self, article: &Article, key: &str, text: &str) -> Answer {
        self.send(self.post_with_key(article, key, text).await)
            .await
    }

    /// A post with an idempotency key, not yet sent.
    pub async fn post_with_key(
        &self,
        article: &Article,
        key: &str,
        text: &str,
    ) -> reqwest::RequestBuilder {
        let request = self
            .program_request(reqwest::Method::POST, &article.comments())
            .await;
        request
            .header("idempotency-key", key)
            .body(self.comment(text).to_string())
    }

    /// Decides at the desk, at the version that is there now.
    pub async fn approves(&self, id: Uuid) -> Answer {
        let version = self.version_at_the_desk(id).await;
        self.decides(id, version, "approve", None).await
    }

    pub async fn rejects(&self, id: Uuid, reason: &str) -> Answer {
        let version = self.version_at_the_desk(id).await;
        self.decides(id, version, "reject", Some(reason)).await
    }

    pub async fn removes(&self, id: Uuid, reason: &str) -> Answer {
        let version = self.version_at_the_desk(id).await;
        self.decides(id, version, "remove", Some(reason)).await
    }

    /// Decides at the version that they saw.
    pub async fn decides(
        &self,
        id: Uuid,
        version: i64,
        action: &str,
        reason: Option<&str>,
    ) -> Answer {
        let decision = json!({ "version": version, "action": action, "reason": reason });
        self.post(&format!("/api/v1/desk/comments/{id}/decision"), &decision)
            .await
    }

    pub async fn undoes(&self, id: Uuid, version: i64) -> Answer {
        self.post(
            &format!("/api/v1/desk/comments/{id}/undo"),
            &json!({ "version": version }),
        )
        .await
    }

    /// A comment as the desk shows it.
    pub async fn looks_at(&self, id: Uuid) -> Value {
        self.get(&format!("/api/v1/desk/comments/{id}"))
            .await
            .expect(200)
            .json()
    }

    async fn version_at_the_desk(&self, id: Uuid) -> i64 {
        self.looks_at(id).await["version"]
            .as_i64()
            .expect("a number")
    }

    /// Is it there for this person to read?
    pub async fn sees(&self, article: &Article, id: Uuid) -> bool {
        let answer = self.get(&article.comment(id)).await;
        assert!([200, 404].contains(&answer.status), "{}", answer.text());
        answer.status == 200
    }
}

/// The id in the answer to a post.
pub fn posted(answer: &Answer) -> Uuid {
    let id = answer.json()["id"].as_str().and_then(|id| id.parse().ok());
    id.expect("an id")
}
