//! Files that are something else, or were made to do harm.

use std::fmt::Write as _;
use std::io::{self, Read};

use super::super::*;
use super::told::told;
use super::{pieces, sample};

#[test]
fn what_is_no_scan_is_named() {
    for (bytes, expected) in [
        (&b""[..], "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"{\"type\":\"run\",\"schema\":1}\n", "not the output of a scan: JSON lines, perhaps muster's own"),
        (b"[{\"host\": \"10.0.0.1\"}]", "not the output of a scan: JSON of another program"),
        (b"address,port,state\n10.0.0.1,22,open\n", "not the output of a scan: a table, perhaps CSV"),
        (b"<!DOCTYPE html><html>", "not the output of a scan: a web page"),
        (b"<NessusClientData_v2>", "not the output of a scan: XML of another program"),
        (b"<?xml version=\"1.0\"?>", "not the output of a scan: XML that ends before its first element"),
        (b"<?xml?></nmaprun>\n", "not the output of a scan: XML that ends before its first element"),
        (b"\x7fELF\x02\x01\x01\0\0\0\xff", "not the output of a scan: binary data"),
        (b"PK\x03\x04\x14\0", "not the output of a scan: a zip archive, or a document in one"),
        (b"\xd4\xc3\xb2\xa1\x02\0\x04\0", "not the output of a scan: a capture of packets"),
        (b"\xa1\xb2\xc3\xd4\0\x02\0\x04", "not the output of a scan: a capture of packets"),
        (b"\xfd7zXZ\0\0", "not the output of a scan: packed by xz"),
        (b"BZh91AY&SY", "not the output of a scan: packed by bzip2"),
        (b"7z\xbc\xaf\x27\x1c", "not the output of a scan: packed by 7-zip"),
        (b"SQLite format 3\0", "not the output of a scan: a SQLite database"),
        (b"Dear all,\nhello\n", "not the output of a scan: a table, perhaps CSV"),
        (b"open source is fine\n", "not the output of a scan: text of another kind"),
    ] {
        let error = Reader::new(bytes).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn another_program_in_the_same_file_is_an_error_that_names_the_line() {
    for (first, second, what) in [
        ("nmap5.xml", "masscan.xml", "XML of masscan within Nmap's XML"),
        ("masscan.xml", "nmap5.xml", "XML of Nmap within masscan's XML"),
        ("nmap5.xml", "nmap.gnmap", "grepable output within Nmap's XML"),
        ("nmap5.xml", "masscan.json", "masscan's JSON within Nmap's XML"),
        ("nmap.gnmap", "nmap5.xml", "XML within grepable output"),
        ("nmap.gnmap", "nmap5.nmap", "normal output within grepable output"),
        ("nmap.gnmap", "masscan.gnmap", "output of masscan within grepable output"),
        ("nmap.gnmap", "masscan.list", "masscan's list within grepable output"),
        ("nmap.nmap", "nmap.gnmap", "grepable output within normal output"),
        ("masscan.list", "masscan.json", "masscan's JSON within masscan's list"),
        ("masscan.json", "nmap.xml", "XML within masscan's JSON"),
        ("masscan.json", "masscan.list", "masscan's list within masscan's JSON"),
    ] {
        let (first, second) = (sample(first), sample(second));
        let lines = first.iter().filter(|byte| **byte == b'\n').count();
        let said = told(&[first, second].concat());
        let error = said.lines().last().unwrap();
        let (line, rest) =
            error.strip_prefix("line ").and_then(|error| error.split_once(": ")).unwrap_or_default();
        assert_eq!(rest, what, "{error}");
        assert!((lines + 1..lines + 6).contains(&line.parse().unwrap()), "{error}: {lines} lines");
    }
}

#[test]
fn entities_are_neither_expanded_nor_fetched() {
    let bomb = "<!DOCTYPE nmaprun [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">\
                <!ENTITY x SYSTEM \"file:///etc/passwd\">]>\
                <nmaprun scanner=\"nmap\" args=\"&b;&x;\"><host><address addr=\"10.0.0.1\"/>\
                <hostscript><script id=\"&lt;x\" output=\"&b;\"><elem key=\"k\">&x; &lt;&#65;</elem></script></hostscript>\
                </host></nmaprun>";
    let pieces = pieces(bomb.as_bytes());
    let [Piece::Head(head), Piece::Host(host), _] = &pieces[..] else { panic!("{pieces:?}") };
    assert_eq!(head.arguments, Some(Excerpt::of("&b;&x;")));
    assert_eq!(host.scripts[0].id.as_str(), "<x");
    assert_eq!(host.scripts[0].output.as_str(), "&b;");
    assert_eq!(host.scripts[0].elements, [(Excerpt::of("k"), Excerpt::of("&x; <A"))]);
}

#[test]
fn long_attributes_are_cut_and_longer_ones_are_an_error() {
    let file = |length| {
        let text = "a".repeat(length);
        format!(
            "<nmaprun>\n<host><address addr=\"10.0.0.1\"/><hostscript><script id=\"x\" output=\"{text}\"/></hostscript></host>"
        )
    };
    let long = pieces(file(10 << 20).as_bytes());
    let Piece::Host(host) = &long[1] else { panic!("{long:?}") };
    assert!(host.scripts[0].output.as_str().ends_with('…'));
    let said = told(file(17 << 20).as_bytes());
    assert!(said.ends_with("line 2: something larger than any scanner writes it\n"), "{said}");
    let line = [b"Host: 10.0.0.1 ()\tPorts: ".to_vec(), vec![b' '; 17 << 20]].concat();
    assert_eq!(told(&line), "line 1: something larger than any scanner writes it\n");
}

/// A stream of the same piece, as often as it is asked for.
struct Endless {
    head: Vec<u8>,
    piece: Vec<u8>,
    at: usize,
    left: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.head.is_empty() {
            let length = (&self.head[..]).read(buffer)?;
            self.head.drain(..length);
            return Ok(length);
        }
        let length = buffer.len().min(self.left).min(self.piece.len() - self.at);
        buffer[..length].copy_from_slice(&self.piece[self.at..self.at + length]);
        self.at = (self.at + length) % self.piece.len();
        self.left -= length;
        Ok(length)
    }
}

#[test]
fn one_host_cannot_take_all_memory() {
    let long = "x".repeat(200);
    let odd = (0..200).map(|port| (2 * port).to_string()).collect::<Vec<_>>().join(",");
    let (xml, normal) = ("<nmaprun><host>", "Nmap scan report for 10.0.0.1\nPORT STATE SERVICE VERSION\n");
    for (head, piece) in [
        (xml, "<port protocol='tcp' portid='1'><state state='open'/></port>".to_owned()),
        (
            xml,
            format!(
                "<port protocol='tcp' portid='1'><state state='open'/><service product='{long}'/></port>"
            ),
        ),
        (xml, format!("<hostname name='{long}'/><hostname name='abd'/>")),
        (
            xml,
            format!(
                "<extraports state='closed' count='1'><extrareasons proto='tcp' ports='{odd}'/></extraports>"
            ),
        ),
        (xml, format!("<script id='a' output='b'><elem key='c'>{long}</elem></script>")),
        ("<nmaprun><host><port protocol='tcp' portid='1'>", format!("<script id='a' output='{long}'/>")),
        (xml, "<a>".to_owned()),
        ("Host: 10.0.0.1 ()\tStatus: Up\n", format!("Host: 10.0.0.1 ()\tPorts: 1/open/tcp////{long}/\n")),
        (normal, format!("1/tcp open x {long}\n")),
        (normal, format!("|_a: {long}\n")),
        (normal, format!("Not shown: {}\n", "1 closed tcp ports (reset), ".repeat(1000))),
    ] {
        let bytes = Endless { head: head.into(), piece: piece.into(), at: 0, left: 1 << 30 };
        let last = Reader::new(bytes).unwrap().last();
        assert!(matches!(last, Some(Err(ReadError::Oversized { .. }))), "{last:?}");
    }
}

/// The parser keeps the name of every element that is open.
#[test]
fn names_of_elements_are_short() {
    let file = |length| format!("<nmaprun>\n<{}>", "a".repeat(length));
    assert_eq!(pieces(file(256).as_bytes()).len(), 2);
    let said = told(file(257).as_bytes());
    assert!(said.ends_with("line 2: the name of an element larger than any scanner writes it\n"), "{said}");
}

#[test]
fn many_ports_of_one_host_are_no_trouble() {
    let mut xml = String::from("<nmaprun><host><address addr=\"10.0.0.1\"/><ports>");
    let mut line = String::from("Host: 10.0.0.1 ()\tPorts: ");
    for port in 0..=u16::MAX {
        write!(xml, "<port protocol=\"tcp\" portid=\"{port}\"><state state=\"open\"/><service name=\"x\" product=\"y\"/></port>").unwrap();
        write!(line, "{port}/open/tcp//x//y/, ").unwrap();
    }
    for file in [xml + "</ports></host></nmaprun>", line + "\n"] {
        let pieces = pieces(file.as_bytes());
        let Piece::Host(host) = &pieces[1] else { panic!("no host") };
        assert_eq!(host.ports.len(), 65_536);
    }
}

#[test]
fn bytes_of_other_encodings_are_decoded_or_shown() {
    let file = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><nmaprun args=\"B\xfcro\"></nmaprun>";
    let Some(Piece::Head(head)) = pieces(file).into_iter().next() else { panic!("no head") };
    assert_eq!(head.arguments.unwrap().as_str(), "Büro");
    let file = b"<?xml version=\"1.0\"?><nmaprun args=\"B\xfcro\"></nmaprun>";
    let Some(Piece::Head(head)) = pieces(file).into_iter().next() else { panic!("no head") };
    assert_eq!(head.arguments.unwrap().as_str(), "B\\xfcro");
    let Piece::Host(host) = &pieces(b"Host: 10.0.0.1 (B\xfcro)\tStatus: Down\n")[1] else {
        panic!("no host")
    };
    assert_eq!(host.names[0].0.as_str(), "B\\xfcro");
}

#[test]
fn a_stream_that_fails_is_an_error() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
    assert!(matches!(Reader::new(Failing).unwrap_err(), ReadError::Input { line: 1, .. }));
    for name in ["nmap.xml", "nmap.gnmap", "nmap.nmap", "masscan.json", "masscan.list"] {
        let long = sample(name).repeat(40);
        let failing = (&long[..]).chain(Failing);
        let Ok(reader) = Reader::new(failing) else { continue };
        let last = reader.last();
        assert!(matches!(last, Some(Err(ReadError::Input { line: 2.., .. }))), "{name}: {last:?}");
    }
}

#[test]
fn errors_are_fit_to_be_printed() {
    let said = told(b"<nmaprun>\n<host a=b>");
    assert!(said.contains("line 2: an element whose attributes are no XML"), "{said}");
    let said = told(b"[\n{\"ip\": \x1b}\n]");
    assert!(said.ends_with("line 2: a record that is no JSON\n"), "{said}");
}
