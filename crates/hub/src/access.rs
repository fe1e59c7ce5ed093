//! On whose behalf a use case is carried out, and whether they may.
//!
//! Every public use case takes the [`Caller`] first and asks it before it does anything; those about one connection, sync or run get it only
//! through `find_…`, which ask. A connection that a caller may not see does not exist for them. Only the few by which somebody becomes a caller
//! (signing in, and one-time links) take an [`Origin`] instead.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

pub use salesbridge_model::ActorKind;
use salesbridge_model::{Abilities, Ability, ApiKey, ApiKeyId, ConnectionId, Person, PersonId, PersonSessionId, Reach};
use salesbridge_store::Sees;

use crate::HubError;

/// On whose behalf something is done. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Caller {
    actor: Arc<Actor>,
    rights: Arc<Rights>,
    origin: Origin,
    came: Option<Came>,
}

/// The person behind a caller, and what let them in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Came {
    pub(crate) person: PersonId,
    pub(crate) by: By,
}

/// What lets a person in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A session they began with their password.
    Session(PersonSessionId),
    /// An API key of theirs, held by a program.
    Key(ApiKeyId),
}

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Its id; empty for the owner and for Salesbridge itself.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// From where a request came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Address of the client; none for the socket.
    pub address: Option<IpAddr>,
    /// Id of the request, as its answer and the log tell it.
    pub request_id: Option<String>,
}

/// What somebody may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// What may be done wherever no grant says otherwise.
    pub role: Abilities,
    /// On which connections the role holds.
    pub reach: Reach,
    /// What may be done with some connections, in place of the role.
    pub grants: BTreeMap<ConnectionId, Abilities>,
    /// What an API key was made for: nothing beyond it may be done.
    pub scopes: Abilities,
}

impl Rights {
    /// Everything.
    fn all() -> Self {
        Self { role: Abilities::all(), reach: Reach::All, grants: BTreeMap::new(), scopes: Abilities::all() }
    }
}

impl Caller {
    /// Whoever has the machine; may everything.
    pub fn owner() -> Self {
        Self::new(ActorKind::Owner, "", "owner", Rights::all())
    }

    /// Salesbridge itself, for what it does unasked.
    pub fn system() -> Self {
        Self::new(ActorKind::System, "", "salesbridge", Rights::all())
    }

    /// Somebody in whose name something is finished that they began.
    pub(crate) fn again(actor: Actor) -> Self {
        Self { actor: Arc::new(actor), rights: Arc::new(Rights::all()), origin: Origin::default(), came: None }
    }

    /// Somebody with these rights.
    pub fn new(kind: ActorKind, id: &str, name: &str, rights: Rights) -> Self {
        let actor = Actor { kind, id: id.to_owned(), name: name.to_owned() };
        Self { actor: Arc::new(actor), rights: Arc::new(rights), origin: Origin::default(), came: None }
    }

    /// A person who has signed in.
    pub fn signed_in(person: &Person, session: PersonSessionId, rights: Rights) -> Self {
        let came = Some(Came { person: person.id, by: By::Session(session) });
        let caller = Self::new(ActorKind::Person, &person.id.to_string(), person.name.as_str(), rights);
        Self { came, ..caller }
    }

    /// A program with an API key; it is called after the person and the key, such as `ann/deploy`.
    pub fn with_key(person: &Person, key: &ApiKey, rights: Rights) -> Self {
        let came = Some(Came { person: person.id, by: By::Key(key.id) });
        let caller = Self::new(ActorKind::Key, &key.id.to_string(), &format!("{}/{}", person.name, key.name), rights);
        Self { came, ..caller }
    }

    /// A person who proved by a one-time link who they are; may nothing else.
    pub(crate) fn by_link(person: &Person) -> Self {
        let (role, scopes, grants) = (Abilities::default(), Abilities::default(), BTreeMap::new());
        let rights = Rights { role, reach: Reach::Granted, grants, scopes };
        Self::new(ActorKind::Person, &person.id.to_string(), person.name.as_str(), rights)
    }

    /// The same caller, asking from there.
    #[must_use]
    pub fn from(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// Who it is.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// From where they ask.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What they may do.
    pub fn rights(&self) -> &Rights {
        &self.rights
    }

    /// The person they are, or act for.
    pub fn person(&self) -> Option<PersonId> {
        self.came.map(|came| came.person)
    }

    /// The session they came with.
    pub fn session(&self) -> Option<PersonSessionId> {
        match self.came?.by {
            By::Session(session) => Some(session),
            By::Key(_) => None,
        }
    }

    pub(crate) fn came(&self) -> Option<Came> {
        self.came
    }

    /// Refuses API keys: whoever got hold of one shall not make themselves another way in.
    pub fn in_person(&self) -> Result<(), HubError> {
        match self.actor.kind {
            ActorKind::Key => Err(HubError::NotByKey { who: self.actor.name.clone() }),
            _ => Ok(()),
        }
    }

    /// Whether they may decide about other people, their keys and their sessions.
    pub(crate) fn may_decide_about_people(&self) -> Result<(), HubError> {
        self.may_everywhere(Ability::Administer)?;
        self.in_person()
    }

    /// Whether they may do something that concerns no connection: with the client directory, with the installation.
    pub fn may(&self, ability: Ability) -> Result<(), HubError> {
        let Rights { role, scopes, .. } = &*self.rights;
        self.allow(role.has(ability) && scopes.has(ability), ability, None)
    }

    /// Whether they may do something with every connection, those included that are made later.
    pub fn may_everywhere(&self, ability: Ability) -> Result<(), HubError> {
        let everywhere = self.rights.reach == Reach::All;
        self.may(ability)?;
        self.allow(everywhere, ability, None)
    }

    /// Whether they may do something with a connection, which they are known to see.
    pub fn may_on(&self, connection: ConnectionId, name: &str, ability: Ability) -> Result<(), HubError> {
        self.allow(self.abilities_on(connection).has(ability), ability, Some(name))
    }

    /// What they may do with a connection.
    pub fn abilities_on(&self, connection: ConnectionId) -> Abilities {
        let Rights { role, reach, grants, scopes } = &*self.rights;
        let Some(granted) = grants.get(&connection) else {
            return if *reach == Reach::All { role.within(scopes) } else { Abilities::default() };
        };
        // Whoever administers cannot be kept out: they could grant it to themselves.
        if role.has(Ability::Administer) { role.within(scopes) } else { granted.within(scopes) }
    }

    /// Whether a connection, and what belongs to it, exists for them.
    pub fn sees(&self, connection: ConnectionId) -> bool {
        !self.abilities_on(connection).is_empty()
    }

    /// Which connections, and what belongs to them, they see: a filter for lists.
    pub(crate) fn seen(&self) -> Sees {
        let Rights { role, reach, grants, scopes } = &*self.rights;
        let (seen, hidden): (BTreeSet<_>, BTreeSet<_>) = grants.keys().partition(|connection| self.sees(**connection));
        match reach {
            Reach::All if !role.within(scopes).is_empty() && hidden.is_empty() => Sees::All,
            Reach::All if !role.within(scopes).is_empty() => Sees::AllBut(hidden),
            Reach::All | Reach::Granted => Sees::Only(seen),
        }
    }

    fn allow(&self, allowed: bool, ability: Ability, connection: Option<&str>) -> Result<(), HubError> {
        if allowed {
            return Ok(());
        }
        let Actor { kind, name, .. } = &*self.actor;
        let scoped = *kind == ActorKind::Key && !self.rights.scopes.has(ability);
        Err(HubError::Forbidden { who: name.clone(), ability, connection: connection.map(str::to_owned), scoped })
    }
}
