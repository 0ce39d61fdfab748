//! Linux: capabilities(7), credentials(7), and what sudo, doas and pkexec leave in the environment.

use std::io;

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
    caller::find(identity::user_ids(), |name| std::env::var(name).ok(), account::find)
}

pub(super) use grant::of as grant_of;

pub(super) fn give_up_privilege() -> io::Result<GivenUp> {
    let given_up = match calling_user() {
        Some(user) => GivenUp::BecameUser(user),
        None if capabilities::own()?.is_none() => return Ok(GivenUp::HadNone),
        None => GivenUp::DroppedCapabilities,
    };
    // While they can still be: both need what is given up here.
    capabilities::forbid_gain()?;
    let user = match &given_up {
        GivenUp::BecameUser(user) => Some(user),
        _ => None,
    };
    if let Some(user) = user {
        identity::assume(user)?;
    }
    capabilities::drop_all()?;
    left::check(user)?;
    Ok(given_up)
}
