//! Timing templates and the values of timing options.

use std::time::Duration;

use muster_engine::{RoundLimits, SweepPlan, Timing};

use super::args::TimingArgs;

/// Kernels repeat the SYN of a connection after a second; a try that nobody counts is avoided.
const LONGEST_PATIENCE: Duration = Duration::from_millis(900);

/// `-T0` to `-T5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Template {
    Paranoid,
    Sneaky,
    Polite,
    Normal,
    Aggressive,
    Insane,
}

impl std::str::FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const NAMES: [(&str, Template); 6] = [
            ("paranoid", Template::Paranoid),
            ("sneaky", Template::Sneaky),
            ("polite", Template::Polite),
            ("normal", Template::Normal),
            ("aggressive", Template::Aggressive),
            ("insane", Template::Insane),
        ];
        let by_number = text.parse::<usize>().ok().and_then(|number| NAMES.get(number));
        let found = by_number.or_else(|| NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)));
        found.map(|&(_, template)| template).ok_or_else(|| "not 0 to 5, nor paranoid to insane".to_owned())
    }
}

impl Template {
    /// Probes a second. The slow ones are Nmap's delays between probes.
    pub(crate) fn rate(self) -> f64 {
        match self {
            Self::Paranoid => 1.0 / 300.0,
            Self::Sneaky => 1.0 / 15.0,
            Self::Polite => 2.5,
            Self::Normal => 2_000.0,
            Self::Aggressive => 10_000.0,
            Self::Insane => 50_000.0,
        }
    }

    /// How long conversations may take, measured by the usual time.
    pub(crate) fn conversation_patience(self) -> f64 {
        match self {
            Self::Paranoid | Self::Sneaky | Self::Polite | Self::Normal => 1.0,
            Self::Aggressive => 0.5,
            Self::Insane => 0.3,
        }
    }

    /// How often the silent are asked, at the least and at the most.
    pub(crate) fn rounds(self) -> RoundLimits {
        match self {
            Self::Insane => RoundLimits { most: 3, ..RoundLimits::default() },
            _ => RoundLimits::default(),
        }
    }

    /// How long to wait. Where an attempt holds a socket, answers count for as long as so many of them at `rate` allow,
    /// up to the time before anything has answered; a frame holds nothing.
    pub(crate) fn timing(self, rate: f64, sockets: Option<usize>) -> Timing {
        let milliseconds = Duration::from_millis;
        let (initial, floor, ceiling) = match self {
            Self::Paranoid | Self::Sneaky | Self::Polite | Self::Normal => (1_000, 250, 10_000),
            Self::Aggressive => (500, 150, 1_250),
            Self::Insane => (250, 100, 300),
        };
        // Without sockets to be kept open, Nmap's own least time-out does.
        let floor =
            if self == Self::Insane && sockets.is_none() { LEAST_OF_FRAMES } else { milliseconds(floor) };
        let initial = milliseconds(initial);
        let affordable =
            |sockets| Duration::try_from_secs_f64(sockets as f64 / rate / 2.0).unwrap_or(Duration::MAX);
        let patience = sockets
            .map_or(initial, |sockets| affordable(sockets).clamp(floor, initial.min(LONGEST_PATIENCE)));
        let linger = if sockets.is_some() { patience } else { floor };
        Timing { initial, floor, ceiling: milliseconds(ceiling), patience, linger }
    }
}

/// How fast and how long, over which network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace<'a> {
    /// What was asked for.
    pub(crate) args: &'a TimingArgs,
    /// How many attempts can be under way at once, where each holds a socket.
    pub(crate) sockets: Option<usize>,
}

/// Puts rate, rounds and waits of the timing options into a plan.
pub(crate) fn timed(plan: SweepPlan, pace: Pace<'_>) -> SweepPlan {
    let args = pace.args;
    let usual = args.max_rate.unwrap_or(args.template.rate());
    let rate = usual.max(args.min_rate.unwrap_or(0.0)).min(args.max_rate.unwrap_or(f64::INFINITY));
    let mut rounds = args.template.rounds();
    if let Some(retries) = args.max_retries {
        let room = if pace.sockets.is_none() { MOST_ROUNDS_OF_FRAMES } else { u8::MAX };
        rounds.most = retries.saturating_add(1).min(room);
        rounds.least = rounds.least.min(rounds.most);
    }
    if let Some(most) = args.max_missed {
        let most_rounds =
            if args.max_retries.is_some() { rounds.most } else { RoundLimits::within(most).most };
        rounds = RoundLimits { most: most_rounds, max_missed: Some(most), ..rounds };
    }
    let timing = waits(args.template.timing(rate, pace.sockets), args);
    let host_timeout = args.host_timeout.filter(|time| !time.is_zero());
    let host_spacing = args.scan_delay.map_or(plan.host_spacing, |delay| delay.max(plan.host_spacing));
    SweepPlan { rate, rounds, timing, host_timeout, host_spacing, ..plan }
}

/// The waits of the template, within what was typed.
fn waits(usual: Timing, args: &TimingArgs) -> Timing {
    let Timing { initial, floor, ceiling, patience, linger } = usual;
    let most = args.max_rtt_timeout.unwrap_or(Duration::MAX);
    let least = args.min_rtt_timeout.unwrap_or(Duration::ZERO);
    let first = args.initial_rtt_timeout;
    let floor = args.min_rtt_timeout.unwrap_or(floor.min(most).min(first.unwrap_or(floor)));
    let ceiling = args.max_rtt_timeout.unwrap_or(ceiling.max(least).max(first.unwrap_or(ceiling)));
    let initial = first.unwrap_or(initial).max(floor).min(ceiling);
    // Sockets decide how long an answer counts; less than that is what somebody asked for.
    Timing { initial, floor, ceiling, patience: patience.min(ceiling), linger: linger.min(ceiling) }
}

/// The same for questions to the local link: whoever is there answers within milliseconds, and asleep within a second.
pub(crate) fn timed_for_neighbors(plan: SweepPlan, pace: Pace<'_>) -> SweepPlan {
    let plan = timed(plan, pace);
    let Timing { initial, floor, ceiling, patience, linger } = plan.timing;
    let timing = Timing {
        initial: initial.min(NEAR),
        floor: floor.min(NEAR),
        ceiling: ceiling.min(patience),
        patience: patience.min(NEAR * 2),
        linger: linger.min(NEAR),
    };
    SweepPlan { timing, host_timeout: None, ..plan }
}

/// The same for decoys: whoever answers at them answered before, and as soon. The first answers were in `rtt`, with this
/// variation.
pub(crate) fn timed_for_decoys(
    plan: SweepPlan,
    pace: Pace<'_>,
    rtt: Option<(Duration, Duration)>,
) -> SweepPlan {
    let plan = timed(plan, pace);
    let usual = plan.timing;
    let (mean, variation) = rtt.unwrap_or((usual.initial, Duration::ZERO));
    let wait = (mean + variation * 4).max(LEAST_FOR_DECOYS).min(usual.initial);
    let timing = Timing {
        initial: wait,
        floor: wait.min(usual.floor),
        patience: wait.min(usual.patience),
        linger: wait.min(usual.linger),
        ceiling: usual.ceiling,
    };
    let rounds =
        RoundLimits { least: plan.rounds.least.min(2), most: plan.rounds.most.min(2), ..plan.rounds };
    SweepPlan { timing, rounds, host_timeout: None, ..plan }
}

/// Nmap's `-T5` waits no shorter.
const LEAST_OF_FRAMES: Duration = Duration::from_millis(50);
/// Long enough for a busy device on a near network.
const LEAST_FOR_DECOYS: Duration = Duration::from_millis(50);
/// A frame has no room for the number of a later round.
const MOST_ROUNDS_OF_FRAMES: u8 = 15;
/// How long a question to the local link goes unanswered before it is asked again.
const NEAR: Duration = Duration::from_millis(250);

/// Nmap's times: a number with `ms`, `s`, `m` or `h`, in small or capital letters; seconds without.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let (digits, unit) = divided(text);
    let seconds = match unit.to_ascii_lowercase().as_str() {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        _ => return Err(format!("unknown unit {unit}; use ms, s, m or h")),
    };
    let number: f64 = digits.parse().map_err(|_| "not a number with ms, s, m or h".to_owned())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| "not a time".to_owned())
}

/// The number, and the letters behind it.
fn divided(text: &str) -> (&str, &str) {
    text.split_at(text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len())
}

/// A time, if it has a unit or is shorter than `most`. A bare number once was milliseconds: who writes so many means those,
/// and as seconds it would make a sweep of hours. Nmap draws the same lines.
fn parse_below(most: Duration, text: &str) -> Result<Duration, String> {
    let time = parse_duration(text)?;
    if time < most || !divided(text).1.is_empty() {
        return Ok(time);
    }
    let tip = format!("a bare number is seconds; write {text}ms or {text}s");
    Err(format!("milliseconds or seconds?\n\n  tip: {tip}"))
}

/// A time between two probes.
pub(crate) fn parse_delay(text: &str) -> Result<Duration, String> {
    parse_below(Duration::from_secs(100), text)
}

/// How long a host is waited for in all.
pub(crate) fn parse_patience(text: &str) -> Result<Duration, String> {
    parse_below(Duration::from_secs(10_000), text)
}

/// How often something is done again; more than can be counted is as often as it can.
pub(crate) fn parse_retries(text: &str) -> Result<u8, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { Ok(text.parse().unwrap_or(u8::MAX)) } else { Err("not a whole number".to_owned()) }
}

/// A time to wait for an answer; none is no time at all.
pub(crate) fn parse_wait(text: &str) -> Result<Duration, String> {
    let time = parse_below(Duration::from_secs(50), text)?;
    if time.is_zero() { Err("must be more than 0".to_owned()) } else { Ok(time) }
}

/// A positive number of probes a second.
pub(crate) fn parse_rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if rate.is_finite() && rate > 0.0 { Ok(rate) } else { Err("must be more than 0".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_nmaps() {
        for (text, milliseconds) in
            [("30s", 30_000), ("1.5", 1_500), ("250ms", 250), ("5m", 300_000), ("1h", 3_600_000)]
                .into_iter()
                .chain([("5M", 300_000), ("30S", 30_000), ("100MS", 100), ("100Ms", 100), ("1H", 3_600_000)])
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", "-1s", "5d", "1e999", "nan", "ms"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    /// Nmap 7.93's bounds, as it keeps them when it is tried.
    #[test]
    fn a_bare_number_that_once_was_milliseconds_is_asked_about() {
        type Parse = fn(&str) -> Result<Duration, String>;
        for (parse, below, most) in [
            (parse_wait as Parse, "49.9", "50"),
            (parse_delay as Parse, "99", "100"),
            (parse_patience as Parse, "9999", "10000"),
        ] {
            assert!(parse(below).is_ok(), "{below}");
            let error = parse(most).unwrap_err();
            assert!(
                error.ends_with(&format!("a bare number is seconds; write {most}ms or {most}s")),
                "{error}"
            );
            assert!(["ms", "s", "S"].iter().all(|unit| parse(&format!("{most}{unit}")).is_ok()), "{most}");
        }
    }

    #[test]
    fn retries_end_somewhere() {
        for (text, count) in [("0", 0), ("255", 255), ("300", 255), ("99999999999999999999999", 255)] {
            assert_eq!(parse_retries(text), Ok(count), "{text}");
        }
        for text in ["", "-1", "+1", "1.5", "many"] {
            assert!(parse_retries(text).is_err(), "{text}");
        }
    }

    #[test]
    fn templates_by_number_or_name() {
        assert_eq!("4".parse(), Ok(Template::Aggressive));
        assert_eq!("Insane".parse(), Ok(Template::Insane));
        assert!("6".parse::<Template>().is_err());
        assert!("-1".parse::<Template>().is_err());
    }

    #[test]
    fn patience_is_what_the_sockets_allow() {
        let patience = |rate, sockets| Template::Normal.timing(rate, Some(sockets)).patience.as_millis();
        assert_eq!(patience(2_000.0, 20_000), 900);
        assert_eq!(patience(20_000.0, 20_000), 500);
        assert_eq!(patience(100_000.0, 20_000), 250);
        assert_eq!(patience(1.0 / 300.0, usize::MAX), 900);
    }

    #[test]
    fn frames_hold_no_socket_to_be_patient_with() {
        for rate in [1.0, 2_000.0, 5_000_000.0] {
            assert_eq!(Template::Normal.timing(rate, None).patience.as_millis(), 1_000);
            assert_eq!(Template::Insane.timing(rate, None).patience.as_millis(), 250);
        }
    }

    #[test]
    fn neighbours_answer_soon() {
        let args = TimingArgs { max_missed: Some(0.25), ..TimingArgs::default() };
        let plan = SweepPlan::new(muster_engine::AddressSet::empty(), muster_engine::Questions::neighbor());
        let plan = timed_for_neighbors(plan, Pace { args: &args, sockets: None });
        assert_eq!((plan.timing.initial, plan.timing.patience), (NEAR, NEAR * 2));
        assert_eq!(plan.rounds.max_missed, Some(0.25));
    }

    #[test]
    fn waits_are_kept_within_what_was_typed() {
        let milliseconds = |time: u64| Some(Duration::from_millis(time));
        let of = |initial, least, most| {
            let args = TimingArgs {
                initial_rtt_timeout: initial,
                min_rtt_timeout: least,
                max_rtt_timeout: most,
                ..TimingArgs::default()
            };
            let plan = SweepPlan::new(muster_engine::AddressSet::empty(), muster_engine::PortSet::tcp(1));
            let Timing { initial, floor, ceiling, patience, .. } =
                timed(plan, Pace { args: &args, sockets: None }).timing;
            [initial, floor, ceiling, patience].map(|time| time.as_millis())
        };
        assert_eq!(of(None, None, None), [1_000, 250, 10_000, 1_000]);
        assert_eq!(of(milliseconds(300), None, None), [300, 250, 10_000, 1_000]);
        assert_eq!(of(milliseconds(100), None, None), [100, 100, 10_000, 1_000]);
        assert_eq!(of(milliseconds(60_000), None, None), [60_000, 250, 60_000, 1_000]);
        assert_eq!(of(None, milliseconds(50), milliseconds(200)), [200, 50, 200, 200]);
        assert_eq!(of(None, milliseconds(20_000), None), [20_000, 20_000, 20_000, 1_000]);
        assert_eq!(of(None, None, milliseconds(100)), [100, 100, 100, 100]);
    }

    #[test]
    fn a_delay_only_ever_spares_a_host() {
        let spacing = |delay| {
            let args = TimingArgs { scan_delay: delay, ..TimingArgs::default() };
            let plan = SweepPlan::new(muster_engine::AddressSet::empty(), muster_engine::PortSet::tcp(1));
            timed(plan, Pace { args: &args, sockets: None }).host_spacing.as_millis()
        };
        assert_eq!(spacing(None), 25);
        assert_eq!(spacing(Some(Duration::from_secs(1))), 1_000);
        assert_eq!(spacing(Some(Duration::ZERO)), 25);
    }

    #[test]
    fn waits_are_positive() {
        assert_eq!(parse_wait("100ms"), Ok(Duration::from_millis(100)));
        assert!(parse_wait("0").is_err() && parse_wait("0ms").is_err());
    }

    #[test]
    fn rates_are_positive() {
        assert_eq!(parse_rate("0.5"), Ok(0.5));
        for text in ["0", "-3", "inf", "nan", "fast"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }
}
