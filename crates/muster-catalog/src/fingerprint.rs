//! How a product is told from everything else, as data.

use muster_model::Request;

use crate::product::Confidence;

/// What a product, and no other, says.
#[derive(Clone, Debug)]
pub struct Fingerprint {
    /// Its key.
    pub id: String,
    /// Which request brings it out; `None`: the greeting, before anything is asked.
    pub request: Option<Request>,
    /// All of these must fit.
    pub matches: Vec<Match>,
    /// What the same answer tells besides.
    pub tells: Vec<Tell>,
    /// How sure it is that only this product says so.
    pub confidence: Confidence,
    /// Keys of [`Source`](crate::Source).
    pub source: Vec<String>,
}

/// A condition on a part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Which part.
    pub part: AnswerPart,
    /// How it is compared. Text is compared without regard to ASCII case.
    pub comparison: Comparison,
    /// With what.
    pub text: String,
}

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerPart {
    /// All of it, as bytes.
    Whole,
    /// HTTP's status line.
    Status,
    /// The HTTP field of this name, in lower case.
    Field(String),
    /// What follows the HTTP header section.
    Body,
    /// The page's title.
    Title,
    /// The certificate's subject, as `CN=..., O=...`.
    CertificateSubject,
    /// The certificate's issuer.
    CertificateIssuer,
}

/// How a part is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The part is the text.
    Equals,
    /// The part begins with the text.
    StartsWith,
    /// The text is somewhere in the part.
    Contains,
}

/// Something to take out of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tell {
    /// What it is.
    pub what: TellKind,
    /// Which part it is in.
    pub part: AnswerPart,
    /// What stands before it, where it is first found; empty: the beginning of the part. A `*` stands for the shortest
    /// run of anything, as in `ClamAV */`.
    pub after: String,
    /// What stands behind it; empty, or nowhere to be found: the end of the part.
    pub before: String,
}

impl Tell {
    /// Takes it out of the text of [`part`](Self::part), without the white space around it. `None`: it is not there, or
    /// there is nothing between its borders. ASCII case does not count.
    ///
    /// ```
    /// use muster_catalog::{AnswerPart, Tell, TellKind};
    ///
    /// let date = Tell {
    ///     what: TellKind::SignatureDate,
    ///     part: AnswerPart::Whole,
    ///     after: "ClamAV */*/".to_owned(),
    ///     before: "\n".to_owned(),
    /// };
    /// let answer = b"ClamAV 1.0.3/27007/Mon Aug 21 07:30:01 2023\n";
    /// assert_eq!(date.take_from(answer), Some(&b"Mon Aug 21 07:30:01 2023"[..]));
    /// ```
    pub fn take_from<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let mut rest = text;
        for border in self.after.split('*').filter(|border| !border.is_empty()) {
            rest = &rest[position(rest, border.as_bytes())? + border.len()..];
        }
        let end = match self.before.is_empty() {
            true => None,
            false => position(rest, self.before.as_bytes()),
        };
        let found = rest[..end.unwrap_or(rest.len())].trim_ascii();
        (!found.is_empty()).then_some(found)
    }
}

/// Where `needle`, which is not empty, first begins.
fn position(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle))
}

/// What can be taken out of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TellKind {
    /// The computer's name.
    HostName,
    /// The product's version.
    Version,
    /// The version of its signatures.
    Signatures,
    /// The date of its signatures, as `Mon Aug 21 07:30:01 2023` or `2023-08-21`.
    SignatureDate,
    /// Its management server.
    Manager,
    /// The agent's own number.
    AgentId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_tells_is_between_its_borders() {
        for (text, after, before, expected) in [
            ("ClamAV 1.0.3/27007/Mon Aug 21", "ClamAV ", "/", Some("1.0.3")),
            ("ClamAV 1.0.3/27007/Mon Aug 21", "ClamAV */", "/", Some("27007")),
            ("ClamAV 1.0.3/27007/Mon Aug 21\n", "ClamAV */*/", "", Some("Mon Aug 21")),
            ("ClamAV 1.0.3", "ClamAV ", "/", Some("1.0.3")),
            ("ClamAV 1.0.3", "ClamAV */", "/", None),
            ("<a>x</a><a>y</a>", "<a>", "</a>", Some("x")),
            ("<A>x</A>", "<a>", "</a>", Some("x")),
            ("<a></a>", "<a>", "</a>", None),
            ("<a> </a>", "<a>", "</a>", None),
            ("whole", "", "", Some("whole")),
            ("", "", "", None),
            ("", "x", "x", None),
        ] {
            let tell = Tell {
                what: TellKind::Version,
                part: AnswerPart::Whole,
                after: after.to_owned(),
                before: before.to_owned(),
            };
            assert_eq!(
                tell.take_from(text.as_bytes()),
                expected.map(str::as_bytes),
                "{after} {text} {before}"
            );
        }
    }
}
