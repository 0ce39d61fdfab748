//! Installs with `apt-get` what the tests and benchmarks can use beyond the Rust toolchain, when that is possible.
//!
//! Nothing here is needed to build: a test whose program is missing says so and is skipped.

use std::time::Duration;

use crate::error::Error;
use crate::shell;

/// What the programs are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The gate.
    Test,
    /// `cargo xtask bench`.
    Bench,
}

/// A Debian package, the program that shows it is there, and what is skipped without it.
struct Package {
    name: &'static str,
    program: &'static str,
    purpose: Purpose,
    skipped: &'static str,
}

const PACKAGES: &[Package] = &[
    test_package("nmap", "nmap", "comparison of port states and outputs with nmap"),
    test_package("nftables", "nft", "namespace lab: filtered, rejected and lossy networks"),
    test_package("iproute2", "ip", "namespace lab"),
    test_package("libxml2-utils", "xmllint", "validation of -oX against nmap.dtd"),
    test_package("xsltproc", "xsltproc", "rendering of -oX by nmap.xsl"),
    bench_package("time", "time", "all benchmarks: nothing else measures the memory of a child"),
    bench_package("valgrind", "valgrind", "bench instructions"),
    bench_package("zmap", "zmap", "bench sweep: comparison with zmap"),
    bench_package("masscan", "masscan", "bench sweep: comparison with masscan"),
];

/// How long one `apt-get` may wait for a server or for another `apt-get`.
const PATIENCE: Duration = Duration::from_secs(20);

/// Installs what is missing, and names what will be skipped where that fails. Never an error.
pub(crate) fn run(purpose: Purpose) -> Result<(), Error> {
    let missing = missing(purpose);
    if missing.is_empty() {
        println!("setup: nothing is missing");
        return Ok(());
    }
    if !shell::is_root() {
        println!("setup: not root, so nothing is installed");
    } else if !shell::is_present("apt-get") {
        println!("setup: no apt-get, so nothing is installed");
    } else {
        install(&missing);
    }
    for package in self::missing(purpose) {
        println!("setup: without {} this is skipped: {}", package.name, package.skipped);
    }
    Ok(())
}

fn install(packages: &[&Package]) {
    let names: Vec<_> = packages.iter().map(|package| package.name).collect();
    println!("setup: installing {}", names.join(" "));
    let updated = apt_get(&["update"]);
    let installed = apt_get(&[&["install", "--yes", "--no-install-recommends"], names.as_slice()].concat());
    for error in [updated, installed].into_iter().filter_map(Result::err) {
        println!("setup: {error}");
    }
}

fn apt_get(words: &[&str]) -> Result<(), Error> {
    let seconds = PATIENCE.as_secs();
    let bounds = [format!("-oAcquire::http::Timeout={seconds}"), format!("-oDPkg::Lock::Timeout={seconds}")];
    shell::run(
        shell::command("apt-get", &["-qq", "-oAcquire::Retries=1"])
            .args(bounds)
            .args(words)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

fn missing(purpose: Purpose) -> Vec<&'static Package> {
    PACKAGES
        .iter()
        .filter(|package| purpose == Purpose::Bench || package.purpose == Purpose::Test)
        .filter(|package| !shell::is_present(package.program))
        .collect()
}

const fn test_package(name: &'static str, program: &'static str, skipped: &'static str) -> Package {
    Package { name, program, purpose: Purpose::Test, skipped }
}

const fn bench_package(name: &'static str, program: &'static str, skipped: &'static str) -> Package {
    Package { name, program, purpose: Purpose::Bench, skipped }
}
