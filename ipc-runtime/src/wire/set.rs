//! Sets: `List(T)`; what is there twice is dropped (libmultiprocess, type-set.h).

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};

use super::{DecodeElement, Element, PointerReader, PointerWriter, pointer_type};
use crate::exception::IpcException;

pointer_type!([T: Element + Ord] ['m, T: DecodeElement<'m> + Ord] BTreeSet<T> {
    type: T::LIST,
    write: |items: &BTreeSet<T>, to: PointerWriter<'_, '_>| T::encode_items(items.iter(), to),
    read: read_set,
});

pointer_type!(
    [T: Element + Eq + Hash, S: BuildHasher + Default]
    ['m, T: DecodeElement<'m> + Eq + Hash, S: BuildHasher + Default]
    HashSet<T, S> {
        type: T::LIST,
        write: |items: &HashSet<T, S>, to: PointerWriter<'_, '_>| T::encode_items(items.iter(), to),
        read: read_set,
    }
);

fn read_set<'m, T: DecodeElement<'m>, S: FromIterator<T>>(
    from: PointerReader<'m>,
) -> Result<S, IpcException> {
    let items = T::decode_list(from)?;
    from.charge(items.len().saturating_mul(size_of::<T>().saturating_add(OVERHEAD).saturating_mul(2)))?;
    Ok(items.into_iter().collect())
}

/// What a set or a map takes for an element beside the element, at most; tables are up to half empty.
pub(super) const OVERHEAD: usize = 16;
