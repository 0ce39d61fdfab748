//! `muster catalog`: what muster knows of products, and what a user's own files add to it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use muster_catalog::{Catalog, Part, Product, Purpose, SCHEMA, Term as _};
use muster_model::Excerpt;
use muster_report::{PageForm, Topic, write_catalog_list, write_explanation, write_products_json};

use crate::catalog::{CatalogArgs, failure, read_files, with};
use crate::failure::Failure;
use crate::output::{count, print, text_width};

/// List, show, search and check products: those that muster knows, and your own
///
/// Products of your own are TOML files, in a folder that `--catalog DIR` names. Take what `show --toml` prints of a product
/// that is like yours, change it, and let check tell what is wrong with it. Nothing is sent.
#[derive(Args, Debug)]
pub(crate) struct CatalogCommandArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(ListArgs),
    Show(ShowArgs),
    Search(SearchArgs),
    Check(CheckArgs),
    Schema(SchemaArgs),
}

/// List products with their keys, a line each
#[derive(Args, Debug)]
struct ListArgs {
    /// Only products of this vendor, or of one whose name has this in it
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// Only products that are there for this
    #[arg(long, value_name = "PURPOSE")]
    purpose: Option<PurposeWord>,
    /// Only agents, relays or servers
    #[arg(long, value_name = "PART")]
    part: Option<PartWord>,
    /// As JSON, an object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    catalog: CatalogArgs,
}

/// Show all that is known of a product
#[derive(Args, Debug)]
struct ShowArgs {
    /// The product's key, as list shows it, or a family's
    #[arg(value_name = "ID")]
    id: String,
    /// As JSON, an object a line
    #[arg(long, conflicts_with = "toml")]
    json: bool,
    /// As a file of the catalogue, to be changed and put into a folder of your own
    #[arg(long)]
    toml: bool,
    #[command(flatten)]
    catalog: CatalogArgs,
}

/// Find products by names, vendors, programs, services and ports
#[derive(Args, Debug)]
struct SearchArgs {
    /// All of these have to be in the product; a number is a port
    #[arg(value_name = "WORD", required = true)]
    words: Vec<String>,
    /// As JSON, an object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    catalog: CatalogArgs,
}

/// Check files of your own: every fault with its line, and what to do about it
#[derive(Args, Debug)]
struct CheckArgs {
    /// TOML files, and folders of them. They are read together, as --catalog reads them
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Print the JSON Schema of the files, for editors that complete and check TOML
#[derive(Args, Debug)]
struct SchemaArgs {}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PurposeWord {
    Protection,
    Management,
    Monitoring,
}

impl From<PurposeWord> for Purpose {
    fn from(word: PurposeWord) -> Self {
        match word {
            PurposeWord::Protection => Self::Protection,
            PurposeWord::Management => Self::Management,
            PurposeWord::Monitoring => Self::Monitoring,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PartWord {
    Agent,
    Relay,
    Server,
}

impl From<PartWord> for Part {
    fn from(word: PartWord) -> Self {
        match word {
            PartWord::Agent => Self::Agent,
            PartWord::Relay => Self::Relay,
            PartWord::Server => Self::Server,
        }
    }
}

/// Does what was asked for.
pub(crate) fn catalog(args: &CatalogCommandArgs) -> Result<ExitCode, Failure> {
    match &args.action {
        Action::List(args) => list(args),
        Action::Show(args) => show(args),
        Action::Search(args) => search(args),
        Action::Check(args) => check(args),
        Action::Schema(_) => print(|out| out.write_all(SCHEMA.as_bytes())).map(|()| ExitCode::SUCCESS),
    }
}

fn list(args: &ListArgs) -> Result<ExitCode, Failure> {
    let catalog = args.catalog.read()?;
    let is_wanted = |product: &&Product| {
        args.vendor.as_ref().is_none_or(|name| has(&product.vendor, name))
            && args.purpose.is_none_or(|purpose| product.purpose == purpose.into())
            && args.part.is_none_or(|part| product.part == part.into())
    };
    let products: Vec<&Product> = catalog.products().iter().filter(is_wanted).collect();
    if products.is_empty() {
        return Err(
            Failure::usage("no product is like that").hint("muster catalog list shows all".to_owned())
        );
    }
    write(&catalog, &products, args.json)
}

fn search(args: &SearchArgs) -> Result<ExitCode, Failure> {
    let catalog = args.catalog.read()?;
    let is_wanted = |product: &&Product| args.words.iter().all(|word| is_in(product, word));
    let products: Vec<&Product> = catalog.products().iter().filter(is_wanted).collect();
    if products.is_empty() {
        let words = args.words.iter().map(|word| Excerpt::of(word.as_str()).to_string());
        let words = words.collect::<Vec<_>>().join(" ");
        let near = Topic::nearest(&catalog, &words).map(|near| format!("did you mean `{near}`?"));
        let hint = near.unwrap_or_else(|| "muster explain WORD knows all ports, and incidents".to_owned());
        return Err(Failure::usage(format!("no product has `{words}`")).hint(hint));
    }
    write(&catalog, &products, args.json)
}

/// A port by its number; else any name of the product, without regard to case.
fn is_in(product: &Product, word: &str) -> bool {
    let port: Option<u16> = word.parse().ok();
    if port.is_some_and(|port| product.listeners.iter().any(|listener| listener.ports.contains(&port))) {
        return true;
    }
    let names =
        [product.id.as_str(), product.family.as_str(), &product.vendor, &product.name, &product.versions];
    let programs = product.processes.iter().flat_map(|one| [Some(&one.name), one.service.as_ref()]).flatten();
    names.into_iter().chain(programs.map(String::as_str)).any(|name| has(name, word))
        || [product.part.term(), product.purpose.term(), product.status.term()].contains(&word)
}

fn has(text: &str, word: &str) -> bool {
    text.to_lowercase().contains(&word.to_lowercase())
}

fn write(catalog: &Catalog, products: &[&Product], json: bool) -> Result<ExitCode, Failure> {
    print(|out| match json {
        true => write_products_json(out, catalog, products, env!("CARGO_PKG_VERSION")),
        false => write_catalog_list(out, catalog, products, text_width()),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn show(args: &ShowArgs) -> Result<ExitCode, Failure> {
    let catalog = args.catalog.read()?;
    let products =
        catalog.expected(&args.id.to_ascii_lowercase()).ok_or_else(|| unknown(&catalog, &args.id))?;
    if args.json {
        return write(&catalog, &products, true);
    }
    print(|out| match args.toml {
        true => {
            let texts: Vec<String> = products.iter().map(|product| muster_catalog::toml(product)).collect();
            out.write_all(texts.join("\n").as_bytes())
        }
        false => write_explanation(out, &catalog, &Topic::Products(products), PageForm::Text),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(catalog: &Catalog, id: &str) -> Failure {
    let failure = Failure::usage(format!("no product has the key `{}`", Excerpt::of(id)));
    match Topic::nearest(catalog, id) {
        Some(near) if catalog.expected(near).is_some() => failure.hint(format!("did you mean `{near}`?")),
        _ => failure.hint("muster catalog list has the keys, muster catalog search finds them".to_owned()),
    }
}

fn check(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let files = read_files(&args.files)?;
    let catalog = with(&files).map_err(|faults| failure(&faults))?;
    let known = Catalog::builtin();
    let (all, before) = (catalog.products().len() as u64, known.products().len() as u64);
    let own = files.len() as u64;
    print(|out| {
        let products = count(all - before, "new product");
        writeln!(out, "{}: no fault; {products}, {all} in all", count(own, "file"))
    })?;
    Ok(ExitCode::SUCCESS)
}
