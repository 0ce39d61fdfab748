//! The other way round: masscan's own files, read by us.

use std::collections::BTreeSet;
use std::fs::File;
use std::net::IpAddr;

use muster_model::PortState;
use muster_nmap::read::{Ending, Form, Piece, Reader};
use muster_testkit::lab::Side;

use crate::clients::{FEW, NETWORK, Swept};
use crate::common::{finish, has, skip};

const FILE: &str = "masscan.out";
const TRIES: usize = 3;

#[test]
#[ignore = "needs root and the lab"]
fn what_masscan_wrote_is_read_as_it_is() {
    let Some(swept) = Swept::new() else { return };
    if !has("masscan") {
        return;
    }
    let open = swept.lab.truth().filter(|(_, _, state, _)| *state == PortState::Open);
    let open: BTreeSet<(IpAddr, u16)> = open.map(|(address, port, ..)| (address, port)).collect();
    for (word, form) in [
        ("-oX", Form::MasscanXml),
        ("-oJ", Form::MasscanJson),
        ("-oL", Form::MasscanList),
        ("-oG", Form::Grepable),
    ] {
        // Now and then masscan misses an answer, or does not come to its end.
        let tries = (0..TRIES).map(|_| scan(&swept, word).then(|| read(&swept, form)));
        let mut read = None;
        for found in tries.flatten() {
            let is_whole = found == open;
            read = Some(found);
            if is_whole {
                break;
            }
        }
        match read {
            Some(read) => assert_eq!(read, open, "{word}"),
            None => skip(&format!("masscan {word} does not end")),
        }
    }
}

/// Runs it and says whether it came to its end. It resolves no gateway that is no default route, and is told its hardware
/// address; sent faster, it misses the answers to its first probes.
fn scan(swept: &Swept, word: &str) -> bool {
    let mut cat = swept.lab.command(Side::Far, "cat");
    cat.arg("/sys/class/net/lab0/address");
    let gateway = finish(cat).ok().stdout;
    let mut command = swept.command("timeout");
    command.args(["20", "masscan", "--adapter", "lab0", "--adapter-ip", "10.78.0.1"]);
    command.args(["--router-mac", gateway.trim(), "--rate", "100", "--retries", "1", "--wait", "2"]);
    command.args(["-p", FEW, NETWORK, word, FILE]);
    finish(command).code == 0
}

fn read(swept: &Swept, form: Form) -> BTreeSet<(IpAddr, u16)> {
    let reader = Reader::new(File::open(swept.file(FILE)).unwrap()).unwrap();
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
