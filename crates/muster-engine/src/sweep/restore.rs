//! What an earlier part of the sweep has found already.

use muster_model::{Nature, Observation, PortState, Protocol, Reason};

use super::{Phase, Sweep};
use crate::controls::Responder;
use crate::ledger::Mark;
use crate::plan::SweepKind;
use crate::questions::ProbeKind;

impl Sweep {
    /// Takes over what an earlier part of this sweep observed; called before the first probe. Observations that are not
    /// of this sweep are ignored, and of several of one endpoint the strongest counts.
    ///
    /// Endpoints that answered are not asked again, only drawn as controls, and there is no event about them; those with
    /// an ICMP error keep that, and are asked once more. The rounds' numbers and the stated error speak of what *this*
    /// sweep asks alone: restored endpoints are in none of them.
    pub fn restore(&mut self, observations: impl IntoIterator<Item = Observation>) {
        for observation in observations {
            if let Some(index) = self.index_of(&observation) {
                self.restore_one(index, &observation);
            }
        }
        if self.phase == Phase::Probing && self.is_answered() {
            self.phase = Phase::Finished;
        }
    }

    fn restore_one(&mut self, index: u64, observation: &Observation) {
        let mark = match (nature(observation), self.ledger.mark(index)) {
            (Nature::Answer, Mark::Silent | Mark::Soft | Mark::Withheld) => Mark::Answered,
            (Nature::Soft, Mark::Silent) => Mark::Soft,
            _ => return,
        };
        self.ledger.set(index, mark);
        if mark == Mark::Answered {
            self.restored += 1;
            self.offer_control(Responder { index, state: observation.state }, observation.icmp);
            if self.plan.kind == SweepKind::Discovery {
                self.withhold_siblings(index);
            }
        }
    }

    /// An observation does not say how a TCP port was asked: by the beginning of a handshake, if this sweep does that. Of
    /// ICMP an answer does; which request an error was about makes no difference.
    fn index_of(&self, observation: &Observation) -> Option<u64> {
        let kinds: &[ProbeKind] = match observation.endpoint.protocol {
            Protocol::Tcp => &[ProbeKind::Syn, ProbeKind::Ack],
            Protocol::Udp => &[ProbeKind::Udp],
            Protocol::Icmp => match observation.reason {
                Reason::TimestampReply => &[ProbeKind::Timestamp],
                Reason::AddressMaskReply => &[ProbeKind::AddressMask],
                _ => &[ProbeKind::Echo, ProbeKind::Timestamp, ProbeKind::AddressMask],
            },
            Protocol::Neighbor => &[ProbeKind::Neighbor],
        };
        kinds.iter().find_map(|&kind| self.space.index(kind, observation.endpoint))
    }
}

/// How far an observation settled the matter. A port that is open or closed was said to be so by its host, by whatever
/// message. What the machine could not ask then it may be able to ask now.
fn nature(observation: &Observation) -> Nature {
    // Anybody can send a SYN: it carries no proof that it answers ours.
    if observation.reason == Reason::SplitHandshakeSyn {
        return Nature::Soft;
    }
    // What this machine said of itself was never asked: as a control it would be silent every time.
    if observation.reason.nature() == Nature::Local {
        return Nature::Silence;
    }
    match (observation.state, observation.reason.nature(), observation.icmp) {
        (PortState::Open | PortState::Closed, ..) | (_, Nature::Answer, _) => Nature::Answer,
        (_, Nature::Soft, Some(_)) => Nature::Soft,
        (_, Nature::Soft, None) if observation.reason == Reason::HostUnreach => Nature::Soft,
        _ => Nature::Silence,
    }
}

#[cfg(test)]
mod tests {
    use muster_model::{Endpoint, Instant};

    use super::*;
    use crate::plan::SweepPlan;
    use crate::ports::PortSet;
    use crate::questions::Questions;
    use crate::random::Seed;
    use crate::targets::TargetSpec;

    fn observation(state: PortState, reason: Reason) -> Observation {
        let endpoint = Endpoint::tcp([192, 0, 2, 1].into(), 80);
        let (icmp, ttl, stack, rtt, round, at) = (None, None, None, None, 1, Instant::START);
        Observation { endpoint, state, reason, icmp, ttl, stack, rtt, round, at }
    }

    /// Else it would be drawn as a control by a request that it never answered.
    #[test]
    fn an_answer_of_icmp_goes_with_its_own_request() {
        let kinds = [ProbeKind::Echo, ProbeKind::Timestamp, ProbeKind::AddressMask];
        let reasons = [Reason::EchoReply, Reason::TimestampReply, Reason::AddressMaskReply];
        for (kind, reason) in kinds.into_iter().zip(reasons) {
            let Ok(TargetSpec::Addresses(targets)) = TargetSpec::parse("192.0.2.1") else { panic!() };
            let questions = kinds.into_iter().fold(Questions::none(), Questions::with_host);
            let mut sweep = Sweep::new(SweepPlan::new(targets, questions), Seed(1)).unwrap();
            let seen = observation(PortState::Open, reason);
            let endpoint = Endpoint { protocol: Protocol::Icmp, port: 0, ..seen.endpoint };
            sweep.restore([Observation { endpoint, ..seen }]);
            let known = kinds.map(|kind| sweep.ledger.mark(sweep.space.index(kind, endpoint).unwrap()));
            assert_eq!(known, kinds.map(|one| if one == kind { Mark::Answered } else { Mark::Silent }));
        }
    }

    #[test]
    fn what_was_never_asked_makes_no_control() {
        let restored = |state, reason| {
            let Ok(TargetSpec::Addresses(targets)) = TargetSpec::parse("192.0.2.0/30") else { panic!() };
            let mut sweep = Sweep::new(SweepPlan::new(targets, PortSet::tcp(80)), Seed(1)).unwrap();
            sweep.restore([observation(state, reason)]);
            sweep.restored
        };
        assert_eq!(restored(PortState::Open, Reason::LocalhostResponse), 0);
        assert_eq!(restored(PortState::Open, Reason::SynAck), 1);
        assert_eq!(restored(PortState::Closed, Reason::ConnRefused), 1);
    }
}
