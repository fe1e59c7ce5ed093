//! Making an API key.

use salesbridge_model::{Abilities, ApiKey, ApiKeyId, Person, Secret, Timestamp};
use salesbridge_vault::{random_token, token_digest};
use serde_json::json;

use super::{ApiKeyDetails, prefix, put_together};
use crate::audit::Deed;
use crate::people::find_person;
use crate::{Caller, Hub, HubError};

/// Days that a key lasts when nothing else is said.
const USUAL_DAYS: u32 = 90;
/// Most days that a key may last, unless it is never to expire.
const MOST_DAYS: u32 = 365;
/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// A key to be made.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What it is for.
    pub name: String,
    /// On whose behalf it acts; on the caller's own when absent. Another person's takes an administrator.
    #[serde(default)]
    pub person: Option<String>,
    /// What it may do. It never may more than its person.
    pub scopes: Abilities,
    /// Days until it expires, 365 at most; 90 when absent.
    #[serde(default)]
    pub days: Option<u32>,
    /// It lasts until it is revoked.
    #[serde(default)]
    pub never_expires: bool,
}

/// A key that was made, with what its holder needs. That is told here and nowhere else.
#[derive(Debug)]
pub struct NewApiKey {
    /// What may be shown of it.
    pub details: ApiKeyDetails,
    /// The whole key.
    pub key: Secret<String>,
}

impl Hub {
    /// Makes a key.
    pub async fn create_api_key(&self, caller: &Caller, new: NewKey) -> Result<NewApiKey, HubError> {
        caller.in_person()?;
        let name = checked_name(&new.name)?;
        if new.scopes.is_empty() {
            return Err(HubError::invalid("scopes", "is empty; say what the key may do, such as `see`"));
        }
        let now = self.clock.now();
        let expires_at = end(&new, now)?;
        let mut tx = self.store.write().await?;
        let person = match (&new.person, caller.person()) {
            (Some(name), own) => {
                let found = find_person(&mut *tx, name).await;
                if !found.as_ref().is_ok_and(|person| Some(person.id) == own) {
                    caller.may_decide_about_people()?;
                }
                found?
            }
            (None, Some(own)) => tx.people().find(own).await?.ok_or_else(says_not_whose)?,
            (None, None) => return Err(says_not_whose()),
        };
        check_enabled(&person)?;
        let (id, secret) = (ApiKeyId::make(&*self.ids), random_token()?);
        let key = ApiKey {
            id,
            person_id: person.id,
            name,
            prefix: prefix(id),
            scopes: new.scopes,
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        tx.api_keys().insert(&key, &token_digest(&secret)).await?;
        let told = json!({ "scopes": key.scopes, "expires_at": key.expires_at });
        self.record(&mut *tx, caller, Deed::to_key("key.create", &key, &person).is(told)).await?;
        tx.commit().await?;
        Ok(NewApiKey { key: put_together(id, &secret), details: self.key_details(key, &person) })
    }
}

fn end(new: &NewKey, now: Timestamp) -> Result<Option<Timestamp>, HubError> {
    if new.never_expires {
        return match new.days {
            None => Ok(None),
            Some(_) => Err(HubError::invalid("days", "goes not together with `never_expires`; give one of them")),
        };
    }
    let days = new.days.unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        let told = format!("is {days}; expected is 1 to {MOST_DAYS}, or `never_expires`");
        return Err(HubError::invalid("days", told));
    }
    Ok(now.checked_add_signed(chrono::TimeDelta::days(i64::from(days))))
}

fn checked_name(text: &str) -> Result<String, HubError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(HubError::invalid("name", "is empty; say what the key is for, such as `nightly import`"));
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(HubError::invalid("name", format!("is longer than {LONGEST_NAME} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(HubError::invalid("name", "has a line break or another control character; leave it out"));
    }
    Ok(text.to_owned())
}

fn check_enabled(person: &Person) -> Result<(), HubError> {
    if person.disabled_at.is_none() {
        return Ok(());
    }
    Err(HubError::NotPossible {
        code: "person_disabled",
        message: format!("{} is disabled; a key of theirs would let nobody in", person.name),
        remedy: format!("Let them in first: `salesbridge user enable {}`", person.name),
    })
}

fn says_not_whose() -> HubError {
    HubError::invalid("person", "is missing; say on whose behalf the key acts")
}
