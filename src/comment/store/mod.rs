//! All SQL of the tables comment, thread, `thread_topic`, settlement, `live_event` and `side_thread_ruling`.

mod around;
mod claim;
mod events;
mod own;
mod post;
mod read;
mod settle;
mod side;
mod topic;

pub use around::{Around, around, is_side_closed, recent_texts};
pub use claim::{Claimed, claim, give_back};
pub use events::{Event, EventKind, events_after, forget_old_events, last_events};
pub use own::status_of;
pub use post::{NewComment, PARENT_GONE, Posted, SIDE_CLOSED, post, replayed};
pub use read::{Order, ThreadPage, conversation, fragment, thread_page};
pub use settle::{Evidence, Settle, Settled, settle};
pub use side::{Ruling, rule};

use uuid::Uuid;

use crate::account::Viewer;

/// Who is looking: what is theirs they see in every state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Me {
    pub account_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
}

impl Me {
    pub fn of(viewer: &Viewer) -> Self {
        Self {
            account_id: viewer.account().map(|account| account.id),
            session_id: viewer.session_id(),
        }
    }
}
