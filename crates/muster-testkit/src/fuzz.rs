//! Entry points for fuzzing: everything of muster's that reads foreign bytes. None may panic, hang or grow without
//! bound, whatever comes in. The same functions serve cargo-fuzz and the gate's short run.

use std::ffi::OsString;

use muster_audit::Policy;
use muster_catalog::Catalog;
use muster_engine::{
    Forge, ForgeSettings, Framing, PortNames, PortSet, TargetList, TargetSpec, describe, parse_exclude,
};
use muster_identify::{Classifier, Dialogue, Limits};
use muster_model::{Asset, Conversation, Endpoint, Instant, Protocol, Service};
use muster_nmap::options::OwnOption;

/// An entry point.
pub type Entry = fn(&[u8]);

/// Every entry point by name; a corpus folder of the same name belongs to each.
pub const TARGETS: &[(&str, Entry)] = &[
    ("dialogue", dialogue),
    ("dns_answer", dns_answer),
    ("error_queue", error_queue),
    ("frame", frame),
    ("http_answer", http_answer),
    ("journal", journal),
    ("listing", listing),
    ("masscan_json", masscan_json),
    ("masscan_list", masscan_list),
    ("nmap_grepable", nmap_grepable),
    ("nmap_normal", nmap_normal),
    ("nmap_xml", nmap_xml),
    ("option_words", option_words),
    ("packed_scan", packed_scan),
    ("policy", policy),
    ("port_spec", port_spec),
    ("target_list", target_list),
    ("target_spec", target_spec),
    ("tls_answer", tls_answer),
];

/// A conversation. The first byte chooses the port, whether the service speaks first, and the length of its pieces,
/// which must not change what is learnt.
pub fn dialogue(data: &[u8]) {
    let Some((&choice, said)) = data.split_first() else { return };
    let ports = [22, 443, 2967, 3310, 8081, 8192, 8194, 80];
    let port = ports[usize::from(choice & 7)];
    let speaks_first = choice & 8 != 0;
    let whole = converse(port, speaks_first, said, said.len());
    let pieces = converse(port, speaks_first, said, 1 + usize::from(choice >> 4));
    assert_eq!(whole, pieces, "the same however it is cut");
    let host = Asset {
        address: whole.endpoint.address,
        names: Vec::new(),
        zone: None,
        ports: Vec::new(),
        services: vec![whole],
        hardware: None,
        system: None,
        device: None,
        is_phantom: false,
    };
    let classifier = Classifier::new(Catalog::builtin());
    let _ = (classifier.device(&host), classifier.system(&host));
}

/// An answer to the question for an address's name: as it is, and behind the question that it answers, its flags first.
pub fn dns_answer(data: &[u8]) {
    use muster_identify::{NameAnswer, ptr_query, read_ptr_answer};
    let address = [10, 0, 0, 7].into();
    let mut answer = ptr_query(7, address);
    if let Some((flags, rest)) = data.split_first_chunk::<4>() {
        // Flags, and how many records there are.
        (answer[2], answer[3], answer[6], answer[7]) = (flags[0], flags[1], flags[2], flags[3]);
        answer.extend(rest);
    }
    for bytes in [data, &answer] {
        if let Some(NameAnswer::Name(name)) = read_ptr_answer(7, address, bytes) {
            assert!(!name.is_empty() && name.len() < 255 && name.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}

/// The control message of an error queue.
pub fn error_queue(data: &[u8]) {
    let _ = muster_platform::error_queue::parse(data);
}

/// A frame that came in; the first byte chooses what its link carries. An answer is recognised of a sweep whose key is no
/// secret, so that the corpus can hold some.
pub fn frame(data: &[u8]) {
    let Some((&choice, frame)) = data.split_first() else { return };
    let framing = if choice & 1 == 0 { Framing::Ethernet } else { Framing::RawIp };
    let payloads = muster_catalog::payloads::requests().collect();
    let settings = ForgeSettings { source_ports: 40_000..=56_383, ttl: 64, payloads, udp_empty: true };
    if let Some(found) = Forge::new([7; 16], settings).recognize(framing, frame) {
        assert_eq!(found.kind.protocol(), found.endpoint.protocol, "an answer to what was asked");
        assert!((1..=15).contains(&found.attempt.round), "a round that there is");
    }
    let line = describe(framing, frame).to_string();
    assert!(
        line.chars().all(|letter| letter.is_ascii_graphic() || letter == ' '),
        "fit to be printed: {line:?}"
    );
}

/// An answer to an HTTP request.
pub fn http_answer(data: &[u8]) {
    let head = b"HTTP/1.1 200 OK\r\n";
    let _ = converse(8081, false, data, data.len());
    let _ = converse(80, false, &[head, data].concat(), data.len());
}

/// A journal: once as it is, once as payloads, each after a byte with its length, in frames whose sums are right. What is
/// read before the damage must be read again without it.
pub fn journal(data: &[u8]) {
    let mut payloads = Vec::new();
    let mut rest = data;
    while let Some((&length, behind)) = rest.split_first() {
        let (payload, behind) = behind.split_at(usize::from(length).min(behind.len()));
        payloads.push(payload);
        rest = behind;
    }
    for bytes in [data.to_vec(), muster_sweep::write_bytes(&payloads)] {
        match muster_sweep::read_bytes(&bytes) {
            Ok((header, events, Some(torn))) => {
                let whole = &bytes[..usize::try_from(torn.at).unwrap_or(usize::MAX)];
                let again = muster_sweep::read_bytes(whole).ok();
                assert_eq!(again, Some((header, events, None)), "{torn}");
            }
            Ok((_, events, None)) => assert!(events.len() <= bytes.len()),
            Err(error) => assert!(!error.hint().is_empty()),
        }
    }
}

/// What netstat, ss, lsof or PowerShell say of listeners: as it is, and as UTF-16, which must say the same if it is text.
pub fn listing(data: &[u8]) {
    let read = muster_listeners::read(data);
    if let Ok(listing) = &read {
        assert!(listing.listeners.len() <= muster_listeners::MOST_LISTENERS);
        assert!(listing.listeners.len() + listing.others <= data.len(), "a line has more than nothing");
        for program in listing.listeners.iter().filter_map(|listener| listener.program.as_ref()).take(64) {
            assert!(!program.name.is_empty() && program.name.len() <= 4 * 255);
            let _ = muster_listeners::owners(Catalog::builtin(), program);
        }
    }
    if let Ok(text) = str::from_utf8(data)
        && !text.starts_with('\u{feff}')
        && !text.contains('\0')
    {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(units).collect();
        assert_eq!(muster_listeners::read(&wide), read, "the same in another encoding");
    }
}

/// masscan's `-oJ` and `-oD`.
pub fn masscan_json(data: &[u8]) {
    scan_file(b"[{\"ip\":", data);
}

/// masscan's `-oL`.
pub fn masscan_list(data: &[u8]) {
    scan_file(b"#masscan\n", data);
}

/// Nmap's and masscan's `-oG`.
pub fn nmap_grepable(data: &[u8]) {
    scan_file(b"Host: ", data);
}

/// Nmap's `-oN`.
pub fn nmap_normal(data: &[u8]) {
    scan_file(b"Nmap scan report for ", data);
}

/// Nmap's and masscan's `-oX`.
pub fn nmap_xml(data: &[u8]) {
    scan_file(b"<nmaprun><host>", data);
}

/// A command line, its words apart by blanks.
pub fn option_words(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let words: Vec<OsString> = text.split(' ').map(OsString::from).collect();
    let _ = muster_nmap::options::quoted(&words);
    let own = ["--oN", "--exclude", "-p"].map(|name| OwnOption { name: name.to_owned(), takes_value: true });
    if let Ok(read) = muster_nmap::options::canonical(words, &own) {
        assert!(read.words.len() <= text.len() * 9 + 1, "a letter stands for a word, and -v9 for nine");
    }
}

/// A scanner's file in gzip or zstd.
pub fn packed_scan(data: &[u8]) {
    scan_file(b"\x1f\x8b\x08", data);
    scan_file(b"\x28\xb5\x2f\xfd", data);
}

/// A `muster.toml`. What it refuses must be said on one line, with a place inside the text.
pub fn policy(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Policy::parse(&text, Catalog::builtin()) {
        Ok(policy) => {
            for zone in &policy.zones {
                let first = zone.prefixes[0].first();
                assert!(policy.zone_of(first).is_some(), "an address of a zone lies in a zone");
            }
        }
        Err(error) => {
            let lines = text.matches('\n').count() + 1;
            assert!((1..=lines).contains(&error.line), "line {} of {lines}", error.line);
            let said = format!("{error} {}", error.hint().unwrap_or_default());
            assert!(!said.chars().any(char::is_control), "errors are fit to be printed: {said:?}");
        }
    }
}

/// The value of `-p`. What was understood must be understood again when it is printed.
pub fn port_spec(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(ports) = PortSet::parse(&text, &Registry, &[Protocol::Tcp, Protocol::Udp]) {
        for (index, (protocol, port)) in ports.iter().enumerate().take(1_000) {
            assert_eq!(ports.select(index as u32), (protocol, port));
            assert_eq!(ports.rank(protocol, port), Some(index as u32));
        }
    }
}

/// A list of targets.
pub fn target_list(data: &[u8]) {
    let list = TargetList::parse(data);
    for error in &list.errors {
        let _ = (error.to_string(), error.hint());
    }
}

/// One target. What was understood must be understood again when it is printed.
pub fn target_spec(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = parse_exclude(&text);
    match TargetSpec::parse(&text) {
        Ok(TargetSpec::Addresses(set)) => {
            // Members are numbered below `u64::MAX`, far beyond what a sweep admits.
            let index = u64::try_from(set.len() - 1).unwrap_or(u64::MAX).min(u64::MAX - 1);
            assert_eq!(set.rank(set.select(index)), Some(index));
        }
        Ok(TargetSpec::Name { name, .. }) => assert!(name.len() <= 254, "names have the length of RFC 1123"),
        Err(error) => {
            assert!(!error.to_string().chars().any(char::is_control), "errors are fit to be printed");
        }
    }
}

/// An answer to a TLS hello.
pub fn tls_answer(data: &[u8]) {
    let _ = converse(8194, false, data, data.len());
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes();
    let _ = converse(8194, false, &[&[22, 3, 3], &length[..], data].concat(), data.len());
}

/// What a scanner wrote: as it is, and behind a beginning that leads into the form. There is a head before any host and
/// one end, and an error is fit to be printed.
fn scan_file(beginning: &[u8], data: &[u8]) {
    use muster_nmap::read::{Piece, Reader};
    for bytes in [data, &[beginning, data].concat()] {
        let pieces: Vec<_> = match Reader::new(bytes) {
            Ok(reader) => reader.collect(),
            Err(error) => vec![Err(error)],
        };
        let is_end = |piece: &Result<Piece, _>| matches!(piece, Ok(Piece::Tail(_)) | Err(_));
        assert_eq!(pieces.iter().position(is_end), Some(pieces.len() - 1), "one end, and nothing behind it");
        let is_first = pieces.len() == 1 || matches!(pieces[0], Ok(Piece::Head(_)));
        assert!(is_first, "a head, before everything else");
        if let Some(Err(error)) = pieces.last() {
            let said = format!("{error} {}", error.hint());
            assert!(!said.chars().any(char::is_control), "errors are fit to be printed: {said:?}");
        }
    }
}

/// A whole conversation with somebody on loopback, which must end in its time.
fn converse(port: u16, speaks_first: bool, said: &[u8], piece: usize) -> Service {
    let limits = Limits { bytes: 4096, ..Limits::default() };
    let endpoint = Endpoint::tcp([127, 0, 0, 1].into(), port);
    let mut now = Instant::START;
    let mut dialogue = Dialogue::new(Catalog::builtin(), endpoint, limits, now);
    dialogue.handle_connected(now);
    if !speaks_first {
        now = dialogue.poll_timeout().unwrap_or(now);
        dialogue.handle_timeout(now);
    }
    for bytes in said.chunks(piece.max(1)) {
        dialogue.handle_bytes(now, bytes);
    }
    while let Some(until) = dialogue.poll_timeout() {
        assert!(until >= now && until <= Instant::START + limits.total, "a conversation ends in its time");
        now = until;
        dialogue.handle_timeout(now);
        if dialogue.poll_transmit().is_some() {
            dialogue.handle_end(now, Conversation::Closed);
        }
    }
    dialogue.into_service()
}

struct Registry;

impl PortNames for Registry {
    fn numbers(&self, pattern: &str, protocol: Protocol) -> Vec<u16> {
        muster_catalog::registry::numbers(pattern, protocol)
    }
}
