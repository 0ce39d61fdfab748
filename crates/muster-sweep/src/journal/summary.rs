//! A sweep in numbers as bytes.

use muster_engine::{Bounds, Controls, Drops, LossTally, RoundSummary, Summary};

use super::bytes::{Put, Rest};

pub(super) fn put(out: &mut Vec<u8>, summary: &Summary) {
    out.number(summary.rounds.len() as u64);
    summary.rounds.iter().for_each(|round| put_round(out, round));
    for number in [
        summary.endpoints,
        summary.answered,
        summary.restored,
        summary.soft,
        summary.withheld,
        summary.silent,
        summary.not_tried,
        summary.sent,
        summary.conflicts,
        summary.local_drops.sending,
        summary.local_drops.receiving,
    ] {
        out.number(number);
    }
    put_tally(out, summary.open_controls);
    put_tally(out, summary.closed_controls);
    out.float(summary.rate);
    out.optional(summary.blocked_since, Put::instant);
    put_bounds(out, &summary.bounds);
    out.byte(summary.asks_udp.into());
    out.optional(summary.rtt, |out, (smoothed, variation)| {
        out.duration(smoothed);
        out.duration(variation);
    });
}

pub(super) fn take(rest: &mut Rest<'_>) -> Option<Summary> {
    let rounds = (0..rest.number()?).map(|_| take_round(rest)).collect::<Option<_>>()?;
    Some(Summary {
        rounds,
        endpoints: rest.number()?,
        answered: rest.number()?,
        restored: rest.number()?,
        soft: rest.number()?,
        withheld: rest.number()?,
        silent: rest.number()?,
        not_tried: rest.number()?,
        sent: rest.number()?,
        conflicts: rest.number()?,
        local_drops: Drops { sending: rest.number()?, receiving: rest.number()? },
        open_controls: take_tally(rest)?,
        closed_controls: take_tally(rest)?,
        rate: rest.float()?,
        blocked_since: rest.optional(Rest::instant)?,
        bounds: take_bounds(rest)?,
        asks_udp: rest.byte()? != 0,
        rtt: rest.optional(|rest| Some((rest.duration()?, rest.duration()?)))?,
    })
}

pub(super) fn put_round(out: &mut Vec<u8>, round: &RoundSummary) {
    out.byte(round.number);
    out.number(round.sent);
    out.number(round.found);
    put_tally(out, round.controls);
}

pub(super) fn take_round(rest: &mut Rest<'_>) -> Option<RoundSummary> {
    Some(RoundSummary {
        number: rest.byte()?,
        sent: rest.number()?,
        found: rest.number()?,
        controls: take_tally(rest)?,
    })
}

fn put_bounds(out: &mut Vec<u8>, bounds: &Bounds) {
    out.number(bounds.found);
    out.number(bounds.found_last);
    out.optional(bounds.alike, Put::number);
    out.optional(bounds.half, Put::number);
    out.float(bounds.expected);
    put_tally(out, bounds.controls.tally);
    out.float(bounds.controls.missed_by_all);
}

fn take_bounds(rest: &mut Rest<'_>) -> Option<Bounds> {
    Some(Bounds {
        found: rest.number()?,
        found_last: rest.number()?,
        alike: rest.optional(Rest::number)?,
        half: rest.optional(Rest::number)?,
        expected: rest.float()?,
        controls: Controls { tally: take_tally(rest)?, missed_by_all: rest.float()? },
    })
}

fn put_tally(out: &mut Vec<u8>, tally: LossTally) {
    out.number(tally.sent);
    out.number(tally.silent);
}

fn take_tally(rest: &mut Rest<'_>) -> Option<LossTally> {
    Some(LossTally { sent: rest.number()?, silent: rest.number()? })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use muster_model::Instant;

    use super::*;

    #[test]
    fn summaries_are_written_and_read() {
        let tally = LossTally { sent: 11, silent: 1 };
        let round = RoundSummary { number: 1, sent: 300, found: 50, controls: tally };
        let controls = Controls { tally, missed_by_all: 0.25 };
        let summary = Summary {
            rounds: vec![round, RoundSummary { number: 2, ..round }],
            endpoints: 1,
            answered: 2,
            restored: 3,
            soft: 4,
            withheld: 5,
            silent: 6,
            not_tried: 7,
            sent: 8,
            conflicts: 9,
            local_drops: Drops { sending: 10, receiving: 11 },
            open_controls: tally,
            closed_controls: LossTally::default(),
            rate: 2_000.0,
            blocked_since: Some(Instant::from_nanos(1)),
            bounds: Bounds {
                found: 12,
                found_last: 13,
                alike: Some(14),
                half: None,
                expected: f64::INFINITY,
                controls,
            },
            asks_udp: true,
            rtt: Some((Duration::from_millis(2), Duration::from_millis(1))),
        };
        let mut bytes = Vec::new();
        put(&mut bytes, &summary);
        let mut rest = Rest(&bytes);
        assert_eq!(take(&mut rest).as_ref(), Some(&summary));
        assert!(rest.is_empty());
        for length in 0..bytes.len() {
            assert_eq!(take(&mut Rest(&bytes[..length])), None, "{length}");
        }
    }
}
