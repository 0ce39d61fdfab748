//! NetBIOS' name service: the status of a computer, which is the list of its names (RFC 1002, 4.2.17 and 4.2.18).

use muster_model::{Excerpt, Speech, Told};

use super::Recognition;

/// The question for the names of whoever is asked, `*` in the encoding of RFC 1001, 14.1.
pub(crate) fn status() -> Vec<u8> {
    let mut query = [ID, &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 32], b"CK"].concat();
    query.extend([b'A'; 30]);
    query.extend([0, 0, NODE_STATUS, 0, 1]);
    query
}

/// The answer to our question.
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    let is_status = bytes.starts_with(ID)
        && bytes.get(2).is_some_and(|flags| flags & 0x80 != 0)
        && bytes.get(TYPE..TYPE + 2) == Some(&[0, NODE_STATUS]);
    if is_status { Recognition::Is(Speech::NetbiosNames) } else { Recognition::Unknown }
}

/// The computer's own name, its domain or work group, and the address of its network card.
pub(crate) fn told(bytes: &[u8]) -> Vec<Told> {
    let count = usize::from(bytes.get(NAMES - 1).copied().unwrap_or(0));
    let names: Vec<&[u8]> = bytes.get(NAMES..).unwrap_or_default().chunks_exact(NAME).take(count).collect();
    let first = |is_group| {
        let of_station = |name: &&&[u8]| name[15] == 0 && (name[16] & 0x80 != 0) == is_group;
        names.iter().find(of_station).map(|name| Excerpt::of_bytes(name[..15].trim_ascii_end()))
    };
    let unit = bytes.get(NAMES + count * NAME..).and_then(<[u8]>::first_chunk::<6>);
    // Samba has none to tell.
    let unit = unit.filter(|unit| **unit != [0; 6]).map(|unit| Excerpt::of(&hardware(unit)));
    let told =
        [first(false).map(Told::HostName), first(true).map(Told::Domain), unit.map(Told::HardwareAddress)];
    told.into_iter().flatten().collect()
}

fn hardware(unit: &[u8; 6]) -> String {
    let octets: Vec<String> = unit.iter().map(|octet| format!("{octet:02X}")).collect();
    octets.join(":")
}

/// Which question it is.
const ID: &[u8] = b"mu";
/// Behind the header and the name.
const TYPE: usize = 46;
/// Behind the record's own header, and the number of names.
const NAMES: usize = 57;
/// Fifteen characters, the kind of name, flags.
const NAME: usize = 18;
const NODE_STATUS: u8 = 0x21;

#[cfg(test)]
mod tests {
    use super::*;

    /// As a member of a work group answers, made after RFC 1002.
    fn answer() -> Vec<u8> {
        let mut answer = status();
        answer[2] = 0x84;
        (answer[5], answer[7]) = (0, 1);
        answer.truncate(TYPE + 4);
        answer.extend([0, 0, 0, 0, 0, 61, 3]);
        for (name, kind, flags) in [("DEPOT", 0x00, 0x84), ("PC-7", 0x00, 0x04), ("PC-7", 0x20, 0x04)] {
            answer.extend(format!("{name:<15}").bytes().chain([kind, flags, 0]));
        }
        answer.extend([0, 0x1b, 0x21, 0xaa, 0xbb, 0xcc]);
        answer
    }

    #[test]
    fn the_question_is_the_fifty_octets_that_everybody_sends() {
        assert_eq!(status().len(), 50);
        assert_eq!(recognize(&status()), Recognition::Unknown, "a question is no answer");
    }

    #[test]
    fn a_station_names_itself_its_group_and_its_card() {
        let words = |bytes: &[u8]| -> Vec<String> {
            told(bytes).iter().map(|told| format!("{}: {}", told.label(), told.value())).collect()
        };
        let answer = answer();
        assert_eq!(recognize(&answer), Recognition::Is(Speech::NetbiosNames));
        assert_eq!(
            words(&answer),
            ["host name: PC-7", "domain: DEPOT", "hardware address: 00:1B:21:AA:BB:CC"]
        );
        for length in 0..answer.len() {
            assert!(words(&answer[..length]).len() < 3, "{length}");
        }
        let mut endless = answer.clone();
        endless[NAMES - 1] = 255;
        assert_eq!(words(&endless).len(), 2, "no card where names are said to be");
    }
}
