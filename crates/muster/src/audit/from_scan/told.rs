//! What a file tells of a service, as a report: what the service said, and the scanner's word for the protocol where it asked.

use muster_identify::Report;
use muster_model::{Excerpt, Speech, Told};
use muster_nmap::read::{Port, Script, Service};

/// What is told of an open port; `None`: nothing but a name from a table.
pub(super) fn report(port: &Port) -> Option<Report> {
    let mut report = Report::default();
    if let Some(service) = port.service.as_ref().filter(|service| service.is_probed) {
        report.join(of_service(service));
    }
    for script in &port.scripts {
        report.join(Report { speech: None, told: of_script(script).into_iter().collect() });
    }
    (report != Report::default()).then_some(report)
}

fn of_service(service: &Service) -> Report {
    let name = service.name.as_ref().map_or("", Excerpt::as_str);
    let mut report = Report { speech: speech(name), told: Vec::new() };
    if let Some(banner) = &service.banner {
        report.join(of_banner(name, banner));
    }
    if service.is_in_tls {
        report.speech = Some(Speech::Tls);
    }
    report.told.extend(software(service).map(Told::Answer));
    report
}

/// Product, version and more, as people write it.
fn software(service: &Service) -> Option<Excerpt> {
    let mut words: Vec<String> =
        [&service.product, &service.version].into_iter().flatten().map(ToString::to_string).collect();
    words.extend(service.extra.as_ref().map(|extra| format!("({extra})")));
    (!words.is_empty()).then(|| Excerpt::of(&words.join(" ")))
}

/// What masscan kept of what was said.
fn of_banner(name: &str, banner: &Excerpt) -> Report {
    match name {
        "title" => Report { speech: Some(Speech::Http), told: vec![Told::Title(banner.clone())] },
        "http.server" => Report { speech: Some(Speech::Http), told: vec![Told::Server(banner.clone())] },
        // masscan's own words about a handshake or a certificate, not the service's.
        "ssl" | "X509" | "X509CA" | "vuln" | "heartbleed" | "ticketbleed" => Report::default(),
        _ => Report::of_bytes(&plain(banner.as_str())),
    }
}

/// What the scanners call protocols that we know.
fn speech(name: &str) -> Option<Speech> {
    Some(match name {
        "http" | "http-proxy" | "title" | "http.server" | "html" => Speech::Http,
        "https" | "ssl" | "X509" | "X509CA" => Speech::Tls,
        "ssh" => Speech::Ssh,
        "ftp" => Speech::Ftp,
        "smtp" => Speech::Smtp,
        "irc" => Speech::Irc,
        "vnc" => Speech::RemoteFramebuffer,
        "telnet" => Speech::Telnet,
        _ => return None,
    })
}

/// Scripts that repeat a piece of what the service said, word for word.
fn of_script(script: &Script) -> Option<Told> {
    let element = |wanted: &str| {
        let found = script.elements.iter().find(|(key, _)| key.as_str() == wanted);
        found.map(|(_, value)| value.clone())
    };
    match script.id.as_str() {
        "http-title" => element("title").map(Told::Title),
        "http-server-header" => {
            let line = script.output.as_str().split("\\n").map(str::trim).find(|line| !line.is_empty());
            line.map(|line| Told::Server(Excerpt::of(line)))
        }
        "banner" => Some(Told::Greeting(script.output.clone())),
        "ssl-cert" => {
            let subject = script.output.as_str().split_once("Subject: ")?.1;
            let subject = subject.split_once("\\n").map_or(subject, |(subject, _)| subject);
            Some(Told::CertificateSubject(Excerpt::of(subject)))
        }
        _ => None,
    }
    .filter(|told| !told.value().is_empty())
}

/// Bytes as they were before somebody wrote them out to be printed.
fn plain(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let (byte, length) = match escape.as_bytes() {
            [b'r', ..] => (b'\r', 1),
            [b'n', ..] => (b'\n', 1),
            [b't', ..] => (b'\t', 1),
            [b'x', ..] => match escape.get(1..3).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(byte) => (byte, 3),
                None => (b'\\', 0),
            },
            _ => (b'\\', 0),
        };
        bytes.push(byte);
        rest = &escape[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use muster_model::{PortState, Protocol};

    use super::*;

    fn port(service: Service, scripts: Vec<Script>) -> Port {
        Port {
            protocol: Protocol::Tcp,
            number: 8081,
            state: PortState::Open,
            reason: None,
            reason_ttl: 0,
            reason_from: None,
            service: Some(service),
            scripts,
            at: None,
        }
    }

    fn service(name: &str) -> Service {
        Service { name: Some(Excerpt::of(name)), ..Service::default() }
    }

    #[test]
    fn a_name_from_a_table_tells_nothing() {
        assert_eq!(report(&port(service("http"), Vec::new())), None);
        let probed = Service { is_probed: true, ..service("http") };
        assert_eq!(report(&port(probed, Vec::new())).unwrap().speech, Some(Speech::Http));
    }

    #[test]
    fn banners_and_scripts_give_what_was_said() {
        let banner = Excerpt::of("HTTP/1.0 200 OK\r\nServer: Agent-ListenServer-HttpSvr/1.0\r\n\r\n");
        let masscan = Service { is_probed: true, banner: Some(banner), ..service("http") };
        let told = report(&port(masscan, Vec::new())).unwrap().told;
        let server = Told::Server(Excerpt::of("Agent-ListenServer-HttpSvr/1.0"));
        assert!(told.contains(&server), "{told:?}");
        let script = |id: &str, output: &str, elements: &[(&str, &str)]| Script {
            id: Excerpt::of(id),
            output: Excerpt::of(output),
            lines: Vec::new(),
            elements: elements.iter().map(|(key, value)| (Excerpt::of(key), Excerpt::of(value))).collect(),
        };
        let scripts = vec![
            script("http-server-header", "Agent-ListenServer-HttpSvr/1.0", &[]),
            script("http-title", "Did not follow redirect to https://a/", &[]),
            script("http-title", "A title", &[("title", "A title")]),
            script("ssl-cert", "Subject: commonName=pc7\nIssuer: commonName=ca\n", &[]),
            script("smb-os-discovery", "Windows", &[]),
        ];
        let told = report(&port(Service::default(), scripts)).unwrap().told;
        let subject = Told::CertificateSubject(Excerpt::of("commonName=pc7"));
        assert_eq!(told, [server, Told::Title(Excerpt::of("A title")), subject]);
    }

    #[test]
    fn what_is_written_out_is_read_back() {
        for (text, expected) in [
            ("a\\r\\n\\x00b", &b"a\r\n\0b"[..]),
            ("\\", b"\\"),
            ("\\xg1\\q", b"\\xg1\\q"),
            ("\\x4", b"\\x4"),
            ("é\\xé", "é\\xé".as_bytes()),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }
}
