//! What readers and moderators meet in a browser.

mod chrome;
mod injection;
mod inspect;
mod keyboard;
mod pages;
mod rules;
mod walks;
