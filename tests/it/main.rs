//! One test binary: it is linked once, and its rooms share one harness.
#![cfg(test)]
#![expect(
    unreachable_pub,
    reason = "nothing outside a test binary can reach into it"
)]

mod harness;

mod accounts;
mod architecture;
mod browser;
mod commands;
mod comments;
mod faults;
mod local_pg;
mod perspective;
mod review;
mod routes;
mod screening;
mod topic;
mod walks;
