//! One host through a store's runs.

use std::io::{self, Write};

use jiff::Timestamp;
use muster_model::{Host, RunId};

use super::text::write_wrapped;
use super::words::minute;

/// Writes a host's verdict in each run, in the order given, with the strongest reason, at most 80 columns wide.
///
/// # Errors
/// The writer's.
pub fn write_host_history(out: &mut impl Write, seen: &[(RunId, Timestamp, Host)]) -> io::Result<()> {
    writeln!(out, "{:>5}  {:<16}  {:<39}  verdict", "run", "began (UTC)", "address")?;
    for (id, start, host) in seen {
        let address = host.asset.address.to_string();
        writeln!(out, "{id:>5}  {:<16}  {address:<39}  {}", minute(*start), host.judgement.verdict)?;
        if let Some(reason) = host.judgement.reasons.first() {
            write_wrapped(out, 80, ("       ", "       "), &reason.text)?;
        }
    }
    Ok(())
}
