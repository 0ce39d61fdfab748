//! Lengths of time for people.

use std::time::Duration;

/// `8.4 s`, `2:20 min`, `2:19 h`, `4 d 3 h`: seconds with so many decimals, and whatever is longer than a minute without
/// what nobody would read of it.
pub fn duration_text(duration: Duration, decimals: usize) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..MINUTE => format!("{:.decimals$} s", duration.as_secs_f64()),
        MINUTE..HOUR => format!("{}:{:02} min", seconds / MINUTE, seconds % MINUTE),
        HOUR..TWO_DAYS => format!("{}:{:02} h", seconds / HOUR, seconds % HOUR / MINUTE),
        _ => format!("{} d {} h", seconds / DAY, seconds % DAY / HOUR),
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Up to here people count in hours.
const TWO_DAYS: u64 = 2 * DAY;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_times_are_told_in_what_people_count_by() {
        for (milliseconds, decimals, expected) in [
            (0, 1, "0.0 s"),
            (8_400, 1, "8.4 s"),
            (8_400, 0, "8 s"),
            (2_312, 2, "2.31 s"),
            (60_000, 2, "1:00 min"),
            (140_900, 1, "2:20 min"),
            (8_388_600, 1, "2:19 h"),
            (172_799_000, 1, "47:59 h"),
            (356_400_000, 1, "4 d 3 h"),
        ] {
            assert_eq!(duration_text(Duration::from_millis(milliseconds), decimals), expected);
        }
        assert!(duration_text(Duration::MAX, 1).ends_with(" h"));
    }
}
