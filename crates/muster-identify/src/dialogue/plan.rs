//! What is asked at an endpoint, one connection after another.

use muster_model::{Conversation, Request};

use super::turn::Turn;
use crate::approach::Approach;

/// What is asked over one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// This request, as today's clients make it.
    Ask(Request),
    /// For a certificate, by a hello of the time before TLS 1.3, which servers understand with whom no session came
    /// about; it stands for this request.
    OldTls(Request),
}

impl Step {
    /// What is asked.
    pub(super) fn request(self) -> Request {
        match self {
            Self::Ask(request) | Self::OldTls(request) => request,
        }
    }

    /// Whether something can still be learnt by it, after what came of the step before.
    fn is_due(self, before: &Turn) -> bool {
        let is_tls = before.answer().recognition.is_tls();
        match self {
            // Nobody listens there: the same once more changes nothing.
            Self::Ask(request)
                if before.asked == Some(request) && before.end == Some(Conversation::Reset) =>
            {
                false
            }
            Self::Ask(_) => !before.is_greeting && before.answer().is_unclear(),
            Self::OldTls(_) if before.heard.is_empty() => {
                matches!(before.end, Some(Conversation::Closed | Conversation::Reset))
            }
            Self::OldTls(_) => is_tls && !before.has_certificate(),
        }
    }
}

/// The steps that are left.
#[derive(Clone, Debug)]
pub(super) struct Plan(std::vec::IntoIter<Step>);

impl Plan {
    pub(super) fn of(approach: &Approach) -> Self {
        let requests = match approach {
            Approach::Leave => &[][..],
            Approach::Talk(requests) => requests,
        };
        let steps: Vec<Step> = requests.iter().flat_map(|request| steps(*request)).collect();
        Self(steps.into_iter())
    }

    /// The first step.
    pub(super) fn first(&mut self) -> Option<Step> {
        self.0.next()
    }

    /// The next step from which something can still be learnt.
    pub(super) fn next_after(&mut self, turn: &Turn) -> Option<Step> {
        self.0.find(|step| step.is_due(turn))
    }
}

fn steps(request: Request) -> impl Iterator<Item = Step> {
    let is_tls = matches!(request, Request::TlsHello | Request::HttpsGet);
    [Some(Step::Ask(request)), is_tls.then_some(Step::OldTls(request))].into_iter().flatten()
}
