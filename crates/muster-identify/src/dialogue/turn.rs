//! One connection of a conversation: what was asked over it and what was heard.

use muster_model::{Conversation, Endpoint, Exchange, Protocol, Request, Said};

use super::plan::Step;
use crate::Community;
use crate::answer::Answer;
use crate::service::{self, Reader, Recognition, mdns, smb, tls};

/// What is said and heard over one connection.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// What was asked before anything was heard.
    pub(super) asked: Option<Request>,
    /// Whether the service spoke first.
    pub(super) is_greeting: bool,
    /// All that was heard, as it came.
    pub(super) heard: Vec<u8>,
    /// What was sent, if it is to be kept.
    pub(super) sent: Sent,
    /// How many bytes came, also of those for which there was no room.
    came: u64,
    /// How it ended.
    pub(super) end: Option<Conversation>,
    /// Whether its answer goes on.
    pub(super) progress: Progress,
    /// So much of what was heard has gone into the session.
    read: usize,
    reader: Reader,
    /// The second request of a protocol that has two, and whether it was made.
    unsent: Option<Vec<u8>>,
    is_followed: bool,
    session: Option<Box<tls::Session>>,
}

/// The beginning of what was sent, and how much it was.
#[derive(Debug, Default)]
pub(super) struct Sent {
    bytes: Vec<u8>,
    total: u64,
}

impl Sent {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let room = Said::MOST.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.total += bytes.len() as u64;
    }
}

/// Whether an answer goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Progress {
    /// It is complete.
    Complete,
    /// More of it must come.
    Partial,
    /// Nobody can tell.
    #[default]
    Open,
}

impl Turn {
    /// Asks; what to send.
    pub(super) fn ask(&mut self, step: Step, endpoint: &Endpoint, community: Option<&Community>) -> Vec<u8> {
        self.asked = Some(step.request());
        let page = || service::http::get(endpoint);
        let session = match step {
            Step::OldTls(_) => None,
            Step::Ask(Request::HttpsGet) | Step::Guess(Request::HttpsGet) => tls::Session::new(Some(page())),
            Step::Ask(Request::TlsHello) => tls::Session::new(None),
            Step::Ask(_) | Step::Guess(_) => None,
        };
        self.session = session.map(Box::new);
        match (&mut self.session, step) {
            (Some(session), _) => session.take_unsent(),
            (None, Step::OldTls(_)) => tls::client_hello(),
            (None, Step::Ask(Request::SnmpSystem)) => community.map(service::snmp::get).unwrap_or_default(),
            // It makes the hello of a session that could not be begun as well.
            (None, Step::Ask(request) | Step::Guess(request)) => service::request(request, endpoint),
        }
    }

    /// Keeps what there is room for; whether that was all.
    pub(super) fn hear(&mut self, endpoint: &Endpoint, bytes: &[u8], most: usize) -> bool {
        let is_of_names = matches!(self.asked, Some(Request::DnsVersion | Request::MdnsName));
        if endpoint.protocol == Protocol::Udp && is_of_names {
            // As TCP would carry it.
            self.heard.extend(u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
        self.came += bytes.len() as u64;
        let total = self.heard.len() + bytes.len();
        let room = (most + tls::LONGEST_RECORD).saturating_sub(self.heard.len());
        self.heard.extend_from_slice(&bytes[..bytes.len().min(room)]);
        let is_records = self.session.is_some() && tls::recognize(&self.heard) != Recognition::Unknown;
        let most = if is_records { most + tls::LONGEST_RECORD } else { most };
        self.heard.truncate(most);
        total <= most
    }

    /// Reads on in an answer, which is cut where it ends.
    pub(super) fn read(&mut self) {
        self.progress = self.read_on();
    }

    fn read_on(&mut self) -> Progress {
        if self.session.is_some() {
            match service::recognize(&self.heard) {
                Recognition::Perhaps => return Progress::Partial,
                recognition if recognition.is_tls() => return self.read_records(),
                _ => self.session = None,
            }
        }
        if self.unsent.is_none() && !self.is_followed {
            self.unsent = match self.asked {
                Some(Request::MdnsName) => mdns::next(&self.heard),
                Some(Request::SmbNegotiate) => smb::next(&self.heard),
                _ => None,
            };
            self.is_followed = self.unsent.is_some();
        }
        if let Some(end) = self.reader.end(&self.heard, self.asked) {
            self.heard.truncate(end);
            return Progress::Complete;
        }
        if self.reader.awaits_more() { Progress::Partial } else { Progress::Open }
    }

    /// Record by record, so that it does not matter how they were cut into segments.
    fn read_records(&mut self) -> Progress {
        let Some(session) = &mut self.session else { return Progress::Open };
        while let Some(record) = tls::first_record(&self.heard[self.read..]) {
            self.read += record.len();
            if session.hear(record) {
                self.heard.truncate(self.read);
                return Progress::Complete;
            }
        }
        Progress::Partial
    }

    /// What is to be sent now, beyond the request.
    pub(super) fn take_unsent(&mut self) -> Option<Vec<u8>> {
        let of_session = self.session.as_mut().map(|session| session.take_unsent());
        of_session.filter(|bytes| !bytes.is_empty()).or_else(|| self.unsent.take())
    }

    /// The words of both sides. Within TLS those that were said inside, if it came to that: of the rest no byte means anything
    /// to a reader. The answer to SNMP repeats the community, so nothing is shown of either.
    pub(super) fn exchange(&self, endpoint: &Endpoint) -> Exchange {
        let page = self.session.as_ref().filter(|session| session.has_asked());
        let (sent, heard) = match page {
            _ if self.asked == Some(Request::SnmpSystem) => {
                (Said::secret(self.sent.total), Said::secret(self.came))
            }
            Some(session) => {
                let request = service::http::get(endpoint);
                (Said::of(&request, 0), Said::of(&session.page, 0))
            }
            None => (Said::of(&self.sent.bytes, self.sent.total), Said::of(self.words(endpoint), self.came)),
        };
        Exchange { sent, heard, is_in_tls: page.is_some() }
    }

    /// What was heard, as it was on the wire.
    fn words(&self, endpoint: &Endpoint) -> &[u8] {
        let is_counted = endpoint.protocol == Protocol::Udp && self.asked == Some(Request::DnsVersion);
        self.heard.get(if is_counted { 2 } else { 0 }..).unwrap_or_default()
    }

    /// What was heard, taken apart.
    pub(super) fn answer(&self) -> Answer<'_> {
        match &self.session {
            Some(session) => Answer::secure(&self.heard, self.asked, session),
            None => Answer::read(&self.heard, self.asked, self.is_greeting),
        }
    }

    /// Whether it is still not clear who answers.
    pub(super) fn is_unclear(&self) -> bool {
        !self.is_greeting && self.answer().is_unclear()
    }

    /// Whether the other side ended it, without being understood.
    pub(super) fn hung_up(&self) -> bool {
        matches!(self.end, Some(Conversation::Closed | Conversation::Reset))
            && self.answer().speech().is_none()
    }

    /// Whether a certificate was seen.
    pub(super) fn has_certificate(&self) -> bool {
        self.answer().has_certificate()
    }
}
