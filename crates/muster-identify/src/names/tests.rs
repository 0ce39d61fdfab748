//! Questions and answers, whole, cut and damaged.

use super::*;

const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));

/// A name of labels, without the end.
fn labels(name: &str) -> Vec<u8> {
    name.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect()
}

fn whole(name: &str) -> Vec<u8> {
    [labels(name), vec![0]].concat()
}

fn record(owner: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16).to_be_bytes();
    [owner, &kind.to_be_bytes()[..], &[0, 1, 0, 0, 0, 60], &length, data].concat()
}

/// The answer to the question for [`ADDRESS`], with these flags and records.
fn answer(flags: u16, records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = ptr_query(7, ADDRESS);
    bytes[2..4].copy_from_slice(&flags.to_be_bytes());
    bytes[6..8].copy_from_slice(&(records.len() as u16).to_be_bytes());
    [bytes, records.concat()].concat()
}

fn read(bytes: &[u8]) -> Option<NameAnswer> {
    read_ptr_answer(7, ADDRESS, bytes)
}

fn named(name: &str) -> Option<NameAnswer> {
    Some(NameAnswer::Name(name.to_owned()))
}

/// A pointer to the name of the question.
const ASKED: &[u8] = &[0xc0, 12];

#[test]
fn the_question_is_the_standards() {
    let query = ptr_query(0x1234, ADDRESS);
    let expected = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x017\x010\x010\x0210\x07in-addr\x04arpa\0\0\x0c\0\x01";
    assert_eq!(query, expected);
    let v6 = ptr_query(1, "fd77::a1".parse().unwrap());
    assert!(v6[12..].starts_with(b"\x011\x01a\x010\x010"));
    assert!(v6.ends_with(b"\x017\x017\x01d\x01f\x03ip6\x04arpa\0\0\x0c\0\x01"));
    assert_eq!(v6.len(), 12 + 64 + 4 + 5 + 1 + 4);
}

#[test]
fn a_name_is_read() {
    let simple = answer(0x8180, &[record(ASKED, PTR, &whole("Gate.example"))]);
    assert_eq!(read(&simple), named("Gate.example"), "in its own spelling");
    let two = [record(ASKED, PTR, &whole("first")), record(ASKED, PTR, &whole("second"))];
    assert_eq!(read(&answer(0x8180, &two)), named("first"));
    let other = [record(&whole("elsewhere"), PTR, &whole("not.this")), record(ASKED, 16, b"\x01x")];
    assert_eq!(read(&answer(0x8180, &other)), Some(NameAnswer::Nameless));
}

#[test]
fn aliases_are_followed_and_come_to_an_end() {
    let alias = whole("7.0/25.0.0.10.in-addr.arpa");
    let (cname, ptr) = (record(ASKED, CNAME, &alias), record(&alias, PTR, &whole("pc.example")));
    assert_eq!(read(&answer(0x8180, &[cname.clone(), ptr.clone()])), named("pc.example"));
    assert_eq!(read(&answer(0x8180, &[ptr, cname.clone()])), named("pc.example"), "in any order");
    assert_eq!(read(&answer(0x8180, std::slice::from_ref(&cname))), Some(NameAnswer::Nameless));
    let upper = record(&alias.to_ascii_uppercase(), PTR, &whole("PC-7.Corp.Example"));
    assert_eq!(
        read(&answer(0x8180, &[cname.clone(), upper])),
        named("PC-7.Corp.Example"),
        "case does not matter"
    );
    let back = record(&alias, CNAME, ASKED);
    assert_eq!(read(&answer(0x8180, &[cname, back])), Some(NameAnswer::Nameless), "in a circle");
}

#[test]
fn what_the_server_cannot_say_another_may() {
    for (flags, expected) in [
        (0x8183, NameAnswer::Nameless),
        (0x8180, NameAnswer::Nameless),
        (0x8182, NameAnswer::Unable),
        (0x8185, NameAnswer::Unable),
        (0x8184, NameAnswer::Unable),
        (0x8380, NameAnswer::Unable),
    ] {
        assert_eq!(read(&answer(flags, &[])), Some(expected), "{flags:x}");
    }
    let cut = answer(0x8380, &[record(ASKED, PTR, &whole("there"))]);
    assert_eq!(read(&cut), named("there"), "cut off behind it");
}

#[test]
fn what_does_not_answer_the_question_is_no_answer() {
    let good = answer(0x8180, &[record(ASKED, PTR, &whole("x"))]);
    assert_eq!(read_ptr_answer(8, ADDRESS, &good), None, "another id");
    assert_eq!(read_ptr_answer(7, "10.0.0.8".parse().unwrap(), &good), None, "another address");
    assert_eq!(read(&answer(0x0100, &[])), None, "a question");
    assert_eq!(read(&answer(0x9180, &[])), None, "another operation");
    for (at, name) in [(5, "two questions"), (good.len() - 21, "another type or class")] {
        let mut other = good.clone();
        other[at] ^= 2;
        assert_ne!(read(&other), named("x"), "{name}");
    }
    assert_eq!(read(&[]), None);
    let mut upper = good.clone();
    upper[12..40].make_ascii_uppercase();
    assert_eq!(read(&upper), named("x"), "case does not matter");
}

#[test]
fn names_that_pretend_or_never_end_are_none() {
    let with = |data: &[u8]| read(&answer(0x8180, &[record(ASKED, PTR, data)]));
    for data in [
        &b"\x03a.b\0"[..],
        b"\x03a\0b\0",
        b"\x02\xc3\xa9\0",
        b"\x1bx",
        b"\x01a",
        b"\x40a\0",
        b"\x80\0",
        b"\x01a\0\0",
        b"\0",
        b"",
        &[0xc0],
    ] {
        assert_eq!(with(data), Some(NameAnswer::Nameless), "{}", data.escape_ascii());
    }
    let here = answer(0x8180, &[]).len() as u8 + 12;
    for target in [here, here + 1, here + 2, 255] {
        assert_eq!(with(&[0xc0, target]), Some(NameAnswer::Nameless), "to itself or beyond");
    }
    let long = whole(&["a"; 128].join("."));
    assert_eq!(with(&long), Some(NameAnswer::Nameless), "{} bytes", long.len());
    let longest = ["a"; 126].join(".");
    assert_eq!(with(&whole(&longest)), named(&longest));
    assert_eq!(with(&[&labels("host")[..], ASKED].concat()), named("host.7.0.0.10.in-addr.arpa"));
}

/// Wherever it is cut and whatever bit is flipped: an end, and no name that is longer than names are.
#[test]
fn damage_is_no_danger() {
    let alias = whole("7.0/25.0.0.10.in-addr.arpa");
    let good = answer(0x8180, &[record(ASKED, CNAME, &alias), record(&alias, PTR, &whole("pc.example"))]);
    for cut in 0..good.len() {
        assert_ne!(read(&good[..cut]), named("pc.example"), "cut at {cut}");
    }
    for bit in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Some(NameAnswer::Name(name)) = read(&bytes) {
            assert!(name.len() < LONGEST_NAME);
        }
    }
    let every = answer(0x8180, &vec![record(ASKED, PTR, &[0xc0, 200]); 4_000]);
    assert_eq!(read(&every), Some(NameAnswer::Nameless));
}
