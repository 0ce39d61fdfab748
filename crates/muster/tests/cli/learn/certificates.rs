//! Lessons over TLS: what a certificate says of the product, and not of its host.

use std::net::{IpAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use muster_testkit::lab::Running;

use super::{QUICK, found_by_all};
use crate::common::{has, run, skip};
use crate::support::{Workplace, address};

/// OpenSSL's server with a certificate of its own, that answers no request.
fn serve(place: &Workplace, at: IpAddr, port: u16, subject: &str) -> Running {
    let [key, certificate] = ["key", "certificate"].map(|name| place.path(&format!("{name}-{port}")));
    make(subject, &key, &certificate);
    let mut server = Command::new("openssl");
    server.args(["s_server", "-quiet", "-accept", &format!("{at}:{port}")]);
    server.arg("-key").arg(&key).arg("-cert").arg(&certificate);
    server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let server = Running::start(server).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect((at, port)).is_err() {
        assert!(Instant::now() < deadline, "openssl does not listen");
        thread::park_timeout(Duration::from_millis(20));
    }
    server
}

fn make(subject: &str, key: &Path, certificate: &Path) {
    let words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj";
    let mut words: Vec<&str> = words.split(' ').collect();
    let [key, certificate] = [key, certificate].map(|path| path.to_str().unwrap());
    words.extend([subject, "-keyout", key, "-out", certificate]);
    run("openssl", &words);
}

/// Another host has another key, another name and another port.
#[test]
fn a_product_is_found_elsewhere_by_its_certificate() {
    if !has("openssl") {
        return skip("openssl is not installed");
    }
    let place = Workplace::new();
    let (good, other) = (address(0, 1), address(0, 2));
    let _good = serve(&place, good, 41_021, "/O=Acme Guard Agents/CN=pc-0417.office.test");
    let _other = serve(&place, other, 42_021, "/O=Acme Guard Agents/CN=pc-0999.office.test");
    let _stranger = serve(&place, address(0, 3), 43_021, "/O=Depot/CN=pc-0999.office.test");
    let ran =
        place.run(&format!("learn {QUICK} --product trend-officescan -p 41021 -o own.toml {good}")).ok();
    assert!(ran.stderr.contains("a proposal is in own.toml"), "{}", ran.stderr);
    let text = place.read("own.toml");
    assert!(text.contains("Acme Guard Agents") && !text.contains("text = \"pc-0417"), "{text}");
    place.run("catalog check own.toml").ok();
    found_by_all(&place, other, 42_021);
    let line = format!("scan {QUICK} -Pn -sV -p 43021 --catalog own.toml {}", address(0, 3));
    let stranger = place.run(&line).ok().stdout;
    assert!(stranger.contains("Depot") && !stranger.contains("Trend Micro"), "{stranger}");
}
