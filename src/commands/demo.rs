//! `belowline demo`: a site to try, on this machine alone.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use chrono::{TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::account::random_password;
use super::serve::serve;
use crate::account::{self, Account, NewAccount, Role};
use crate::app::Running;
use crate::article::{self, Article, Format, Mode};
use crate::comment::{self, Action, Body, Evidence, Me, Move, NewComment, Settle, Status};
use crate::config::{Config, Database};
use crate::error::Error;

const ARTICLES: &[&str] = &[
    include_str!("../../demo/last-over.md"),
    include_str!("../../demo/old-well.md"),
    include_str!("../../demo/moth-count.md"),
    include_str!("../../demo/ferry-bridge.md"),
];
const THREADS: &str = include_str!("../../demo/thread.json");

const PEOPLE: &[(&str, Role)] = &[
    ("Ada Admin-Demo", Role::Admin),
    ("Mona Desk", Role::Moderator),
    ("Rita Reader", Role::Reader),
];

/// Whoever made the decisions that the demo begins with: nobody who signs in here, or they would be asked at once
/// whether to take back what they have never done.
const COLLEAGUE: &str = "Nora Night-Desk";

/// How often it is looked whether a comment of the demo is screened, and how long between two looks.
const LOOKS: u32 = 200;
const LOOK_EVERY: Duration = Duration::from_millis(50);

#[derive(Deserialize)]
struct Thread {
    article: String,
    /// from this comment on, everything waits for a person: the desk has something to do
    premoderated_from: Option<u32>,
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
struct Comment {
    id: u32,
    parent: Option<u32>,
    author: String,
    minutes_ago: i64,
    text: String,
    /// where the filter holds it, a moderator has approved it: they read what it does not
    #[serde(default)]
    approved: bool,
}

pub(super) async fn run(database: Database, mut config: Config) -> anyhow::Result<()> {
    ensure!(
        config.listen.ip().is_loopback(),
        "the demo prints its passwords and listens on this machine only: leave out --listen, or use `belowline serve`"
    );
    config
        .site
        .name
        .get_or_insert("The Tern Valley Courier".into());
    serve(database, config, async |running| {
        let accounts = accounts(running).await?;
        let (colleague, _) = account(running, COLLEAGUE, Role::Moderator).await?;
        fill(running, colleague.id).await?;
        println!("{}", welcome(running, &accounts));
        Ok(())
    })
    .await
}

/// Makes the accounts, or gives them new passwords: nothing that was printed before is still good.
async fn accounts(running: &Running) -> anyhow::Result<Vec<(Account, String)>> {
    let mut made = Vec::new();
    for &(name, role) in PEOPLE {
        made.push(account(running, name, role).await?);
    }
    Ok(made)
}

async fn account(running: &Running, name: &str, role: Role) -> anyhow::Result<(Account, String)> {
    let password = random_password();
    let (db, site_id) = (&running.db, running.site.id);
    let account = match account::renew_password(db, site_id, name, &password).await {
        Err(Error::NotFound) => {
            let email = format!(
                "{}@demo.example",
                name.split(' ').next().unwrap_or(name).to_lowercase()
            );
            let new = NewAccount {
                name: name.into(),
                email,
                password: password.clone(),
                role,
            };
            account::create(db, site_id, new).await?
        }
        renewed => renewed?,
    };
    Ok((account, password))
}

/// Brings in the articles and their comments, once. The comments go the way of every comment: pending, screened,
/// live or held.
async fn fill(running: &Running, moderator_id: Uuid) -> anyhow::Result<()> {
    let threads: Vec<Thread> =
        serde_json::from_str(THREADS).context("demo/thread.json is wrong")?;
    for text in ARTICLES {
        let draft = article::parse(text.as_bytes(), Some(Format::Markdown), None)?;
        let slug = article::slug(&draft.title);
        match article::by_slug(&running.db, running.site.id, &slug).await {
            Err(Error::NotFound) => {}
            known => {
                known?;
                continue;
            }
        }
        article::save(&running.db, running.site.id, &slug, &draft).await?;
        let article = article::by_slug(&running.db, running.site.id, &slug).await?;
        for thread in threads.iter().filter(|thread| thread.article == slug) {
            eprintln!(
                "{}: screening {} comments",
                article.title,
                thread.comments.len()
            );
            discuss(running, &article, thread, moderator_id).await?;
        }
    }
    Ok(())
}

async fn discuss(
    running: &Running,
    article: &Article,
    thread: &Thread,
    moderator_id: Uuid,
) -> anyhow::Result<()> {
    let mut live: HashMap<u32, Uuid> = HashMap::new();
    // one session for each writer, so that the filter sees who repeats themselves
    let mut sessions: HashMap<&str, Uuid> = HashMap::new();
    for comment in &thread.comments {
        if thread.premoderated_from == Some(comment.id) {
            let (db, site_id) = (&running.db, running.site.id);
            article::set_mode(db, site_id, &article.slug, Mode::Premoderated).await?;
        }
        let parent_id = comment.parent.and_then(|parent| live.get(&parent)).copied();
        // nobody answers what was held and cannot be seen
        if comment.parent.is_some() && parent_id.is_none() {
            continue;
        }
        let session_id = match sessions.entry(&comment.author) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => {
                let new = account::open_guest_session(&running.db, running.site.id).await?;
                *free.insert(new.session.id)
            }
        };
        let new = NewComment {
            site_id: running.site.id,
            article_id: article.id,
            parent_id,
            account_id: None,
            session_id: Some(session_id),
            author_name: comment.author.clone(),
            guest_email: Some(format!("reader-{}@demo.example", comment.id)),
            body: Body::parse(&comment.text)?,
            key: None,
            written_at: Some(Utc::now() - TimeDelta::minutes(comment.minutes_ago)),
        };
        let posted = comment::post(&running.db, &new).await?;
        let status = match settled(running, posted.id, session_id).await? {
            Status::Held if comment.approved => approve(running, posted.id, moderator_id).await?,
            status => status,
        };
        if status == Status::Live {
            live.insert(comment.id, posted.id);
        }
    }
    Ok(())
}

/// Approves a comment that the filter has just held.
async fn approve(
    running: &Running,
    comment_id: Uuid,
    moderator_id: Uuid,
) -> anyhow::Result<Status> {
    let mut tx = running.db.begin().await?;
    let order = Settle {
        site_id: running.site.id,
        comment_id,
        // the first is the comment as it was posted
        seen_version: 2,
        step: Move::Decided(Action::Approve),
        evidence: Evidence::Person {
            moderator_id,
            reason: None,
            note: None,
        },
    };
    let settled = comment::settle(&mut tx, &order).await?;
    tx.commit().await?;
    Ok(settled.to)
}

async fn settled(running: &Running, id: Uuid, session_id: Uuid) -> anyhow::Result<Status> {
    let me = Me {
        account_id: None,
        session_id: Some(session_id),
    };
    for _ in 0..LOOKS {
        running.wake.0.notify_one();
        let status = comment::status_of(&running.db, id, me).await?;
        if status != Status::Pending {
            return Ok(status);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(Status::Pending)
}

fn welcome(running: &Running, accounts: &[(Account, String)]) -> String {
    let mut lines = vec![
        String::new(),
        format!("  {:<24} {}", running.site.name, running.public_url),
        format!(
            "  {:<24} {}/desk",
            "The moderators' desk", running.public_url
        ),
        String::new(),
        "  Sign in as               with the password".into(),
    ];
    for (account, password) in accounts {
        lines.push(format!(
            "  {:<24} {password}   ({})",
            account.name,
            format!("{:?}", account.role).to_lowercase()
        ));
    }
    lines.extend([
        String::new(),
        "  Ctrl-C ends it; what you posted is kept. New passwords are made at each start.".into(),
    ]);
    lines.join("\n")
}
