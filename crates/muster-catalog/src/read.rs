//! From the TOML files, one a vendor, to the catalogue.

mod check;
mod mentions;
mod others;
pub(crate) mod product;
mod reader;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::DeTable;

use crate::catalog::Catalog;
use crate::fault::{Fault, Wrong};

use self::reader::{Reader, Text};

/// The embedded files. A test proves that they can be read.
pub(crate) fn builtin() -> Catalog {
    add(&Catalog::default(), FILES)
        .unwrap_or_else(|faults| unreachable!("a test reads these very files: {faults:?}"))
}

/// The one list of files: a new vendor is a line here.
pub(crate) const FILES: &[(&str, &str)] = &[
    ("absolute.toml", include_str!("../data/absolute.toml")),
    ("altiris.toml", include_str!("../data/altiris.toml")),
    ("avast.toml", include_str!("../data/avast.toml")),
    ("avg.toml", include_str!("../data/avg.toml")),
    ("avira.toml", include_str!("../data/avira.toml")),
    ("bitdefender.toml", include_str!("../data/bitdefender.toml")),
    ("blackberry.toml", include_str!("../data/blackberry.toml")),
    ("bmc.toml", include_str!("../data/bmc.toml")),
    ("ca.toml", include_str!("../data/ca.toml")),
    ("carbon-black.toml", include_str!("../data/carbon-black.toml")),
    ("cisco.toml", include_str!("../data/cisco.toml")),
    ("comodo.toml", include_str!("../data/comodo.toml")),
    ("crowdstrike.toml", include_str!("../data/crowdstrike.toml")),
    ("cybereason.toml", include_str!("../data/cybereason.toml")),
    ("drweb.toml", include_str!("../data/drweb.toml")),
    ("elastic.toml", include_str!("../data/elastic.toml")),
    ("eset.toml", include_str!("../data/eset.toml")),
    ("fortinet.toml", include_str!("../data/fortinet.toml")),
    ("gdata.toml", include_str!("../data/gdata.toml")),
    ("hcl.toml", include_str!("../data/hcl.toml")),
    ("iss.toml", include_str!("../data/iss.toml")),
    ("ivanti.toml", include_str!("../data/ivanti.toml")),
    ("kaspersky.toml", include_str!("../data/kaspersky.toml")),
    ("malwarebytes.toml", include_str!("../data/malwarebytes.toml")),
    ("manageengine.toml", include_str!("../data/manageengine.toml")),
    ("microsoft.toml", include_str!("../data/microsoft.toml")),
    ("norman.toml", include_str!("../data/norman.toml")),
    ("osquery.toml", include_str!("../data/osquery.toml")),
    ("ossec.toml", include_str!("../data/ossec.toml")),
    ("palo-alto.toml", include_str!("../data/palo-alto.toml")),
    ("panda.toml", include_str!("../data/panda.toml")),
    ("patchlink.toml", include_str!("../data/patchlink.toml")),
    ("qualys.toml", include_str!("../data/qualys.toml")),
    ("rapid7.toml", include_str!("../data/rapid7.toml")),
    ("sentinelone.toml", include_str!("../data/sentinelone.toml")),
    ("sophos.toml", include_str!("../data/sophos.toml")),
    ("sunbelt.toml", include_str!("../data/sunbelt.toml")),
    ("symantec.toml", include_str!("../data/symantec.toml")),
    ("tanium.toml", include_str!("../data/tanium.toml")),
    ("tenable.toml", include_str!("../data/tenable.toml")),
    ("trellix.toml", include_str!("../data/trellix.toml")),
    ("trend-micro.toml", include_str!("../data/trend-micro.toml")),
    ("wazuh.toml", include_str!("../data/wazuh.toml")),
    ("webroot.toml", include_str!("../data/webroot.toml")),
    ("withsecure.toml", include_str!("../data/withsecure.toml")),
    ("contradictions.toml", include_str!("../data/contradictions.toml")),
    ("devices.toml", include_str!("../data/devices.toml")),
    ("incidents.toml", include_str!("../data/incidents.toml")),
    ("ports.toml", include_str!("../data/ports.toml")),
    ("sources.toml", include_str!("../data/sources.toml")),
];

/// Adds what files say to a catalogue: a product with the key of one that is there takes its place, and so does a port's
/// note. Files are given by name and text.
///
/// # Errors
/// All that is wrong with the files, in their order and by line.
pub(crate) fn add(base: &Catalog, files: &[(&str, &str)]) -> Result<Catalog, Vec<Fault>> {
    let texts: Vec<Text<'_>> =
        files.iter().enumerate().map(|(number, file)| Text::new(number, *file)).collect();
    let mut new = Catalog::default();
    let mut are_whole = true;
    for text in &texts {
        are_whole &= parse(text, &mut new);
    }
    let catalog = merged(base.clone(), new);
    // What stands in a file that is no TOML is not known to be missing elsewhere.
    if are_whole {
        check::across(&texts, base, &catalog);
    }
    let mut faults = Vec::new();
    for text in texts {
        let mut some = text.faults.into_inner();
        some.sort_by_key(|fault| (fault.wrong == Wrong::More, fault.line));
        faults.extend(some);
    }
    if faults.is_empty() { Ok(catalog) } else { Err(faults) }
}

fn merged(mut base: Catalog, new: Catalog) -> Catalog {
    let own: BTreeSet<_> = new.products.iter().map(|product| product.id.clone()).collect();
    base.products.retain(|product| !own.contains(&product.id));
    base.products.extend(new.products);
    base.products.sort_by(|one, other| one.id.cmp(&other.id));
    base.incidents.extend(new.incidents);
    base.incidents.sort_by(|one, other| one.date.cmp(&other.date));
    base.devices.extend(new.devices);
    base.ports.retain(|note| new.ports.iter().all(|other| other.port != note.port));
    base.ports.extend(new.ports);
    base.contradictions.extend(new.contradictions);
    for (id, source) in new.sources {
        base.sources.entry(id).or_insert(source);
    }
    base
}

/// Whether the file is TOML.
fn parse(text: &Text<'_>, catalog: &mut Catalog) -> bool {
    let (table, errors) = DeTable::parse_recoverable(text.text);
    for error in &errors {
        let at = error.span().map_or(0, |span| span.start);
        text.wrong(at, Wrong::Syntax(reader::shown(&error.message().replace('\n', ", "))));
    }
    if errors.is_empty() {
        read(text, &table, catalog);
    }
    errors.is_empty()
}

fn read(text: &Text<'_>, table: &Spanned<DeTable<'_>>, catalog: &mut Catalog) {
    let mut file = Reader::new(text, "the file", &table.span(), table.get_ref());
    let vendor = file.maybe_text("vendor");
    let products = file.tables("product", "product");
    catalog
        .products
        .extend(products.into_iter().filter_map(|table| product::product(table, vendor.as_deref())));
    let incidents = file.tables("incident", "incident");
    catalog.incidents.extend(incidents.into_iter().filter_map(others::incident));
    let devices = file.tables("device", "device");
    catalog.devices.extend(devices.into_iter().flat_map(others::signatures));
    let ports = file.tables("port", "port");
    catalog.ports.extend(ports.into_iter().filter_map(others::port_note));
    let contradictions = file.tables("contradiction", "contradiction");
    catalog.contradictions.extend(contradictions.into_iter().filter_map(others::contradiction));
    let sources = file.tables("source", "source").into_iter().filter_map(others::source);
    catalog.sources.extend(sources.map(|source| (source.id.clone(), source)));
    file.finish();
}
