//! Comments: what a reader may write, where each stands, and the thread that they make.

mod accept;
mod api;
mod body;
pub mod guidelines;
mod live;
mod status;
mod store;
mod thread;

pub use accept::{Accepted, Submission, accept};
pub use api::{Doc, configure};
pub use body::{Block, Body, Inline, MAX_CHARS, excerpt};
pub use live::{Hub, News, Subscription};
pub use status::{Action, Move, Screened, Status};
pub use store::*;
pub use thread::{Conversation, MAX_LEVEL, Shown};

/// Tells the screening workers of this process that a comment came in, so that they need not wait for their
/// next look. Only a hint: whoever misses it looks a moment later.
#[derive(Clone, Debug, Default)]
pub struct Wake(pub std::sync::Arc<tokio::sync::Notify>);
