//! Sign-ins to other systems that were begun: what finishes them are bytes that mean nothing here.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, SignInAttempt, SignInAttemptId, SignInFailure, SignInState, Timestamp};
use salesbridge_store::stored::{Stored, json_or_null, micros, word};
use salesbridge_store::{SignInAttemptRepository, StoreError, StoredSignIn};
use sqlx::SqliteConnection;

use crate::failure::{failed, failed_or_taken};

pub(crate) struct SqliteSignIns<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (
    String,
    Option<String>,
    String,
    Option<Vec<u8>>,
    Vec<u8>,
    Vec<u8>,
    Option<String>,
    String,
    Option<Vec<u8>>,
    i64,
    i64,
    String,
    Option<String>,
    Option<i64>,
);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, connection_id, kind, state_hash, wrapped, sealed, redirect_uri, started_by, browser_hash, \
             created_at, expires_at, state, failure, finished_at FROM sign_in_attempts ",
            $rest
        )
    };
}

#[async_trait]
impl SignInAttemptRepository for SqliteSignIns<'_> {
    async fn insert(&mut self, sign_in: &StoredSignIn) -> Result<(), StoreError> {
        const OPERATION: &str = "sign_ins.insert";
        let attempt = &sign_in.attempt;
        sqlx::query(
            "INSERT INTO sign_in_attempts (id, connection_id, kind, state_hash, wrapped, sealed, redirect_uri, \
             started_by, browser_hash, created_at, expires_at, state, failure, finished_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )
        .bind(attempt.id.to_string())
        .bind(attempt.connection_id.map(|id| id.to_string()))
        .bind(word(OPERATION, attempt.kind)?)
        .bind(sign_in.state_hash.as_deref())
        .bind(sign_in.wrapped.as_slice())
        .bind(sign_in.sealed.as_slice())
        .bind(attempt.redirect_uri.as_deref())
        .bind(&attempt.started_by)
        .bind(sign_in.browser_hash.as_deref())
        .bind(micros(attempt.created_at))
        .bind(micros(attempt.expires_at))
        .bind(word(OPERATION, attempt.state)?)
        .bind(json_or_null(OPERATION, attempt.failure.as_ref())?)
        .bind(attempt.finished_at.map(micros))
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "state of a sign-in"))?;
        Ok(())
    }

    async fn find(&mut self, id: SignInAttemptId) -> Result<Option<StoredSignIn>, StoreError> {
        sqlx::query_as(select!("WHERE id = ?1"))
            .bind(id.to_string())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("sign_ins.find"))?
            .map(sign_in)
            .transpose()
    }

    async fn find_by_state(&mut self, state_hash: &[u8]) -> Result<Option<StoredSignIn>, StoreError> {
        sqlx::query_as(select!("WHERE state_hash = ?1"))
            .bind(state_hash)
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("sign_ins.find_by_state"))?
            .map(sign_in)
            .transpose()
    }

    async fn newest_of(&mut self, connection: ConnectionId) -> Result<Option<StoredSignIn>, StoreError> {
        sqlx::query_as(select!("WHERE connection_id = ?1 ORDER BY created_at DESC, id DESC LIMIT 1"))
            .bind(connection.to_string())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("sign_ins.newest_of"))?
            .map(sign_in)
            .transpose()
    }

    async fn pending(&mut self, now: Timestamp) -> Result<Vec<StoredSignIn>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(select!("WHERE state = 'pending' AND expires_at > ?1 ORDER BY id"))
            .bind(micros(now))
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed("sign_ins.pending"))?;
        rows.into_iter().map(sign_in).collect()
    }

    async fn taken(&mut self, now: Timestamp) -> Result<Vec<StoredSignIn>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(select!("WHERE state = 'taken' AND expires_at > ?1 ORDER BY id"))
            .bind(micros(now))
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed("sign_ins.taken"))?;
        rows.into_iter().map(sign_in).collect()
    }

    async fn bind(
        &mut self,
        id: SignInAttemptId,
        expected: &[u8],
        browser_hash: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE sign_in_attempts SET browser_hash = ?3 \
             WHERE id = ?1 AND browser_hash = ?2 AND state = 'pending' AND expires_at > ?4",
        )
        .bind(id.to_string())
        .bind(expected)
        .bind(browser_hash)
        .bind(micros(now))
        .execute(&mut *self.0)
        .await
        .map_err(failed("sign_ins.bind"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn take(&mut self, id: SignInAttemptId, sealed: &[u8], now: Timestamp) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE sign_in_attempts SET state = 'taken', sealed = ?3 \
             WHERE id = ?1 AND state = 'pending' AND expires_at > ?2",
        )
        .bind(id.to_string())
        .bind(micros(now))
        .bind(sealed)
        .execute(&mut *self.0)
        .await
        .map_err(failed("sign_ins.take"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn finish(
        &mut self,
        id: SignInAttemptId,
        state: SignInState,
        failure: Option<&SignInFailure>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        const OPERATION: &str = "sign_ins.finish";
        let done = sqlx::query(
            "UPDATE sign_in_attempts SET state = ?2, failure = ?3, finished_at = ?4, sealed = ?5 \
             WHERE id = ?1 AND finished_at IS NULL",
        )
        .bind(id.to_string())
        .bind(word(OPERATION, state)?)
        .bind(json_or_null(OPERATION, failure)?)
        .bind(micros(at))
        .bind(&b""[..])
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(done.rows_affected() > 0)
    }

    async fn data_keys(&mut self) -> Result<Vec<(SignInAttemptId, Vec<u8>)>, StoreError> {
        let rows: Vec<(String, Vec<u8>)> = sqlx::query_as("SELECT id, wrapped FROM sign_in_attempts ORDER BY id")
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed("sign_ins.data_keys"))?;
        let key = |(id, wrapped): (String, Vec<u8>)| Ok((Stored::new("sign-in", &id).parse("id", &id)?, wrapped));
        rows.into_iter().map(key).collect()
    }

    async fn save_data_key(&mut self, id: SignInAttemptId, wrapped: &[u8]) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE sign_in_attempts SET wrapped = ?2 WHERE id = ?1")
            .bind(id.to_string())
            .bind(wrapped)
            .execute(&mut *self.0)
            .await
            .map_err(failed("sign_ins.save_data_key"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn prune(&mut self, begun_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM sign_in_attempts WHERE id IN \
             (SELECT id FROM sign_in_attempts WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)",
        )
        .bind(micros(begun_before))
        .bind(i64::from(limit))
        .execute(&mut *self.0)
        .await
        .map_err(failed("sign_ins.prune"))?;
        Ok(done.rows_affected())
    }
}

fn sign_in(row: Row) -> Result<StoredSignIn, StoreError> {
    let (
        id,
        connection_id,
        kind,
        state_hash,
        wrapped,
        sealed,
        redirect_uri,
        started_by,
        browser_hash,
        created_at,
        expires_at,
        state,
        failure,
        finished_at,
    ) = row;
    let stored = Stored::new("sign-in", &id);
    let attempt = SignInAttempt {
        id: stored.parse("id", &id)?,
        connection_id: connection_id.map(|id| stored.parse("connection id", &id)).transpose()?,
        kind: stored.word("kind", &kind)?,
        redirect_uri,
        started_by,
        created_at: stored.instant("creation time", created_at)?,
        expires_at: stored.instant("end", expires_at)?,
        state: stored.word("state", &state)?,
        failure: stored.json_or_none("failure", failure.as_deref())?,
        finished_at: stored.instant_or_none("finish time", finished_at)?,
    };
    Ok(StoredSignIn { attempt, state_hash, browser_hash, wrapped, sealed })
}
