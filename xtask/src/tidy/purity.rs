//! Invariant 1: below level 4 nothing opens a socket, starts a thread or reads a clock, except `muster-platform`.

use super::Finding;
use super::crates::is_pure;
use super::tree::Tree;

const RULE: &str = "purity";

/// Paths that reach a socket, a thread or a clock. Addresses (`std::net::IpAddr`) and durations are only values.
const BANNED: &[&str] = &[
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
    "std::net::ToSocketAddrs",
    "std::os::unix::net",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "mio",
    "socket2",
    "tokio",
];

/// Packages that are good for nothing else.
const BANNED_PACKAGES: &[&str] = &[
    "async-std",
    "chrono",
    "crossbeam",
    "dns-lookup",
    "if-addrs",
    "libc",
    "mio",
    "nix",
    "rayon",
    "rustix",
    "signal-hook",
    "smol",
    "socket2",
    "tokio",
];

/// Looks at the code and the manifests of the pure crates; their tests may do as they like.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let sources = tree.sources.iter().filter(|source| is_pure(source.package()));
    let mut findings: Vec<Finding> = sources
        .flat_map(|source| source.shipped_uses(BANNED, RULE, "no socket, thread or clock below level 4"))
        .collect();
    for manifest in tree.manifests.iter().filter(|manifest| is_pure(manifest.package())) {
        for dependency in manifest.dependencies() {
            if !dependency.dev && BANNED_PACKAGES.contains(&dependency.name) {
                let message = format!("{}: no such package below level 4", dependency.name);
                findings.push(manifest.finding(dependency.name, RULE, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "//! Pure.\nuse std::net::{IpAddr, SocketAddr};\nuse std::time::Duration;\n\
        use muster_model::Instant;\nfn f(now: Instant) -> Instant { now }\n\
        #[cfg(test)]\nmod tests { fn g() { std::thread::spawn(h); std::time::Instant::now(); } }\n";
    const PATH: &str = "crates/muster-engine/src/lib.rs";

    fn findings(path: &str, text: &str) -> Vec<Finding> {
        check(&Tree::of(&[(path, text)]))
    }

    #[test]
    fn the_clean_example_is_clean() {
        assert_eq!(findings(PATH, CLEAN), []);
    }

    #[test]
    fn one_broken_thing_is_found() {
        for broken in [
            "fn b() { std::net::TcpStream::connect(a); }",
            "use std::net::*;",
            "use std::{thread as t};",
            "fn b() { std::thread::scope(|s| s); }",
            "fn b() { vec![std::time::Instant::now()]; }",
            "fn b() { std::time::SystemTime::now(); }",
            "use mio::Poll;",
        ] {
            let found = findings(PATH, &format!("{CLEAN}{broken}"));
            assert!(
                !found.is_empty() && found.iter().all(|finding| finding.line == 8),
                "{broken}: {found:?}"
            );
        }
    }

    #[test]
    fn platform_and_the_levels_above_may() {
        let text = "use std::net::TcpStream;";
        assert_eq!(findings("crates/muster-platform/src/lib.rs", text), []);
        assert_eq!(findings("crates/muster-sweep/src/lib.rs", text), []);
        assert_eq!(findings("crates/muster-engine/tests/real.rs", text), []);
    }

    #[test]
    fn a_package_of_sockets_is_found_unless_for_tests() {
        let manifest = |table: &str| format!("[{table}]\nmio.workspace = true\n");
        assert_eq!(findings("crates/muster-nmap/Cargo.toml", &manifest("dependencies")).len(), 1);
        assert_eq!(findings("crates/muster-nmap/Cargo.toml", &manifest("dev-dependencies")), []);
    }
}
