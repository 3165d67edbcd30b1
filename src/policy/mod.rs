//! The moderators' ruleset: what is in force, what was, and the change from one to the next.

mod api;
mod changes;
mod edit;
mod routes;
mod store;
mod table_forms;
mod tables;
mod tried;
mod views;

pub use api::Doc;
pub use routes::configure;
pub use store::{InForce, Rules};
