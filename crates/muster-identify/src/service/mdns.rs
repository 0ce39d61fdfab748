//! Multicast DNS, asked of one host alone: the name that belongs to its address, and if it has one, which kinds of services
//! it announces (RFC 6762, 4 and 6.7; RFC 6763, 9).
//!
//! A question from any port but 5353 is one of a simple resolver, which is answered to nobody else. What was heard is read
//! as TCP would carry it, each message behind its length.

use std::iter;
use std::net::IpAddr;

use muster_model::{Endpoint, Excerpt, Speech, Told};

use super::{Recognition, find};
use crate::names::{NameAnswer, ptr_query, read_ptr_answer, read_services, services_query};

/// The question.
pub(crate) fn name_query(endpoint: &Endpoint) -> Vec<u8> {
    ptr_query(NAME, endpoint.address)
}

/// The second question, once the first was answered.
pub(crate) fn next(heard: &[u8]) -> Option<Vec<u8>> {
    (recognize(heard) != Recognition::Unknown).then(|| services_query(SERVICES))
}

/// An answer to the first question, as far as the header and the question show, which is repeated (RFC 6762, 6.7).
pub(crate) fn recognize(heard: &[u8]) -> Recognition {
    let is_ours = |first: &[u8]| is_answer(first, NAME) && find(first, QUESTION).is_some();
    if messages(heard).next().is_some_and(is_ours) {
        Recognition::Is(Speech::MulticastDns)
    } else {
        Recognition::Unknown
    }
}

/// How much was heard once both questions are answered.
pub(crate) fn end(heard: &[u8]) -> Option<usize> {
    messages(heard).skip(1).any(|message| is_answer(message, SERVICES)).then_some(heard.len())
}

/// The name, and the kinds of services.
pub(crate) fn told(address: IpAddr, heard: &[u8]) -> Vec<Told> {
    let name = messages(heard).next().and_then(|first| match read_ptr_answer(NAME, address, first) {
        Some(NameAnswer::Name(name)) => Some(Told::HostName(Excerpt::of(&name))),
        _ => None,
    });
    let kinds = messages(heard).skip(1).find_map(|message| read_services(SERVICES, message));
    let kinds = kinds.unwrap_or_default();
    let announced =
        kinds.chunks(TOGETHER).take(MOST).map(|kinds| Told::Announced(Excerpt::of(&kinds.join(", "))));
    name.into_iter().chain(announced).collect()
}

/// Every whole message.
fn messages(heard: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = heard;
    iter::from_fn(move || {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        let (message, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        rest = behind;
        Some(message)
    })
}

fn is_answer(message: &[u8], id: u16) -> bool {
    message.starts_with(&id.to_be_bytes()) && message.get(2).is_some_and(|flags| flags & 0x80 != 0)
}

/// How the first question ends: below `arpa`, for a pointer of the Internet.
const QUESTION: &[u8] = b"\x04arpa\x00\x00\x0c\x00\x01";
/// So many kinds, of at most 16 characters and the transport, are not too long for an excerpt.
const TOGETHER: usize = 8;
/// More than forty are no host's own.
const MOST: usize = 5;
/// Which question it is; none of DNS's own, whose answers are behind their length as well.
const NAME: u16 = u16::from_be_bytes(*b"mn");
const SERVICES: u16 = u16::from_be_bytes(*b"ms");

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use muster_model::{Conversation, Instant, Protocol, Request};

    use super::*;
    use crate::{Dialogue, Limits};

    fn endpoint() -> Endpoint {
        Endpoint { protocol: Protocol::Udp, ..Endpoint::tcp([127, 0, 0, 110].into(), 5353) }
    }

    /// A question as it was asked, answered by pointers to these names.
    fn answer(question: &[u8], names: &[&str]) -> Vec<u8> {
        let mut bytes = question.to_vec();
        (bytes[2], bytes[3], bytes[7]) = (0x84, 0, names.len() as u8);
        for name in names {
            let labels: Vec<u8> =
                name.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
            bytes.extend(b"\xc0\x0c\0\x0c\0\x01\0\0\0\x0a\0");
            bytes.extend([&[labels.len() as u8 + 1], &labels[..], &[0]].concat());
        }
        bytes
    }

    /// A conversation in which the second question gets this.
    fn talked(services: impl Fn(&[u8]) -> Vec<Vec<u8>>) -> (Vec<Told>, Conversation, Vec<Request>) {
        let mut now = Instant::START;
        let mut dialogue =
            Dialogue::new(muster_catalog::Catalog::builtin(), endpoint(), Limits::default(), now);
        dialogue.handle_connected(now);
        let first = dialogue.poll_transmit().unwrap();
        assert_eq!(first, name_query(&endpoint()));
        dialogue.handle_bytes(now, &answer(&first, &["gate.local"]));
        let second = dialogue.poll_transmit().unwrap();
        assert_eq!(second, services_query(SERVICES));
        services(&second).iter().for_each(|bytes| dialogue.handle_bytes(now, bytes));
        while let Some(until) = dialogue.poll_timeout() {
            assert_eq!(dialogue.poll_transmit(), None, "two questions are all");
            now = until.max(now + Duration::from_nanos(1));
            dialogue.handle_timeout(now);
        }
        let service = dialogue.into_service();
        assert_eq!(service.speech, Some(Speech::MulticastDns));
        (service.told, service.end, service.asked)
    }

    #[test]
    fn who_has_a_name_is_asked_what_it_announces() {
        let names =
            ["_ipp._tcp.local", "_airport._tcp.local", "_ipp._tcp.local", "gate.local", "_x._tcp.test"];
        let (told, end, asked) = talked(|question| vec![answer(question, &names)]);
        let name = Told::HostName(Excerpt::of("gate.local"));
        assert_eq!(told, [name.clone(), Told::Announced(Excerpt::of("_airport._tcp, _ipp._tcp"))]);
        assert_eq!((end, asked), (Conversation::Satisfied, vec![Request::MdnsName]));
        for silent in [vec![], vec![b"nonsense".to_vec()], vec![vec![]]] {
            let (told, end, _) = talked(|_| silent.clone());
            assert_eq!((told, end), (vec![name.clone()], Conversation::Satisfied), "the name stays");
        }
    }

    #[test]
    fn damaged_answers_do_no_harm() {
        let question = services_query(SERVICES);
        let whole = answer(&question, &["_ipp._tcp.local"]);
        for cut in 0..whole.len() {
            let (told, ..) = talked(|_| vec![whole[..cut].to_vec()]);
            assert!(told.len() == 1, "{cut}: {told:?}");
            let mut flipped = whole.clone();
            flipped[cut] ^= 0x55;
            talked(|_| vec![flipped.clone()]);
        }
    }
}
