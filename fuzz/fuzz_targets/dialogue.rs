//! Fuzzes `muster_testkit::fuzz::dialogue`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| muster_testkit::fuzz::dialogue(data));
