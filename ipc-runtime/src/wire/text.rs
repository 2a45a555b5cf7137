//! `String`, `&str` and `str`; borrowed bytes.

use super::layout::Slot;
use super::{
    At, Decode, DecodeElement, Element, Encode, IpcType, Lend, PointerReader, PointerWriter, Shape, Single,
    StructReader, StructWriter, Type, pointer_type,
};
use crate::exception::IpcException;

pointer_type!([] ['m] String {
    type: Type::Text,
    write: |text: &String, mut to: PointerWriter<'_, '_>| to.set_text(text),
    read: |from: PointerReader<'m>| {
        let text = from.text()?;
        from.charge(text.len())?;
        Ok(text.to_owned())
    },
});

impl IpcType for str {
    type This = Self;
    const SHAPE: Shape = Shape::of(Slot::Pointer);
    const TYPE: Type = Type::Text;
}

impl Encode for str {
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        to.pointer(at.offset).set_text(self)
    }
}

impl<'m> Lend<'m> for str {
    type Held = &'m str;
}

impl<'m> Decode<'m> for &'m str {
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        from.pointer(at.offset).text()
    }
}

impl Single for &str {}

impl Single for &[u8] {}

impl<'m> Decode<'m> for &'m [u8] {
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        from.pointer(at.offset).data()
    }
}

macro_rules! borrowed_element {
    ($ty:ty, $m:lifetime, $list:expr, $set:ident, $read:expr) => {
        impl Element for &$ty {
            const LIST: Type = Type::List(&$list);

            fn encode_items<'i>(
                items: impl ExactSizeIterator<Item = &'i Self>,
                mut to: PointerWriter<'_, '_>,
            ) -> Result<(), IpcException>
            where
                Self: 'i,
            {
                to.write_pointers(items, |item, mut to| to.$set(item))
            }
        }

        impl<$m> DecodeElement<$m> for &$m $ty {
            type Slice = Vec<Self>;

            fn decode_list(from: PointerReader<$m>) -> Result<Vec<Self>, IpcException> {
                from.read_pointers(|from| $read(&from))
            }
        }
    };
}

borrowed_element!(str, 'm, Type::Text, set_text, PointerReader::text);
borrowed_element!([u8], 'm, Type::Data, set_data, PointerReader::data);
