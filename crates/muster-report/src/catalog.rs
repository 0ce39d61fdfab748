//! Lists of the catalogue's products, for a terminal.

use std::io::{self, Write};

use muster_catalog::{Catalog, Product, Term as _};
use muster_model::Protocol;

/// Writes a line for each product: key, part, purpose, ports, vendor and name, `width` columns wide. Products of which
/// memory alone tells are marked.
///
/// # Errors
/// The writer's.
pub fn write_catalog_list(
    out: &mut impl Write,
    catalog: &Catalog,
    products: &[&Product],
    width: usize,
) -> io::Result<()> {
    let widest = products.iter().map(|product| product.id.as_str().len()).max().unwrap_or_default();
    let widest = widest.clamp("KEY".len(), LONGEST_KEY);
    let rows = products.iter().map(|product| Row::new(catalog, product));
    let head =
        Row { key: "KEY".to_owned(), part: "PART", purpose: "PURPOSE", rest: "PRODUCT; PORTS".to_owned() };
    for row in std::iter::once(head).chain(rows) {
        row.write(out, widest, width)?;
    }
    if products.iter().any(|product| catalog.is_recalled(&product.source)) {
        writeln!(out, "\n* from memory alone, not settled")?;
    }
    Ok(())
}

struct Row {
    key: String,
    part: &'static str,
    purpose: &'static str,
    rest: String,
}

impl Row {
    fn new(catalog: &Catalog, product: &Product) -> Self {
        let mark = if catalog.is_recalled(&product.source) { "*" } else { "" };
        Self {
            key: product.id.to_string(),
            part: product.part.term(),
            purpose: product.purpose.term(),
            rest: format!("{}{mark}{}", product.title(), ports(product)),
        }
    }

    /// What does not fit goes on under its own column.
    fn write(&self, out: &mut impl Write, widest: usize, width: usize) -> io::Result<()> {
        let mut line = format!("{:<widest$}  {:<PART$}  {:<PURPOSE$}  ", self.key, self.part, self.purpose);
        let indent = widest + PART + PURPOSE + 6;
        let mut is_empty = true;
        for word in self.rest.split_whitespace() {
            if !is_empty && line.chars().count() + 1 + word.chars().count() > width {
                writeln!(out, "{line}")?;
                line = " ".repeat(indent);
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        writeln!(out, "{}", line.trim_end())
    }
}

/// `; tcp 2967, 2968; udp 38293`, or nothing.
fn ports(product: &Product) -> String {
    let mut text = String::new();
    for protocol in [Protocol::Tcp, Protocol::Udp] {
        let of = product.listeners.iter().filter(|listener| listener.protocol == protocol);
        let mut ports: Vec<u16> = of.flat_map(|listener| listener.ports.iter().copied()).collect();
        ports.sort_unstable();
        ports.dedup();
        let shown: Vec<String> = ports.iter().take(MOST_PORTS).map(u16::to_string).collect();
        let more = if ports.len() > MOST_PORTS { " ..." } else { "" };
        if !shown.is_empty() {
            text.push_str(&format!("; {protocol} {}{more}", shown.join(", ")));
        }
    }
    text
}

/// A key that is longer moves its line.
const LONGEST_KEY: usize = 28;
const PART: usize = "server".len();
const PURPOSE: usize = "protection".len();
const MOST_PORTS: usize = 8;
