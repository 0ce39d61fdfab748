//! Fuzzes `muster_testkit::fuzz::masscan_json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| muster_testkit::fuzz::masscan_json(data));
