//! Scores for other programs, in the requests, answers and errors of Google's Perspective API, so that a newsroom
//! whose programs ask there can ask here by changing one address.

mod analyses;
mod answer;
mod api;
mod attribute;
mod discovery;
mod key;
mod language;
mod quota;
mod refusal;
mod request;
mod sentences;
mod store;
mod wire;

pub use analyses::{Analyses, Analyst, open};
pub use api::configure;
pub use key::Key;
pub use quota::Quotas;
pub use store::{
    Listed, Suggestion, create_client, forget_old_suggestions, list_clients, revoke_client,
    suggestions_after,
};
