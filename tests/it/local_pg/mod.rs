//! The private database survives everything that can happen to the program that owns it.
//!
//! The program is the real one, `belowline database`. Each test runs as the user who runs the tests and, when
//! that is root, once more as an ordinary user.

mod program;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use belowline::local_pg::{Attached, LocalPg, LocalPgError, Options, attach_or_start};
use program::{Folder, Program, Signal, each_user, one};

#[tokio::test]
async fn a_first_start_gives_an_empty_database_that_nobody_else_can_reach() {
    each_user(async |folder| {
        let program = Program::start(&folder).await;
        let mut db = program.connect().await;
        assert_eq!(one(&mut db, "SHOW listen_addresses").await, "");
        assert_eq!(one(&mut db, "SHOW fsync").await, "on");
        assert_eq!(one(&mut db, "SHOW data_checksums").await, "on");
        assert_eq!(one(&mut db, "SHOW server_encoding").await, "UTF8");
        assert_eq!(
            one(&mut db, "SELECT current_database()::text").await,
            "belowline"
        );
        assert_eq!(one(&mut db, "SELECT lower('ÄÖ')").await, "äö");
        for private in ["run", "pg"] {
            let mode = folder.metadata(private).permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{private}");
        }
        program.stop(Signal::TERM).await;
    })
    .await;
}

#[tokio::test]
async fn both_stop_signals_shut_the_server_down_in_order_and_the_rows_are_there_again() {
    each_user(async |folder| {
        for (round, signal) in [Signal::TERM, Signal::INT].into_iter().enumerate() {
            let program = Program::start(&folder).await;
            assert_eq!(program.add_row().await, round + 1);
            program.stop(signal).await;
            assert!(folder.server_processes().is_empty(), "{signal:?}");
            assert!(!folder.holds("pg/postmaster.pid"), "{signal:?}");
            assert_eq!(
                folder.last_log_line(),
                "database system is shut down",
                "{signal:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_second_program_on_the_same_folder_is_refused_and_told_who_is_there() {
    each_user(async |folder| {
        let first = Program::start(&folder).await;
        let said = Program::fails(&folder).await;
        assert!(said.contains("another Belowline"), "{said}");
        assert!(
            said.contains(&format!("process {}", first.number())),
            "{said}"
        );
        assert_eq!(first.add_row().await, 1);
        first.stop(Signal::TERM).await;
    })
    .await;
}

#[tokio::test]
async fn the_server_of_a_killed_program_is_adopted_and_stopped_by_the_next() {
    each_user(async |folder| {
        let program = Program::start(&folder).await;
        program.add_row().await;
        let server = folder.postmaster();
        program.kill().await;

        let next = Program::start(&folder).await;
        assert_eq!(folder.postmaster(), server);
        assert_eq!(next.add_row().await, 2);
        next.stop(Signal::TERM).await;
        assert!(folder.server_processes().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_start_right_after_program_and_server_were_killed_waits_for_the_old_sessions() {
    each_user(async |folder| {
        let program = Program::start(&folder).await;
        program.add_row().await;
        // A session that is busy does not notice by itself that its server is gone.
        let mut busy = program.connect().await;
        let query = tokio::spawn(async move {
            let sum = "SELECT count(*)::text FROM generate_series(1, 1000000000000)";
            sqlx::query(sum).execute(&mut busy).await
        });
        program
            .until_query_runs("%generate_series(1, 1000000000000)%")
            .await;
        let server = folder.postmaster();
        program.kill().await;
        program::kill(server);

        let next = Program::start(&folder).await;
        assert_ne!(folder.postmaster(), server);
        assert_eq!(next.add_row().await, 2);
        assert!(query.await.expect("the session").is_err());
        next.stop(Signal::TERM).await;
    })
    .await;
}

#[tokio::test]
async fn nothing_committed_is_lost_when_everything_is_killed_again_and_again() {
    each_user(async |folder| {
        for round in 1..=3 {
            let program = Program::start(&folder).await;
            assert_eq!(program.add_row().await, round);
            program.kill().await;
            folder.kill_server();
        }
        let program = Program::start(&folder).await;
        assert_eq!(program.add_row().await, 4);
        program.stop(Signal::TERM).await;
    })
    .await;
}

#[tokio::test]
async fn a_stale_process_number_that_somebody_else_has_now_does_not_matter() {
    each_user(async |folder| {
        let program = Program::start(&folder).await;
        program.add_row().await;
        let written = folder.read("pg/postmaster.pid");
        program.kill().await;
        folder.kill_server();
        // Another live process of the same user gets the number of the dead server.
        let stranger = folder.stranger();
        let old = written.lines().next().expect("a number");
        let new = stranger.number().to_string();
        folder.write("pg/postmaster.pid", &written.replacen(old, &new, 1));
        folder.write("run/.s.PGSQL.5432.lock", &written.replacen(old, &new, 1));

        let next = Program::start(&folder).await;
        assert_eq!(next.add_row().await, 2);
        assert!(stranger.is_alive());
        next.stop(Signal::TERM).await;
    })
    .await;
}

#[tokio::test]
async fn a_crash_while_the_cluster_is_made_leaves_no_half_cluster() {
    each_user(async |folder| {
        let program = Program::start_without_waiting(&folder);
        program::until("initdb is at work", async || {
            folder.side_folder_has("PG_VERSION")
        })
        .await;
        assert!(!folder.holds("pg"));
        program.kill().await;

        let next = Program::start(&folder).await;
        assert_eq!(next.add_row().await, 1);
        next.stop(Signal::TERM).await;
    })
    .await;
}

#[tokio::test]
async fn a_folder_too_deep_for_a_socket_keeps_its_socket_elsewhere_under_the_same_name() {
    each_user(async |folder| {
        let deep = folder.below(&format!("{}/with a space, a comma", "deep/".repeat(30)));
        let first = Program::start(&deep).await;
        let url = first.url().to_owned();
        assert!(!url.contains("deep"), "{url}");
        assert_eq!(first.add_row().await, 1);
        first.stop(Signal::TERM).await;

        let second = Program::start(&deep).await;
        assert_eq!(second.url(), url);
        assert_eq!(second.add_row().await, 2);
        second.stop(Signal::TERM).await;
    })
    .await;
}

#[tokio::test]
async fn a_folder_with_odd_characters_has_an_address_that_works() {
    each_user(async |folder| {
        let odd = folder.below("50% of é, \"a\"+b & c");
        let program = Program::start(&odd).await;
        assert_eq!(program.add_row().await, 1);
        program.stop(Signal::TERM).await;
    })
    .await;
}

#[tokio::test]
async fn a_folder_that_the_server_cannot_reach_is_named() {
    each_user(async |folder| {
        let closed = folder.below("closed");
        std::fs::create_dir(closed.path()).expect("a folder");
        // An ordinary user cannot make anything in it; root can, but the server's user cannot enter.
        let mode = if folder.is_roots() { 0o700 } else { 0o500 };
        std::fs::set_permissions(closed.path(), PermissionsExt::from_mode(mode)).expect("closed");
        let said = Program::fails(&closed.below("data")).await;
        assert!(said.contains("/closed"), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn a_cluster_of_another_version_is_refused_by_name() {
    let folder = Folder::ours();
    std::fs::create_dir(folder.path().join("pg")).expect("a folder");
    folder.give("pg");
    folder.write("pg/PG_VERSION", "9\n");
    let said = Program::fails(&folder).await;
    assert!(said.contains("made by PostgreSQL 9"), "{said}");
}

#[tokio::test]
async fn without_server_programs_it_says_what_to_do() {
    let folder = Folder::ours();
    let options = Options {
        bin_dir: Some(folder.path().to_owned()),
        ..options(folder.path())
    };
    let error = LocalPg::start(&options, &mut |_| {})
        .await
        .expect_err("no programs");
    assert!(
        matches!(error, LocalPgError::NoBinaries { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("scripts/setup"), "{error}");
}

#[tokio::test]
async fn a_one_off_command_joins_a_running_server_and_leaves_it_running() {
    each_user(async |folder| {
        let program = Program::start(&folder).await;
        let joined = attach_or_start(&options(folder.path()), &mut |_| {})
            .await
            .expect("joined");
        assert!(matches!(joined, Attached::Joined { .. }));
        assert_eq!(joined.url(), program.url());
        joined.stop().await.expect("left alone");
        assert_eq!(program.add_row().await, 1);
        program.stop(Signal::TERM).await;
    })
    .await;
}

#[tokio::test]
async fn a_one_off_command_waits_for_a_program_that_is_still_making_its_database() {
    each_user(async |folder| {
        let program = Program::start_without_waiting(&folder);
        // the holder writes its number down
        program::until("the folder is held", async || {
            folder.holds("belowline.lock") && !folder.read("belowline.lock").is_empty()
        })
        .await;
        let joined = attach_or_start(&options(folder.path()), &mut |_| {})
            .await
            .expect("joined");
        program::connect(&joined.url()).await;
        program.kill().await;
    })
    .await;
}

#[tokio::test]
async fn a_one_off_command_starts_a_server_for_itself_and_stops_it() {
    let folder = Folder::ours();
    Program::start(&folder).await.stop(Signal::TERM).await;
    let started = attach_or_start(&options(folder.path()), &mut |_| {})
        .await
        .expect("started");
    assert!(matches!(started, Attached::Started(_)));
    program::connect(&started.url()).await;
    started.stop().await.expect("stopped");
    assert!(folder.server_processes().is_empty());
}

#[tokio::test]
async fn a_one_off_command_makes_no_database_where_there_is_none() {
    let folder = Folder::ours();
    for path in [folder.path().join("mistyped"), folder.path().to_owned()] {
        let refused = attach_or_start(&options(&path), &mut |_| {}).await;
        let said = refused.expect_err("refused").to_string();
        assert!(said.starts_with("there is no Belowline in "), "{said}");
    }
    let left = std::fs::read_dir(folder.path()).expect("the folder");
    assert_eq!(left.count(), 0, "nothing is made");
    // nor where a start has left nothing but its lock
    folder.write("belowline.lock", "1\n");
    let refused = attach_or_start(&options(folder.path()), &mut |_| {}).await;
    assert!(matches!(refused, Err(LocalPgError::Missing(_))));
}

#[tokio::test]
async fn a_dropped_owner_stops_its_server_too() {
    let folder = Folder::ours();
    let owner = LocalPg::start(&options(folder.path()), &mut |_| {})
        .await
        .expect("started");
    assert!(!folder.server_processes().is_empty());
    drop(owner);
    assert!(folder.server_processes().is_empty());
}

#[tokio::test]
async fn the_program_ends_when_its_server_does() {
    let folder = Folder::ours();
    let program = Program::start(&folder).await;
    folder.kill_server();
    let said = program.ends_badly().await;
    assert!(said.contains("ended by itself"), "{said}");
}

fn options(data_dir: &Path) -> Options {
    Options {
        data_dir: data_dir.to_owned(),
        bin_dir: None,
        os_user: None,
    }
}
