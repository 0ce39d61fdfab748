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

    /// How long to wait. Answers count for as long as `sockets` connections at `rate` allow, up to the time before
    /// anything has answered.
    pub(crate) fn timing(self, rate: f64, sockets: usize) -> Timing {
        let milliseconds = Duration::from_millis;
        let (initial, floor, ceiling) = match self {
            Self::Paranoid | Self::Sneaky | Self::Polite | Self::Normal => (1_000, 250, 10_000),
            Self::Aggressive => (500, 150, 1_250),
            Self::Insane => (250, 100, 300),
        };
        let affordable = Duration::try_from_secs_f64(sockets as f64 / rate / 2.0).unwrap_or(Duration::MAX);
        let (initial, floor) = (milliseconds(initial), milliseconds(floor));
        Timing {
            initial,
            floor,
            ceiling: milliseconds(ceiling),
            patience: affordable.clamp(floor, initial.min(LONGEST_PATIENCE)),
        }
    }
}

/// Puts rate, rounds and waits of the timing options into a plan.
pub(crate) fn timed(plan: SweepPlan, args: &TimingArgs, sockets: usize) -> SweepPlan {
    let usual = args.max_rate.unwrap_or(args.template.rate());
    let rate = usual.max(args.min_rate.unwrap_or(0.0)).min(args.max_rate.unwrap_or(f64::INFINITY));
    let mut rounds = args.template.rounds();
    if let Some(retries) = args.max_retries {
        rounds.most = retries.saturating_add(1);
        rounds.least = rounds.least.min(rounds.most);
    }
    let timing = args.template.timing(rate, sockets);
    SweepPlan { rate, rounds, timing, host_timeout: args.host_timeout.filter(|time| !time.is_zero()), ..plan }
}

/// Nmap's times: a number with `ms`, `s`, `m` or `h`; seconds without.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        unit => return Err(format!("unknown unit {unit}; use ms, s, m or h")),
    };
    let number: f64 = digits.parse().map_err(|_| "not a number with ms, s, m or h".to_owned())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| "not a time".to_owned())
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
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", "-1s", "5d", "1e999", "nan", "ms"] {
            assert!(parse_duration(text).is_err(), "{text}");
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
        let patience = |rate, sockets| Template::Normal.timing(rate, sockets).patience.as_millis();
        assert_eq!(patience(2_000.0, 20_000), 900);
        assert_eq!(patience(20_000.0, 20_000), 500);
        assert_eq!(patience(100_000.0, 20_000), 250);
        assert_eq!(patience(1.0 / 300.0, usize::MAX), 900);
    }

    #[test]
    fn rates_are_positive() {
        assert_eq!(parse_rate("0.5"), Ok(0.5));
        for text in ["0", "-3", "inf", "nan", "fast"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }
}
