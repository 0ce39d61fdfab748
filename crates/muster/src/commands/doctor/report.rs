//! What was found out, in words.

use std::env::consts::{ARCH, OS};
use std::io::{self, Write};

use muster_model::Excerpt;
use muster_platform::{Descriptors, Device, DeviceKind, Obstacle, Overview};

use super::examination::{Examination, Privilege};
use super::interfaces::Frames;
use super::page::Page;
use crate::output::{count, shell_word};

/// Writes the whole page.
pub(super) fn write(out: &mut dyn Write, found: &Examination) -> io::Result<()> {
    let mut page = Page::default();
    page.heading(&format!("muster {} on {OS}, {ARCH}", env!("CARGO_PKG_VERSION")));
    interfaces(&mut page, found);
    routes(&mut page, found);
    privilege(&mut page, found);
    descriptors(&mut page, &found.descriptors);
    sweep(&mut page, found);
    out.write_all(page.as_str().as_bytes())
}

fn interfaces(page: &mut Page, found: &Examination) {
    page.heading("Interfaces");
    let all = match &found.interfaces {
        Ok(all) => all,
        Err(error) => return page.text(&format!("cannot be listed: {error}")),
    };
    let width = all.iter().map(|interface| plain(&interface.name).chars().count()).max().unwrap_or(0);
    for interface in all {
        let told = interface.device.as_ref().map_or("no more is known".to_owned(), device);
        page.labelled(&plain(&interface.name), width, &told);
        let addresses: Vec<String> =
            interface.addresses.iter().map(|(address, prefix)| format!("{address}/{prefix}")).collect();
        let addresses = if addresses.is_empty() { "no address".to_owned() } else { addresses.join(", ") };
        page.continued(width, &addresses);
        if let Some(frames) = frames(&interface.frames) {
            page.continued(width, &frames);
        }
    }
}

fn device(device: &Device) -> String {
    let kind = match device.kind {
        DeviceKind::Ethernet => "Ethernet",
        DeviceKind::Loopback => "loopback",
        DeviceKind::Other => "a kind whose frames muster does not write",
        DeviceKind::RawIp => "bare IP packets",
    };
    let driver = device.driver.as_deref().map_or(String::new(), |driver| format!(" ({})", plain(driver)));
    let state = if device.is_up { "up" } else { "down" };
    let hardware = device.hardware.map_or(String::new(), |bytes| {
        let bytes = bytes.map(|byte| format!("{byte:02x}"));
        format!(", {}", bytes.join(":"))
    });
    format!("{kind}{driver}, {state}, MTU {}{hardware}", device.mtu)
}

fn frames(frames: &Frames) -> Option<String> {
    match frames {
        Frames::By(sender, None) => Some(format!("frames by {sender}")),
        Frames::By(sender, Some(why)) => Some(format!("frames by {sender} ({})", plain(why))),
        Frames::Refused(why) => Some(format!("no frames: {}", plain(why))),
        Frames::Untried => None,
    }
}

fn routes(page: &mut Page, found: &Examination) {
    if !found.has_links {
        return;
    }
    page.heading("Routes");
    let routes = match &found.routes {
        Ok(routes) => routes,
        Err(error) => return page.text(&format!("cannot be read: {error}")),
    };
    for (family, has_default) in [("IPv4", routes.has_default_v4), ("IPv6", routes.has_default_v6)] {
        page.labelled(family, FAMILY, if has_default { "a default route" } else { NO_DEFAULT });
    }
    rules(page, routes);
}

fn rules(page: &mut Page, routes: &Overview) {
    if routes.rules == 0 {
        return;
    }
    page.labelled("Rules", FAMILY, &format!(
        "policy routing: {} beside the usual. The kernel is asked for the way to every network, so that they hold.",
        count(routes.rules as u64, "rule")
    ));
    if routes.rules_beyond_addresses > 0 {
        page.continued(FAMILY, &format!(
            "{} by mark, user, protocol or port, which that question does not tell: connections (-sT) keep to these, \
             frames do not.",
            match routes.rules_beyond_addresses {
                1 => "1 of them goes".to_owned(),
                more => format!("{more} of them go"),
            }
        ));
    }
}

fn privilege(page: &mut Page, found: &Examination) {
    page.heading("Privilege");
    if !found.has_links {
        return page.text("Frames are sent on Linux alone; connections need no privilege.");
    }
    let privilege = &found.privilege;
    if privilege.can_send_frames {
        page.text("This process may send frames (CAP_NET_RAW).");
        return page.text(&afterwards(privilege));
    }
    page.text("This process may not send frames: it lacks CAP_NET_RAW.");
    grant(page, privilege);
}

fn afterwards(privilege: &Privilege) -> String {
    match &privilege.calling_user {
        Some(user) if user.home.as_os_str().is_empty() => format!(
            "Once a sweep's sockets are open, it becomes user {}, of whom this machine's user database knows no folder: \
             --store FILE says where runs are kept.",
            plain(&user.name)
        ),
        Some(user) => {
            format!("Once a sweep's sockets are open, it becomes {}, whose store it uses.", plain(&user.name))
        }
        None if privilege.is_caller_unknown => {
            "The user who called it is not in this machine's user database: no other command goes on for somebody \
             unknown. Call it as a user whom the machine knows, or as root without sudo."
                .to_owned()
        }
        None => "Once a sweep's sockets are open, it gives every capability up.".to_owned(),
    }
}

fn grant(page: &mut Page, privilege: &Privilege) {
    let Some(program) = &privilege.program else {
        return page.text("The system does not tell which file runs, so that it cannot be granted here.");
    };
    if privilege.grant.is_given {
        page.text("The program's file carries it already.");
    } else {
        page.text("This grants it to the program, for everybody who may start it:");
        page.command(&format!("sudo setcap cap_net_raw+ep {}", shell_word(program)));
        page.text("A new file is without it: grant it again after every update, copy or build.");
    }
    obstacles(page, privilege);
}

fn obstacles(page: &mut Page, privilege: &Privilege) {
    let obstacles = &privilege.grant.obstacles;
    if !obstacles.is_empty() {
        page.text("It does not count here:");
    } else if privilege.grant.is_given {
        page.text("It does not count for this process, which was started before, or under a debugger.");
    }
    for obstacle in obstacles {
        page.labelled("-", 1, explained(*obstacle));
    }
    let holds_sudo_back = |obstacle: &Obstacle| *obstacle != Obstacle::NoSuid;
    if !obstacles.iter().any(holds_sudo_back) {
        page.text("Or run a sweep by sudo: once its sockets are open, it becomes the user who called sudo.");
    }
}

fn explained(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::NoNewPrivileges => {
            "whoever started this process forbade new privileges (no_new_privs): a container's or a service's \
             setting, such as NoNewPrivileges= of systemd"
        }
        Obstacle::NoSuid => {
            "the program lies on a file system that is mounted with nosuid, where no file carries privilege: put it \
             elsewhere, such as /usr/local/bin"
        }
        Obstacle::OutOfBounds => {
            "nothing that is started from here can ever have it (bounding set): give the container or service \
             CAP_NET_RAW, as with --cap-add NET_RAW"
        }
    }
}

fn descriptors(page: &mut Page, descriptors: &Result<Descriptors, String>) {
    page.heading("Descriptors");
    let found = match descriptors {
        Ok(found) => found,
        Err(error) => return page.text(&format!("the limit cannot be read: {error}")),
    };
    if found.limit == u64::MAX {
        return page.text("There is no limit.");
    }
    page.text(&format!(
        "{} can be open at once, {} are. A sweep by connections needs one for each that waits for its answer.",
        found.limit, found.in_use
    ));
    if found.limit < PLENTY {
        page.text("For more: a higher hard limit, as root, in the shell that starts muster:");
        page.command(&format!("ulimit -Hn {PLENTY} && ulimit -n {PLENTY}"));
        page.text("For good: nofile in /etc/security/limits.conf, or LimitNOFILE= of a systemd service.");
    }
}

fn sweep(page: &mut Page, found: &Examination) {
    page.heading("Sweep");
    if !found.has_links {
        return page.text("By connections: frames are sent on Linux alone.");
    }
    if !found.privilege.can_send_frames {
        return page.text("By connections, of TCP alone: this process may not send frames.");
    }
    let all = found.interfaces.as_deref().unwrap_or_default();
    if all.iter().any(|interface| matches!(interface.frames, Frames::By(..))) {
        page.text("By frames: this process may send them. -sT asks for connections.");
    } else {
        page.text("By connections: no interface that is up takes frames.");
    }
    page.text("This machine's own addresses are always asked by connections.");
}

/// Names that others chose, safe for a terminal.
fn plain(text: &str) -> String {
    Excerpt::of(text).as_str().to_owned()
}

const FAMILY: usize = 5;
const NO_DEFAULT: &str = "no default route: only networks with a route of their own are reached";
/// Enough for every pace that connections keep up with.
const PLENTY: u64 = 65_536;

#[cfg(test)]
mod tests;
