//! Exports: what this side hosts for the peer.
//!
//! An object has one export at most, whatever often it is sent: the peer may compare ids. A promise is
//! resolved once, and leads to the same capability from then on, even if that is a promise of the peer which
//! is resolved later: a Disembargo must find the way that the calls before it took.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use smallvec::SmallVec;

use super::table::Table;
use super::{Cap, ExportId, Object, PromiseId};

pub(crate) struct Export<O> {
    /// Owns a reference.
    pub(crate) cap: Cap<O>,
    /// References that the peer holds.
    pub(crate) refs: u32,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Settled,
    Promise(PromiseId),
    /// A promise for which Resolve was sent, with the export whose reference travelled in it.
    Resolved(Option<ExportId>),
}

pub(crate) struct Exports<O> {
    pub(crate) table: Table<Export<O>>,
    by_key: HashMap<usize, ExportId, BuildHasherDefault<AddressHasher>>,
    /// Those that the peer is not expected to call.
    quiet: usize,
}

/// The exports whose references travel in a message: few.
pub(crate) type ExportIds = SmallVec<[ExportId; 2]>;

/// Mixes the bits of an address. The allocator chooses it, not a peer, so no key is needed.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, address: usize) {
        // The fraction of the golden ratio (Knuth, "Sorting and Searching", 6.4): the upper bits depend on all of them. The
        // table uses the lower ones as well.
        let mixed = (self.0 ^ address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }
}

/// Why references could not be given back.
pub(crate) enum ReleaseError {
    Unknown,
    TooMany { held: u32 },
}

impl<O: Object> Exports<O> {
    pub(crate) fn new() -> Self {
        Self { table: Table::new(), by_key: HashMap::default(), quiet: 0 }
    }

    pub(crate) fn get(&self, id: ExportId) -> Option<&Export<O>> {
        self.table.get(id.0)
    }

    pub(crate) fn get_mut(&mut self, id: ExportId) -> Option<&mut Export<O>> {
        self.table.get_mut(id.0)
    }

    /// Counts one more reference of the peer to an object.
    pub(crate) fn export_object(&mut self, object: &O) -> ExportId {
        let Self { table, by_key, quiet } = self;
        let id = *by_key.entry(object.key()).or_insert_with(|| {
            *quiet += usize::from(!object.is_called());
            ExportId(table.insert(Export { cap: Cap::Local(object.clone()), refs: 0, kind: Kind::Settled }))
        });
        self.add_reference(id);
        id
    }

    /// Tells whether there is one that the peer is expected to call.
    pub(crate) fn has_called(&self) -> bool {
        self.table.len() > self.quiet
    }

    /// Makes an export of its own for what is not an object. The reference is the peer's first.
    pub(crate) fn export_other(&mut self, cap: Cap<O>, kind: Kind) -> ExportId {
        ExportId(self.table.insert(Export { cap, refs: 1, kind }))
    }

    pub(crate) fn add_reference(&mut self, id: ExportId) {
        if let Some(export) = self.table.get_mut(id.0) {
            export.refs = export.refs.saturating_add(1);
        }
    }

    /// Takes references back. Returns the export if they were the last.
    pub(crate) fn release(&mut self, id: ExportId, count: u32) -> Result<Option<Export<O>>, ReleaseError> {
        let export = self.table.get_mut(id.0).ok_or(ReleaseError::Unknown)?;
        export.refs = export.refs.checked_sub(count).ok_or(ReleaseError::TooMany { held: export.refs })?;
        if export.refs > 0 {
            return Ok(None);
        }
        let export = self.table.remove(id.0);
        if let Some(Export { cap: Cap::Local(object), kind: Kind::Settled, .. }) = &export {
            self.by_key.remove(&object.key());
            self.quiet -= usize::from(!object.is_called());
        }
        Ok(export)
    }

    /// Empties the table.
    pub(crate) fn drain(&mut self) -> Vec<Cap<O>> {
        self.by_key.clear();
        self.quiet = 0;
        let ids = self.table.ids();
        ids.into_iter().filter_map(|id| self.table.remove(id)).map(|export| export.cap).collect()
    }
}
