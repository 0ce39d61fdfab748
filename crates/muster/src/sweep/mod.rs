//! A sweep, from what was typed to what was seen. `scan`, `audit` and `demo` share it.

mod args;
mod choice;
mod collector;
mod departure;
mod journal;
mod late_file;
mod lines;
mod link_local;
mod names;
mod network;
mod network_args;
mod order;
mod outlook;
mod ports;
mod progress;
mod snmp;
mod stage;
mod talks;
mod targets;
mod timing;
mod watch;
mod work;

pub(crate) use args::{TargetArgs, TimingArgs};
pub(crate) use choice::{Choice, NetworkKind};
pub(crate) use collector::states;
pub(crate) use journal::{Keeping, Resumed, resumed};
pub(crate) use lines::{LineStream, NoStream};
pub(crate) use names::names_of;
pub(crate) use network::{
    AnyNetwork, Opened, Wanted, as_calling_user, most_sockets, settle_privilege, udp_requests,
};
pub(crate) use network_args::NetworkArgs;
pub(crate) use order::TypedOrder;
pub(crate) use outlook::{are_cut_off, duration, ways, wire_bytes};
pub(crate) use ports::{parse_port_list, parse_ports};
pub(crate) use snmp::{SNMP_PORT, SnmpArgs};
pub(crate) use stage::{MORE_DESCRIPTORS, Scanned, Stage, network_failure, sweep_stage};
pub(crate) use talks::{SERVICE_SCAN, TalkProgress, Watched, conversation_limits, conversation_pace};
pub(crate) use targets::{Targets, inputs, surroundings, written_out};
pub(crate) use timing::{Pace, Template, timed, timed_for_decoys, timed_for_neighbors};
pub(crate) use watch::{Levels, Watch};
