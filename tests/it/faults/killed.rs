//! The service is killed, without a word, in the middle of its work.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::all_is_well;
use crate::harness::{Article, Belowline, Client, Options, PROGRAM, cycles, eventually, posted};

/// `belowline serve`; killed when it goes.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    async fn start(database_url: &str) -> Self {
        let free = || {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            listener.local_addr().expect("an address")
        };
        let (address, ops) = (free(), free());
        let child = Command::new(PROGRAM)
            .arg("serve")
            .env("DATABASE_URL", database_url)
            .env("BELOWLINE_LISTEN", address.to_string())
            .env("BELOWLINE_OPS_LISTEN", ops.to_string())
            .env("BELOWLINE_TRUSTED_PROXIES", "127.0.0.0/8")
            .env("BELOWLINE_SCREENING_WORKERS", "2")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program");
        let program = Self { child, address };
        let probe = Client::new(address);
        eventually("it serves", async || {
            let answer = probe.try_send(probe.request(Method::GET, "/readyz")).await;
            answer.is_ok_and(|answer| answer.status == 200)
        })
        .await;
        program
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A try whose answer never came.
struct Unknown {
    key: String,
    text: String,
}

/// What the clients wrote down.
#[derive(Default)]
struct History {
    acknowledged: Mutex<Vec<(String, Uuid)>>,
    unknown: Mutex<Vec<Unknown>>,
    count: AtomicUsize,
    over: AtomicBool,
}

async fn tries(address: SocketAddr, article: &Article, key: &str, text: &str) -> Option<Uuid> {
    let client = Client::new(address);
    let body = json!({ "text": text, "name": "Bo", "email": format!("{key}@guest.example") });
    let request = client
        .request(Method::POST, &article.comments())
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(body.to_string());
    let answer = client.try_send(request).await.ok()?;
    // no time just now: whether it was stored is not known
    (answer.status != 503).then(|| posted(&answer.expect(201)))
}

/// One client, posting until the server is gone.
async fn post_on(history: &History, address: SocketAddr, article: &Article, name: &str) {
    for n in 0.. {
        if history.over.load(Ordering::Relaxed) {
            return;
        }
        let (key, text) = (
            format!("{name}-{n}"),
            format!("Client {name} thinks about the bridge for the {n}th time."),
        );
        match tries(address, article, &key, &text).await {
            Some(id) => {
                history.acknowledged.lock().expect("whole").push((text, id));
                history.count.fetch_add(1, Ordering::Relaxed);
            }
            None => history
                .unknown
                .lock()
                .expect("whole")
                .push(Unknown { key, text }),
        }
    }
}

#[tokio::test]
async fn nothing_that_was_accepted_is_lost_or_doubled_when_the_service_is_killed() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let mut all = 0;
    let mut program = Program::start(&house.database_url).await;
    for cycle in 0..cycles(20) {
        let history = History::default();
        let names: Vec<String> = (0..4).map(|client| format!("c{cycle}-{client}")).collect();
        let clients = futures_util::future::join_all(
            names
                .iter()
                .map(|name| post_on(&history, program.address, &article, name)),
        );
        // at another moment of their work in each cycle
        let enough = 3 + cycle * 7 % 23;
        let killer = async {
            while history.count.load(Ordering::Relaxed) < enough {
                tokio::task::yield_now().await;
            }
            let number = rustix::process::Pid::from_child(&program.child);
            rustix::process::kill_process(number, rustix::process::Signal::KILL).expect("killed");
            history.over.store(true, Ordering::Relaxed);
        };
        tokio::join!(clients, killer);
        program.kill();
        program = Program::start(&house.database_url).await;
        for (text, id) in history.acknowledged.into_inner().expect("whole") {
            let bodies: Vec<(Uuid, String)> =
                sqlx::query_as("SELECT id, body FROM comment WHERE body = $1")
                    .bind(&text)
                    .fetch_all(&house.db)
                    .await
                    .expect("rows");
            assert_eq!(bodies, [(id, text)]);
            all += 1;
        }
        // stored or not, a repetition makes it exactly one
        for Unknown { key, text } in history.unknown.into_inner().expect("whole") {
            eventually("it is accepted", async || {
                tries(program.address, &article, &key, &text)
                    .await
                    .is_some()
            })
            .await;
            let id = tries(program.address, &article, &key, &text)
                .await
                .expect("accepted before");
            let ids: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM comment WHERE body = $1")
                .bind(&text)
                .fetch_all(&house.db)
                .await
                .expect("rows");
            assert_eq!(ids, [id]);
            all += 1;
        }
    }
    assert_eq!(house.count("SELECT count(*) FROM comment").await, all);
    all_is_well(&house).await;
}
