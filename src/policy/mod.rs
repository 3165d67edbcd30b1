//! The moderators' ruleset: what is in force, what was, and the change from one to the next.

mod store;

pub use store::{InForce, Version, activate, history, in_force, in_force_id, source_of};

pub fn configure(_: &mut actix_web::web::ServiceConfig) {}
#[derive(utoipa::OpenApi)]
#[openapi()]
pub struct Doc;
