//! Files as Nmap writes them, of any size, the same every time: of each host four ports or so, a name, and the count of
//! the ports that were closed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::error::Error;

/// What a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) bytes: u64,
    pub(super) hosts: u64,
    /// Ports that are listed.
    pub(super) ports: u64,
    /// Ports that are only counted.
    pub(super) counted: u64,
    /// Hosts that are not what they are in the first state of the network.
    pub(super) changed: u64,
}

/// How long a file becomes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Length {
    Bytes(u64),
    Hosts(u64),
}

/// Which day the network is seen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    First,
    /// One host in fifty has changed.
    Second,
}

const CHANGED_ONE_IN: u64 = 50;
/// How many ports the file says were asked of each host.
const ASKED: u64 = 1000;
/// Number, service, product, version.
const PORTS: &[(u16, &str, &str, &str)] = &[
    (22, "ssh", "OpenSSH", "9.6p1"),
    (80, "http", "nginx", "1.24.0"),
    (135, "msrpc", "Microsoft Windows RPC", ""),
    (443, "https", "Apache httpd", "2.4.58"),
    (445, "microsoft-ds", "", ""),
    (2967, "symantec-av", "", ""),
    (3389, "ms-wbt-server", "Microsoft Terminal Services", ""),
];

/// Writes a file.
pub(super) fn write(path: &Path, length: Length, day: Day) -> Result<Made, Error> {
    let file = File::create(path).map_err(Error::file("create", path))?;
    let mut out = Counted { out: BufWriter::new(file), bytes: 0 };
    let made = write_all(&mut out, length, day).and_then(|made| out.out.flush().map(|()| made));
    made.map(|made| Made { bytes: out.bytes, ..made }).map_err(Error::file("write", path))
}

fn write_all<W: Write>(out: &mut Counted<W>, length: Length, day: Day) -> io::Result<Made> {
    let mut made = Made::default();
    out.write_all(HEAD.as_bytes())?;
    while match length {
        Length::Bytes(bytes) => out.bytes < bytes,
        Length::Hosts(hosts) => made.hosts < hosts,
    } {
        host(out, made.hosts, day, &mut made)?;
        made.hosts += 1;
    }
    let hosts = made.hosts;
    write!(
        out,
        "<runstats><finished time=\"1731657600\" timestr=\"Fri Nov 15 08:00:00 2024\" summary=\"\" \
         elapsed=\"3600.00\" exit=\"success\"/><hosts up=\"{hosts}\" down=\"0\" total=\"{hosts}\"/>\n</runstats>\n\
         </nmaprun>\n"
    )?;
    Ok(made)
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>\n\
    <nmaprun scanner=\"nmap\" args=\"nmap -sS -sV -oX office.xml 10.0.0.0/8\" start=\"1731654000\" \
    startstr=\"Fri Nov 15 07:00:00 2024\" version=\"7.93\" xmloutputversion=\"1.05\">\n\
    <scaninfo type=\"syn\" protocol=\"tcp\" numservices=\"1000\" services=\"1-998,2967,3389\"/>\n\
    <verbose level=\"0\"/>\n<debugging level=\"0\"/>\n";

fn host(out: &mut impl Write, index: u64, day: Day, made: &mut Made) -> io::Result<()> {
    let dice = scramble(index);
    let has_changed = day == Day::Second && dice.is_multiple_of(CHANGED_ONE_IN);
    made.changed += u64::from(has_changed);
    let [_, b, c, d] = (index as u32).to_be_bytes();
    write!(
        out,
        "<host starttime=\"1731654001\" endtime=\"1731654{:03}\"><status state=\"up\" reason=\"syn-ack\" \
         reason_ttl=\"63\"/>\n<address addr=\"10.{b}.{c}.{d}\" addrtype=\"ipv4\"/>\n<hostnames>\n\
         <hostname name=\"pc-{index:06}.office.example\" type=\"PTR\"/>\n</hostnames>\n",
        2 + dice % 900,
    )?;
    let is_listed = |place: &usize| *place == 0 || dice >> (8 + place) & 1 == 1;
    let listed: Vec<usize> = (0..PORTS.len()).filter(is_listed).collect();
    let rest = ASKED - listed.len() as u64;
    made.ports += listed.len() as u64;
    made.counted += rest;
    write!(
        out,
        "<ports><extraports state=\"closed\" count=\"{rest}\">\n\
         <extrareasons reason=\"reset\" count=\"{rest}\" proto=\"tcp\"/>\n</extraports>\n"
    )?;
    for place in listed {
        port(out, place, place == 0 && has_changed)?;
    }
    out.write_all(b"</ports>\n<times srtt=\"1204\" rttvar=\"820\" to=\"100000\"/>\n</host>\n")
}

/// What has changed is that the port is filtered now.
fn port(out: &mut impl Write, place: usize, has_changed: bool) -> io::Result<()> {
    let (number, service, product, version) = PORTS[place];
    let (state, reason) = if has_changed { ("filtered", "no-response") } else { ("open", "syn-ack") };
    write!(
        out,
        "<port protocol=\"tcp\" portid=\"{number}\"><state state=\"{state}\" reason=\"{reason}\" \
         reason_ttl=\"63\"/><service name=\"{service}\""
    )?;
    for (name, value) in [("product", product), ("version", version)] {
        if !value.is_empty() {
            write!(out, " {name}=\"{value}\"")?;
        }
    }
    out.write_all(b" method=\"probed\" conf=\"10\"/></port>\n")
}

/// A number that looks like chance, from the splitmix generator.
fn scramble(index: u64) -> u64 {
    let mut z = (index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Counts what goes through it.
struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(length: Length, day: Day) -> (Made, String) {
        let mut out = Counted { out: Vec::new(), bytes: 0 };
        let made = write_all(&mut out, length, day).expect("written");
        (Made { bytes: out.bytes, ..made }, String::from_utf8(out.out).expect("text"))
    }

    #[test]
    fn a_file_holds_what_it_is_said_to_hold() {
        let (first, text) = made(Length::Hosts(500), Day::First);
        assert_eq!(text.matches("<host ").count(), 500);
        assert_eq!(text.matches("<port ").count() as u64, first.ports);
        assert_eq!(first.ports + first.counted, 500 * ASKED);
        assert_eq!((first.bytes, first.changed), (text.len() as u64, 0));
        let (again, same) = made(Length::Hosts(500), Day::First);
        assert_eq!((again, same.as_str()), (first, text.as_str()));
        let (second, later) = made(Length::Hosts(500), Day::Second);
        assert_eq!(later.matches("state=\"filtered\"").count() as u64, second.changed);
        assert!(second.changed > 0 && second.changed < 50, "{second:?}");
    }

    #[test]
    fn a_file_is_as_long_as_was_asked_for() {
        let (made, _) = made(Length::Bytes(100_000), Day::First);
        assert!((100_000..102_000).contains(&made.bytes), "{made:?}");
    }
}
