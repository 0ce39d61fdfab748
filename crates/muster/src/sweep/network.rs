//! The network that a sweep uses, whichever of the two it is, and the privilege that goes with it.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::path::Path;

use muster_engine::{AddressSet, Drops, Network, NetworkError, Payloads, Probe, Reply};
use muster_identify::Community;
use muster_model::Instant;
use muster_platform::GivenUp;
use muster_sweep::{Capture, Connect, Raw, RawError, RawOptions, Tap, Trace};

use super::choice::{Choice, NetworkKind};
use super::late_file::LateFile;
use super::network_args::NetworkArgs;
use super::snmp::SNMP_PORT;
use super::stage::network_failure;
use super::watch::{Levels, Switched};
use crate::failure::{Failure, chain};
use crate::output::lines;

/// Connections or frames.
#[derive(Debug)]
pub(crate) enum AnyNetwork {
    /// Ordinary connections.
    Connect(Box<Connect>),
    /// Frames of our own.
    Raw(Box<Raw>),
}

/// A network that is open, and why it is this one.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The network.
    pub(crate) network: AnyNetwork,
    /// What it is, and why.
    pub(crate) choice: Choice,
    capture: Option<LateFile>,
}

/// What is wanted of frames.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// Where they go.
    pub(crate) targets: &'a AddressSet,
    /// What was typed about them.
    pub(crate) args: &'a NetworkArgs,
    /// An option that only frames can do: without them the command ends.
    pub(crate) needed: Option<&'static str>,
    /// What UDP ports are asked.
    pub(crate) payloads: &'a Payloads,
    /// Whether UDP ports without a request of their own get an empty datagram.
    pub(crate) udp_empty: bool,
    /// By which keys switch the trace, where there are keys.
    pub(crate) levels: Option<&'a Levels>,
}

impl Opened {
    /// Opens the network that was chosen; where frames cannot be sent after all and nothing asks for them, connections.
    /// What takes privilege is done here, so that it can be given up afterwards.
    ///
    /// # Errors
    /// Neither can be opened, or something asks for frames that cannot be sent.
    pub(crate) fn new(choice: Choice, wanted: Wanted<'_>) -> Result<Self, Failure> {
        if choice.kind == NetworkKind::Connect {
            return Self::connections(choice);
        }
        let capture = wanted.args.capture.as_ref().map(|_| LateFile::default());
        match Raw::open(wanted.targets, options(wanted, capture.as_ref())?) {
            Ok(raw) => {
                wanted.levels.iter().for_each(|levels| levels.has_frames(wanted.args.packet_trace));
                Ok(Self { network: AnyNetwork::Raw(Box::new(raw)), choice, capture })
            }
            Err(error) if may_do_without(&error, wanted) => Self::connections(Choice::failed(chain(&error))),
            Err(error) => Err(raw_failure(&error)),
        }
    }

    /// Opens connections, whatever `choice` says of them.
    ///
    /// # Errors
    /// The descriptor limit leaves no socket.
    pub(crate) fn connections(choice: Choice) -> Result<Self, Failure> {
        let connect = Connect::new().map_err(|error| network_failure(&error))?;
        Ok(Self { network: AnyNetwork::Connect(Box::new(connect)), choice, capture: None })
    }

    /// Gives the frames that were kept so far and all to come to the file of `--capture`.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn begin_capture(&self, args: &NetworkArgs) -> Result<(), Failure> {
        let (Some(capture), Some(path)) = (&self.capture, &args.capture) else { return Ok(()) };
        capture.open(path).map_err(|error| capture_failure(path, &error))
    }
}

impl AnyNetwork {
    /// How many attempts can be under way at once, where each holds a socket.
    pub(crate) fn sockets(&self) -> Option<usize> {
        match self {
            Self::Connect(connect) => Some(connect.most_sockets()),
            Self::Raw(_) => None,
        }
    }

    /// Gives back what is held for further attempts, as far as nothing is under way.
    pub(crate) fn rest(&mut self) {
        if let Self::Connect(connect) = self {
            connect.close_idle();
        }
    }

    /// The targets on the same link, which can be asked whether somebody is there.
    pub(crate) fn on_link(&self) -> AddressSet {
        match self {
            Self::Connect(_) => AddressSet::empty(),
            Self::Raw(raw) => raw.on_link().clone(),
        }
    }

    /// The hardware address of a host on the same link, as far as it is known.
    pub(crate) fn hardware_of(&self, address: IpAddr) -> Option<[u8; 6]> {
        match self {
            Self::Connect(_) => None,
            Self::Raw(raw) => raw.hardware_of(address),
        }
    }

    /// The hardware addresses of hosts on the same link, as far as this network or the kernel knows them.
    pub(crate) fn hardware(&self) -> impl Fn(IpAddr) -> Option<[u8; 6]> + use<'_> {
        let kernels = match self {
            Self::Connect(_) => muster_platform::neighbors().unwrap_or_default(),
            Self::Raw(_) => Vec::new(),
        };
        let kernels: HashMap<IpAddr, [u8; 6]> =
            kernels.into_iter().map(|neighbor| (neighbor.address, neighbor.hardware)).collect();
        move |address| self.hardware_of(address).or_else(|| kernels.get(&address).copied())
    }

    /// A line for each interface that frames leave by.
    pub(crate) fn description(&self) -> Vec<String> {
        match self {
            Self::Connect(_) => Vec::new(),
            Self::Raw(raw) => raw.description(),
        }
    }

    /// Ends the trace and the capture.
    ///
    /// # Errors
    /// What kept one of them from being written, then or earlier.
    pub(crate) fn finish_taps(&mut self) -> Result<(), Failure> {
        let Self::Raw(raw) = self else { return Ok(()) };
        match raw.finish_taps().into_iter().find(|error| error.kind() != io::ErrorKind::BrokenPipe) {
            Some(error) => Err(Failure::environment(format!("cannot write the frames: {error}"))
                .hint("the results are complete; free some space or name another file".to_owned())),
            None => Ok(()),
        }
    }
}

/// How many attempts could be under way at once over such a network, where each holds a socket. Opens nothing that
/// lasts.
///
/// # Errors
/// The descriptor limit leaves no socket.
pub(crate) fn most_sockets(kind: NetworkKind) -> Result<Option<usize>, Failure> {
    match kind {
        NetworkKind::Raw => Ok(None),
        NetworkKind::Connect => {
            let connect = Connect::new().map_err(|error| network_failure(&error))?;
            Ok(Some(connect.most_sockets()))
        }
    }
}

/// What UDP ports are asked. SNMP's port is among them only where there is a word for it.
pub(crate) fn udp_requests(community: Option<&Community>) -> Payloads {
    let requests = muster_catalog::payloads::requests().map(|(port, request)| (port, request.to_vec()));
    requests.chain(community.map(|community| (SNMP_PORT, community.request()))).collect()
}

/// Gives up what privilege there is, once nothing that takes it is left to be opened: where frames are sent, and under
/// sudo always, so that files are those of the user who called. Root that sends no frame stays what it is.
///
/// # Errors
/// The system refuses: then nothing may go on.
pub(crate) fn settle_privilege(kind: NetworkKind) -> Result<(), Failure> {
    if kind == NetworkKind::Connect && !muster_platform::works_for_another() {
        return Ok(());
    }
    match muster_platform::give_up_privilege() {
        Ok(GivenUp::BecameUser(user)) => {
            crate::keeping::live_with(user);
            Ok(())
        }
        Ok(_) => Ok(()),
        Err(error) => Err(unsettled("cannot give up privilege", &error)),
    }
}

/// Does what opens files that were named before privilege can be given up: as the user who called, whose they must be.
///
/// # Errors
/// That of `work`; or it cannot be done as that user, and nothing may go on.
pub(crate) fn as_calling_user<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    muster_platform::as_calling_user(work)
        .unwrap_or_else(|error| Err(unsettled("cannot act for the user who called", &error)))
}

fn unsettled(what: &str, error: &io::Error) -> Failure {
    Failure::environment(format!("{what}: {error}"))
        .hint("call it as an ordinary user with --unprivileged, or as root without sudo".to_owned())
}

fn options(wanted: Wanted<'_>, capture: Option<&LateFile>) -> Result<RawOptions, Failure> {
    let Wanted { args, payloads, udp_empty, levels, .. } = wanted;
    let mut taps: Vec<Box<dyn Tap>> = Vec::new();
    let trace = Trace::new(lines(io::stderr()));
    match levels {
        Some(levels) => taps.push(Box::new(Switched { levels: levels.clone(), tap: trace })),
        None if args.packet_trace => taps.push(Box::new(trace)),
        None => {}
    }
    if let Some(file) = capture {
        let capture = Capture::new(file.clone());
        taps.push(Box::new(capture.map_err(|error| capture_failure(Path::new("-"), &error))?));
    }
    Ok(RawOptions {
        device: args.device.clone(),
        source: args.source,
        source_port: args.source_port,
        ttl: args.ttl,
        payloads: payloads.clone(),
        udp_empty,
        taps,
        ..RawOptions::default()
    })
}

/// Whether connections do as well: nothing was asked for that only frames can do, and the fault is not in what was typed.
fn may_do_without(error: &RawError, wanted: Wanted<'_>) -> bool {
    let is_asked_for =
        wanted.needed.is_some() || wanted.args.wants_frames().is_some() || wanted.args.privileged;
    let is_of_frames =
        matches!(error, RawError::Link { .. } | RawError::Kernel { .. } | RawError::UnknownFraming { .. });
    is_of_frames && !is_asked_for
}

fn raw_failure(error: &RawError) -> Failure {
    let failure = match error {
        RawError::ForeignSource(_) | RawError::NoSuchDevice { .. } => Failure::usage(error),
        _ => Failure::environment(chain(error)),
    };
    failure.hint(error.hint())
}

fn capture_failure(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot write {}: {error}", path.display()))
        .hint("name a file in a folder that exists and that you may write to".to_owned())
}

impl Network for AnyNetwork {
    fn now(&self) -> Instant {
        match self {
            Self::Connect(connect) => connect.now(),
            Self::Raw(raw) => raw.now(),
        }
    }

    fn room(&self) -> usize {
        match self {
            Self::Connect(connect) => connect.room(),
            Self::Raw(raw) => raw.room(),
        }
    }

    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        match self {
            Self::Connect(connect) => connect.send(probes),
            Self::Raw(raw) => raw.send(probes),
        }
    }

    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
        match self {
            Self::Connect(connect) => connect.receive(until, replies),
            Self::Raw(raw) => raw.receive(until, replies),
        }
    }
}
