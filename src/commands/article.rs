//! `belowline article`

use std::io::Read as _;

use anyhow::{Context as _, bail};

use super::database;
use crate::article::{self, Draft, Format, MAX_BYTES, Mode};
use crate::config::{Database, PublicUrl};
use crate::error::Error;

pub(super) struct Import {
    pub(super) source: String,
    pub(super) slug: Option<String>,
    pub(super) format: Option<String>,
    pub(super) allow_private_address: bool,
    pub(super) public_url: String,
}

pub(super) async fn import(database: Database, import: Import) -> anyhow::Result<()> {
    let public_url: PublicUrl = import.public_url.parse()?;
    let draft = read(&import).await?;
    let slug = article::slug(import.slug.as_deref().unwrap_or(&draft.title));
    eprintln!(
        "{}: {} words",
        draft.title,
        draft.body_text.split_whitespace().count()
    );
    let is_new = database::with(database, async |db, site| {
        Ok(article::save(&db, site.id, &slug, &draft).await?)
    })
    .await?;
    eprintln!(
        "{}",
        if is_new {
            "stored as a new article"
        } else {
            "stored in place of the one that was there; its comments stay"
        }
    );
    println!("{public_url}/articles/{slug}");
    Ok(())
}

async fn read(import: &Import) -> anyhow::Result<Draft> {
    let source = import.source.as_str();
    let chosen = match import.format.as_deref() {
        Some("text") => Some(Format::Text),
        Some("markdown") => Some(Format::Markdown),
        Some("html") => Some(Format::Html),
        _ => None,
    };
    let (bytes, told, name) = if source.starts_with("http://") || source.starts_with("https://") {
        eprintln!("fetching {source}");
        let fetched = article::fetch(source, import.allow_private_address).await?;
        let told = Format::from_content_type(&fetched.content_type);
        (fetched.bytes, told, Some(fetched.final_url))
    } else if source == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .take(MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .context("cannot read standard input")?;
        (bytes, None, None)
    } else {
        let bytes = std::fs::read(source).with_context(|| format!("cannot read {source}"))?;
        (bytes, None, Some(source.to_owned()))
    };
    Ok(article::parse(&bytes, chosen.or(told), name.as_deref())?)
}

pub(super) async fn mode(database: Database, slug: &str, mode: Mode) -> anyhow::Result<()> {
    database::with(database, async |db, site| {
        match article::set_mode(&db, site.id, slug, mode).await {
            Err(Error::NotFound) => bail!("there is no article {slug}"),
            done => Ok(done?),
        }
    })
    .await
}
