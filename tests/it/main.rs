//! One test binary: it is linked once, and its rooms share one harness.

mod local_pg;
