//! The people's queue: what is held, why, and what a moderator decides about it.

mod api;
mod articles;
mod compare;
mod decide;
mod drift;
mod queue;
mod routes;
mod side;
mod store;
mod views;
mod wording;

pub use api::Doc;
pub use routes::configure;
pub(crate) use routes::tabs;
pub(crate) use views::Tabs;
