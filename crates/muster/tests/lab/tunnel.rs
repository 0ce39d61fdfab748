//! `-sV` through TLS: servers that nobody here wrote, as both programs write them.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use muster_testkit::lab::{Lab, LabPlan, Running, Side};
use tempfile::TempDir;

use crate::common::{attribute, finish, has};
use crate::support::{by_frames, finish_all, lab};

const HOST: &str = "10.77.3.1";
/// Where a server says nothing through its tunnel, and where one serves pages.
const PORTS: [u16; 2] = [443, 8443];

/// Both look into the tunnel and find the pages; who does not say through it what he is has the name of his port, in doubt.
#[test]
#[ignore = "needs root and the lab"]
fn a_service_behind_tls_is_written_as_nmap_writes_it() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    if !has("openssl") || !has("nmap") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let _servers = servers(&lab, &folder);
    let base = |name: &str| folder.path().join(name).display().to_string();
    let line = format!("-sV -sS -n -Pn -p 443,8443 {HOST} -oA");
    let mut nmap = lab.command(Side::Near, "nmap");
    nmap.args(["--version-intensity", "0"]).args(line.split(' ')).arg(base("nmaps"));
    let ours = by_frames(&lab, &format!("{line} {}", base("ours")));
    finish_all(vec![ours, nmap]).into_iter().for_each(|ran| drop(ran.ok()));
    let [ours, nmaps] = ["ours", "nmaps"].map(|name| {
        ["nmap", "gnmap", "xml"].map(|form| fs::read_to_string(format!("{}.{form}", base(name))).unwrap())
    });
    for ((ours, nmaps), wanted) in ours.iter().zip(&nmaps).zip([normal, grepable, xml]) {
        let [ours, nmaps] = [ours, nmaps].map(|text| wanted(text));
        assert_eq!(PORTS.map(|port| &ours[&port]), PORTS.map(|port| &nmaps[&port]));
    }
    assert_eq!(normal(&ours[0])[&443], "open ssl/https?");
    assert_eq!(grepable(&ours[1])[&443], "open/tcp//ssl|https?/");
    assert_eq!(xml(&ours[2])[&443], "https ssl table 3");
    assert_eq!(normal(&ours[0])[&8443], "open ssl/http");
    assert!(ours.iter().all(|text| text.contains("certificate subject: CN=pc7.office.test")), "{ours:?}");
}

/// State and service, by port.
type Told = BTreeMap<u16, String>;

fn normal(text: &str) -> Told {
    let row = |line: &str| {
        let mut cells = line.split_whitespace();
        let port = cells.next()?.strip_suffix("/tcp")?.parse().ok()?;
        Some((port, format!("{} {}", cells.next()?, cells.next()?)))
    };
    text.lines().filter_map(row).collect()
}

fn grepable(text: &str) -> Told {
    let items = text.split_once("Ports: ").expect("ports").1.split(", ");
    let told = |item: &str| {
        let (port, rest) = item.split_once('/')?;
        let end = rest.match_indices('/').nth(3)?.0;
        Some((port.parse().ok()?, rest[..=end].to_owned()))
    };
    items.filter_map(told).collect()
}

fn xml(text: &str) -> Told {
    let told = |port: &str| {
        let service = &format!(" {}", port.split_once("<service").expect("a service").1);
        let words = ["name", "tunnel", "method", "conf"].map(|name| attribute(service, name));
        (attribute(&format!(" {port}"), "portid").parse().unwrap(), words.join(" "))
    };
    text.split("<port ").skip(1).map(told).collect()
}

/// One of each kind, on every address behind the far side.
fn servers(lab: &Lab, folder: &TempDir) -> [Running; 2] {
    let mut request = lab.command(Side::Far, "openssl");
    request.args("req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -subj".split(' '));
    request.arg("/CN=pc7.office.test").current_dir(folder.path());
    finish(request).ok();
    let mut nft = lab.command(Side::Far, "nft");
    nft.args(["insert rule inet lab input tcp dport { 443, 8443 } accept"]);
    finish(nft).ok();
    let servers = PORTS.map(|port| {
        let mut command = lab.command(Side::Far, "openssl");
        command.args([
            "s_server",
            "-quiet",
            "-key",
            "key",
            "-cert",
            "certificate",
            "-accept",
            &port.to_string(),
        ]);
        command.args((port == 8443).then_some("-www")).current_dir(folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Running::start(command).unwrap()
    });
    PORTS.into_iter().for_each(|port| await_listener(lab, port));
    servers
}

#[track_caller]
fn await_listener(lab: &Lab, port: u16) {
    let deadline = Instant::now() + Duration::from_secs(30);
    let listens = || {
        let mut sockets = lab.command(Side::Far, "ss");
        sockets.args(["-Hltn", &format!("sport = :{port}")]);
        !finish(sockets).ok().stdout.is_empty()
    };
    while !listens() {
        assert!(Instant::now() < deadline, "the server on {port} does not begin");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}
