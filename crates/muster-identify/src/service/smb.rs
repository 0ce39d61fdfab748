//! SMB 2 and 3: the negotiation of a dialect, and the first step of a session, in which the computer says who it is
//! (MS-SMB2 2.2.3 to 2.2.6, MS-SPNG).
//!
//! No name and no password is sent, and the session is not set up.

use muster_model::{Excerpt, Speech, Told};

use super::{Recognition, ntlm};

/// The first request: which dialects we know, those that need no contexts.
pub(crate) fn negotiate() -> Vec<u8> {
    let mut body = [36_u16, 4, SIGNING_ENABLED, 0].map(u16::to_le_bytes).concat();
    body.extend([0; 4]);
    body.extend(CLIENT);
    body.extend([0; 8]);
    body.extend([0x0202_u16, 0x0210, 0x0300, 0x0302].map(u16::to_le_bytes).concat());
    framed(NEGOTIATE, 0, &body)
}

/// The second request, once the first is answered; `None` when there is nothing more to ask.
pub(crate) fn next(heard: &[u8]) -> Option<Vec<u8>> {
    let mut frames = frames(heard);
    let is_negotiated = Message::read(frames.next()?)?.status == 0;
    (is_negotiated && frames.next().is_none()).then(session_setup)
}

/// Where the answers end: behind the second one, or behind a first that refuses.
pub(crate) fn end(heard: &[u8]) -> Option<usize> {
    let mut frames = frames(heard);
    let first = frames.next()?;
    let is_refused = Message::read(first).is_none_or(|message| message.status != 0);
    match frames.next() {
        _ if is_refused => Some(first.len()),
        second => second.map(|second| first.len() + second.len()),
    }
}

/// A frame of NetBIOS' session service (RFC 1002, 4.3.6) with a message of SMB.
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    let start = bytes.iter().enumerate().take(8).all(|(place, byte)| match place {
        0 => *byte == 0,
        4 => matches!(byte, 0xfe | 0xff),
        5..8 => *byte == b"SMB"[place - 5],
        _ => true,
    });
    match start {
        true if bytes.len() >= 8 => Recognition::Is(Speech::Smb),
        // Anything may begin with a zero or two.
        true if bytes.len() >= 5 => Recognition::Perhaps,
        _ => Recognition::Unknown,
    }
}

/// The dialect, whether signing is required, and who the computer is.
pub(crate) fn told(heard: &[u8]) -> Vec<Told> {
    let dialect = frames(heard).next().and_then(Message::read).and_then(|message| message.dialect());
    let dialect = dialect.map(|dialect| Told::Protocol(Excerpt::of(&dialect)));
    dialect.into_iter().chain(ntlm::told(heard)).collect()
}

fn session_setup() -> Vec<u8> {
    let token = token(&ntlm::negotiate());
    let mut body = 25_u16.to_le_bytes().to_vec();
    body.extend([0, 1]);
    body.extend([0; 8]);
    body.extend((HEADER as u16 + 24).to_le_bytes());
    body.extend(u16::try_from(token.len()).unwrap_or(u16::MAX).to_le_bytes());
    body.extend([0; 8]);
    body.extend(token);
    framed(SESSION_SETUP, 1, &body)
}

/// NTLM's message as the only mechanism of a `NegTokenInit` (RFC 4178, 4.2.1). Everything here is shorter than 128 octets.
fn token(ntlm: &[u8]) -> Vec<u8> {
    let mechanisms = tagged(0xa0, &tagged(0x30, &tagged(0x06, NTLMSSP)));
    let message = tagged(0xa2, &tagged(0x04, ntlm));
    let sequence = tagged(0xa0, &tagged(0x30, &[mechanisms, message].concat()));
    tagged(0x60, &[tagged(0x06, SPNEGO), sequence].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(content.len()).unwrap_or(u8::MAX)], content].concat()
}

/// A message with its header (MS-SMB2 2.2.1.2) in a frame.
fn framed(command: u16, number: u64, body: &[u8]) -> Vec<u8> {
    let mut header = vec![0xfe, b'S', b'M', b'B', 64, 0, 0, 0, 0, 0, 0, 0];
    header.extend([command, 31].map(u16::to_le_bytes).concat());
    header.extend([0; 8]);
    header.extend(number.to_le_bytes());
    header.extend([0; 32]);
    let length = u32::try_from(header.len() + body.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&length[..], &header, body].concat()
}

/// The whole frames at the beginning.
fn frames(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let [0, high, middle, low] = *bytes.first_chunk()? else { return None };
        let length = 4 + usize::from(high) * 65_536 + usize::from(middle) * 256 + usize::from(low);
        let (frame, rest) = bytes.split_at_checked(length)?;
        bytes = rest;
        Some(frame)
    })
}

/// A message of SMB 2 or 3.
struct Message<'a> {
    status: u32,
    body: &'a [u8],
}

impl<'a> Message<'a> {
    fn read(frame: &'a [u8]) -> Option<Self> {
        let message = frame.get(4..).filter(|message| message.starts_with(b"\xfeSMB"))?;
        let status = u32::from_le_bytes(*message.get(8..)?.first_chunk()?);
        Some(Self { status, body: message.get(HEADER..)? })
    }

    /// Of an answer to the negotiation.
    fn dialect(&self) -> Option<String> {
        let [65, 0, mode, _, minor, major, ..] = *self.body else { return None };
        let name = match (major, minor) {
            (2, 2) => "2.0.2".to_owned(),
            (3, 0x11) => "3.1.1".to_owned(),
            (major, minor) => format!("{major}.{}.{}", minor >> 4, minor & 15),
        };
        let name = name.strip_suffix(".0").filter(|name| name.contains('.')).unwrap_or(&name);
        let signing = if mode & 2 == 0 { "signing not required" } else { "signing required" };
        Some(format!("SMB {name}, {signing}"))
    }
}

const HEADER: usize = 64;
const NEGOTIATE: u16 = 0;
const SESSION_SETUP: u16 = 1;
const SIGNING_ENABLED: u16 = 1;
/// Who asks; nothing depends on it.
const CLIENT: &[u8; 16] = b"muster asks only";
/// 1.3.6.1.5.5.2
const SPNEGO: &[u8] = &[0x2b, 6, 1, 5, 5, 2];
/// 1.3.6.1.4.1.311.2.2.10
const NTLMSSP: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10];

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(dialect: [u8; 2], mode: u8) -> Vec<u8> {
        framed(NEGOTIATE, 0, &[&[65, 0, mode, 0, dialect[0], dialect[1]][..], &[0; 58]].concat())
    }

    #[test]
    fn lengths_agree_with_what_they_count() {
        for request in [negotiate(), session_setup()] {
            let frames: Vec<&[u8]> = frames(&request).collect();
            assert_eq!(frames, [&request[..]]);
            assert_eq!(recognize(&request), Recognition::Is(Speech::Smb));
        }
        let setup = session_setup();
        let offset = usize::from(u16::from_le_bytes([setup[4 + 64 + 12], setup[4 + 64 + 13]]));
        assert_eq!(setup[4 + offset], 0x60, "the token is where its offset says");
        assert_eq!(usize::from(setup[4 + offset + 1]), setup.len() - 4 - offset - 2);
    }

    #[test]
    fn two_answers_are_the_whole_conversation() {
        let first = negotiated([2, 3], 1);
        assert!(next(&first).is_some() && next(&first[..first.len() - 1]).is_none());
        let both = [&first[..], &first].concat();
        assert_eq!((next(&both), end(&first), end(&both)), (None, None, Some(both.len())));
        let mut refused = first.clone();
        refused[12] = 1;
        assert_eq!((next(&refused), end(&refused)), (None, Some(refused.len())));
    }

    #[test]
    fn dialects_have_their_usual_names() {
        for (dialect, mode, expected) in [
            ([2, 2], 1, "SMB 2.0.2, signing not required"),
            ([0x10, 2], 3, "SMB 2.1, signing required"),
            ([0, 3], 1, "SMB 3.0, signing not required"),
            ([2, 3], 1, "SMB 3.0.2, signing not required"),
            ([0x11, 3], 3, "SMB 3.1.1, signing required"),
        ] {
            assert_eq!(told(&negotiated(dialect, mode))[0].value(), expected);
        }
    }
}
