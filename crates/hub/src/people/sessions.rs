//! Sessions of people: looking at them and ending them.

use salesbridge_model::{
    Ability, Page, PageRequest, Person, PersonId, PersonSession, PersonSessionId, Slug, Timestamp,
};
use salesbridge_store::{Order, PersonSessionField, PersonSessionFilter};
use serde_json::json;

use super::details::find_person;
use crate::audit::Deed;
use crate::{ActorKind, Caller, Hub, HubError};

/// Whose sessions or keys are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// The caller's own; of whoever has the machine, everybody's.
    #[default]
    Own,
    /// Those of the person with this name.
    Of(String),
    /// Everybody's.
    All,
}

/// Which sessions are wanted, and in which order.
#[derive(Clone, Debug, Default)]
pub struct PersonSessionQuery {
    /// Whose.
    pub whose: Whose,
    /// In which order.
    pub order: Order<PersonSessionField>,
}

/// A session as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SessionDetails {
    /// The session.
    #[serde(flatten)]
    pub session: PersonSession,
    /// Name of the person.
    pub person: Slug,
    /// When it ends, unless it is used before then.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl Hub {
    /// A page of sessions that have not ended.
    pub async fn person_sessions(
        &self,
        caller: &Caller,
        query: &PersonSessionQuery,
        page: &PageRequest,
    ) -> Result<Page<SessionDetails>, HubError> {
        let Some(people) = self.whose(caller, &query.whose).await? else {
            return Ok(Page { items: Vec::new(), next: None, total: 0 });
        };
        let now = self.clock.now();
        let seen_after = now.checked_sub_signed(self.longest_idle());
        let filter = PersonSessionFilter { person: people.one(), seen_after, order: query.order };
        let mut tx = self.store.read().await?;
        let found = tx.person_sessions().list(&filter, now, page).await?;
        let mut items = Vec::with_capacity(found.items.len());
        for session in found.items {
            let Some(person) = tx.people().find(session.person_id).await? else { continue };
            items.push(self.session_details(caller, session, &person));
        }
        Ok(Page { items, next: found.next, total: found.total })
    }

    /// Ends a session: the caller's own, or as an administrator anybody's.
    pub async fn end_session(&self, caller: &Caller, id: PersonSessionId) -> Result<(), HubError> {
        caller.in_person()?;
        let missing = || HubError::NotFound { noun: "session", name: id.to_string() };
        let mut tx = self.store.write().await?;
        let session = tx.person_sessions().find(id).await?.ok_or_else(missing)?;
        if caller.person() != Some(session.person_id) && caller.may_decide_about_people().is_err() {
            return Err(missing());
        }
        let person = tx.people().find(session.person_id).await?.ok_or_else(missing)?;
        tx.person_sessions().delete(id).await?;
        self.record(&mut *tx, caller, Deed::to_session("session.end", &session, &person)).await?;
        tx.commit().await?;
        self.identities.forget();
        Ok(())
    }

    /// Ends the caller's session. Whoever came without one has nothing to end.
    pub async fn sign_out_person(&self, caller: &Caller) -> Result<(), HubError> {
        match caller.session() {
            Some(session) => self.end_session(caller, session).await,
            None => caller.in_person(),
        }
    }

    /// Ends a person's sessions, but for the one that asks; says how many.
    pub async fn end_sessions(&self, caller: &Caller, whose: &Whose) -> Result<u64, HubError> {
        caller.in_person()?;
        let Some(People::One(person)) = self.whose(caller, whose).await? else {
            return match whose {
                Whose::Own if caller.actor().kind == ActorKind::Person => Ok(0),
                _ => Err(HubError::invalid("person", "is missing; say whose sessions are to end")),
            };
        };
        let mut tx = self.store.write().await?;
        let Some(person) = tx.people().find(person).await? else { return Ok(0) };
        let ended = tx.person_sessions().delete_of(person.id, caller.session()).await?;
        if ended > 0 {
            let deed = Deed::to_person("session.end_others", &person).is(json!({ "ended": ended }));
            self.record(&mut *tx, caller, deed).await?;
            tx.commit().await?;
            self.identities.forget();
        }
        Ok(ended)
    }

    /// Whose things a caller asks for, once it is known that they may; none when they are nobody who has any.
    pub(crate) async fn whose(&self, caller: &Caller, whose: &Whose) -> Result<Option<People>, HubError> {
        match whose {
            Whose::Own if caller.actor().kind == ActorKind::Owner => Ok(Some(People::All)),
            Whose::Own => Ok(caller.person().map(People::One)),
            Whose::All => caller.may_everywhere(Ability::Administer).map(|()| Some(People::All)),
            Whose::Of(name) => {
                let mut tx = self.store.read().await?;
                let own = match caller.person() {
                    Some(id) => tx.people().find(id).await?.is_some_and(|person| person.name.as_str() == name),
                    None => false,
                };
                if !own {
                    caller.may_everywhere(Ability::Administer)?;
                }
                Ok(Some(People::One(find_person(&mut *tx, name).await?.id)))
            }
        }
    }

    fn session_details(&self, caller: &Caller, session: PersonSession, person: &Person) -> SessionDetails {
        SessionDetails {
            ends_at: self.end_of_session(&session),
            current: caller.session() == Some(session.id),
            person: person.name.clone(),
            session,
        }
    }

    /// When a session ends, unless it is used before then.
    pub(crate) fn end_of_session(&self, session: &PersonSession) -> Timestamp {
        let idle_ends = session.last_seen_at.checked_add_signed(self.longest_idle()).unwrap_or(Timestamp::MAX_UTC);
        session.expires_at.min(idle_ends)
    }

    fn longest_idle(&self) -> chrono::TimeDelta {
        chrono::TimeDelta::from_std(self.people_terms.session_idle).unwrap_or(chrono::TimeDelta::MAX)
    }
}

/// One person, or all.
pub(crate) enum People {
    One(PersonId),
    All,
}

impl People {
    /// As the store is asked: nobody stands for all.
    pub(crate) fn one(&self) -> Option<PersonId> {
        match self {
            Self::One(person) => Some(*person),
            Self::All => None,
        }
    }
}
