//! What is at an address of the office.

use std::fmt;

/// What is at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A computer with the old agent: its port is open and silent.
    Agent,
    /// A computer whose agent also hands out updates: the agent's port speaks HTTP.
    UpdateProvider,
    /// A computer with something else on the agent's port: a chat server.
    ChatServer,
    /// The same with a secure shell.
    ShellServer,
    /// A computer without a listening agent: the agent's port is closed.
    Computer,
    /// A computer whose firewall drops whatever comes to the agent's port.
    Firewalled,
    /// A computer whose firewall drops whatever comes to any agent's port: no sweep for agents gets an answer.
    Silent,
    /// A computer with a Trellix agent that shows its page to everybody.
    TrellixAgent,
    /// A computer with a Trellix agent that shows its page to its server only.
    ReservedTrellixAgent,
    /// A computer with a Trellix agent, where the old agent still listens.
    MovedComputer,
    /// A computer with Sophos' message router.
    SophosRouter,
    /// A computer with an FTP server on the port of Sophos' message router.
    TransferServer,
    /// A Linux server with clamd, whose signatures are of yesterday.
    FreshScanner,
    /// A Linux server with clamd, whose signatures are old.
    StaleScanner,
    /// A web application that happens to be on the port of Trellix' agent.
    WebApplication,
    /// A print server that also says so on a page.
    PrintServer,
    /// A print server of which only the port for print jobs shows.
    PlainPrintServer,
    /// A network switch.
    Switch,
    /// Nothing: a device on the way accepts connections for the address.
    Phantom,
    /// A web application behind such a device.
    ShieldedApplication,
    /// The console that manages the agents.
    Console,
    /// A file server.
    FileServer,
    /// A web server.
    WebServer,
    /// A Linux server.
    LinuxServer,
    /// A Mac.
    Mac,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Agent => "computer with the agent",
            Self::UpdateProvider => "update provider",
            Self::ChatServer => "chat server on the agent's port",
            Self::ShellServer => "secure shell on the agent's port",
            Self::Computer => "computer without the agent",
            Self::Firewalled => "computer behind a firewall",
            Self::Silent => "computer behind a firewall that drops everything",
            Self::TrellixAgent => "computer with a Trellix agent",
            Self::ReservedTrellixAgent => "computer with a reserved Trellix agent",
            Self::MovedComputer => "computer with a Trellix agent and the old one",
            Self::SophosRouter => "computer with Sophos' message router",
            Self::TransferServer => "FTP server on the port of Sophos' message router",
            Self::FreshScanner => "Linux server with clamd",
            Self::StaleScanner => "Linux server with clamd and old signatures",
            Self::WebApplication => "web application on the port of Trellix' agent",
            Self::PrintServer => "print server",
            Self::PlainPrintServer => "print server without a page",
            Self::Switch => "switch",
            Self::Phantom => "nothing behind a device that accepts everything",
            Self::ShieldedApplication => "web application behind a device that accepts everything",
            Self::Console => "management console",
            Self::FileServer => "file server",
            Self::WebServer => "web server",
            Self::LinuxServer => "Linux server",
            Self::Mac => "Mac",
        })
    }
}
