//! Lists of targets: the text of `-iL` and `--excludefile`, and the argument of `--exclude`.
//!
//! A list is foreign bytes. It may be in another encoding, have no line ends or be of any size: what cannot be read is
//! an error with its line, the rest is read.

use super::error::{TargetError, printable};
use super::interval::MAX_INTERVALS;
use super::spec::TargetSpec;

/// A list of targets, with what was wrong in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetList {
    /// The targets, in the order of the list.
    pub targets: Vec<TargetSpec>,
    /// What was not understood; the first hundred.
    pub errors: Vec<ListError>,
    /// How many more errors there were.
    pub further_errors: usize,
}

impl TargetList {
    /// Reads entries that are separated by white space; `#` starts a comment to the end of its line. A byte order mark
    /// of UTF-8 is skipped.
    pub fn parse(text: &[u8]) -> Self {
        let mut list = Self::default();
        if text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]) {
            list.errors.push(ListError::Utf16);
            return list;
        }
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut room = MAX_INTERVALS;
        for (line, bytes) in (1..).zip(text.split(|&byte| byte == b'\n')) {
            let entries = bytes.split(|&byte| byte == b'#').next().unwrap_or_default();
            for entry in entries.split(u8::is_ascii_whitespace).filter(|entry| !entry.is_empty()) {
                let target = read(line, entry);
                let Some(left) = room.checked_sub(target.as_ref().map_or(0, ranges)) else {
                    list.errors.push(ListError::TooLong { line });
                    return list;
                };
                room = left;
                list.push(target);
            }
        }
        list
    }

    fn push(&mut self, target: Result<TargetSpec, ListError>) {
        match target {
            Ok(target) => self.targets.push(target),
            Err(error) if self.errors.len() < MOST_ERRORS => self.errors.push(error),
            Err(_) => self.further_errors += 1,
        }
    }
}

/// Reads the comma list of `--exclude`. As with Nmap an octet list has no place there, since its commas separate
/// targets; empty entries and blanks around entries do no harm.
///
/// # Errors
/// At the first entry that is not a target.
pub fn parse_exclude(text: &str) -> Result<Vec<TargetSpec>, TargetError> {
    let entries = text.split(',').map(str::trim_ascii).filter(|entry| !entry.is_empty());
    entries.map(TargetSpec::parse).collect()
}

/// What was not understood in a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// An entry is not a target.
    #[error("line {line}: {error}")]
    Target {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        error: TargetError,
    },
    /// An entry is not even text.
    #[error("line {line}: not text in UTF-8: {entry}")]
    NotText {
        /// The line, from 1.
        line: usize,
        /// What could be made of it, fit to be printed.
        entry: String,
    },
    /// The targets up to here have more than [`MAX_INTERVALS`] ranges between them; the list was not read further. A
    /// line such as `10.*.*.1` is eight characters long and takes a megabyte.
    #[error("line {line}: more than {MAX_INTERVALS} separate address ranges in one list")]
    TooLong {
        /// The line, from 1.
        line: usize,
    },
    /// The whole list is in the encoding that Windows calls Unicode.
    #[error("the list is in UTF-16, not UTF-8")]
    Utf16,
}

impl ListError {
    /// What to do about it, where something can be said.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Target { error, .. } => error.hint(),
            Self::NotText { .. } => None,
            Self::TooLong { .. } => Some("name whole networks, or sweep it in parts".to_owned()),
            Self::Utf16 => Some("save it as UTF-8, in PowerShell with Out-File -Encoding utf8".to_owned()),
        }
    }
}

/// Errors that are kept: a wrong file given by mistake has millions, and nobody reads the hundredth.
const MOST_ERRORS: usize = 100;

/// What a target takes of the room for a list, in ranges.
fn ranges(target: &TargetSpec) -> usize {
    match target {
        TargetSpec::Addresses(set) => set.v4().ranges().len() + set.v6().ranges().len(),
        TargetSpec::Name { .. } => 1,
    }
}

fn read(line: usize, entry: &[u8]) -> Result<TargetSpec, ListError> {
    let text = str::from_utf8(entry).map_err(|_| {
        let start = &entry[..entry.len().min(200)];
        ListError::NotText { line, entry: printable(&String::from_utf8_lossy(start)) }
    })?;
    TargetSpec::parse(text).map_err(|error| ListError::Target { line, error })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(list: &TargetList) -> Vec<String> {
        let show = |target: &TargetSpec| match target {
            TargetSpec::Addresses(set) => set.to_string(),
            TargetSpec::Name { name, .. } => name.clone(),
        };
        list.targets.iter().map(show).collect()
    }

    fn messages(list: &TargetList) -> Vec<String> {
        list.errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn entries_stand_between_white_space_and_comments_end_a_line() {
        let text = b"\xef\xbb\xbf10.0.0.1 10.0.0.2\t10.0.0.3\r\n# all of 10.0.0.9\n10.0.0.4#x 10.0.0.10\n\n  host # d\n#\n::1";
        let list = TargetList::parse(text);
        assert_eq!(shown(&list), ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "host", "::1"]);
        assert!(list.errors.is_empty());
        assert_eq!(TargetList::parse(b""), TargetList::default());
    }

    #[test]
    fn errors_have_their_line_and_the_rest_is_read() {
        let list = TargetList::parse(b"10.0.0.1\n10.0.0.256\n10.0.0.2 h\xe4user 10.0.0.3\n10.0.0.4\x00\n");
        assert_eq!(shown(&list), ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
        assert_eq!(
            messages(&list),
            [
                "line 2: bad target 10.0.0.256: octet 256 is more than 255, at character 8",
                "line 3: not text in UTF-8: h\u{fffd}user",
                "line 4: bad target 10.0.0.4\\0: unexpected '\\0', at character 9",
            ]
        );
    }

    #[test]
    fn hostile_lists_stay_small() {
        let list = TargetList::parse("a..b\n".repeat(50_000).as_bytes());
        assert_eq!((list.errors.len(), list.further_errors), (100, 49_900));
        let list = TargetList::parse(&vec![b'a'; 10_000_000]);
        assert!(messages(&list)[0].ends_with("it is longer than 4096 bytes, at character 1"));
        assert!(messages(&list)[0].len() < 200);
        let list = TargetList::parse(&vec![0xfc; 1_000_000]);
        assert!(messages(&list)[0].len() < 500);
        let list = TargetList::parse("10.*.*.1 ".repeat(1_000).as_bytes());
        assert_eq!((list.targets.len(), list.errors), (16, vec![ListError::TooLong { line: 1 }]));
        let list = TargetList::parse(b"\xff\xfe1\x000\x00");
        assert_eq!(list.errors, [ListError::Utf16]);
        assert!(list.errors[0].hint().is_some());
    }

    #[test]
    fn exclusions_are_separated_by_commas() {
        let targets = parse_exclude("10.0.0.0-1,host, ,10.0.0.6/31,").unwrap();
        assert_eq!(targets.len(), 3);
        let error = parse_exclude("10.0.0.1,3").unwrap_err();
        assert_eq!(error.to_string(), "bad target 3: an IPv4 address has four octets, not 1, at character 1");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            for message in messages(&TargetList::parse(&bytes)) {
                prop_assert!(!message.contains(char::is_control));
            }
        }
    }
}
