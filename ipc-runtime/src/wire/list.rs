//! `Vec<T>`, arrays and `VecDeque<T>`: `List(T)`, or `Data` for bytes.

use std::collections::VecDeque;

use super::{At, DecodeElement, Element, Lend, PointerReader, PointerWriter, pointer_type};
use crate::exception::IpcException;

pointer_type!([T: Element] ['m, T: DecodeElement<'m>] Vec<T> {
    type: T::LIST,
    write: |items: &Vec<T>, to: PointerWriter<'_, '_>| T::encode_list(items, to),
    lend: |items: &'d Vec<T>, to: PointerWriter<'_, 'd>| T::lend_list(items, to),
    give: |items: Vec<T>, to: PointerWriter<'_, '_>| T::give_list(items, to),
    write_owned: |items: &mut Vec<T>, to: PointerWriter<'_, '_>| T::encode_list_owned(items, to),
    read: |from: PointerReader<'m>| T::decode_list(from),
});

impl<'m, T: DecodeElement<'m>> Lend<'m> for [T] {
    type Held = T::Slice;
}

pointer_type!([T: Element, const N: usize] ['m, T: DecodeElement<'m>, const N: usize] [T; N] {
    type: T::LIST,
    write: |items: &[T; N], to: PointerWriter<'_, '_>| T::encode_list(items, to),
    lend: |items: &'d [T; N], to: PointerWriter<'_, 'd>| T::lend_list(items, to),
    write_owned: |items: &mut [T; N], to: PointerWriter<'_, '_>| T::encode_list_owned(items, to),
    read: read_array,
});

pointer_type!([T: Element] ['m, T: DecodeElement<'m>] VecDeque<T> {
    type: T::LIST,
    write: |items: &VecDeque<T>, to: PointerWriter<'_, '_>| match items.as_slices() {
        (items, []) => T::encode_list(items, to),
        _ => T::encode_items(items.iter(), to),
    },
    write_owned: |items: &mut VecDeque<T>, to: PointerWriter<'_, '_>| {
        T::encode_list_owned(items.make_contiguous(), to)
    },
    read: |from: PointerReader<'m>| T::decode_list(from).map(VecDeque::from),
});

/// Null reads as so many defaults.
fn read_array<'m, T: DecodeElement<'m>, const N: usize>(
    from: PointerReader<'m>,
) -> Result<[T; N], IpcException> {
    let items = if from.is_null() {
        from.charge(size_of::<[T; N]>())?;
        let nothing = from.read_struct()?;
        (0..N).map(|_| T::decode_inner(&nothing, At::FIRST)).collect::<Result<Vec<T>, IpcException>>()?
    } else {
        T::decode_list(from)?
    };
    let found = items.len();
    items.try_into().map_err(|_| IpcException::failed(format!("{found} elements where an array has {N}")))
}
