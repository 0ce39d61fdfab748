//! One target as a person writes it: Nmap's grammar, stricter where Nmap guesses.
//!
//! ```text
//! target  = ( octets | IPv6 address | host name ) [ "/" bits ]
//! octets  = octet "." octet "." octet "." octet
//! octet   = "*" | item { "," item }
//! item    = n | n "-" n | "-" n | n "-" | "-"
//! ```
//!
//! What is not clearly an address is a name, and what cannot be a name is refused here, so that a slip of the finger is
//! never asked of a name server. Nmap warns of a prefix that is too long and takes the host; it reads `10.0.1` as
//! `10.0.0.1`, and hands `10.0.0.256` to the resolver. All three are errors here.

use std::net::Ipv6Addr;

use super::address_set::AddressSet;
use super::error::{Fault, TargetError, TargetProblem};
use super::octets;
use super::{Prefix, name};

/// One target, understood but with its name not yet looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetSpec {
    /// Addresses that are written out.
    Addresses(AddressSet),
    /// A host by name.
    Name {
        /// The name, in the syntax of RFC 1123, perhaps with a dot at its end.
        name: String,
        /// Leading bits of the network around the host that is meant, up to 128: how many its address has is known
        /// only when the name is looked up.
        prefix: Option<u8>,
    },
}

impl TargetSpec {
    /// Reads one target.
    ///
    /// # Errors
    /// If it is not in the grammar; the error says where and what to write instead.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        parse(text).map_err(|fault| TargetError::new(text, fault))
    }
}

impl std::str::FromStr for TargetSpec {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        Self::parse(text)
    }
}

/// Bytes in a target. The longest sensible one, four octets that each list every second value, has some 1,900.
const MOST_BYTES: usize = 4_096;

fn parse(text: &str) -> Result<TargetSpec, Fault> {
    if text.len() > MOST_BYTES {
        return Err((0, TargetProblem::TooLong { most: MOST_BYTES }));
    }
    let (body, bits) = split_bits(text)?;
    if body.is_empty() {
        return Err((0, TargetProblem::Empty));
    }
    if body.contains(':') {
        return Ok(TargetSpec::Addresses(ipv6(body, bits_up_to(bits, 128)?)?));
    }
    if is_meant_as_octets(body) {
        let v4 = octets::parse(body, bits_up_to(bits, 32)?.unwrap_or(32))?;
        return Ok(TargetSpec::Addresses(AddressSet::from(v4)));
    }
    name::check(body)?;
    Ok(TargetSpec::Name { name: body.to_owned(), prefix: bits_up_to(bits, 128)? })
}

fn ipv6(body: &str, bits: Option<u8>) -> Result<AddressSet, Fault> {
    let (address, zone) = body.split_once('%').map_or((body, None), |(address, zone)| (address, Some(zone)));
    let parsed: Ipv6Addr = address.parse().map_err(|_| (0, TargetProblem::NotIpv6))?;
    if let Some(zone) = zone {
        return Err((address.len(), TargetProblem::Zone { zone: zone.escape_debug().take(40).collect() }));
    }
    let prefix = Prefix::new(parsed.into(), bits.unwrap_or(128)).ok_or((0, TargetProblem::NotIpv6))?;
    Ok(prefix.into())
}

/// Whether the writer means an address of numbers, right or wrong: a name has neither comma nor star and does not end
/// in a number (RFC 1123 section 2.1). `10-0-0-1` can be a host; `10`, `-5` and `5-` cannot.
fn is_meant_as_octets(body: &str) -> bool {
    if body.contains([',', '*']) {
        return true;
    }
    let body = body.trim_end_matches('.');
    match body.rsplit_once('.') {
        Some((head, last)) => is_range(last) || is_slip(head, last),
        None => is_number(body) || is_range(body) && (body.starts_with('-') || body.ends_with('-')),
    }
}

/// Something like `10.0.0.1x`: syntax would let it pass as a name, no name is like it.
fn is_slip(head: &str, last: &str) -> bool {
    head.split('.').count() >= 2
        && head.split('.').all(is_number)
        && last.starts_with(|c: char| c.is_ascii_digit())
}

fn is_range(label: &str) -> bool {
    label.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

fn is_number(label: &str) -> bool {
    label.bytes().all(|byte| byte.is_ascii_digit())
}

/// Splits off `/bits` with the byte it starts at. The last slash counts, so that an earlier one is reported as such.
pub(super) fn split_bits(text: &str) -> Result<(&str, WrittenBits), Fault> {
    let Some((body, digits)) = text.rsplit_once('/') else {
        return Ok((text, None));
    };
    let at = body.len() + 1;
    if digits.is_empty() || !is_number(digits) {
        return Err((at, TargetProblem::PrefixNotANumber));
    }
    // A number past 255 is past every limit and is then refused as such.
    Ok((body, Some((at, digits.parse().unwrap_or(u8::MAX)))))
}

/// A prefix length and the byte of the target it starts at.
type WrittenBits = Option<(usize, u8)>;

fn bits_up_to(bits: WrittenBits, most: u8) -> Result<Option<u8>, Fault> {
    match bits {
        Some((at, bits)) if bits > most => Err((at, TargetProblem::PrefixTooLong { most })),
        bits => Ok(bits.map(|(_, bits)| bits)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The set as text, or the name, or the error without its first words, and the hint.
    fn check(text: &str) -> String {
        match TargetSpec::parse(text) {
            Ok(TargetSpec::Addresses(set)) => set.to_string(),
            Ok(TargetSpec::Name { name, prefix: None }) => format!("name {name}"),
            Ok(TargetSpec::Name { name, prefix: Some(bits) }) => format!("network of {name}, {bits} bits"),
            Err(error) => {
                let whole = error.to_string();
                let message = whole.strip_prefix(&format!("bad target {}: ", error.target)).unwrap();
                message.to_owned() + &error.hint().map(|hint| format!("; {hint}")).unwrap_or_default()
            }
        }
    }

    #[test]
    fn the_grammar() {
        for (text, expected) in [
            ("10.0.0.1", "10.0.0.1"),
            ("10.0.0.1/32", "10.0.0.1"),
            ("192.168.0.0/24", "192.168.0.0/24"),
            ("192.168.0.77/24", "192.168.0.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("*.*.*.*", "0.0.0.0/0"),
            ("-.-.-.-", "0.0.0.0/0"),
            (
                "10.0.0-3.1,5,7",
                "10.0.0.1, 10.0.0.5, 10.0.0.7, 10.0.1.1, 10.0.1.5, 10.0.1.7, 10.0.2.1, 10.0.2.5, … (12 addresses)",
            ),
            ("192.168.*.*", "192.168.0.0/16"),
            ("192.168.0-1.*", "192.168.0.0/23"),
            ("192.168.3-5.*", "192.168.3-5.*"),
            ("10.0.0.-2", "10.0.0.0-2"),
            ("10.0.0.254-", "10.0.0.254/31"),
            ("10.0.0.253-", "10.0.0.253-255"),
            ("10.0.0.-", "10.0.0.0/24"),
            ("10.0.0.3,1,1-2", "10.0.0.1-3"),
            ("10.0.0.1,1", "10.0.0.1"),
            ("10.0.0.01", "10.0.0.1"),
            ("10.0.0.0000001", "10.0.0.1"),
            ("10.0.0.1-2/31", "10.0.0.0/30"),
            ("10.0-1.0.0/31", "10.0.0.0/31, 10.1.0.0/31"),
            ("10.0.0.1/032", "10.0.0.1"),
            ("10.0-1,7.3.4/12", "10.0.0.0/12"),
            ("0.0.0.0,255", "0.0.0.0, 0.0.0.255"),
            ("::1", "::1"),
            ("2001:db8::77/120", "2001:db8::/120"),
            ("::/0", "::/0"),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
            ("localhost", "name localhost"),
            ("pc-7.office.example/28", "network of pc-7.office.example, 28 bits"),
            ("pc_7", "name pc_7"),
            ("3com.example.", "name 3com.example."),
            ("10-0-0-1", "name 10-0-0-1"),
            ("1.2.3.example", "name 1.2.3.example"),
            ("host/128", "network of host, 128 bits"),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
    }

    #[test]
    fn every_error_says_where_and_what_to_do() {
        for &(text, message, hint) in WRONG {
            let expected = if hint.is_empty() { message.to_owned() } else { format!("{message}; {hint}") };
            assert_eq!(check(text), expected, "{text}");
        }
    }

    const FOUR: &str = "an address is four numbers, a network is 10.0.0.0/24 or 10.0.0.*";
    const STRAY: &str = "write 10.0.0.1, 10.0.0.0/24, 10.0.0-3.1,5,7 or a host name";
    const LETTERS: &str = "an address has only numbers, and a name does not end in one";
    const COMMAS: &str =
        "separate targets with blanks; a comma lists values of one octet, as in 10.0.0.1,5,7";
    const BITS: &str = "write the number of leading bits, as in 10.0.0.0/24";

    /// A target, what is said of it, and the hint.
    const WRONG: &[(&str, &str, &str)] = &[
        ("", "it is empty, at character 1", ""),
        ("/24", "it is empty, at character 1", ""),
        ("10.0.0.256", "octet 256 is more than 255, at character 8", "each of the four numbers is 0 to 255"),
        (
            "10.0.0.1-300",
            "octet 300 is more than 255, at character 10",
            "each of the four numbers is 0 to 255",
        ),
        ("10.0.0.3-1", "range 3-1 runs backwards, at character 8", "write 1-3"),
        ("10.0.0.5,200-", "10.0.0.5, 10.0.0.200-255", ""),
        ("10", "an IPv4 address has four octets, not 1, at character 1", FOUR),
        ("10.0.1", "an IPv4 address has four octets, not 3, at character 1", FOUR),
        ("1.2.3.4.5", "an IPv4 address has four octets, not 5, at character 1", FOUR),
        ("*", "an IPv4 address has four octets, not 1, at character 1", FOUR),
        ("10.0.0.", "an octet is empty, at character 8", FOUR),
        ("10.0..1", "an octet is empty, at character 6", FOUR),
        (".", "an octet is empty, at character 1", FOUR),
        ("10.0.0.1,,2", "an octet is empty, at character 10", COMMAS),
        ("10.0.0.1,", "an octet is empty, at character 10", COMMAS),
        ("10.0.0.1,10.0.0.2", "an IPv4 address has four octets, not 7, at character 1", COMMAS),
        ("a.example,b.example", "unexpected 'a', at character 1", COMMAS),
        ("10.0.0.*,1", "unexpected '*', at character 8", COMMAS),
        ("10.0.0.1*", "unexpected '*', at character 9", STRAY),
        ("10.0.0.1-2-3", "unexpected '-', at character 11", STRAY),
        (" 10.0.0.1", "unexpected ' ', at character 1", STRAY),
        ("10.0.0.1%lo", "unexpected '%', at character 9", STRAY),
        ("10.0.0.1/32/32", "unexpected '/', at character 9", STRAY),
        ("192.168.l.1", "unexpected 'l', at character 9", LETTERS),
        ("10.0.0.1x", "unexpected 'x', at character 9", LETTERS),
        ("0x0a.0.0.1", "unexpected 'x', at character 2", LETTERS),
        ("server.10", "unexpected 's', at character 1", LETTERS),
        (
            "10.0.0.0/33",
            "the prefix is longer than 32 bits, at character 10",
            "a single host is /32, or no prefix",
        ),
        (
            "10.0.0.0/999",
            "the prefix is longer than 32 bits, at character 10",
            "a single host is /32, or no prefix",
        ),
        (
            "::/129",
            "the prefix is longer than 128 bits, at character 4",
            "a single host is /128, or no prefix",
        ),
        (
            "host/129",
            "the prefix is longer than 128 bits, at character 6",
            "a single host is /128, or no prefix",
        ),
        ("10.0.0.0/", "the prefix is not a number of bits, at character 10", BITS),
        ("10.0.0.0/+8", "the prefix is not a number of bits, at character 10", BITS),
        ("host/x", "the prefix is not a number of bits, at character 6", BITS),
        (
            "*.*.*.1",
            "16777216 separate address ranges, at most 1048576 in one target, at character 1",
            "name whole networks, or sweep it in parts",
        ),
        (
            "fe80::1%eth0",
            "zone %eth0 cannot be swept, at character 8",
            "leave %eth0 out and name the interface by -e eth0",
        ),
        (
            "fe80::1%2",
            "zone %2 cannot be swept, at character 8",
            "leave %2 out and name the interface by -e IFACE",
        ),
        (
            "2001:db8::1-2",
            "not an IPv6 address, at character 1",
            "write 2001:db8::1 or 2001:db8::/120; ranges are for IPv4 only",
        ),
        ("[::1]", "not an IPv6 address, at character 1", "write the address without brackets"),
        ("10.0.0.1:80", "not an IPv6 address, at character 1", "give the port with -p"),
        (
            "http://host",
            "the prefix is not a number of bits, at character 8",
            "give only the host, without scheme and path",
        ),
        ("a..b", "a part of the name is empty, at character 3", ""),
        ("-a.example", "a part of the name starts or ends with a hyphen, at character 1", ""),
        ("a.b-.c", "a part of the name starts or ends with a hyphen, at character 4", ""),
        ("büro.example", "unexpected 'ü', at character 2", "write an international name in its xn-- form"),
        ("a b", "unexpected ' ', at character 2", STRAY),
    ];

    #[test]
    fn long_targets_are_refused_and_short_in_the_message() {
        let label = "a".repeat(64);
        assert!(
            check(&label).starts_with("a part of the name is longer than 63 characters, at character 64")
        );
        assert!(check(&"abc.".repeat(64)).starts_with("the name is longer than 253 characters"));
        let error = TargetSpec::parse(&"1".repeat(5_000)).unwrap_err();
        assert!(error.to_string().len() < 200);
        assert_eq!(error.problem, TargetProblem::TooLong { most: 4_096 });
    }

    #[test]
    fn an_octet_of_every_second_value_is_not_too_scattered() {
        let octet = (0..256).step_by(2).map(|value| value.to_string()).collect::<Vec<_>>().join(",");
        let TargetSpec::Addresses(set) = TargetSpec::parse(&format!("10.{octet}.{octet}.1-9")).unwrap()
        else {
            panic!()
        };
        assert_eq!((set.len(), set.v4().ranges().len()), (128 * 128 * 9, 128 * 128));
    }

    fn octet() -> impl Strategy<Value = String> {
        let item = prop_oneof![
            (0_u8..=255).prop_map(|value| value.to_string()),
            (0_u8..=255, 0_u8..=255).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        ];
        prop_oneof![Just("*".to_owned()), prop::collection::vec(item, 1..3).prop_map(|items| items.join(","))]
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_as_the_same(a in 0_u8..=255, b in 0_u8..=255, c in octet(), d in octet(), bits in 18_u8..=32) {
            let TargetSpec::Addresses(set) = TargetSpec::parse(&format!("{a}.{b}.{c}.{d}/{bits}")).unwrap() else { panic!() };
            let shown = format!("{set:#}");
            let sets: Vec<_> = shown.split(", ").map(|piece| match TargetSpec::parse(piece).unwrap() {
                TargetSpec::Addresses(set) => set,
                TargetSpec::Name { .. } => panic!("{piece}"),
            }).collect();
            prop_assert_eq!(AddressSet::union_all(&sets).unwrap(), set);
        }

        #[test]
        fn octets_and_prefix_mean_what_they_say(
            octets in prop::array::uniform4(octet()), bits in 0_u8..=32, address in prop::array::uniform4(0_u8..=255),
        ) {
            let holds = |octet: &str, value: u8| octet == "*" || octet.split(',').any(|item| {
                let (first, last) = item.split_once('-').unwrap_or((item, item));
                (first.parse().unwrap()..=last.parse().unwrap()).contains(&value)
            });
            // Is there an address of the octets in the network of `address`? Place by place: a value that agrees in
            // the bits that the prefix fixes there.
            let fixed = |place: usize| bits.saturating_sub(8 * place as u8).min(8);
            let expected = (0..4).all(|place| {
                let free = 8 - u32::from(fixed(place));
                (0..=255_u8).any(|value| {
                    u32::from(value) >> free == u32::from(address[place]) >> free && holds(&octets[place], value)
                })
            });
            match TargetSpec::parse(&format!("{}/{bits}", octets.join("."))) {
                Ok(TargetSpec::Addresses(set)) => prop_assert_eq!(set.contains(address.into()), expected),
                Ok(TargetSpec::Name { name, .. }) => prop_assert!(false, "{name}"),
                Err(error) => {
                    let too_many = matches!(error.problem, TargetProblem::TooManyRanges { .. });
                    prop_assert!(too_many, "{error}");
                }
            }
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,40}") {
            if let Err(error) = TargetSpec::parse(&text) {
                prop_assert!(error.position <= text.chars().count());
            }
        }
    }
}
