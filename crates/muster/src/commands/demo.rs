//! `muster demo`: a simulated office on loopback, audited for real.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use muster_audit::Policy;
use muster_catalog::{Catalog, DECOY_PORT, SIGN_PORTS};
use muster_demo::{NETWORK, Office, OfficeError};
use muster_engine::AddressSet;
use muster_model::RunHeader;
use muster_platform::connecting::ConnectError;
use muster_platform::raise_descriptors;
use muster_report::{AuditReport, StoreWords, write_audit_text};
use tempfile::{NamedTempFile, TempPath};

use crate::audit::{Audit, Audited, operator};
use crate::documents::{DocumentArgs, Documents};
use crate::failure::{Failure, Fault, chain};
use crate::keeping::{Keeping, StoreArgs};
use crate::output::{print, say, shell_word, stdout, text_style};
use crate::signals::{Signal, Signals};
use crate::sweep::{Choice, MORE_DESCRIPTORS, Opened, Targets, Template, TimingArgs, surroundings};

/// Show muster at work on a simulated office on this machine's loopback addresses
///
/// Addresses of 127.44.0.0/24 answer with real sockets, without any privilege: computers with protection agents that
/// tell their names or only listen, computers without, agents past their end of life, printers, a switch, impostors on
/// agents' ports, and a block where everything seems open. The demo audits exactly those addresses under a policy of the
/// office, writes the report as a page, and ends by itself.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Keep the office open until Ctrl-C, to audit it with other commands
    #[arg(long)]
    serve: bool,
    /// Keep the run in FILE, for muster why, history and report
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    #[command(flatten)]
    documents: DocumentArgs,
}

/// Opens the office, audits it and shows what was found.
pub(crate) fn demo(args: &DemoArgs, arguments: &str) -> Result<ExitCode, Failure> {
    let signals = Signals::catch()?;
    raise_descriptors()
        .map_err(|error| Failure::environment(format!("cannot read the descriptor limit: {error}")))?;
    // It goes with this function unless it is kept: an empty page that nobody was told of would stay otherwise.
    let temporary = if args.documents.html.is_none() { Some(temporary_page()?) } else { None };
    let documents = documents(&args.documents, temporary.as_deref(), args.store.as_deref())?;
    let office = Office::open().map_err(office_failure)?;
    documents.try_places()?;
    let page = args.documents.html.as_deref().or(temporary.as_deref()).unwrap_or(Path::new("-"));
    let show = Show { office: &office, signals: &signals, documents, page, arguments };
    let audited = show.audit(args);
    let signal = signals.received();
    // While it serves a signal is the ordinary end.
    let serves = args.serve && signal.is_none();
    let is_written = audited.is_ok();
    let outcome = audited.and_then(|()| if serves { show.serve() } else { Ok(()) });
    if let Some(page) = temporary.filter(|_| is_written) {
        page.keep()
            .map_err(|error| Failure::environment(format!("cannot keep the page: {}", error.error)))?;
    }
    office.close().map_err(office_failure)?;
    outcome?;
    Ok(signal.map_or(ExitCode::SUCCESS, Signal::exit_code))
}

/// An open office that is shown.
struct Show<'a> {
    office: &'a Office,
    signals: &'a Signals,
    documents: Documents,
    /// Where the page goes.
    page: &'a Path,
    arguments: &'a str,
}

impl Show<'_> {
    fn audit(&self, args: &DemoArgs) -> Result<(), Failure> {
        let text = self.office.policy();
        let catalog = Catalog::builtin();
        let policy = Policy::parse(&text, catalog).map_err(|error| Failure::new(Fault::Internal, error))?;
        let targets = self.targets()?;
        let header = self.header(text, &targets);
        let kept = StoreArgs { no_store: args.store.is_none(), store: args.store.clone() };
        let mut keeping = Keeping::open(&kept)?;
        keeping.begin(&header)?;
        if !self.documents.take_stdout() {
            self.introduce()?;
        }
        let groups = policy.port_groups(&targets.addresses, catalog);
        let audit = Audit {
            catalog,
            policy: &policy,
            targets: &targets,
            groups: &groups,
            decoy: Some(DECOY_PORT),
            signs: SIGN_PORTS,
            timing: &TimingArgs::of(Template::Aggressive),
            trusts_link: true,
            asks_names: false,
            name_servers: &[],
            community: None,
            signals: self.signals,
        };
        let Audited { run, failure } =
            audit.carry_out(Opened::connections(Choice::for_this_machine()), header);
        let kept = keeping.record(&run);
        let id = keeping.id().filter(|_| kept.is_ok());
        let store = args.store.as_deref().map(shell_word);
        let store = store.as_deref().map_or(StoreWords::OnlyNamed, StoreWords::Named);
        let report =
            AuditReport { run: &run, id, store, made: Timestamp::now(), catalog: Catalog::builtin() };
        let written = self.documents.write(&report);
        kept.and(written).and(self.tell(&report))?;
        failure.map_or(Ok(()), Err)
    }

    fn targets(&self) -> Result<Targets, Failure> {
        Ok(Targets {
            addresses: AddressSet::of_addresses(self.office.targets()).map_err(Failure::usage)?,
            order: Default::default(),
            given_names: Default::default(),
            unresolved: Vec::new(),
            scope: surroundings(&[], &[])?,
        })
    }

    fn header(&self, policy: String, targets: &Targets) -> RunHeader {
        RunHeader {
            start: Timestamp::now(),
            arguments: self.arguments.to_owned(),
            operator: operator(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            policy: Some(policy),
            targets: targets.addresses.to_string(),
            addresses: self.office.targets().len() as u64,
            seed: SEED,
            network: None,
        }
    }

    fn introduce(&self) -> Result<(), Failure> {
        let count = self.office.targets().len();
        print(|out| {
            writeln!(
                out,
                "an office of {count} addresses is open on {NETWORK}/24 of this machine; auditing it"
            )?;
            writeln!(out, "by ordinary connections, under a policy of its own\n")
        })
    }

    fn tell(&self, report: &AuditReport<'_>) -> Result<(), Failure> {
        if self.documents.take_stdout() {
            return Ok(());
        }
        print(|out| {
            write_audit_text(out, report, text_style())?;
            writeln!(out, "\nthe same as a page: {}", self.page.display())
        })
    }

    /// Keeps the office open, and its policy in a file for as long.
    fn serve(&self) -> Result<(), Failure> {
        let policy = self.policy_file().map_err(|error| {
            Failure::environment(format!("cannot write the office's policy to a temporary file: {error}"))
        })?;
        let text = format!(
            "\nthe office stays open until Ctrl-C; try, in another terminal:\n  \
             muster audit --policy {} {NETWORK}/24\n  \
             muster audit {NETWORK}/24\n  \
             muster scan -p 2967 -Pn {NETWORK}/24\n",
            policy.path().display()
        );
        if !self.invite(&text)? {
            return Ok(());
        }
        while self.signals.received().is_none() {
            thread::park_timeout(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Tells people what they can do, on stderr where a report has stdout. `false`: nobody is there to be told, and
    /// nobody would know that it serves.
    fn invite(&self, text: &str) -> Result<bool, Failure> {
        if self.documents.take_stdout() {
            say(text);
            return Ok(true);
        }
        let mut out = stdout();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::environment(format!("cannot write stdout: {error}"))),
        }
    }

    fn policy_file(&self) -> io::Result<NamedTempFile> {
        let mut file = tempfile::Builder::new().prefix("muster-demo-").suffix(".toml").tempfile()?;
        file.write_all(self.office.policy().as_bytes())?;
        Ok(file)
    }
}

/// What was asked for, and a page in any case.
fn documents(args: &DocumentArgs, page: Option<&Path>, store: Option<&Path>) -> Result<Documents, Failure> {
    let html = args.html.clone().or(page.map(Path::to_path_buf));
    let DocumentArgs { csv, jsonl, xml, .. } = args;
    let args = DocumentArgs { html, csv: csv.clone(), jsonl: jsonl.clone(), xml: xml.clone() };
    Documents::new(&args, &[], store)
}

fn temporary_page() -> Result<TempPath, Failure> {
    let file = tempfile::Builder::new().prefix("muster-demo-").suffix(".html").tempfile();
    file.map(NamedTempFile::into_temp_path).map_err(|error| {
        Failure::environment(format!("cannot make a temporary file for the page: {error}"))
            .hint("name one with --html FILE".to_owned())
    })
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

/// The same order of probes every time.
const SEED: u64 = 2967;
