//! What the desk reads: joins over comments, articles, verdicts and settlements. It writes nothing; every change
//! of status goes through [`crate::comment::settle`].

mod history;
mod item;
mod queue;
mod topic;

pub(super) use history::{Decided, Discussed, articles, decisions};
pub(super) use item::{Current, Found, Item, Record, Step, current, item, last_decision};
pub(super) use queue::{COUNTED, Counts, WINDOW, counts, held};
pub(super) use topic::{Drifting, drifting};
