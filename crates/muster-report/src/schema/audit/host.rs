//! A host in the public JSON.

use std::net::IpAddr;

use jiff::Timestamp;
use muster_catalog::makers;
use muster_model::{self as model, Conversation, Endpoint, NameSource, Observation, SignKind};
use serde::Serialize;

use crate::schema::Icmp;

/// A host that answered, with its verdict and everything behind it.
#[derive(Debug, Serialize)]
pub struct Host<'a> {
    /// Where it answered.
    pub address: IpAddr,
    /// What it is called, the most trustworthy first.
    pub names: Vec<Name<'a>>,
    /// The policy's zone; null: it lies in none.
    pub zone: Option<&'a str>,
    /// `suspect`, `unprotected`, `degraded`, `unknown`, `protected-likely`, `protected-verified`, `exempt` or
    /// `out-of-scope`.
    pub verdict: &'static str,
    /// Why, the strongest first.
    pub reasons: Vec<Statement<'a>>,
    /// What is to be put right, whatever the verdict.
    pub findings: Vec<Finding<'a>>,
    /// What would tell more, or put it right, cheapest first.
    pub next_steps: Vec<Statement<'a>>,
    /// What is known about protection, a product each.
    pub protection: Vec<Protection<'a>>,
    /// The address of its network card, as in `00:1b:21:aa:bb:cc`; null: not known.
    pub hardware: Option<String>,
    /// Who made that card, as IEEE lists it; null: nobody is listed, or the address was drawn.
    pub maker: Option<String>,
    /// Which system it runs, as far as that shows.
    pub system: Option<System<'a>>,
    /// What it looks like, if not like a computer.
    pub device: Option<Device<'a>>,
    /// Whether even its decoy port is open: open ports that say nothing prove nothing.
    pub phantom: bool,
    /// Every port that answered.
    pub ports: Vec<Port>,
    /// Every conversation with an open port.
    pub services: Vec<Service<'a>>,
}

impl<'a> Host<'a> {
    /// The line for `host`, in a run that began at `start`.
    pub fn new(host: &'a model::Host, start: Timestamp) -> Self {
        let (asset, judgement) = (&host.asset, &host.judgement);
        Self {
            address: asset.address,
            names: asset.names.iter().map(Name::from).collect(),
            zone: asset.zone.as_ref().map(model::Excerpt::as_str),
            verdict: judgement.verdict.name(),
            reasons: judgement.reasons.iter().map(Statement::from).collect(),
            findings: judgement.findings.iter().map(Finding::from).collect(),
            next_steps: judgement.next_steps.iter().map(Statement::from).collect(),
            protection: judgement.protection.iter().map(Protection::from).collect(),
            hardware: asset.hardware.map(|bytes| bytes.map(|byte| format!("{byte:02x}")).join(":")),
            maker: asset.hardware.and_then(makers::maker).map(makers::Maker::name),
            system: asset.system.as_ref().map(System::from),
            device: asset.device.as_ref().map(Device::from),
            phantom: asset.is_phantom,
            ports: asset.ports.iter().map(|seen| Port::new(seen, start)).collect(),
            services: asset.services.iter().map(Service::from).collect(),
        }
    }
}

/// A name and who says it.
#[derive(Debug, Serialize)]
pub struct Name<'a> {
    /// The name.
    pub name: &'a str,
    /// `agent`, `target` or `reverse`.
    pub source: &'static str,
}

impl<'a> From<&'a model::HostName> for Name<'a> {
    fn from(name: &'a model::HostName) -> Self {
        Self { name: name.name.as_str(), source: NameSource::name(name.source) }
    }
}

/// A sentence with a stable code.
#[derive(Debug, Serialize)]
pub struct Statement<'a> {
    /// The code.
    pub code: &'a str,
    /// The sentence; its wording may change.
    pub text: &'a str,
}

impl<'a> From<&'a model::Statement> for Statement<'a> {
    fn from(statement: &'a model::Statement) -> Self {
        Self { code: &statement.code, text: &statement.text }
    }
}

/// Something to be put right.
#[derive(Debug, Serialize)]
pub struct Finding<'a> {
    /// What, as in `missing-agent`.
    pub code: &'static str,
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: &'static str,
    /// On this host.
    pub text: Statement<'a>,
    /// What to do about it.
    pub remedy: Statement<'a>,
}

impl<'a> From<&'a model::Finding> for Finding<'a> {
    fn from(finding: &'a model::Finding) -> Self {
        Self {
            code: finding.code.name(),
            severity: finding.severity.name(),
            text: (&finding.text).into(),
            remedy: (&finding.remedy).into(),
        }
    }
}

/// What is known about one product; null: not known.
#[derive(Debug, Serialize)]
pub struct Protection<'a> {
    /// The product's key in the catalogue.
    pub product: &'a str,
    /// Installed.
    pub present: Option<Fact<'a>>,
    /// Running.
    pub running: Option<Fact<'a>>,
    /// Real-time protection on.
    pub enforcing: Option<Fact<'a>>,
    /// Signatures current.
    pub fresh: Option<Fact<'a>>,
    /// Its console has heard from it.
    pub reporting: Option<Fact<'a>>,
}

impl<'a> From<&'a model::Protection> for Protection<'a> {
    fn from(protection: &'a model::Protection) -> Self {
        let fact = |fact: &'a Option<model::Fact>| fact.as_ref().map(Fact::from);
        Self {
            product: protection.product.as_str(),
            present: fact(&protection.present),
            running: fact(&protection.running),
            enforcing: fact(&protection.enforcing),
            fresh: fact(&protection.fresh),
            reporting: fact(&protection.reporting),
        }
    }
}

/// Yes or no, by whom and when.
#[derive(Debug, Serialize)]
pub struct Fact<'a> {
    /// Yes or no.
    pub holds: bool,
    /// Who says so.
    pub source: &'a str,
    /// As of when (RFC 3339).
    pub at: Timestamp,
}

impl<'a> From<&'a model::Fact> for Fact<'a> {
    fn from(fact: &'a model::Fact) -> Self {
        Self { holds: fact.holds, source: fact.source.as_str(), at: fact.at }
    }
}

/// Which system a host runs.
#[derive(Debug, Serialize)]
pub struct System<'a> {
    /// `windows`, `linux`, `macos` or `other`.
    pub family: &'static str,
    /// Whether signs of different kinds agree.
    pub certain: bool,
    /// `workstation` or `server`; null: nothing says so.
    pub role: Option<&'static str>,
    /// Why the family.
    pub signs: Vec<Sign<'a>>,
}

impl<'a> From<&'a model::System> for System<'a> {
    fn from(system: &'a model::System) -> Self {
        Self {
            family: system.family.name(),
            certain: system.is_certain(),
            role: system.role.map(model::ComputerRole::name),
            signs: system.signs.iter().map(Sign::from).collect(),
        }
    }
}

/// What a host looks like.
#[derive(Debug, Serialize)]
pub struct Device<'a> {
    /// As in `printer`.
    pub class: &'static str,
    /// Why.
    pub signs: Vec<Sign<'a>>,
}

impl<'a> From<&'a model::Device> for Device<'a> {
    fn from(device: &'a model::Device) -> Self {
        Self { class: device.class.name(), signs: device.signs.iter().map(Sign::from).collect() }
    }
}

/// One thing that speaks for a class or a system.
#[derive(Debug, Serialize)]
pub struct Sign<'a> {
    /// `port`, `greeting`, `name`, `maker` or `stack`.
    pub kind: &'static str,
    /// The port where it was seen, as in `9100/tcp`; null: at none.
    pub port: Option<String>,
    /// What was seen.
    pub seen: &'a str,
}

impl<'a> From<&'a model::DeviceSign> for Sign<'a> {
    fn from(sign: &'a model::DeviceSign) -> Self {
        let kind = match sign.kind {
            SignKind::Greeting => "greeting",
            SignKind::Stack => "stack",
            kind => kind.name(),
        };
        Self { kind, port: sign.endpoint.map(port), seen: sign.seen.as_str() }
    }
}

/// The state of a port of a host.
#[derive(Debug, Serialize)]
pub struct Port {
    /// As in `2967/tcp`.
    pub port: String,
    /// `open`, `closed`, `filtered` or `open|filtered`.
    pub state: &'static str,
    /// Nmap's word for why.
    pub reason: &'static str,
    /// The ICMP error behind the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icmp: Option<Icmp>,
    /// The IP time-to-live of the reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u8>,
    /// From probe to reply, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt_us: Option<u64>,
    /// The round whose probe was answered.
    pub round: u8,
    /// When (RFC 3339).
    pub at: Timestamp,
}

impl Port {
    fn new(seen: &Observation, start: Timestamp) -> Self {
        let whole = crate::schema::Port::new(seen, start);
        Self {
            port: port(seen.endpoint),
            state: whole.state,
            reason: whole.reason,
            icmp: whole.icmp,
            ttl: whole.ttl,
            rtt_us: whole.rtt_us,
            round: whole.round,
            at: whole.at,
        }
    }
}

/// A conversation with an open port.
#[derive(Debug, Serialize)]
pub struct Service<'a> {
    /// As in `2967/tcp`.
    pub port: String,
    /// Who it is; null: no known product listens on the port.
    pub identity: Option<Identity<'a>>,
    /// What it spoke; null: not told.
    pub speech: Option<&'static str>,
    /// What was asked of it, in order.
    pub asked: Vec<Asked>,
    /// What it told, in the order it was learnt.
    pub told: Vec<Told>,
    /// How the conversation ended: `satisfied`, `closed`, `reset`, `timed-out`, `too-long`, `not-connected`, `stopped`,
    /// `not-asked`, `left-out` or `reported`.
    pub end: &'static str,
    /// What was sent and what came, a connection each, in order; empty where nothing of it was kept.
    pub exchanges: Vec<Exchange>,
}

impl<'a> From<&'a model::Service> for Service<'a> {
    fn from(service: &'a model::Service) -> Self {
        let told = |told: &model::Told| Told { what: told.label().replace(' ', "-"), value: told.value() };
        Self {
            port: port(service.endpoint),
            identity: service.identity.as_ref().map(Identity::from),
            speech: service.speech.map(model::Speech::name),
            asked: service.asked.iter().map(|request| Asked(request.name())).collect(),
            told: service.told.iter().map(told).collect(),
            end: end(service.end),
            exchanges: service.exchanges.iter().map(Exchange::from).collect(),
        }
    }
}

/// The words of both sides over one connection.
#[derive(Debug, Serialize)]
pub struct Exchange {
    /// What we sent.
    pub sent: Said,
    /// What came.
    pub heard: Said,
    /// Whether these are the words that were said within TLS, rather than the bytes on the wire.
    pub in_tls: bool,
}

impl From<&model::Exchange> for Exchange {
    fn from(exchange: &model::Exchange) -> Self {
        let model::Exchange { sent, heard, is_in_tls } = exchange;
        Self { sent: sent.into(), heard: heard.into(), in_tls: *is_in_tls }
    }
}

/// The beginning of what one side said.
#[derive(Debug, Serialize)]
pub struct Said {
    /// How many bytes it said in all.
    pub bytes: u64,
    /// The first 512 of them, with everything escaped that is not plain text, and `…` behind it where more was said; null:
    /// they are not kept, since a secret is in them.
    pub text: Option<String>,
}

impl From<&model::Said> for Said {
    fn from(said: &model::Said) -> Self {
        Self { bytes: said.total(), text: (!said.is_secret()).then(|| said.to_string()) }
    }
}

/// A request, as in `HTTP GET /`.
#[derive(Debug, Serialize)]
pub struct Asked(pub &'static str);

/// One thing that a service told about itself.
#[derive(Debug, Serialize)]
pub struct Told {
    /// What, as in `host-name`.
    pub what: String,
    /// The value.
    pub value: String,
}

/// How what answered compares with the products that listen on its port.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Identity<'a> {
    /// It named itself in a way only this product does.
    Genuine {
        /// Which product.
        product: &'a str,
        /// The catalogue's fingerprint that fitted.
        fingerprint: &'a str,
    },
    /// It behaves as these products are known to and did not name itself.
    Consistent {
        /// The products.
        products: Vec<&'a str>,
        /// What it did that fits.
        by: String,
    },
    /// It behaves as none of these products does.
    Impostor {
        /// The products that listen on the port.
        products: Vec<&'a str>,
        /// What gave it away.
        by: String,
    },
    /// Nothing was learnt that speaks for or against these products.
    Unlearnt {
        /// The products that listen on the port.
        products: Vec<&'a str>,
    },
}

impl<'a> From<&'a model::Identity> for Identity<'a> {
    fn from(identity: &'a model::Identity) -> Self {
        let keys = |products: &'a [model::ProductId]| products.iter().map(model::ProductId::as_str).collect();
        match identity {
            model::Identity::Genuine { product, fingerprint } => {
                Self::Genuine { product: product.as_str(), fingerprint: fingerprint.as_str() }
            }
            model::Identity::Consistent { products, by } => {
                Self::Consistent { products: keys(products), by: by.to_string() }
            }
            model::Identity::Impostor { products, by } => {
                Self::Impostor { products: keys(products), by: by.to_string() }
            }
            model::Identity::Unlearnt { products } => Self::Unlearnt { products: keys(products) },
        }
    }
}

fn end(end: Conversation) -> &'static str {
    match end {
        Conversation::Satisfied => "satisfied",
        Conversation::Closed => "closed",
        Conversation::Reset => "reset",
        Conversation::TimedOut => "timed-out",
        Conversation::TooLong => "too-long",
        Conversation::NotConnected => "not-connected",
        Conversation::Stopped => "stopped",
        Conversation::NotAsked => "not-asked",
        Conversation::LeftOut => "left-out",
        Conversation::Reported => "reported",
    }
}

fn port(endpoint: Endpoint) -> String {
    format!("{}/{}", endpoint.port, endpoint.protocol)
}
