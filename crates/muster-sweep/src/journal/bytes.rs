//! Numbers, texts and addresses as bytes, and back. Reading trusts nothing: `None` is whatever no writer wrote.

use std::net::IpAddr;
use std::time::Duration;

use muster_model::Instant;

/// Where a record's parts go.
pub(super) trait Put {
    fn byte(&mut self, byte: u8);
    fn raw(&mut self, bytes: &[u8]);

    /// Seven bits a byte, the lowest first; all but the last have the top bit.
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    fn float(&mut self, number: f64) {
        self.raw(&number.to_bits().to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.raw(text.as_bytes());
    }

    fn address(&mut self, address: IpAddr) {
        match address {
            IpAddr::V4(address) => {
                self.byte(4);
                self.raw(&address.octets());
            }
            IpAddr::V6(address) => {
                self.byte(6);
                self.raw(&address.octets());
            }
        }
    }

    fn duration(&mut self, duration: Duration) {
        self.number(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
    }

    fn instant(&mut self, instant: Instant) {
        self.number(instant.as_nanos());
    }

    /// Whether there is one, and what it is.
    fn optional<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            put(self, value);
        }
    }
}

impl Put for Vec<u8> {
    fn byte(&mut self, byte: u8) {
        self.push(byte);
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// What is left of a payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<'a>(pub(super) &'a [u8]);

impl<'a> Rest<'a> {
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn raw(&mut self, length: usize) -> Option<&'a [u8]> {
        let (front, back) = self.0.split_at_checked(length)?;
        self.0 = back;
        Some(front)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.raw(N)?.try_into().ok()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn float(&mut self) -> Option<f64> {
        self.array().map(|bytes| f64::from_bits(u64::from_le_bytes(bytes)))
    }

    pub(super) fn port(&mut self) -> Option<u16> {
        self.number()?.try_into().ok()
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        std::str::from_utf8(self.raw(length)?).ok()
    }

    pub(super) fn address(&mut self) -> Option<IpAddr> {
        match self.byte()? {
            4 => self.array::<4>().map(IpAddr::from),
            6 => self.array::<16>().map(IpAddr::from),
            _ => None,
        }
    }

    pub(super) fn duration(&mut self) -> Option<Duration> {
        self.number().map(Duration::from_nanos)
    }

    pub(super) fn instant(&mut self) -> Option<Instant> {
        self.number().map(Instant::from_nanos)
    }

    pub(super) fn optional<T>(&mut self, take: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => take(self).map(Some),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_put_is_taken(number: u64, float: f64, text: String, address: IpAddr, some: Option<u64>) {
            let mut bytes = Vec::new();
            bytes.number(number);
            bytes.float(float);
            bytes.text(&text);
            bytes.address(address);
            bytes.optional(some, Put::number);
            let mut rest = Rest(&bytes);
            prop_assert_eq!(rest.number(), Some(number));
            prop_assert_eq!(rest.float().map(f64::to_bits), Some(float.to_bits()));
            prop_assert_eq!(rest.text(), Some(text.as_str()));
            prop_assert_eq!(rest.address(), Some(address));
            prop_assert_eq!(rest.optional(Rest::number), Some(some));
            prop_assert!(rest.is_empty());
        }
    }

    #[test]
    fn what_nobody_wrote_is_nothing() {
        assert_eq!(Rest(&[0xff; 9]).number(), None, "without an end");
        assert_eq!(Rest(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).number(), None, "2^64");
        assert_eq!(Rest(&[200, 200, 4]).port(), None);
        assert_eq!(Rest(&[9, b'a']).text(), None);
        assert_eq!(Rest(&[1, 0xff]).text(), None);
        assert_eq!(Rest(&[5, 1, 2, 3, 4]).address(), None);
        assert_eq!(Rest(&[2]).optional(Rest::byte), None);
    }
}
