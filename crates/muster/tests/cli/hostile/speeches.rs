//! What somebody may say who means no good: texts that are more than text, and speeches without end.

use super::listener::{Speech, Then};

/// What a hostile service calls itself, its computer, its page. Each has the word `hostile`.
pub(super) fn texts() -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = TEXTS.iter().map(|text| text.to_vec()).collect();
    texts.push(b"hostile".iter().copied().cycle().take(60_000).collect());
    texts.push([&b"hostile"[..], &b"<b>".repeat(5_000)].concat());
    texts.push("hostile\u{202e}exe.\u{2066}\u{200b}\u{feff}\u{2028}\u{85}".into());
    texts.push("\u{9b}31mhostile\u{9d}0;hostile\u{9c}\u{90}".into());
    texts
}

const TEXTS: [&[u8]; 24] = [
    // What a terminal would act upon: colours, titles, links, a clipboard, the controls of eight bits.
    b"\x1b[31mhostile\x1b[2J\x1b[999A",
    b"\x1b]0;hostile\x07\x1b]52;c;aG9zdGlsZQ==\x07",
    b"\x1b]8;;http://hostile.test/\x1b\\hostile\x1b]8;;\x1b\\",
    b"\x9b31mhostile\x9d0;hostile\x9c\x90",
    b"hostile\x08\x08\x08\x08\x0b\x0c\x0e\x7f",
    // What a browser would.
    b"<script>hostile()</script>",
    b"\"><img src=x onerror=hostile()>",
    b"' autofocus onfocus='hostile()' x='",
    b"</title></style></script><svg onload=hostile()>",
    b"--><iframe srcdoc=hostile></iframe><!--",
    b"javascript:hostile()&lt;&#60;hostile>&amp",
    b"</td></tr></table><hostile><details open>",
    // What a spreadsheet would.
    b"=cmd|' /C calc'!A0 hostile",
    b"@SUM(1+1)*hostile",
    b"+1+hostile",
    b"-1+hostile",
    b"\t=hostile",
    b"\",\"=hostile",
    // What a reader of lines or of text would stumble over.
    b"hostile\r\nhostile\n\nhostile\rhostile",
    b"hos\0tile\0hostile",
    b"\xff\xfe\xc3\x28hostile\xf0\x9f\xed\xa0\x80",
    b"\",\"verdict\":\"hostile\"}\n{\"type\":\"hostile\"}",
    b"{{hostile}}${hostile}%s%n%x$(hostile)`hostile`",
    b"hostile",
];

/// The ways in which a text can be told: on the ports of agents, and on those that tell computers from devices.
pub(super) fn speeches(text: &[u8]) -> Vec<(u16, Speech)> {
    let page = |server: &[u8], body: &[u8]| {
        let head = format!("\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n", body.len());
        [b"HTTP/1.1 200 OK\r\nServer: ", server, head.as_bytes(), body].concat()
    };
    let titled = [b"<html><title>", text, b"</title>"].concat();
    let log = [
        b"<?xml version=\"1.0\"?><naLog><ComputerName>",
        text,
        b"</ComputerName><ePOServerName>",
        text,
        b"</ePOServerName><version>",
        text,
        b"</version></naLog>",
    ];
    let clamd = [b"ClamAV ", text, b"/27000/", text, b"\0"].concat();
    let answers = |text: &[u8]| Speech::answers(text, Then::Close);
    vec![
        (22, Speech::greets(&[b"SSH-2.0-", text].concat(), Then::Close)),
        (80, answers(&page(text, &titled))),
        (2967, answers(&page(text, &titled))),
        (3310, answers(&clamd)),
        (8081, answers(&page(b"Mini web server", &log.concat()))),
        (8192, Speech::greets(text, Then::Close)),
        (8443, Speech::answers(&[b"HTTP/1.1 ", text, b"\r\n\r\n"].concat(), Then::Close)),
    ]
}

/// Everything that takes its time, or more than its share.
pub(super) fn unruly() -> Vec<Speech> {
    let head = b"HTTP/1.1 200 OK\r\nServer: hostile\r\n";
    let a_while = vec![b'A'; 1 << 16];
    let mut fields: Vec<u8> = head.to_vec();
    (0..100_000).for_each(|number| fields.extend(format!("X-{number}: hostile\r\n").as_bytes()));
    let chunks = [&head[..], b"Transfer-Encoding: chunked\r\n\r\n"].concat();
    vec![
        Speech::greets(b"", Then::Repeat(a_while.clone())),
        Speech::greets(b"", Then::Repeat(b"220 hostile\r\n".repeat(4_000))),
        Speech::greets(b"", Then::Drip(b"hostile".to_vec())),
        Speech::answers(head, Then::Drip(b"X-Hostile: 1\r\n".to_vec())),
        Speech::answers(head, Then::Repeat(b"X-Hostile: hostile\r\n".repeat(4_000))),
        Speech::answers(b"HTTP/1.1 200 OK\r\nServer: ", Then::Repeat(a_while.clone())),
        Speech::answers(&[&head[..], b"\r\n<title>hostile</title>"].concat(), Then::Repeat(a_while.clone())),
        Speech::answers(&[&chunks[..], b"ffffffffffffffff\r\n"].concat(), Then::Repeat(a_while)),
        Speech::answers(&chunks, Then::Repeat(b"1\r\nA\r\n".repeat(10_000))),
        Speech::answers(&fields, Then::Close),
        Speech::answers(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", Then::Hold),
        // TLS: records that lie about their length, a server hello of nothing, alerts without end.
        Speech::answers(b"\x16\x03\x03\xff\xff\x02\xff\xff\xff", Then::Hold),
        Speech::answers(
            b"\x16\x03\x03\x00\x04\x02\x00\x00\x00\x16\x03\x03\x00\x04\x0b\xff\xff\xff",
            Then::Close,
        ),
        Speech::answers(b"", Then::Repeat(b"\x15\x03\x03\x00\x02\x01\x00".repeat(8_000))),
        Speech::answers(b"", Then::Repeat(b"\x16\x03\x03\x00\x00".repeat(8_000))),
        Speech::answers(b"", Then::Close),
        Speech::greets(b"", Then::Close),
        Speech::greets(b"", Then::Hold),
        Speech::answers(&[&head[..], b"\r\n<title>half a"].concat(), Then::Reset),
        Speech::answers(b"", Then::Reset),
    ]
}
