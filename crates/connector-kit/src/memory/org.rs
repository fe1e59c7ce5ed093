//! An org in memory as a firm has it: limits, outages, people who edit, writes that land late. It has no time but its clock's.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use salesbridge_model::{Clock, Timestamp};

use super::connection::MemoryConnection;
use super::org_jobs::OrgJob;
use super::writes::OrgIntent;
use super::{LONGEST_KEY, is_external_id};
use crate::{FieldSchema, ObjectSchema};

/// An org in memory, of one object whose fields are texts of at most 40 characters; a field whose name ends with `__c` is a unique external id.
///
/// Whoever wants to write to it connects with the consumer key of its app. Everything else here is what its own people do.
pub struct MemoryOrg {
    clock: Arc<dyn Clock>,
    pub(super) terms: OrgTerms,
    inner: Mutex<Org>,
}

/// What an org allows.
#[derive(Clone, Debug)]
pub struct OrgTerms {
    /// API names of its fields.
    pub fields: Vec<String>,
    /// Most rows of one batch.
    pub batch_rows: usize,
    /// Calls in any 24 hours.
    pub calls_a_day: usize,
    /// How long a write may be under way after its sender has fallen silent.
    pub in_flight: Duration,
    /// Jobs, where it has them.
    pub jobs: Option<JobTerms>,
}

/// How an org takes jobs.
#[derive(Clone, Copy, Debug)]
pub struct JobTerms {
    /// From how many rows on they go by jobs.
    pub from_rows: usize,
    /// Most rows of one.
    pub rows: usize,
    /// How long one is worked on.
    pub takes: Duration,
    /// How long it is known after its end.
    pub kept_for: Duration,
}

/// What the next send meets instead of an answer. A send that the org refuses anyway meets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendFault {
    /// Nothing is written and the caller knows.
    NotSent,
    /// Nothing is written, but the caller cannot know.
    LostBeforeWrite,
    /// It is written, and the answer is lost.
    LostAfterWrite,
    /// The answer is lost, and it is written only after this time.
    LandsLater(Duration),
}

/// A record of an org.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgRecord {
    /// Its id; later ones are greater.
    pub id: String,
    /// Its fields that have a value.
    pub fields: BTreeMap<String, String>,
    /// Who made it.
    pub made_by: Maker,
    /// When.
    pub made_at: Timestamp,
    /// What became of it.
    pub state: RecordState,
    /// Fields that people were the last to write.
    pub touched: BTreeSet<String>,
}

/// Who made a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// A call through a connection.
    Connection,
    /// Another program that acts as the connection's user.
    SameUser,
    /// A person.
    Person,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordState {
    /// It can be written.
    Live,
    /// It is in the recycle bin.
    Deleted,
    /// It was converted, as a Lead is, and can be read only.
    Converted,
}

#[derive(Default)]
pub(super) struct Org {
    pub(super) records: BTreeMap<String, OrgRecord>,
    pub(super) hidden: BTreeSet<String>,
    pub(super) app: Option<String>,
    pub(super) refuses_sign_in: bool,
    pub(super) is_down: bool,
    pub(super) refused_values: Option<(String, String)>,
    pub(super) locked: BTreeMap<String, Timestamp>,
    pub(super) calls: VecDeque<Timestamp>,
    pub(super) calls_in_vain: usize,
    pub(super) faults: VecDeque<SendFault>,
    pub(super) under_way: Vec<(Timestamp, OrgIntent)>,
    pub(super) sends: usize,
    pub(super) jobs: Vec<OrgJob>,
    /// Jobs whose queueing is on its way.
    pub(super) queueings: Vec<(Timestamp, usize, OrgIntent)>,
}

impl MemoryOrg {
    /// An org without records, whose app has this consumer key.
    pub fn new(clock: Arc<dyn Clock>, terms: OrgTerms, consumer_key: &str) -> Arc<Self> {
        let inner = Mutex::new(Org { app: Some(consumer_key.to_owned()), ..Org::default() });
        Arc::new(Self { clock, terms, inner })
    }

    /// A connection by a consumer key, good or not.
    pub fn connect(self: &Arc<Self>, consumer_key: &str) -> MemoryConnection {
        MemoryConnection::new(self.clone(), consumer_key.to_owned())
    }

    /// Scripts what the next sends meet; later ones are answered.
    pub fn script(&self, faults: impl IntoIterator<Item = SendFault>) {
        self.org().faults.extend(faults);
    }

    /// Drops what was scripted and has not happened.
    pub fn forget_script(&self) {
        self.org().faults.clear();
    }

    /// Every record, in the order they were made.
    pub fn records(&self) -> Vec<OrgRecord> {
        self.org().records.values().cloned().collect()
    }

    /// Looks at every record, in the order they were made.
    pub fn look(&self, look: impl FnMut(&OrgRecord)) {
        self.org().records.values().for_each(look);
    }

    /// Sends that reached the org.
    pub fn sends(&self) -> usize {
        self.org().sends
    }

    /// Writes that are under way.
    pub fn under_way(&self) -> usize {
        let org = self.org();
        org.under_way.len() + org.jobs_under_way()
    }

    /// Calls it answered in the last 24 hours.
    pub fn calls_of_a_day(&self) -> usize {
        let (now, mut org) = (self.now(), self.org());
        org.forget_old_calls(now);
        org.calls.len()
    }

    /// Calls it refused because the day's were used up.
    pub fn calls_in_vain(&self) -> usize {
        self.org().calls_in_vain
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The org as it is now: writes whose time has come have landed.
    pub(super) fn org(&self) -> MutexGuard<'_, Org> {
        let mut org = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        org.land(self.now());
        org
    }

    pub(super) fn schema(&self, object: &str) -> ObjectSchema {
        let org = self.org();
        let visible = self.terms.fields.iter().filter(|field| !org.hidden.contains(*field));
        ObjectSchema { name: object.to_owned(), fields: visible.map(|name| text_field(name)).collect() }
    }
}

/// Of a text it tells no length, so that refusing one is left to the org.
fn text_field(name: &str) -> FieldSchema {
    FieldSchema {
        name: name.to_owned(),
        label: name.to_owned(),
        kind: "string".to_owned(),
        length: is_external_id(name).then_some(LONGEST_KEY as u32),
        createable: true,
        updateable: true,
        required: false,
        external_id: is_external_id(name),
        unique: is_external_id(name),
        choices: Vec::new(),
    }
}
