//! `belowline client`

use std::io::Write as _;

use anyhow::bail;
use chrono::{DateTime, Utc};

use super::database;
use crate::config::Database;
use crate::error::Error;
use crate::perspective;

pub(super) async fn create(database: Database, name: &str, per_second: i32) -> anyhow::Result<()> {
    let key = database::with(database, async |db, site| {
        Ok(perspective::create_client(&db, site.id, name, per_second).await?)
    })
    .await?;
    eprintln!("This is the key of {name}. It is shown this once and cannot be read again.");
    println!("{}", key.as_str());
    Ok(())
}

pub(super) async fn list(database: Database) -> anyhow::Result<()> {
    let clients = database::with(database, async |db, site| {
        Ok(perspective::list_clients(&db, site.id).await?)
    })
    .await?;
    for client in clients {
        let used = client
            .used_at
            .map_or("never used".into(), |at| format!("used {}", minute(at)));
        let ended = client
            .revoked_at
            .map_or(String::new(), |at| format!(", revoked {}", minute(at)));
        println!(
            "{}: {} a second, made {}, {used}{ended}",
            client.name,
            client.per_second,
            minute(client.created_at)
        );
    }
    Ok(())
}

pub(super) async fn revoke(database: Database, name: &str) -> anyhow::Result<()> {
    database::with(
        database,
        async |db, site| match perspective::revoke_client(&db, site.id, name).await {
            Err(Error::NotFound) => bail!("no key of the name {name} is in force"),
            revoked => Ok(revoked?),
        },
    )
    .await?;
    println!("The key of {name} is worth nothing any more.");
    Ok(())
}

pub(super) async fn suggestions(database: Database) -> anyhow::Result<()> {
    database::with(database, async |db, site| {
        let mut out = std::io::stdout().lock();
        let mut last = None;
        loop {
            let page = perspective::suggestions_after(&db, site.id, last).await?;
            let Some(newest) = page.last() else {
                return Ok(());
            };
            last = Some(newest.id);
            for suggestion in &page {
                serde_json::to_writer(&mut out, suggestion)?;
                out.write_all(b"\n")?;
            }
        }
    })
    .await
}

fn minute(at: DateTime<Utc>) -> impl std::fmt::Display {
    at.format("%Y-%m-%d %H:%M UTC")
}
