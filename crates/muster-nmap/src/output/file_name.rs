//! Names of output files with the date and time in them.

use std::path::{Path, PathBuf};

use jiff::Zoned;

/// What `%H`, `%M`, `%S`, `%m`, `%d`, `%y`, `%Y`, `%T` (`%H%M%S`), `%R` (`%H%M`), `%D` (`%m%d%y`) and `%F`
/// (`%Y-%m-%d`) stand for at `at`; `%%` is a percent sign, and of any other pair the letter stays.
///
/// A name that is not UTF-8 stays as it is.
pub fn file_name(pattern: &Path, at: &Zoned) -> PathBuf {
    let Some(text) = pattern.to_str().filter(|text| text.contains('%')) else {
        return pattern.to_owned();
    };
    let mut name = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '%' => name.extend(characters.next().map(|letter| meaning(letter, at))),
            _ => name.push(character),
        }
    }
    name.into()
}

fn meaning(letter: char, at: &Zoned) -> String {
    let format = match letter {
        'H' => "%H",
        'M' => "%M",
        'S' => "%S",
        'T' => "%H%M%S",
        'R' => "%H%M",
        'm' => "%m",
        'd' => "%d",
        'y' => "%y",
        'Y' => "%Y",
        'D' => "%m%d%y",
        'F' => "%Y-%m-%d",
        other => return other.to_string(),
    };
    at.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn names_tell_when() {
        let at = date(2026, 3, 5).at(7, 8, 9, 0).to_zoned(TimeZone::UTC).unwrap();
        for (pattern, expected) in [
            ("scan.xml", "scan.xml"),
            ("%Y%m%d-%H%M%S", "20260305-070809"),
            ("%T %R %D %F %y", "070809 0708 030526 2026-03-05 26"),
            ("100%% %q %é", "100% q é"),
            ("ends in %", "ends in "),
            ("%F/%F", "2026-03-05/2026-03-05"),
        ] {
            assert_eq!(file_name(Path::new(pattern), &at), Path::new(expected), "{pattern}");
        }
    }
}
