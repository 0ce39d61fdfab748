//! Reading judgements: each list once, however many hosts share it.

use std::collections::HashMap;

use muster_model::{Fact, Finding, Protection, Statement};
use rusqlite::{Connection, Result};

use super::list;
use crate::column::{Columns, only};
use crate::error::damage;

/// What has been read of judgements, by its number.
pub(super) struct Judgements<'c> {
    connection: &'c Connection,
    statements: HashMap<i64, Statement>,
    facts: HashMap<i64, Fact>,
    statement_lists: HashMap<i64, Vec<Statement>>,
    finding_lists: HashMap<i64, Vec<Finding>>,
    protection_lists: HashMap<i64, Vec<Protection>>,
}

impl<'c> Judgements<'c> {
    /// Nothing read yet.
    pub(super) fn of(connection: &'c Connection) -> Self {
        Self {
            connection,
            statements: HashMap::new(),
            facts: HashMap::new(),
            statement_lists: HashMap::new(),
            finding_lists: HashMap::new(),
            protection_lists: HashMap::new(),
        }
    }

    /// A list of statements.
    pub(super) fn statements(&mut self, number: i64) -> Result<Vec<Statement>> {
        if let Some(known) = self.statement_lists.get(&number) {
            return Ok(known.clone());
        }
        let numbers = self.rows(STATEMENT_LIST, number, only)?;
        let statements = numbers.into_iter().map(|one| self.statement(one)).collect::<Result<Vec<_>>>()?;
        self.statement_lists.insert(number, statements.clone());
        Ok(statements)
    }

    /// A list of findings.
    pub(super) fn findings(&mut self, number: i64) -> Result<Vec<Finding>> {
        if let Some(known) = self.finding_lists.get(&number) {
            return Ok(known.clone());
        }
        let rows = self.rows(FINDING_LIST, number, |columns| {
            Ok((columns.take()?, columns.take()?, columns.take()?, columns.take()?))
        })?;
        let mut findings = Vec::new();
        for (code, severity, text, remedy) in rows {
            let (text, remedy) = (self.statement(text)?, self.statement(remedy)?);
            findings.push(Finding { code, severity, text, remedy });
        }
        self.finding_lists.insert(number, findings.clone());
        Ok(findings)
    }

    /// A list of what is known about products.
    pub(super) fn protection(&mut self, number: i64) -> Result<Vec<Protection>> {
        if let Some(known) = self.protection_lists.get(&number) {
            return Ok(known.clone());
        }
        let rows = self.rows(PROTECTION_LIST, number, |columns| {
            let product = columns.take()?;
            let mut facts = [None; 5];
            for fact in &mut facts {
                *fact = columns.option()?;
            }
            Ok((product, facts))
        })?;
        let mut protection = Vec::new();
        for (product, [present, running, enforcing, fresh, reporting]) in rows {
            protection.push(Protection {
                product,
                present: self.fact(present)?,
                running: self.fact(running)?,
                enforcing: self.fact(enforcing)?,
                fresh: self.fact(fresh)?,
                reporting: self.fact(reporting)?,
            });
        }
        self.protection_lists.insert(number, protection.clone());
        Ok(protection)
    }

    /// The rows of a list, of which only list 0 has none.
    fn rows<T>(
        &self,
        sql: &str,
        number: i64,
        read: impl Fn(&mut Columns<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = list(self.connection, sql, [number], read)?;
        match rows.is_empty() == (number == 0) {
            true => Ok(rows),
            false => Err(damage("a list of statements, findings or products is missing")),
        }
    }

    fn statement(&mut self, number: i64) -> Result<Statement> {
        if let Some(known) = self.statements.get(&number) {
            return Ok(known.clone());
        }
        let (code, text): (String, String) = self
            .connection
            .prepare_cached(STATEMENT)?
            .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let statement = Statement { code: code.into(), text: text.into() };
        self.statements.insert(number, statement.clone());
        Ok(statement)
    }

    fn fact(&mut self, number: Option<i64>) -> Result<Option<Fact>> {
        let Some(number) = number else { return Ok(None) };
        if let Some(known) = self.facts.get(&number) {
            return Ok(Some(known.clone()));
        }
        let fact = self.connection.prepare_cached(FACT)?.query_row([number], |row| {
            let mut columns = Columns::of(row);
            Ok(Fact { holds: columns.take()?, source: columns.take()?, at: columns.take()? })
        })?;
        self.facts.insert(number, fact.clone());
        Ok(Some(fact))
    }
}

const STATEMENT: &str = "SELECT code, what FROM statement WHERE id = ?1";

const FACT: &str = "SELECT holds, source, as_of FROM fact WHERE id = ?1";

const STATEMENT_LIST: &str = "SELECT statement FROM statement_list WHERE list = ?1 ORDER BY position";

const FINDING_LIST: &str = "
    SELECT code, severity, what, remedy FROM finding_list WHERE list = ?1 ORDER BY position";

const PROTECTION_LIST: &str = "
    SELECT product, present, running, enforcing, fresh, reporting
    FROM protection_list WHERE list = ?1 ORDER BY position";
