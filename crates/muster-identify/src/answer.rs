//! What was heard, taken apart.

use std::borrow::Cow;

use muster_catalog::AnswerPart;
use muster_model::{Endpoint, Excerpt, Request, Speech, Told};

use crate::service::{
    self, Recognition,
    http::Response,
    tls::{Certificate, Flight, Session},
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
    Tls(Secure<'a>),
    Other,
}

/// What TLS shows.
#[derive(Debug, Default)]
struct Secure<'a> {
    certificate: Option<Certificate>,
    parameters: Option<String>,
    alert: Option<u8>,
    page: Option<Response<'a>>,
}

impl<'a> Answer<'a> {
    /// Takes apart what was heard.
    pub(crate) fn read(bytes: &'a [u8], asked: Option<Request>, is_greeting: bool) -> Self {
        let recognition = service::recognize_answer(bytes, asked);
        let content = match recognition {
            Recognition::Is(Speech::Http) => Content::Http(Response::read(bytes)),
            Recognition::Is(Speech::Tls) => {
                let flight = Flight::read(bytes);
                let certificate = flight.certificate.as_deref().and_then(Certificate::read);
                Content::Tls(Secure { certificate, alert: flight.alert, ..Secure::default() })
            }
            _ => Content::Other,
        };
        Self { bytes, asked, is_greeting, recognition, content }
    }

    /// The same of a session of TLS, in which `bytes` are the records.
    pub(crate) fn secure(bytes: &'a [u8], asked: Option<Request>, session: &'a Session) -> Self {
        let recognition = service::recognize(bytes);
        let is_page = service::recognize(&session.page) == Recognition::Is(Speech::Http);
        let content = match recognition.is_tls() {
            true => Content::Tls(Secure {
                certificate: session.certificate().as_deref().and_then(Certificate::read),
                parameters: session.parameters(),
                alert: session.alert,
                page: is_page.then(|| Response::read(&session.page)),
            }),
            false => Content::Other,
        };
        Self { bytes, asked, is_greeting: false, recognition, content }
    }

    /// Whether a page in the clear is of one of these programs, by the beginning of its `Server`.
    pub(crate) fn names_server(&self, programs: &[String]) -> bool {
        let Content::Http(page) = &self.content else { return false };
        let named = page.field("server").unwrap_or_default();
        let begins = |word: &String| {
            named.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
        };
        programs.iter().any(begins)
    }

    /// Whether a certificate was seen.
    pub(crate) fn has_certificate(&self) -> bool {
        matches!(&self.content, Content::Tls(Secure { certificate: Some(_), .. }))
    }

    /// Whether another question may tell more: the protocol is not known, or it is the one that is spoken within TLS.
    pub(crate) fn is_unclear(&self) -> bool {
        match &self.content {
            Content::Http(page) => page.wants_tls(),
            _ => self.speech().is_none(),
        }
    }

    /// The page, in the clear or within TLS.
    pub(crate) fn page(&self) -> Option<&Response<'a>> {
        match &self.content {
            Content::Http(page) => Some(page),
            Content::Tls(tls) => tls.page.as_ref(),
            Content::Other => None,
        }
    }

    fn certificate(&self) -> Option<&Certificate> {
        match &self.content {
            Content::Tls(tls) => tls.certificate.as_ref(),
            _ => None,
        }
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
        let page = || self.page();
        Some(match part {
            AnswerPart::Whole => Cow::Borrowed(self.bytes),
            AnswerPart::Status => Cow::Borrowed(page()?.status),
            AnswerPart::Field(name) => Cow::Borrowed(page()?.field(name)?),
            AnswerPart::Body => page()?.body(),
            AnswerPart::Title => Cow::Owned(page()?.title()?),
            AnswerPart::CertificateSubject => Cow::Borrowed(self.certificate()?.subject.as_bytes()),
            AnswerPart::CertificateIssuer => Cow::Borrowed(self.certificate()?.issuer.as_bytes()),
        })
    }

    /// What was agreed on within TLS.
    pub(crate) fn parameters(&self) -> Option<&str> {
        match &self.content {
            Content::Tls(tls) => tls.parameters.as_deref(),
            _ => None,
        }
    }

    /// What it tells anybody, whoever answers.
    pub(crate) fn told(&self, endpoint: &Endpoint) -> Vec<Told> {
        let excerpt = || Excerpt::of_bytes(self.bytes.trim_ascii_end());
        let mut told = Vec::new();
        if self.is_greeting {
            told.push(Told::Greeting(excerpt()));
        }
        match &self.content {
            Content::Http(http) => told.extend(of_http(http)),
            Content::Tls(tls) => told.extend(of_tls(tls)),
            Content::Other => {
                told.extend(self.speech().into_iter().flat_map(|it| service::told(it, endpoint, self.bytes)));
            }
        }
        // What answers SNMP repeats the community, which is a secret.
        let is_secret = self.asked == Some(Request::SnmpSystem);
        if told.is_empty() && !self.bytes.is_empty() && !is_secret {
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

fn of_tls(tls: &Secure<'_>) -> Vec<Told> {
    let mut told: Vec<Told> = tls.certificate.iter().flat_map(of_certificate).collect();
    told.extend(tls.parameters.as_deref().map(|text| Told::Protocol(Excerpt::of(text))));
    // What a session with a certificate ends by says nothing more.
    told.extend(tls.alert.filter(|_| told.is_empty()).map(|alert| Told::Answer(of_alert(alert))));
    told.extend(tls.page.iter().flat_map(of_http));
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
