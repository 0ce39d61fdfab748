//! Writing judgements: sentences once a store, lists of them once a run.

use std::collections::HashMap;
use std::hash::Hash;

use jiff::Timestamp;
use muster_model::{Excerpt, Fact, Finding, FindingCode, ProductId, Protection, Severity, Statement};
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::place;
use crate::column::Kept;

/// What has been written of judgements, by what it says. It forgets when there is too much of it, which costs rows that say
/// the same, and nothing else.
pub(super) struct Judgements {
    statements: HashMap<Statement, i64>,
    facts: HashMap<Excerpt, Vec<(bool, Timestamp, i64)>>,
    statement_lists: Lists<i64>,
    finding_lists: Lists<(FindingCode, Severity, i64, i64)>,
    protection_lists: Lists<(ProductId, [Option<i64>; 5])>,
}

impl Judgements {
    /// Nothing written yet.
    pub(super) fn of(connection: &Connection) -> Result<Self> {
        Ok(Self {
            statements: HashMap::new(),
            facts: HashMap::new(),
            statement_lists: Lists::after(connection, LAST_STATEMENT_LIST)?,
            finding_lists: Lists::after(connection, LAST_FINDING_LIST)?,
            protection_lists: Lists::after(connection, LAST_PROTECTION_LIST)?,
        })
    }

    /// The number of a list of statements.
    pub(super) fn statements(&mut self, connection: &Connection, statements: &[Statement]) -> Result<i64> {
        let numbers = statements.iter().map(|statement| self.statement(connection, statement));
        let rows = numbers.collect::<Result<Vec<_>>>()?;
        self.statement_lists.number(rows, |list, position, statement| {
            let row = params![list, position, statement];
            connection.prepare_cached(STATEMENT_LIST)?.execute(row)
        })
    }

    /// The number of a list of findings.
    pub(super) fn findings(&mut self, connection: &Connection, findings: &[Finding]) -> Result<i64> {
        let mut rows = Vec::with_capacity(findings.len());
        for finding in findings {
            let text = self.statement(connection, &finding.text)?;
            let remedy = self.statement(connection, &finding.remedy)?;
            rows.push((finding.code, finding.severity, text, remedy));
        }
        self.finding_lists.number(rows, |list, position, (code, severity, text, remedy)| {
            let row = params![list, position, Kept(code), Kept(severity), text, remedy];
            connection.prepare_cached(FINDING_LIST)?.execute(row)
        })
    }

    /// The number of a list of what is known about products.
    pub(super) fn protection(&mut self, connection: &Connection, protection: &[Protection]) -> Result<i64> {
        let mut rows = Vec::with_capacity(protection.len());
        for one in protection {
            let facts = [&one.present, &one.running, &one.enforcing, &one.fresh, &one.reporting];
            let mut numbers = [None; 5];
            for (number, fact) in numbers.iter_mut().zip(facts) {
                *number = fact.as_ref().map(|fact| self.fact(connection, fact)).transpose()?;
            }
            rows.push((one.product.clone(), numbers));
        }
        self.protection_lists.number(rows, |list, position, (product, facts)| {
            let [present, running, enforcing, fresh, reporting] = facts;
            let row = params![list, position, Kept(product), present, running, enforcing, fresh, reporting];
            connection.prepare_cached(PROTECTION_LIST)?.execute(row)
        })
    }

    fn statement(&mut self, connection: &Connection, statement: &Statement) -> Result<i64> {
        if let Some(&number) = self.statements.get(statement) {
            return Ok(number);
        }
        let text = params![&*statement.code, &*statement.text];
        let earlier =
            connection.prepare_cached(FIND_STATEMENT)?.query_row(text, |row| row.get(0)).optional()?;
        let number = match earlier {
            Some(number) => number,
            None => connection.prepare_cached(STATEMENT)?.insert(text)?,
        };
        make_room(&mut self.statements);
        self.statements.insert(statement.clone(), number);
        Ok(number)
    }

    fn fact(&mut self, connection: &Connection, fact: &Fact) -> Result<i64> {
        let said = self.facts.get(&fact.source).into_iter().flatten();
        let mut same = said.filter(|(holds, at, _)| (*holds, *at) == (fact.holds, fact.at));
        if let Some((_, _, number)) = same.next() {
            return Ok(*number);
        }
        let row = params![fact.holds, Kept(&fact.source), Kept(&fact.at)];
        let number = connection.prepare_cached(FACT)?.insert(row)?;
        make_room(&mut self.facts);
        self.facts.entry(fact.source.clone()).or_default().push((fact.holds, fact.at, number));
        Ok(number)
    }
}

/// Lists by their content.
struct Lists<Row> {
    known: HashMap<Vec<Row>, i64>,
    last: i64,
}

impl<Row: Eq + Hash> Lists<Row> {
    /// None yet; those of earlier runs are left alone.
    fn after(connection: &Connection, last: &str) -> Result<Self> {
        Ok(Self { known: HashMap::new(), last: connection.query_row(last, [], |row| row.get(0))? })
    }

    /// The number of a list, which is written if it is new.
    fn number(&mut self, rows: Vec<Row>, write: impl Fn(i64, i64, &Row) -> Result<usize>) -> Result<i64> {
        if rows.is_empty() {
            return Ok(0);
        }
        if let Some(&number) = self.known.get(&rows) {
            return Ok(number);
        }
        self.last = self.last.saturating_add(1);
        for (position, row) in rows.iter().enumerate() {
            write(self.last, place(position), row)?;
        }
        make_room(&mut self.known);
        self.known.insert(rows, self.last);
        Ok(self.last)
    }
}

fn make_room<K, V>(known: &mut HashMap<K, V>) {
    if known.len() >= MOST_KNOWN {
        known.clear();
    }
}

/// Sentences, facts and lists that are remembered of each kind. An ordinary run of any size has some hundreds.
const MOST_KNOWN: usize = 1 << 14;

const FIND_STATEMENT: &str = "SELECT id FROM statement WHERE code = ?1 AND what = ?2";

const STATEMENT: &str = "INSERT INTO statement (code, what) VALUES (?1, ?2)";

const FACT: &str = "INSERT INTO fact (holds, source, as_of) VALUES (?1, ?2, ?3)";

const LAST_STATEMENT_LIST: &str = "SELECT coalesce(max(list), 0) FROM statement_list";

const STATEMENT_LIST: &str = "INSERT INTO statement_list (list, position, statement) VALUES (?1, ?2, ?3)";

const LAST_FINDING_LIST: &str = "SELECT coalesce(max(list), 0) FROM finding_list";

const FINDING_LIST: &str = "
    INSERT INTO finding_list (list, position, code, severity, what, remedy) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const LAST_PROTECTION_LIST: &str = "SELECT coalesce(max(list), 0) FROM protection_list";

const PROTECTION_LIST: &str = "
    INSERT INTO protection_list (list, position, product, present, running, enforcing, fresh, reporting)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
