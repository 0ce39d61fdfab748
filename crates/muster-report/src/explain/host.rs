//! What to run on a host to see who listens.

use std::collections::BTreeSet;
use std::io::{self, Write};

use muster_catalog::Os;
use muster_model::Protocol;

use super::page::Page;

/// Commands that name the program behind a port.
pub(super) fn write_port(page: &mut Page<'_, impl Write>, protocol: Protocol, port: u16) -> io::Result<()> {
    page.heading(&format!("To see on a host who listens on {} {port}", super::port::upper(protocol)))?;
    let (ss, lsof, endpoints) = match protocol {
        Protocol::Udp => ("-ulnp", format!("-iUDP:{port}"), "UDPEndpoint"),
        _ => ("-tlnp", format!("-iTCP:{port} -sTCP:LISTEN"), "TCPConnection -State Listen"),
    };
    page.command("Linux", &format!("sudo ss {ss} 'sport = :{port}'"))?;
    page.command("", &format!("sudo lsof -nP {lsof}"))?;
    page.command("macOS", &format!("sudo lsof -nP {lsof}"))?;
    page.command("Windows", &format!("netstat -anob                  (as administrator; find :{port})"))?;
    page.command("PowerShell", &format!("Get-Net{endpoints} -LocalPort {port} |"))?;
    page.command("", "  ForEach-Object { Get-Process -Id $_.OwningProcess }")
}

/// Commands that show where a program listens.
pub(super) fn write_program(
    page: &mut Page<'_, impl Write>,
    name: &str,
    systems: impl Iterator<Item = Os>,
) -> io::Result<()> {
    let systems: BTreeSet<Os> = systems.filter(|os| *os != Os::Netware).collect();
    if systems.is_empty() {
        return Ok(());
    }
    page.heading("To see on a host whether it runs, and where it listens")?;
    for os in systems {
        match os {
            Os::Linux => {
                page.command("Linux", &format!("pgrep -fa {name}"))?;
                page.command("", "sudo ss -tulnp")?;
            }
            Os::Macos => {
                page.command("macOS", &format!("pgrep -fl {name}"))?;
                page.command("", "sudo lsof -nP -i")?;
            }
            Os::Windows => {
                page.command("Windows", &format!("tasklist /svc /fi \"imagename eq {name}\""))?;
                page.command("", "netstat -anob                  (as administrator)")?;
            }
            Os::Netware => {}
        }
    }
    Ok(())
}
