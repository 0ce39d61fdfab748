//! `muster demo`: a simulated office on loopback, swept for real.

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use muster_demo::{AGENT_PORT, Desk, Office, OfficeError};
use muster_engine::{AddressSet, PortSet, Seed, SweepPlan};
use muster_model::{Endpoint, Observation, PortState, Reason};
use muster_platform::connecting::ConnectError;
use muster_platform::raise_descriptors;
use muster_report::{AddressMap, Cell, write_summary};
use muster_sweep::{Connect, Scope, Scoped};

use crate::failure::{Failure, Fault, chain};
use crate::scan::{MORE_DESCRIPTORS, Scanned, Stage, network_failure, states, sweep_stage};
use crate::signals::{Signal, Signals};

/// Show muster at work on a simulated office on this machine's loopback addresses
///
/// About sixty addresses of 127.44.0.0/24 answer with real sockets, without any privilege: computers with the
/// antivirus client's port 2967 open, closed and filtered, print servers, and some that are not what they seem. The
/// demo sweeps exactly those addresses and ends by itself.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Keep the office open until Ctrl-C, to sweep it with other commands
    #[arg(long)]
    serve: bool,
}

/// Opens the office, sweeps it and shows what was found.
pub(crate) fn demo(args: &DemoArgs) -> Result<ExitCode, Failure> {
    let signals = Signals::catch()?;
    raise_descriptors()
        .map_err(|error| Failure::environment(format!("cannot read the descriptor limit: {error}")))?;
    let office = Office::open().map_err(office_failure)?;
    let outcome = show(&office, &signals).and_then(|()| if args.serve { serve(&signals) } else { Ok(()) });
    office.close().map_err(office_failure)?;
    match outcome {
        Ok(()) => {}
        // Whoever closed the pipe has seen enough.
        Err(Shown::Unwritten(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(Shown::Unwritten(error)) => {
            return Err(Failure::environment(format!("cannot write stdout: {error}")));
        }
        Err(Shown::Failed(failure)) => return Err(failure),
    }
    // With --serve a signal is the ordinary end.
    Ok(signals.received().filter(|_| !args.serve).map_or(ExitCode::SUCCESS, Signal::exit_code))
}

/// Why the office was not shown to its end.
enum Shown {
    Unwritten(io::Error),
    Failed(Failure),
}

impl From<io::Error> for Shown {
    fn from(error: io::Error) -> Self {
        Self::Unwritten(error)
    }
}

fn show(office: &Office, signals: &Signals) -> Result<(), Shown> {
    let mut out = anstream::stdout();
    let count = office.desks().len();
    writeln!(out, "an office of {count} addresses is open on {}/24 of this machine", muster_demo::NETWORK)?;
    writeln!(
        out,
        "sweeping TCP {AGENT_PORT}, the port of Symantec AntiVirus clients, by ordinary connections\n"
    )?;
    let scanned = sweep(office, signals).map_err(Shown::Failed)?;
    // Of a sweep that was cut short it is not known who would still have answered.
    if scanned.complete {
        write_table(&mut out, office.desks(), &scanned.seen)?;
        writeln!(out)?;
        write_map(&mut out, office.desks(), &scanned.seen)?;
        writeln!(out)?;
    }
    write_summary(&mut out, &scanned.summary, states(&scanned.seen), scanned.elapsed, scanned.complete)?;
    scanned.failure.map_or(Ok(()), |failure| Err(Shown::Failed(failure)))
}

fn sweep(office: &Office, signals: &Signals) -> Result<Scanned, Failure> {
    let targets: Vec<AddressSet> = office.targets().into_iter().map(AddressSet::from).collect();
    let targets = AddressSet::union_all(&targets).map_err(Failure::usage)?;
    let scope = Scope::new(&[], &[]).map_err(Failure::usage)?;
    let mut network = Scoped::new(Connect::new().map_err(|error| network_failure(&error))?, scope);
    let stage = Stage {
        name: "sweep",
        seed: Seed(2967),
        arguments: "muster demo",
        stats_every: None,
        only_open: false,
        signals,
        start: Timestamp::now(),
    };
    sweep_stage(SweepPlan::new(targets, PortSet::tcp(AGENT_PORT)), &mut network, &stage, None)
}

fn write_table(out: &mut impl Write, desks: &[Desk], seen: &[Observation]) -> io::Result<()> {
    writeln!(out, "{:<15} {:<26} {:<9} WHY", "ADDRESS", "NAME", AGENT_PORT)?;
    for desk in desks {
        let (state, reason) = state_of(desk, seen);
        writeln!(out, "{:<15} {:<26} {state:<9} {}", desk.address.to_string(), desk.name, meaning(reason))?;
    }
    Ok(())
}

fn write_map(out: &mut impl Write, desks: &[Desk], seen: &[Observation]) -> io::Result<()> {
    let mut map = AddressMap::default();
    for desk in desks {
        map.add(desk.address.into(), Cell::of(state_of(desk, seen).0, false));
    }
    map.write(out)
}

fn state_of(desk: &Desk, seen: &[Observation]) -> (PortState, Reason) {
    let endpoint = Endpoint::tcp(desk.address.into(), AGENT_PORT);
    seen.binary_search_by_key(&endpoint, |seen| seen.endpoint)
        .map_or((PortState::Filtered, Reason::NoResponse), |place| (seen[place].state, seen[place].reason))
}

fn meaning(reason: Reason) -> String {
    let words = match reason {
        Reason::SynAck => "a connection was accepted",
        Reason::ConnRefused => "the host refused the connection",
        Reason::NoResponse => "nothing came back, however often it was asked",
        _ => return reason.to_string(),
    };
    format!("{reason}: {words}")
}

fn serve(signals: &Signals) -> Result<(), Shown> {
    let mut out = anstream::stdout();
    writeln!(
        out,
        "\nthe office stays open until Ctrl-C; try: muster scan -p {AGENT_PORT} -Pn {}/24",
        muster_demo::NETWORK
    )?;
    out.flush()?;
    while signals.received().is_none() {
        thread::park_timeout(Duration::from_millis(50));
    }
    Ok(())
}

fn office_failure(error: OfficeError) -> Failure {
    let failure = Failure::environment(chain(&error));
    match error {
        OfficeError::AddressUnavailable { .. } => failure.hint(
            "the demo needs all of 127.0.0.0/8, which Linux and Windows have; on macOS and the BSDs add the addresses \
             to lo0 first, or run it in a Linux container"
                .to_owned(),
        ),
        OfficeError::PortInUse { .. } => failure.hint("another demo may be running; end it first".to_owned()),
        OfficeError::Listen { source, .. } | OfficeError::Start { source }
            if ConnectError::of(&source) == ConnectError::Descriptors =>
        {
            failure.hint(MORE_DESCRIPTORS.to_owned())
        }
        OfficeError::Panicked => Failure::new(Fault::Internal, &error),
        _ => failure,
    }
}
