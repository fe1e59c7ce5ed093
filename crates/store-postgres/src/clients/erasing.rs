//! Erasing a client, in every table that knows of it.

use salesbridge_model::Timestamp;
use salesbridge_store::stored::micros;
use salesbridge_store::{erased_target, told_of};
use sqlx::PgConnection;

use crate::text::text;

/// Each takes the key. Syncs of other streams may use the same key for something else. A run that has come as far as the client has come as far as
/// the one before it.
const STATEMENTS: [&str; 6] = [
    "DELETE FROM links WHERE source_key = $1 AND sync_id IN (SELECT id FROM syncs WHERE stream = 'clients')",
    "DELETE FROM due WHERE source_key = $1 AND sync_id IN (SELECT id FROM syncs WHERE stream = 'clients')",
    "DELETE FROM outcomes WHERE source_key = $1 AND run_id IN \
     (SELECT runs.id FROM runs JOIN syncs ON syncs.id = runs.sync_id WHERE syncs.stream = 'clients')",
    "DELETE FROM outbox WHERE source_key = $1 AND stream = 'clients'",
    "UPDATE runs SET cursor = (SELECT max(key) FROM clients WHERE key < $1) WHERE cursor = $1 \
     AND sync_id IN (SELECT id FROM syncs WHERE stream = 'clients')",
    "DELETE FROM clients WHERE key = $1",
];

/// Notes of runs begin with the key of their row.
const NOTES: &str = "UPDATE runs SET warnings = coalesce((SELECT json_agg(note ORDER BY place)::text \
     FROM json_array_elements_text(runs.warnings::json) WITH ORDINALITY AS noted (note, place) \
     WHERE left(note, length($1) + 2) <> $1 || ': '), '[]') \
     WHERE sync_id IN (SELECT id FROM syncs WHERE stream = 'clients') AND EXISTS \
     (SELECT 1 FROM json_array_elements_text(runs.warnings::json) AS noted (note) \
     WHERE left(note, length($1) + 2) = $1 || ': ')";

/// What was done stays known, but not to whom.
const HISTORY: &str = "UPDATE audit SET target_id = $2, target_name = NULL WHERE noun = 'client' AND target_id = $1";

/// Answers that would be given again.
const ANSWERS: &str = "DELETE FROM idempotent_answers WHERE position($1::bytea IN body) > 0";

/// Removes all of it and keeps the digest; false when there was nothing.
pub(super) async fn erase(
    connection: &mut PgConnection,
    key: &str,
    digest: &str,
    at: Timestamp,
) -> Result<bool, sqlx::Error> {
    let mut removed = 0;
    for statement in STATEMENTS {
        removed += sqlx::query(statement).bind(text(key)).execute(&mut *connection).await?.rows_affected();
    }
    removed += sqlx::query(NOTES).bind(key).execute(&mut *connection).await?.rows_affected();
    let history = sqlx::query(HISTORY).bind(text(key)).bind(erased_target(digest));
    removed += history.execute(&mut *connection).await?.rows_affected();
    removed += sqlx::query(ANSWERS).bind(told_of(key).into_bytes()).execute(&mut *connection).await?.rows_affected();
    if removed > 0 {
        sqlx::query("INSERT INTO erased_clients (digest, erased_at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING")
            .bind(digest)
            .bind(micros(at))
            .execute(&mut *connection)
            .await?;
    }
    Ok(removed > 0)
}
