//! The reader: finds out what a file is, and hands it to the reader of that form.

use std::fmt;
use std::io::Read;

use jiff::tz::TimeZone;

use super::grepable::Grepable;
use super::lines::Lines;
use super::masscan::List;
use super::masscan_json::Json;
use super::normal::Normal;
use super::sniff::{self, Kind};
use super::source::Source;
use super::xml::Xml;
use super::{Form, Piece, ReadError};

/// Reads what a scanner wrote, piece by piece, from any stream of bytes: a file, a pipe, a slice.
///
/// Gives the head of each run, then its hosts; at last the tail. An error is the last that comes.
///
/// ```
/// use muster_nmap::read::{Piece, Reader};
///
/// let file = "Host: 10.0.0.1 ()\tPorts: 22/open/tcp//ssh///\n# Nmap done at Sun Nov 22 03:00:00 2026 -- 1 IP address (1 host up) scanned in 0.10 seconds\n";
/// for piece in Reader::new(file.as_bytes())? {
///     if let Piece::Host(host) = piece? {
///         assert_eq!(host.ports[0].number, 22);
///     }
/// }
/// # Ok::<(), muster_nmap::read::ReadError>(())
/// ```
pub struct Reader<R> {
    pieces: Pieces<R>,
    form: Form,
    is_over: bool,
}

enum Pieces<R> {
    Xml(Box<Xml<R>>),
    Grepable(Box<Lines<R, Grepable>>),
    Normal(Box<Lines<R, Normal>>),
    List(Box<Lines<R, List>>),
    Json(Box<Json<R>>),
}

impl<R: Read> Reader<R> {
    /// Looks at the beginning of the bytes, and takes off packing.
    ///
    /// # Errors
    /// If nothing is in there, or nothing that can be read.
    pub fn new(bytes: R) -> Result<Self, ReadError> {
        let mut source = Source::open(bytes)?;
        let (pieces, form) = match sniff::kind(&mut source)? {
            Kind::Xml => {
                let xml = Box::new(Xml::open(source)?);
                let form = xml.form();
                (Pieces::Xml(xml), form)
            }
            Kind::Grepable => {
                let form = Form::Grepable;
                (Pieces::Grepable(Box::new(Lines::new(source, form, Grepable::default()))), form)
            }
            Kind::Normal => {
                let form = Form::Normal;
                (Pieces::Normal(Box::new(Lines::new(source, form, Normal::default()))), form)
            }
            Kind::MasscanList => {
                let form = Form::MasscanList;
                (Pieces::List(Box::new(Lines::new(source, form, List))), form)
            }
            Kind::MasscanJson => (Pieces::Json(Box::new(Json::new(source))), Form::MasscanJson),
        };
        Ok(Self { pieces, form, is_over: false })
    }

    /// Takes dates that do not say their zone, as the line forms have them, as this one's: without it they are UTC.
    #[must_use]
    pub fn in_zone(mut self, zone: TimeZone) -> Self {
        match &mut self.pieces {
            Pieces::Grepable(lines) => lines.set_zone(zone),
            Pieces::Normal(lines) => lines.set_zone(zone),
            Pieces::List(_) | Pieces::Xml(_) | Pieces::Json(_) => {}
        }
        self
    }

    /// What the file is.
    pub fn form(&self) -> Form {
        self.form
    }
}

#[cfg(test)]
impl<R: Read> Reader<R> {
    /// Reads no host of XML but by quick-xml.
    pub(super) fn without_plain(mut self) -> Self {
        if let Pieces::Xml(xml) = &mut self.pieces {
            xml.without_plain();
        }
        self
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Piece, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let piece = match &mut self.pieces {
            Pieces::Xml(pieces) => pieces.next_piece(),
            Pieces::Grepable(pieces) => pieces.next_piece(),
            Pieces::Normal(pieces) => pieces.next_piece(),
            Pieces::List(pieces) => pieces.next_piece(),
            Pieces::Json(pieces) => pieces.next_piece(),
        };
        self.is_over = matches!(piece, Err(_) | Ok(Piece::Tail(_)));
        Some(piece)
    }
}

impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("form", &self.form).finish_non_exhaustive()
    }
}
