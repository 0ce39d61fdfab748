//! What another program says of a conversation of its own: its words for a protocol, and pieces of what was said.
//!
//! Pieces prove as much as they would have here: the field `Server` of a page names an agent whoever fetched it. What the
//! other program makes of them does not: from its name for a protocol follows how the service behaves, never who it is.

use std::net::Ipv4Addr;

use muster_catalog::{Catalog, Product};
use muster_model::{Conversation, Endpoint, Excerpt, Request, Service, Speech, Told};

use crate::answer::Answer;
use crate::identity;

/// What was reported of one open endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The protocol, where the program's word for it is one we know.
    pub speech: Option<Speech>,
    /// What the service said, piece by piece.
    pub told: Vec<Told>,
}

impl Report {
    /// What the beginning of an answer shows, cut wherever it may be.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let answer = Answer::read(bytes, None, false);
        let speech = answer.speech();
        let mut told = answer.told(&Endpoint::tcp(Ipv4Addr::UNSPECIFIED.into(), 0));
        if answer.greets() {
            told = vec![Told::Greeting(Excerpt::of_bytes(bytes.trim_ascii_end()))];
        }
        Self { speech, told }
    }

    /// Adds what another report of the same endpoint has that this one does not.
    pub fn join(&mut self, other: Self) {
        // What is wrapped in TLS is TLS to whoever connects.
        let is_wrapped = [self.speech, other.speech].contains(&Some(Speech::Tls));
        self.speech = if is_wrapped { Some(Speech::Tls) } else { self.speech.or(other.speech) };
        for told in other.told {
            if self.told.len() < MOST_TOLD && !self.told.contains(&told) {
                self.told.push(told);
            }
        }
    }
}

/// What an endpoint turned out to be by a report.
pub fn reported(catalog: &Catalog, endpoint: Endpoint, report: Report) -> Service {
    let Report { speech, mut told } = report;
    let genuine = genuine(catalog.products(), &endpoint, speech, &told);
    let identity = match genuine {
        Some((identity, tells)) => {
            told.extend(tells);
            identity
        }
        None => identity::by_speech(catalog.products(), &endpoint, speech),
    };
    Service {
        endpoint,
        identity,
        speech,
        asked: Vec::new(),
        told,
        end: Conversation::Reported,
        exchanges: Vec::new(),
    }
}

type Genuine = (Option<muster_model::Identity>, Vec<Told>);

/// A fingerprint that the pieces fit. Within TLS nobody here would have read a page.
fn genuine(
    products: &[Product],
    endpoint: &Endpoint,
    speech: Option<Speech>,
    told: &[Told],
) -> Option<Genuine> {
    let page = if speech == Some(Speech::Tls) { None } else { page(told) };
    let page = page.and_then(|page| {
        identity::genuine(products, endpoint, &Answer::read(&page, Some(Request::HttpGet), false))
    });
    let greeting = told.iter().find_map(|told| match told {
        Told::Greeting(text) => Some(text.as_str().as_bytes()),
        _ => None,
    });
    page.or_else(|| identity::genuine(products, endpoint, &Answer::read(greeting?, None, true)))
}

/// A page with the pieces in it, to be read as any other.
fn page(told: &[Told]) -> Option<Vec<u8>> {
    let (mut status, mut server, mut title) = ("HTTP/1.1 000", None, None);
    for told in told {
        match told {
            Told::Status(text) => status = text.as_str(),
            Told::Server(text) => server = Some(text.as_str()),
            Told::Title(text) => title = Some(text.as_str()),
            _ => {}
        }
    }
    (server.is_some() || title.is_some()).then(|| {
        let field = server.map(|server| format!("Server: {server}\r\n")).unwrap_or_default();
        let title = title.map(|title| format!("<title>{title}</title>")).unwrap_or_default();
        format!("{status}\r\n{field}\r\n{title}").into_bytes()
    })
}

/// Pieces that are kept of one endpoint.
const MOST_TOLD: usize = 16;

#[cfg(test)]
mod tests {
    use muster_model::{Identity, Trait};

    use super::*;

    fn service(port: u16, speech: Option<Speech>, told: Vec<Told>) -> Service {
        let endpoint = Endpoint::tcp([127, 0, 0, 1].into(), port);
        reported(Catalog::builtin(), endpoint, Report { speech, told })
    }

    fn server(text: &str) -> Vec<Told> {
        vec![Told::Server(Excerpt::of(text))]
    }

    #[test]
    fn what_a_server_says_of_itself_proves_what_it_would_have_proved_here() {
        let agent = service(8081, Some(Speech::Http), server("Agent-ListenServer-HttpSvr/1.0"));
        assert_eq!(agent.genuine().unwrap().as_str(), "trellix-agent");
        assert_eq!(service(8081, Some(Speech::Http), server("Apache/2.4")).genuine(), None);
        let wrapped = service(8081, Some(Speech::Tls), server("Agent-ListenServer-HttpSvr/1.0"));
        assert_eq!(wrapped.genuine(), None, "nobody would have read the page");
    }

    #[test]
    fn a_name_for_a_protocol_makes_nobody_genuine() {
        let http = service(8081, Some(Speech::Http), Vec::new());
        assert!(matches!(http.identity, Some(Identity::Unlearnt { .. })), "{http:?}");
        let nothing = service(2967, None, Vec::new());
        assert!(matches!(nothing.identity, Some(Identity::Unlearnt { .. })), "{nothing:?}");
        assert_eq!(service(22, Some(Speech::Ssh), Vec::new()).identity, None);
    }

    #[test]
    fn a_greeting_where_nobody_greets_is_an_impostors() {
        let chat = service(2967, Some(Speech::Irc), Vec::new());
        let Some(Identity::Impostor { by, .. }) = &chat.identity else { panic!("{chat:?}") };
        assert!(matches!(by, Trait::SpeaksFirst | Trait::Speaks(Speech::Irc)), "{by:?}");
    }

    #[test]
    fn reports_of_one_endpoint_are_joined() {
        let mut report = Report { speech: Some(Speech::Http), told: server("a") };
        report.join(Report { speech: Some(Speech::Tls), told: server("b") });
        report.join(Report { speech: None, told: server("a") });
        assert_eq!((report.speech, report.told.len()), (Some(Speech::Tls), 2));
    }

    #[test]
    fn banners_show_what_they_are() {
        let page =
            Report::of_bytes(b"HTTP/1.1 403 Forbidden\r\nServer: Agent-ListenServer-HttpSvr/1.0\r\nCont");
        assert_eq!(page.speech, Some(Speech::Http));
        assert!(page.told.contains(&server("Agent-ListenServer-HttpSvr/1.0")[0]), "{page:?}");
        let shell = Report::of_bytes(b"SSH-2.0-OpenSSH_9.6\r\n");
        assert_eq!(shell.told, [Told::Greeting(Excerpt::of("SSH-2.0-OpenSSH_9.6"))]);
        assert_eq!(shell.speech, Some(Speech::Ssh));
    }
}
