//! Erasing a client, in every table that knows of it.

use salesbridge_model::Timestamp;
use salesbridge_store::stored::micros;
use salesbridge_store::{erased_target, told_of};
use sqlx::SqliteConnection;

/// Each takes the key. Syncs of other streams may use the same key for something else. A run that has come as far as the client has come as far as
/// the one before it.
const STATEMENTS: [&str; 6] = [
    "DELETE FROM links WHERE source_key = ? AND sync_id IN (SELECT id FROM syncs WHERE stream = 'clients')",
    "DELETE FROM due WHERE source_key = ? AND sync_id IN (SELECT id FROM syncs WHERE stream = 'clients')",
    "DELETE FROM outcomes WHERE source_key = ? AND run_id IN \
     (SELECT runs.id FROM runs JOIN syncs ON syncs.id = runs.sync_id WHERE syncs.stream = 'clients')",
    "DELETE FROM outbox WHERE source_key = ? AND stream = 'clients'",
    "UPDATE runs SET cursor = (SELECT max(key) FROM clients WHERE key < ?1) WHERE cursor = ?1 \
     AND sync_id IN (SELECT id FROM syncs WHERE stream = 'clients')",
    "DELETE FROM clients WHERE key = ?",
];

/// Notes of runs begin with the key of their row.
const NOTES: &str = "UPDATE runs SET warnings = \
     (SELECT json_group_array(value) FROM json_each(runs.warnings) WHERE substr(value, 1, length(?1) + 2) <> ?1 || ': ') \
     WHERE sync_id IN (SELECT id FROM syncs WHERE stream = 'clients') AND EXISTS \
     (SELECT 1 FROM json_each(runs.warnings) WHERE substr(value, 1, length(?1) + 2) = ?1 || ': ')";

/// What was done stays known, but not to whom.
const HISTORY: &str = "UPDATE audit SET target_id = ?2, target_name = NULL WHERE noun = 'client' AND target_id = ?1";

/// Answers that would be given again.
const ANSWERS: &str = "DELETE FROM idempotent_answers WHERE instr(body, ?1) > 0";

/// Removes all of it and keeps the digest; false when there was nothing.
pub(super) async fn erase(
    connection: &mut SqliteConnection,
    key: &str,
    digest: &str,
    at: Timestamp,
) -> Result<bool, sqlx::Error> {
    // What is deleted is overwritten in the file as well (sqlite.org/pragma.html#pragma_secure_delete).
    sqlx::query("PRAGMA secure_delete = ON").execute(&mut *connection).await?;
    let mut removed = 0;
    for statement in STATEMENTS {
        removed += sqlx::query(statement).bind(key).execute(&mut *connection).await?.rows_affected();
    }
    removed += sqlx::query(NOTES).bind(key).execute(&mut *connection).await?.rows_affected();
    let history = sqlx::query(HISTORY).bind(key).bind(erased_target(digest));
    removed += history.execute(&mut *connection).await?.rows_affected();
    removed += sqlx::query(ANSWERS).bind(told_of(key).into_bytes()).execute(&mut *connection).await?.rows_affected();
    sqlx::query("PRAGMA secure_delete = OFF").execute(&mut *connection).await?;
    if removed > 0 {
        sqlx::query("INSERT INTO erased_clients (digest, erased_at) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING")
            .bind(digest)
            .bind(micros(at))
            .execute(&mut *connection)
            .await?;
    }
    Ok(removed > 0)
}
