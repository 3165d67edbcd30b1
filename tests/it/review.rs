//! The desk: what people decide, once, and for good until a person takes it back.

use belowline::account::Role;
use belowline::comment::{Screened, Status};
use belowline::error::Error;
use futures_util::future::join_all;
use sqlx::Executor as _;
use tokio::sync::Barrier;
use uuid::Uuid;

use crate::harness::{Belowline, Events, Options, cycles, eventually};

#[tokio::test]
async fn a_moderator_finds_what_is_held_and_decides_it() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let moderator = house.moderator("Mo").await;
    let (first, second) = (
        house.held(&article, "The first.").await,
        house.held(&article, "The second.").await,
    );
    let ids = async || {
        let held = moderator.get("/api/v1/desk/held").await.expect(200).json();
        let list = held["comments"].as_array().expect("a list").clone();
        list.iter()
            .map(|entry| entry["id"].as_str().expect("an id").parse().expect("an id"))
            .collect::<Vec<Uuid>>()
    };
    assert_eq!(ids().await, [first, second]);
    moderator.approves(first).await.expect(200);
    assert_eq!(house.status(first).await, Status::Live);
    moderator.rejects(second, "abusive").await.expect(200);
    assert_eq!(house.status(second).await, Status::Rejected);
    assert!(ids().await.is_empty());
    let stranger = house.guest("Cy");
    assert!(stranger.sees(&article, first).await && !stranger.sees(&article, second).await);
    moderator.removes(first, "off_topic").await.expect(200);
    assert!(!stranger.sees(&article, first).await);
}

#[tokio::test]
async fn every_page_of_the_desk_has_the_same_row_of_tabs() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    house.held(&article, "Waiting.").await;
    house.account("Al", Role::Admin).await;
    let desk = house.browser("Al").await;
    for path in [
        "/desk",
        "/desk?queue=dead_letters",
        "/desk/history",
        "/desk/terms",
        "/desk/articles",
        "/desk/articles/bridge",
        "/desk/faq",
    ] {
        let page = desk.get(path).await.expect(200).text();
        let row = page.split("class=\"tabs\"").nth(1).expect("tabs");
        let row = row.split("</nav>").next().expect("their end");
        let counted = "Held <span class=\"tag\">1</span>";
        assert!(row.contains(counted), "{path}: {row}");
    }
}

#[tokio::test]
async fn of_two_opposite_decisions_one_wins_and_the_other_learns_who_did() {
    let house = Belowline::with(Options::unscreened()).await;
    let other = house.another(Options::unscreened()).await;
    let article = house.article("bridge").await;
    // at two processes
    let (mo, mia) = (house.moderator("Mo").await, other.moderator("Mia").await);
    for round in 0..cycles(20) {
        let id = house.held(&article, &format!("Race number {round}.")).await;
        let start = Barrier::new(2);
        let (approved, rejected) = tokio::join!(
            async {
                start.wait().await;
                mo.decides(id, 2, "approve", None).await
            },
            async {
                start.wait().await;
                mia.decides(id, 2, "reject", Some("abusive")).await
            }
        );
        let (winner, loser, status) = match (approved.status, rejected.status) {
            (200, 409) => ("Mo", rejected, Status::Live),
            (409, 200) => ("Mia", approved, Status::Rejected),
            both => panic!("{both:?}"),
        };
        let current = &loser.json()["current"];
        assert!(
            current.to_string().contains(&format!("\"{winner}\"")),
            "{current}"
        );
        assert_eq!(house.state(id).await, (status, 3));
        let decisions: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM settlement WHERE comment_id = $1 AND moderator_id IS NOT NULL",
        )
        .bind(id)
        .fetch_one(&house.db)
        .await
        .expect("a number");
        assert_eq!(decisions, 1);
    }
    // open pages heard of each approval once and of nothing else
    let live = house
        .count("SELECT count(*) FROM comment WHERE status = 'live'")
        .await;
    assert_eq!(house.count("SELECT count(*) FROM live_event").await, live);
}

#[tokio::test]
async fn twenty_hands_on_one_decision_make_one_settlement() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let moderator = house.moderator("Mo").await;
    let id = house.held(&article, "Popular.").await;
    let answers = join_all((0..20).map(|_| moderator.decides(id, 2, "approve", None))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses.iter().all(|status| [200, 409].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(house.count("SELECT live_count FROM thread").await, 1);
}

#[tokio::test]
async fn nobody_decides_their_own_comment() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    for person in [house.moderator("Mo").await, house.admin("Al").await] {
        let id = person.posts(&article, "My own.").await;
        house.screens(id, Screened::Held).await.expect("settled");
        for (action, reason) in [("approve", None), ("reject", Some("other"))] {
            person.decides(id, 2, action, reason).await.expect(403);
        }
        assert_eq!(house.state(id).await, (Status::Held, 2));
    }
}

#[tokio::test]
async fn a_decision_can_be_taken_back_once_by_whoever_made_it_or_an_admin() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let (mo, mia, al) = (
        house.moderator("Mo").await,
        house.moderator("Mia").await,
        house.admin("Al").await,
    );
    let id = house.held(&article, "To and fro.").await;
    mo.approves(id).await.expect(200);
    mia.undoes(id, 3).await.expect(403);
    mo.undoes(id, 2).await.expect(409);
    mo.undoes(id, 3).await.expect(200);
    assert_eq!(house.state(id).await, (Status::Held, 4));
    mo.undoes(id, 4).await.expect(409);
    assert!(!house.guest("Cy").sees(&article, id).await);
    mia.rejects(id, "spam").await.expect(200);
    al.undoes(id, 5).await.expect(200);
    assert_eq!(house.state(id).await, (Status::Held, 6));
    // what the machine did, nobody takes back
    let other = house.held(&article, "Screened.").await;
    al.undoes(other, 2).await.expect(409);
}

#[tokio::test]
async fn whoever_comes_second_is_told_whether_it_was_themselves() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    for name in ["Mo", "Mia"] {
        house.account(name, Role::Moderator).await;
    }
    let (mo, mia) = (house.browser("Mo").await, house.browser("Mia").await);
    let id = house.held(&article, "Popular.").await;
    let path = format!("/desk/comments/{id}/decision");
    let approve = [("version", "2"), ("action", "approve")];
    mo.submit(&path, &approve).await.expect(303);
    for (again, said) in [
        (&mo, "You have decided this one already: Approved"),
        (&mia, "<bdi>Mo</bdi> was faster: Approved"),
    ] {
        let page = again.submit(&path, &approve).await.expect(409).text();
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[tokio::test]
async fn a_machine_never_overrides_a_person() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let moderator = house.moderator("Mo").await;
    for approve in [true, false] {
        let id = house.held(&article, &format!("Decided: {approve}.")).await;
        let decided = if approve {
            moderator.approves(id).await
        } else {
            moderator.rejects(id, "spam").await
        };
        decided.expect(200);
        let before = house.state(id).await;
        for to in [Screened::Live, Screened::Held, Screened::Rejected] {
            let refused = house.screens(id, to).await.expect_err("refused");
            assert!(matches!(refused, Error::Conflict(_)), "{refused:?}");
        }
        assert_eq!(house.state(id).await, before);
    }
}

#[tokio::test]
async fn what_is_not_yet_screened_is_not_decided() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let moderator = house.moderator("Mo").await;
    let id = house.guest("Bo").posts(&article, "Still pending.").await;
    moderator.decides(id, 1, "approve", None).await.expect(409);
    assert_eq!(house.state(id).await, (Status::Pending, 1));
}

#[tokio::test]
async fn a_decision_that_cannot_be_understood_changes_nothing() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let moderator = house.moderator("Mo").await;
    let id = house.held(&article, "Waiting.").await;
    let path = format!("/api/v1/desk/comments/{id}/decision");
    for (body, status) in [
        ("{}", 400),
        (r#"{"version":"2","action":"approve"}"#, 400),
        (r#"{"version":true,"action":"approve"}"#, 400),
        (r#"{"version":[2],"action":"approve"}"#, 400),
        (r#"{"version":2,"action":"Approve"}"#, 400),
        (r#"{"version":2,"action":"undo"}"#, 400),
        (r#"{"version":2,"action":1}"#, 400),
        (
            r#"{"version":2,"action":"approve","moderator_id":"x"}"#,
            400,
        ),
        (r#"{"version":2,"action":"approve","reason":"spam"}"#, 422),
        (r#"{"version":2,"action":"reject"}"#, 422),
        (
            r#"{"version":2,"action":"reject","reason":"premoderated"}"#,
            422,
        ),
        (
            r#"{"version":2,"action":"reject","reason":"spam","note":"a\u0000b"}"#,
            400,
        ),
        (r#"{"version":1,"action":"approve"}"#, 409),
        (r#"{"version":3,"action":"approve"}"#, 409),
        (r#"{"version":99999999999,"action":"approve"}"#, 400),
    ] {
        let request = moderator
            .request(reqwest::Method::POST, &path)
            .header("content-type", "application/json");
        let answer = moderator.send(request.body(body)).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
    }
    let unknown = format!("/api/v1/desk/comments/{}/decision", Uuid::now_v7());
    moderator
        .post(
            &unknown,
            &serde_json::json!({ "version": 2, "action": "approve" }),
        )
        .await
        .expect(404);
    assert_eq!(house.state(id).await, (Status::Held, 2));
}

#[tokio::test]
async fn no_record_of_a_settlement_can_be_changed_or_lost() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let id = house.held(&article, "On record.").await;
    for command in [
        "UPDATE settlement SET reason = 'x'",
        "UPDATE settlement SET to_status = 'live'",
        "DELETE FROM settlement",
        "TRUNCATE settlement CASCADE",
        "UPDATE comment SET status = 'pending'",
        "UPDATE comment SET settlement_id = NULL",
        "UPDATE comment SET status = 'live', live_at = NULL",
        "DELETE FROM comment",
    ] {
        assert!(house.db.execute(command).await.is_err(), "{command}");
    }
    assert_eq!(house.count("SELECT count(*) FROM settlement").await, 1);
    assert_eq!(house.state(id).await, (Status::Held, 2));
    // one settlement for each version, whoever writes it
    let second = "INSERT INTO settlement (id, site_id, comment_id, seen_version, from_status, to_status, action, moderator_id)
                  SELECT gen_random_uuid(), site_id, comment_id, seen_version, 'held', 'live', 'approve', NULL FROM settlement";
    assert!(house.db.execute(second).await.is_err());
}

/// A generator of one's own, so that a seed says it all.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}

/// Every comment's history from `pending` to where it stands has no gap and no fork.
const GAPS: &str = "SELECT count(*) FROM (
      SELECT s.*, lag(to_status) OVER w AS before, row_number() OVER w AS place, c.status, c.version,
             count(*) OVER (PARTITION BY s.comment_id) AS steps, c.settlement_id
      FROM settlement s JOIN comment c ON c.id = s.comment_id
      WINDOW w AS (PARTITION BY s.comment_id ORDER BY seen_version)) AS step
    WHERE from_status <> coalesce(before, 'pending') OR seen_version <> place
       OR (place = steps AND (to_status <> status OR version <> steps + 1 OR settlement_id <> id))";

#[tokio::test]
async fn after_any_walk_of_decisions_the_records_have_no_gap_and_the_counts_are_right() {
    let house = Belowline::with(Options::unscreened()).await;
    let articles = [house.article("bridge").await, house.article("moths").await];
    let (mo, al) = (house.moderator("Mo").await, house.admin("Al").await);
    let mut ids = Vec::new();
    for n in 0..12 {
        ids.push(
            house
                .held(&articles[n % 2], &format!("Comment number {n}."))
                .await,
        );
    }
    let seed =
        std::env::var("BELOWLINE_SEED").map_or(20_260_101, |seed| seed.parse().expect("a number"));
    println!("BELOWLINE_SEED={seed}");
    let mut dice = Dice(seed);
    let mut carried_out = 0;
    for _ in 0..300 {
        let (id, by) = (ids[dice.below(ids.len())], [&mo, &al][dice.below(2)]);
        // sometimes at a version that has passed
        let version = i64::from(house.state(id).await.1) - i64::from(dice.below(5) == 0);
        let answer = match dice.below(4) {
            0 => by.decides(id, version, "approve", None).await,
            1 => by.decides(id, version, "reject", Some("other")).await,
            2 => by.decides(id, version, "remove", Some("other")).await,
            _ => by.undoes(id, version).await,
        };
        assert!(
            [200, 403, 409, 429].contains(&answer.status),
            "{}",
            answer.text()
        );
        carried_out += usize::from(answer.status == 200);
        house.forget_limits().await;
    }
    assert!(carried_out > 50, "{carried_out}");
    assert_eq!(house.count(GAPS).await, 0);
    let decided = i64::try_from(carried_out + ids.len()).expect("a number");
    assert_eq!(
        house.count("SELECT count(*) FROM settlement").await,
        decided
    );
    // what is counted is what is there; what was announced adds up to it
    let wrong = "SELECT count(*) FROM thread t WHERE live_count <>
        (SELECT count(*) FROM comment c WHERE c.article_id = t.article_id AND status = 'live')
        OR live_count <> (SELECT coalesce(sum(CASE kind WHEN 'shown' THEN 1 ELSE -1 END), 0) FROM live_event e WHERE e.article_id = t.article_id)
        OR last_event <> (SELECT count(*) FROM live_event e WHERE e.article_id = t.article_id)";
    assert_eq!(house.count(wrong).await, 0);
    for article in &articles {
        let answer = house.client().get(&article.comments()).await.json();
        let shown = answer["conversations"].as_array().expect("a list");
        let live = shown
            .iter()
            .flat_map(|c| c["comments"].as_array().expect("a list"))
            .filter(|c| c["status"] == "live");
        assert_eq!(answer["live_count"], live.count());
    }
}

#[tokio::test]
async fn a_takedown_reaches_open_pages_and_every_later_one() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let moderator = house.moderator("Mo").await;
    let reader = house.guest("Cy");
    let mut events = Events::open(&reader, &article, None).await;
    let id = house.held(&article, "A text to be taken down.").await;
    moderator.approves(id).await.expect(200);
    assert_eq!(
        events.next_change().await,
        (1, "shown".into(), id.to_string())
    );
    moderator.removes(id, "personal").await.expect(200);
    assert_eq!(
        events.next_change().await,
        (2, "gone".into(), id.to_string())
    );
    for path in [
        article.page(),
        article.comments(),
        article.comment(id),
        format!("{}/comments/{id}", article.page()),
    ] {
        assert!(
            !reader.get(&path).await.text().contains("taken down"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_moderator_who_is_signed_out_or_demoted_decides_nothing_more() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let id = house.held(&article, "Waiting.").await;
    for (change, status) in [
        ("UPDATE account SET role = 'reader' WHERE name = $1", 403),
        (
            "UPDATE account SET disabled_at = now() WHERE name = $1",
            401,
        ),
        (
            "DELETE FROM session WHERE account_id = (SELECT id FROM account WHERE name = $1)",
            401,
        ),
    ] {
        let name = format!("Mo {status}{}", change.len());
        let moderator = house.moderator(&name).await;
        moderator.looks_at(id).await;
        sqlx::query(change)
            .bind(&name)
            .execute(&house.db)
            .await
            .expect("changed");
        moderator
            .decides(id, 2, "approve", None)
            .await
            .expect(status);
    }
    assert_eq!(house.state(id).await, (Status::Held, 2));
}

#[tokio::test]
async fn a_change_of_the_terms_takes_effect_on_the_next_comment() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    let admin = house.admin("Al").await;
    let text = |n: usize| format!("The bridge is guarded by a zorbleflax, number {n}.");
    let before = house.guest("Bo").posts(&article, &text(1)).await;
    house.eventually_is(before, Status::Live).await;

    let ruleset = admin.get("/api/v1/desk/ruleset").await.expect(200).json();
    let mut source = ruleset["source"].clone();
    // what no form would take, programs are refused as well
    let mut falling = source.clone();
    falling["abuse"]["threat"] = serde_json::json!({ "notice": 0.5, "hold": 0.2, "severe": 0.9 });
    let asked = serde_json::json!({ "based_on": ruleset["id"], "source": falling.clone() });
    let refused = admin
        .json(reqwest::Method::PUT, "/api/v1/desk/ruleset", &asked)
        .await
        .expect(422)
        .text();
    assert!(
        refused.contains("the numbers for threat must not fall (noted from 50, held from 20"),
        "{refused}"
    );
    let term =
        serde_json::json!({ "text": "zorbleflax", "kind": "profanity", "severity": "severe" });
    source["terms"].as_array_mut().expect("a list").push(term);
    let change = serde_json::json!({ "based_on": ruleset["id"], "source": source, "note": "No more of this." });
    admin
        .json(reqwest::Method::PUT, "/api/v1/desk/ruleset", &change)
        .await
        .expect(200);
    // whoever started from the same ruleset comes too late
    admin
        .json(reqwest::Method::PUT, "/api/v1/desk/ruleset", &change)
        .await
        .expect(409);
    // what falls in force already, from before that was refused, stops no other change
    let fall = r#"UPDATE ruleset SET source =
        jsonb_set(source, '{abuse,threat}', '{"notice": 0.5, "hold": 0.2, "severe": 0.9}')"#;
    house.db.execute(fall).await.expect("changed");
    let ruleset = admin.get("/api/v1/desk/ruleset").await.expect(200).json();
    let mut source = ruleset["source"].clone();
    assert_eq!(source["abuse"]["threat"], falling["abuse"]["threat"]);
    let allowed = source["allow"].as_array_mut().expect("a list");
    allowed.push("zorble".into());
    let change = serde_json::json!({ "based_on": ruleset["id"], "source": source });
    admin
        .json(reqwest::Method::PUT, "/api/v1/desk/ruleset", &change)
        .await
        .expect(200);

    let after = house.guest("Cy").posts(&article, &text(2)).await;
    house.eventually_is(after, Status::Held).await;
    eventually("the moderator is told which word", async || {
        admin
            .looks_at(after)
            .await
            .to_string()
            .contains("zorbleflax")
    })
    .await;
    assert_eq!(house.status(before).await, Status::Live);
    assert_eq!(
        house
            .count("SELECT count(DISTINCT ruleset) FROM verdict")
            .await,
        2
    );
}
