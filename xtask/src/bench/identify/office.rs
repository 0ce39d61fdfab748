//! What is replayed: what real servers said, and for agents and devices that cannot be had what documents let them say.

use std::net::Ipv4Addr;

use muster_testkit::lab::replay::Replayed;

/// A port, what is said there, and what is true of it.
pub(super) struct Kind {
    pub(super) port: u16,
    pub(super) greeting: &'static str,
    pub(super) answer: &'static str,
    /// The names that are right for the service.
    pub(super) names: &'static [&'static str],
    /// The catalogue's product, if it is an agent.
    pub(super) agent: Option<&'static str>,
    pub(super) basis: &'static str,
}

impl Kind {
    /// Said at an address; the unspecified one stands for all.
    pub(super) fn at(&self, address: Ipv4Addr) -> Replayed {
        let Self { port, greeting, answer, .. } = *self;
        Replayed { address, port, greeting: greeting.into(), answer: answer.into() }
    }
}

const fn server(
    port: u16,
    greeting: &'static str,
    answer: &'static str,
    names: &'static [&'static str],
) -> Kind {
    Kind { port, greeting, answer, names, agent: None, basis: "said by the real program" }
}

/// What each of the race's addresses says.
pub(super) const KINDS: &[Kind] = &[
    server(21, "220 (vsFTPd 3.0.3)\r\n", "530 Please login with USER and PASS.\r\n", &["ftp"]),
    server(22, SSH, "", &["ssh"]),
    server(25, "220 mail.office.test ESMTP OpenSMTPD\r\n", "500 5.5.1 Invalid command\r\n", &["smtp"]),
    server(
        80,
        "",
        "HTTP/1.1 403 Forbidden\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        &["http"],
    ),
    server(
        8080,
        "",
        "HTTP/1.1 404 Not Found\r\nServer: Apache/2.4.71 (Debian)\r\nContent-Length: 0\r\n\r\n",
        &["http"],
    ),
    server(6379, "", "+PONG\r\n", &["redis"]),
    server(5432, "", "N", &["postgresql"]),
    Kind {
        agent: Some("clamav"),
        ..server(3310, "", "ClamAV 1.4.6/27000/Fri Nov 20 09:00:00 2026\n", &["clamd", "clam"])
    },
    Kind {
        agent: Some("trellix-agent"),
        basis: "written after the catalogue's sources of the agent's page",
        ..server(
            8081,
            "",
            "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 93\r\n\r\n<naLog><ComputerName>PC-7\
             </ComputerName><version>5.7.9</version><AgentGuid>1</AgentGuid></naLog>",
            &["http", "trellix-agent"],
        )
    },
    // Secure shell where Symantec's agent listens.
    server(2967, SSH, "", &["ssh"]),
];

const SSH: &str = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n";

/// A host that looks like a device, or is one: its ports, what is said there, and whether it is no computer.
pub(super) struct Machine {
    pub(super) what: &'static str,
    pub(super) is_device: bool,
    /// Port, greeting, title of the page.
    ports: &'static [(u16, &'static str, &'static str)],
}

impl Machine {
    /// All that it says, at its address.
    pub(super) fn at(&self, address: Ipv4Addr) -> impl Iterator<Item = Replayed> + '_ {
        self.ports.iter().map(move |(port, greeting, title)| Replayed {
            address,
            port: *port,
            greeting: (*greeting).into(),
            answer: if title.is_empty() { Vec::new() } else { page(title).into() },
        })
    }
}

fn page(title: &str) -> String {
    let body = format!("<html><head><title>{title}</title></head></html>");
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

const fn device(what: &'static str, ports: &'static [(u16, &'static str, &'static str)]) -> Machine {
    Machine { what, is_device: true, ports }
}

const fn computer(what: &'static str, ports: &'static [(u16, &'static str, &'static str)]) -> Machine {
    Machine { what, is_device: false, ports }
}

/// Devices, and computers that share traits with them.
pub(super) const MACHINES: &[Machine] = &[
    device("printer with a page", &[(80, "", "HP LaserJet 400 M401n"), (515, "", ""), (9100, "", "")]),
    device("printer without a page", &[(515, "", ""), (9100, "", "")]),
    device("switch by telnet", &[(23, "User Access Verification\r\n\r\nPassword: ", ""), (80, "", "Login")]),
    device("router by secure shell", &[(22, "SSH-2.0-Cisco-1.25\r\n", ""), (4786, "", "")]),
    device("camera", &[(80, "", "AXIS Network Camera"), (554, "", "")]),
    device("telephone", &[(80, "", "Yealink T46S"), (5060, "", "")]),
    device("hypervisor", &[(443, "", ""), (902, "220 VMware Authentication Daemon Version 1.10\r\n", "")]),
    device(
        "storage with a page alone",
        &[(5000, "", "Synology DiskStation"), (80, "", "Synology DiskStation")],
    ),
    computer("print server of Windows", &[(135, "", ""), (445, "", ""), (515, "", ""), (9100, "", "")]),
    computer("print server of Linux", &[(22, SSH, ""), (515, "", ""), (9100, "", "")]),
    computer("workstation that shows a camera's page", &[(80, "", "AXIS Network Camera"), (7680, "", "")]),
    computer("workstation with a telephone's software", &[(135, "", ""), (445, "", ""), (5060, "", "")]),
    computer("streaming server of Linux", &[(22, SSH, ""), (80, "", "Video"), (554, "", "")]),
    computer("Windows with a proxy's page", &[(80, "", "pfSense"), (135, "", ""), (3389, "", "")]),
    computer("workstation of Windows", &[(135, "", ""), (445, "", ""), (7680, "", "")]),
];
