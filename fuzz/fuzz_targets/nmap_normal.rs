//! Fuzzes `muster_testkit::fuzz::nmap_normal`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| muster_testkit::fuzz::nmap_normal(data));
