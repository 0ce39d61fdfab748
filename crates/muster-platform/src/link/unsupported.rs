//! Systems on which frames are not sent or received by us.

use std::io;
use std::time::Duration;

#[cfg(unix)]
use std::os::fd::BorrowedFd as Descriptor;

use super::{Link, LinkError, LinkOptions};
use crate::devices::Device;

/// A descriptor of a link, of which there is none here.
#[cfg(not(unix))]
#[derive(Clone, Copy, Debug)]
pub struct Descriptor<'link>(std::convert::Infallible, std::marker::PhantomData<&'link ()>);

pub(super) fn open(device: &Device, _options: &LinkOptions) -> Result<Box<dyn Link>, LinkError> {
    Err(LinkError::Unsupported { device: device.name.clone(), reason: REASON })
}

pub(super) fn wait(_descriptors: &[Descriptor<'_>], _longest: Duration) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, REASON))
}

const REASON: &str = "frames are sent and received on Linux alone";
