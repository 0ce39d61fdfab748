//! Entry points for fuzzing: everything of muster's that reads foreign bytes. None may panic, hang or grow without
//! bound, whatever comes in. The same functions serve cargo-fuzz and the gate's short run.

use std::ffi::OsString;

use muster_engine::{PortNames, PortSet, TargetList, TargetSpec, parse_exclude};
use muster_model::Protocol;

/// An entry point.
pub type Entry = fn(&[u8]);

/// Every entry point by name; a corpus folder of the same name belongs to each.
pub const TARGETS: &[(&str, Entry)] = &[
    ("error_queue", error_queue),
    ("option_words", option_words),
    ("port_spec", port_spec),
    ("target_list", target_list),
    ("target_spec", target_spec),
];

/// The control message of an error queue.
pub fn error_queue(data: &[u8]) {
    let _ = muster_platform::error_queue::parse(data);
}

/// A command line, its words apart by blanks.
pub fn option_words(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let words: Vec<OsString> = text.split(' ').map(OsString::from).collect();
    let _ = muster_nmap::options::quoted(&words);
    if let Ok(rewritten) = muster_nmap::options::canonical(words.iter().cloned()) {
        assert_eq!(rewritten.len(), words.len(), "words are rewritten, never added or lost");
    }
}

/// The value of `-p`. What was understood must be understood again when it is printed.
pub fn port_spec(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(ports) = PortSet::parse(&text, &Registry, &[Protocol::Tcp, Protocol::Udp]) {
        for (index, (protocol, port)) in ports.iter().enumerate().take(1_000) {
            assert_eq!(ports.select(index as u32), (protocol, port));
            assert_eq!(ports.rank(protocol, port), Some(index as u32));
        }
    }
}

/// A list of targets.
pub fn target_list(data: &[u8]) {
    let list = TargetList::parse(data);
    for error in &list.errors {
        let _ = (error.to_string(), error.hint());
    }
}

/// One target. What was understood must be understood again when it is printed.
pub fn target_spec(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = parse_exclude(&text);
    match TargetSpec::parse(&text) {
        Ok(TargetSpec::Addresses(set)) => {
            // Members are numbered below `u64::MAX`, far beyond what a sweep admits.
            let index = u64::try_from(set.len() - 1).unwrap_or(u64::MAX).min(u64::MAX - 1);
            assert_eq!(set.rank(set.select(index)), Some(index));
        }
        Ok(TargetSpec::Name { name, .. }) => assert!(name.len() <= 254, "names have the length of RFC 1123"),
        Err(error) => {
            assert!(!error.to_string().chars().any(char::is_control), "errors are fit to be printed");
        }
    }
}

struct Registry;

impl PortNames for Registry {
    fn numbers(&self, pattern: &str, protocol: Protocol) -> Vec<u16> {
        muster_catalog::registry::numbers(pattern, protocol)
    }
}
