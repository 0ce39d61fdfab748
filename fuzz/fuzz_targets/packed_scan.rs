//! Fuzzes `muster_testkit::fuzz::packed_scan`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| muster_testkit::fuzz::packed_scan(data));
