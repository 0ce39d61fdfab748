//! Certificates and pages of real TLS servers, of every version that is still met.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use muster_model::{Conversation, Endpoint, Request, Service, Speech, Told};
use tempfile::TempDir;

use crate::listener::endpoint;
use crate::watch::meet_one;

/// Ends the program with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// OpenSSL's server with `options`; none where the machine has no OpenSSL.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn serve(folder: &Path, at: Endpoint, options: &str) -> Option<Server> {
    let (key, certificate) = (folder.join("key"), folder.join("certificate"));
    if !certificate.exists() && !make(&key, &certificate) {
        eprintln!("skipped: this machine has no openssl");
        return None;
    }
    let mut command = Command::new("openssl");
    command.args(["s_server", "-quiet", "-accept", &at.socket_address().to_string()]);
    command.arg("-key").arg(&key).arg("-cert").arg(&certificate).args(options.split_whitespace());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let server = Server(command.spawn().unwrap());
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(at.socket_address()).is_err() {
        assert!(Instant::now() < deadline, "openssl does not listen: {options}");
        thread::park_timeout(Duration::from_millis(20));
    }
    Some(server)
}

fn make(key: &Path, certificate: &Path) -> bool {
    let mut command = Command::new("openssl");
    command.args([
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/O=Depot/CN=depot-4",
    ]);
    command.arg("-keyout").arg(key).arg("-out").arg(certificate);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success()) && fs::exists(certificate).unwrap()
}

fn told(service: &Service, label: &str) -> Option<String> {
    service.told.iter().find(|told| told.label() == label).map(Told::value)
}

#[test]
fn a_certificate_is_read_whatever_the_server_speaks() {
    let folder = TempDir::new().unwrap();
    for (host, options, parameters) in [
        (1, "-tls1_3", Some("TLS 1.3, TLS13_AES_256_GCM_SHA384")),
        (2, "-tls1_2", Some("TLS 1.2, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")),
        (3, "-tls1_2 -cipher AES128-SHA", None),
        (4, "-tls1_2 -cipher ECDHE-RSA-AES128-SHA", None),
        (5, "-tls1 -cipher ALL@SECLEVEL=0", None),
        (6, "-tls1_2 -Verify 1", None),
        (7, "-tls1_3 -Verify 1", None),
    ] {
        let at = endpoint(&format!("127.95.40.{host}"), 8194);
        let Some(_server) = serve(folder.path(), at, options) else { return };
        let service = meet_one(at);
        assert_eq!(
            (service.speech, &service.asked[..]),
            (Some(Speech::Tls), &[Request::TlsHello][..]),
            "{options}"
        );
        assert_eq!(
            told(&service, "certificate subject").as_deref(),
            Some("CN=depot-4, O=Depot"),
            "{options}"
        );
        if parameters.is_some() {
            assert_eq!(told(&service, "protocol").as_deref(), parameters, "{options}");
            assert_eq!(service.end, Conversation::Satisfied, "{options}");
        }
    }
}

#[test]
fn a_page_within_is_read() {
    let folder = TempDir::new().unwrap();
    for (host, options) in [(11, "-tls1_3"), (12, "-tls1_2")] {
        let at = endpoint(&format!("127.95.40.{host}"), 8443);
        let Some(_server) = serve(folder.path(), at, &format!("{options} -www")) else { return };
        let service = meet_one(at);
        assert_eq!(service.asked, [Request::HttpsGet], "{options}");
        assert_eq!(
            told(&service, "certificate subject").as_deref(),
            Some("CN=depot-4, O=Depot"),
            "{options}"
        );
        assert_eq!(told(&service, "status").as_deref(), Some("HTTP/1.0 200 ok"), "{options}");
        let [exchange] = &service.exchanges[..] else { panic!("{options}: {:?}", service.exchanges) };
        assert!(
            exchange.is_in_tls && exchange.sent.bytes().starts_with(b"GET / HTTP/1.1\r\n"),
            "{exchange:?}"
        );
        assert!(exchange.heard.bytes().starts_with(b"HTTP/1.0 200 ok\r\n"), "{exchange:?}");
    }
}
