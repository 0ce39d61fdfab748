//! Small files for tests.

use muster_nmap::read::{Head, Host, Piece, Reader};

/// Nmap's XML around hosts that were asked for four ports.
pub(super) fn xml(hosts: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner=\"nmap\" args=\"nmap -oX - 10.0.0.0/24\" \
         start=\"1700000000\" version=\"7.93\" xmloutputversion=\"1.05\">\n<scaninfo type=\"syn\" protocol=\"tcp\" \
         numservices=\"4\" services=\"22,80,2967,8081\"/>\n{hosts}\n<runstats><finished time=\"1700000100\" \
         elapsed=\"100\" exit=\"success\"/><hosts up=\"1\" down=\"0\" total=\"1\"/></runstats>\n</nmaprun>\n"
    )
}

/// The head and the hosts of a file.
pub(super) fn pieces(text: &str) -> (Head, Vec<Host>) {
    let (mut head, mut hosts) = (None, Vec::new());
    for piece in Reader::new(text.as_bytes()).unwrap() {
        match piece.unwrap() {
            Piece::Head(found) => head = Some(*found),
            Piece::Host(host) => hosts.push(*host),
            Piece::Tail(_) => {}
        }
    }
    (head.unwrap(), hosts)
}
