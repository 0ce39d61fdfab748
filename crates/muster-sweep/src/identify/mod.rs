//! Who answers at the endpoints that were found open: one ordinary TCP connection to each, and the conversation that
//! [`muster_identify`] prescribes for its port.
//!
//! One thread and one loop for all of them. No conversation can hold up another: a turn reads a bounded amount, time is
//! up when the [`Limits`] say so, and of what is said no more is kept than they allow. A connection that has told what
//! it could is closed as any client closes one, with a FIN and without waiting for the other side. A service is met by a
//! client that goes away, not by one that resets, which some services log as an attack; and as every endpoint is
//! met once, the ports that such an end leaves occupied for a minute run short nowhere. What was sent and not yet read
//! when a conversation is cut short makes the system reset it after all.
//!
//! What it does not do: decide what is asked, or what an answer means.

mod agenda;
mod exchange;
mod talk;
mod talks;
mod wire;

use std::time::Duration;

use muster_catalog::Catalog;
use muster_engine::NetworkError;
use muster_identify::{Dialogue, Limits};
use muster_model::{Endpoint, Service};

use crate::drive::Flow;
use crate::scope::Scope;

use self::exchange::Exchange;

/// All that is needed to talk to open endpoints.
#[derive(Clone, Debug)]
pub struct Identification<'a> {
    /// Who is known to listen where, and what may be asked there.
    pub catalog: &'a Catalog,
    /// Where connections may go: asked before each one.
    pub scope: &'a Scope,
    /// How long, and how much, one service may talk.
    pub limits: Limits,
    /// How fast connections are begun.
    pub pace: IdentifyPace,
}

/// How fast conversations are begun.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IdentifyPace {
    /// The most conversations at once; fewer where descriptors are short. At least one.
    pub most_at_once: usize,
    /// Connections begun a second, all hosts together. What is no rate (zero, negative, not a number) counts as one.
    pub rate: f64,
    /// Time between two beginnings at one host.
    pub host_spacing: Duration,
    /// The most conversations at once with one host. At least one.
    pub per_host: usize,
}

/// Who watches the conversations.
pub trait IdentifySink {
    /// Takes in what one endpoint turned out to be, in the order in which conversations end. Returning [`Flow::Stop`]
    /// ends the run.
    fn service(&mut self, service: &Service) -> Flow;

    /// Takes in a conversation that ended, before it becomes a service: what was heard in it, as it came.
    fn ended(&mut self, _dialogue: &Dialogue<'_>) {}

    /// Called at least ten times a second while the run lasts, with the number of endpoints that are done and of all.
    /// Returning [`Flow::Stop`] ends the run.
    fn tick(&mut self, _done: usize, _total: usize) -> Flow {
        Flow::Continue
    }
}

/// What became of all endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    /// One for every endpoint, in order of endpoint.
    pub services: Vec<Service>,
    /// Whether every conversation came to its own end. If not, the others are
    /// [`Stopped`](muster_model::Conversation::Stopped), and the sink was not told of them.
    pub is_complete: bool,
}

impl Identification<'_> {
    /// Talks to every endpoint once, however often it is listed.
    ///
    /// Nothing at all is sent where a catalogue entry forbids it. An endpoint that cannot be reached, for a reason on
    /// either side, is data and not an error; so is one that is not TCP's, to which no connection can be made.
    ///
    /// # Errors
    /// An endpoint is outside the scope (nothing was sent to it), or the system gives no poll or not a single socket.
    /// The sink has been told of every conversation that had ended by then.
    pub fn run(
        &self,
        endpoints: &[Endpoint],
        sink: &mut impl IdentifySink,
    ) -> Result<Identified, NetworkError> {
        Exchange::new(self, endpoints)?.run(sink)
    }
}
