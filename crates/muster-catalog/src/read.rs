//! From the TOML files, one a vendor, to the catalogue.

mod convert;
mod file;

#[cfg(test)]
mod tests;

use crate::catalog::Catalog;
use crate::product::Product;

use self::convert::Place;
use self::file::File;

/// The embedded files. A test proves that they can be read.
pub(crate) fn builtin() -> Catalog {
    read(FILES).unwrap_or_else(|error| unreachable!("a test reads these very files: {error}"))
}

/// The one list of files: a new vendor is a line here.
const FILES: &[(&str, &str)] = &[
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
    ("devices.toml", include_str!("../data/devices.toml")),
    ("incidents.toml", include_str!("../data/incidents.toml")),
    ("ports.toml", include_str!("../data/ports.toml")),
    ("sources.toml", include_str!("../data/sources.toml")),
];

/// A file of the catalogue is not as it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// It is no TOML, or has keys or values that no file of the catalogue has. The message says where.
    #[error("{file}: {source}")]
    Toml {
        /// The file.
        file: &'static str,
        /// What is wrong and in which line.
        source: Box<toml::de::Error>,
    },
    /// A value says something that cannot be.
    #[error("{file}: {entry}: {what}")]
    Wrong {
        /// The file.
        file: &'static str,
        /// The product, incident or the like.
        entry: String,
        /// What is wrong.
        what: String,
    },
}

/// Reads files, given by name and text.
fn read(files: &[(&'static str, &str)]) -> Result<Catalog, ReadError> {
    let mut catalog = Catalog::default();
    for &(name, text) in files {
        let file = toml::from_str(text)
            .map_err(|source| ReadError::Toml { file: name, source: Box::new(source) })?;
        add(&mut catalog, name, file)?;
    }
    catalog.products.sort_by(|one, other| one.id.cmp(&other.id));
    catalog.incidents.sort_by(|one, other| one.date.cmp(&other.date));
    Ok(catalog)
}

fn add(catalog: &mut Catalog, name: &'static str, file: File) -> Result<(), ReadError> {
    for table in file.product {
        let product: Product = table.into_product(name, &file.vendor)?;
        catalog.products.push(product);
    }
    for table in file.incident {
        catalog.incidents.push(table.into_incident(name)?);
    }
    for table in file.device {
        catalog.devices.extend(table.into_signatures(name)?);
    }
    catalog.ports.extend(file.port.into_iter().map(Into::into));
    for table in file.source {
        let place = Place { file: name, entry: &table.id };
        if catalog.sources.contains_key(&table.id) {
            return Err(place.error("this source is there twice".to_owned()));
        }
        catalog.sources.insert(table.id.clone(), table.into());
    }
    Ok(())
}
