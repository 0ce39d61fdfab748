//! Installs what the tests and benchmarks can use beyond the Rust toolchain, when that is possible: with `apt-get`, and
//! with `pip` and `npm` into the target folder.
//!
//! Nothing here is needed to build: a test whose program is missing says so and is skipped.

mod clients;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
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

/// A Debian package, the program or file that shows it is there, and what is skipped without it.
struct Package {
    name: &'static str,
    sign: &'static str,
    purpose: Purpose,
    skipped: &'static str,
}

const PACKAGES: &[Package] = &[
    test_package("nmap", "nmap", "comparison of port states and outputs with nmap"),
    test_package("nftables", "nft", "namespace lab: filtered, rejected and lossy networks"),
    test_package("iproute2", "ip", "namespace lab"),
    test_package("libxml2-utils", "xmllint", "validation of -oX against nmap.dtd"),
    test_package("xsltproc", "xsltproc", "rendering of -oX by nmap.xsl"),
    test_package("ndiff", "ndiff", "ndiff of nmap's -oX and ours; bench files: the race with it"),
    test_package("python3-libnmap", LIBNMAP, "python-libnmap as a reader; bench files: the race with it"),
    test_package("python3-nmap", PYTHON_NMAP, "python-nmap as a caller"),
    test_package("libnmap-parser-perl", NMAP_PARSER, "Nmap::Parser as a reader and caller"),
    test_package("zsh", "zsh", "completing in zsh"),
    test_package("fish", "fish", "completing in fish"),
    test_package("mandoc", "mandoc", "a second judgement of the manual's pages"),
    test_package("openssl", "openssl", "-sV of servers behind TLS, beside nmap's"),
    test_package("masscan", "masscan", "reading masscan's own files; bench sweep: the race with it"),
    server("clamav-daemon", "clamd"),
    server("openssh-server", "sshd"),
    server("nginx-light", "nginx"),
    server("apache2-bin", "apache2"),
    server("samba", "smbd"),
    server("snmpd", "snmpd"),
    server("cups-daemon", "cupsd"),
    server("vsftpd", "vsftpd"),
    server("opensmtpd", "smtpd"),
    server("dnsmasq-base", "dnsmasq"),
    server("avahi-daemon", "avahi-daemon"),
    server("redis-server", "redis-server"),
    server("postgresql", "pg_ctlcluster"),
    bench_package("time", "time", "all benchmarks: nothing else measures the memory of a child"),
    bench_package("valgrind", "valgrind", "bench instructions"),
    bench_package("zmap", "zmap", "bench sweep: comparison with zmap"),
];

/// Where Debian puts libraries, which have no program of their own.
const LIBNMAP: &str = "/usr/lib/python3/dist-packages/libnmap/__init__.py";
const PYTHON_NMAP: &str = "/usr/lib/python3/dist-packages/nmap/__init__.py";
const NMAP_PARSER: &str = "/usr/share/perl5/Nmap/Parser.pm";

/// How long one `apt-get` may wait for a server or for another `apt-get`.
const PATIENCE: Duration = Duration::from_secs(20);

/// Installs what is missing, and names what will be skipped where that fails. Never an error.
pub(crate) fn run(purpose: Purpose) -> Result<(), Error> {
    let missing = missing(purpose);
    if missing.is_empty() {
        println!("setup: nothing is missing");
    } else if !shell::is_root() {
        println!("setup: not root, so nothing is installed");
    } else if !shell::is_present("apt-get") {
        println!("setup: no apt-get, so nothing is installed");
    } else {
        install(&missing);
    }
    for package in self::missing(purpose) {
        println!("setup: without {} this is skipped: {}", package.name, package.skipped);
    }
    if purpose == Purpose::Test {
        clients::install();
    }
    Ok(())
}

fn install(packages: &[&Package]) {
    let names: Vec<_> = packages.iter().map(|package| package.name).collect();
    println!("setup: installing {}", names.join(" "));
    let _quiet = NothingStarts::begin();
    let updated = apt_get(&["update"]);
    let installed = apt_get(&[&["install", "--yes", "--no-install-recommends"], names.as_slice()].concat());
    for error in [updated, installed].into_iter().filter_map(Result::err) {
        println!("setup: {error}");
    }
}

/// While this lives, no package starts what it installs: Debian asks `policy-rc.d` (101 forbids). What the administrator
/// has put there stays.
struct NothingStarts {
    is_ours: bool,
}

impl NothingStarts {
    fn begin() -> Self {
        let is_ours = !Path::new(POLICY).exists() && write_policy().is_ok();
        Self { is_ours }
    }
}

impl Drop for NothingStarts {
    fn drop(&mut self) {
        if self.is_ours {
            // What stays forbids and says so: nothing is started by mistake.
            let _ = fs::remove_file(POLICY);
        }
    }
}

fn write_policy() -> std::io::Result<()> {
    fs::write(POLICY, "#!/bin/sh\nexit 101\n")?;
    fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755))
}

const POLICY: &str = "/usr/sbin/policy-rc.d";

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
        .filter(|package| !shell::is_present(package.sign))
        .collect()
}

const fn test_package(name: &'static str, sign: &'static str, skipped: &'static str) -> Package {
    Package { name, sign, purpose: Purpose::Test, skipped }
}

/// A server that identification is tried on, which must not be started by being installed.
const fn server(name: &'static str, sign: &'static str) -> Package {
    test_package(name, sign, "identification of this program, bench identify: its rows")
}

const fn bench_package(name: &'static str, sign: &'static str, skipped: &'static str) -> Package {
    Package { name, sign, purpose: Purpose::Bench, skipped }
}
