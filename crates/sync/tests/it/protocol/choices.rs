//! Every course of events, one after the other.

use std::sync::{Arc, Mutex};

/// Where it can go one way or another. The first way is the good one; of the others, so many are taken in one course at most.
#[derive(Clone)]
pub(super) struct Choices(Arc<Mutex<Inner>>);

struct Inner {
    misfortunes: usize,
    left: usize,
    /// What was chosen, and of how many.
    path: Vec<(usize, usize, &'static str)>,
    at: usize,
}

impl Choices {
    /// The first course: everything goes well.
    pub(super) fn new(misfortunes: usize) -> Self {
        Self(Arc::new(Mutex::new(Inner { misfortunes, left: misfortunes, path: Vec::new(), at: 0 })))
    }

    /// Which way it goes, of so many.
    pub(super) fn choose(&self, where_: &'static str, ways: usize) -> usize {
        let mut inner = self.0.lock().unwrap();
        if inner.at == inner.path.len() {
            let ways = if inner.left == 0 { 1 } else { ways };
            inner.path.push((0, ways, where_));
        }
        let (chosen, ..) = inner.path[inner.at];
        inner.at += 1;
        if chosen > 0 {
            inner.left -= 1;
        }
        chosen
    }

    /// The next course; false when there is none.
    pub(super) fn go_on(&self) -> bool {
        let mut inner = self.0.lock().unwrap();
        assert_eq!(inner.at, inner.path.len(), "a course that is repeated goes the same way");
        (inner.at, inner.left) = (0, inner.misfortunes);
        while let Some((chosen, ways, _)) = inner.path.last_mut() {
            if *chosen + 1 < *ways {
                *chosen += 1;
                return true;
            }
            inner.path.pop();
        }
        false
    }

    /// The misfortunes of this course, for people.
    pub(super) fn told(&self) -> String {
        let inner = self.0.lock().unwrap();
        let taken = inner.path[..inner.at].iter().enumerate().filter(|(_, (chosen, ..))| *chosen > 0);
        taken.map(|(at, (chosen, _, where_))| format!("{where_} {chosen} (at {at})")).collect::<Vec<_>>().join(", ")
    }
}
