//! Made-up records to work with: plausible, the same for the same seed, and written as any caller's would be, so that every rule of
//! the org holds for them. Refuses to be anybody: names are invented, addresses and numbers are reserved ones.

mod rows;
mod values;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::answers::Fault;
use crate::org::{OrgState, Work, setting};
use crate::rows as records;
use crate::rows::Purpose;
use crate::schema::Object;
use rows::Making;

/// Rows of one transaction.
const ROWS_AT_A_TIME: u64 = 20_000;

/// How many records to make up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DemoSize {
    /// 50 accounts, 400 records in all.
    Small,
    /// 625 accounts, 5,000 records in all.
    Medium,
    /// 62,500 accounts, 500,000 records in all.
    Large,
}

/// Records to make up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoData {
    /// How many.
    pub size: DemoSize,
    /// Which ones: the same seed gives the same values.
    #[serde(default)]
    pub seed: u64,
}

impl DemoSize {
    const fn accounts(self) -> u64 {
        match self {
            Self::Small => 50,
            Self::Medium => 625,
            Self::Large => 62_500,
        }
    }
}

/// Makes the records; answers how many there are.
pub(crate) fn make(org: &OrgState, data: DemoData) -> Result<u64, Fault> {
    let mut making = Making::new(data.seed, data.size.accounts());
    let mut made = 0;
    loop {
        let before = made;
        org.write_now(|work| {
            let user_id = setting(work.sql, "admin_id")?.unwrap_or_default();
            while made < before + ROWS_AT_A_TIME {
                let Some((object, row)) = making.next_row(work.now) else { return Ok(()) };
                let id = create(work, object, &row, &user_id)?;
                making.is_made(object, id);
                made += 1;
            }
            Ok(())
        })?;
        if made < before + ROWS_AT_A_TIME {
            return Ok(made);
        }
    }
}

fn create(work: &Work<'_>, name: &str, row: &Map<String, Value>, user_id: &str) -> Result<String, Fault> {
    let object: &Object = work.schema.object(name).ok_or_else(Fault::no_resource)?;
    let input = records::parse(object, row, Purpose::Create, None, "")?;
    records::create(work, object, input, user_id)?.map_err(|errors| Fault { errors, ..Fault::no_resource() })
}
