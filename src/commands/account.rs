//! `belowline account`

use std::io::BufRead as _;

use anyhow::{Context as _, bail};

use super::database;
use crate::account::{self, NewAccount, Role};
use crate::config::Database;
use crate::error::Error;

pub(super) struct Create {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: Role,
    pub(super) password_stdin: bool,
}

pub(super) async fn create(database: Database, create: Create) -> anyhow::Result<()> {
    let (password, is_random) = if create.password_stdin {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .context("no password on standard input")?;
        (line.trim_end_matches(['\r', '\n']).to_owned(), false)
    } else {
        (random_password(), true)
    };
    let new = NewAccount {
        name: create.name,
        email: create.email,
        password: password.clone(),
        role: create.role,
    };
    let account = database::with(database, async |db, site| {
        Ok(account::create(&db, site.id, new).await?)
    })
    .await?;
    println!("{} may now sign in.", account.name);
    if is_random {
        println!("password: {password}");
    }
    Ok(())
}

pub(super) async fn renew(database: Database, name: &str) -> anyhow::Result<()> {
    let password = random_password();
    database::with(database, async |db, site| {
        match account::renew_password(&db, site.id, name, &password).await {
            Err(Error::NotFound) => bail!("there is no account {name}"),
            renewed => Ok(renewed?),
        }
    })
    .await?;
    println!("password: {password}");
    Ok(())
}

/// Twenty letters and digits of the system's generator: 103 bits, and no pair that looks alike.
pub(super) fn random_password() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789ABCDEFGH";
    use rand::seq::IndexedRandom as _;
    let mut rng = rand::rng();
    (0..20)
        .filter_map(|_| LETTERS.choose(&mut rng))
        .map(|&letter| char::from(letter))
        .collect()
}
