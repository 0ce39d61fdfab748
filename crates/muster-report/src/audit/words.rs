//! The words that all reports share: what each verdict and number means, and how numbers are written.

use std::borrow::Cow;

use jiff::Timestamp;
use muster_catalog::makers;
use muster_model::{
    Assurance, Conversation, Excerpt, HostName, Identity, ProductId, Run, RunOutcome, Service, SweepRecord,
    Verdict,
};

use crate::duration_text;

/// What a verdict means, in one clause.
pub(crate) fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Suspect => "something else answers on the agent's port",
        Verdict::Unprotected => "positive evidence that the agent is absent",
        Verdict::Degraded => "agent there, but stale or out of support",
        Verdict::Unknown => "not enough evidence for or against",
        Verdict::Protected(Assurance::Likely) => "its port is open and nothing contradicts",
        Verdict::Protected(Assurance::Verified) => "the agent identified itself",
        Verdict::Exempt => "the policy's register of exemptions names it",
        Verdict::OutOfScope => "no computer that carries an agent",
    }
}

/// Whether a run came to its end; only then its bounds hold for all of it.
pub(crate) fn is_complete(run: &Run) -> bool {
    run.outcome == RunOutcome::Complete
}

/// How many responders a sweep may have missed, with the assumptions; `None`: it has to be left open.
pub(crate) fn bounds(run: &Run, sweep: &SweepRecord) -> String {
    if !is_complete(run) || !sweep.is_complete {
        return "missed responders: not stated, since it was stopped before the end".to_owned();
    }
    if sweep.answered == sweep.endpoints {
        return "missed responders: none, every endpoint answered".to_owned();
    }
    if sweep.silent == 0 {
        return format!("missed responders: not stated, nobody answered for the rest: {}", unsettled(sweep));
    }
    match (sweep.missed_if_losses_alike, sweep.missed_if_no_host_loses_half) {
        (Some(alike), Some(half)) => format!(
            "missed responders, 99 % sure: at most {} if losses are alike; at most {} if no host loses more than half \
             of its probes and rounds are independent",
            grouped(alike),
            grouped(half)
        ),
        _ => "missed responders: loss not measurable, nothing answered".to_owned(),
    }
}

/// Whether the bounds of a sweep say something: it came to its end, and asked what it did not hear from.
pub(crate) fn are_bounds_stated(run: &Run, sweep: &SweepRecord) -> bool {
    let is_settled = sweep.silent > 0 || sweep.answered == sweep.endpoints;
    is_complete(run) && sweep.is_complete && is_settled
}

/// The endpoints that are neither answered nor silent; empty if there are none.
pub(crate) fn unsettled(sweep: &SweepRecord) -> String {
    let kinds = [
        (sweep.withheld, "not asked or given up"),
        (sweep.errors, "known only by an error from the way"),
        (sweep.not_tried, "still to be asked when it was stopped"),
    ];
    let kinds = kinds.into_iter().filter(|(number, _)| *number > 0);
    kinds.map(|(number, what)| format!("{} {what}", grouped(number))).collect::<Vec<_>>().join(", ")
}

/// What makes the numbers of a sweep doubtful, a clause each.
pub(crate) fn doubts(sweep: &SweepRecord) -> Vec<String> {
    let conflicts = (sweep.conflicts > 0)
        .then(|| format!("{} answered differently when asked again", count(sweep.conflicts, "endpoint")));
    let blocked = sweep.blocked_since.map(|since| {
        let second = since.as_secs_f64();
        format!("known responders no longer answered after {second:.1} s: blocked, or overloaded")
    });
    conflicts.into_iter().chain(blocked).collect()
}

/// A sweep's name with its zones, by which sweeps of one stage are told apart.
pub(crate) fn sweep_name(sweep: &SweepRecord) -> String {
    match &sweep.zones[..] {
        [] => clean(&sweep.stage).into_owned(),
        zones => clean(&format!("{} ({})", sweep.stage, zones.join(", "))).into_owned(),
    }
}

/// What a silent address is, in one clause.
pub(crate) const SILENT: &str = "no answer of its own; at most an error from the way";

/// What silence may hide.
pub(crate) const SILENCE: &str = "silent is not absent: firewalled computers may be among them; compare with the lists of \
                                  DHCP, ARP or the directory";

/// The address of a network card.
pub(crate) fn hardware(card: [u8; 6]) -> String {
    card.map(|byte| format!("{byte:02x}")).join(":")
}

/// The address of a network card and who made it.
pub(crate) fn card(card: [u8; 6]) -> String {
    match makers::maker(card) {
        Some(maker) => format!("{} ({maker})", hardware(card)),
        None => hardware(card),
    }
}

/// What a range is in which even the decoy port is open, or one device answers for all.
pub(crate) const PHANTOM: &str = "not measured: even the decoy port, on which nothing listens, is open there, so that the hosts or something on \
     the way accept everything, or one device resets every connection in the hosts' stead; such ports prove nothing";

/// How a conversation compares with the products of its port, for a sentence.
pub(crate) fn identity(service: &Service) -> String {
    let list =
        |products: &[ProductId]| products.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    match &service.identity {
        None => "no known agent listens on this port".to_owned(),
        Some(Identity::Genuine { product, fingerprint }) => {
            format!("identified itself as {product} (fingerprint {fingerprint})")
        }
        Some(Identity::Consistent { products, by }) => format!("behaves like {}: {by}", list(products)),
        Some(Identity::Impostor { products, by }) => format!("is not {}: {by}", list(products)),
        Some(Identity::Unlearnt { products }) => {
            format!("nothing learnt speaks for or against {}", list(products))
        }
    }
}

/// What a service was asked, for a sentence.
pub(crate) fn asked(service: &Service) -> String {
    match (&service.asked[..], service.end) {
        (
            [],
            Conversation::NotAsked
            | Conversation::LeftOut
            | Conversation::NotConnected
            | Conversation::Stopped,
        ) => "nothing".to_owned(),
        (_, Conversation::Reported) => "by another program, in its own words".to_owned(),
        ([], _) => "nothing, only listened to".to_owned(),
        (requests, _) => requests.iter().map(|request| request.name()).collect::<Vec<_>>().join(", then "),
    }
}

/// The name by which a host is called, if it has one.
pub(crate) fn first_name(names: &[HostName]) -> &str {
    names.first().map_or("", |name| name.name.as_str())
}

/// A number and its noun.
pub(crate) fn count(number: impl Into<u128>, noun: &str) -> String {
    let number = number.into();
    let plural = match noun {
        _ if number == 1 => "",
        _ if noun.ends_with(['s', 'h']) => "es",
        _ => "s",
    };
    format!("{}{noun}{plural}", grouped(number) + " ")
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How long a run took. Clocks are set back too: that is no time at all.
pub(crate) fn took(run: &Run) -> String {
    duration_text(run.end.duration_since(run.header.start).try_into().unwrap_or_default(), 1)
}

/// A moment to the second.
pub(crate) fn moment(at: Timestamp) -> String {
    format!("{} UTC", at.strftime("%Y-%m-%d %H:%M:%S"))
}

/// A moment to the minute.
pub(crate) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// Text of unknown origin without anything that could steer a terminal or turn the direction of text; of any length.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut buffer = [0; 4];
    let safe = |c: char| match c {
        ' ' => " ".to_owned(),
        // The sign at the end of an excerpt that was cut.
        '…' => "…".to_owned(),
        _ => Excerpt::of(c.encode_utf8(&mut buffer)).to_string(),
    };
    Cow::Owned(text.chars().map(safe).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use muster_model::RunHeader;

    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        for (number, expected) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (65_536, "65,536"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number as u64), expected);
        }
        assert_eq!(count(1_u64, "host"), "1 host");
        assert_eq!(count(2_u64, "address"), "2 addresses");
    }

    #[test]
    fn what_steers_a_terminal_is_spelt_out() {
        assert_eq!(clean("a\x1b[2Jb"), "a\\x1b[2Jb");
        assert_eq!(clean("Büro \u{202e}…"), "Büro \\u{202e}…");
    }
    /// Endpoints by what became of them, and what may then be said of those that were missed.
    #[test]
    fn nothing_is_promised_of_a_sweep_that_settled_nothing() {
        for (answered, silent, withheld, errors, expected, is_stated) in [
            (256, 0, 0, 0, "missed responders: none, every endpoint answered", true),
            (0, 0, 256, 0, "not stated, nobody answered for the rest: 256 not asked or given up", false),
            (250, 0, 2, 4, "2 not asked or given up, 4 known only by an error from the way", false),
            (200, 50, 6, 0, "at most 2 if losses are alike; at most 7 if", true),
        ] {
            let (run, sweep) = swept(SweepRecord { answered, silent, withheld, errors, ..sweep() });
            let text = bounds(&run, &sweep);
            assert!(text.ends_with(expected) || text.contains(expected) && is_stated, "{text}");
            assert_eq!(are_bounds_stated(&run, &sweep), is_stated, "{text}");
            assert_eq!(unsettled(&sweep).is_empty(), withheld + errors == 0);
        }
        let (run, mut stopped) = swept(SweepRecord { is_complete: false, not_tried: 9, ..sweep() });
        assert!(!are_bounds_stated(&run, &stopped));
        assert_eq!(unsettled(&stopped), "9 still to be asked when it was stopped");
        stopped.zones = vec!["clients".to_owned(), "lab\u{1b}".to_owned()];
        assert_eq!(sweep_name(&stopped), "agents (clients, lab\\x1b)");
    }

    fn sweep() -> SweepRecord {
        SweepRecord {
            stage: "agents".to_owned(),
            zones: Vec::new(),
            ports: "2967".to_owned(),
            endpoints: 256,
            answered: 256,
            open: 0,
            errors: 0,
            withheld: 0,
            not_tried: 0,
            silent: 0,
            probes: 512,
            rounds: 2,
            controls: (9, 0),
            conflicts: 0,
            blocked_since: None,
            missed_if_losses_alike: Some(2),
            missed_if_no_host_loses_half: Some(7),
            elapsed: Duration::from_secs(1),
            is_complete: true,
        }
    }

    /// In a run that came to its end.
    fn swept(sweep: SweepRecord) -> (Run, SweepRecord) {
        let header = RunHeader {
            start: Timestamp::UNIX_EPOCH,
            arguments: String::new(),
            operator: String::new(),
            version: String::new(),
            policy: None,
            targets: String::new(),
            addresses: 256,
            seed: 1,
            network: None,
        };
        let run = Run {
            header,
            end: Timestamp::UNIX_EPOCH,
            outcome: RunOutcome::Complete,
            sweeps: vec![sweep.clone()],
            silent: Vec::new(),
            phantom: Vec::new(),
            not_tried: Vec::new(),
            hosts: Vec::new(),
        };
        (run, sweep)
    }
}
