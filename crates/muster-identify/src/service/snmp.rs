//! SNMP version 2c: what a device says of itself, its description, kind and name (`sysDescr`, `sysObjectID`, `sysName`; RFC 3416,
//! RFC 3418), asked with a community that the user gave and with no other.
//!
//! The answer repeats the community. Only the values that were asked for are taken out of it.

use muster_model::{Excerpt, Speech, Told};

use super::Recognition;
use crate::Community;

/// The request for all three.
pub(crate) fn get(community: &Community) -> Vec<u8> {
    let bindings = [DESCRIPTION, KIND, NAME]
        .map(|object| tlv(SEQUENCE, &[tlv(OBJECT, object), tlv(NULL, &[])].concat()));
    let numbers = [tlv(INTEGER, ID), tlv(INTEGER, &[0]), tlv(INTEGER, &[0])].concat();
    let request = tlv(GET_REQUEST, &[numbers, tlv(SEQUENCE, &bindings.concat())].concat());
    tlv(SEQUENCE, &[tlv(INTEGER, &[VERSION_2C]), tlv(STRING, community.as_bytes()), request].concat())
}

/// A response to our request.
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    if response(bytes).is_some() { Recognition::Is(Speech::Snmp) } else { Recognition::Unknown }
}

/// What the device says of itself.
pub(crate) fn told(bytes: &[u8]) -> Vec<Told> {
    let bindings = response(bytes).unwrap_or_default();
    let text = |object| value(bindings, object, STRING).map(Excerpt::of_bytes);
    // The description is whatever the maker wrote, and so are the words that tell devices.
    let description = text(DESCRIPTION).map(Told::Answer);
    let kind = value(bindings, KIND, OBJECT).and_then(dotted);
    let kind = kind.map(|kind| Told::System(Excerpt::of(&format!("sysObjectID {kind}"))));
    [description, kind, text(NAME).map(Told::HostName)].into_iter().flatten().collect()
}

/// The bindings of a response with our number.
fn response(bytes: &[u8]) -> Option<&[u8]> {
    let (message, _) = expect(SEQUENCE, bytes)?;
    let (_, rest) = expect(INTEGER, message)?;
    let (_, rest) = expect(STRING, rest)?;
    let (response, _) = expect(RESPONSE, rest)?;
    let (id, rest) = expect(INTEGER, response)?;
    let (_, rest) = expect(INTEGER, rest)?;
    let (_, rest) = expect(INTEGER, rest)?;
    let (bindings, _) = expect(SEQUENCE, rest)?;
    (id == ID).then_some(bindings)
}

/// What is bound to an object, if it is of this type and not empty.
fn value<'a>(mut bindings: &'a [u8], object: &[u8], tag: u8) -> Option<&'a [u8]> {
    while let Some((binding, rest)) = expect(SEQUENCE, bindings) {
        let (name, value) = expect(OBJECT, binding)?;
        if name == object {
            return expect(tag, value).map(|(content, _)| content).filter(|content| !content.is_empty());
        }
        bindings = rest;
    }
    None
}

/// An object's identifier as it is written (ITU-T X.690, 8.19); `None` where it is cut, or longer than any that is in use.
fn dotted(octets: &[u8]) -> Option<String> {
    let mut numbers: Vec<u64> = vec![0];
    for &octet in octets {
        let last = numbers.last_mut()?;
        *last = last.checked_mul(128)? + u64::from(octet & 0x7f);
        if octet < 0x80 {
            numbers.push(0);
        }
    }
    let is_whole = octets.last().is_some_and(|octet| *octet < 0x80) && numbers.len() <= MOST_NUMBERS;
    numbers.pop();
    let first = *numbers.first().filter(|_| is_whole)?;
    let root = (first / 40).min(2);
    let rest = numbers[1..].iter().map(|number| format!(".{number}"));
    Some(format!("{root}.{}{}", first - 40 * root, rest.collect::<String>()))
}

/// The content of an element of this kind, and what stands behind it (ITU-T X.690, 8.1).
fn expect(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 | 0x82 => {
            let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (octets.iter().fold(0, |sum, &octet| sum << 8 | usize::from(octet)), rest)
        }
        _ => return None,
    };
    (found == tag).then(|| rest.split_at_checked(length)).flatten()
}

/// An element. Contents are shorter than 65,536 octets.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    let [high, low] = length.to_be_bytes();
    let head = match length {
        0..0x80 => vec![tag, low],
        _ => vec![tag, 0x82, high, low],
    };
    [head, content.to_vec()].concat()
}

const INTEGER: u8 = 0x02;
const STRING: u8 = 0x04;
const NULL: u8 = 0x05;
const OBJECT: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const GET_REQUEST: u8 = 0xa0;
const RESPONSE: u8 = 0xa2;
/// The number that stands for it (RFC 1901, 3).
const VERSION_2C: u8 = 1;
/// Which request it is.
const ID: &[u8] = b"mu";
/// 1.3.6.1.2.1.1.1.0
const DESCRIPTION: &[u8] = &[0x2b, 6, 1, 2, 1, 1, 1, 0];
/// 1.3.6.1.2.1.1.2.0
const KIND: &[u8] = &[0x2b, 6, 1, 2, 1, 1, 2, 0];
/// Of an identifier, which has at most so many (RFC 2578, 3.5).
const MOST_NUMBERS: usize = 128;
/// 1.3.6.1.2.1.1.5.0
const NAME: &[u8] = &[0x2b, 6, 1, 2, 1, 1, 5, 0];

#[cfg(test)]
mod tests {
    use muster_model::Request;

    use super::*;

    fn answer(description: &[u8], name: &[u8]) -> Vec<u8> {
        let bind =
            |object: &[u8], tag, text: &[u8]| tlv(SEQUENCE, &[tlv(OBJECT, object), tlv(tag, text)].concat());
        // 1.3.6.1.4.1.2435.2.3.9.1
        let kind = [0x2b, 6, 1, 4, 1, 0x93, 0x03, 2, 3, 9, 1];
        let bindings =
            [bind(DESCRIPTION, STRING, description), bind(KIND, OBJECT, &kind), bind(NAME, STRING, name)];
        let numbers = [tlv(INTEGER, ID), tlv(INTEGER, &[0]), tlv(INTEGER, &[0])].concat();
        let response = tlv(RESPONSE, &[numbers, tlv(SEQUENCE, &bindings.concat())].concat());
        tlv(SEQUENCE, &[tlv(INTEGER, &[VERSION_2C]), tlv(STRING, b"hush"), response].concat())
    }

    #[test]
    fn a_device_says_what_it_is() {
        let long = [b'x'; 300];
        for description in [&b"HP ETHERNET MULTI-ENVIRONMENT"[..], &long] {
            let answer = answer(description, b"printer-7");
            assert_eq!(recognize(&answer), Recognition::Is(Speech::Snmp));
            let expected = [
                Told::Answer(Excerpt::of_bytes(description)),
                Told::System(Excerpt::of("sysObjectID 1.3.6.1.4.1.2435.2.3.9.1")),
                Told::HostName(Excerpt::of("printer-7")),
            ];
            assert_eq!(told(&answer), expected);
            for length in 0..answer.len() {
                assert_eq!(recognize(&answer[..length]), Recognition::Unknown, "{length}");
            }
        }
        let request = get(&Community::new(b"hush").unwrap());
        assert_eq!(recognize(&request), Recognition::Unknown, "a request is no response");
    }

    #[test]
    fn no_bit_that_is_wrong_does_harm() {
        let answer = answer(b"Linux", b"pc");
        for at in 0..answer.len() * 8 {
            let mut answer = answer.clone();
            answer[at / 8] ^= 1 << (at % 8);
            assert!(told(&answer).len() <= 3);
        }
        for octets in [&b""[..], &[0x80], &[0xff; 20], &[1; 300]] {
            assert_eq!(dotted(octets), None);
        }
    }

    /// An answer repeats the community, and so may anything that is none.
    #[test]
    fn the_community_is_told_to_nobody() {
        let empty = answer(b"", b"");
        let torn = &empty[..empty.len() - 3];
        for bytes in [&empty[..], torn, b"hush"] {
            let answer = crate::answer::Answer::read(bytes, Some(Request::SnmpSystem), false);
            let told = answer.told(&crate::testing::at(161));
            assert!(told.iter().all(|told| !told.value().contains("hush")), "{told:?}");
        }
    }
}
