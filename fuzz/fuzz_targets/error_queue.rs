//! Fuzzes `muster_testkit::fuzz::error_queue`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| muster_testkit::fuzz::error_queue(data));
