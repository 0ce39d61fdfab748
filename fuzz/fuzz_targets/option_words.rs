//! Fuzzes `muster_testkit::fuzz::option_words`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| muster_testkit::fuzz::option_words(data));
