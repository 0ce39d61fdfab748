//! From the tables of a file to the catalogue's types.

use muster_model::{DeviceClass, ProductId};

use super::ReadError;
use super::file::{
    DeviceTable, FingerprintTable, IncidentTable, ListenerTable, MannerWord, NoteTable, PortTable,
    ProcessTable, ProductTable, SourceTable,
};
use crate::device::{DeviceSignature, Sign};
use crate::fingerprint::{AnswerPart, Fingerprint, Match, Tell};
use crate::port::{Note, PortNote, Reading};
use crate::product::{Incident, Listener, Manner, Means, Process, Product, Proof, Source};

/// A file's name and the place in it that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) file: &'static str,
    pub(super) entry: &'a str,
}

impl Place<'_> {
    fn key(self, text: &str) -> Result<ProductId, ReadError> {
        text.parse().map_err(|_| self.error(format!("`{text}` is no product's key")))
    }

    fn part(self, text: &str) -> Result<AnswerPart, ReadError> {
        Ok(match text {
            "whole" => AnswerPart::Whole,
            "status" => AnswerPart::Status,
            "body" => AnswerPart::Body,
            "title" => AnswerPart::Title,
            "certificate-subject" => AnswerPart::CertificateSubject,
            "certificate-issuer" => AnswerPart::CertificateIssuer,
            _ => match text.strip_prefix("field ") {
                Some(name) if !name.is_empty() => AnswerPart::Field(name.to_ascii_lowercase()),
                _ => return Err(self.error(format!("`{text}` is no part of an answer"))),
            },
        })
    }

    pub(super) fn error(self, what: String) -> ReadError {
        ReadError::Wrong { file: self.file, entry: self.entry.to_owned(), what }
    }
}

impl ProductTable {
    pub(super) fn into_product(self, file: &'static str, vendor: &str) -> Result<Product, ReadError> {
        let place = Place { file, entry: &self.id };
        let id = place.key(&self.id)?;
        Ok(Product {
            family: self.family.as_deref().map_or(Ok(id.clone()), |family| place.key(family))?,
            vendor: self.vendor.unwrap_or_else(|| vendor.to_owned()),
            name: self.name,
            versions: self.versions,
            part: self.part,
            purpose: self.purpose,
            status: self.status,
            end_of_life: self.end_of_life,
            listeners: self.listener.into_iter().map(Listener::from).collect(),
            processes: self.process.into_iter().map(Process::from).collect(),
            fingerprints: self
                .fingerprint
                .into_iter()
                .map(|table| table.into_fingerprint(place))
                .collect::<Result<_, _>>()?,
            notes: self.notes,
            other_evidence: self.other_evidence,
            confidence: self.confidence,
            source: self.source,
            id,
        })
    }
}

impl From<ListenerTable> for Listener {
    fn from(table: ListenerTable) -> Self {
        Self {
            means: means(&table),
            protocol: table.protocol.into(),
            ports: table.ports,
            role: table.role,
            is_on_every_client: table.is_on_every_client,
            binding: table.binding,
            manner: match table.manner {
                MannerWord::Silent => Manner::Silent,
                MannerWord::Greets(speech) => Manner::Greets(Some(speech.into())),
                MannerWord::GreetsInItsOwn => Manner::Greets(None),
                MannerWord::Answers(speech) => Manner::Answers(speech.into()),
                MannerWord::Unknown => Manner::Unknown,
            },
            request: table.request.map(Into::into),
            process: table.process,
            note: table.note,
            confidence: table.confidence,
            source: table.source,
        }
    }
}

/// What the entry says, else the rule for every listener: only one that all clients have can be missed.
fn means(table: &ListenerTable) -> Means {
    let closed = if table.is_on_every_client { Proof::AbsentIfRequired } else { Proof::Nothing };
    Means {
        open: table.open.map_or(Proof::Hint, Into::into),
        closed: table.closed.map_or(closed, Into::into),
        filtered: table.filtered.map_or(Proof::Nothing, Into::into),
    }
}

impl From<ProcessTable> for Process {
    fn from(table: ProcessTable) -> Self {
        Self {
            os: table.os,
            name: table.name,
            service: table.service,
            note: table.note,
            source: table.source,
            service_source: table.service_source,
        }
    }
}

impl FingerprintTable {
    fn into_fingerprint(self, place: Place<'_>) -> Result<Fingerprint, ReadError> {
        let matches = self.matches.into_iter().map(|table| {
            Ok(Match { part: place.part(&table.part)?, comparison: table.comparison, text: table.text })
        });
        let tells = self.tells.into_iter().map(|table| {
            let part = place.part(&table.part)?;
            Ok(Tell { what: table.what, part, after: table.after, before: table.before })
        });
        Ok(Fingerprint {
            id: self.id,
            request: self.request.map(Into::into),
            matches: matches.collect::<Result<_, _>>()?,
            tells: tells.collect::<Result<_, _>>()?,
            confidence: self.confidence,
            source: self.source,
        })
    }
}

impl IncidentTable {
    pub(super) fn into_incident(self, file: &'static str) -> Result<Incident, ReadError> {
        let place = Place { file, entry: &self.name };
        let products = self.products.iter().map(|id| place.key(id)).collect::<Result<_, _>>()?;
        Ok(Incident {
            products,
            date: self.date,
            name: self.name,
            protocol: self.protocol.into(),
            ports: self.ports,
            summary: self.summary,
            source: self.source,
        })
    }
}

impl DeviceTable {
    pub(super) fn into_signatures(self, file: &'static str) -> Result<Vec<DeviceSignature>, ReadError> {
        let place = Place { file, entry: &self.class };
        let class = DeviceClass::ALL.iter().copied().find(|class| class.name() == self.class);
        let class = class.ok_or_else(|| place.error(format!("`{}` is no class of devices", self.class)))?;
        let ports = self.ports.into_iter().map(Sign::Ports);
        let greetings = self.greetings.into_iter().map(Sign::Greeting);
        let names = self.names.into_iter().map(Sign::Name);
        let signature = |sign| DeviceSignature { class, sign, source: self.source.clone() };
        Ok(ports.chain(greetings).chain(names).map(signature).collect())
    }
}

impl From<PortTable> for PortNote {
    fn from(table: PortTable) -> Self {
        let reading = |table: super::file::ReadingTable| Reading {
            seen: table.seen,
            says: table.says,
            source: table.source,
        };
        Self {
            port: table.port,
            registration: table.registration.into_iter().map(Note::from).collect(),
            users: table.user.into_iter().map(Note::from).collect(),
            readings: table.reading.into_iter().map(reading).collect(),
        }
    }
}

impl From<NoteTable> for Note {
    fn from(table: NoteTable) -> Self {
        Self { text: table.text, source: table.source }
    }
}

impl From<SourceTable> for Source {
    fn from(table: SourceTable) -> Self {
        Self { id: table.id, kind: table.kind, reference: table.reference, note: table.note }
    }
}
