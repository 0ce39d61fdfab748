//! Whose a certificate is (RFC 5280), read leniently: what cannot be read is left out.

use x509_parser::der_parser::asn1_rs::Tag;
use x509_parser::prelude::{FromDer, X509Certificate, X509Name};
use x509_parser::x509::AttributeTypeAndValue;

/// Subject and issuer, as in `CN=Router$host, O=Sophos`: the common name first, the rest as it stands in the certificate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// Whom it names.
    pub(crate) subject: String,
    /// Who signed it.
    pub(crate) issuer: String,
}

impl Certificate {
    /// Reads DER; `None` if it is no certificate.
    pub(crate) fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        Some(Self { subject: text(certificate.subject()), issuer: text(certificate.issuer()) })
    }
}

fn text(name: &X509Name<'_>) -> String {
    let mut attributes: Vec<(String, String)> =
        name.iter_attributes().map(|attribute| (kind(attribute), value(attribute))).collect();
    attributes.sort_by_key(|(kind, _)| kind != "CN");
    let pairs: Vec<String> = attributes.into_iter().map(|(kind, value)| format!("{kind}={value}")).collect();
    pairs.join(", ")
}

/// The usual abbreviations (RFC 4519, RFC 2985), else the number.
fn kind(attribute: &AttributeTypeAndValue<'_>) -> String {
    let number = attribute.attr_type().to_id_string();
    match number.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "1.2.840.113549.1.9.1" => "emailAddress",
        "0.9.2342.19200300.100.1.25" => "DC",
        other => other,
    }
    .to_owned()
}

fn value(attribute: &AttributeTypeAndValue<'_>) -> String {
    let value = attribute.attr_value();
    match value.tag() {
        // Two octets a character (X.680, 41).
        Tag::BmpString => {
            let units: Vec<u16> =
                value.data.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(value.data).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::CERTIFICATE;

    #[test]
    fn the_common_name_comes_first() {
        let certificate = Certificate::read(CERTIFICATE).unwrap();
        assert_eq!(certificate.subject, "CN=Router$printserver-7, C=GB, O=Example Ltd");
        assert_eq!(certificate.issuer, "CN=Example Certification Manager, O=Example Ltd");
    }

    #[test]
    fn what_is_broken_is_no_certificate() {
        for length in 0..CERTIFICATE.len() {
            assert_eq!(Certificate::read(&CERTIFICATE[..length]), None, "{length} bytes");
        }
    }
}
