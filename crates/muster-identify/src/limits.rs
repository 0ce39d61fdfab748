//! How long and how much a conversation may take, and how far it may go.

use std::fmt;
use std::time::Duration;

/// How long and how much a conversation may take. Every part of it ends by the total, whatever the other side does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands.
    pub connect: Duration,
    /// How long to listen before anything is asked, and between two pieces of a greeting.
    pub greeting: Duration,
    /// How long to wait for an answer, and between two pieces of one.
    pub answer: Duration,
    /// The whole conversation.
    pub total: Duration,
    /// How far a service is asked of which nobody knows anything.
    pub depth: Depth,
    /// How many bytes of a connection are kept; more are not heard. Within TLS it is one record more, since nothing can be
    /// read of half a record.
    pub bytes: usize,
    /// By which SNMP is asked; without one it is not.
    pub community: Option<Community>,
    /// Whether what is sent and what comes is kept, from its beginning, as evidence.
    pub keeps_words: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            greeting: Duration::from_secs(1),
            answer: Duration::from_secs(2),
            total: Duration::from_secs(8),
            depth: Depth::Known,
            bytes: 16 * 1024,
            community: None,
            keeps_words: false,
        }
    }
}

/// How far a service is asked of which neither the catalogue nor convention knows anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// It is only listened to.
    Known,
    /// It is asked for a page, and if that leads to nothing for one within TLS over a second connection. Whatever hangs up
    /// on what its port suggests is asked in other protocols, a connection each.
    Unknown,
    /// So is one that a product is known to have, but whose answer the catalogue does not know: for hosts that whoever asks
    /// vouches for.
    Unlearnt,
}

/// The word for which a device lets itself be read by SNMP: a secret, that shows itself nowhere but in the question.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Community {
    octets: [u8; Self::MOST],
    length: usize,
}

impl Community {
    /// The longest, in octets: longer than those that devices take.
    pub const MOST: usize = 64;

    /// This word; `None` if there is none, or if it is too long.
    pub fn new(word: &[u8]) -> Option<Self> {
        let mut octets = [0; Self::MOST];
        octets.get_mut(..word.len()).filter(|place| !place.is_empty())?.copy_from_slice(word);
        Some(Self { octets, length: word.len() })
    }

    /// What a device is asked by it: what it is and what it is called. The word is in there as it is.
    pub fn request(&self) -> Vec<u8> {
        crate::service::snmp::get(self)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.octets[..self.length]
    }
}

impl fmt::Debug for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Community(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_community_does_not_show_itself() {
        let limits = Limits { community: Community::new(b"hush"), ..Limits::default() };
        assert_eq!(limits.community.unwrap().as_bytes(), b"hush");
        assert!(!format!("{limits:?}").contains("hush"));
        assert_eq!(Community::new(b""), None);
        assert!(Community::new(&[b'a'; Community::MOST]).is_some());
        assert_eq!(Community::new(&[b'a'; Community::MOST + 1]), None);
    }
}
