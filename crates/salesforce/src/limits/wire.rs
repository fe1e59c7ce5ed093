//! A limit on the wire. Shares of single apps may stand beside these members.

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Limit {
    max: i64,
    remaining: i64,
}

impl From<Limit> for super::Limit {
    fn from(Limit { max, remaining }: Limit) -> Self {
        Self { max, remaining }
    }
}
