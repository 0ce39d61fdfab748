//! Why a host has its verdict.

use std::fmt;

use jiff::civil::Date;
use muster_model::{Device, DeviceSign, Excerpt, PortState, Speech, System};

use super::{Behaviour, Sentence, Titles};
use crate::policy::Freshness;

/// Why a host has its verdict. Ports are TCP ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VerdictReason {
    /// The host answers, apart from the port in question.
    Alive {
        /// On this port.
        port: u16,
        /// In this way.
        state: PortState,
    },
    /// A closed port where every client listens.
    ClosedListener {
        /// The port.
        port: u16,
        /// The product.
        product: Titles,
    },
    /// A closed port that says nothing.
    ClosedProvesNothing {
        /// The port.
        port: u16,
        /// Who may be there all the same.
        products: Titles,
    },
    /// An open port that behaves as these products do.
    Consistent {
        /// The port.
        port: u16,
        /// What it did.
        behaviour: Behaviour,
        /// Who does so.
        products: Titles,
    },
    /// Too few signs of a device.
    DeviceSign {
        /// What it may be.
        device: Device,
    },
    /// Signs of a device that are enough.
    Device {
        /// What it is.
        device: Device,
    },
    /// The maker has given the product up.
    EndOfLife {
        /// The product.
        products: Titles,
        /// Since when, if the day is known.
        since: Option<Date>,
    },
    /// In the register of exemptions.
    Exempt {
        /// Until when.
        until: Date,
        /// Who answers for it.
        owner: Excerpt,
        /// Why.
        reason: Excerpt,
    },
    /// The policy expects the product, or another of its family.
    Expected {
        /// The zone.
        zone: Excerpt,
        /// What it expects.
        products: Titles,
    },
    /// Signatures that are young enough.
    FreshSignatures {
        /// Their day.
        date: Date,
        /// Days allowed.
        days: u32,
    },
    /// The agent named itself.
    Identified {
        /// On this port.
        port: u16,
        /// The product.
        product: Titles,
    },
    /// Something else on an agent's port.
    Impostor {
        /// The port.
        port: u16,
        /// What gave it away.
        behaviour: Behaviour,
        /// Who listens there by right.
        products: Titles,
    },
    /// The policy makes a closed port mean something.
    ListenerRequired {
        /// The zone.
        zone: Excerpt,
    },
    /// No agent's port answered as open.
    NoAgentPort,
    /// Nothing was heard from a port.
    NoAnswer {
        /// The port.
        port: u16,
        /// Who may be there all the same.
        products: Titles,
    },
    /// A port was not asked, or the sweep was cut short.
    NotAsked {
        /// The port.
        port: u16,
        /// Who may be there.
        products: Titles,
    },
    /// The ports that tell devices from computers were not asked.
    NotLookedAt,
    /// Nothing at all speaks for a device.
    NoDeviceSign,
    /// No sweep can see the product.
    NoListener {
        /// The product.
        products: Titles,
    },
    /// Open, and nobody talked to it to the end: the run was stopped before, or another scanner did not.
    NotTalkedTo {
        /// The port.
        port: u16,
        /// Who may be there.
        products: Titles,
    },
    /// Open once, and not again.
    NotConnected {
        /// The port.
        port: u16,
        /// Who may be there all the same.
        products: Titles,
    },
    /// A zone without expectation.
    NothingExpected {
        /// The zone.
        zone: Excerpt,
    },
    /// No policy.
    NoPolicy,
    /// Closed ports are all that is known of the host.
    OnlySign,
    /// Open, and no more is known.
    OpenListener {
        /// The port.
        port: u16,
        /// Who listens there.
        products: Titles,
        /// Whether it accepts and ends the connection without a word.
        hangs_up: bool,
    },
    /// A web server where none of these products is that program.
    OtherServer {
        /// The port.
        port: u16,
        /// Its name for itself.
        server: Excerpt,
        /// Who listens there by right.
        products: Titles,
    },
    /// The host runs a system on which none of these products exists.
    OtherSystem {
        /// The port.
        port: u16,
        /// What it runs, with the signs.
        system: System,
        /// Who listens there by right.
        products: Titles,
    },
    /// No zone holds the address.
    OutsideZones,
    /// Something on the way answers for the host.
    Phantom,
    /// The protocol is rare enough to stand for the product.
    PositiveTrait {
        /// The port.
        port: u16,
        /// The protocol.
        speech: Speech,
    },
    /// An error came back: somebody on the way said no, or nobody was there to ask.
    NotReached {
        /// The port.
        port: u16,
        /// Nmap's word for it.
        word: &'static str,
        /// Who may be there all the same.
        products: Titles,
    },
    /// A server, which protects nobody by being there.
    ServerPart {
        /// On this port.
        port: u16,
        /// Which.
        product: Titles,
    },
    /// Signatures that are too old.
    StaleSignatures {
        /// Their day.
        date: Date,
        /// Days allowed.
        days: u32,
    },
    /// Listens on UDP alone.
    UdpAlone {
        /// The product.
        products: Titles,
    },
    /// Answers, and not as these products do.
    Unlike {
        /// The port.
        port: u16,
        /// What it speaks.
        speech: Speech,
        /// Who answers otherwise.
        products: Titles,
    },
    /// The policy expects other products.
    Unexpected {
        /// The zone.
        zone: Excerpt,
        /// What it expects.
        products: Titles,
    },
}

impl Sentence for VerdictReason {
    fn code(&self) -> &'static str {
        match self {
            Self::Alive { .. } => "alive",
            Self::ClosedListener { .. } => "closed-listener",
            Self::ClosedProvesNothing { .. } => "closed-proves-nothing",
            Self::Consistent { .. } => "consistent-listener",
            Self::Device { .. } => "device",
            Self::DeviceSign { .. } => "device-sign",
            Self::EndOfLife { .. } => "end-of-life",
            Self::Exempt { .. } => "exempt",
            Self::Expected { .. } => "expected",
            Self::FreshSignatures { .. } => "fresh-signatures",
            Self::Identified { .. } => "identified",
            Self::Impostor { .. } => "impostor",
            Self::ListenerRequired { .. } => "listener-required",
            Self::NoAgentPort => "no-agent-port",
            Self::NoAnswer { .. } => "no-answer",
            Self::NoDeviceSign => "no-device-sign",
            Self::NotAsked { .. } => "not-asked",
            Self::NotLookedAt => "not-looked-at",
            Self::NoListener { .. } | Self::UdpAlone { .. } => "no-listener",
            Self::NoPolicy => "no-policy",
            Self::NotConnected { .. } => "not-connected",
            Self::NotTalkedTo { .. } => "not-talked-to",
            Self::NothingExpected { .. } => "nothing-expected",
            Self::OnlySign => "only-sign",
            Self::OpenListener { .. } => "open-listener",
            Self::OtherServer { .. } => "other-server",
            Self::OtherSystem { .. } => "other-system",
            Self::OutsideZones => "outside-zones",
            Self::Phantom => "phantom",
            Self::PositiveTrait { .. } => "positive-trait",
            Self::NotReached { .. } => "not-reached",
            Self::ServerPart { .. } => "server-part",
            Self::StaleSignatures { .. } => "stale-signatures",
            Self::Unlike { .. } => "unlike-listener",
            Self::Unexpected { .. } => "unexpected",
        }
    }
}

impl fmt::Display for VerdictReason {
    #[expect(clippy::too_many_lines, reason = "a table: a sentence a reason")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alive { port, state } => write!(f, "the host lives: TCP {port} answers that it is {state}"),
            Self::ClosedListener { port, product } => {
                write!(f, "TCP {port} is closed, where every managed client of {product} listens by default")
            }
            Self::ClosedProvesNothing { port, products } => {
                write!(f, "TCP {port} is closed, which does not prove that {products} is absent")
            }
            Self::Consistent { port, behaviour, products } => {
                write!(f, "TCP {port} is open, and what listens there {behaviour}, as {products} does")
            }
            Self::Device { device } => {
                write!(f, "it looks like {}, by signs of different kinds: ", device.class.noun())?;
                signs(&device.signs, f)
            }
            Self::DeviceSign { device } => {
                let but = match device.is_certain() {
                    true => "but not everything that may speak for a computer was asked",
                    false => "but signs of one kind never convict",
                };
                write!(f, "it may be {}, {but}: ", device.class.noun())?;
                signs(&device.signs, f)
            }
            Self::EndOfLife { products, since } => end_of_life(products, *since, f),
            Self::Exempt { until, owner, reason } => {
                write!(f, "the register of exemptions names it until {until} (owner: {owner}): {reason}")
            }
            Self::Expected { zone, products } => write!(f, "the policy expects {products} in zone {zone}"),
            Self::FreshSignatures { date, days } => {
                write!(f, "its signatures are of {date}, not older than {}", Limit(*days))
            }
            Self::Identified { port, product } => {
                write!(f, "TCP {port} is open, and what answers there identifies itself as {product}")
            }
            Self::Impostor { port, behaviour, products } => {
                let are = if products.are_several() { "are" } else { "is" };
                write!(
                    f,
                    "TCP {port} is open, and what listens there {behaviour}, unlike {}, ",
                    products.all()
                )?;
                write!(f, "which {are} known to listen there")
            }
            Self::ListenerRequired { zone } => write!(f, "the policy requires the listener in zone {zone}"),
            Self::NoAgentPort => f.write_str("no port of an agent was found open"),
            Self::NoAnswer { port, products } => {
                write!(
                    f,
                    "no answer was seen from TCP {port}, which does not prove that {products} is absent"
                )
            }
            Self::NoDeviceSign => f.write_str("nothing about it looks like a device"),
            Self::NotAsked { port, products } => {
                write!(f, "TCP {port}, where {products} is known to listen, was not asked to the end")
            }
            Self::NotLookedAt => f.write_str(NOT_LOOKED_AT),
            Self::NoListener { products } => {
                write!(f, "{products} listens on no port that a sweep could look at")
            }
            Self::NoPolicy => f.write_str("there is no policy, so nothing says which product to expect"),
            Self::NotConnected { port, products } => {
                write!(
                    f,
                    "TCP {port}, where {products} is known to listen, was open to the sweep, but no second connection "
                )?;
                f.write_str("came about")
            }
            Self::NotTalkedTo { port, products } => {
                write!(f, "TCP {port} is open, where {products} is known to listen, ")?;
                f.write_str("but nobody has talked to it to the end")
            }
            Self::NothingExpected { zone } => write!(f, "the policy expects no product in zone {zone}"),
            Self::OnlySign => f.write_str(ONLY_SIGN),
            Self::OpenListener { port, products, hangs_up } => {
                write!(f, "TCP {port} is open, where {products} is known to listen, and ")?;
                f.write_str(match hangs_up {
                    true => "it accepts and closes without a word, which speaks neither for nor against it",
                    false => "nothing learnt there speaks for or against it",
                })
            }
            Self::OtherServer { port, server, products } => {
                let verb = if products.are_several() { "are" } else { "is" };
                write!(f, "TCP {port} is open, and what answers there names itself {server}, ")?;
                write!(f, "which {} {verb} not", products.all())
            }
            Self::OtherSystem { port, system, products } => {
                let verb = if products.are_several() { "do" } else { "does" };
                write!(f, "TCP {port} is open, but the host runs {}, on which ", system.family.noun())?;
                write!(f, "{} {verb} not exist: ", products.all())?;
                signs(&system.signs, f)
            }
            Self::OutsideZones => f.write_str("its address lies outside every zone of the policy"),
            Self::Phantom => f.write_str(PHANTOM),
            Self::PositiveTrait { port, speech } => {
                write!(
                    f,
                    "to speak {speech} on TCP {port} is a positive sign, and nothing seen contradicts it"
                )
            }
            Self::NotReached { port, word, products } => {
                write!(
                    f,
                    "TCP {port} could not be reached ({word}), which does not prove that {products} is absent"
                )
            }
            Self::ServerPart { port, product } => {
                write!(
                    f,
                    "TCP {port} identifies itself as {product}, a server that protects nobody by being there"
                )
            }
            Self::StaleSignatures { date, days } => {
                write!(f, "its signatures are of {date}, older than {}", Limit(*days))
            }
            Self::UdpAlone { products } => {
                let verb = if products.are_several() { "listen" } else { "listens" };
                write!(
                    f,
                    "{} {verb} on UDP alone, where nothing is sent: what it would answer to is not published",
                    products.all()
                )
            }
            Self::Unlike { port, speech, products } => {
                write!(f, "TCP {port} is open and answers {speech}, but not as {products} is known to")
            }
            Self::Unexpected { zone, products } => {
                write!(f, "the policy expects {products} in zone {zone}, and too little was seen to tell")
            }
        }
    }
}

/// How old signatures may be, in days, and who says so.
struct Limit(u32);

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            days if days == Freshness::default().signature_days => write!(f, "{days} days, the default"),
            1 => f.write_str("the one day that the policy allows"),
            days => write!(f, "the {days} days that the policy allows"),
        }
    }
}

fn end_of_life(products: &Titles, since: Option<Date>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let verb = if products.are_several() { "are" } else { "is" };
    match since {
        Some(day) => write!(f, "support of {} ended on {day}", products.all()),
        None => write!(f, "{} {verb} no longer supported by the maker", products.all()),
    }
}

/// The signs of a device or a system by kind. Ports come without the address.
fn signs(signs: &[DeviceSign], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (place, sign) in signs.iter().enumerate() {
        let comma = if place == 0 { "" } else { "; " };
        write!(f, "{comma}{} ({})", sign.kind.name(), sign.seen)?;
    }
    Ok(())
}

const ONLY_SIGN: &str = "every port asked that answered is closed, so it may be anything";
const NOT_LOOKED_AT: &str = "it was not asked to the end for the ports that tell devices from computers";
const PHANTOM: &str = "even the decoy port, on which nothing listens, is open: the host or something on the way \
                       accepts everything, so open ports that say nothing prove nothing";
