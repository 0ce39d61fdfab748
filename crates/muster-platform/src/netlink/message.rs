//! Netlink's bytes: a header, a fixed part by kind, then attributes (netlink(7), rtnetlink(7)). Numbers are in the
//! machine's own byte order, addresses in the network's.

use std::io;
use std::net::IpAddr;

/// A question, as far as it does not depend on when it is asked.
#[derive(Clone, Debug)]
pub(crate) struct Request(Vec<u8>);

impl Request {
    /// A question of `kind` with its fixed part.
    pub(crate) fn new(kind: u16, fixed: &[u8]) -> Self {
        let mut bytes = vec![0; HEADER];
        bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
        bytes.extend_from_slice(fixed);
        bytes.resize(aligned(bytes.len()), 0);
        Self(bytes)
    }

    /// The same with one attribute more.
    #[must_use]
    pub(crate) fn attribute(mut self, kind: u16, value: &[u8]) -> Self {
        // No value here is longer than a name or an address.
        let length = u16::try_from(ATTRIBUTE + value.len()).unwrap_or(u16::MAX);
        self.0.extend_from_slice(&length.to_ne_bytes());
        self.0.extend_from_slice(&kind.to_ne_bytes());
        self.0.extend_from_slice(value);
        self.0.resize(aligned(self.0.len()), 0);
        self
    }

    /// The bytes to send.
    pub(super) fn finish(mut self, flags: u16, sequence: u32) -> Vec<u8> {
        let length = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0[..4].copy_from_slice(&length.to_ne_bytes());
        self.0[6..8].copy_from_slice(&(flags | REQUEST).to_ne_bytes());
        self.0[8..12].copy_from_slice(&sequence.to_ne_bytes());
        self.0
    }
}

/// One message of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    kind: u16,
    pub(super) flags: u16,
    pub(super) sequence: u32,
    payload: &'a [u8],
}

impl<'a> Message<'a> {
    /// The fixed part and the attributes, if it is of `kind` and long enough for both.
    pub(crate) fn parts<const FIXED: usize>(&self, kind: u16) -> Option<(&'a [u8; FIXED], &'a [u8])> {
        let (fixed, _) = self.payload.split_first_chunk()?;
        (self.kind == kind).then(|| (fixed, self.payload.get(aligned(FIXED)..).unwrap_or(&[])))
    }

    /// Whether it ends the answer; the error that it reports, if it does.
    pub(super) fn end(&self) -> io::Result<bool> {
        if self.kind != DONE && self.kind != ERROR {
            return Ok(false);
        }
        // A dump that fails in its middle says so in its last message; older kernels leave it empty.
        match self.payload.first_chunk().map_or(0, |bytes| i32::from_ne_bytes(*bytes)) {
            refused @ i32::MIN..0 => Err(io::Error::from_raw_os_error(refused.saturating_neg())),
            _ => Ok(true),
        }
    }

    #[cfg(test)]
    pub(super) fn payload(&self) -> &'a [u8] {
        self.payload
    }
}

/// The messages of a datagram. One that is cut off or lies about its length is the last, and an error.
pub(super) fn messages(mut bytes: &[u8]) -> impl Iterator<Item = io::Result<Message<'_>>> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let read = message(bytes);
        bytes = read.map_or(&[], |(_, rest)| rest);
        Some(read.map(|(message, _)| message).ok_or_else(malformed))
    })
}

/// What a reader makes of an answer with these bytes.
#[cfg(test)]
pub(crate) fn read_back<T>(answer: Request, read: impl FnOnce(&Message<'_>) -> T) -> T {
    read(&messages(&answer.finish(0, 0)).next().expect("a message").expect("a whole one"))
}

fn message(bytes: &[u8]) -> Option<(Message<'_>, &[u8])> {
    let length = usize::try_from(number(bytes.get(..4)?)?).ok()?;
    let message = Message {
        kind: u16::from_ne_bytes(*bytes.get(4..)?.first_chunk()?),
        flags: u16::from_ne_bytes(*bytes.get(6..)?.first_chunk()?),
        sequence: number(bytes.get(8..12)?)?,
        payload: bytes.get(HEADER..length)?,
    };
    Some((message, bytes.get(aligned(length)..).unwrap_or(&[])))
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the kernel's answer is no netlink message")
}

/// Kind and value of each attribute, up to the first that is cut off.
pub(crate) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16::from_ne_bytes(*bytes.first_chunk()?));
        let kind = u16::from_ne_bytes(*bytes.get(2..)?.first_chunk()?) & KIND;
        let value = bytes.get(ATTRIBUTE..length)?;
        bytes = bytes.get(aligned(length)..).unwrap_or(&[]);
        Some((kind, value))
    })
}

/// The value of the first attribute of a kind.
pub(crate) fn attribute(bytes: &[u8], kind: u16) -> Option<&[u8]> {
    attributes(bytes).find_map(|(found, value)| (found == kind).then_some(value))
}

/// A value of four bytes.
pub(crate) fn number(value: &[u8]) -> Option<u32> {
    value.try_into().ok().map(u32::from_ne_bytes)
}

/// A value that is an address, of the family that its length says.
pub(crate) fn address(value: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(value).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(value).map(IpAddr::from)).ok()
}

fn aligned(length: usize) -> usize {
    length.next_multiple_of(ALIGNMENT)
}

const ALIGNMENT: usize = 4;
/// `struct nlmsghdr`: length, kind, flags, sequence number, port.
const HEADER: usize = 16;
/// `struct rtattr`: length, kind.
const ATTRIBUTE: usize = 4;
/// Without the two bits that say "nested" and "network byte order".
const KIND: u16 = 0x3fff;
/// `NLM_F_REQUEST`.
const REQUEST: u16 = 1;
/// `NLM_F_DUMP_INTR`.
pub(super) const INTERRUPTED: u16 = 0x10;
/// `NLMSG_ERROR`; with error 0 it is an acknowledgement.
const ERROR: u16 = 2;
/// `NLMSG_DONE`.
const DONE: u16 = 3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn datagram(kind: u16, payload: &[u8]) -> Vec<u8> {
        Request::new(kind, payload).finish(0, 7)
    }

    #[test]
    fn a_question_has_its_header_and_padded_attributes() {
        let bytes = Request::new(18, &[9; 16]).attribute(3, b"lo\0").attribute(4, &[1]).finish(0x300, 5);
        let mut expected = Vec::new();
        expected.extend_from_slice(&48_u32.to_ne_bytes());
        expected.extend([18_u16.to_ne_bytes(), 0x301_u16.to_ne_bytes()].concat());
        expected.extend([5_u32.to_ne_bytes(), [0; 4]].concat());
        expected.extend_from_slice(&[9; 16]);
        expected.extend([7_u16.to_ne_bytes(), 3_u16.to_ne_bytes()].concat());
        expected.extend_from_slice(b"lo\0\0");
        expected.extend([5_u16.to_ne_bytes(), 4_u16.to_ne_bytes()].concat());
        expected.extend_from_slice(&[1, 0, 0, 0]);
        assert_eq!(bytes, expected);
    }

    #[test]
    fn what_is_written_is_read() {
        let two =
            [Request::new(24, &[1; 12]).attribute(1, &[10, 0, 0, 1]).finish(0, 7), datagram(24, &[2; 12])];
        let bytes = two.concat();
        let read: Vec<Message<'_>> = messages(&bytes).collect::<Result<_, _>>().unwrap();
        assert_eq!(read.len(), 2);
        let (fixed, rest) = read[0].parts::<12>(24).unwrap();
        assert_eq!((fixed, attribute(rest, 1)), (&[1; 12], Some(&[10, 0, 0, 1][..])));
        assert_eq!(attribute(rest, 2), None);
        assert!(read[1].parts::<12>(25).is_none() && read[1].parts::<13>(24).is_none());
    }

    #[test]
    fn an_end_is_good_or_an_error_with_its_number() {
        for (kind, payload, expected) in [
            (DONE, &[][..], Ok(true)),
            (DONE, &0_i32.to_ne_bytes(), Ok(true)),
            (DONE, &(-4_i32).to_ne_bytes(), Err(Some(4))),
            (ERROR, &0_i32.to_ne_bytes(), Ok(true)),
            (ERROR, &(-101_i32).to_ne_bytes(), Err(Some(101))),
            (ERROR, &i32::MIN.to_ne_bytes(), Err(Some(i32::MAX))),
            (24, &(-101_i32).to_ne_bytes(), Ok(false)),
        ] {
            let bytes = datagram(kind, payload);
            let message = messages(&bytes).next().unwrap().unwrap();
            assert_eq!(message.end().map_err(|error| error.raw_os_error()), expected, "{kind} {payload:?}");
        }
    }

    #[test]
    fn lengths_that_lie_are_errors() {
        for length in [0_u32, 15, 29, u32::MAX] {
            let mut bytes = datagram(24, &[0; 12]);
            bytes[..4].copy_from_slice(&length.to_ne_bytes());
            let all: Vec<_> = messages(&bytes).collect();
            assert!(all.len() == 1 && all[0].is_err(), "{length}: {all:?}");
        }
        for attribute in [&[0, 0, 1, 0][..], &[3, 0, 1, 0], &[9, 0, 1, 0, 5, 5, 5, 5], &[4, 0, 1]] {
            assert_eq!(attributes(attribute).count(), 0, "{attribute:?}");
        }
    }

    #[test]
    fn a_nested_attribute_is_of_its_kind() {
        let bytes = [&8_u16.to_ne_bytes()[..], &(0x8000_u16 | 18).to_ne_bytes(), &[1, 2, 3, 4]].concat();
        assert_eq!(attribute(&bytes, 18), Some(&[1, 2, 3, 4][..]));
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(messages(&bytes).count() <= bytes.len() / HEADER + 1);
            prop_assert!(attributes(&bytes).count() <= bytes.len() / ATTRIBUTE);
        }
    }
}
