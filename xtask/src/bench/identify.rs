//! Who answers at a thousand open ports: how many are told rightly, by muster and by Nmap, and in what time.
//!
//! In namespaces of our own, from which no packet can leave, a hundred addresses say on ten ports what is written here:
//! what real servers said, and for agents that are no free software what their vendors' documents and the catalogue's
//! sources let them say.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use muster_testkit::lab::replay::{Replay, Replayed};
use muster_testkit::lab::{Lab, LabError, LabPlan, Side};
use serde_json::{Value, json};

use super::report;
use super::rounds::{Contestant, OUT, Place, median, run as run_once};
use super::score::{Report, Truth};
use super::target::{self, Target, at_least, at_most};
use crate::error::Error;
use crate::{project, setup, shell};

const NETWORK: &str = "10.77.8.0/24";
const TARGETS: &str = "10.77.8.1-100";
const HOSTS: usize = 100;
/// muster's rounds; Nmap, which takes minutes, has one.
const ROUNDS: usize = 3;

/// A port, what is said there, and what is true of it.
struct Kind {
    port: u16,
    greeting: &'static str,
    answer: &'static str,
    /// The names that are right for the service; empty: nobody can know from outside.
    names: &'static [&'static str],
    /// The catalogue's product, if it is an agent.
    agent: Option<&'static str>,
    basis: &'static str,
}

const fn server(
    port: u16,
    greeting: &'static str,
    answer: &'static str,
    names: &'static [&'static str],
) -> Kind {
    Kind { port, greeting, answer, names, agent: None, basis: "said by the real program" }
}

const KINDS: &[Kind] = &[
    server(21, "220 (vsFTPd 3.0.3)\r\n", "530 Please login with USER and PASS.\r\n", &["ftp"]),
    server(22, "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n", "", &["ssh"]),
    server(25, "220 mail.office.test ESMTP OpenSMTPD\r\n", "500 5.5.1 Invalid command\r\n", &["smtp"]),
    server(
        80,
        "",
        "HTTP/1.1 403 Forbidden\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        &["http"],
    ),
    server(
        8080,
        "",
        "HTTP/1.1 404 Not Found\r\nServer: Apache/2.4.71 (Debian)\r\nContent-Length: 0\r\n\r\n",
        &["http"],
    ),
    server(6379, "", "+PONG\r\n", &["redis"]),
    server(5432, "", "N", &["postgresql"]),
    Kind {
        agent: Some("clamav"),
        ..server(3310, "", "ClamAV 1.4.6/27000/Fri Nov 20 09:00:00 2026\n", &["clamd", "clam"])
    },
    Kind {
        agent: Some("trellix-agent"),
        basis: "written after the catalogue's sources of the agent's page",
        ..server(
            8081,
            "",
            "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 93\r\n\r\n<naLog><ComputerName>PC-7\
             </ComputerName><version>5.7.9</version><AgentGuid>1</AgentGuid></naLog>",
            &["http", "trellix-agent"],
        )
    },
    // Secure shell where Symantec's agent listens.
    server(2967, "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n", "", &["ssh"]),
];

/// What muster calls an agent that identified itself.
const AGENTS: [&str; 2] = ["ClamAV", "Trellix"];
const VERDICTS: [&str; 4] = ["genuine", "consistent", "impostor", "nothing learnt"];

/// What a contestant says of a port: the service's name, and in muster's lines the verdict on it.
type Named = BTreeMap<(String, u16), (String, String)>;

/// Runs everything and writes the results.
pub(crate) fn run() -> Result<(), Error> {
    setup::run(setup::Purpose::Bench)?;
    Lab::available()
        .map_err(|what| Error::Missing { what, hint: "run as root on Linux, with `ip` and `nft`" })?;
    let folder = super::connect::scratch()?;
    let outcome = measure(&folder);
    let _ = fs::remove_dir_all(&folder);
    let (body, data) = outcome?;
    report::write("identify", &body, &data)
}

fn measure(folder: &Path) -> Result<(String, Value), Error> {
    let contestants = contestants()?;
    let lab =
        Lab::start(LabPlan { ports: vec![1], ..LabPlan::of(NETWORK).map_err(broken)? }).map_err(broken)?;
    shell::run(lab.command(Side::Far, "nft").args(["flush", "ruleset"]))?;
    let replayed = KINDS.iter().map(|kind| Replayed {
        port: kind.port,
        greeting: kind.greeting.into(),
        answer: kind.answer.into(),
    });
    let _replay = Replay::start(&lab, &replayed.collect::<Vec<_>>()).map_err(broken)?;
    let [muster, nmap] = &contestants;
    let mut walls = Vec::new();
    let mut named = Named::new();
    for _ in 0..ROUNDS {
        let (wall, found) = once(muster, &lab, folder, lines)?;
        walls.push(wall);
        named = found;
    }
    let (nmap_wall, nmap_named) = once(nmap, &lab, folder, xml)?;
    Ok(told(&contestants, (median(walls), &named), (nmap_wall, &nmap_named)))
}

fn once(
    contestant: &Contestant,
    lab: &Lab,
    folder: &Path,
    read: fn(&str) -> Named,
) -> Result<(f64, Named), Error> {
    let (run, _) = run_once(contestant, Place::Lab(lab), folder, &Truth::default())?;
    let named = read(&fs::read_to_string(folder.join("found")).unwrap_or_default());
    println!("bench: {}: {:.2} s, {} right", contestant.name, run.wall_seconds, right(&named));
    Ok((run.wall_seconds, named))
}

fn contestants() -> Result<[Contestant; 2], Error> {
    shell::run(&mut shell::cargo(&["build", "--quiet", "--release", "--package", "muster"]))?;
    let ports = KINDS.iter().map(|kind| kind.port.to_string()).collect::<Vec<_>>().join(",");
    let common = ["-sT", "-sV", "-n", "-Pn", "-T5", "-p", &ports];
    let words = |first: &[&str], last: &[&str]| {
        first.iter().chain(&common).chain(last).map(|&word| word.to_owned()).collect()
    };
    let nothing: fn(&str) -> Report = |_| Report::default();
    let program = project::target_folder().join("release/muster");
    Ok([
        Contestant::new("muster", program, words(&["scan"], &["-oJ", OUT, TARGETS]), nothing),
        Contestant::new("nmap", "nmap", words(&["--unprivileged"], &["-oX", OUT, TARGETS]), nothing)
            .once(900),
    ])
}

/// The services in muster's lines.
fn lines(text: &str) -> Named {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let services = lines.filter(|line| line["type"] == "service").filter_map(|line| {
        let port = u16::try_from(line["port"].as_u64()?).ok()?;
        let extra = line["extra"].as_str().unwrap_or_default();
        let verdict = match line["product"].as_str() {
            Some(product) if AGENTS.iter().any(|agent| product.contains(agent)) => "genuine",
            _ if extra.contains("behaves like") => "consistent",
            _ if extra.contains("is not ") => "impostor",
            _ => "nothing learnt",
        };
        let name = line["name"].as_str().filter(|_| line["method"] == "probed").unwrap_or_default();
        Some(((line["address"].as_str()?.to_owned(), port), (name.to_owned(), verdict.to_owned())))
    });
    services.collect()
}

/// The services that Nmap's XML says were told by talking.
fn xml(text: &str) -> Named {
    let attribute = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!(" {name}=\""))?;
        rest.split('"').next().map(str::to_owned)
    };
    let mut named = Named::new();
    for host in text.split("<host ").skip(1) {
        for port in host.split("<port ").skip(1).filter(|port| port.contains("method=\"probed\"")) {
            let port = format!(" {port}");
            let of_service = port.split_once("<service").and_then(|(_, service)| attribute(service, "name"));
            let number = attribute(&port, "portid").and_then(|number| number.parse().ok());
            if let (Some(address), Some(number), Some(name)) = (attribute(host, "addr"), number, of_service) {
                named.insert((address, number), (name, String::new()));
            }
        }
    }
    named
}

fn right(named: &Named) -> usize {
    let is_right =
        |port: &u16, name: &str| KINDS.iter().any(|kind| kind.port == *port && kind.names.contains(&name));
    named.iter().filter(|((_, port), (name, _))| is_right(port, name)).count()
}

fn told(contestants: &[Contestant; 2], muster: (f64, &Named), nmap: (f64, &Named)) -> (String, Value) {
    let targets = targets(muster, nmap);
    for target in &targets {
        println!("bench: {target}");
    }
    let mut text = target::table(&targets);
    let _ = write!(text, "\nWho answers, by port, and what muster's verdict is, of {HOSTS} each.\n\n");
    let _ = writeln!(text, "| port | truth | rests on | {} | nmap names it |", VERDICTS.join(" | "));
    let _ = writeln!(text, "|---|---|---|{}---|", "---|".repeat(VERDICTS.len()));
    for kind in KINDS {
        let cells = VERDICTS.map(|verdict| count(muster.1, kind.port, verdict).to_string()).join(" | ");
        let of_nmap = nmap
            .1
            .iter()
            .filter(|((_, port), (name, _))| *port == kind.port && kind.names.contains(&name.as_str()));
        let truth = kind.agent.unwrap_or(kind.names[0]);
        let _ =
            writeln!(text, "| {} | {truth} | {} | {cells} | {} |", kind.port, kind.basis, of_nmap.count());
    }
    let commands: String = contestants.iter().map(|contestant| contestant.line() + "\n").collect();
    let _ = write!(text, "\n```sh\n{commands}```\n");
    let data = json!({
        "targets": targets.iter().map(Target::json).collect::<Vec<_>>(),
        "muster_seconds": muster.0, "nmap_seconds": nmap.0,
        "muster_right": right(muster.1), "nmap_right": right(nmap.1),
    });
    (text, data)
}

fn count(named: &Named, port: u16, verdict: &str) -> usize {
    named.iter().filter(|((_, at), (_, said))| *at == port && said == verdict).count()
}

fn targets(muster: (f64, &Named), nmap: (f64, &Named)) -> Vec<Target> {
    let genuine = |is_agent: bool| -> usize {
        let kinds = KINDS.iter().filter(|kind| kind.agent.is_some() == is_agent);
        kinds.map(|kind| count(muster.1, kind.port, "genuine")).sum()
    };
    let (yes, no) = (genuine(true), genuine(false));
    let agents = KINDS.iter().filter(|kind| kind.agent.is_some()).count() * HOSTS;
    let precision = if yes + no == 0 { f64::NAN } else { yes as f64 / (yes + no) as f64 };
    let (mine, theirs) = (right(muster.1), right(nmap.1));
    vec![
        Target {
            what: "1,000 open ports: wall time",
            must: "at most 3 s",
            figure: format!("{:.2} s", muster.0),
            holds: at_most(muster.0, 3.0),
        },
        Target {
            what: "wall time over nmap's",
            must: "at most 0.2",
            figure: format!("{:.3} ({:.1} s)", muster.0 / nmap.0, nmap.0),
            holds: at_most(muster.0 / nmap.0, 0.2),
        },
        Target {
            what: "services named rightly",
            must: "as many as nmap",
            figure: format!("{mine}, nmap {theirs}"),
            holds: at_least(mine as f64, theirs as f64),
        },
        Target {
            what: "precision of genuine",
            must: "1.0",
            figure: format!("{precision:.3}"),
            holds: at_least(precision, 1.0),
        },
        Target {
            what: "recall of genuine",
            must: "is stated",
            figure: format!("{:.3}", yes as f64 / agents as f64),
            holds: target::Holds::Yes,
        },
    ]
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn broken(error: LabError) -> Error {
    Error::unexpected("the lab", &error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_outputs_are_read() {
        let line = r#"{"type":"service","address":"10.77.8.1","port":3310,"name":"clamd","product":"Cisco ClamAV","extra":null,"method":"probed"}"#;
        let at = |port| ("10.77.8.1".to_owned(), port);
        assert_eq!(lines(line)[&at(3310)], ("clamd".to_owned(), "genuine".to_owned()));
        let text = r#"<host ><address addr="10.77.8.1"/><port protocol="tcp" portid="22"><service name="ssh" method="probed"/></port><port protocol="tcp" portid="80"><service name="http" method="table"/></port>"#;
        let named = xml(text);
        assert_eq!((named.len(), named[&at(22)].0.as_str(), right(&named)), (1, "ssh", 1));
    }
}
