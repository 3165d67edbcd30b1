//! What a reader sees: the front page, an article with its thread and form, a comment with its conversation,
//! the FAQ.

mod place;
mod post;
mod routes;
#[cfg(test)]
mod samples;
mod views;
mod words;

pub use routes::configure;
