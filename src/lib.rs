pub mod filter;
pub mod screen;
