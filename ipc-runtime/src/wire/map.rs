//! Maps: `List(Entry)`, a struct of key and value each; the first of equal keys counts (libmultiprocess, type-map.h).

use std::collections::{BTreeMap, HashMap, btree_map, hash_map};
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use super::anonymous::{self, Anonymous, Form, member};
use super::descriptor::{Field, Struct};
use super::layout::{Layout, layout};
use super::raw::HasSize;
use super::set::OVERHEAD;
use super::{Decode, Encode, IpcType, PointerReader, PointerWriter, Size, StructReader, Type, pointer_type};
use crate::exception::IpcException;
use crate::private::placed;

pointer_type!(
    [K: Encode + Ord, V: Encode]
    ['m, K: Encode + Decode<'m> + Ord, V: Encode + Decode<'m>]
    BTreeMap<K, V> {
        type: Type::List(&Entry::<K, V>::TYPE),
        write: |map: &BTreeMap<K, V>, mut to: PointerWriter<'_, '_>| {
            to.write_structs::<Entry<K, V>, _>(map.iter(), encode_entry)
        },
        write_owned: |map: &mut BTreeMap<K, V>, mut to: PointerWriter<'_, '_>| {
            to.write_structs::<Entry<K, V>, _>(map.iter_mut(), encode_entry_owned)
        },
        read: |from: PointerReader<'m>| {
            let mut map = BTreeMap::new();
            for (key, value) in read_entries::<K, V>(from)? {
                if let btree_map::Entry::Vacant(vacant) = map.entry(key) {
                    vacant.insert(value);
                }
            }
            Ok(map)
        },
    }
);

pointer_type!(
    [K: Encode + Eq + Hash, V: Encode, S: BuildHasher + Default]
    ['m, K: Encode + Decode<'m> + Eq + Hash, V: Encode + Decode<'m>, S: BuildHasher + Default]
    HashMap<K, V, S> {
        type: Type::List(&Entry::<K, V>::TYPE),
        write: |map: &HashMap<K, V, S>, mut to: PointerWriter<'_, '_>| {
            to.write_structs::<Entry<K, V>, _>(map.iter(), encode_entry)
        },
        write_owned: |map: &mut HashMap<K, V, S>, mut to: PointerWriter<'_, '_>| {
            to.write_structs::<Entry<K, V>, _>(map.iter_mut(), encode_entry_owned)
        },
        read: |from: PointerReader<'m>| {
            let entries = read_entries::<K, V>(from)?;
            let mut map = HashMap::with_capacity_and_hasher(entries.len(), S::default());
            for (key, value) in entries {
                if let hash_map::Entry::Vacant(vacant) = map.entry(key) {
                    vacant.insert(value);
                }
            }
            Ok(map)
        },
    }
);

/// `struct MapKVEntry { key @0 :K; value @1 :V; }`
struct Entry<K, V>(PhantomData<(K, V)>);

impl<K: IpcType, V: IpcType> Entry<K, V> {
    const LAYOUT: Layout<2> = layout([K::SHAPE, V::SHAPE]);
    const FIELDS: &'static [Field] = &placed([member::<K>("key"), member::<V>("value")], Self::LAYOUT);
    const TYPE: Type = Type::Struct(anonymous::descriptor::<Self>);
}

impl<K: IpcType, V: IpcType> HasSize for Entry<K, V> {
    const SIZE: Size = Self::LAYOUT.size;
}

impl<K: IpcType, V: IpcType> Anonymous for Entry<K, V> {
    const FORM: Form = Form::Map(Struct { fields: Self::FIELDS, size: Self::SIZE });
}

fn encode_entry<K: Encode, V: Encode>(
    (key, value): (&K, &V),
    to: &mut super::StructWriter<'_, '_>,
) -> Result<(), IpcException> {
    let [key_at, value_at] = Entry::<K, V>::LAYOUT.at;
    key.encode(to, key_at)?;
    value.encode(to, value_at)
}

fn encode_entry_owned<K: Encode, V: Encode>(
    (key, value): (&K, &mut V),
    to: &mut super::StructWriter<'_, '_>,
) -> Result<(), IpcException> {
    let [key_at, value_at] = Entry::<K, V>::LAYOUT.at;
    key.encode(to, key_at)?;
    value.encode_owned(to, value_at)
}

/// Charges for the map too.
fn read_entries<'m, K: Decode<'m>, V: Decode<'m>>(
    from: PointerReader<'m>,
) -> Result<Vec<(K, V)>, IpcException> {
    let [key_at, value_at] = Entry::<K, V>::LAYOUT.at;
    let entries = from.read_structs::<Entry<K, V>, _>(|from: &StructReader<'m>| {
        Ok((K::decode(from, key_at)?, V::decode(from, value_at)?))
    })?;
    let each = size_of::<(K, V)>().saturating_add(OVERHEAD).saturating_mul(2);
    from.charge(entries.len().saturating_mul(each))?;
    Ok(entries)
}
