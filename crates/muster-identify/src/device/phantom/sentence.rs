//! A phantom in a sentence.

use std::fmt;

use super::{CommonSigns, Phantom, PhantomKind};

impl Phantom {
    /// Who answers for what, without how it shows: `one device resets every connection to 10.0.7.0/24`.
    pub fn claim(&self) -> String {
        let who = match self.kind {
            PhantomKind::BesideScanner => {
                "something on this machine or right beside it, a proxy or an antivirus, opens every connection to"
            }
            PhantomKind::Proxy => "one device, a firewall or a SYN proxy, opens every connection to",
            PhantomKind::Refuser => "one device resets every connection to",
            PhantomKind::Tarpit => "a tarpit holds connections to unused addresses of",
        };
        format!("{who} {}", self.prefix)
    }
}

/// Who answers for what, and how it shows.
impl fmt::Display for Phantom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (claim, addresses) = (self.claim(), self.addresses);
        write!(f, "{claim}: {addresses} addresses answer alike{}", self.signs)?;
        let state = self.kind.feigned();
        match (self.decoys_answered, self.decoys_asked) {
            (_, 0) => Ok(()),
            (answered, asked) => {
                write!(
                    f,
                    ", and a port on which nothing listens is {state} at {answered} of {asked} addresses"
                )
            }
        }
    }
}

/// In brackets, what is known: ` (TTL 63, window and options 64240 1460 MSTNW, 0.4 ms)`; nothing where nothing is.
impl fmt::Display for CommonSigns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ttl = self.ttl.map(|ttl| format!("TTL {ttl}"));
        let stack = self.stack.map(|stack| format!("window and options {stack}"));
        let rtt = self.rtt.map(|rtt| format!("{:.1} ms", rtt.as_secs_f64() * 1e3));
        let known: Vec<String> = [ttl, stack, rtt].into_iter().flatten().collect();
        if known.is_empty() { Ok(()) } else { write!(f, " ({})", known.join(", ")) }
    }
}
