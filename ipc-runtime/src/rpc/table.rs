//! A table whose ids this side chooses.

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

#[cfg(test)]
mod tests {
    use super::*;

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
