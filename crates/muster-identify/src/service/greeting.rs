//! Protocols in which the service speaks first, as far as their first bytes show.

use muster_model::{Excerpt, Speech, Told};

use super::{Recognition, by_magic, find};

/// SSH's identification string (RFC 4253, 4.2).
pub(crate) fn ssh(bytes: &[u8]) -> Recognition {
    by_magic(bytes, b"SSH-", Speech::Ssh)
}

/// VNC's protocol version (RFC 6143, 7.1.1).
pub(crate) fn remote_framebuffer(bytes: &[u8]) -> Recognition {
    by_magic(bytes, b"RFB 0", Speech::RemoteFramebuffer)
}

/// Reply 220, which both greet with (RFC 959, 4.2; RFC 5321, 4.2): only words tell them apart, and without such a word
/// neither is claimed.
pub(crate) fn ftp_or_smtp(bytes: &[u8]) -> Recognition {
    let is_reply = bytes.starts_with(b"220 ") || bytes.starts_with(b"220-");
    if !is_reply {
        return begins(bytes, b"220 ");
    }
    let text = beginning(bytes);
    match (find(text, b"smtp"), find(text, b"ftp")) {
        (Some(_), _) => Recognition::Is(Speech::Smtp),
        (None, Some(_)) => Recognition::Is(Speech::Ftp),
        (None, None) if text.contains(&b'\n') => Recognition::Unknown,
        (None, None) => Recognition::Perhaps,
    }
}

/// POP3's positive greeting (RFC 1939, 4).
pub(crate) fn pop3(bytes: &[u8]) -> Recognition {
    by_magic(bytes, b"+OK ", Speech::Pop3)
}

/// IMAP's untagged greeting (RFC 9051, 7.1).
pub(crate) fn imap(bytes: &[u8]) -> Recognition {
    let greetings: [&[u8]; 3] = [b"* OK", b"* PREAUTH", b"* BYE"];
    let found = greetings.into_iter().map(|greeting| by_magic(bytes, greeting, Speech::Imap));
    found
        .reduce(|one, other| if one == Recognition::Unknown { other } else { one })
        .unwrap_or(Recognition::Unknown)
}

/// The first packet of MySQL and MariaDB: its length, number 0, version 10 and the server's own version in digits, or an
/// error (MySQL internals, "Initial Handshake Packet").
pub(crate) fn mysql(bytes: &[u8]) -> Recognition {
    match bytes {
        [_, _, 0, 0, 10, b'0'..=b'9', ..] | [_, _, 0, 0, 0xff, _, 4, ..] => Recognition::Is(Speech::Mysql),
        [_, _, 0, 0, 10] | [_, _, 0, 0, 0xff] | [_, _, 0, 0, 0xff, _] => Recognition::Perhaps,
        _ => Recognition::Unknown,
    }
}

/// The server's version.
pub(crate) fn mysql_told(bytes: &[u8]) -> Vec<Told> {
    let version = bytes.get(5..).filter(|_| bytes.get(4) == Some(&10));
    let version = version.and_then(|rest| rest.split(|&byte| byte == 0).next());
    version.map(|version| Told::Version(Excerpt::of_bytes(version))).into_iter().collect()
}

/// What servers say before anybody registered (RFC 2812, 3.7 and 5.1).
pub(crate) fn irc(bytes: &[u8]) -> Recognition {
    let alone: [&[u8]; 3] = [b"NOTICE ", b"PING :", b"ERROR :"];
    let line = beginning(bytes).split(|&byte| byte == b'\n').next().unwrap_or_default();
    let from_server = line.starts_with(b":")
        && [&b" NOTICE "[..], b" 001 ", b" 020 "].iter().any(|word| find(line, word).is_some());
    if from_server || alone.iter().any(|word| line.starts_with(word)) {
        return Recognition::Is(Speech::Irc);
    }
    match alone.iter().any(|word| begins(bytes, word) == Recognition::Perhaps) {
        true => Recognition::Perhaps,
        false => Recognition::Unknown,
    }
}

/// A negotiation: IAC, then WILL, WON'T, DO or DON'T (RFC 854).
pub(crate) fn telnet(bytes: &[u8]) -> Recognition {
    match bytes {
        [0xff, 0xfb..=0xfe, ..] => Recognition::Is(Speech::Telnet),
        [0xff] => Recognition::Perhaps,
        _ => Recognition::Unknown,
    }
}

/// A program file's header (Microsoft, "PE Format": `MZ` and numbers), not a text that begins with these letters.
pub(crate) fn windows_program(bytes: &[u8]) -> Recognition {
    let is_number = |byte: &u8| !byte.is_ascii_graphic() && !byte.is_ascii_whitespace();
    match bytes {
        [b'M', b'Z', rest @ ..] if rest.iter().take(62).any(is_number) => {
            Recognition::Is(Speech::WindowsProgram)
        }
        [b'M'] | [b'M', b'Z'] => Recognition::Perhaps,
        _ => Recognition::Unknown,
    }
}

fn begins(bytes: &[u8], magic: &[u8]) -> Recognition {
    match !bytes.is_empty() && bytes.len() < magic.len() && magic.starts_with(bytes) {
        true => Recognition::Perhaps,
        false => Recognition::Unknown,
    }
}

/// A greeting shows what it is in its first lines.
fn beginning(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(512)]
}
