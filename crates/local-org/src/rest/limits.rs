//! What is left of the org's allowances.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde_json::{Value, json};

use crate::answers::{Fault, ok};
use crate::limits::used;
use crate::org::{Org, Work};
use crate::rest::Call;
use crate::schema::Object;
use crate::storage::table;

pub(crate) async fn limits(State(org): State<Org>, Extension(_): Extension<Call>) -> Result<Response, Fault> {
    let max = org.daily_limit();
    let used = org.read(|work| Ok(used(work.sql, work.now)?)).await?;
    let untouched = |max: u64| json!({"Max": max, "Remaining": max});
    Ok(ok(&json!({
        "DailyApiRequests": {"Max": max, "Remaining": max.saturating_sub(used)},
        "DailyBulkApiBatches": untouched(15_000),
        "DailyBulkV2QueryJobs": untouched(10_000),
        "DailyBulkV2QueryFileStorageMB": untouched(976_562),
        "DailyStreamingApiEvents": untouched(10_000),
        "DataStorageMB": untouched(1_024),
        "FileStorageMB": untouched(1_024),
    })))
}

/// Unknown names are left out without a word.
pub(crate) async fn record_count(
    State(org): State<Org>,
    Extension(_): Extension<Call>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Fault> {
    let asked = query.get("sObjects").cloned();
    let counted = org.read(move |work| {
        let objects: Vec<Arc<Object>> = match &asked {
            Some(names) => names.split(',').filter_map(|name| work.schema.object(name.trim())).cloned().collect(),
            None => work.schema.objects().cloned().collect(),
        };
        let count = |object: &Arc<Object>| -> Result<Value, Fault> {
            Ok(json!({"count": records_of(work, object)?, "name": object.name}))
        };
        objects.iter().map(count).collect::<Result<Vec<Value>, Fault>>()
    });
    Ok(ok(&json!({"sObjects": counted.await?})))
}

/// The number of records outside the recycle bin.
pub(crate) fn records_of(work: &Work<'_>, object: &Object) -> rusqlite::Result<u64> {
    let sql = format!("SELECT count(*) FROM {} WHERE {}", table(&object.name), object.is_live_sql());
    work.sql.prepare_cached(&sql)?.query_row([], |row| row.get(0)).map(i64::unsigned_abs)
}
