//! Names of addresses, looked up after a sweep.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use muster_sweep::{Resolve, SystemResolver, reverse_names};

use crate::signals::Signals;

/// Threads that ask for names.
const RESOLVERS: usize = 32;
/// No more than this is spent on names, however dead the name servers are.
const LONGEST_NAMING: Duration = Duration::from_secs(60);

/// The names of `addresses` by the system's resolver, as far as they come before somebody wants the program to end.
pub(crate) fn names_of(addresses: &[IpAddr], signals: &Signals) -> HashMap<IpAddr, String> {
    let workers = NonZeroUsize::new(RESOLVERS).unwrap_or(NonZeroUsize::MIN);
    reverse_names(&UntilSignal(signals), addresses, workers, LONGEST_NAMING)
}

/// The system's resolver, until somebody wants the program to end: then no further name is asked for.
struct UntilSignal<'a>(&'a Signals);

impl Resolve for UntilSignal<'_> {
    fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        SystemResolver.addresses(name)
    }

    fn name(&self, address: IpAddr) -> Option<String> {
        if self.0.received().is_some() { None } else { SystemResolver.name(address) }
    }
}
