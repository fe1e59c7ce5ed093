//! A mapping: target field from a column, a constant or a pick rule.

/// How rows of a stream become records of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Mapping {
    /// One line per target field; a target appears once.
    pub lines: Vec<MappingLine>,
}

/// One target field and where its value comes from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct MappingLine {
    /// API name of the field on the target object.
    pub target: String,
    /// Where the value comes from.
    pub source: LineSource,
    /// Used when the source gives nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Constant>,
    /// Whether later changes are sent too.
    #[serde(default)]
    pub when: WriteWhen,
    /// What an empty value does.
    #[serde(default)]
    pub when_empty: WhenEmpty,
    /// What happens to a text that is longer than the field takes.
    #[serde(default)]
    pub too_long: TooLong,
    /// A line that is not required is left out, with a warning, when the object does not have the field.
    #[serde(default)]
    pub required: bool,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum LineSource {
    /// A column of the stream.
    Column {
        /// Its name.
        column: String,
    },
    /// The same value for every row.
    Constant {
        /// That value.
        value: Constant,
    },
    /// One member of one element of a list column.
    Pick(PickRule),
}

/// Chooses one element of a list of structures, then takes one member of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct PickRule {
    /// The list column, such as `phones`.
    pub column: String,
    /// The first preference that tells two elements apart decides; equal elements are decided by their content, so that the
    /// choice is the same on every run.
    pub prefer: Vec<Preference>,
    /// The member to take, such as `number`.
    pub member: String,
}

/// What makes one element better than another.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preference {
    /// An element whose boolean member is true is better.
    IsTrue(String),
    /// An element whose member equals the text is better.
    Equals {
        /// The member.
        member: String,
        /// The text.
        text: String,
    },
    /// The element with the later time is better.
    Newest(String),
}

/// A value written in a definition.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Constant {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Decimal(f64),
    /// A text.
    Text(String),
}

impl Eq for Constant {}

/// Whether changes after creation are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriteWhen {
    /// On create and on every change.
    #[default]
    Always,
    /// Only when the record is made.
    OnCreateOnly,
}

/// What an empty value does to the target field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenEmpty {
    /// Nothing: the field is not sent and keeps what it has.
    #[default]
    Omit,
    /// The field is emptied.
    Clear,
}

/// What happens to a text that is longer than the target field takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TooLong {
    /// The row is refused before it is sent.
    #[default]
    Refuse,
    /// Its end is cut off, and the run says so.
    Shorten,
}
