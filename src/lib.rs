//! Belowline: a comment service that screens every comment before it is shown.

pub mod local_pg;
