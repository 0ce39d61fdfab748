//! A name server of the lab's own, inside the near namespace: programs there can ask nobody else.

use std::io::{self, Write};
use std::net::{IpAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::companion::Companion;
use super::dns::Zone;
use super::namespace::NAME_SERVER;
use super::{Lab, LabError};

/// The socket of the C library's name cache, which would look names up outside of the namespace.
const NAME_CACHE: &str = "/run/nscd/socket";
/// No line for so long: all questions were read.
const QUIET: Duration = Duration::from_millis(50);

/// A name server at work; dropping it ends it, and names are refused again.
#[derive(Debug)]
pub struct Resolver {
    companion: Companion,
}

impl Resolver {
    /// Starts a server in the lab's near namespace that knows these names (A, AAAA, and PTR for each pair), and no
    /// others: they do not exist.
    ///
    /// # Errors
    /// Where it cannot be started, or a name cache runs on this machine.
    pub fn start<'a>(
        lab: &Lab,
        names: impl IntoIterator<Item = (&'a str, IpAddr)>,
    ) -> Result<Self, LabError> {
        if Path::new(NAME_CACHE).exists() {
            return Err(LabError::Unavailable(
                "a name cache (nscd) would answer in the lab's place".to_owned(),
            ));
        }
        let work: Vec<String> =
            names.into_iter().map(|(name, address)| format!("{name} {address}")).collect();
        Ok(Self { companion: Companion::start(lab.near(), "muster-lab-resolver", &work)? })
    }

    /// The questions since the last call, as `name TYPE` in the order they came.
    pub fn questions(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.companion.line(QUIET)).collect()
    }
}

/// Answers for the names in `lines` (each a name, a space and an address) on the lab's name server address, on a
/// thread of its own until the process ends; prints each question.
///
/// # Errors
/// Where the lines cannot be read, or the port cannot be bound.
pub fn serve_names(lines: &[String]) -> io::Result<()> {
    let mut zone = Zone::default();
    for line in lines {
        let (name, address) = line.split_once(' ').ok_or_else(|| io::Error::other("no address"))?;
        zone.add(name, address.parse().map_err(io::Error::other)?);
    }
    let socket = UdpSocket::bind((NAME_SERVER, 53))?;
    let zone = Arc::new(zone);
    thread::spawn(move || {
        loop {
            // A client that closed its socket is reported by the next read: nothing to be done about it.
            let _ = answer_one(&socket, &zone);
        }
    });
    Ok(())
}

fn answer_one(socket: &UdpSocket, zone: &Zone) -> io::Result<()> {
    let mut buffer = [0; 512];
    let (length, client) = socket.recv_from(&mut buffer)?;
    if let Some((answer, asked)) = zone.answer(&buffer[..length]) {
        writeln!(io::stdout(), "{asked}")?;
        socket.send_to(&answer, client)?;
    }
    Ok(())
}
