//! The clauses beside conditions. Refuses to know which of them an API allows.

use crate::error::Position;
use crate::tree::{Expression, Name, Path};

/// The object after `FROM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// The outer object's name or alias in front of a child relationship: `FROM Account.Contacts`.
    pub owner: Option<Name>,
    /// The object's API name, or the child relationship's.
    pub object: Name,
    /// A short name that paths may start with.
    pub alias: Option<Name>,
    /// Short names of parents: `FROM Contact c, c.Account a`.
    pub related: Vec<Related>,
}

/// A parent that may get a short name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The way to the parent, from the object or another short name.
    pub path: Path,
    /// The short name.
    pub alias: Option<Name>,
}

/// `USING SCOPE name`.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The scope as SOQL writes it.
    pub name: &'static str,
    pub(crate) position: Position,
}

/// The `WITH` clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum With {
    /// `SECURITY_ENFORCED` (Apex only).
    SecurityEnforced,
    /// `USER_MODE` (Apex only).
    UserMode,
    /// `SYSTEM_MODE` (Apex only).
    SystemMode,
    /// `DATA CATEGORY`: all of these filters.
    DataCategory(Vec<CategoryFilter>),
    /// `RecordVisibilityContext (…)`.
    RecordVisibility(Vec<Setting>),
}

/// One filter of `DATA CATEGORY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryFilter {
    /// The category group.
    pub group: Name,
    /// Which of its tree.
    pub selector: CategorySelector,
    /// The categories, at least one.
    pub categories: Vec<Name>,
}

/// Which categories around the named ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CategorySelector {
    /// The category itself.
    At,
    /// The category and its parents.
    Above,
    /// The category and what is under it.
    Below,
    /// All three.
    AboveOrBelow,
}

/// The `GROUP BY` clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grouping {
    /// No clause.
    None,
    /// Fields and date functions.
    By(Vec<Expression>),
    /// `ROLLUP (…)`: with subtotals from the right.
    Rollup(Vec<Expression>),
    /// `CUBE (…)`: with subtotals of every combination.
    Cube(Vec<Expression>),
}

/// `FOR VIEW` and `FOR REFERENCE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Touches {
    /// The rows count as seen.
    pub view: bool,
    /// The rows count as referenced.
    pub reference: bool,
}

/// `UPDATE TRACKING` and `UPDATE VIEWSTAT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Updates {
    /// Keywords of a search are tracked.
    pub tracking: bool,
    /// Views of articles are counted.
    pub viewstat: bool,
}

/// `name = value`, in `SET OPTIONS` and `RecordVisibilityContext`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The name.
    pub name: Name,
    /// The value.
    pub value: SettingValue,
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// `true` or `false`.
    Boolean(bool),
    /// A number as written.
    Number(String),
    /// Text between quotes.
    Text(String),
}

impl Scope {
    const NAMES: [&'static str; 10] = [
        "delegated",
        "everything",
        "mine",
        "mine_and_my_groups",
        "my_territory",
        "my_team_territory",
        "queue_owned",
        "scopingRule",
        "team",
        "user_owned",
    ];

    pub(crate) fn named(word: &str, position: Position) -> Option<Self> {
        Self::NAMES.into_iter().find(|name| word.eq_ignore_ascii_case(name)).map(|name| Self { name, position })
    }

    /// Where it stood.
    pub fn position(&self) -> Position {
        self.position
    }
}

/// Two scopes are equal when they are the same one, wherever they stood.
impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Scope {}

impl Grouping {
    /// What is grouped by, whatever the subtotals.
    pub fn expressions(&self) -> &[Expression] {
        match self {
            Self::None => &[],
            Self::By(expressions) | Self::Rollup(expressions) | Self::Cube(expressions) => expressions,
        }
    }
}

impl CategorySelector {
    const ALL: [Self; 4] = [Self::At, Self::Above, Self::Below, Self::AboveOrBelow];

    /// The selector as SOQL writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::At => "AT",
            Self::Above => "ABOVE",
            Self::Below => "BELOW",
            Self::AboveOrBelow => "ABOVE_OR_BELOW",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|selector| word.eq_ignore_ascii_case(selector.as_str()))
    }
}
