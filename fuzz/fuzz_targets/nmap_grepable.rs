//! Fuzzes `muster_testkit::fuzz::nmap_grepable`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| muster_testkit::fuzz::nmap_grepable(data));
