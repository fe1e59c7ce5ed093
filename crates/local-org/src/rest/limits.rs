//! What is left of the org's allowances.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::answers::Fault;
use crate::bulk::usage;
use crate::org::Work;
use crate::schema::Object;
use crate::storage::table;

/// The allowances that nothing here uses up, as a Developer Edition has them (most of the numbers are unconfirmed).
const UNTOUCHED: [(&str, u64); 50] = [
    ("ActiveScratchOrgs", 3),
    ("AnalyticsExternalDataSizeMB", 40_960),
    ("ConcurrentAsyncGetReportInstances", 200),
    ("ConcurrentEinsteinDataInsightsStoryCreation", 5),
    ("ConcurrentEinsteinDiscoveryStoryCreation", 2),
    ("ConcurrentSyncReportRuns", 20),
    ("CreateCustom", 400),
    ("DailyAnalyticsDataflowJobExecutions", 60),
    ("DailyAnalyticsUploadedFilesSizeMB", 51_200),
    ("DailyAsyncApexExecutions", 250_000),
    ("DailyAsyncApexTests", 500),
    ("DailyDeliveredPlatformEvents", 10_000),
    ("DailyDurableGenericStreamingApiEvents", 10_000),
    ("DailyDurableStreamingApiEvents", 10_000),
    ("DailyEinsteinDataInsightsStoryCreation", 1_000),
    ("DailyEinsteinDiscoveryOptimizationJobRuns", 25),
    ("DailyEinsteinDiscoveryPredictAPICalls", 50_000),
    ("DailyEinsteinDiscoveryPredictionsByCDC", 500_000),
    ("DailyEinsteinDiscoveryStoryCreation", 100),
    ("DailyFunctionsApiCallLimit", 235_000),
    ("DailyGenericStreamingApiEvents", 10_000),
    ("DailyScratchOrgs", 6),
    ("DailyStandardVolumePlatformEvents", 10_000),
    ("DailyStreamingApiEvents", 10_000),
    ("DailyWorkflowEmails", 100_000),
    ("DataStorageMB", 1_024),
    ("DurableStreamingApiConcurrentClients", 20),
    ("FileStorageMB", 1_024),
    ("HourlyAsyncReportRuns", 1_200),
    ("HourlyDashboardRefreshes", 200),
    ("HourlyDashboardResults", 5_000),
    ("HourlyDashboardStatuses", 999_999_999),
    ("HourlyLongTermIdMapping", 100_000),
    ("HourlyManagedContentPublicRequests", 50_000),
    ("HourlyODataCallout", 20_000),
    ("HourlyPublishedPlatformEvents", 50_000),
    ("HourlyPublishedStandardVolumePlatformEvents", 1_000),
    ("HourlyShortTermIdMapping", 100_000),
    ("HourlySyncReportRuns", 500),
    ("HourlyTimeBasedWorkflow", 1_000),
    ("MassEmail", 10),
    ("MonthlyEinsteinDiscoveryStoryCreation", 500),
    ("MonthlyPlatformEventsUsageEntitlement", 0),
    ("Package2VersionCreates", 6),
    ("Package2VersionCreatesWithoutValidation", 500),
    ("PermissionSets", 1_500),
    ("PlatformEventTriggersWithParallelProcessing", 5),
    ("PrivateConnectOutboundCalloutHourlyLimitMB", 0),
    ("SingleEmail", 15),
    ("StreamingApiConcurrentClients", 20),
];

pub(crate) fn limits(work: &Work<'_>) -> Result<Value, Fault> {
    let max = work.org.daily_limit();
    let used = work.org.calls.used(work.now);
    let bulk = usage::left(work)?;
    let mut limits: Map<String, Value> =
        UNTOUCHED.iter().map(|(name, max)| ((*name).to_owned(), json!({"Max": max, "Remaining": max}))).collect();
    let used = [
        ("DailyApiRequests", json!({"Max": max, "Remaining": max.saturating_sub(used)})),
        ("DailyBulkApiBatches", json!(bulk.batches)),
        ("DailyBulkV2QueryJobs", json!(bulk.query_jobs)),
        ("DailyBulkV2QueryFileStorageMB", json!(bulk.result_megabytes)),
    ];
    limits.extend(used.map(|(name, limit)| (name.to_owned(), limit)));
    for name in work.org.faults.exhausted(work.now) {
        if let Some(limit) = limits.get_mut(&name) {
            limit["Remaining"] = 0.into();
        }
    }
    limits.sort_keys();
    Ok(limits.into())
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
