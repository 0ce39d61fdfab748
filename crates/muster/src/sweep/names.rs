//! Names of addresses, looked up after a sweep: by the system, or by the servers that were typed.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use muster_sweep::{Flow, NameServer, NameServers, NamesFound, Resolve, SystemResolver, reverse_names};

use crate::output::say;
use crate::signals::Signals;

/// Threads that ask for names.
const RESOLVERS: usize = 32;
/// No more than this is spent on names, however dead the name servers are.
const LONGEST_NAMING: Duration = Duration::from_secs(60);

/// Names that were looked up.
#[derive(Debug)]
pub(crate) struct LookedUp {
    /// The names by address.
    pub(crate) names: HashMap<IpAddr, String>,
    /// Addresses whose turn did not come: the time was up, or somebody wanted the program to end.
    pub(crate) left_out: usize,
}

/// The names of `addresses`, as far as they come before somebody wants the program to end: by `servers`, without any by
/// the system's resolver.
pub(crate) fn names_of(addresses: &[IpAddr], servers: &[NameServer], signals: &Signals) -> LookedUp {
    if servers.is_empty() { by_system(addresses, signals) } else { by_servers(addresses, servers, signals) }
}

fn by_system(addresses: &[IpAddr], signals: &Signals) -> LookedUp {
    let workers = NonZeroUsize::new(RESOLVERS).unwrap_or(NonZeroUsize::MIN);
    let resolver = UntilSignal { signals, asked: AtomicUsize::new(0) };
    let start = Instant::now();
    let names = reverse_names(&resolver, addresses, workers, LONGEST_NAMING);
    let is_whole = start.elapsed() <= LONGEST_NAMING && signals.received().is_none();
    let unasked = addresses.len().saturating_sub(resolver.asked.into_inner());
    LookedUp { names, left_out: if is_whole { 0 } else { unasked } }
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
struct UntilSignal<'a> {
    signals: &'a Signals,
    /// How many addresses were asked for.
    asked: AtomicUsize,
}

impl Resolve for UntilSignal<'_> {
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
