//! Privilege, given up for good: a process for each case, which then tries to use what it had.
//!
//! Without the test harness, whose threads would each keep their own capabilities.
#![allow(unsafe_code, reason = "the tests ask the kernel for what must be refused")]
#![allow(clippy::print_stdout, reason = "its output is what a harness would print")]

#[cfg(target_os = "linux")]
mod cases;
#[cfg(target_os = "linux")]
mod process;

fn main() {
    #[cfg(target_os = "linux")]
    match std::env::args().nth(1).as_deref() {
        Some(process::WORD) => process::run(),
        Some(process::STAND_IN) => process::stand_in(),
        _ => cases::run(),
    }
}
