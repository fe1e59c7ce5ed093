//! The destinations in memory pass the suite.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage must stop")]

mod org;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connector_kit::conformance::{Subject, check_destination};
use salesbridge_connector_kit::memory::{
    Fault, JobTerms, MemoryConnection, MemoryDestination, MemoryOrg, OrgTerms, SendFault,
};
use salesbridge_connector_kit::{Destination, Route};
use salesbridge_testkit::ManualClock;

struct Memory(MemoryDestination, Route);

#[async_trait]
impl Subject for Memory {
    fn destination(&self) -> &dyn Destination {
        &self.0
    }

    fn object(&self) -> String {
        "Thing".into()
    }

    fn fields(&self) -> [String; 2] {
        ["A".into(), "B".into()]
    }

    fn required(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    fn external_id_field(&self) -> Option<String> {
        Some("Key__c".into())
    }

    fn route(&self) -> Route {
        self.1
    }

    async fn lose_next_answer(&self, written: bool) {
        self.0.script([if written { Fault::LostAfterWrite } else { Fault::LostBeforeWrite }]);
    }

    async fn records(&self) -> Vec<(String, Option<String>, Option<String>)> {
        let row = |record: salesbridge_connector_kit::memory::MemoryRecord| {
            (record.id, record.fields.get("A").cloned(), record.fields.get("B").cloned())
        };
        self.0.records().into_iter().map(row).collect()
    }
}

#[tokio::test]
async fn the_in_memory_destination_passes_the_suite() {
    for route in [Route::Call, Route::Job] {
        check_destination(&Memory(MemoryDestination::new(&["A", "B", "Key__c"], 200), route)).await;
    }
}

struct Org {
    org: Arc<MemoryOrg>,
    connection: MemoryConnection,
    route: Route,
}

#[async_trait]
impl Subject for Org {
    fn destination(&self) -> &dyn Destination {
        &self.connection
    }

    fn object(&self) -> String {
        "Lead".into()
    }

    fn fields(&self) -> [String; 2] {
        ["A".into(), "B".into()]
    }

    fn required(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    fn external_id_field(&self) -> Option<String> {
        Some("Key__c".into())
    }

    fn route(&self) -> Route {
        self.route
    }

    async fn lose_next_answer(&self, written: bool) {
        self.org.script([if written { SendFault::LostAfterWrite } else { SendFault::LostBeforeWrite }]);
    }

    async fn records(&self) -> Vec<(String, Option<String>, Option<String>)> {
        let row = |record: salesbridge_connector_kit::memory::OrgRecord| {
            (record.id, record.fields.get("A").cloned(), record.fields.get("B").cloned())
        };
        self.org.records().into_iter().map(row).collect()
    }
}

#[tokio::test]
async fn the_org_in_memory_passes_the_suite() {
    let terms = OrgTerms {
        fields: ["A", "B", "Key__c"].map(str::to_owned).to_vec(),
        batch_rows: 200,
        calls_a_day: 1000,
        in_flight: Duration::from_secs(600),
        // One that takes no time is over when it is looked at.
        jobs: Some(JobTerms { from_rows: 2, rows: 200, takes: Duration::ZERO, kept_for: Duration::from_secs(600) }),
    };
    for route in [Route::Call, Route::Job] {
        let org = MemoryOrg::new(Arc::new(ManualClock::default()), terms.clone(), "app");
        let connection = org.connect("app");
        check_destination(&Org { org, connection, route }).await;
    }
}
