//! What the org says about its objects, written once and sent to everyone who asks until something changes.
//! Refuses to know what changes; it is told the state an answer belongs to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::schema::Schema;

/// Records are stamped with whole seconds: what changed just now may change again unseen.
const UNSETTLED: TimeDelta = TimeDelta::seconds(2);
/// The most answers kept; one more lets all of them go.
const MOST: usize = 500;

/// All answers of one state.
#[derive(Default)]
pub(crate) struct DescribedAnswers(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    state: Option<(Arc<Schema>, DateTime<Utc>)>,
    answers: HashMap<String, Arc<str>>,
}

/// The schema an answer is about, when anything it shows has changed last, and the time now.
pub(super) struct Moment<'work> {
    pub(super) schema: &'work Arc<Schema>,
    pub(super) changed_at: DateTime<Utc>,
    pub(super) now: DateTime<Utc>,
}

impl DescribedAnswers {
    /// The answer under this key, if it is of this moment's state.
    pub(super) fn find(&self, key: &str, moment: &Moment<'_>) -> Option<Arc<str>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.answers.get(key).filter(|_| kept.is_of(moment)).cloned()
    }

    /// Keeps an answer, and lets those of another state go.
    pub(super) fn keep(&self, key: String, answer: &Arc<str>, moment: &Moment<'_>) {
        if moment.now - moment.changed_at < UNSETTLED {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.is_of(moment) || kept.answers.len() >= MOST {
            kept.answers.clear();
            kept.state = Some((Arc::clone(moment.schema), moment.changed_at));
        }
        kept.answers.insert(key, Arc::clone(answer));
    }
}

impl Kept {
    fn is_of(&self, moment: &Moment<'_>) -> bool {
        let is_it = |(schema, at): &(Arc<Schema>, DateTime<Utc>)| {
            Arc::ptr_eq(schema, moment.schema) && *at == moment.changed_at
        };
        self.state.as_ref().is_some_and(is_it)
    }
}
