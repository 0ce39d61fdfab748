//! What the listeners of the office say: the first bytes a port of that kind would send, and nothing after them.

/// How a listener behaves towards whoever connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speech {
    /// Accepts, reads and says nothing.
    Silent,
    /// Never accepts, and its queue of connections is full: the system drops what else arrives.
    Deaf,
    /// Speaks first.
    Greets(&'static str),
    /// HTTP/1.1 (RFC 9112): answers a request, whatever it asks for.
    Http {
        /// Status code and phrase.
        status: &'static str,
        /// The `Server` field.
        server: &'static str,
    },
    /// TLS (RFC 8446) that agrees to nothing: answers whatever is sent with a fatal alert.
    Tls,
}

impl Speech {
    /// What is said before anything is heard.
    pub(crate) fn greeting(self) -> Option<&'static [u8]> {
        match self {
            Self::Greets(text) => Some(text.as_bytes()),
            _ => None,
        }
    }

    /// The answer to what was heard so far; `None` while it is not complete, and for those who never answer.
    pub(crate) fn answer(self, heard: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Http { status, server } => ends_a_request(heard).then(|| http_answer(status, server)),
            Self::Tls => (!heard.is_empty()).then(|| TLS_HANDSHAKE_FAILURE.to_vec()),
            Self::Silent | Self::Deaf | Self::Greets(_) => None,
        }
    }
}

/// An empty line ends the header section; the requests that come here have no content.
fn ends_a_request(heard: &[u8]) -> bool {
    heard.windows(4).any(|bytes| bytes == b"\r\n\r\n")
}

fn http_answer(status: &str, server: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nServer: {server}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

/// RFC 8446, 5.1 and 6: record of type alert (21), version 3.3, two bytes: fatal (2), handshake_failure (40).
const TLS_HANDSHAKE_FAILURE: &[u8] = &[21, 3, 3, 0, 2, 2, 40];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_answers_a_whole_request() {
        let speech = Speech::Http { status: "404 Not Found", server: "cache" };
        assert_eq!(speech.answer(b"GET / HTTP/1.0\r\n"), None);
        let answer = String::from_utf8(speech.answer(b"GET / HTTP/1.0\r\n\r\n").unwrap()).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404 Not Found\r\nServer: cache\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    }

    #[test]
    fn the_others_keep_to_their_part() {
        assert_eq!(Speech::Silent.answer(b"anything\r\n\r\n"), None);
        assert_eq!(Speech::Silent.greeting(), None);
        assert_eq!(Speech::Greets("hello\r\n").greeting(), Some(b"hello\r\n".as_slice()));
        assert_eq!(Speech::Tls.answer(&[22]).unwrap()[0], 21);
    }
}
