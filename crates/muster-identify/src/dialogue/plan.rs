//! What is asked at an endpoint, one connection after another.

use muster_model::{Conversation, Protocol, Request};

use super::turn::Turn;
use crate::Depth;
use crate::approach::Approach;

/// The slow lane: what is asked of a service that hung up on whatever its port suggests, where the user wants to know what
/// it is. The most ordinary first. Each is what any client of that protocol says first.
const SLOW_LANE: [Request; 5] =
    [Request::HttpGet, Request::HttpsGet, Request::RedisPing, Request::PostgresTls, Request::SmbNegotiate];

/// What is asked over one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// This request, as today's clients make it.
    Ask(Request),
    /// This request, if whoever is there hung up before without being understood.
    Guess(Request),
    /// For a certificate, by a hello of the time before TLS 1.3, which servers understand with whom no session came
    /// about; it stands for this request.
    OldTls(Request),
}

impl Step {
    /// What is asked.
    pub(super) fn request(self) -> Request {
        match self {
            Self::Ask(request) | Self::Guess(request) | Self::OldTls(request) => request,
        }
    }

    /// Whether something can still be learnt by it, after what came of the step before.
    fn is_due(self, before: &Turn, has_hung_up: bool) -> bool {
        let is_tls = before.answer().recognition.is_tls();
        match self {
            // Nobody listens there: the same once more changes nothing.
            Self::Ask(request)
                if before.asked == Some(request) && before.end == Some(Conversation::Reset) =>
            {
                false
            }
            Self::Ask(_) => before.is_unclear(),
            Self::Guess(_) => has_hung_up && before.is_unclear(),
            Self::OldTls(_) if before.heard.is_empty() => before.hung_up(),
            Self::OldTls(_) => is_tls && !before.has_certificate(),
        }
    }
}

/// The steps that are left.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    steps: std::vec::IntoIter<Step>,
    /// Whether a connection was ended by the other side, without being understood.
    has_hung_up: bool,
}

impl Plan {
    pub(super) fn of(approach: &Approach, protocol: Protocol, depth: Depth) -> Self {
        let own = match approach {
            Approach::Leave => &[][..],
            Approach::Talk(requests) => requests,
        };
        let is_slow = protocol == Protocol::Tcp && depth == Depth::Unknown && !own.is_empty();
        let others = SLOW_LANE.into_iter().filter(|request| is_slow && !own.contains(request));
        let steps = own.iter().copied().map(Step::Ask).chain(others.map(Step::Guess));
        let steps: Vec<Step> = steps.flat_map(with_old).collect();
        Self { steps: steps.into_iter(), has_hung_up: false }
    }

    /// The first step.
    pub(super) fn first(&mut self) -> Option<Step> {
        self.steps.next()
    }

    /// The next step from which something can still be learnt.
    pub(super) fn next_after(&mut self, turn: &Turn) -> Option<Step> {
        self.has_hung_up |= turn.hung_up();
        let has_hung_up = self.has_hung_up;
        self.steps.find(|step| step.is_due(turn, has_hung_up))
    }
}

/// The step, and what may follow it.
fn with_old(step: Step) -> impl Iterator<Item = Step> {
    let request = step.request();
    let is_tls = matches!(request, Request::TlsHello | Request::HttpsGet);
    [Some(step), is_tls.then_some(Step::OldTls(request))].into_iter().flatten()
}
