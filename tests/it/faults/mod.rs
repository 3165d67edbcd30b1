//! What breaks and what must hold while it does. Few rounds by default; `BELOWLINE_CYCLES` asks for more.

mod away;
mod gone;
mod killed;

use belowline::comment::Status;

use crate::harness::{Belowline, eventually};

/// Whatever happened: every comment that left `pending` did so step by step, once at each version, and the counts
/// are right.
const WRONG: &str = "SELECT count(*) FROM (
      SELECT 1 FROM comment c WHERE version <> 1 + (SELECT count(*) FROM settlement s WHERE s.comment_id = c.id)
      UNION ALL SELECT 1 FROM comment c JOIN settlement s ON s.id = c.settlement_id WHERE s.to_status <> c.status OR s.seen_version <> c.version - 1
      UNION ALL SELECT 1 FROM comment c WHERE (SELECT count(*) FROM verdict v WHERE v.comment_id = c.id) > 1
      UNION ALL SELECT 1 FROM comment c WHERE (status = 'pending') <> (settlement_id IS NULL)
      UNION ALL SELECT 1 FROM thread t WHERE live_count <> (SELECT count(*) FROM comment c WHERE c.article_id = t.article_id AND status = 'live')
    ) AS wrong";

/// Everything that waits for the machine is settled in the end, and nothing is out of order.
async fn all_is_well(house: &Belowline) {
    // whoever held a claim may be gone: as if its lease had ended
    sqlx::query("UPDATE comment SET due_at = now() WHERE status = 'pending'")
        .execute(&house.db)
        .await
        .expect("due");
    eventually("everything is settled", async || {
        let pending = sqlx::query_scalar("SELECT count(*) FROM comment WHERE status = $1")
            .bind(Status::Pending);
        let pending: i64 = pending.fetch_one(&house.db).await.expect("a number");
        pending == 0
    })
    .await;
    assert_eq!(house.count(WRONG).await, 0);
}
