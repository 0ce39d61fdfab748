//! From the text of a `muster.toml` to a policy, key by key.

use std::collections::HashMap;

use muster_catalog::{Catalog, Product, SIGN_PORTS};
use muster_engine::{AddressSet, Prefix};
use muster_model::{Excerpt, ProductId, Protocol};
use toml::de::{DeTable, DeValue};

use super::error::{LISTENERS, MAX_RANGES, PolicyProblem, position};
use super::prefix_map::PrefixMap;
use super::products::{agents_of, can_be_required};
use super::table::{Fault, Placed, Table, document, wrong_type};
use super::{ExemptHost, Exemption, Freshness, ListenerPolicy, Policy, PolicyError, Zone};

pub(super) fn policy(text: &str, catalog: &Catalog) -> Result<Policy, PolicyError> {
    let mut reader = Reader { text, catalog, policy: Policy::none(), placed: Places::default() };
    match reader.document() {
        Ok(()) => Ok(reader.policy),
        Err((at, problem)) => Err(PolicyError::new(text, at, problem)),
    }
}

/// Whether a port can be the decoy: no product of the catalogue listens there, and no port by which devices are told
/// from computers is it.
///
/// # Errors
/// It cannot; the error says why, and [`PolicyProblem::hint`] what to do.
pub fn check_decoy(port: u16, catalog: &Catalog) -> Result<(), PolicyProblem> {
    if let Some((product, _)) = catalog.listeners(Protocol::Tcp, port).next() {
        return Err(PolicyProblem::BadDecoy { port, product: product.title() });
    }
    match SIGN_PORTS.contains(&port) {
        true => Err(PolicyProblem::SignDecoy { port }),
        false => Ok(()),
    }
}

/// A policy in the making.
struct Reader<'t> {
    text: &'t str,
    catalog: &'t Catalog,
    policy: Policy,
    placed: Places,
}

/// Where in the text things stand that other things may contradict.
#[derive(Default)]
struct Places {
    zone_names: HashMap<String, usize>,
    ranges: HashMap<Prefix, usize>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Fault> {
        let document = document(self.text)?;
        let root = Table::new(document.get_ref(), 0, "the policy", TOP_KEYS)?;
        self.policy.decoy = self.decoy(&root)?;
        self.policy.freshness = freshness(&root)?;
        self.policy.scope = self.scope(&root)?;
        let in_scope = self.scope_set()?;
        for zone in root.tables("zone")? {
            let zone = self.zone(zone, in_scope.as_ref())?;
            self.policy.zones.push(zone);
        }
        for exemption in root.tables("exemption")? {
            let exemption = self.exemption(exemption)?;
            self.policy.exemptions.push(exemption);
        }
        Ok(())
    }

    fn decoy(&self, root: &Table<'_>) -> Result<Option<u16>, Fault> {
        let Some(value) = root.value("decoy") else { return Ok(None) };
        let at = value.span().start;
        let port = match value.get_ref() {
            DeValue::Boolean(false) => return Ok(Some(0)),
            DeValue::Integer(number) => u16::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| (at, PolicyProblem::BadPort { text: number.to_string() }))?,
            _ => return Err(wrong_type("decoy", "a port or false", value)),
        };
        check_decoy(port, self.catalog).map(|()| Some(port)).map_err(|problem| (at, problem))
    }

    fn scope(&self, root: &Table<'_>) -> Result<Vec<Prefix>, Fault> {
        let Some(table) = root.table("scope")? else { return Ok(Vec::new()) };
        let table = Table::new(table.value, table.at, "[scope]", &["allow"])?;
        let allowed = table.filled_list("allow")?;
        match allowed.get(MAX_RANGES) {
            Some(excess) => Err((excess.at, PolicyProblem::TooManyRanges { most: MAX_RANGES })),
            None => allowed.into_iter().map(range).collect(),
        }
    }

    /// What `[scope]` allows, if it is there.
    fn scope_set(&self) -> Result<Option<AddressSet>, Fault> {
        let joined = union(&self.policy.scope).map_err(|problem| (0, problem))?;
        Ok((!joined.is_empty()).then_some(joined))
    }

    fn zone(&mut self, table: Placed<&DeTable<'_>>, scope: Option<&AddressSet>) -> Result<Zone, Fault> {
        let table = Table::new(table.value, table.at, "[[zone]]", ZONE_KEYS)?;
        let name = table.required("name", table.text("name", LONGEST_NAME)?)?;
        self.new_name(&name)?;
        let prefixes = self.prefixes(&table, &name.value, scope)?;
        let (products, agents) = self.products(&table)?;
        let zone = Zone {
            name: name.value,
            site: table.text("site", LONGEST_NAME)?.map(|site| site.value),
            ranges: union(&prefixes).map_err(|problem| (table.at(), problem))?,
            prefixes,
            products,
            listener: listener(&table)?,
            agents,
        };
        self.check_listener(&table, &zone)?;
        Ok(zone)
    }

    fn new_name(&mut self, name: &Placed<Excerpt>) -> Result<(), Fault> {
        match self.placed.zone_names.insert(name.value.to_string(), name.at) {
            None => Ok(()),
            Some(first) => {
                let (first_line, _) = position(self.text, first);
                Err((name.at, PolicyProblem::DuplicateZone { name: name.value.to_string(), first_line }))
            }
        }
    }

    fn prefixes(
        &mut self,
        table: &Table<'_>,
        zone: &Excerpt,
        scope: Option<&AddressSet>,
    ) -> Result<Vec<Prefix>, Fault> {
        let number = self.policy.zones.len();
        let mut ranges = Vec::new();
        for text in table.filled_list("ranges")? {
            let prefix = range(text)?;
            if let Some(&first) = self.placed.ranges.get(&prefix) {
                match self.policy.zone_ranges.at(&prefix) {
                    [other] if *other != number => return Err((text.at, self.shared(prefix, *other, first))),
                    _ => continue,
                }
            }
            if scope.is_some_and(|scope| scope.intersection(&prefix.into()).is_empty()) {
                return Err((text.at, PolicyProblem::OutsideScope { range: prefix, zone: zone.to_string() }));
            }
            file(&mut self.policy.zone_ranges, prefix, number, text.at)?;
            self.placed.ranges.insert(prefix, text.at);
            ranges.push(prefix);
        }
        Ok(ranges)
    }

    fn shared(&self, range: Prefix, zone: usize, first: usize) -> PolicyProblem {
        let (first_line, _) = position(self.text, first);
        PolicyProblem::SharedRange { range, zone: self.policy.zones[zone].name.to_string(), first_line }
    }

    /// The keys as written, and the agents they stand for.
    fn products(&self, table: &Table<'_>) -> Result<(Vec<ProductId>, Vec<ProductId>), Fault> {
        let (mut keys, mut agents) = (Vec::new(), Vec::new());
        for text in table.list("products")? {
            agents.extend(agents_of(text.value, self.catalog).map_err(|problem| (text.at, problem))?);
            keys.extend(text.value.parse::<ProductId>());
        }
        agents.sort();
        agents.dedup();
        Ok((keys, agents))
    }

    /// A zone that requires listeners must expect only products of which every client has one: another could be there
    /// unseen.
    fn check_listener(&self, table: &Table<'_>, zone: &Zone) -> Result<(), Fault> {
        let (able, blocking): (Vec<&Product>, Vec<&Product>) =
            zone.agents(self.catalog).partition(|agent| can_be_required(agent));
        if zone.listener == ListenerPolicy::Catalogue || (blocking.is_empty() && !able.is_empty()) {
            return Ok(());
        }
        let at = table.value("listener").map_or(table.at(), |value| value.span().start);
        let keys = |agents: &[&Product]| agents.iter().map(|agent| agent.id.to_string()).collect();
        let mut possible: Vec<String> = keys(&able);
        if possible.is_empty() {
            let agents = self.catalog.products().iter().filter(|product| product.is_agent());
            possible = keys(&agents.filter(|agent| can_be_required(agent)).collect::<Vec<_>>());
        }
        let names = blocking.iter().map(|agent| agent.title()).collect();
        Err((at, PolicyProblem::NotAllRequired { zone: zone.name.to_string(), names, possible }))
    }

    fn exemption(&mut self, table: Placed<&DeTable<'_>>) -> Result<Exemption, Fault> {
        let table = Table::new(table.value, table.at, "[[exemption]]", EXEMPTION_KEYS)?;
        let number = self.policy.exemptions.len();
        let hosts = table.filled_list("hosts")?;
        let hosts = hosts.into_iter().map(|text| self.exempt_host(text, number)).collect::<Result<_, _>>()?;
        Ok(Exemption {
            hosts,
            reason: table.required("reason", table.text("reason", Excerpt::LONGEST)?)?.value,
            owner: table.required("owner", table.text("owner", LONGEST_NAME)?)?.value,
            expires: table.required("expires", table.day("expires")?)?,
        })
    }

    fn exempt_host(&mut self, text: Placed<&str>, number: usize) -> Result<ExemptHost, Fault> {
        if let Ok(prefix) = text.value.parse::<Prefix>() {
            file(&mut self.policy.exempt_ranges, prefix, number, text.at)?;
            return Ok(ExemptHost::Range(prefix));
        }
        let name = text.value.trim_end_matches('.').to_ascii_lowercase();
        if !is_host_name(&name) {
            return Err((text.at, PolicyProblem::BadHost { text: text.value.to_owned() }));
        }
        self.policy.exempt_names.entry(name.clone()).or_default().push(number);
        Ok(ExemptHost::Name(name))
    }
}

fn union(prefixes: &[Prefix]) -> Result<AddressSet, PolicyProblem> {
    let sets: Vec<AddressSet> = prefixes.iter().map(|&prefix| prefix.into()).collect();
    AddressSet::union_all(&sets).map_err(|_| PolicyProblem::TooManyRanges { most: MAX_RANGES })
}

fn file(map: &mut PrefixMap, prefix: Prefix, number: usize, at: usize) -> Result<(), Fault> {
    if map.len() >= MAX_RANGES {
        return Err((at, PolicyProblem::TooManyRanges { most: MAX_RANGES }));
    }
    map.insert(prefix, number);
    Ok(())
}

fn freshness(root: &Table<'_>) -> Result<Freshness, Fault> {
    let Some(table) = root.table("freshness")? else { return Ok(Freshness::default()) };
    let table = Table::new(table.value, table.at, "[freshness]", &["signatures"])?;
    let Some(text) = table.string("signatures")? else { return Ok(Freshness::default()) };
    match days(text.value.trim()) {
        Some(signature_days) => Ok(Freshness { signature_days }),
        None => Err((text.at, PolicyProblem::BadDuration { text: text.value.to_owned() })),
    }
}

/// `7d` or `2w`; signatures are dated to the day, so nothing shorter would mean anything.
fn days(text: &str) -> Option<u32> {
    let (number, unit) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 7),
        _ => return None,
    };
    let days = number.trim_end().parse::<u32>().ok()?.checked_mul(unit)?;
    (1..=MOST_DAYS).contains(&days).then_some(days)
}

fn listener(table: &Table<'_>) -> Result<ListenerPolicy, Fault> {
    let [required, catalogue] = LISTENERS;
    match table.string("listener")? {
        None => Ok(ListenerPolicy::default()),
        Some(text) if text.value == required => Ok(ListenerPolicy::Required),
        Some(text) if text.value == catalogue => Ok(ListenerPolicy::Catalogue),
        Some(text) => Err((text.at, PolicyProblem::BadListener { text: text.value.to_owned() })),
    }
}

fn range(text: Placed<&str>) -> Result<Prefix, Fault> {
    text.value.parse().map_err(|error| (text.at, PolicyProblem::BadRange(error)))
}

/// RFC 1123 section 2.1, and the underscore of Windows' names; the last label has a letter, else it is a mistyped
/// address.
fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=63).contains(&label.len()) && label.chars().all(is_plain)
    };
    let last_has_letter =
        name.rsplit('.').next().is_some_and(|last| last.chars().any(|c| c.is_ascii_alphabetic()));
    name.len() <= 253 && last_has_letter && name.split('.').all(is_label)
}

const TOP_KEYS: &[&str] = &["decoy", "exemption", "freshness", "scope", "zone"];
const ZONE_KEYS: &[&str] = &["listener", "name", "products", "ranges", "site"];
const EXEMPTION_KEYS: &[&str] = &["expires", "hosts", "owner", "reason"];
const LONGEST_NAME: usize = 64;
const MOST_DAYS: u32 = 3_650;
