//! What is discussed.

mod store;

pub use store::{
    Article, ForScreening, Headline, Mode, Picture, by_slug, for_screening, newest, set_mode,
};
