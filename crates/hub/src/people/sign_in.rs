//! Signing in with a name and a password.

use salesbridge_model::{Abilities, Person, PersonSession, PersonSessionId, Secret, Slug, Timestamp};
use salesbridge_store::Transaction;
use salesbridge_vault::{PasswordCheck, random_token, token_digest};
use serde_json::json;

use super::details::rights_of;
use super::throttling::{Attempt, begin, forgive};
use crate::audit::Deed;
use crate::{Caller, Hub, HubError, Origin, Rights};

/// Somebody who says who they are.
#[derive(Debug)]
pub struct SignIn {
    /// Their name.
    pub name: String,
    /// Their password.
    pub password: Secret<String>,
    /// What the browser or program calls itself.
    pub user_agent: Option<String>,
    /// Token of the session that the browser had until now; it ends.
    pub earlier: Option<Secret<String>>,
}

/// A session that has begun.
#[derive(Debug)]
pub struct SignedIn {
    /// What lets its holder in. It is told here and nowhere else.
    pub token: Secret<String>,
    /// The session.
    pub session: PersonSession,
    /// On whose behalf requests with it are.
    pub caller: Caller,
}

/// Longest name of a browser that is kept, in characters.
const LONGEST_USER_AGENT: usize = 200;

impl Hub {
    /// Begins a session for whoever knows the password, with a token nobody had before. Whether the name or the password was wrong is not told, and takes
    /// the same time.
    pub async fn sign_in_person(&self, origin: &Origin, wanted: SignIn) -> Result<SignedIn, HubError> {
        let slug: Option<Slug> = wanted.name.parse().ok();
        let mut tx = self.store.write().await?;
        let person = match &slug {
            Some(name) => tx.people().find_by_name(name).await?,
            None => None,
        };
        let hash = match &person {
            Some(person) => tx.people().password_hash(person.id).await?,
            None => None,
        };
        let attempt = attempt(&wanted.name, origin, person.as_ref());
        let follows = match begin(&mut *tx, &attempt, self.clock.now()).await? {
            Ok(follows) => follows,
            Err(seconds) => return Err(HubError::SignInPaused { seconds }),
        };
        tx.commit().await?;

        let checked = self.passwords.check(&wanted.password, hash.clone()).await?;
        let (Some(found), PasswordCheck::Right { outdated }) = (&person, checked) else {
            self.refuse_person(origin, person.as_ref(), follows).await?;
            return Err(HubError::SignInRefused);
        };
        let renewed = if outdated { Some(self.passwords.hash(&wanted.password).await?) } else { None };

        let mut tx = self.store.write().await?;
        let now_stands = tx.people().password_hash(found.id).await?;
        let unchanged = now_stands.map(|hash| hash.expose().clone()) == hash.map(|hash| hash.expose().clone());
        let rights = rights_of(&mut *tx, found.id, Abilities::all()).await?;
        let Some((person, rights)) = rights.filter(|_| unchanged) else {
            drop(tx);
            self.refuse_person(origin, Some(found), follows).await?;
            return Err(HubError::SignInRefused);
        };
        if renewed.is_some() {
            tx.people().set_password_hash(person.id, renewed.as_ref()).await?;
        }
        forgive(&mut *tx, &attempt).await?;
        let begun = self.begin_session(&mut *tx, origin, &person, rights, &wanted).await?;
        tx.commit().await?;
        self.identities.forget();
        Ok(begun)
    }

    async fn begin_session(
        &self,
        tx: &mut dyn Transaction,
        origin: &Origin,
        person: &Person,
        rights: Rights,
        wanted: &SignIn,
    ) -> Result<SignedIn, HubError> {
        if let Some(earlier) = &wanted.earlier {
            let found = tx.person_sessions().find_by_token(&token_digest(earlier)).await?;
            if let Some(session) = found {
                tx.person_sessions().delete(session.id).await?;
            }
        }
        let (now, token) = (self.clock.now(), random_token()?);
        let session = PersonSession {
            id: PersonSessionId::make(&*self.ids),
            person_id: person.id,
            created_at: now,
            last_seen_at: now,
            expires_at: end_of(now, self.people_terms.session_longest),
            address: origin.address.map(|address| address.to_string()),
            user_agent: wanted.user_agent.as_deref().map(shortened),
        };
        tx.person_sessions().insert(&session, &token_digest(&token)).await?;
        tx.people().set_signed_in(person.id, now).await?;
        let caller = Caller::signed_in(person, session.id, rights).from(origin.clone());
        let deed = Deed::to_session("session.begin", &session, person);
        self.record(tx, &caller, deed).await?;
        Ok(SignedIn { token, session, caller })
    }

    /// Writes down a sign-in that was refused. A name that nobody has is left out: it may be a password that was typed in the wrong place.
    pub(super) async fn refuse_person(
        &self,
        origin: &Origin,
        person: Option<&Person>,
        follows: u64,
    ) -> Result<(), HubError> {
        let nobody = Caller::system().from(origin.clone());
        let deed = match person {
            Some(person) => Deed::to_person("session.refuse", person),
            None => Deed::new("session.refuse"),
        };
        let told = json!({ "name_is_known": person.is_some(), "paused_for_seconds": follows });
        let mut tx = self.store.write().await?;
        self.record(&mut *tx, &nobody, deed.is(told)).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// An attempt as it is counted.
pub(super) fn attempt<'a>(name: &'a str, origin: &Origin, person: Option<&Person>) -> Attempt<'a> {
    Attempt { name, address: origin.address, person: person.map(|person| person.id) }
}

fn end_of(now: Timestamp, longest: std::time::Duration) -> Timestamp {
    let longest = chrono::TimeDelta::from_std(longest).unwrap_or(chrono::TimeDelta::MAX);
    now.checked_add_signed(longest).unwrap_or(Timestamp::MAX_UTC)
}

fn shortened(user_agent: &str) -> String {
    user_agent.chars().filter(|letter| !letter.is_control()).take(LONGEST_USER_AGENT).collect()
}
