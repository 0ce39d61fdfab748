//! What is asked of this machine's kernel when the network is opened, so that tests can answer in its place.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use muster_platform::link::{self, Link, LinkError, LinkOptions};
use muster_platform::{Device, Neighbor, Routes, Wanted, Way};

/// A kernel, or what stands for it.
pub(super) trait Machine: fmt::Debug {
    fn devices(&mut self) -> io::Result<Vec<Device>>;
    /// This machine's own addresses with the names of their interfaces.
    fn addresses(&mut self) -> io::Result<Vec<(String, IpAddr)>>;
    fn prefixes(&mut self) -> io::Result<Vec<(IpAddr, u8)>>;
    fn way_to(&mut self, address: IpAddr, wanted: &Wanted) -> io::Result<Way>;
    fn neighbors(&mut self) -> io::Result<Vec<Neighbor>>;
    /// Ports that nothing on this machine uses for itself.
    fn quiet_ports(&mut self) -> RangeInclusive<u16>;
    fn open_link(&mut self, device: &Device, options: &LinkOptions) -> Result<Box<dyn Link>, LinkError>;
}

/// The kernel we run on.
#[derive(Debug)]
pub(super) struct Kernel {
    routes: Routes,
}

impl Kernel {
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self { routes: Routes::open()? })
    }
}

impl Machine for Kernel {
    fn devices(&mut self) -> io::Result<Vec<Device>> {
        muster_platform::devices()
    }

    fn addresses(&mut self) -> io::Result<Vec<(String, IpAddr)>> {
        let all = muster_platform::interfaces()?;
        Ok(all.into_iter().map(|interface| (interface.name, interface.address)).collect())
    }

    fn prefixes(&mut self) -> io::Result<Vec<(IpAddr, u8)>> {
        self.routes.prefixes()
    }

    fn way_to(&mut self, address: IpAddr, wanted: &Wanted) -> io::Result<Way> {
        self.routes.way_to(address, wanted)
    }

    fn neighbors(&mut self) -> io::Result<Vec<Neighbor>> {
        muster_platform::neighbors()
    }

    fn quiet_ports(&mut self) -> RangeInclusive<u16> {
        muster_platform::quiet_ports()
    }

    fn open_link(&mut self, device: &Device, options: &LinkOptions) -> Result<Box<dyn Link>, LinkError> {
        link::open(device, options)
    }
}
