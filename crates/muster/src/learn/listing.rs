//! `--from`: which ports a listing gives to programs that the catalogue knows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use muster_catalog::{Catalog, Product};
use muster_identify::SitePort;
use muster_listeners::{Listener, Listing, owners, read};
use muster_model::{Excerpt, ProductId, Protocol};

use crate::failure::{Failure, unread_hint};
use crate::output::{is_stdout, say};

/// The ports of each product, in the order of their keys.
pub(super) type Found = BTreeMap<ProductId, Vec<SitePort>>;

/// Reads a listing and finds the ports of `wanted`, or of every product.
///
/// # Errors
/// It cannot be read, is no listing, or names no programs.
pub(super) fn found(path: &Path, catalog: &Catalog, wanted: Option<&Product>) -> Result<Found, Failure> {
    let listing = listing(path)?;
    let mut found = Found::new();
    for listener in &listing.listeners {
        let Some(program) = &listener.program else { continue };
        let mut products = owners(catalog, program);
        products.retain(|product| wanted.is_none_or(|wanted| wanted.id == product.id));
        if products.is_empty() {
            continue;
        }
        if let Some(why) = unseen(listener) {
            say(&format!("{}: {why}\n", told(listener)));
            continue;
        }
        match only(&products, listener) {
            Some(product) => add(found.entry(product.id.clone()).or_default(), listener),
            None => tell_several(listener, &products),
        }
    }
    Ok(found)
}

fn listing(path: &Path) -> Result<Listing, Failure> {
    let name = name(path);
    let mut bytes = Vec::new();
    let opened = match is_stdout(path) {
        true => io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes),
        false => File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)),
    };
    opened.map_err(|error| {
        Failure::usage(format!("cannot read {name}: {error}")).hint(
            unread_hint(&error, "name the file that netstat, ss or lsof wrote, or - for stdin").to_owned(),
        )
    })?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Failure::usage(format!("{name} is longer than {} MB", MOST_BYTES >> 20))
            .hint("a listing has a line or two a port; is this another file?".to_owned()));
    }
    let listing = read(&bytes)
        .map_err(|error| Failure::usage(format!("{name}: {error}")).hint(error.hint().to_owned()))?;
    if !listing.has_names() {
        return Err(Failure::usage(format!("{name} names no programs, and a port alone is nobody's"))
            .hint(format!("take {}", listing.tool.with_names())));
    }
    Ok(listing)
}

/// A computer with all ports open has no longer one.
const MOST_BYTES: u64 = 16 << 20;

/// As a listing is called.
pub(super) fn name(path: &Path) -> String {
    if is_stdout(path) { "stdin".to_owned() } else { path.display().to_string() }
}

/// Why a listener is of no use to a sweep.
fn unseen(listener: &Listener) -> Option<&'static str> {
    if listener.is_local() {
        return Some("left out, since it listens for this computer alone and no sweep sees it");
    }
    let is_outgoing = listener.protocol == Protocol::Udp && listener.port >= FIRST_OUTGOING;
    is_outgoing.then_some("left out, since UDP ports so high are those of outgoing conversations")
}

/// Linux draws from here on, others later.
const FIRST_OUTGOING: u16 = 32_768;

/// The product among those with such a program: the only one, or the only one that is known on the port.
fn only<'c>(products: &[&'c Product], listener: &Listener) -> Option<&'c Product> {
    if let [only] = products {
        return Some(only);
    }
    let is_there = |product: &&&Product| {
        let mut there = product.listeners.iter();
        there.any(|one| one.protocol == listener.protocol && one.ports.contains(&listener.port))
    };
    let mut there = products.iter().filter(is_there);
    there.next().filter(|_| there.next().is_none()).copied()
}

fn add(sites: &mut Vec<SitePort>, listener: &Listener) {
    let Listener { protocol, port, .. } = *listener;
    if !sites.iter().any(|site| (site.protocol, site.port) == (protocol, port)) {
        let process = listener.program.as_ref().map(|program| program.name.clone());
        sites.push(SitePort { protocol, port, process });
    }
}

fn tell_several(listener: &Listener, products: &[&Product]) {
    let keys: Vec<&str> = products.iter().map(|product| product.id.as_str()).collect();
    let keys = keys.join(", ");
    say(&format!("{}: several products have it; name yours with --product: {keys}\n", told(listener)));
}

/// `tcp 8081 of macmnsvc.exe`
fn told(listener: &Listener) -> String {
    let name = listener.program.as_ref().map(|program| Excerpt::of(&program.name).to_string());
    format!("{} {} of {}", listener.protocol.name(), listener.port, name.unwrap_or_default())
}
