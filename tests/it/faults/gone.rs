//! A client goes away in the middle of its request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use rustix::net::sockopt::set_socket_linger;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::all_is_well;
use crate::harness::{Belowline, Client, Options, Person, cycles};

/// A transaction that nobody works on, for longer than any of ours takes.
const FORGOTTEN: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND state LIKE 'idle in transaction%' AND now() - state_change > interval '1 second'";

fn request(client: &Client, path: &str, token: Option<&str>, body: &str) -> String {
    let token = token
        .map(|token| format!("Authorization: Bearer {token}\r\n"))
        .unwrap_or_default();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {}\r\nContent-Type: application/json\r\n{token}Content-Length: {}\r\n\r\n{body}",
        client.ip,
        body.len()
    )
}

/// Sends it all and goes: with a reset, or politely.
async fn send_and_go(house: &Belowline, request: &str, after: Duration, rudely: bool) {
    let mut stream = TcpStream::connect(house.address)
        .await
        .expect("a connection");
    stream.set_nodelay(true).expect("set");
    stream.write_all(request.as_bytes()).await.expect("sent");
    tokio::time::sleep(after).await;
    if rudely {
        set_socket_linger(&stream, Some(Duration::ZERO)).expect("set");
    }
    drop(stream);
}

#[tokio::test]
async fn clients_that_go_away_leave_no_transaction_behind() {
    let house = Belowline::with(Options::default()).await;
    let article = house.article("bridge").await;
    let moderator = house.moderator("Mo").await;
    let signed_in = json!({ "name_or_email": "Mo", "password": crate::harness::PASSWORD });
    let token = house
        .client()
        .post("/api/v1/session", &signed_in)
        .await
        .expect(201)
        .json()["token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let rounds = cycles(200);
    let mut held = Vec::new();
    for n in 0..rounds / 2 {
        let guest = Person {
            email: format!("h{n}@guest.example"),
            ..house.guest("Bo")
        };
        held.push(
            guest
                .posts(
                    &article,
                    &format!("You are a fucking idiot and moron, number {n}."),
                )
                .await,
        );
    }
    all_is_well(&house).await;
    let requests: Vec<String> = (0..rounds)
        .map(|n| {
            let client = house.client();
            if n % 2 == 0 {
                let body = json!({ "text": format!("Gone, number {n}."), "name": "Cy", "email": format!("g{n}@guest.example") });
                request(&client, &article.comments(), None, &body.to_string())
            } else {
                let path = format!("/api/v1/desk/comments/{}/decision", held[n / 2]);
                request(&client, &path, Some(&token), r#"{"version":2,"action":"approve"}"#)
            }
        })
        .collect();
    let over = AtomicBool::new(false);
    let watch = async {
        while !over.load(Ordering::Relaxed) {
            assert_eq!(house.count(FORGOTTEN).await, 0);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let go = async {
        stream::iter(requests.iter().enumerate())
            .for_each_concurrent(12, |(n, request)| {
                // from 0 to 20 ms in steps of a tenth
                let after = Duration::from_micros(100 * u64::try_from(n % 200).expect("a number"));
                send_and_go(&house, request, after, n / 2 % 2 == 0)
            })
            .await;
        house.forget_limits().await;
        // more than the pool has connections: each is met
        for n in 0..30 {
            let guest = Person {
                email: format!("a{n}@guest.example"),
                ..house.guest("Dee")
            };
            guest
                .posts(&article, &format!("Afterwards, number {n}."))
                .await;
            moderator.get("/api/v1/desk/held").await.expect(200);
        }
        over.store(true, Ordering::Relaxed);
    };
    tokio::join!(watch, go);
    assert_eq!(house.count(FORGOTTEN).await, 0);
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(house.count(waiting).await, 0);
    all_is_well(&house).await;
}
