//! What was heard, taken apart.

use std::borrow::Cow;

use muster_catalog::AnswerPart;
use muster_model::{Excerpt, Request, Speech, Told};

use crate::service::{
    self, Recognition,
    http::Response,
    tls::{Certificate, Flight},
};

/// Everything that a service said in one conversation.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    /// As it came.
    pub(crate) bytes: &'a [u8],
    /// What was asked before it came, if anything.
    pub(crate) asked: Option<Request>,
    /// Whether it came before anything was asked.
    pub(crate) is_greeting: bool,
    /// The protocol it is in.
    pub(crate) recognition: Recognition,
    content: Content<'a>,
}

#[derive(Debug)]
enum Content<'a> {
    Http(Response<'a>),
    Tls { certificate: Option<Certificate>, alert: Option<u8> },
    Other,
}

impl<'a> Answer<'a> {
    /// Takes apart what was heard.
    pub(crate) fn read(bytes: &'a [u8], asked: Option<Request>, is_greeting: bool) -> Self {
        let recognition = service::recognize(bytes);
        let content = match recognition {
            Recognition::Is(Speech::Http) => Content::Http(Response::read(bytes)),
            Recognition::Is(Speech::Tls) => {
                let flight = Flight::read(bytes);
                let certificate = flight.certificate.as_deref().and_then(Certificate::read);
                Content::Tls { certificate, alert: flight.alert }
            }
            _ => Content::Other,
        };
        Self { bytes, asked, is_greeting, recognition, content }
    }

    /// The protocol, if it is known.
    pub(crate) fn speech(&self) -> Option<Speech> {
        match self.recognition {
            Recognition::Is(speech) => Some(speech),
            Recognition::Perhaps | Recognition::Unknown => None,
        }
    }

    /// Whether it is a greeting, by the moment it came or, if that was late, by its protocol.
    pub(crate) fn greets(&self) -> bool {
        self.is_greeting || self.speech().is_some_and(service::speaks_first)
    }

    /// A part of it.
    pub(crate) fn part(&self, part: &AnswerPart) -> Option<Cow<'_, [u8]>> {
        match (part, &self.content) {
            (AnswerPart::Whole, _) => Some(Cow::Borrowed(self.bytes)),
            (AnswerPart::Status, Content::Http(http)) => Some(Cow::Borrowed(http.status)),
            (AnswerPart::Field(name), Content::Http(http)) => http.field(name).map(Cow::Borrowed),
            (AnswerPart::Body, Content::Http(http)) => Some(http.body()),
            (AnswerPart::Title, Content::Http(http)) => http.title().map(Cow::Owned),
            (AnswerPart::CertificateSubject, Content::Tls { certificate: Some(certificate), .. }) => {
                Some(Cow::Borrowed(certificate.subject.as_bytes()))
            }
            (AnswerPart::CertificateIssuer, Content::Tls { certificate: Some(certificate), .. }) => {
                Some(Cow::Borrowed(certificate.issuer.as_bytes()))
            }
            _ => None,
        }
    }

    /// What it tells anybody, whoever answers.
    pub(crate) fn told(&self) -> Vec<Told> {
        let excerpt = || Excerpt::of_bytes(self.bytes.trim_ascii_end());
        let mut told = Vec::new();
        if self.is_greeting {
            told.push(Told::Greeting(excerpt()));
        }
        match &self.content {
            Content::Http(http) => told.extend(of_http(http)),
            Content::Tls { certificate: Some(certificate), .. } => told.extend(of_certificate(certificate)),
            Content::Tls { alert: Some(alert), .. } => told.push(Told::Answer(of_alert(*alert))),
            Content::Tls { .. } | Content::Other => {}
        }
        if told.is_empty() && !self.bytes.is_empty() {
            told.push(Told::Answer(excerpt()));
        }
        told
    }
}

fn of_http(http: &Response<'_>) -> Vec<Told> {
    let mut told = vec![Told::Status(Excerpt::of_bytes(http.status))];
    told.extend(http.field("server").map(|server| Told::Server(Excerpt::of_bytes(server))));
    told.extend(http.title().map(|title| Told::Title(Excerpt::of_bytes(&title))));
    told
}

fn of_certificate(certificate: &Certificate) -> Vec<Told> {
    vec![
        Told::CertificateSubject(Excerpt::of(&certificate.subject)),
        Told::CertificateIssuer(Excerpt::of(&certificate.issuer)),
    ]
}

/// By number and, where it is common, by name (RFC 8446, 6).
fn of_alert(alert: u8) -> Excerpt {
    let name = match alert {
        0 => "close notify",
        10 => "unexpected message",
        22 => "record overflow",
        40 => "handshake failure",
        47 => "illegal parameter",
        50 => "decode error",
        70 => "protocol version",
        71 => "insufficient security",
        80 => "internal error",
        112 => "unrecognized name",
        _ => return Excerpt::of(&format!("TLS alert {alert}")),
    };
    Excerpt::of(&format!("TLS alert {alert}: {name}"))
}
