//! Fuzzes `muster_testkit::fuzz::http_answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| muster_testkit::fuzz::http_answer(data));
