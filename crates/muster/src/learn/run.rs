//! `muster learn`, from its arguments to its exit code.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use jiff::Zoned;
use muster_catalog::{Catalog, Product};
use muster_identify::{Lesson, Origin, SitePort, Teaching, lesson, proposal};
use muster_model::{Identity, Protocol, Service};

use super::args::LearnArgs;
use super::asking::{Answers, Asking};
use super::choice::{Ports, ports_of, product_of};
use super::listing::{self, Found};
use super::reserved::Reserved;
use crate::failure::Failure;
use crate::output::{Place, check_spares, count, is_stdout, print, say, text_width, write_row};
use crate::signals::Signals;
use crate::sweep::{Targets, inputs};

/// Learns, and writes what it proposes.
pub(crate) fn learn(args: &LearnArgs) -> Result<ExitCode, Failure> {
    let catalog = args.catalog.read()?;
    let named = args.product.as_deref().map(|key| product_of(&catalog, key)).transpose()?;
    check_output(args)?;
    check_stdin(args)?;
    let found = match &args.from {
        Some(path) => listing::found(path, &catalog, named)?,
        None => Found::new(),
    };
    let has_hosts = !args.targets.targets.is_empty() || args.targets.list.is_some();
    if args.from.is_some() && !has_hosts {
        return from_listing(args, &catalog, &found);
    }
    let product = named.map_or_else(|| only_product(&catalog, &found), Ok)?;
    let sites = found.get(&product.id).map(Vec::as_slice).unwrap_or_default();
    from_hosts(args, &catalog, product, sites)
}

/// What a listing says, of all products; nobody is asked.
fn from_listing(args: &LearnArgs, catalog: &Catalog, found: &Found) -> Result<ExitCode, Failure> {
    let name = args.from.as_deref().map(listing::name).unwrap_or_default();
    let origin = origin(&name, "what the host says of its ports");
    let mut texts = Vec::new();
    for (id, sites) in found {
        let Some(product) = catalog.product(id) else { continue };
        let teaching = Teaching { ports: sites, lessons: &[], insists: args.force };
        match proposal(product, &teaching, &origin) {
            Some(text) => texts.push(text),
            None => say(&format!("{id}: {} known already\n", ports_of_sites(sites))),
        }
    }
    if texts.is_empty() {
        let known =
            if found.is_empty() { "no port is of a program that muster knows" } else { "no port is new" };
        say(&format!("nothing to propose: {known}\n"));
        return Ok(ExitCode::from(1));
    }
    write(place(args)?.take(), &texts.join("\n")).map(|()| ExitCode::SUCCESS)
}

/// `tcp 8081, udp 8082`
fn ports_of_sites(sites: &[SitePort]) -> String {
    let ports: Vec<String> =
        sites.iter().map(|site| format!("{} {}", site.protocol.name(), site.port)).collect();
    ports.join(", ")
}

/// The product of a listing, if there is one alone.
fn only_product<'c>(catalog: &'c Catalog, found: &Found) -> Result<&'c Product, Failure> {
    let mut keys = found.keys();
    if let (Some(id), None) = (keys.next(), keys.next())
        && let Some(product) = catalog.product(id)
    {
        return Ok(product);
    }
    let keys: Vec<&str> = found.keys().map(muster_model::ProductId::as_str).collect();
    let hint = match keys.is_empty() {
        true => "say which product the host has, as in muster learn --product clamav 192.168.0.17".to_owned(),
        false => format!("name one with --product: {}", keys.join(", ")),
    };
    Err(Failure::usage("no product is named").hint(hint))
}

/// What hosts answer; `sites` are ports that a listing gives to the product.
fn from_hosts(
    args: &LearnArgs,
    catalog: &Catalog,
    product: &Product,
    sites: &[SitePort],
) -> Result<ExitCode, Failure> {
    let tcp = sites.iter().filter(|site| site.protocol == Protocol::Tcp);
    let ports = ports_of(args, product, &tcp.map(|site| site.port).collect::<Vec<_>>())?;
    let targets = Targets::new(&args.targets, ports.swept().total())?;
    check_number(&targets)?;
    if args.timing.dry_run {
        return dry_run(product, &ports, &targets);
    }
    let place = place(args)?;
    let signals = Signals::catch()?;
    let asking = Asking { catalog, targets: &targets, timing: &args.timing, signals: &signals };
    announce(product, &ports, &targets);
    let answers = asking.ask(ports.swept())?;
    if let Some(signal) = signals.received() {
        return Ok(signal.exit_code());
    }
    let lessons = lessons(catalog, product, &ports, &answers);
    let origin = origin(&targets.addresses.to_string(), "its answers held against each other");
    let teaching = Teaching { ports: sites, lessons: &lessons, insists: args.force };
    match proposal(product, &teaching, &origin) {
        Some(text) => write(place.take(), &text).map(|()| exit_code(&targets)),
        None => Ok(nothing(product, &answers, &lessons)),
    }
}

fn place(args: &LearnArgs) -> Result<Reserved, Failure> {
    Reserved::at(args.output.as_deref().unwrap_or(Path::new("-")))
}

/// Stdin is read once.
fn check_stdin(args: &LearnArgs) -> Result<(), Failure> {
    let lists = args.targets.list.iter().chain(&args.targets.excludefile);
    let readers = lists.chain(&args.from).filter(|path| is_stdout(path)).count();
    if readers < 2 {
        return Ok(());
    }
    Err(Failure::usage("several inputs are to be read from stdin")
        .hint("put all but one into files".to_owned()))
}

/// Known-good hosts are few; a network of them is a mistake.
fn check_number(targets: &Targets) -> Result<(), Failure> {
    let number = targets.addresses.len();
    if number <= MOST_HOSTS {
        return Ok(());
    }
    Err(Failure::usage(format!("{} to learn from: {}", count(number, "host"), targets.addresses))
        .hint(format!("name up to {MOST_HOSTS} hosts that are known to have the product")))
}

const MOST_HOSTS: u128 = 16;

fn check_output(args: &LearnArgs) -> Result<(), Failure> {
    let read = args.catalog.inputs();
    let from = args.from.as_deref().filter(|path| !is_stdout(path));
    let read = read.iter().map(std::path::PathBuf::as_path).chain(inputs(&args.targets)).chain(from);
    let read: Vec<&Path> = read.collect();
    let wanted: Vec<&Path> = args.output.as_deref().into_iter().collect();
    check_spares(&wanted, &read, "input")
}

fn dry_run(product: &Product, ports: &Ports, targets: &Targets) -> Result<ExitCode, Failure> {
    let rows = [
        ("hosts", targets.addresses.to_string()),
        ("product", format!("{} ({})", product.title(), product.id)),
        ("sweep", format!("TCP {}", ports.swept().list(Protocol::Tcp))),
        ("identify", "every open port twice: listen, then one benign request".to_owned()),
    ];
    print(|out| {
        rows.iter().try_for_each(|(key, text)| write_row(out, text_width(), key, text))?;
        writeln!(out, "no probe was sent")
    })?;
    Ok(exit_code(targets))
}

fn announce(product: &Product, ports: &Ports, targets: &Targets) {
    for error in &targets.unresolved {
        say(&format!("warning: {error}; nothing is learnt from it\n"));
    }
    let list = ports.swept().list(Protocol::Tcp);
    say(&format!("looking for {} on {}, TCP {list}\n", product.title(), targets.addresses));
}

/// What each port teaches. A port that nobody named teaches only where it is not another product's, and tells something.
fn lessons(catalog: &Catalog, product: &Product, ports: &Ports, answers: &Answers) -> Vec<Lesson> {
    let mut lessons = Vec::new();
    for (port, heard) in &answers.heard {
        let is_named = ports.named.contains(port);
        let of_port = || answers.services.iter().filter(|service| service.endpoint.port == *port);
        if let Some(told) = of_port().find_map(|service| already(service, product, is_named)) {
            say(&format!("port {port}: {told}\n"));
            continue;
        }
        if !is_named && is_of_others(catalog, product, *port) {
            continue;
        }
        let lesson = lesson(catalog, product, heard, &answers.hosts);
        let is_telling = |lesson: &Lesson| is_named || lesson.is_distinguishing();
        lessons.extend(lesson.filter(is_telling));
    }
    lessons
}

/// Why there is nothing to be learnt from a service.
fn already(service: &Service, product: &Product, is_named: bool) -> Option<String> {
    match &service.identity {
        Some(Identity::Genuine { product: id, fingerprint }) if *id == product.id => {
            Some(format!("known already, by the fingerprint {fingerprint}"))
        }
        Some(Identity::Genuine { product: id, fingerprint }) => {
            let why = if is_named { "although it was named: look at it with muster scan -sV" } else { "" };
            Some(format!("left out, since {id} answers there, by the fingerprint {fingerprint} {why}"))
        }
        _ => None,
    }
}

/// Whether the catalogue knows the port as one of other products alone.
fn is_of_others(catalog: &Catalog, product: &Product, port: u16) -> bool {
    let mut known = catalog.listeners(Protocol::Tcp, port).peekable();
    known.peek().is_some() && known.all(|(other, _)| other.family != product.family)
}

fn origin(hosts: &str, how: &str) -> Origin {
    let day = Zoned::now().date().to_string();
    Origin { hosts: hosts.to_owned(), day, how: how.to_owned() }
}

fn write(place: Place, text: &str) -> Result<(), Failure> {
    if let Place::Stdout = place {
        return print(|out| out.write_all(text.as_bytes()));
    }
    let (name, mut out) = place.into_writer();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::environment(format!("cannot write {name}: {error}")))?;
    say(&format!("a proposal is in {name}: read it, then muster catalog check {name}\n"));
    Ok(())
}

fn exit_code(targets: &Targets) -> ExitCode {
    ExitCode::from(if targets.unresolved.is_empty() { 0 } else { 4 })
}

/// Says why nothing is proposed.
fn nothing(product: &Product, answers: &Answers, lessons: &[Lesson]) -> ExitCode {
    let why = match (answers.open.is_empty(), lessons.is_empty()) {
        (true, _) => "no port is open".to_owned(),
        (_, true) => {
            format!("{} open, and none tells anything new", count(answers.open.len() as u64, "port"))
        }
        _ => "what answers there is said by other programs too".to_owned(),
    };
    say(&format!("nothing to propose for {}: {why}\n", product.id));
    for lesson in lessons {
        let shared = lesson.shared.as_deref();
        let kept = lesson.kept.iter().map(|kept| format!("{} `{}`", kept.why, kept.condition.text));
        let left = lesson.left.iter().map(|left| format!("{}: {}", left.part, left.why));
        let why: Vec<String> = shared.map(str::to_owned).into_iter().chain(kept).chain(left).collect();
        say(&format!("port {}: {}\n", lesson.port, why.join("; ")));
    }
    say("hint: name the product's port with -p; --force proposes what others say too\n");
    ExitCode::from(1)
}
