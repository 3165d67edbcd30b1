//! The people's queue: what is held, why, and what a moderator decides about it.

mod marks;
mod queue;
mod store;
mod wording;
