//! People and their grants.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, Grant, Page, PageRequest, Person, PersonId, Secret, Slug, Timestamp};
use salesbridge_store::stored::{Stored, json, micros, word};
use salesbridge_store::{PersonFilter, PersonRepository, StoreError};
use sqlx::SqliteConnection;

use crate::failure::{failed, failed_or_taken};

pub(crate) struct SqlitePeople<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (String, String, String, String, String, Option<i64>, i64, i64, Option<i64>);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, full_name, role, reach, disabled_at, created_at, updated_at, last_signed_in_at FROM people ",
            $rest
        )
    };
}

#[async_trait]
impl PersonRepository for SqlitePeople<'_> {
    async fn insert(&mut self, person: &Person) -> Result<(), StoreError> {
        const OPERATION: &str = "people.insert";
        sqlx::query(
            "INSERT INTO people (id, name, full_name, role, reach, disabled_at, created_at, updated_at, \
             last_signed_in_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .bind(person.id.to_string())
        .bind(person.name.as_str())
        .bind(&person.full_name)
        .bind(word(OPERATION, person.role)?)
        .bind(word(OPERATION, person.reach)?)
        .bind(person.disabled_at.map(micros))
        .bind(micros(person.created_at))
        .bind(micros(person.updated_at))
        .bind(person.last_signed_in_at.map(micros))
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "name of a person"))?;
        Ok(())
    }

    async fn find(&mut self, id: PersonId) -> Result<Option<Person>, StoreError> {
        sqlx::query_as(select!("WHERE id = ?1"))
            .bind(id.to_string())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("people.find"))?
            .map(person)
            .transpose()
    }

    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Person>, StoreError> {
        sqlx::query_as(select!("WHERE name = ?1"))
            .bind(name.as_str())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("people.find_by_name"))?
            .map(person)
            .transpose()
    }

    /// An installation has few people; and what lower case is, databases do not agree about.
    async fn list(&mut self, filter: &PersonFilter, page: &PageRequest) -> Result<Page<Person>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as(select!("ORDER BY name")).fetch_all(&mut *self.0).await.map_err(failed("people.list"))?;
        Ok(filter.page(rows.into_iter().map(person).collect::<Result<_, _>>()?, page))
    }

    async fn update(&mut self, person: &Person) -> Result<bool, StoreError> {
        const OPERATION: &str = "people.update";
        let done = sqlx::query(
            "UPDATE people SET full_name = ?2, role = ?3, reach = ?4, disabled_at = ?5, updated_at = ?6, \
             last_signed_in_at = ?7 WHERE id = ?1",
        )
        .bind(person.id.to_string())
        .bind(&person.full_name)
        .bind(word(OPERATION, person.role)?)
        .bind(word(OPERATION, person.reach)?)
        .bind(person.disabled_at.map(micros))
        .bind(micros(person.updated_at))
        .bind(person.last_signed_in_at.map(micros))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(done.rows_affected() > 0)
    }

    async fn delete(&mut self, id: PersonId) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM people WHERE id = ?1")
            .bind(id.to_string())
            .execute(&mut *self.0)
            .await
            .map_err(failed("people.delete"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn administrators(&mut self) -> Result<u64, StoreError> {
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM people WHERE role = 'administrator' AND disabled_at IS NULL")
                .fetch_one(&mut *self.0)
                .await
                .map_err(failed("people.administrators"))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    async fn password_hash(&mut self, id: PersonId) -> Result<Option<Secret<String>>, StoreError> {
        let hash: Option<Option<String>> = sqlx::query_scalar("SELECT password_hash FROM people WHERE id = ?1")
            .bind(id.to_string())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("people.password_hash"))?;
        Ok(hash.flatten().map(Secret::new))
    }

    async fn set_password_hash(&mut self, id: PersonId, hash: Option<&Secret<String>>) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE people SET password_hash = ?2 WHERE id = ?1")
            .bind(id.to_string())
            .bind(hash.map(|hash| hash.expose().as_str()))
            .execute(&mut *self.0)
            .await
            .map_err(failed("people.set_password_hash"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn set_signed_in(&mut self, id: PersonId, at: Timestamp) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE people SET last_signed_in_at = ?2 WHERE id = ?1")
            .bind(id.to_string())
            .bind(micros(at))
            .execute(&mut *self.0)
            .await
            .map_err(failed("people.set_signed_in"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn grants(&mut self, id: PersonId) -> Result<Vec<Grant>, StoreError> {
        let id = id.to_string();
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT connection_id, abilities FROM person_grants WHERE person_id = ?1 ORDER BY connection_id",
        )
        .bind(&id)
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed("people.grants"))?;
        let stored = Stored::new("grant of person", &id);
        let grant = |(connection, abilities): (String, String)| {
            Ok(Grant {
                connection_id: stored.parse("connection id", &connection)?,
                abilities: stored.json("abilities", &abilities)?,
            })
        };
        rows.into_iter().map(grant).collect()
    }

    async fn save_grant(&mut self, id: PersonId, grant: &Grant) -> Result<(), StoreError> {
        const OPERATION: &str = "people.save_grant";
        sqlx::query(
            "INSERT INTO person_grants (person_id, connection_id, abilities) VALUES (?1, ?2, ?3) \
             ON CONFLICT (person_id, connection_id) DO UPDATE SET abilities = excluded.abilities",
        )
        .bind(id.to_string())
        .bind(grant.connection_id.to_string())
        .bind(json(OPERATION, &grant.abilities)?)
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(())
    }

    async fn remove_grant(&mut self, id: PersonId, connection: ConnectionId) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM person_grants WHERE person_id = ?1 AND connection_id = ?2")
            .bind(id.to_string())
            .bind(connection.to_string())
            .execute(&mut *self.0)
            .await
            .map_err(failed("people.remove_grant"))?;
        Ok(done.rows_affected() > 0)
    }
}

fn person(row: Row) -> Result<Person, StoreError> {
    let (id, name, full_name, role, reach, disabled_at, created_at, updated_at, last_signed_in_at) = row;
    let stored = Stored::new("person", &name);
    Ok(Person {
        id: stored.parse("id", &id)?,
        name: stored.parse("name", &name)?,
        full_name,
        role: stored.word("role", &role)?,
        reach: stored.word("reach", &reach)?,
        disabled_at: stored.instant_or_none("time of disabling", disabled_at)?,
        created_at: stored.instant("creation time", created_at)?,
        updated_at: stored.instant("update time", updated_at)?,
        last_signed_in_at: stored.instant_or_none("sign-in time", last_signed_in_at)?,
    })
}
