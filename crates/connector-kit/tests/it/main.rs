//! The in-memory destination passes the suite.

use std::collections::BTreeMap;

use async_trait::async_trait;
use salesbridge_connector_kit::Destination;
use salesbridge_connector_kit::conformance::{Subject, check_destination};
use salesbridge_connector_kit::memory::{Fault, MemoryDestination};

struct Memory(MemoryDestination);

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
    check_destination(&Memory(MemoryDestination::new(&["A", "B", "Key__c"], 200))).await;
}
