//! Whether an answer is a product's own, and what it tells besides.

use jiff::civil::Date;
use muster_catalog::{Comparison, Fingerprint, Match, Tell, TellKind};
use muster_model::{Excerpt, Request, Told};

use crate::answer::Answer;
use crate::service::find;

/// Whether the fingerprint is about what was heard: the answer to its request, or a greeting. A page within TLS shows the
/// certificate as well as the page.
pub(crate) fn is_about(fingerprint: &Fingerprint, answer: &Answer<'_>) -> bool {
    let Some(request) = fingerprint.request else { return answer.greets() };
    let is_within =
        answer.asked == Some(Request::HttpsGet) && matches!(request, Request::TlsHello | Request::HttpGet);
    !answer.is_greeting && (is_within || answer.asked == Some(request))
}

/// Whether all of it fits. One that asks for nothing fits nothing.
pub(crate) fn fits(fingerprint: &Fingerprint, answer: &Answer<'_>) -> bool {
    is_about(fingerprint, answer)
        && !fingerprint.matches.is_empty()
        && fingerprint.matches.iter().all(|condition| holds(condition, answer))
}

/// What the answer tells about the agent, in the order of the fingerprint.
pub(crate) fn tells(fingerprint: &Fingerprint, answer: &Answer<'_>) -> Vec<Told> {
    fingerprint.tells.iter().filter_map(|tell| told(tell, answer)).collect()
}

fn holds(condition: &Match, answer: &Answer<'_>) -> bool {
    let Some(part) = answer.part(&condition.part) else { return false };
    let text = condition.text.as_bytes();
    match condition.comparison {
        Comparison::Equals => part.eq_ignore_ascii_case(text),
        Comparison::StartsWith => {
            part.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text))
        }
        Comparison::Contains => find(&part, text).is_some(),
    }
}

fn told(tell: &Tell, answer: &Answer<'_>) -> Option<Told> {
    let part = answer.part(&tell.part)?;
    let value = tell.take_from(&part)?;
    let excerpt = Excerpt::of_bytes(value);
    Some(match tell.what {
        TellKind::HostName => Told::HostName(excerpt),
        TellKind::Version => Told::Version(excerpt),
        TellKind::Signatures => Told::Signatures(excerpt),
        TellKind::SignatureDate => Told::SignatureDate(date(value)?),
        TellKind::Manager => Told::Manager(excerpt),
        TellKind::AgentId => Told::AgentId(excerpt),
    })
}

/// A date as in `2023-08-21` or, C's asctime, `Mon Aug 21 07:30:01 2023`.
fn date(value: &[u8]) -> Option<Date> {
    let text = str::from_utf8(value).ok()?;
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    match words[..] {
        [_, month, day, _, year] => {
            let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))? + 1;
            Date::new(year.parse().ok()?, i8::try_from(month).ok()?, day.parse().ok()?).ok()
        }
        _ => text.get(..10)?.parse().ok(),
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_programs_write_them() {
        let day = |text| Some(jiff::civil::Date::strptime("%Y-%m-%d", text).unwrap());
        for (text, expected) in [
            ("Mon Aug 21 07:30:01 2023", day("2023-08-21")),
            ("Fri Sep  1 07:30:01 2023", day("2023-09-01")),
            ("2023-08-21", day("2023-08-21")),
            ("2023-08-21 10:00", day("2023-08-21")),
            ("Mon Aug 32 07:30:01 2023", None),
            ("Mon Foo 21 07:30:01 2023", None),
            ("21.08.2023", None),
            ("2023-08-4é", None),
            ("soon", None),
        ] {
            assert_eq!(date(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(date(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
    }
}
