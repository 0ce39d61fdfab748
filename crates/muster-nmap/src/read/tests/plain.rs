//! Hosts of XML that are read in one go: what comes of a file is what comes of it if quick-xml reads all of it.

use std::io::{self, Read};

use proptest::prelude::*;

use super::super::*;
use super::sample;

/// Everything that a reader gives.
fn given<R: Read>(bytes: R, is_plain_read: bool) -> Vec<String> {
    let reader = match Reader::new(bytes) {
        Ok(reader) if is_plain_read => reader,
        Ok(reader) => reader.without_plain(),
        Err(error) => return vec![error.to_string()],
    };
    let said = |piece| match piece {
        Ok(piece) => format!("{piece:?}"),
        Err(error) => format!("{error}: {error:?}"),
    };
    reader.map(said).collect()
}

fn assert_alike(bytes: &[u8]) {
    let text = || String::from_utf8_lossy(bytes);
    assert_eq!(given(bytes, true), given(bytes, false), "{}", text());
    assert_eq!(given(Slow(bytes), true), given(bytes, false), "slowly: {}", text());
}

/// Gives a byte or some at once.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = (1 + self.0.len() % 90).min(buffer.len());
        self.0.read(&mut buffer[..length])
    }
}

#[test]
fn samples_are_alike_wherever_they_break_off_or_are_damaged() {
    for name in ["nmap.xml", "nmap5.xml", "masscan.xml"] {
        let mut bytes = sample(name).to_vec();
        assert_alike(&bytes);
        for at in 0..bytes.len() {
            assert_eq!(given(&bytes[..at], true), given(&bytes[..at], false), "{name} at {at}");
            let whole = bytes[at];
            let others = [b'<', b'>', b'"', b'\'', b'/', b'&', b' ', b'\n', 0, 0xff];
            for damage in [others[at % others.len()], whole ^ 1] {
                bytes[at] = damage;
                assert_eq!(given(&bytes[..], true), given(&bytes[..], false), "{name} at {at}: {damage}");
            }
            bytes[at] = whole;
        }
    }
}

#[test]
fn ports_that_a_file_has_again_are_alike() {
    let text = str::from_utf8(sample("nmap.xml")).unwrap();
    let hosts = &text[text.find("<host ").unwrap()..text.rfind("</host>").unwrap() + 7];
    let text = text.replace(hosts, &format!("{hosts}\n{hosts}\n{hosts}"));
    assert_alike(text.as_bytes());
    let mut bytes = text.into_bytes();
    for at in (0..bytes.len()).step_by(3) {
        let whole = std::mem::replace(&mut bytes[at], b"<>\"'/& s"[at % 8]);
        assert_eq!(given(&bytes[..], true), given(&bytes[..], false), "at {at}");
        bytes[at] = whole;
    }
}

#[test]
fn hosts_around_the_ends_of_what_is_read_at_once_are_alike() {
    let host = |number: usize, length: usize| {
        let text = "é".repeat(length);
        format!(
            "<host><address addr=\"10.0.{}.{}\"/>\n<hostscript><script id=\"x\" output=\"{text}\"/></hostscript></host>\n",
            number / 256,
            number % 256
        )
    };
    for length in [0, 1, 30_000, 70_000, 600_000] {
        let hosts: String = (0..20).map(|number| host(number, length * (number % 3) + number)).collect();
        assert_alike(format!("<nmaprun>\n<verbose/>{hosts}<runstats/></nmaprun>").as_bytes());
    }
}

#[test]
fn a_stream_that_fails_within_a_host_gives_what_stands_before() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
    let bytes = sample("nmap.xml");
    for cut in 0..bytes.len() {
        let given = |is_plain_read| given(bytes[..cut].chain(Failing), is_plain_read);
        assert_eq!(given(true), given(false), "at {cut}");
    }
}

/// Each would be searched for its end up to the end of the file, time and again.
#[test]
fn hosts_without_an_end_take_no_more_time() {
    for piece in
        ["<host/>", "<host></host >", "<host><!-- --></host>", "<host>\n<a/>\n</a></host>", "<a/>\n<host "]
    {
        let file = format!("<nmaprun><a/>{}", piece.repeat((8 << 20) / piece.len()));
        assert_eq!(given(file.as_bytes(), true), given(file.as_bytes(), false), "{piece}");
    }
}

/// What a host may be written with, in its hand or another's.
const WORDS: &[&str] = &[
    "<host>",
    "<host ",
    "</host>",
    "</host >",
    "<host/>",
    "<hosthint>",
    "</hosthint>",
    "<runstats>",
    "<nmaprun>",
    "</nmaprun>",
    "starttime=\"1\"",
    " endtime='1731654001'",
    ">",
    "/>",
    " ",
    "\n",
    "  ",
    "\t",
    "=",
    "\"",
    "'",
    "<",
    "<address addr=\"10.0.0.1\" addrtype=\"ipv4\"/>",
    "<address addr='10.0.0.2'/>",
    "<status state=\"up\"/>",
    "<status state = \"down\" />",
    "<ports>",
    "</ports>",
    "<port protocol=\"tcp\" portid=\"22\">",
    "</port>",
    "<state state=\"open\" reason=\"syn-ack\" reason_ttl=\"63\"/>",
    "<service name=\"ssh\" product=\"a&gt;b\"/>",
    "<service name='a>b' product=\"c'd\"/>",
    "<script id=\"x\" output=\"&#10;y\">",
    "</script>",
    "<elem key=\"k\">",
    "</elem>",
    "<table key=\"t\">",
    "</table>",
    "text",
    "&amp;",
    "&x;",
    "&",
    ";",
    "&#65;",
    "&#xD800;",
    "é",
    "\u{a0}",
    "<!-- c -->",
    "<![CDATA[</host>]]>",
    "<?pi </host>?>",
    "<hostname name=\"n\" type=\"PTR\"/>",
    "<extraports state=\"closed\" count=\"9\">",
    "</extraports>",
    "<extrareasons reason=\"resets\" count=\"9\" proto=\"tcp\" ports=\"1-9\"/>",
    "Nmap done: ",
    "# Masscan ",
    "<finished time=\"1\" exit=\"error\" errormsg=\"x\"/>",
    "<times a=b/>",
    "<times a=\"</host>\"/>",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn anything_is_alike(words in prop::collection::vec(prop::sample::select(WORDS), 0..40)) {
        assert_alike(format!("<nmaprun><host>{}</host>", words.concat()).as_bytes());
        let hosts = words.join("</host>\n<host><address addr=\"10.0.0.9\"/>");
        assert_alike(format!("<nmaprun><a></a><host>{hosts}</host>").as_bytes());
    }

    #[test]
    fn a_damaged_sample_is_alike(places in prop::collection::vec((0_usize..1 << 16, prop::sample::select(WORDS)), 1..4)) {
        for name in ["nmap.xml", "masscan.xml"] {
            let mut bytes = sample(name).to_vec();
            for (place, word) in &places {
                let place = place % bytes.len();
                bytes.splice(place..place, word.bytes());
            }
            assert_alike(&bytes);
        }
    }
}
