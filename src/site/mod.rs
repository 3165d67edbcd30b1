//! A publisher's site: its name, its language, who may comment, its FAQ.

mod markdown;
mod store;

pub use markdown::render_markdown;
pub use store::{ensure, faq, save_faq};

use uuid::Uuid;

/// The Comments FAQ that ships, in Markdown.
pub const DEFAULT_FAQ: &str = include_str!("faq.md");

/// The site that this process serves.
#[derive(Clone, Debug)]
pub struct Site {
    pub id: Uuid,
    pub name: String,
    /// BCP 47
    pub lang: String,
    /// may somebody comment without an account?
    pub guests_allowed: bool,
}
