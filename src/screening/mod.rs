//! The machine's queue: pending comments are claimed, assessed and settled.

mod background;
mod evidence;
mod step;
mod store;
mod worker;

pub use step::{Screening, Settings};
pub(crate) use worker::measure;
pub use worker::run;
