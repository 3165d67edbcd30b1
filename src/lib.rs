//! Belowline: comments under a newspaper's articles, screened before anybody sees them.

// the floor: shared words, never features
pub mod config;
pub mod cursor;
pub mod db;
pub mod error;
pub mod ids;
pub mod language;
pub mod limit;
pub mod local_pg;
pub mod telemetry;
pub mod web;

// the rooms
pub mod account;
pub mod article;
pub mod comment;
pub mod filter;
pub mod page;
pub mod perspective;
pub mod policy;
pub mod review;
pub mod screen;
pub mod screener;
pub mod screening;
pub mod site;

// what is made of them
pub mod app;
pub mod assets;
pub mod cli;
pub mod commands;
pub mod health;
pub mod openapi;
