//! A machine with three interfaces, and a world behind them that answers as a function says.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::ops::{Range, RangeInclusive};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use muster_engine::{AddressSet, Drops, Network, Prefix, Probe, ProbeKind, Purpose, Reply};
use muster_engine::{Attempt, TargetSpec};
use muster_model::{Endpoint, Instant};
use muster_platform::link::{
    Descriptor, FrameBatch, Framing, Link, LinkCapabilities, LinkError, LinkOptions, Sender,
};
use muster_platform::{Device, DeviceKind, Neighbor, Unreachable, Wanted, Way};

use super::packets::router_answers;
use crate::raw::machine::Machine;
use crate::raw::{Raw, RawError, RawOptions};

pub(super) const ETH0: u32 = 2;
pub(super) const TUN0: u32 = 3;
pub(super) const ETH1: u32 = 4;
pub(super) const OURS: [u8; 6] = [2, 0, 0, 0, 0, 1];
pub(super) const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 254);

/// What answers to a frame, given from its first byte.
pub(super) type Answers = Box<dyn FnMut(&[u8]) -> Vec<Vec<u8>> + Send>;
/// How many of so many frames the link takes.
pub(super) type Takes = Box<dyn FnMut(usize) -> io::Result<usize> + Send>;

/// One cable, held by a test and by the link at its end.
#[derive(Clone)]
pub(super) struct Cable(Arc<Mutex<State>>);

struct State {
    sent: Vec<Vec<u8>>,
    coming: VecDeque<Vec<u8>>,
    answers: Answers,
    takes: Takes,
    down: bool,
    drops: u64,
    bell: UnixStream,
}

#[derive(Debug)]
struct FakeLink {
    cable: Cable,
    bell: UnixStream,
    capabilities: LinkCapabilities,
}

/// The three interfaces and their routes.
pub(super) struct World {
    pub(super) eth0: Cable,
    pub(super) tun0: Cable,
    pub(super) eth1: Cable,
    pub(super) ways: Vec<(&'static str, Way)>,
    pub(super) known: Vec<Neighbor>,
    pub(super) mtu: u32,
    pub(super) down: Vec<u32>,
    bells: Vec<(u32, UnixStream)>,
}

impl World {
    /// `eth0`: 10.0.0.0/24 on the link, 10.1.0.0/16 by a router there; `tun0`: 10.2.0.0/16; `eth1`: 10.3.0.0/16.
    pub(super) fn new(answers: impl Fn(&[u8]) -> Vec<Vec<u8>> + Clone + Send + 'static) -> Self {
        let mut bells = Vec::new();
        let mut cable = |index| {
            let (bell, ear) = UnixStream::pair().unwrap();
            ear.set_nonblocking(true).unwrap();
            bell.set_nonblocking(true).unwrap();
            bells.push((index, ear));
            Cable(Arc::new(Mutex::new(State {
                sent: Vec::new(),
                coming: VecDeque::new(),
                answers: Box::new(answers.clone()),
                takes: Box::new(Ok),
                down: false,
                drops: 0,
                bell,
            })))
        };
        let (eth0, tun0, eth1) = (cable(ETH0), cable(TUN0), cable(ETH1));
        let source = IpAddr::from([10, 0, 0, 1]);
        let by = |gateway: Ipv4Addr, device| Way::Via { device, source, gateway: gateway.into() };
        let ways = vec![
            ("10.0.0.0/24", Way::OnLink { device: ETH0, source }),
            ("10.0.0.1/32", Way::Local),
            ("10.1.0.0/16", by(GATEWAY, ETH0)),
            ("10.2.0.0/16", Way::OnLink { device: TUN0, source }),
            ("10.3.0.0/16", by(Ipv4Addr::new(10, 3, 255, 254), ETH1)),
            ("10.4.0.0/16", Way::Unreachable(Unreachable::Prohibited)),
            ("127.0.0.0/8", Way::Local),
        ];
        Self { eth0, tun0, eth1, ways, known: Vec::new(), mtu: 1_500, down: Vec::new(), bells }
    }

    /// A world that never answers but to questions for routers.
    pub(super) fn silent() -> Self {
        Self::new(|frame| router_answers(frame).into_iter().collect())
    }

    pub(super) fn open(self, targets: &str) -> Result<Raw, RawError> {
        self.open_with(targets, RawOptions::default())
    }

    pub(super) fn open_with(self, targets: &str, options: RawOptions) -> Result<Raw, RawError> {
        Raw::open_on(Box::new(FakeMachine(self)), &set(targets), options)
    }
}

impl Cable {
    pub(super) fn sent(&self) -> Vec<Vec<u8>> {
        self.state().sent.clone()
    }

    pub(super) fn take(&self, takes: impl FnMut(usize) -> io::Result<usize> + Send + 'static) {
        self.state().takes = Box::new(takes);
    }

    pub(super) fn go_down(&self) {
        self.state().down = true;
    }

    pub(super) fn lose(&self, frames: u64) {
        self.state().drops += frames;
    }

    pub(super) fn bring(&self, frames: impl IntoIterator<Item = Vec<u8>>) {
        let mut state = self.state();
        state.coming.extend(frames);
        let _ = state.bell.write(&[0]);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl std::fmt::Debug for Cable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cable")
    }
}

impl Link for FakeLink {
    fn capabilities(&self) -> &LinkCapabilities {
        &self.capabilities
    }

    fn send(&mut self, frames: &FrameBatch, range: Range<usize>) -> io::Result<usize> {
        let mut state = self.cable.state();
        if state.down {
            return Err(io::ErrorKind::NetworkDown.into());
        }
        let count = (state.takes)(range.len())?.min(range.len());
        for slot in range.take(count) {
            let frame = frames.frame(slot).to_vec();
            let answers = (state.answers)(&frame);
            state.sent.push(frame);
            state.coming.extend(answers);
        }
        if !state.coming.is_empty() {
            let _ = state.bell.write(&[0]);
        }
        Ok(count)
    }

    fn receive(&mut self, take: &mut dyn FnMut(&[u8], Duration)) -> io::Result<()> {
        while self.bell.read(&mut [0; 64]).is_ok_and(|read| read > 0) {}
        if self.cable.state().down {
            return Err(io::ErrorKind::NetworkDown.into());
        }
        let coming: Vec<_> = self.cable.state().coming.drain(..).collect();
        coming.iter().for_each(|frame| take(frame, Duration::ZERO));
        Ok(())
    }

    fn drops(&mut self) -> io::Result<u64> {
        Ok(std::mem::take(&mut self.cable.state().drops))
    }

    fn descriptor(&self) -> Descriptor<'_> {
        std::os::fd::AsFd::as_fd(&self.bell)
    }
}

struct FakeMachine(World);

impl std::fmt::Debug for FakeMachine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FakeMachine")
    }
}

impl Machine for FakeMachine {
    fn devices(&mut self) -> io::Result<Vec<Device>> {
        let device = |index, name: &str, kind, hardware| Device {
            index,
            name: name.to_owned(),
            kind,
            hardware,
            mtu: self.0.mtu,
            is_up: !self.0.down.contains(&index),
            driver: None,
        };
        Ok(vec![
            device(ETH0, "eth0", DeviceKind::Ethernet, Some(OURS)),
            device(TUN0, "tun0", DeviceKind::RawIp, None),
            device(ETH1, "eth1", DeviceKind::Ethernet, Some(OURS)),
            device(9, "ib0", DeviceKind::Other, None),
        ])
    }

    fn addresses(&mut self) -> io::Result<Vec<(String, IpAddr)>> {
        Ok(vec![("eth0".to_owned(), [10, 0, 0, 1].into()), ("lo".to_owned(), Ipv4Addr::LOCALHOST.into())])
    }

    fn prefixes(&mut self) -> io::Result<Vec<(IpAddr, u8)>> {
        let prefixes = self.0.ways.iter().map(|(prefix, _)| prefix.parse::<Prefix>().unwrap());
        Ok(prefixes.map(|prefix| (prefix.first(), prefix.bits())).collect())
    }

    fn way_to(&mut self, address: IpAddr, _wanted: &Wanted) -> io::Result<Way> {
        let ways = self.0.ways.iter().map(|(prefix, way)| (prefix.parse::<Prefix>().unwrap(), way));
        let leading = ways.filter(|(prefix, _)| AddressSet::from(*prefix).contains(address));
        let best = leading.max_by_key(|(prefix, _)| prefix.bits());
        Ok(best.map_or(Way::Unreachable(Unreachable::NoRoute), |(_, way)| *way))
    }

    fn neighbors(&mut self) -> io::Result<Vec<Neighbor>> {
        Ok(self.0.known.clone())
    }

    fn quiet_ports(&mut self) -> RangeInclusive<u16> {
        61_440..=65_535
    }

    fn open_link(&mut self, device: &Device, options: &LinkOptions) -> Result<Box<dyn Link>, LinkError> {
        assert!(options.filter.icmp && options.filter.arp);
        let cable = match device.index {
            ETH0 => &self.0.eth0,
            TUN0 => &self.0.tun0,
            _ => &self.0.eth1,
        };
        let framing = if device.index == TUN0 { Framing::RawIp } else { Framing::Ethernet };
        let at = self.0.bells.iter().position(|(index, _)| *index == device.index).unwrap();
        Ok(Box::new(FakeLink {
            cable: cable.clone(),
            bell: self.0.bells.swap_remove(at).1,
            capabilities: LinkCapabilities {
                sender: Sender::AfPacket,
                instead: None,
                framing,
                mtu: device.mtu,
            },
        }))
    }
}

pub(super) fn set(targets: &str) -> AddressSet {
    let sets: Vec<AddressSet> = targets
        .split(' ')
        .map(|text| match TargetSpec::parse(text) {
            Ok(TargetSpec::Addresses(set)) => set,
            other => panic!("{other:?}"),
        })
        .collect();
    AddressSet::union_all(&sets).unwrap()
}

pub(super) fn probe(kind: ProbeKind, address: &str, port: u16) -> Probe {
    Probe {
        endpoint: Endpoint { address: address.parse().unwrap(), protocol: kind.protocol(), port },
        kind,
        attempt: Attempt { round: 1, purpose: Purpose::Target },
        expires: Instant::NEVER,
    }
}

/// What comes within a twentieth of a second.
pub(super) fn replies(raw: &mut Raw) -> (Vec<Reply>, Drops) {
    let mut replies = Vec::new();
    let drops = raw.receive(raw.now() + Duration::from_millis(50), &mut replies).unwrap();
    (replies, drops)
}
