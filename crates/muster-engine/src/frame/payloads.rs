//! What a UDP probe says to a port: requests by port, as values.

use super::checksum::Sum;

/// The longest request that is sent: with the headers of IPv6 it just fits the least MTU that IPv6 allows (RFC 8200
/// section 5), so that no probe is ever cut into fragments.
pub const MOST_PAYLOAD: usize = 1232;

/// The request for each UDP port that has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payloads(Vec<Payload>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Payload {
    port: u16,
    bytes: Vec<u8>,
    /// Of the bytes: known beforehand, so that a probe's checksum costs the same whatever it says.
    sum: Sum,
}

impl Payloads {
    /// The request for a port.
    pub fn at(&self, port: u16) -> Option<&[u8]> {
        self.find(port).map(|payload| payload.bytes.as_slice())
    }

    /// The ports that have one, in order.
    pub fn ports(&self) -> impl Iterator<Item = u16> {
        self.0.iter().map(|payload| payload.port)
    }

    /// The length of the longest.
    pub fn longest(&self) -> usize {
        self.0.iter().map(|payload| payload.bytes.len()).max().unwrap_or(0)
    }

    /// The bytes for a port and their sum; none for a port without a request.
    pub(super) fn said(&self, port: u16) -> (&[u8], Sum) {
        self.find(port).map_or((&[], Sum::ZERO), |payload| (&payload.bytes, payload.sum))
    }

    fn find(&self, port: u16) -> Option<&Payload> {
        let place = self.0.binary_search_by_key(&port, |payload| payload.port).ok()?;
        self.0.get(place)
    }
}

/// Of several requests for a port the last one counts; one of more than [`MOST_PAYLOAD`] bytes is left out,
/// and so is one for port 0, to which nobody listens.
impl<B: Into<Vec<u8>>> FromIterator<(u16, B)> for Payloads {
    fn from_iter<I: IntoIterator<Item = (u16, B)>>(requests: I) -> Self {
        let mut payloads = Self::default();
        for (port, bytes) in requests {
            payloads.insert(port, bytes.into());
        }
        payloads
    }
}

impl Payloads {
    fn insert(&mut self, port: u16, bytes: Vec<u8>) {
        if port == 0 || bytes.len() > MOST_PAYLOAD {
            return;
        }
        let sum = Sum::of(&bytes);
        let payload = Payload { port, bytes, sum };
        match self.0.binary_search_by_key(&port, |payload| payload.port) {
            Ok(place) => self.0[place] = payload,
            Err(place) => self.0.insert(place, payload),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_found_by_port() {
        let long = vec![0; MOST_PAYLOAD + 1];
        let payloads: Payloads =
            [(123, b"b".to_vec()), (53, b"a".to_vec()), (123, b"ccc".to_vec()), (7, long)]
                .into_iter()
                .collect();
        assert_eq!(payloads.ports().collect::<Vec<_>>(), [53, 123]);
        assert_eq!(
            (payloads.at(53), payloads.at(123), payloads.at(7)),
            (Some(&b"a"[..]), Some(&b"ccc"[..]), None)
        );
        assert_eq!(payloads.longest(), 3);
        assert_eq!(payloads.said(54), (&[][..], Sum::ZERO));
    }
}
