//! Where runs are kept: which store, and what to say when it cannot be used.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::Args;
use etcetera::BaseStrategy as _;
use muster_model::{Run, RunHeader, RunId};
use muster_platform::User;
use muster_report::StoreWords;
use muster_store::{Store, StoreError};

use crate::failure::{Failure, Fault, chain};
use crate::output::{is_stdout, say, shell_word, unbroken};

/// Where runs are kept
#[derive(Args, Debug)]
#[command(next_help_heading = "Store")]
pub(crate) struct StoreArgs {
    /// Keep the run in FILE [default: the one that MUSTER_STORE names, or muster.db in this user's data folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// Do not keep the run
    #[arg(long, conflicts_with = "store")]
    pub(crate) no_store: bool,
}

/// Which store to read
#[derive(Args, Debug)]
#[command(next_help_heading = "Store")]
pub(crate) struct StorePath {
    /// Read FILE [default: the one that MUSTER_STORE names, or muster.db in this user's data folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
}

/// The store that was typed, as a shell takes it.
fn typed(named: Option<&PathBuf>) -> Option<String> {
    named.map(|path| shell_word(path))
}

/// The store that was typed, if one was, for the texts of a report.
pub(crate) fn store_words(typed: Option<&str>) -> StoreWords<'_> {
    typed.map_or(StoreWords::Usual, StoreWords::Named)
}

impl StoreArgs {
    /// The store that was typed, as a shell takes it.
    pub(crate) fn typed(&self) -> Option<String> {
        typed(self.store.as_ref())
    }

    /// Where the run will be kept, if it is to be.
    ///
    /// # Errors
    /// No file is named, and this user has no data folder.
    pub(crate) fn path(&self) -> Result<Option<PathBuf>, Failure> {
        if self.no_store { Ok(None) } else { path_of(self.store.as_ref()).map(Some) }
    }
}

impl StorePath {
    /// The store that was typed, as a shell takes it.
    pub(crate) fn typed(&self) -> Option<String> {
        typed(self.store.as_ref())
    }

    /// `muster WORDS` that reads the same store.
    pub(crate) fn command(&self, words: &str) -> String {
        let store = self.typed().map_or(String::new(), |file| format!(" --store {file}"));
        unbroken(&format!("muster {words}{store}"))
    }

    /// The file.
    ///
    /// # Errors
    /// None is named, and this user has no data folder.
    pub(crate) fn path(&self) -> Result<PathBuf, Failure> {
        path_of(self.store.as_ref())
    }

    /// Opens the store to read.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub(crate) fn open(&self) -> Result<Store, Failure> {
        Store::open_to_read(&self.path()?).map_err(|error| store_failure(&error))
    }
}

/// A run that is being kept, or is not to be.
#[derive(Debug)]
pub(crate) struct Keeping {
    store: Option<Store>,
    id: Option<RunId>,
}

impl Keeping {
    /// Opens the store, if there is to be one; nothing is kept yet.
    ///
    /// # Errors
    /// The store cannot be written.
    pub(crate) fn open(args: &StoreArgs) -> Result<Self, Failure> {
        let store = args.path()?.map(|path| Store::open(&path)).transpose();
        let store = store.map_err(|error| unkept(&error))?;
        Ok(Self { store, id: None })
    }

    /// Notes that a run begins: should it never end, that is known too.
    ///
    /// # Errors
    /// The store cannot be written.
    pub(crate) fn begin(&mut self, header: &RunHeader) -> Result<(), Failure> {
        let begun = self.store.as_mut().map(|store| store.begin(header)).transpose();
        self.id = begun.map_err(|error| unkept(&error))?;
        Ok(())
    }

    /// The number of the run.
    pub(crate) fn id(&self) -> Option<RunId> {
        self.id
    }

    /// Keeps what became of the run.
    ///
    /// # Errors
    /// The store cannot be written; what it held before is as it was.
    pub(crate) fn record(&mut self, run: &Run) -> Result<(), Failure> {
        let (Some(store), Some(id)) = (&mut self.store, self.id) else { return Ok(()) };
        store.record(id, run).map_err(|error| not_stored(&error))
    }

    /// Keeps a run that was none before it was over, as one of files: all of it, or no trace.
    ///
    /// # Errors
    /// The store cannot be written; what it held before is as it was.
    pub(crate) fn keep(&mut self, run: &Run) -> Result<(), Failure> {
        let Some(store) = &mut self.store else { return Ok(()) };
        let kept = store.recording(&run.header).and_then(|recording| recording.finish(run));
        self.id = Some(kept.map_err(|error| not_stored(&error))?);
        Ok(())
    }

    /// The last complete run of the same targets before this one; that there is none is said.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) fn previous(&self) -> Result<Option<Run>, Failure> {
        let (Some(store), Some(id)) = (&self.store, self.id) else { return Ok(None) };
        let found = store.previous(id).and_then(|previous| match previous {
            Some(previous) => store.load(previous),
            None => Ok(None),
        });
        let found = found.map_err(|error| store_failure(&error))?;
        if found.is_none() {
            say("no earlier run of these targets was kept to its end: all its findings count as new\n");
        }
        Ok(found)
    }
}

fn path_of(named: Option<&PathBuf>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return refuse_stdout(path).map(|()| path.clone());
    }
    // Not the parser's `env`: with that, the variable and --no-store would exclude each other.
    if let Some(path) = env::var_os("MUSTER_STORE").filter(|path| !path.is_empty()) {
        return Ok(path.into());
    }
    Ok(data_folder()?.join("muster").join("muster.db"))
}

/// Under sudo that of the user who called: the environment still speaks of root.
fn data_folder() -> Result<PathBuf, Failure> {
    if let Some(user) = CALLER.get().cloned().or_else(muster_platform::calling_user) {
        if user.home.as_os_str().is_empty() {
            let error = format!("this machine knows no folder of the user who called: {}", user.name);
            return Err(Failure::environment(error).hint("name a file with --store FILE".to_owned()));
        }
        return Ok(user.home.join(".local").join("share"));
    }
    let folders = etcetera::base_strategy::choose_native_strategy().map_err(|error| {
        Failure::environment(format!("this user has no data folder: {error}"))
            .hint("name a file with --store FILE".to_owned())
    })?;
    Ok(folders.data_dir())
}

/// Notes whose folders are the usual ones, once the process has become that user's.
pub(crate) fn live_with(user: User) {
    // A process becomes somebody else's once.
    let _ = CALLER.set(user);
}

static CALLER: OnceLock<User> = OnceLock::new();

/// `-` is stdout wherever a file is written; a store has to be read, too.
fn refuse_stdout(path: &Path) -> Result<(), Failure> {
    match is_stdout(path) {
        false => Ok(()),
        true => {
            Err(Failure::usage("the store cannot be stdout: -")
                .hint("name a file; ./- is one, too".to_owned()))
        }
    }
}

fn not_stored(error: &StoreError) -> Failure {
    let failure = store_failure(error);
    Failure::new(Fault::Environment, format!("the run could not be stored: {}", failure.message()))
        .hint(error.hint())
        .hint("the reports are written all the same, and earlier runs are as they were".to_owned())
}

fn unkept(error: &StoreError) -> Failure {
    store_failure(error).hint("--no-store audits without one".to_owned())
}

/// Whose fault it is, and what can be done.
pub(crate) fn store_failure(error: &StoreError) -> Failure {
    let fault = match error {
        StoreError::NotFound { .. } | StoreError::NotAStore { .. } | StoreError::NoSuchRun { .. } => {
            Fault::Usage
        }
        StoreError::AlreadyRecorded { .. } => Fault::Internal,
        _ => Fault::Environment,
    };
    Failure::new(fault, chain(error)).hint(error.hint())
}
