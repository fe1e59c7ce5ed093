//! What everybody may know and change about themselves.

use salesbridge_model::{Abilities, Ability, PersonSessionId, Reach, Secret};
use salesbridge_vault::PasswordCheck;
use serde_json::json;

use super::create::checked_full_name;
use super::details::{GrantDetails, grants_of};
use super::links::replace_password;
use super::passwords::acceptable;
use super::sign_in::attempt;
use super::throttling::{begin, forgive};
use crate::access::Came;
use crate::audit::Deed;
use crate::{ActorKind, Caller, Hub, HubError};

/// On whose behalf the asking is done, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Myself {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Id of the person or key; empty for whoever has the machine.
    pub id: String,
    /// What the audit log calls them; of a key the person's name, a stroke and the key's.
    pub name: String,
    /// What others read.
    pub full_name: Option<String>,
    /// What may be done wherever no grant says otherwise.
    pub abilities: Abilities,
    /// On which connections that holds.
    pub reach: Reach,
    /// What may be done with single connections instead.
    pub grants: Vec<GrantDetails>,
    /// The session that asks.
    pub session: Option<PersonSessionId>,
}

/// A password in place of another.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The one that holds until now.
    #[schema(value_type = String, format = Password, write_only)]
    pub current: Secret<String>,
    /// The one that holds from now on.
    #[schema(value_type = String, format = Password, write_only)]
    pub new: Secret<String>,
}

impl Hub {
    /// Who the caller is.
    pub async fn who_am_i(&self, caller: &Caller) -> Result<Myself, HubError> {
        let (mut full_name, mut grants) = (None, Vec::new());
        if let Some(Came { person, .. }) = caller.came() {
            let mut tx = self.store.read().await?;
            full_name = tx.people().find(person).await?.map(|person| person.full_name);
            grants = grants_of(&mut *tx, person).await?;
        }
        let rights = caller.rights();
        if rights.role.has(Ability::Administer) {
            grants.clear(); // they hold nobody back who administers
        }
        grants.iter_mut().for_each(|grant| grant.abilities = grant.abilities.within(&rights.scopes));
        Ok(Myself {
            kind: caller.actor().kind,
            id: caller.actor().id.clone(),
            name: caller.actor().name.clone(),
            full_name,
            abilities: rights.role.within(&rights.scopes),
            reach: rights.reach,
            grants,
            session: caller.session(),
        })
    }

    /// Changes the caller's own full name.
    pub async fn edit_myself(&self, caller: &Caller, full_name: &str) -> Result<Myself, HubError> {
        caller.in_person()?;
        let id = caller.person().ok_or_else(nobody_in_person)?;
        let full_name = checked_full_name(full_name)?;
        let mut tx = self.store.write().await?;
        let mut person = tx.people().find(id).await?.ok_or_else(nobody_in_person)?;
        let was = std::mem::replace(&mut person.full_name, full_name);
        if was != person.full_name {
            person.updated_at = self.clock.now();
            tx.people().update(&person).await?;
            let is = json!({ "full_name": person.full_name });
            let deed = Deed::to_person("person.edit", &person).was(json!({ "full_name": was })).is(is);
            self.record(&mut *tx, caller, deed).await?;
            tx.commit().await?;
        } else {
            drop(tx);
        }
        self.who_am_i(caller).await
    }

    /// Changes the caller's own password, which they have to know. All their other sessions end.
    pub async fn change_password(&self, caller: &Caller, change: &PasswordChange) -> Result<(), HubError> {
        caller.in_person()?;
        let id = caller.person().ok_or_else(nobody_in_person)?;
        let mut tx = self.store.write().await?;
        let person = tx.people().find(id).await?.ok_or_else(nobody_in_person)?;
        acceptable("new", &change.new, &person)?;
        let known = tx.people().password_hash(id).await?;
        // A session that somebody has stolen shall not serve to guess the password.
        let attempt = attempt(person.name.as_str(), caller.origin(), Some(&person));
        let follows = match begin(&mut *tx, &attempt, self.clock.now()).await? {
            Ok(follows) => follows,
            Err(seconds) => return Err(HubError::SignInPaused { seconds }),
        };
        tx.commit().await?;
        if self.passwords.check(&change.current, known).await? == PasswordCheck::Wrong {
            self.refuse_person(caller.origin(), Some(&person), follows).await?;
            return Err(HubError::invalid("current", "is not the password that holds until now"));
        }
        let hash = self.passwords.hash(&change.new).await?;
        let mut tx = self.store.write().await?;
        replace_password(&mut *tx, id, &hash).await?;
        forgive(&mut *tx, &attempt).await?;
        tx.person_sessions().delete_of(id, caller.session()).await?;
        let deed = Deed::to_person("person.password", &person).is(json!({ "password": "changed", "by": "person" }));
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        self.identities.forget();
        Ok(())
    }
}

fn nobody_in_person() -> HubError {
    HubError::NotPossible {
        code: "nobody_in_person",
        message: "whoever asks is no person with a password and a name of their own here".to_owned(),
        remedy: "Sign in with a name and a password; on the machine itself, `salesbridge user` changes people"
            .to_owned(),
    }
}
