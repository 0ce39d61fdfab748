//! Hosts as an audit finds them.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use muster_model::{
    Asset, Assurance, Conversation, Device, DeviceClass, DeviceSign, Endpoint, Excerpt, Exchange, Fact,
    Finding, FindingCode, Host, HostName, Identity, Instant, Judgement, NameSource, Observation, PortState,
    ProductId, Protection, Reason, Request, Said, Service, Severity, SignKind, Speech, Statement, Told,
    Trait, Verdict,
};

const AGENT: u16 = 2967;

/// A sentence.
pub(crate) fn statement(code: &str, text: &str) -> Statement {
    Statement { code: code.into(), text: text.into() }
}

/// A finding.
fn finding(code: FindingCode, severity: Severity, text: &str, remedy: &str) -> Finding {
    Finding { code, severity, text: statement(code.name(), text), remedy: statement("remedy", remedy) }
}

/// The hosts of the office.
pub(super) fn office(network: Ipv4Addr) -> Vec<Host> {
    let at = |last: u8| {
        let [a, b, c, _] = network.octets();
        IpAddr::from([a, b, c, last])
    };
    let mut hosts = Vec::new();
    hosts.extend((10..28).map(|last| likely(at(last))));
    hosts.extend((30..37).map(|last| verified(at(last), last)));
    hosts.extend((40..52).map(|last| unprotected(at(last))));
    hosts.extend([58, 59].map(|last| suspect(at(last))));
    hosts.push(exempt(at(60)));
    hosts.extend((70..73).map(|last| stale(at(last))));
    hosts.extend((80..100).map(|last| closed_without_rule(at(last))));
    hosts.extend([101, 102].map(|last| unlearnt(at(last))));
    hosts.extend((200..206).map(|last| printer(at(last))));
    hosts.push(switch(at(1)));
    hosts.push(phantom([10, 44, 1, 9].into()));
    hosts
}

/// The host at an address of a large network: most lack the agent, each with a name of its own.
pub(super) fn of_a_large_network(address: Ipv4Addr) -> Host {
    let [_, _, third, last] = address.octets();
    let place = IpAddr::V4(address);
    match last % 16 {
        0..=6 => unprotected(place),
        7 | 8 => likely(place),
        9 => verified(place, third % 9),
        10 => stale(place),
        11 if last == 11 => suspect(place),
        15 => printer(place),
        _ => closed_without_rule(place),
    }
}

/// Puts `text` wherever a foreign machine can put one.
pub(super) fn poison(host: &mut Host, text: &str) {
    let foreign = Excerpt::of(text);
    let sentence = statement("said", &format!("it said {foreign}"));
    host.asset.names.insert(0, HostName { name: foreign.clone(), source: NameSource::Reverse });
    host.asset.zone = Some(foreign.clone());
    for service in &mut host.asset.services {
        service.told.push(Told::Greeting(foreign.clone()));
        service.told.push(Told::HostName(foreign.clone()));
        service.exchanges.push(exchange(text.as_bytes(), text.as_bytes()));
        service.identity = Some(Identity::Genuine { product: product(), fingerprint: foreign.clone() });
    }
    let sign = DeviceSign { kind: SignKind::Name, endpoint: None, seen: foreign.clone() };
    host.asset.device = Some(Device { class: DeviceClass::Printer, signs: vec![sign] });
    host.judgement.reasons.insert(0, sentence.clone());
    host.judgement.next_steps.insert(0, sentence.clone());
    host.judgement.findings.push(Finding {
        code: FindingCode::ImpostorListener,
        severity: Severity::Critical,
        text: sentence.clone(),
        remedy: sentence,
    });
    let fact = Fact { holds: true, source: foreign, at: super::start() };
    host.judgement.protection.push(Protection { present: Some(fact), ..nothing_known() });
}

fn likely(address: IpAddr) -> Host {
    let service = Service {
        endpoint: Endpoint::tcp(address, AGENT),
        identity: Some(Identity::Consistent { products: vec![product()], by: Trait::StaysSilent }),
        speech: None,
        asked: Vec::new(),
        told: Vec::new(),
        end: Conversation::TimedOut,
        exchanges: Vec::new(),
    };
    let present = fact(true, "TCP 2967 open");
    Host {
        asset: Asset {
            ports: vec![port(address, 445, PortState::Open), port(address, AGENT, PortState::Open)],
            services: vec![service],
            ..asset(address, "pc")
        },
        judgement: Judgement {
            protection: vec![Protection {
                present: Some(present.clone()),
                running: Some(present),
                ..nothing_known()
            }],
            ..judgement(
                Verdict::Protected(Assurance::Likely),
                &[
                    "TCP 2967 accepts, waits and says nothing, as symantec-savce-10 does",
                    "the policy expects symantec-savce-10 in zone office",
                ],
                &["ask its console whether it has heard from the agent"],
            )
        },
    }
}

/// Over 512 bytes.
const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nServer: Agent-ListenServer-HttpSvr/1.0\r\n\r\n\
    <?xml version=\"1.0\"?><naLog><ComputerName>WS-30</ComputerName><version>5.7.9.139</version>\
    <AgentGuid>{6BF1E0C4-2C3E-4E6B-9C2B-1D2C5A7F8E90}</AgentGuid><LogData><Log>agent started</Log>\
    <Log>collecting properties</Log><Log>properties sent</Log><Log>policies checked</Log><Log>policies unchanged</Log>\
    <Log>collecting properties</Log><Log>properties sent</Log><Log>policies checked</Log><Log>policies unchanged</Log>\
    <Log>collecting properties</Log><Log>properties sent</Log><Log>policies checked</Log></LogData></naLog>";

fn exchange(sent: &[u8], heard: &[u8]) -> Exchange {
    Exchange { sent: Said::of(sent, 0), heard: Said::of(heard, 0), is_in_tls: heard.starts_with(b"HTTP") }
}

fn verified(address: IpAddr, number: u8) -> Host {
    let product: ProductId = "trellix-agent".parse().unwrap();
    let service = Service {
        endpoint: Endpoint::tcp(address, 8081),
        identity: Some(Identity::Genuine {
            product: product.clone(),
            fingerprint: excerpt("trellix-agent-xml"),
        }),
        speech: Some(Speech::Http),
        asked: vec![Request::HttpGet],
        told: vec![
            Told::Status(excerpt("HTTP/1.1 200 OK")),
            Told::HostName(excerpt(&format!("WS-{number}"))),
            Told::Version(excerpt("5.7.9.139")),
        ],
        end: Conversation::Satisfied,
        exchanges: vec![exchange(b"GET / HTTP/1.1\r\nHost: 10.44.0.30:8081\r\n\r\n", PAGE)],
    };
    let present = fact(true, "TCP 8081, HTTP GET /");
    Host {
        asset: Asset {
            ports: vec![port(address, AGENT, PortState::Closed), port(address, 8081, PortState::Open)],
            services: vec![service],
            names: vec![
                HostName { name: excerpt(&format!("WS-{number}")), source: NameSource::Agent },
                HostName {
                    name: excerpt(&format!("ws-{number}.office.example")),
                    source: NameSource::Reverse,
                },
            ],
            ..asset(address, "ws")
        },
        judgement: Judgement {
            protection: vec![Protection {
                product,
                present: Some(present.clone()),
                running: Some(present),
                ..nothing_known()
            }],
            ..judgement(
                Verdict::Protected(Assurance::Verified),
                &["trellix-agent identified itself on TCP 8081 and told its host name and version 5.7.9.139"],
                &[],
            )
        },
    }
}

fn unprotected(address: IpAddr) -> Host {
    Host {
        asset: Asset {
            ports: vec![port(address, 445, PortState::Open), port(address, AGENT, PortState::Closed)],
            ..asset(address, "pc")
        },
        judgement: Judgement {
            findings: vec![finding(
                FindingCode::MissingAgent,
                Severity::High,
                "no listener of symantec-savce-10, which zone office requires",
                "install the agent, or check on the computer that its service runs",
            )],
            protection: vec![Protection { present: Some(fact(false, "TCP 2967 closed")), ..nothing_known() }],
            ..judgement(
                Verdict::Unprotected,
                &[
                    "TCP 2967 is closed, every client of symantec-savce-10 listens there, and the policy requires it",
                    "it is alive: TCP 445 answered",
                ],
                &["look for the agent's service on the computer (sc query rtvscan)"],
            )
        },
    }
}

fn suspect(address: IpAddr) -> Host {
    let service = Service {
        endpoint: Endpoint::tcp(address, AGENT),
        identity: Some(Identity::Impostor { products: vec![product()], by: Trait::Speaks(Speech::Irc) }),
        speech: Some(Speech::Irc),
        asked: Vec::new(),
        told: vec![Told::Greeting(excerpt(":irc.office.example NOTICE AUTH :*** Looking up your hostname"))],
        end: Conversation::Satisfied,
        exchanges: vec![
            exchange(b"", b":irc.office.example\x1b]0;owned\x07 \xff<script>\r\n"),
            Exchange { sent: Said::secret(43), heard: Said::default(), is_in_tls: false },
        ],
    };
    Host {
        asset: Asset {
            ports: vec![port(address, AGENT, PortState::Open)],
            services: vec![service],
            ..asset(address, "chat")
        },
        judgement: Judgement {
            findings: vec![finding(
                FindingCode::ImpostorListener,
                Severity::Critical,
                "TCP 2967 speaks IRC, which no product on this port does",
                "take the computer off the network and find the process behind the port",
            )],
            ..judgement(
                Verdict::Suspect,
                &["TCP 2967 speaks before it is asked, and speaks IRC: it is not symantec-savce-10"],
                &["name the process that listens: netstat -anob, or ss -tlnp"],
            )
        },
    }
}

fn stale(address: IpAddr) -> Host {
    Host {
        asset: Asset {
            ports: vec![port(address, 3310, PortState::Open)],
            services: vec![Service {
                endpoint: Endpoint::tcp(address, 3310),
                identity: Some(Identity::Genuine {
                    product: "clamav".parse().unwrap(),
                    fingerprint: excerpt("clamd-version"),
                }),
                speech: Some(Speech::Clamd),
                asked: vec![Request::ClamdVersion],
                told: vec![
                    Told::Version(excerpt("ClamAV 0.103.12")),
                    Told::Signatures(excerpt("26900")),
                    Told::SignatureDate(jiff::civil::date(2023, 5, 8)),
                ],
                end: Conversation::Satisfied,
                exchanges: Vec::new(),
            }],
            ..asset(address, "linux")
        },
        judgement: Judgement {
            findings: vec![finding(
                FindingCode::StaleSignatures,
                Severity::Medium,
                "signatures of 2023-05-08, older than the 7 days the policy allows",
                "run freshclam, and find out why it stopped",
            )],
            ..judgement(
                Verdict::Degraded,
                &["clamav identified itself on TCP 3310; its signatures are of 2023-05-08"],
                &["check the update service on the host"],
            )
        },
    }
}

fn closed_without_rule(address: IpAddr) -> Host {
    Host {
        asset: Asset { ports: vec![port(address, AGENT, PortState::Closed)], ..asset(address, "mac") },
        judgement: judgement(
            Verdict::Unknown,
            &["TCP 2967 is closed, which proves nothing for products that need not listen"],
            &["import the console's export, or check on the host"],
        ),
    }
}

fn unlearnt(address: IpAddr) -> Host {
    Host {
        asset: Asset {
            ports: vec![port(address, AGENT, PortState::Open)],
            services: vec![Service {
                endpoint: Endpoint::tcp(address, AGENT),
                identity: Some(Identity::Unlearnt { products: vec![product()] }),
                speech: None,
                asked: Vec::new(),
                told: Vec::new(),
                end: Conversation::NotConnected,
                exchanges: Vec::new(),
            }],
            ..asset(address, "pc")
        },
        judgement: judgement(
            Verdict::Unknown,
            &["TCP 2967 is open and took no second connection"],
            &["ask again later, or check on the host"],
        ),
    }
}

fn exempt(address: IpAddr) -> Host {
    let mut host = unprotected(address);
    host.judgement.verdict = Verdict::Exempt;
    host.judgement.reasons.insert(
        0,
        statement("exempt", "exempt until 2027-06-30 by lab: measuring station, offline since 2024"),
    );
    host
}

fn printer(address: IpAddr) -> Host {
    let title = excerpt("HP LaserJet 4250");
    Host {
        asset: Asset {
            ports: vec![
                port(address, 80, PortState::Open),
                port(address, AGENT, PortState::Closed),
                port(address, 9100, PortState::Open),
            ],
            device: Some(Device {
                class: DeviceClass::Printer,
                signs: vec![
                    DeviceSign {
                        kind: SignKind::PortPattern,
                        endpoint: Some(Endpoint::tcp(address, 9100)),
                        seen: excerpt("9100 open"),
                    },
                    DeviceSign {
                        kind: SignKind::Greeting,
                        endpoint: Some(Endpoint::tcp(address, 80)),
                        seen: title,
                    },
                ],
            }),
            ..asset(address, "printer")
        },
        judgement: judgement(
            Verdict::OutOfScope,
            &["looks like a printer: port 9100 and the title of its page agree"],
            &[],
        ),
    }
}

fn switch(address: IpAddr) -> Host {
    let mut host = printer(address);
    host.asset.names = vec![HostName { name: excerpt("sw-1.office.example"), source: NameSource::Reverse }];
    host.asset.device.as_mut().unwrap().class = DeviceClass::NetworkGear;
    host.judgement.reasons =
        vec![statement("device", "looks like network equipment: greeting and name agree")];
    host
}

fn phantom(address: IpAddr) -> Host {
    let mut host = unlearnt(address);
    host.asset.is_phantom = true;
    host.judgement.reasons = vec![statement(
        "phantom",
        "even the decoy port, on which nothing listens, is open: the host or something on the way accepts everything",
    )];
    host.judgement.findings = vec![finding(
        FindingCode::PhantomSubnet,
        Severity::Medium,
        "everything in 10.44.1.0/24 seems open",
        "audit this network from a place behind the device that answers",
    )];
    host
}

fn asset(address: IpAddr, kind: &str) -> Asset {
    let number = match address {
        IpAddr::V4(address) => address.octets().map(|octet| octet.to_string())[2..].join("-"),
        IpAddr::V6(_) => "6".to_owned(),
    };
    let name =
        HostName { name: excerpt(&format!("{kind}-{number}.office.example")), source: NameSource::Reverse };
    Asset {
        address,
        names: vec![name],
        zone: Some(excerpt("office")),
        ports: Vec::new(),
        services: Vec::new(),
        hardware: None,
        system: None,
        device: None,
        is_phantom: false,
    }
}

fn judgement(verdict: Verdict, reasons: &[&str], next_steps: &[&str]) -> Judgement {
    let all = |code: &str, texts: &[&str]| {
        texts.iter().map(|text| Statement { code: code.into(), text: Arc::from(*text) }).collect()
    };
    Judgement {
        verdict,
        reasons: all("reason", reasons),
        findings: Vec::new(),
        next_steps: all("next", next_steps),
        protection: Vec::new(),
    }
}

fn port(address: IpAddr, port: u16, state: PortState) -> Observation {
    let reason = if state == PortState::Open { Reason::SynAck } else { Reason::Reset };
    Observation {
        stack: None,
        endpoint: Endpoint::tcp(address, port),
        state,
        reason,
        icmp: None,
        ttl: Some(128),
        rtt: Some(Duration::from_micros(812)),
        round: 1,
        at: Instant::from_nanos(1_234_000_000 + u64::from(port) * 1_000),
    }
}

fn nothing_known() -> Protection {
    Protection {
        product: product(),
        present: None,
        running: None,
        enforcing: None,
        fresh: None,
        reporting: None,
    }
}

fn fact(holds: bool, source: &str) -> Fact {
    Fact { holds, source: excerpt(source), at: super::start() }
}

fn product() -> ProductId {
    "symantec-savce-10".parse().unwrap()
}

fn excerpt(text: &str) -> Excerpt {
    Excerpt::of(text)
}
