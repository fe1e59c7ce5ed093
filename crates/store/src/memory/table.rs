//! A table that is cheap to copy: the copy shares everything until one of the two is written.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// Rows by key. The first write after a copy copies the keys, never the rows.
#[derive(Debug)]
pub(super) struct Table<K, V>(Arc<BTreeMap<K, Arc<V>>>);

impl<K, V> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    pub(super) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    pub(super) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key).map(AsRef::as_ref)
    }

    pub(super) fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    /// Every row, in key order.
    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.0.values().map(AsRef::as_ref)
    }

    /// Every key and row, in key order.
    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, row)| (key, row.as_ref()))
    }

    /// Keys and rows after a key, in key order.
    pub(super) fn after<Q: Ord + ?Sized>(&self, key: &Q) -> impl Iterator<Item = (&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.0.range::<Q, _>((Bound::Excluded(key), Bound::Unbounded)).map(|(key, row)| (key, row.as_ref()))
    }

    pub(super) fn insert(&mut self, key: K, row: V) -> Option<Arc<V>> {
        self.map().insert(key, Arc::new(row))
    }

    /// A row to be changed.
    pub(super) fn edit<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
        V: Clone,
    {
        self.contains(key).then(|| self.map().get_mut(key)).flatten().map(Arc::make_mut)
    }

    /// A row to be changed, made when it is missing.
    pub(super) fn edit_or_make(&mut self, key: K) -> &mut V
    where
        V: Clone + Default,
    {
        Arc::make_mut(self.map().entry(key).or_default())
    }

    /// Whether there was one.
    pub(super) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.contains(key) && self.map().remove(key).is_some()
    }

    /// Removes what is not to be kept; how many.
    pub(super) fn retain(&mut self, keep: impl Fn(&K, &V) -> bool) -> u64 {
        if self.entries().all(|(key, row)| keep(key, row)) {
            return 0;
        }
        let before = self.len();
        self.map().retain(|key, row| keep(key, row));
        before - self.len()
    }

    fn map(&mut self) -> &mut BTreeMap<K, Arc<V>> {
        Arc::make_mut(&mut self.0)
    }
}

/// The rows with these keys, each once, in key order; keys without a row are left out.
pub(super) fn rows_of<V: Clone>(table: Option<&Table<String, V>>, keys: &[String]) -> Vec<V> {
    let Some(table) = table else { return Vec::new() };
    let mut keys: Vec<&String> = keys.iter().collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().filter_map(|key| table.get(key.as_str())).cloned().collect()
}
