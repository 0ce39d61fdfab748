//! Names of addresses, asked of name servers that somebody named: over UDP, many at a time.
//!
//! The system's resolver (`resolve`) knows the hosts file and asks one name after the other in a thread each; this one
//! asks the servers that it is told, and nobody else. One thread and one loop for all questions. How many are under way
//! at once grows while answers come and shrinks when they fail to come, so that a slow server is not drowned. An answer
//! counts only from the server that was asked, at the port from which it was asked, with the number and the question
//! that it was asked: ports are the system's random choice, numbers come from a keyed hash.
//!
//! What it does not do: look up the addresses of names, ask over TCP, remember anything.

mod exchange;
mod server;
mod sockets;
mod window;

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

pub use server::{NameServer, NotANameServer};

use crate::drive::Flow;
use crate::resolve::{host_name, is_never_asked};

use self::exchange::Exchange;

/// The name servers to ask, and how.
#[derive(Clone, Debug)]
pub struct NameServers<'a> {
    /// Who is asked: the first questions go to all of them in turn, a question that one does not answer goes to the
    /// next.
    pub servers: &'a [NameServer],
    /// How long each try waits for its answer; after the last the address has no name.
    pub tries: &'a [Duration],
    /// When the last answer is no longer waited for, whatever is left.
    pub limit: Duration,
}

impl NameServers<'_> {
    /// How long the tries of a question wait if nothing else is said: a server that has to ask others takes its time.
    pub const TRIES: &'static [Duration] =
        &[Duration::from_millis(1_500), Duration::from_secs(3), Duration::from_secs(4)];

    /// The names of `addresses`; a name that is not plainly a host name is dropped. Loopback and link-local addresses
    /// are never asked for. `tick` is called at least ten times a second with how many are done and of how many, and may
    /// end it all.
    ///
    /// # Errors
    /// The system gives no poll, or not a single socket.
    pub fn names(
        &self,
        addresses: &[IpAddr],
        tick: &mut dyn FnMut(usize, usize) -> Flow,
    ) -> io::Result<NamesFound> {
        let asked: Vec<IpAddr> =
            addresses.iter().copied().filter(|address| !is_never_asked(*address)).collect();
        let mut found = NamesFound::default();
        if asked.is_empty() || self.servers.is_empty() || self.tries.is_empty() {
            found.unasked = asked.len();
            return Ok(found);
        }
        let found = Exchange::new(self, &asked)?.run(tick)?;
        let names = found.names.into_iter();
        let names = names.filter_map(|(address, name)| Some((address, host_name(&name)?))).collect();
        Ok(NamesFound { names, ..found })
    }
}

/// What name servers said.
#[derive(Clone, Debug, Default)]
pub struct NamesFound {
    /// The names by address.
    pub names: HashMap<IpAddr, String>,
    /// Addresses that were not asked for, or whose answer was not waited for.
    pub unasked: usize,
    /// Servers that were asked and from which nothing came.
    pub silent: Vec<NameServer>,
}
