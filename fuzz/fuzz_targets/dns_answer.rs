//! Fuzzes `muster_testkit::fuzz::dns_answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| muster_testkit::fuzz::dns_answer(data));
