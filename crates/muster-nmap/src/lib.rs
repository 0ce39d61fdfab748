//! The Nmap dialect: its option words and its output formats.
//!
//! People pipe `nmap … -oG - | grep open`, and programs read `-oX`. This crate lets muster be typed and read the same
//! way: [`options`] turns Nmap's words into long options that a parser of today takes, [`output`] writes normal,
//! grepable and XML output line by line as Nmap 7.93 does, and [`read`] reads what Nmap and masscan wrote.
//!
//! Nothing here decides anything: what was scanned and what was found come in as plain data. There is no clock, no
//! socket and no file; writers take an [`std::io::Write`].

pub mod options;
pub mod output;
pub mod read;
