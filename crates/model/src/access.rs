//! What people and programs may do.

use std::collections::BTreeSet;

/// One kind of thing that may be done. They do not include each other.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// Look at connections, syncs, runs and clients.
    See,
    /// Run what exists: start, stop, retry, test.
    Run,
    /// Make, change and remove.
    Edit,
    /// Read and call Salesforce with queries and requests of one's own.
    Raw,
    /// Decide about people, keys and the installation itself, and erase clients.
    Administer,
}

impl Ability {
    /// All of them, the least first.
    pub const ALL: [Self; 5] = [Self::See, Self::Run, Self::Edit, Self::Raw, Self::Administer];

    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::See => "see",
            Self::Run => "run",
            Self::Edit => "edit",
            Self::Raw => "raw",
            Self::Administer => "administer",
        }
    }
}

impl std::fmt::Display for Ability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of abilities.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = Vec<Ability>)]
pub struct Abilities(BTreeSet<Ability>);

impl Abilities {
    /// Every ability.
    pub fn all() -> Self {
        Ability::ALL.into_iter().collect()
    }

    /// Whether `ability` is among them.
    pub fn has(&self, ability: Ability) -> bool {
        self.0.contains(&ability)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that are in both sets.
    #[must_use]
    pub fn within(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).copied().collect())
    }

    /// The abilities, the least first.
    pub fn iter(&self) -> impl Iterator<Item = Ability> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Ability> for Abilities {
    fn from_iter<I: IntoIterator<Item = Ability>>(abilities: I) -> Self {
        Self(abilities.into_iter().collect())
    }
}

/// What a person may do wherever no grant says otherwise.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks.
    Viewer,
    /// Looks, and runs what exists.
    Operator,
    /// Makes and changes connections, syncs and clients too.
    Editor,
    /// Everything.
    Administrator,
}

impl Role {
    /// What it allows.
    pub fn abilities(self) -> Abilities {
        let most = match self {
            Self::Viewer => Ability::See,
            Self::Operator => Ability::Run,
            Self::Editor => Ability::Edit,
            Self::Administrator => Ability::Administer,
        };
        Ability::ALL.into_iter().filter(|ability| *ability <= most).collect()
    }
}

/// On which connections a role holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// On all of them.
    #[default]
    All,
    /// On none: only those with a grant are seen at all.
    Granted,
}

#[cfg(test)]
mod tests {
    use super::{Abilities, Ability, Role};

    #[test]
    fn raw_access_is_in_no_role_but_the_administrators() {
        let with_raw = |role: Role| role.abilities().has(Ability::Raw);
        assert!(with_raw(Role::Administrator));
        assert!(!with_raw(Role::Editor) && !with_raw(Role::Operator) && !with_raw(Role::Viewer));
        assert_eq!(Role::Administrator.abilities(), Abilities::all());
        assert_eq!(Role::Viewer.abilities(), [Ability::See].into_iter().collect());
    }
}
