//! Linux: capabilities(7), credentials(7), and what sudo, doas and pkexec leave in the environment.

use std::io;

use caller::Caller;

use super::{GivenUp, User};

mod account;
mod caller;
mod capabilities;
mod grant;
mod identity;
mod left;

pub(super) fn can_send_frames() -> bool {
    capabilities::own().is_ok_and(|own| own.effective & capabilities::NET_RAW != 0)
}

pub(super) fn calling_user() -> Option<User> {
    caller().ok().flatten().map(|caller| caller.user)
}

pub(super) fn works_for_another() -> bool {
    !matches!(caller(), Ok(None))
}

pub(super) use grant::of as grant_of;

pub(super) fn as_calling_user<T>(work: impl FnOnce() -> T) -> io::Result<T> {
    let Some(caller) = caller()? else { return Ok(work()) };
    let before = identity::stand_in(&caller)?;
    // securebits(7) can keep them in force, and with them the way to every file.
    if capabilities::own()?.effective != 0 {
        return Err(io::Error::other("capabilities stay in force without root's number"));
    }
    let outcome = work();
    identity::resume(&before)?;
    Ok(outcome)
}

pub(super) fn give_up_privilege() -> io::Result<GivenUp> {
    let caller = caller()?;
    if caller.is_none() && capabilities::own()?.is_none() {
        return Ok(GivenUp::HadNone);
    }
    // While they can still be: both need what is given up here.
    capabilities::forbid_gain()?;
    caller.as_ref().map_or(Ok(()), identity::assume)?;
    capabilities::drop_all()?;
    let user = caller.map(|caller| caller.user);
    left::check(user.as_ref())?;
    Ok(user.map_or(GivenUp::DroppedCapabilities, GivenUp::BecameUser))
}

fn caller() -> io::Result<Option<Caller>> {
    // A value that is no text is one all the same, and names nobody.
    let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    caller::find(identity::ids(), variable, account::find)
}
