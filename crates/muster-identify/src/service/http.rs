//! HTTP/1.1: one `GET /`, and a lenient reader of what comes back (RFC 9110, RFC 9112).

use std::borrow::Cow;
use std::net::IpAddr;

use muster_model::{Endpoint, Speech};

use super::{Recognition, find};

/// The request: what any browser asks first, and who asks it.
pub(crate) fn get(endpoint: &Endpoint) -> Vec<u8> {
    let host = match (endpoint.address, endpoint.port) {
        (IpAddr::V4(address), 80) => address.to_string(),
        (IpAddr::V6(address), 80) => format!("[{address}]"),
        _ => endpoint.socket_address().to_string(),
    };
    let agent = concat!("muster/", env!("CARGO_PKG_VERSION"));
    format!(
        "GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )
    .into_bytes()
}

/// A status line: `HTTP/` digit `.` digit.
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    let fits = |(place, byte): (usize, &u8)| match VERSION[place] {
        b'0' => byte.is_ascii_digit(),
        letter => *byte == letter,
    };
    match bytes.iter().take(VERSION.len()).enumerate().all(fits) {
        true if bytes.len() >= VERSION.len() => Recognition::Is(Speech::Http),
        true if !bytes.is_empty() => Recognition::Perhaps,
        _ => Recognition::Unknown,
    }
}

const VERSION: &[u8] = b"HTTP/0.0";

/// Finds the end of a response while it arrives, without looking at its header section twice.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    searched: usize,
    body: Option<(usize, Framing)>,
}

impl Reader {
    /// The length of the response, once it is complete.
    pub(crate) fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.body.is_none() {
            let body = body_start(bytes, self.searched);
            self.searched = bytes.len().saturating_sub(2);
            self.body = body.map(|start| (start, Response::read(bytes).framing()));
        }
        let (start, framing) = self.body?;
        match framing {
            Framing::Length(length) => start.checked_add(length).filter(|&end| end <= bytes.len()),
            Framing::Chunked => unchunk(&bytes[start..]).1.map(|length| start + length),
            Framing::UntilClose => None,
        }
    }
}

/// How a body says where it ends (RFC 9112, 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClose,
}

/// A response, or as much of it as came.
#[derive(Debug)]
pub(crate) struct Response<'a> {
    /// The first line.
    pub(crate) status: &'a [u8],
    fields: Vec<(&'a [u8], &'a [u8])>,
    rest: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads bytes that begin with a status line.
    pub(crate) fn read(bytes: &'a [u8]) -> Self {
        let start = body_start(bytes, 0).unwrap_or(bytes.len());
        let (header, rest) = bytes.split_at(start);
        let mut lines = header.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
        let status = lines.next().unwrap_or_default();
        let fields = lines.filter_map(|line| {
            let colon = line.iter().position(|&byte| byte == b':')?;
            Some((&line[..colon], line[colon + 1..].trim_ascii()))
        });
        Self { status, fields: fields.collect(), rest }
    }

    /// The first field of this name.
    pub(crate) fn field(&self, name: &str) -> Option<&'a [u8]> {
        let same = |(found, _): &&(&[u8], &[u8])| found.eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().find(same).map(|(_, value)| *value)
    }

    /// All fields, in their order.
    pub(crate) fn fields(&self) -> &[(&'a [u8], &'a [u8])] {
        &self.fields
    }

    /// What follows the header section, without the marks of chunks.
    pub(crate) fn body(&self) -> Cow<'a, [u8]> {
        match self.framing() {
            Framing::Chunked => Cow::Owned(unchunk(self.rest).0),
            Framing::Length(length) => Cow::Borrowed(&self.rest[..self.rest.len().min(length)]),
            Framing::UntilClose => Cow::Borrowed(self.rest),
        }
    }

    /// The page's title, its blanks made single.
    pub(crate) fn title(&self) -> Option<Vec<u8>> {
        let body = self.body();
        let element = &body[find(&body, b"<title")?..];
        let text = &element[element.iter().position(|&byte| byte == b'>')? + 1..];
        let text = &text[..find(text, b"</title")?];
        let words: Vec<&[u8]> = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
        Some(words.join(&b' ')).filter(|title| !title.is_empty())
    }

    /// Whether it is the refusal of a server that expects TLS on this port.
    pub(crate) fn wants_tls(&self) -> bool {
        let is_refusal = self.status.split(|&byte| byte == b' ').nth(1) == Some(b"400");
        let body = self.body();
        is_refusal && ["HTTPS", "SSL-enabled"].iter().any(|word| find(&body, word.as_bytes()).is_some())
    }

    fn framing(&self) -> Framing {
        let code = self.status.split(|&byte| byte == b' ').nth(1).unwrap_or_default();
        if matches!(code, b"204" | b"304") {
            return Framing::Length(0);
        }
        if self.field("transfer-encoding").is_some_and(|value| find(value, b"chunked").is_some()) {
            return Framing::Chunked;
        }
        let length = self.field("content-length").and_then(|value| str::from_utf8(value).ok()?.parse().ok());
        length.map_or(Framing::UntilClose, Framing::Length)
    }
}

/// Where the body begins: behind the first empty line. `from`: the end of the first line is not before.
fn body_start(bytes: &[u8], from: usize) -> Option<usize> {
    let ends = (from..bytes.len()).filter(|&place| bytes[place] == b'\n');
    ends.into_iter().find_map(|place| match &bytes[place + 1..] {
        [b'\n', ..] => Some(place + 2),
        [b'\r', b'\n', ..] => Some(place + 3),
        _ => None,
    })
}

/// The content of chunks, and where they end if they do (RFC 9112, 7.1). What is malformed is kept as it came.
fn unchunk(bytes: &[u8]) -> (Vec<u8>, Option<usize>) {
    let mut content = Vec::new();
    let mut place = 0;
    while let Some((data, size)) = chunk_size(bytes, place) {
        if size == 0 {
            return (content, Some(data));
        }
        let end = data.saturating_add(size).min(bytes.len());
        content.extend_from_slice(&bytes[data..end]);
        place = match &bytes[end..] {
            [b'\r', b'\n', ..] => end + 2,
            [b'\n', ..] => end + 1,
            _ => return (content, None),
        };
    }
    content.extend_from_slice(&bytes[place..]);
    (content, None)
}

/// A chunk's size, and where its data begins.
fn chunk_size(bytes: &[u8], place: usize) -> Option<(usize, usize)> {
    let line = bytes[place..].split(|&byte| byte == b'\n').next()?;
    let data = place + line.len() + 1;
    let digits = line.split(|&byte| byte == b';').next()?.trim_ascii();
    let size = usize::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
    (data <= bytes.len()).then_some((data, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_names_the_host_as_it_was_reached() {
        let host = |text: &str, port| {
            let request = String::from_utf8(get(&Endpoint::tcp(text.parse().unwrap(), port))).unwrap();
            request.lines().nth(1).unwrap().to_owned()
        };
        assert_eq!(host("127.0.0.1", 80), "Host: 127.0.0.1");
        assert_eq!(host("127.0.0.1", 8081), "Host: 127.0.0.1:8081");
        assert_eq!(host("::1", 80), "Host: [::1]");
        assert_eq!(host("::1", 2967), "Host: [::1]:2967");
    }

    #[test]
    fn the_request_is_what_any_client_asks() {
        let request = get(&Endpoint::tcp("127.0.0.1".parse().unwrap(), 8081));
        let text = String::from_utf8(request).unwrap().replace(env!("CARGO_PKG_VERSION"), "VERSION");
        let expected = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8081\r\nUser-Agent: muster/VERSION\r\nAccept: */*\r\n\
                        Connection: close\r\n\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn responses_end_where_they_say() {
        let cases: &[(&[u8], Option<usize>)] = &[
            (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", Some(41)),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", None),
            (b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", Some(35)),
            (b"HTTP/1.1 200 OK\r\n\r\nabc", None),
            (b"HTTP/1.1 204 No Content\r\n\r\nabc", Some(27)),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", None),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n", None),
            (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", None),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", Some(58)),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", None),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Reader::default().end(bytes), *expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn parts_are_found_in_untidy_pages() {
        let page = b"HTTP/1.0 401 Unauthorized\nserver:  Virata-EmWeb/R6 \nServer: second\nno colon\n\n\
                     <HTML><Title lang=en>\n HP  LaserJet\t4 </TITLE><title>other</title>";
        let response = Response::read(page);
        assert_eq!(response.status, b"HTTP/1.0 401 Unauthorized");
        assert_eq!(response.field("server"), Some(&b"Virata-EmWeb/R6"[..]));
        assert_eq!(response.field("date"), None);
        assert_eq!(response.title().unwrap(), b"HP LaserJet 4");

        for without in
            [&b"HTTP/1.0 200 OK\n\n<title>never closed"[..], b"HTTP/1.0 200 OK\n\n<title> </title>"]
        {
            assert_eq!(Response::read(without).title(), None);
        }
    }

    #[test]
    fn chunks_are_joined() {
        let page = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n\
                     8;x=1\r\n<title>a\r\n9\r\nb</title>\r\n0\r\n\r\n";
        assert_eq!(Response::read(page).title().unwrap(), b"ab");
        let broken = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc";
        assert_eq!(Response::read(broken).body().as_ref(), b"abc");
    }
}
