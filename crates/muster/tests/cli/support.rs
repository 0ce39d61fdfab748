//! Running `muster scan` on addresses that belong to one test.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::{self, Command};

use muster_demo::{Office, OfficeError};
use muster_platform::raise_descriptors;

use crate::common::{MUSTER, Ran, finish, skip};

/// A /24 of loopback for one test. Another process that tests at the same time has other networks: process ids that
/// live together differ.
pub(crate) fn network(test: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 200 + (process::id() % 50) as u8, test, 0)
}

/// An address of such a network.
pub(crate) fn address(test: u8, host: u8) -> IpAddr {
    let [a, b, c, _] = network(test).octets();
    Ipv4Addr::new(a, b, c, host).into()
}

/// An office in a test's own network; none where a system has no more loopback addresses than one.
pub(crate) fn office(test: u8) -> Option<Office> {
    raise_descriptors().unwrap();
    match Office::open_in(network(test)) {
        Err(OfficeError::AddressUnavailable { address }) => {
            skip(&format!("this machine does not have {}", address.ip()));
            None
        }
        office => Some(office.unwrap()),
    }
}

/// `muster scan` with the words of `line`. Colours and widths of whoever runs the tests are taken away.
pub(crate) fn scan(line: &str) -> Command {
    let mut command = muster();
    command.arg("scan").args(line.split_whitespace());
    command
}

pub(crate) fn muster() -> Command {
    let mut command = Command::new(MUSTER);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM"] {
        command.env_remove(variable);
    }
    command
}

/// Runs `muster scan` to its end.
#[track_caller]
pub(crate) fn scanned(line: &str) -> Ran {
    finish(scan(line))
}

/// The same with file names relative to `folder`.
#[track_caller]
pub(crate) fn scanned_in(folder: &Path, line: &str) -> Ran {
    let mut command = scan(line);
    command.current_dir(folder);
    finish(command)
}

/// A script of the shell, where `$MUSTER` is the program under test.
pub(crate) fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &script.replace("$MUSTER", "\"$MUSTER\"")]).env("MUSTER", MUSTER);
    command
}

/// What a dry run prints about `key`.
pub(crate) fn planned(line: &str, key: &str) -> String {
    let ran = scanned(&format!("--dry-run {line}")).ok();
    let found = ran.stdout.lines().find_map(|line| line.strip_prefix(key));
    found.unwrap_or_else(|| panic!("no {key}: {}", ran.stdout)).trim().to_owned()
}
