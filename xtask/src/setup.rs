//! Installs with `apt-get` what the tests can use beyond the Rust toolchain, when that is possible.

use std::process::Command;

/// Debian package and the program that shows it is there.
const PACKAGES: &[(&str, &str)] = &[
    ("nmap", "nmap"),
    ("nftables", "nft"),
    ("iproute2", "ip"),
    ("libxml2-utils", "xmllint"),
    ("xsltproc", "xsltproc"),
];

/// Installs what is missing; whatever cannot be installed is left to the tests, which say what they skip.
pub fn run() {
    let missing: Vec<_> = PACKAGES.iter().filter(|(_, program)| !is_present(program)).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        return;
    }
    println!("installing {}", missing.join(" "));
    let _ = Command::new("apt-get").args(["update", "-qq"]).status();
    let _ = Command::new("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(&missing)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status();
}

fn is_present(program: &str) -> bool {
    ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin"].iter().any(|folder| std::path::Path::new(folder).join(program).exists())
}
