//! Nmap's XML of a run.

use jiff::tz::TimeZone;
use muster_model::{AddressRange, Host, IcmpError, Run, Verdict};
use muster_report::nmap::{STYLESHEET, write_xml};
use quick_xml::events::Event;

use crate::common;

fn xml(run: &Run) -> String {
    let mut bytes = Vec::new();
    write_xml(&mut bytes, &common::report(run), &TimeZone::UTC).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The elements of a document, each with its attributes; fails if it is not well-formed.
fn elements(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut elements, mut open) = (Vec::new(), 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                open += 1;
                elements.push(str::to_owned(&start));
            }
            Event::Empty(start) => elements.push(str::to_owned(&start)),
            Event::End(_) => open -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open, 0, "{xml}");
    elements
}

#[test]
fn a_host_of_each_kind() {
    let mut run = common::office();
    let kinds =
        [Verdict::Suspect, Verdict::Unprotected, Verdict::Degraded, common::VERIFIED, Verdict::OutOfScope];
    let one = |verdict| common::with(&run, verdict).next().unwrap().clone();
    let mut hosts: Vec<Host> = kinds.map(one).into();
    let from = "10.44.0.254".parse().unwrap();
    hosts[0].asset.ports[0].icmp = Some(IcmpError { kind: 3, code: 13, from });
    run.hosts = hosts;
    insta::assert_snapshot!(xml(&run));
}

#[test]
fn every_host_is_there_and_silence_is_counted() {
    for run in [common::office(), common::without_policy(), common::empty(), common::large(2)] {
        let elements = elements(&xml(&run));
        let count = |name: &str| elements.iter().filter(|element| element.starts_with(name)).count();
        assert_eq!(count("host starttime"), run.hosts.len());
        assert_eq!(count("script id=\"muster-verdict\""), run.hosts.len());
        // Who answers in the stead of some is neither up nor down.
        let phantom: u128 = run.phantom.iter().map(AddressRange::len).sum();
        let down = run.header.addresses - run.hosts.len() as u64 - phantom as u64;
        let hosts =
            format!("hosts up=\"{}\" down=\"{down}\" total=\"{}\"", run.hosts.len(), run.header.addresses);
        assert!(elements.contains(&hosts), "{hosts}");
    }
}

#[test]
fn a_run_that_was_stopped_says_so() {
    let finished =
        |run: &Run| elements(&xml(run)).into_iter().find(|element| element.starts_with("finished")).unwrap();
    assert!(finished(&common::office()).contains("exit=\"success\""));
    let partial = finished(&common::partial());
    assert!(partial.contains("exit=\"error\" errormsg=\"interrupted by the user\""), "{partial}");
}

#[test]
fn nothing_foreign_leaves_its_place() {
    let harmless = elements(&xml(&common::hostile("harmless"))).len();
    for text in [
        "\"/><host/>",
        "]]>",
        "</elem><elem key=\"verdict\">",
        "--><x>",
        "&lt;&#0;\u{0}\u{1b}[2J\u{ffff}\r\n\u{202e}",
    ] {
        let page = xml(&common::hostile(text));
        assert_eq!(elements(&page).len(), harmless, "{text:?}");
        assert!(!page.contains(['\u{0}', '\u{1b}', '\u{202e}', '\r']), "{text:?}");
    }
}

/// The style sheet goes by the ports that an audit sweeps where no policy says more.
#[test]
fn the_style_sheet_knows_the_ports_of_agents() {
    let ports = muster_catalog::Catalog::builtin().default_ports();
    let list = ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    assert!(STYLESHEET.contains(&format!("<xsl:param name=\"ports\" select=\"'{list}'\"/>")), "{list}");
}
