//! People who have signed in.

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, PersonId, PersonSession, PersonSessionId, Timestamp};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, micros};
use salesbridge_store::{PersonSessionFilter, PersonSessionRepository, StoreError};
use sqlx::SqliteConnection;

use crate::failure::{failed, failed_or_taken};
use crate::listing::{self, Listing};

pub(crate) struct SqlitePersonSessions<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (String, String, i64, i64, i64, Option<String>, Option<String>);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, person_id, created_at, last_seen_at, expires_at, address, user_agent FROM person_sessions ",
            $rest
        )
    };
}

#[async_trait]
impl PersonSessionRepository for SqlitePersonSessions<'_> {
    async fn insert(&mut self, session: &PersonSession, token_hash: &[u8]) -> Result<(), StoreError> {
        const OPERATION: &str = "person_sessions.insert";
        sqlx::query(
            "INSERT INTO person_sessions (id, person_id, token_hash, created_at, last_seen_at, expires_at, address, \
             user_agent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(session.id.to_string())
        .bind(session.person_id.to_string())
        .bind(token_hash)
        .bind(micros(session.created_at))
        .bind(micros(session.last_seen_at))
        .bind(micros(session.expires_at))
        .bind(session.address.as_deref())
        .bind(session.user_agent.as_deref())
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "session"))?;
        Ok(())
    }

    async fn find(&mut self, id: PersonSessionId) -> Result<Option<PersonSession>, StoreError> {
        sqlx::query_as(select!("WHERE id = ?1"))
            .bind(id.to_string())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("person_sessions.find"))?
            .map(session)
            .transpose()
    }

    async fn find_by_token(&mut self, token_hash: &[u8]) -> Result<Option<PersonSession>, StoreError> {
        sqlx::query_as(select!("WHERE token_hash = ?1"))
            .bind(token_hash)
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("person_sessions.find_by_token"))?
            .map(session)
            .transpose()
    }

    async fn list(
        &mut self,
        filter: &PersonSessionFilter,
        now: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<PersonSession>, StoreError> {
        let mut listing = Listing::new(select!("WHERE true"));
        wanted(&mut listing, filter, now);
        listing::page(&mut listing, "id", filter.order, page);
        let rows = listing.build_query_as::<Row>().fetch_all(&mut *self.0).await.map_err(failed(LIST))?;
        let mut counting = Listing::new("SELECT count(*) FROM person_sessions WHERE true");
        wanted(&mut counting, filter, now);
        let total = counting.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed(LIST))?;
        let items = rows.into_iter().map(session).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::cut(items, page, total, |session| session.id.to_string()))
    }

    async fn touch(&mut self, id: PersonSessionId, at: Timestamp) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE person_sessions SET last_seen_at = ?2 WHERE id = ?1")
            .bind(id.to_string())
            .bind(micros(at))
            .execute(&mut *self.0)
            .await
            .map_err(failed("person_sessions.touch"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn delete(&mut self, id: PersonSessionId) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM person_sessions WHERE id = ?1")
            .bind(id.to_string())
            .execute(&mut *self.0)
            .await
            .map_err(failed("person_sessions.delete"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn delete_of(&mut self, person: PersonId, but: Option<PersonSessionId>) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM person_sessions WHERE person_id = ?1 AND (?2 IS NULL OR id <> ?2)")
            .bind(person.to_string())
            .bind(but.map(|but| but.to_string()))
            .execute(&mut *self.0)
            .await
            .map_err(failed("person_sessions.delete_of"))?;
        Ok(done.rows_affected())
    }

    async fn prune(&mut self, ended_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM person_sessions WHERE id IN \
             (SELECT id FROM person_sessions WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)",
        )
        .bind(micros(ended_before))
        .bind(i64::from(limit))
        .execute(&mut *self.0)
        .await
        .map_err(failed("person_sessions.prune"))?;
        Ok(done.rows_affected())
    }
}

fn session(row: Row) -> Result<PersonSession, StoreError> {
    let (id, person_id, created_at, last_seen_at, expires_at, address, user_agent) = row;
    let stored = Stored::new("session", &id);
    Ok(PersonSession {
        id: stored.parse("id", &id)?,
        person_id: stored.parse("person id", &person_id)?,
        created_at: stored.instant("creation time", created_at)?,
        last_seen_at: stored.instant("time of last use", last_seen_at)?,
        expires_at: stored.instant("end", expires_at)?,
        address,
        user_agent,
    })
}

const LIST: &str = "person_sessions.list";

fn wanted(listing: &mut Listing, filter: &PersonSessionFilter, now: Timestamp) {
    listing.push(" AND expires_at > ").push_bind(micros(now));
    listing::equal(listing, "person_id", filter.person.map(|id| id.to_string()));
    if let Some(seen) = filter.seen_after {
        listing.push(" AND last_seen_at > ").push_bind(micros(seen));
    }
}
