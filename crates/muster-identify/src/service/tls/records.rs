//! The server's first messages, put together across records (RFC 5246, 6.2 and 7.4).
//!
//! Nothing is trusted: every length is checked against what is there, and reading ends at the first thing that does not
//! belong.

/// The record type of alerts.
pub(super) const ALERT: u8 = 21;
/// The record type of handshake messages.
pub(super) const HANDSHAKE: u8 = 22;
/// Type, version and length.
pub(super) const HEADER: usize = 5;
/// The longest record, TLS 1.2's allowance for encryption included.
pub(super) const LONGEST: usize = (1 << 14) + 2048;

/// The record that bytes begin with, header included, once it is whole.
pub(crate) fn first_record(bytes: &[u8]) -> Option<&[u8]> {
    let &[_, _, _, high, low] = bytes.first_chunk::<HEADER>()?;
    bytes.get(..HEADER + usize::from(u16::from_be_bytes([high, low])))
}

/// What a server sent up to its certificate, or as much of it as came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Flight {
    /// The first certificate, DER (RFC 5246, 7.4.2).
    pub(crate) certificate: Option<Vec<u8>>,
    /// The description of an alert (RFC 8446, 6).
    pub(crate) alert: Option<u8>,
    /// How many bytes tell all that; `None`: more may come.
    end: Option<usize>,
}

/// Where the part of the answer that interests us ends, once it is complete.
pub(crate) fn end(bytes: &[u8]) -> Option<usize> {
    Flight::read(bytes).end
}

impl Flight {
    /// Reads bytes that begin with a record.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut messages = Vec::new();
        let mut place = 0;
        while let Some(&[kind, major, _, high, low]) = bytes.get(place..place + HEADER) {
            let data = place + HEADER;
            let length = usize::from(u16::from_be_bytes([high, low]));
            let whole = data + length;
            let here = &bytes[data..whole.min(bytes.len())];
            match kind {
                _ if major != 3 || length == 0 || length > LONGEST => return Self::over(data),
                ALERT => return Self::alerted(here, data),
                HANDSHAKE => {}
                _ => return Self::over(data),
            }
            let before = messages.len();
            messages.extend_from_slice(here);
            if let Some(found) = certificate(&messages) {
                // Never less than `before`: what was complete before would have ended the reading then.
                let end = data + found.end.saturating_sub(before);
                return Self { certificate: found.certificate, alert: None, end: Some(end) };
            }
            place = whole;
        }
        Self::default()
    }

    fn over(end: usize) -> Self {
        Self { end: Some(end), ..Self::default() }
    }

    fn alerted(here: &[u8], data: usize) -> Self {
        match here {
            [_, description, ..] => Self { alert: Some(*description), ..Self::over(data + 2) },
            _ => Self::default(),
        }
    }
}

/// Where in the messages reading may stop, and the certificate if that is why.
struct Found {
    certificate: Option<Vec<u8>>,
    end: usize,
}

/// Goes through the messages up to a certificate, or up to where none can come any more.
fn certificate(messages: &[u8]) -> Option<Found> {
    let mut place = 0;
    loop {
        let [kind, length @ ..] = messages.get(place..place + 4)? else { return None };
        let body = place + 4;
        match *kind {
            CERTIFICATE => return first_certificate(messages, body),
            HELLO_REQUEST | SERVER_HELLO | NEW_SESSION_TICKET => place = body + number(length),
            _ => return Some(Found { certificate: None, end: body }),
        }
    }
}

/// The list's length, then each certificate behind its own (RFC 5246, 7.4.2), in three octets each.
fn first_certificate(messages: &[u8], body: usize) -> Option<Found> {
    let start = body + 6;
    let length = number(messages.get(body + 3..start)?);
    let certificate = messages.get(start..start + length)?;
    Some(Found { certificate: Some(certificate.to_vec()), end: start + length })
}

fn number(octets: &[u8]) -> usize {
    octets.iter().fold(0, |sum, &octet| sum << 8 | usize::from(octet))
}

const HELLO_REQUEST: u8 = 0;
const SERVER_HELLO: u8 = 2;
const NEW_SESSION_TICKET: u8 = 4;
const CERTIFICATE: u8 = 11;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{tls_flight, tls_records};

    #[test]
    fn the_certificate_is_found_however_records_are_cut() {
        let messages = tls_flight(b"a certificate");
        for size in 1..messages.len() {
            let bytes = tls_records(&messages, size);
            let flight = Flight::read(&bytes);
            assert_eq!(flight.certificate.as_deref(), Some(&b"a certificate"[..]), "records of {size}");
            let end = flight.end.unwrap();
            assert_eq!(Flight::read(&bytes[..end]), flight, "what comes later changes nothing");
            assert_eq!(Flight::read(&bytes[..end - 1]).end, None, "nothing is missing before");
        }
    }

    #[test]
    fn alerts_and_garbage_end_the_reading() {
        let cases: &[(&[u8], Option<u8>, Option<usize>)] = &[
            (&[21, 3, 1, 0, 2, 2, 70], Some(70), Some(7)),
            (&[21, 3, 1, 0, 2, 2], None, None),
            (&[22, 3, 3, 0, 0], None, Some(5)),
            (&[22, 3, 3, 0xff, 0xff], None, Some(5)),
            (&[22, 3, 3, 0, 4, 14, 0, 0, 0], None, Some(9)),
            (&[23, 3, 3, 0, 4, 0, 0, 0, 0], None, Some(5)),
            (&[22, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff], None, None),
            (&[22, 3, 3], None, None),
        ];
        for (bytes, alert, end) in cases {
            let flight = Flight::read(bytes);
            assert_eq!((flight.alert, flight.end), (*alert, *end), "{bytes:?}");
            assert_eq!(flight.certificate, None);
        }
    }
}
