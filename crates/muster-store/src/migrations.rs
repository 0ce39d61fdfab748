//! The forms a store has had, and the way from each to the next. Forwards only; a step that was released is never
//! changed.

use rusqlite::{Connection, TransactionBehavior};

use crate::open::APPLICATION;

/// The steps: the first makes version 1 of nothing.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
    include_str!("migrations/6.sql"),
];

/// The version this release reads and writes.
pub(crate) const KNOWN: i64 = newest(MIGRATIONS);

/// Takes the steps that the file has not taken, all or none.
pub(crate) fn migrate(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    if version(connection)? == steps.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have taken them while this one waited for its turn.
    for step in steps.iter().skip(version(&transaction)?) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", newest(steps))?;
    transaction.commit()
}

const fn newest(steps: &[&str]) -> i64 {
    steps.len().cast_signed() as i64
}

fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 =
        connection.query_row("SELECT user_version FROM pragma_user_version", [], |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(0))
}
