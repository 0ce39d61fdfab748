//! Whether frames can leave as the options of the network say. Nothing is opened here.

use std::net::IpAddr;

use muster_engine::AddressSet;
use muster_platform::DeviceKind;

use super::network_args::NetworkArgs;
use crate::failure::Failure;

/// Sees that what was typed of the interface and the sender fits `targets`, not all of which are this machine itself.
/// What is to be said of targets that it does not fit is returned.
///
/// # Errors
/// Nothing would reach any of them.
pub(super) fn check(targets: &AddressSet, args: &NetworkArgs) -> Result<Option<String>, Failure> {
    if let Some(device) = &args.device {
        check_device(device)?;
    }
    args.source.map_or(Ok(None), |source| check_source(source, targets))
}

/// The kernel takes every address for this machine's own that is to leave by the loopback interface. Whether there is
/// such an interface at all is seen where it is opened.
fn check_device(name: &str) -> Result<(), Failure> {
    let devices = muster_platform::devices().unwrap_or_default();
    let is_loopback = devices.iter().any(|device| device.name == name && device.kind == DeviceKind::Loopback);
    if !is_loopback {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "-e {name}: what leaves by the loopback interface reaches this machine alone"
    ))
    .hint("name the interface that leads to the targets, or leave out -e".to_owned()))
}

fn check_source(source: IpAddr, targets: &AddressSet) -> Result<Option<String>, Failure> {
    if source.is_loopback() {
        return Err(Failure::usage(format!(
            "-S {source}: other machines cannot answer to a loopback address"
        ))
        .hint("name an address of the interface that leads to the targets, or leave out -S".to_owned()));
    }
    let (family, other) = if source.is_ipv4() { ("IPv4", "IPv6") } else { ("IPv6", "IPv4") };
    let (v4, v6) = (targets.v4().len(), targets.v6().len());
    let (alike, others) = if source.is_ipv4() { (v4, v6) } else { (v6, v4) };
    if alike == 0 {
        return Err(Failure::usage(format!("-S {source}: no target is an {family} address"))
            .hint(format!("name an {other} address of this machine, or leave out -S")));
    }
    let warning = format!("warning: -S {source}: {other} targets are asked from the usual address\n");
    Ok((others > 0).then_some(warning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str, targets: &[&str]) -> Result<Option<String>, String> {
        let targets = AddressSet::of_addresses(targets.iter().map(|text| text.parse().unwrap())).unwrap();
        let args = NetworkArgs { source: Some(source.parse().unwrap()), ..NetworkArgs::default() };
        check(&targets, &args).map_err(|failure| failure.message().to_owned())
    }

    #[test]
    fn a_sender_is_of_the_family_of_its_targets() {
        assert_eq!(told("10.0.0.1", &["10.0.0.5"]), Ok(None));
        assert_eq!(told("fd77::1", &["fd77::5"]), Ok(None));
        assert_eq!(
            told("fd77::1", &["10.0.0.5"]),
            Err("-S fd77::1: no target is an IPv6 address".to_owned())
        );
        assert_eq!(
            told("10.0.0.1", &["fd77::5"]),
            Err("-S 10.0.0.1: no target is an IPv4 address".to_owned())
        );
        let some = "warning: -S 10.0.0.1: IPv6 targets are asked from the usual address\n".to_owned();
        assert_eq!(told("10.0.0.1", &["10.0.0.5", "fd77::5"]), Ok(Some(some)));
    }

    #[test]
    fn nobody_answers_to_a_loopback_address() {
        for (source, target) in [("127.0.0.1", "10.0.0.5"), ("::1", "fd77::5"), ("127.9.9.9", "fd77::5")] {
            let message = told(source, &[target]).unwrap_err();
            assert_eq!(message, format!("-S {source}: other machines cannot answer to a loopback address"));
        }
    }
}
