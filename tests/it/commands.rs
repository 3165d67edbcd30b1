//! What the program itself promises to whoever starts it.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection as _, PgConnection};

use crate::harness::{Database, PROGRAM};

fn program() -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .env_remove("DATABASE_URL")
        .current_dir("/")
        .stdin(Stdio::null());
    command
}

#[test]
fn a_taken_port_is_told_before_a_database_is_made() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("its address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    for (command, listen, ops_listen, flag) in [
        ("serve", &*taken, "127.0.0.1:0", "--listen"),
        ("serve", "127.0.0.1:0", &*taken, "--ops-listen"),
        ("demo", "127.0.0.1:0", &*taken, "--ops-listen"),
    ] {
        let mut started = program();
        started.args([command, "--listen", listen, "--ops-listen", ops_listen]);
        let ended = started.arg("--data-dir").arg(&data).output();
        let ended = ended.expect("the program");
        let said = String::from_utf8_lossy(&ended.stderr);
        let expected =
            format!("cannot listen on {taken}: is the port taken? Choose another with {flag}");
        assert!(said.contains(&expected), "{command}: {said}");
        assert!(!ended.status.success() && !data.exists(), "{command}");
    }
}

#[tokio::test]
async fn nobody_who_signs_in_to_the_demo_has_decided_anything_yet() {
    let database = Database::create();
    let mut demo = program()
        .args(["demo", "--listen", "127.0.0.1:0"])
        .args(["--ops-listen", "127.0.0.1:0"])
        .args(["--database-url", &database.url])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program");
    let mut printed = Vec::new();
    for line in BufReader::new(demo.stdout.take().expect("its output")).lines() {
        printed.push(line.expect("text"));
        if printed.last().is_some_and(|line| line.contains("Ctrl-C")) {
            break;
        }
    }
    let printed = printed.join("\n");
    kill_process(Pid::from_child(&demo), Signal::TERM).expect("told to stop");
    assert!(demo.wait().expect("its end").success(), "{printed}");
    let mut db = PgConnection::connect(&database.url)
        .await
        .expect("a connection");
    let deciders: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT a.name FROM settlement s JOIN account a ON a.id = s.moderator_id",
    )
    .fetch_all(&mut db)
    .await
    .expect("names");
    db.close().await.expect("closed");
    assert_eq!(deciders.len(), 1);
    assert!(
        printed.contains("(moderator)") && !printed.contains(&deciders[0]),
        "{deciders:?}: {printed}"
    );
}
