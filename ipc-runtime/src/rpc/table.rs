//! Tables: one whose ids this side chooses, and one whose ids the peer chooses.

use std::collections::HashMap;

/// A slab: the most recently freed id is given out first, so ids stay low and entries stay warm in the cache.
pub(crate) struct Table<T> {
    entries: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), free: Vec::new() }
    }

    pub(crate) fn insert(&mut self, value: T) -> u32 {
        if let Some(id) = self.free.pop()
            && let Some(slot) = self.entries.get_mut(id as usize)
        {
            *slot = Some(value);
            return id;
        }
        let id = self.entries.len() as u32;
        self.entries.push(Some(value));
        id
    }

    pub(crate) fn get(&self, id: u32) -> Option<&T> {
        self.entries.get(id as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        self.entries.get_mut(id as usize)?.as_mut()
    }

    pub(crate) fn remove(&mut self, id: u32) -> Option<T> {
        let value = self.entries.get_mut(id as usize)?.take()?;
        self.free.push(id);
        Some(value)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().flatten()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Lists the ids in use.
    pub(crate) fn ids(&self) -> Vec<u32> {
        (0..).zip(&self.entries).filter(|(_, entry)| entry.is_some()).map(|(id, _)| id).collect()
    }
}

/// A table whose ids the peer chooses.
///
/// Peers give out low ids first, so most are places in a list. One that is far beyond the number of entries is hashed,
/// with a key that the peer does not know: so neither the memory nor the time that an entry takes is in its hands.
pub(crate) struct PeerTable<T> {
    dense: Vec<Option<T>>,
    /// Ids beyond the list.
    sparse: HashMap<u32, T>,
    len: usize,
}

/// Ids below are dense, however few entries there are.
const DENSE: usize = 16;

impl<T> PeerTable<T> {
    pub(crate) fn new() -> Self {
        Self { dense: Vec::new(), sparse: HashMap::new(), len: 0 }
    }

    /// Adds an entry, or replaces the one of that id.
    pub(crate) fn insert(&mut self, id: u32, value: T) {
        let place = id as usize;
        if place >= self.dense.len() && place < 2 * self.len + DENSE {
            self.extend_to(place);
        }
        let replaced = match self.dense.get_mut(place) {
            Some(entry) => entry.replace(value),
            None => self.sparse.insert(id, value),
        };
        self.len += usize::from(replaced.is_none());
    }

    /// Makes the list long enough for a place, and moves the entries to it that have one there now.
    fn extend_to(&mut self, place: usize) {
        let added = self.dense.len()..(place + 1).next_power_of_two();
        self.dense.resize_with(added.end, || None);
        if self.sparse.is_empty() {
            return;
        }
        for (id, entry) in (0..).zip(&mut self.dense).skip(added.start) {
            *entry = self.sparse.remove(&id);
        }
    }

    pub(crate) fn get(&self, id: u32) -> Option<&T> {
        match self.dense.get(id as usize) {
            Some(entry) => entry.as_ref(),
            None => self.sparse.get(&id),
        }
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        match self.dense.get_mut(id as usize) {
            Some(entry) => entry.as_mut(),
            None => self.sparse.get_mut(&id),
        }
    }

    pub(crate) fn remove(&mut self, id: u32) -> Option<T> {
        let removed = match self.dense.get_mut(id as usize) {
            Some(entry) => entry.take(),
            None => self.sparse.remove(&id),
        };
        self.len -= usize::from(removed.is_some());
        removed
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.dense.iter().flatten().chain(self.sparse.values())
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Empties the table.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = T> + use<T> {
        let Self { dense, sparse, .. } = std::mem::replace(self, Self::new());
        dense.into_iter().flatten().chain(sparse.into_values())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_peer_are_found_wherever_they_lie() {
        let mut table = PeerTable::new();
        let ids = [0, 1 << 31, 40, 3, 17, u32::MAX, 18, 5];
        for id in ids {
            table.insert(id, id);
        }
        assert_eq!(table.len(), ids.len());
        for id in 4..40 {
            table.insert(id, id);
        }
        assert!(table.dense.len() >= 40, "{}", table.dense.len());
        for id in (0..=40).chain(ids).filter(|id| *id != 1 && *id != 2) {
            assert_eq!(table.get(id), Some(&id));
            assert_eq!(table.get_mut(id).copied(), Some(id));
        }
        assert_eq!(table.len(), 41);
        for id in [40, 1 << 31, 4] {
            assert_eq!(table.remove(id), Some(id));
            assert_eq!((table.remove(id), table.get(id)), (None, None));
        }
        assert_eq!((table.len(), table.values().count()), (38, 38));
        let mut left: Vec<u32> = table.take().collect();
        left.sort_unstable();
        let expected: Vec<u32> = [0, 3].into_iter().chain(5..40).chain([u32::MAX]).collect();
        assert_eq!(left, expected);
        assert_eq!(table.len(), 0);
    }

    #[test]
    fn a_peer_that_spreads_its_ids_makes_no_large_list() {
        let mut table = PeerTable::new();
        for id in (0..1000).map(|index| index * 100) {
            table.insert(id, ());
        }
        assert_eq!(table.dense.len(), 1);
        assert_eq!(table.len(), 1000);
    }

    #[test]
    fn the_most_recently_freed_id_comes_first() {
        let mut table = Table::new();
        assert_eq!((table.insert('a'), table.insert('b'), table.insert('c')), (0, 1, 2));
        table.remove(0);
        table.remove(1);
        assert_eq!(table.remove(1), None);
        assert_eq!(table.len(), 1);
        assert_eq!((table.insert('d'), table.insert('e'), table.insert('f')), (1, 0, 3));
        assert_eq!(table.get(9), None);
        assert_eq!(table.ids(), [0, 1, 2, 3]);
    }
}
