//! Names of addresses, looked up after a sweep: by the system, or by the servers that were typed.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use muster_sweep::{
    Flow, NameServer, NameServers, NamesFound, Resolve, SystemResolver, is_never_asked, reverse_names,
};

use crate::output::{count, say};
use crate::signals::Signals;

/// Threads that ask for names.
const RESOLVERS: usize = 32;
/// No more than this is spent on names, however dead the name servers are.
const LONGEST_NAMING: Duration = Duration::from_secs(60);
/// How soon the names must come once somebody wants the program to end.
const GRACE: Duration = Duration::from_millis(250);

/// Names that were looked up.
#[derive(Debug)]
pub(crate) struct LookedUp {
    /// The names by address.
    pub(crate) names: HashMap<IpAddr, String>,
    /// Addresses whose turn did not come, or whose name did not: the time was up, nobody answered, or somebody wanted the
    /// program to end.
    pub(crate) left_out: usize,
}

impl LookedUp {
    /// The names; of how many addresses they were not asked for is said.
    pub(crate) fn told(self) -> HashMap<IpAddr, String> {
        if self.left_out > 0 {
            let addresses = count(self.left_out as u64, "address");
            say(&format!("warning: {addresses} not looked up, and therefore without a name\n"));
        }
        self.names
    }
}

/// The names of `addresses`, as far as they come before somebody wants the program to end: by `servers`, without any by
/// the system's resolver.
pub(crate) fn names_of(addresses: &[IpAddr], servers: &[NameServer], signals: &Signals) -> LookedUp {
    if servers.is_empty() { by_system(addresses, signals) } else { by_servers(addresses, servers, signals) }
}

/// In a thread of its own: a look-up cannot be called off, and whoever wants the program to end shall not wait for it.
fn by_system(addresses: &[IpAddr], signals: &Signals) -> LookedUp {
    let asked: Arc<[IpAddr]> =
        addresses.iter().copied().filter(|address| !is_never_asked(*address)).collect();
    let (done, names) = mpsc::channel();
    let (all, signals_there) = (Arc::clone(&asked), signals.clone());
    thread::spawn(move || {
        let workers = NonZeroUsize::new(RESOLVERS).unwrap_or(NonZeroUsize::MIN);
        let resolver = UntilSignal { signals: signals_there, asked: AtomicUsize::new(0) };
        let names = reverse_names(&resolver, &all, workers, LONGEST_NAMING);
        let left_out = all.len().saturating_sub(resolver.asked.into_inner());
        // Nobody may be waiting any more.
        let _ = done.send(LookedUp { names, left_out });
    });
    wait_for(&names, signals).unwrap_or(LookedUp { names: HashMap::new(), left_out: asked.len() })
}

/// What comes, unless somebody wants the program to end and it does not come soon.
fn wait_for(names: &Receiver<LookedUp>, signals: &Signals) -> Option<LookedUp> {
    loop {
        match names.recv_timeout(GRACE) {
            Ok(found) => return Some(found),
            Err(RecvTimeoutError::Timeout) if signals.received().is_none() => {}
            Err(_) => return None,
        }
    }
}

/// Says which servers did not answer: without names a report is no less right, but somebody expects them.
fn by_servers(addresses: &[IpAddr], servers: &[NameServer], signals: &Signals) -> LookedUp {
    let orders = NameServers { servers, tries: NameServers::TRIES, limit: LONGEST_NAMING };
    let flow = |_, _| if signals.received().is_some() { Flow::Stop } else { Flow::Continue };
    let found = orders.names(addresses, &mut { flow }).unwrap_or_else(|error| {
        say(&format!("warning: nobody can be asked for names: {error}\n"));
        NamesFound { unasked: addresses.len(), ..NamesFound::default() }
    });
    if signals.received().is_none() {
        for server in &found.silent {
            say(&format!("warning: the name server {server} does not answer\n"));
        }
    }
    LookedUp { names: found.names, left_out: found.unasked }
}

/// The system's resolver, until somebody wants the program to end: then no further name is asked for.
struct UntilSignal {
    signals: Signals,
    /// How many addresses were asked for.
    asked: AtomicUsize,
}

impl Resolve for UntilSignal {
    fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        SystemResolver.addresses(name)
    }

    fn name(&self, address: IpAddr) -> Option<String> {
        if self.signals.received().is_some() {
            return None;
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        SystemResolver.name(address)
    }
}
