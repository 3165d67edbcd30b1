//! Talks to the server through its socket: is it there, and has it our database?

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{Connection, PgConnection};

use super::LocalPgError;
use super::socket::PORT;

/// The user and the database have the same name.
const NAME: &str = "belowline";

/// A socket answers at once or not at all; this only keeps a stopped process from holding us up.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// The address that any PostgreSQL client takes.
pub(super) fn url(socket_dir: &Path) -> String {
    let mut url = format!("postgres://{NAME}@localhost/{NAME}?host=");
    for byte in socket_dir.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => url.push(char::from(*byte)),
            b if b.is_ascii_alphanumeric() => url.push(char::from(*b)),
            // Writing to a String cannot fail.
            b => drop(write!(url, "%{b:02X}")),
        }
    }
    url
}

/// Whether the server takes connections.
pub(super) async fn server_is_ready(socket_dir: &Path) -> bool {
    answers(socket_dir, "postgres").await
}

/// Whether our database takes connections.
pub(super) async fn database_is_there(socket_dir: &Path) -> bool {
    answers(socket_dir, NAME).await
}

async fn answers(socket_dir: &Path, database: &str) -> bool {
    match connect(socket_dir, database).await {
        Ok(connection) => connection.close().await.is_ok(),
        Err(_) => false,
    }
}

/// Makes our database if it is missing.
pub(super) async fn create_database(socket_dir: &Path) -> Result<(), LocalPgError> {
    let mut connection = connect(socket_dir, "postgres").await?;
    let there: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = 'belowline')")
            .fetch_one(&mut connection)
            .await?;
    if !there {
        sqlx::query("CREATE DATABASE belowline")
            .execute(&mut connection)
            .await?;
    }
    connection.close().await?;
    Ok(())
}

async fn connect(socket_dir: &Path, database: &str) -> Result<PgConnection, sqlx::Error> {
    let options = PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(PORT)
        .username(NAME)
        .database(database)
        .ssl_mode(PgSslMode::Disable);
    match tokio::time::timeout(ANSWER_LIMIT, PgConnection::connect_with(&options)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_survives_every_kind_of_path() {
        for (folder, encoded) in [
            ("/srv/data/run", "/srv/data/run"),
            ("/srv/my data/run", "/srv/my%20data/run"),
            ("/srv/a+b&c=d%/run", "/srv/a%2Bb%26c%3Dd%25/run"),
            ("/srv/é/run", "/srv/%C3%A9/run"),
        ] {
            let url = url(Path::new(folder));
            assert_eq!(
                url,
                format!("postgres://belowline@localhost/belowline?host={encoded}")
            );
            let read: PgConnectOptions = url.parse().expect("sqlx reads the address");
            assert_eq!(read.get_socket().expect("a socket"), Path::new(folder));
        }
    }
}
