//! Fuzzes `muster_testkit::fuzz::target_spec`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| muster_testkit::fuzz::target_spec(data));
