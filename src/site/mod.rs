//! A publisher's site: its name, its language, who may comment, its FAQ.

mod store;

pub use store::{ensure, faq, save_faq};

use uuid::Uuid;

/// The site that this process serves.
#[derive(Clone, Debug)]
pub struct Site {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    /// BCP 47
    pub lang: String,
    /// may somebody comment without an account?
    pub guests_allowed: bool,
}
