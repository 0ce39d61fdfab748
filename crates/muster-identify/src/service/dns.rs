//! DNS: which program a name server is, by the question that its maker meant for that: `version.bind`, class CHAOS, type
//! TXT (RFC 4892, 2).

use muster_model::{Excerpt, Speech, Told};

use super::Recognition;

/// The request as TCP carries it, behind its length (RFC 1035, 4.2.2).
pub(crate) fn version_over_tcp() -> Vec<u8> {
    let message = version();
    let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes()[..], &message].concat()
}

/// The request as a datagram carries it.
pub(crate) fn version() -> Vec<u8> {
    [ID, &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0], b"\x07version\x04bind\x00", &[0, 16, 0, 3]].concat()
}

/// An answer over TCP to our question.
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    match bytes {
        [_, _, a, b, flags, ..] if [*a, *b] == ID && flags & 0x80 != 0 => Recognition::Is(Speech::Dns),
        [0, _] | [0, _, b'm'] | [0, _, b'm', b'u'] => Recognition::Perhaps,
        _ => Recognition::Unknown,
    }
}

/// Where the answer ends: where its length says.
pub(crate) fn end(bytes: &[u8]) -> Option<usize> {
    let length = usize::from(u16::from_be_bytes(*bytes.first_chunk()?));
    (bytes.len() >= 2 + length).then_some(2 + length)
}

/// The version, if the server tells it.
pub(crate) fn told(bytes: &[u8]) -> Vec<Told> {
    bytes.get(2..).and_then(text).map(|text| Told::Version(Excerpt::of_bytes(text))).into_iter().collect()
}

/// The first string of the first answer, which must be to our question.
fn text(message: &[u8]) -> Option<&[u8]> {
    let answers = u16::from_be_bytes(*message.get(6..)?.first_chunk()?);
    let record = message.get(version().len()..)?;
    // The name, in full or as a pointer, then type, class, time to live and length.
    let name = match record {
        [0xc0..=0xff, _, ..] => 2,
        _ => record.iter().position(|&octet| octet == 0)? + 1,
    };
    let data = record.get(name..)?;
    let is_text = data.starts_with(&[0, 16, 0, 3]) && answers > 0;
    let strings = data.get(10..).filter(|_| is_text)?;
    let (length, rest) = strings.split_first()?;
    rest.get(..usize::from(*length)).filter(|text| !text.is_empty())
}

/// Which question it is.
const ID: &[u8] = b"mu";

#[cfg(test)]
mod tests {
    use super::*;

    /// The question came back, with an answer that names the program.
    fn answer(name: &[u8]) -> Vec<u8> {
        let mut message = version();
        message[2] = 0x84;
        message[7] = 1;
        message.extend(name);
        message.extend([0, 16, 0, 3, 0, 0, 0, 0, 0, 13, 12]);
        message.extend(b"dnsmasq-2.90");
        let length = u16::try_from(message.len()).unwrap().to_be_bytes();
        [&length[..], &message].concat()
    }

    #[test]
    fn the_version_is_found_behind_either_kind_of_name() {
        for name in [&[0xc0, 12][..], b"\x07version\x04bind\x00"] {
            let answer = answer(name);
            assert_eq!(recognize(&answer), Recognition::Is(Speech::Dns));
            assert_eq!(end(&answer), Some(answer.len()));
            assert_eq!(told(&answer)[0].value(), "dnsmasq-2.90");
            for length in 0..answer.len() {
                assert!(told(&answer[..length]).is_empty() && end(&answer[..length]).is_none(), "{length}");
            }
        }
        assert_eq!(recognize(&version_over_tcp()), Recognition::Unknown, "a question is no answer");
    }
}
