//! Comments: what a reader may write, where each stands, and the thread that they make.

mod body;
pub mod guidelines;
mod status;
mod store;
mod thread;

pub use body::{Block, Body, Inline, MAX_CHARS, excerpt};
pub use status::{Action, Move, Screened, Status};
pub use store::*;
pub use thread::{Conversation, MAX_LEVEL, Shown};
