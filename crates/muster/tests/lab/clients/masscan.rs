//! The other way round: masscan's own files, read by us.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::net::IpAddr;
use std::process::Stdio;

use muster_model::PortState;
use muster_nmap::read::{Ending, Form, Piece, Reader};
use muster_testkit::lab::{Running, Side};

use crate::clients::{FEW, NETWORK, Swept};
use crate::common::{finish, has, skip};
use crate::support::{self, finish_all};

const FORMS: [(&str, Form); 4] = [
    ("-oX", Form::MasscanXml),
    ("-oJ", Form::MasscanJson),
    ("-oL", Form::MasscanList),
    ("-oG", Form::Grepable),
];
const TRIES: usize = 3;

#[test]
#[ignore = "needs root and the lab"]
fn what_masscan_wrote_is_read_as_it_is() {
    let Some(swept) = Swept::yet_to_be() else { return };
    if !has("masscan") {
        return;
    }
    let _traffic = traffic(&swept);
    let open = swept.lab.truth().filter(|(_, _, state, _)| *state == PortState::Open);
    let open: BTreeSet<(IpAddr, u16)> = open.map(|(address, port, ..)| (address, port)).collect();
    // Now and then masscan misses an answer, or does not come to its end.
    let mut found = BTreeMap::new();
    for _ in 0..TRIES {
        let missing: Vec<_> = FORMS.into_iter().filter(|(word, _)| found.get(word) != Some(&open)).collect();
        for ((word, form), has_ended) in missing.iter().zip(scan(&swept, &missing)) {
            if has_ended {
                found.insert(*word, read(&swept, word, *form));
            }
        }
    }
    for (word, _) in FORMS {
        match found.get(word) {
            Some(found) => assert_eq!(*found, open, "{word}"),
            None => skip(&format!("masscan {word} does not end")),
        }
    }
}

/// Something to be heard on the link: masscan's receiver looks up only when a packet comes, and where none does its end
/// is waited for in vain. By connections, since frames of our own are not heard by others.
fn traffic(swept: &Swept) -> Running {
    let line = format!("-n -Pn --max-rate 5 --max-retries 9 -p 9 {NETWORK}");
    let mut command = support::scan(&swept.lab, &line);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Running::start(command).unwrap()
}

/// Runs one for each form at the same time and says which came to their end. It resolves no gateway that is no default
/// route, and is told its hardware address; sent faster, it misses the answers to its first probes.
fn scan(swept: &Swept, forms: &[(&str, Form)]) -> Vec<bool> {
    let mut cat = swept.lab.command(Side::Far, "cat");
    cat.arg("/sys/class/net/lab0/address");
    let gateway = finish(cat).ok().stdout;
    let command = |(word, _): &(&str, Form)| {
        let mut command = swept.command("timeout");
        command.args(["20", "masscan", "--adapter", "lab0", "--adapter-ip", "10.78.0.1"]);
        command.args(["--router-mac", gateway.trim(), "--rate", "100", "--retries", "1", "--wait", "2"]);
        command.args(["-p", FEW, NETWORK, word, &file(word)]);
        command
    };
    finish_all(forms.iter().map(command).collect()).into_iter().map(|ran| ran.code == 0).collect()
}

fn file(word: &str) -> String {
    format!("masscan{word}")
}

fn read(swept: &Swept, word: &str, form: Form) -> BTreeSet<(IpAddr, u16)> {
    let reader = Reader::new(File::open(swept.file(&file(word))).unwrap()).unwrap();
    assert_eq!(reader.form(), form);
    let mut open = BTreeSet::new();
    for piece in reader {
        match piece.unwrap() {
            Piece::Head(_) => {}
            Piece::Host(host) => {
                assert!(host.ports.iter().all(|port| port.state == PortState::Open), "{host:?}");
                open.extend(host.ports.iter().map(|port| (host.address, port.number)));
            }
            Piece::Tail(tail) => assert_eq!(tail.ending, Ending::Complete),
        }
    }
    open
}
