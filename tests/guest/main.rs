//! wci with a Linux guest that really restarts, under qemu. The guest is built by `tests/guest/build FOLDER`; `WCI_GUEST=FOLDER` has the tests run.
//!
//! The long form has 20 restarts in a row, 50 power cuts and the rarer cases, with its figures on the standard error:
//! `WCI_GUEST=FOLDER cargo test --test guest -- --ignored --nocapture --test-threads 1`. `WCI_SEED=N` repeats the power cuts from seed N on.
#![cfg(target_os = "linux")]
// Its helpers unwrap freely; clippy allows that by itself only inside #[test] functions.
#![allow(clippy::unwrap_used)]

mod archive;
mod bed;
mod bed_tests;
mod course;
mod inside;
mod learner;
mod outside;
