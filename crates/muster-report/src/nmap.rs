//! What muster knows in Nmap's words: services in the fields of `-sV`, and a run in Nmap's XML.

mod host;
mod service;
mod software;
mod xml;

pub use host::VERDICT_SCRIPT;
pub(crate) use host::host;
pub use service::service;
pub use xml::write_xml;

/// The style sheet (XSLT 1.0) that makes a page of muster's or Nmap's XML: who has the agent, who does not, and who is to
/// be looked at.
pub const STYLESHEET: &str = include_str!("../../../share/muster.xsl");
