//! What readers and moderators meet in a browser.

mod chrome;
mod walks;
