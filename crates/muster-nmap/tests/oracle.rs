//! Nmap as the judge of our output: it scans listeners of this test on loopback and writes its three formats; our
//! writers, fed with what the test knows of the listeners and with Nmap's own times, must write the same lines.
//!
//! Left out of the comparison are lines in which Nmap speaks of itself (tasks, data files, hints). Without Nmap or
//! the XML tools the tests say so and pass.

mod facts;

use std::fs;
use std::io::{Write as _, stderr};
use std::net::{IpAddr, Ipv6Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use facts::{Facts, closed, host, open, port_scan};
use muster_model::Endpoint;
use muster_nmap::options::quoted;
use muster_nmap::output::{
    Ending, Format, Grepable, Host, Method, Normal, Outcome, Phantom, Port, Scan, ScanKind, Script, Service,
    Step, Task, Total, Xml,
};

#[test]
fn our_lines_are_nmaps() {
    if let Some(reason) = no_oracle() {
        return skip(reason);
    }
    let _listeners = [(1, 2967), (3, 2967), (3, 64_999)].map(|(last, port)| {
        let address = IpAddr::from([127, 44, 171, last]);
        TcpListener::bind((address, port)).unwrap_or_else(|error| panic!("{address} port {port}: {error}"))
    });
    for case in [
        Case::new("-p 2967", office(&[2967])),
        Case::new("-p 2967 -v", office(&[2967])).with(|scan| scan.verbosity = 1),
        Case::new("-p 2967 -vv", office(&[2967])).with(|scan| scan.verbosity = 2),
        Case::new("-p 2967 --reason", office(&[2967])).with(|scan| scan.reasons = true),
        Case::new("-p 2967 --open", office(&[2967])).with(|scan| scan.only_open = true),
        Case::new("-p 2967,64998,64999", office(&[2967, 64_998, 64_999])),
        Case::new("-p 64998,64999,2967 --reason --open", office(&[2967, 64_998, 64_999])).with(|scan| {
            scan.reasons = true;
            scan.only_open = true;
        }),
        Case::new("-p 22,80,443,2967", office(&[22, 80, 443, 2967])),
        Case::new("-p 2940-2990,64999", office_wide()),
        Case::new("-p 2940-2990,64999 --reason", office_wide()).with(|scan| scan.reasons = true),
        Case::new("-p 2940-2990,64999 --open", office_wide()).with(|scan| scan.only_open = true),
    ] {
        case.compare("127.44.171.0/29");
    }
}

#[test]
fn services_and_scripts_are_written_as_nmap_writes_them() {
    if let Some(reason) = no_oracle() {
        return skip(reason);
    }
    let _listeners =
        [1, 3].map(|last| TcpListener::bind((IpAddr::from([127, 44, 172, last]), 2967)).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let [on_port, on_host] = ["portrule", "hostrule"].map(|rule| {
        let path = folder.path().join(format!("roll-{rule}.nse"));
        fs::write(&path, script(rule)).unwrap();
        path.into_os_string().into_string().unwrap()
    });
    let hosts = [1, 2, 3].map(|last| {
        let agent = Port { scripts: vec![told("roll-portrule")], ..open(2967) };
        let ports = vec![if last == 2 { closed(2967) } else { agent }, closed(64_998)];
        Host { ports, scripts: vec![told("roll-hostrule")], ..host([127, 44, 172, last].into()) }
    });
    let options = format!("-p 2967,64998 -sV --version-intensity 0 --script {on_port},{on_host}");
    let asked = |scan: &mut Scan| scan.asks_services = true;
    Case::new(&options, hosts.to_vec()).with(asked).compare("127.44.172.1-3");
}

/// Hosts that were only looked for have results of scripts too, and so has the run before and after them.
#[test]
fn results_without_a_port_are_written_as_nmap_writes_them() {
    if let Some(reason) = no_oracle() {
        return skip(reason);
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let on_host = write("roll-hostrule.nse", script("hostrule"));
    let evidence = ["one device <answers>", "another one"].map(str::to_owned);
    let line = |text: &String| format!("\\n  {text}");
    let said =
        format!("action = function() return '{}' end\n", evidence.iter().map(line).collect::<String>());
    let head = script("postrule");
    let head = head.split("action").next().unwrap();
    let at_end = write("muster-phantom.nse", format!("{head}{said}"));
    let phantoms = evidence.map(|evidence| Phantom { network: "127.44.175.0/24".into(), evidence }).to_vec();
    let found = |last| {
        let told = vec![told("roll-hostrule")];
        Host { reason: facts::REFUSED, scripts: told, ..host([127, 44, 175, last].into()) }
    };
    for (words, reasons) in [("", false), (" --reason", true)] {
        let options = format!("--script {on_host},{at_end}{words}");
        let case = Case { probes: "-sn", ..Case::new(&options, [1, 2, 3].map(found).to_vec()) };
        let asked = |scan: &mut Scan| {
            scan.kind = ScanKind::Discovery;
            scan.reasons = reasons;
        };
        Case { phantoms: phantoms.clone(), ..case.with(asked) }.compare("127.44.175.1-3");
    }
}

/// What that script tells.
fn told(id: &str) -> Script {
    let facts = [("verdict", "<none> & \"x\""), ("why", "one")];
    Script {
        id: id.to_owned(),
        output: "\n  verdict: <none> & \"x\"\n  why: one".to_owned(),
        elements: facts.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
    }
}

/// A script of our own that tells two facts of whatever it is run for.
fn script(rule: &str) -> String {
    format!(
        "description = ''; author = ''; license = ''; categories = {{'safe'}}
         {rule} = function() return true end
         action = function()
           local told = require('stdnse').output_table()
           told.verdict = '<none> & \"x\"'
           told.why = 'one'
           return told
         end\n"
    )
}

#[test]
fn the_terminal_is_told_what_nmap_tells() {
    if let Some(reason) = no_oracle() {
        return skip(reason);
    }
    let addresses = [1, 3].map(|last| IpAddr::from([127, 44, 173, last]));
    let _listeners = addresses.map(|address| TcpListener::bind((address, 2967)).unwrap());
    for (target, hosts, only) in [("127.44.173.1-4", 4, None), ("127.44.173.1", 1, Some(addresses[0]))] {
        let arguments = ["--unprivileged", "-n", "-sT", "-Pn", "-v", "-p", "2967", target];
        let nmaps = run(Command::new("nmap").args(arguments)).stdout;
        let found = addresses.iter().filter(|address| only.is_none_or(|only| only == **address));
        let found = found.map(|address| Step::Found(Endpoint::tcp(*address, 2967)));
        let end = Step::Ends { elapsed: Duration::ZERO, total: Total::Ports(hosts) };
        let steps = [Step::Begins { hosts, only, ports: 1 }].into_iter().chain(found).chain([end]);
        let mut ours = Vec::new();
        for step in steps {
            let task = Task { name: "Connect Scan", at: port_scan().start, step };
            Normal::interactive(&mut ours).task(&task).unwrap();
        }
        let [ours, nmaps] = [ours, nmaps].map(|text| of_tasks(&String::from_utf8(text).unwrap()));
        assert_eq!(ours, nmaps);
    }
}

/// The lines about parts of the work without their times; what was found comes in any order.
fn of_tasks(text: &str) -> Vec<String> {
    let words = ["Initiating ", "Scanning ", "Discovered ", "Completed "];
    let lines = text.lines().filter(|line| words.iter().any(|word| line.starts_with(word)));
    let without_times = lines.map(|line| match line.split_once(" at ") {
        Some((task, rest)) => format!("{task} {}", rest.split_once('(').map_or("", |(_, rest)| rest)),
        None => line.to_owned(),
    });
    let mut lines: Vec<String> = without_times.collect();
    lines.sort();
    lines
}

#[test]
fn names_of_the_user_stand_before_the_address() {
    if let Some(reason) = no_oracle() {
        return skip(reason);
    }
    let ports = (64_901..=64_940).map(closed).collect();
    let localhost = Host { given_name: Some("localhost".into()), ports, ..host([127, 0, 0, 1].into()) };
    Case::new("-p 64901-64940", vec![localhost]).compare("localhost");
}

#[test]
fn ipv6_is_written_as_nmap_writes_it() {
    if let Some(reason) = no_oracle() {
        return skip(reason);
    }
    let Ok(_listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, 2967)) else {
        return skip("no port 2967 on ::1");
    };
    let ports = vec![open(2967)];
    Case::new("-6 -p 2967", vec![Host { ports, ..host(Ipv6Addr::LOCALHOST.into()) }]).compare("::1");
}

#[test]
fn discovery_is_written_as_nmap_writes_it() {
    if let Some(reason) = no_oracle() {
        return skip(reason);
    }
    let is_open = |port: u16| TcpStream::connect((IpAddr::from([127, 44, 171, 1]), port)).is_ok();
    if is_open(80) || is_open(443) {
        return skip("a web server on every loopback address hides what discovery finds");
    }
    let hosts = || (0..4).map(|last| Host { reason: facts::REFUSED, ..host([127, 44, 171, last].into()) });
    let discovery = |scan: &mut Scan| scan.kind = ScanKind::Discovery;
    Case { probes: "-sn", ..Case::new("-n", hosts().collect()) }.with(discovery).compare("127.44.171.0/30");
    let reasons = |scan: &mut Scan| {
        scan.kind = ScanKind::Discovery;
        scan.reasons = true;
    };
    Case { probes: "-sn", ..Case::new("--reason", hosts().collect()) }
        .with(reasons)
        .compare("127.44.171.0/30");
}

#[test]
fn xml_is_valid_by_the_dtd_and_renders() {
    let (dtd, stylesheet) = (Path::new("/usr/share/nmap/nmap.dtd"), Path::new("/usr/share/nmap/nmap.xsl"));
    if !(is_installed("xmllint") && is_installed("xsltproc") && dtd.exists() && stylesheet.exists()) {
        return skip("xmllint, xsltproc, nmap.dtd or nmap.xsl is not installed");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scan.xml");
    for (kind, outcome) in [
        (ScanKind::Connect, Outcome::Success),
        (ScanKind::Connect, Outcome::Interrupted("signal: SIGINT".into())),
        (ScanKind::Discovery, Outcome::Success),
    ] {
        let scan =
            Scan { kind, verbosity: 1, arguments: "muster scan --open \"<&>\u{1}\"".into(), ..port_scan() };
        let evidence = "one device answers for \"10.0.7.0/24\"".to_owned();
        let phantom = Phantom { network: "10.0.7.0/24".into(), evidence };
        let ending =
            Ending { unknown: 1, phantoms: vec![phantom.clone(), phantom], ..facts::ending(outcome) };
        fs::write(&file, written(|buffer| Box::new(Xml::new(buffer)), &scan, &every_sort(), &ending))
            .unwrap();
        run(Command::new("xmllint").args(["--nonet", "--noout", "--dtdvalid"]).arg(dtd).arg(&file));
        let page = run(Command::new("xsltproc").args(["--nonet", "--novalid"]).arg(stylesheet).arg(&file));
        let page = String::from_utf8(page.stdout).unwrap();
        assert!(page.contains("127.44.171.1") && page.contains("pc1.example.lan"));
        assert!(page.contains("one device answers for \"10.0.7.0/24\""));
        assert_eq!(page.contains("symantec-av"), kind == ScanKind::Connect);
    }
}

/// A scan that Nmap makes and we write.
struct Case {
    probes: &'static str,
    options: String,
    scan: Scan,
    hosts: Vec<Host>,
    phantoms: Vec<Phantom>,
}

impl Case {
    fn new(options: &str, hosts: Vec<Host>) -> Self {
        Self {
            probes: "-sT -Pn",
            options: options.to_owned(),
            scan: port_scan(),
            hosts,
            phantoms: Vec::new(),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Scan)) -> Self {
        change(&mut self.scan);
        self
    }

    fn compare(mut self, target: &str) {
        let folder = tempfile::Builder::new().prefix("with blank").tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).into_os_string().into_string().unwrap();
        let (normal, grepable, xml) = (path("normal"), path("grepable"), path("xml"));
        let mut arguments = vec!["--unprivileged", "-n", "--host-timeout", "20s"];
        arguments.extend(self.probes.split(' ').chain(self.options.split(' ')));
        arguments.extend(["-oN", &normal, "-oG", &grepable, "-oX", &xml, target]);
        let stdout = run(Command::new("nmap").args(&arguments)).stdout;

        let read = |path: &str| fs::read_to_string(path).unwrap();
        let facts = Facts::read(&read(&xml));
        self.scan.arguments = quoted([&["nmap"], &arguments[..]].concat());
        let phantoms = std::mem::take(&mut self.phantoms);
        let ending = Ending { phantoms, ..facts.apply(&mut self.scan, &mut self.hosts) };
        let ours = |format: fn(Buffer<'_>) -> Box<dyn Format + '_>| {
            written(format, &self.scan, &self.hosts, &ending)
        };
        let check = |format: &str, ours: &str, nmaps: &str| {
            assert_eq!(compared(ours), compared(nmaps), "{format}: nmap {}", arguments.join(" "));
        };
        check("normal", &ours(|buffer| Box::new(Normal::new(buffer))), &read(&normal));
        check("grepable", &ours(|buffer| Box::new(Grepable::new(buffer))), &read(&grepable));
        check("XML", &ours(|buffer| Box::new(Xml::new(buffer))), &read(&xml));
        if self.scan.verbosity == 0 {
            let stdout = String::from_utf8(stdout).unwrap();
            self.scan.start = facts::on_terminal(&stdout, &self.scan.start);
            let Self { scan, hosts, .. } = &self;
            let ours = written(|buffer| Box::new(Normal::interactive(buffer)), scan, hosts, &ending);
            check("terminal", &ours, &stdout);
        }
    }
}

type Buffer<'a> = &'a mut Vec<u8>;

fn written(
    format: fn(Buffer<'_>) -> Box<dyn Format + '_>,
    scan: &Scan,
    hosts: &[Host],
    ending: &Ending,
) -> String {
    let mut bytes = Vec::new();
    let mut writer = format(&mut bytes);
    writer.begin(scan).unwrap();
    for host in hosts {
        writer.host(scan, host).unwrap();
    }
    writer.end(scan, ending).unwrap();
    drop(writer);
    String::from_utf8(bytes).unwrap()
}

/// The lines that count. Inside attributes Nmap writes the second of two hyphens as a reference, which means the same.
/// What a script says of the whole run has no place in its grepable output, but in ours.
fn compared(text: &str) -> Vec<String> {
    let mut hint = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        hint |= line.starts_with("<hosthint>");
        let of_nmap = [
            "<taskbegin ",
            "<taskend ",
            "Read data files from",
            "Other addresses for",
            "Some closed ports may",
            "Service detection performed",
            "# Phantoms: ",
        ];
        if !hint && !of_nmap.iter().any(|start| line.starts_with(start)) {
            let line = line.replace("-&#45;", "--").replace("&#xa;", "&#10;");
            lines.push(line.replace(" ( https://nmap.org )", ""));
        }
        hint &= !line.starts_with("</hosthint>");
    }
    lines
}

/// 127.44.171.0/29 as the listeners make it.
fn office(ports: &[u16]) -> Vec<Host> {
    let listening = |last: u8, port: u16| matches!((last, port), (1 | 3, 2967) | (3, 64_999));
    let state = |last, port: &u16| if listening(last, *port) { open(*port) } else { closed(*port) };
    (0..8)
        .map(|last| {
            let ports = ports.iter().map(|port| state(last, port)).collect();
            Host { ports, ..host([127, 44, 171, last].into()) }
        })
        .collect()
}

/// So many ports that the closed ones are only counted.
fn office_wide() -> Vec<Host> {
    office(&(2940..=2990).chain([64_999]).collect::<Vec<_>>())
}

/// Hosts that loopback cannot show as well.
fn every_sort() -> Vec<Host> {
    let mut hosts = office(&[2967]);
    let named = Some("pc1.example.lan".to_owned());
    hosts[0] = Host { up: false, reason: facts::SILENT, latency: None, ..hosts[0].clone() };
    hosts[1] = Host { given_name: named.clone(), reverse_name: named, ..hosts[1].clone() };
    hosts[2] = Host { timed_out: true, reverse_name: Some("\u{1b}]0;<&\"\n".into()), ..hosts[2].clone() };
    let text = |text: &str| Some(text.to_owned());
    hosts[3].ports[0].service = Some(Service {
        name: text("http"),
        product: text("a product"),
        version: text("1.2"),
        extra: text("more"),
        host_name: text("PC1"),
        is_in_tls: true,
        method: Method::Probed,
        confidence: 10,
    });
    hosts[3].scripts = vec![told("of-host")];
    hosts[3].ports[0].scripts = vec![told("of-port"), Script { elements: Vec::new(), ..told("plain") }];
    hosts[3].ports[0].reason_from = Some(IpAddr::from([127, 44, 171, 200]));
    let nobody = Some("one device answers for <them>".to_owned());
    hosts[3].ports[0].phantom = nobody.clone();
    hosts[4] = Host { up: false, phantom: nobody, latency: None, ..hosts[4].clone() };
    hosts.extend(office_wide().into_iter().take(2));
    hosts
}

/// Why Nmap cannot be the judge. Before 7.92 it wrote "Not shown" in other words.
fn no_oracle() -> Option<&'static str> {
    let Ok(output) = Command::new("nmap").arg("--version").output() else {
        return Some("nmap is not installed");
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.strip_prefix("Nmap version ")?.split(' ').next()?;
    let (major, minor) = version.split_once('.')?;
    let is_old = (major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?) < (7, 92);
    is_old.then_some("nmap is older than 7.92")
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}: {message}", output.status);
    output
}

/// Not by a macro: the line must be seen although the test passes.
fn skip(reason: &str) {
    stderr().write_all(format!("skipped: {reason}\n").as_bytes()).unwrap();
}
