//! Application protocols, a file each: how they are recognised by their first bytes, asked, and read.
//!
//! A new protocol is one file and one line in [`RECOGNIZERS`]; where its answers say where they end, one more in
//! [`Reader`].

pub(crate) mod clamd;
mod corba;
mod dns;
mod greeting;
pub(crate) mod http;
pub(crate) mod mdns;
mod netbios;
mod ntlm;
mod postgres;
mod redis;
pub(crate) mod smb;
pub(crate) mod snmp;
pub(crate) mod tls;

use muster_model::{Endpoint, Protocol, Request, Speech, Told};

/// Every protocol that can be told by its first bytes.
const RECOGNIZERS: &[fn(&[u8]) -> Recognition] = &[
    clamd::recognize,
    corba::recognize,
    dns::recognize,
    redis::recognize,
    smb::recognize,
    greeting::ftp_or_smtp,
    greeting::imap,
    greeting::mysql,
    greeting::pop3,
    greeting::irc,
    greeting::remote_framebuffer,
    greeting::ssh,
    greeting::telnet,
    greeting::windows_program,
    http::recognize,
    tls::recognize,
];

/// What first bytes say about a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recognition {
    /// It is this one.
    Is(Speech),
    /// They are the beginning of one, too short to tell.
    Perhaps,
    /// It is none that is known.
    Unknown,
}

impl Recognition {
    /// Whether it is TLS.
    pub(crate) fn is_tls(self) -> bool {
        self == Self::Is(Speech::Tls)
    }
}

/// Which protocol these bytes are the beginning of.
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    let mut found = Recognition::Unknown;
    for recognizer in RECOGNIZERS {
        match recognizer(bytes) {
            Recognition::Unknown => {}
            Recognition::Perhaps => found = Recognition::Perhaps,
            is => return is,
        }
    }
    found
}

/// The same of the answer to a request, which may be too short to be told by itself.
pub(crate) fn recognize_answer(bytes: &[u8], asked: Option<Request>) -> Recognition {
    match asked {
        Some(Request::MdnsName) => mdns::recognize(bytes),
        Some(Request::NetbiosStatus) => netbios::recognize(bytes),
        Some(Request::SnmpSystem) => snmp::recognize(bytes),
        Some(Request::PostgresTls) if bytes.len() == 1 => postgres::recognize(bytes),
        _ => recognize(bytes),
    }
}

/// Whether a service speaks first in this protocol: such bytes are a greeting even if they came late.
pub(crate) fn speaks_first(speech: Speech) -> bool {
    use Speech::{Clamd, Dns, Http, MulticastDns, NetbiosNames, Postgres, Redis, Smb, Snmp, Tls};
    !matches!(speech, Clamd | Dns | Http | MulticastDns | NetbiosNames | Postgres | Redis | Smb | Snmp | Tls)
}

/// What an answer in a protocol tells beyond its words; nothing where the words are all.
pub(crate) fn told(speech: Speech, endpoint: &Endpoint, bytes: &[u8]) -> Vec<Told> {
    match speech {
        Speech::MulticastDns => mdns::told(endpoint.address, bytes),
        Speech::NetbiosNames => netbios::told(bytes),
        Speech::Dns => dns::told(bytes),
        Speech::Mysql => greeting::mysql_told(bytes),
        Speech::Postgres => postgres::told(bytes),
        Speech::Smb => smb::told(bytes),
        Speech::Snmp => snmp::told(bytes),
        _ => Vec::new(),
    }
}

/// The bytes of a request.
pub(crate) fn request(request: Request, endpoint: &Endpoint) -> Vec<u8> {
    match request {
        Request::ClamdVersion => clamd::VERSION.to_vec(),
        Request::DnsVersion if endpoint.protocol == Protocol::Udp => dns::version(),
        Request::DnsVersion => dns::version_over_tcp(),
        Request::MdnsName => mdns::name_query(endpoint),
        Request::NetbiosStatus => netbios::status(),
        Request::PostgresTls => postgres::SSL_REQUEST.to_vec(),
        Request::RedisPing => redis::PING.to_vec(),
        Request::SmbNegotiate => smb::negotiate(),
        Request::TlsHello | Request::HttpsGet => tls::client_hello(),
        // A request that this version cannot make is asked as the web's most ordinary one.
        _ => http::get(endpoint),
    }
}

/// Finds the end of an answer while it arrives.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    http: http::Reader,
    awaits_more: bool,
}

impl Reader {
    /// How many of the bytes are the answer, once it is complete. The same however the bytes were cut into segments.
    pub(crate) fn end(&mut self, heard: &[u8], asked: Option<Request>) -> Option<usize> {
        use Recognition::{Is, Perhaps};
        self.awaits_more = true;
        match (recognize_answer(heard, asked), asked) {
            (Is(Speech::Http), _) => self.http.end(heard),
            (Is(Speech::Tls), _) => tls::end(heard),
            (Is(Speech::Dns), _) => dns::end(heard),
            // A datagram and a letter are all there is.
            (Is(Speech::Postgres | Speech::NetbiosNames | Speech::Snmp), _) => Some(heard.len()),
            (Is(Speech::MulticastDns), _) => {
                // Whether the second answer comes nobody can tell.
                self.awaits_more = false;
                mdns::end(heard)
            }
            (Is(Speech::Redis), _) => redis::end(heard),
            (Is(Speech::Smb), _) => smb::end(heard),
            (Perhaps, _) => None,
            (_, Some(Request::ClamdVersion)) => clamd::end(heard),
            _ => {
                self.awaits_more = false;
                None
            }
        }
    }

    /// Whether the answer is known not to be complete yet.
    pub(crate) fn awaits_more(&self) -> bool {
        self.awaits_more
    }
}

/// A protocol that begins with fixed bytes.
fn by_magic(bytes: &[u8], magic: &[u8], speech: Speech) -> Recognition {
    if bytes.starts_with(magic) {
        Recognition::Is(speech)
    } else if !bytes.is_empty() && magic.starts_with(bytes) {
        Recognition::Perhaps
    } else {
        Recognition::Unknown
    }
}

/// Where `needle` first is in `hay`, without regard to ASCII case.
pub(crate) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    match needle.len() {
        0 => Some(0),
        length => hay.windows(length).position(|window| window.eq_ignore_ascii_case(needle)),
    }
}

#[cfg(test)]
mod transcripts;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_the_protocol() {
        use Recognition::{Is, Perhaps, Unknown};
        let cases: &[(&[u8], Recognition)] = &[
            (b"ClamAV 1.4.1/27500/Tue Dec 24 09:32:11 2024\n", Is(Speech::Clamd)),
            (b"UNKNOWN COMMAND\n", Is(Speech::Clamd)),
            (b"IOR:010000002600", Is(Speech::CorbaReference)),
            (b"IOR:", Perhaps),
            (b"IOR: hello", Unknown),
            (b"220 StnyFtpd 0wns j0\r\n", Is(Speech::Ftp)),
            (b"220-Welcome\r\n220 ProFTPD Server ready\r\n", Is(Speech::Ftp)),
            (b"220 mail.example ESMTP Postfix\r\n", Is(Speech::Smtp)),
            (b"220 ready\r\n", Unknown),
            (b"220 ", Perhaps),
            (b"2200 ", Unknown),
            (b":irc.example NOTICE * :*** Looking up your hostname\r\n", Is(Speech::Irc)),
            (b"NOTICE AUTH :*** Checking Ident\r\n", Is(Speech::Irc)),
            (b"PING :1234\r\n", Is(Speech::Irc)),
            (b"ERROR :Closing Link: you\r\n", Is(Speech::Irc)),
            (b": not irc\r\n", Unknown),
            (b"RFB 003.008\n", Is(Speech::RemoteFramebuffer)),
            (b"RF", Perhaps),
            (b"SSH-2.0-OpenSSH_9.6\r\n", Is(Speech::Ssh)),
            (b"\xff\xfd\x18\xff\xfd\x20", Is(Speech::Telnet)),
            (b"\xff\xff\xff\xff", Unknown),
            (b"MZ\x90\x00\x03\x00\x00\x00", Is(Speech::WindowsProgram)),
            (b"MZ says hello, in words\r\n", Unknown),
            (b"HTTP/1.1 200 OK\r\n", Is(Speech::Http)),
            (b"HTTP/1.", Perhaps),
            (b"HTTPS", Unknown),
            (b"\x16\x03\x03\x00\x7a\x02", Is(Speech::Tls)),
            (b"\x15\x03\x01\x00\x02\x02\x46", Is(Speech::Tls)),
            (b"\x15\x03", Perhaps),
            (b"\x16\x04\x00\x00\x00", Unknown),
            (b"\x16\x03\x03\xff\xff\x02", Unknown),
            (b"\x00\x06\x01\x01\x00\x10", Unknown),
            (b"$ ", Unknown),
            (b"", Unknown),
        ];
        for (bytes, expected) in cases {
            assert_eq!(recognize(bytes), *expected, "{}", bytes.escape_ascii());
        }
    }
}
