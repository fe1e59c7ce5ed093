//! What is left of the org's allowances.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::answers::Fault;
use crate::bulk::usage;
use crate::org::Work;
use crate::schema::Object;
use crate::storage::table;

pub(crate) fn limits(work: &Work<'_>) -> Result<Value, Fault> {
    let max = work.org.daily_limit();
    let used = work.org.calls.used(work.now);
    let bulk = usage::left(work)?;
    let untouched = |max: u64| json!({"Max": max, "Remaining": max});
    let mut limits = json!({
        "DailyApiRequests": {"Max": max, "Remaining": max.saturating_sub(used)},
        "DailyBulkApiBatches": bulk.batches,
        "DailyBulkV2QueryJobs": bulk.query_jobs,
        "DailyBulkV2QueryFileStorageMB": bulk.result_megabytes,
        "DailyStreamingApiEvents": untouched(10_000),
        "DataStorageMB": untouched(1_024),
        "FileStorageMB": untouched(1_024),
    });
    for name in work.org.faults.exhausted(work.now) {
        if let Some(limit) = limits.get_mut(&name) {
            limit["Remaining"] = 0.into();
        }
    }
    Ok(limits)
}

/// Unknown names are left out without a word.
pub(crate) fn record_count(work: &Work<'_>, asked: Option<&str>) -> Result<Value, Fault> {
    let objects: Vec<Arc<Object>> = match asked {
        Some(names) => names.split(',').filter_map(|name| work.schema.object(name.trim())).cloned().collect(),
        None => work.schema.objects().cloned().collect(),
    };
    let count = |object: &Arc<Object>| -> Result<Value, Fault> {
        Ok(json!({"count": records_of(work, object)?, "name": object.name}))
    };
    let counts = objects.iter().map(count).collect::<Result<Vec<Value>, Fault>>()?;
    Ok(json!({"sObjects": counts}))
}

/// The number of records outside the recycle bin.
pub(crate) fn records_of(work: &Work<'_>, object: &Object) -> rusqlite::Result<u64> {
    let sql = format!("SELECT count(*) FROM {} WHERE {}", table(&object.name), object.is_live_sql());
    work.sql.prepare_cached(&sql)?.query_row([], |row| row.get(0)).map(i64::unsigned_abs)
}
