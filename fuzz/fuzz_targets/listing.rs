//! Fuzzes `muster_testkit::fuzz::listing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| muster_testkit::fuzz::listing(data));
