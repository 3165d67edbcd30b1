//! What is being discussed: an article as the newspaper published it.
//!
//! `import` turns a file or a fetched page into a [`Draft`] and does no input or output;
//! `fetch` is the only place in the program that opens a connection to somebody else's server.

mod draft;
mod fetch;
mod import;
mod store;

pub use draft::{Draft, Picture};
pub use fetch::{FetchError, Fetched, fetch};
pub use import::{Format, ImportError, MAX_BYTES, parse, slug};
pub use store::{
    Article, ForScreening, Headline, Mode, background, by_slug, for_screening, mode, newest,
    recent, save, set_mode,
};
