//! What the listeners of the office say: the first bytes a port of that kind would send, and nothing after them.

use std::sync::Arc;

/// How a listener behaves towards whoever connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Speech {
    /// Accepts, reads and says nothing.
    Silent,
    /// The same where nothing is behind it: these come in hundreds, and must not keep others from being heard.
    Phantom,
    /// Never accepts, and its queue of connections is full: the system drops what else arrives.
    Deaf,
    /// Speaks first.
    Greets(&'static str),
    /// HTTP/1.1 (RFC 9112): gives this answer to a request, whatever it asks for.
    Http(Arc<str>),
    /// clamd's text commands; this is what it calls itself.
    Clamd(Arc<str>),
    /// TLS (RFC 8446) that agrees to nothing: answers whatever is sent with a fatal alert.
    Tls,
}

impl Speech {
    /// What is said before anything is heard.
    pub(crate) fn greeting(&self) -> Option<&'static [u8]> {
        match self {
            Self::Greets(text) => Some(text.as_bytes()),
            _ => None,
        }
    }

    /// The answer to what was heard so far; `None` while it is not complete, and for those who never answer.
    pub(crate) fn answer(&self, heard: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Http(answer) => ends_a_request(heard).then(|| answer.as_bytes().to_vec()),
            Self::Clamd(version) => clamd_answer(version, heard),
            Self::Tls => (!heard.is_empty()).then(|| TLS_HANDSHAKE_FAILURE.to_vec()),
            Self::Silent | Self::Phantom | Self::Deaf | Self::Greets(_) => None,
        }
    }
}

/// An empty line ends the header section; the requests that come here have no content.
fn ends_a_request(heard: &[u8]) -> bool {
    heard.windows(4).any(|bytes| bytes == b"\r\n\r\n")
}

/// clamd(8): a command is a line; after `n` too, and after `z` it ends in a null byte, as its answer then does.
fn clamd_answer(version: &str, heard: &[u8]) -> Option<Vec<u8>> {
    let (end, command) = match heard {
        [b'z', rest @ ..] => (0, rest),
        [b'n', rest @ ..] => (b'\n', rest),
        _ => (b'\n', heard),
    };
    let length = command.iter().position(|&byte| byte == end)?;
    let answer = if command[..length] == *b"VERSION" { version } else { "UNKNOWN COMMAND" };
    Some([answer.as_bytes(), &[end]].concat())
}

/// RFC 8446, 5.1 and 6: record of type alert (21), version 3.3, two bytes: fatal (2), handshake_failure (40).
const TLS_HANDSHAKE_FAILURE: &[u8] = &[21, 3, 3, 0, 2, 2, 40];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page;

    #[test]
    fn http_answers_a_whole_request() {
        let speech = page::titled("cache", "Title");
        assert_eq!(speech.answer(b"GET / HTTP/1.0\r\n"), None);
        let answer = String::from_utf8(speech.answer(b"GET / HTTP/1.0\r\n\r\n").unwrap()).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\nServer: cache\r\n"), "{answer}");
        let (head, page) = answer.split_once("\r\n\r\n").unwrap();
        assert!(page.contains("<title>Title</title>"), "{answer}");
        assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", page.len())), "{answer}");
    }

    #[test]
    fn clamd_answers_as_it_is_asked() {
        let clamd = Speech::Clamd("ClamAV 1".into());
        for (command, answer) in [
            (&b"VERSION\n"[..], Some(&b"ClamAV 1\n"[..])),
            (b"nVERSION\n", Some(b"ClamAV 1\n")),
            (b"zVERSION\0", Some(b"ClamAV 1\0")),
            (b"zVERSION\n", None),
            (b"VERSION", None),
            (b"", None),
            (b"GET / HTTP/1.1\r\n", Some(b"UNKNOWN COMMAND\n")),
        ] {
            assert_eq!(clamd.answer(command).as_deref(), answer, "{command:?}");
        }
    }

    #[test]
    fn the_others_keep_to_their_part() {
        for silent in [Speech::Silent, Speech::Phantom] {
            assert_eq!(silent.answer(b"anything\r\n\r\n"), None);
            assert_eq!(silent.greeting(), None);
        }
        assert_eq!(Speech::Greets("hello\r\n").greeting(), Some(b"hello\r\n".as_slice()));
        assert_eq!(Speech::Tls.answer(&[22]).unwrap()[0], 21);
    }
}
