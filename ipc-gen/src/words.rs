//! Lists and structs as words of a message.

/// What a pointer points to.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) enum Object {
    #[default]
    Null,
    Struct(StructObject),
    List(ListObject),
    /// An object that the message carries, by its number.
    Capability(u32),
}

/// A struct.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct StructObject {
    pub(crate) data: Vec<u64>,
    pub(crate) pointers: Vec<Object>,
}

/// A list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ListObject {
    Void(usize),
    /// Elements of `2^log2` bits.
    Data {
        log2: u32,
        elements: Vec<u64>,
    },
    Pointers(Vec<Object>),
    /// Structs of so many words and pointers each.
    Structs {
        data: u16,
        pointers: u16,
        elements: Vec<StructObject>,
    },
}

impl StructObject {
    pub(crate) fn new(data: u16, pointers: u16) -> Self {
        Self { data: vec![0; usize::from(data)], pointers: vec![Object::Null; usize::from(pointers)] }
    }

    /// Sets `2^log2` bits at an offset in units of their size.
    pub(crate) fn set(&mut self, log2: u32, offset: u32, value: u64) {
        let bit = u64::from(offset) << log2;
        let mask = if log2 == 6 { u64::MAX } else { (1 << (1_u32 << log2)) - 1 };
        let word = usize::try_from(bit / 64).ok().and_then(|word| self.data.get_mut(word));
        if let Some(word) = word {
            let shift = bit % 64;
            *word = *word & !(mask << shift) | (value & mask) << shift;
        }
    }
}

/// Bytes of a text, with the zero at its end, or of data.
pub(crate) fn bytes(bytes: &[u8]) -> Object {
    Object::List(ListObject::Data { log2: 3, elements: bytes.iter().copied().map(u64::from).collect() })
}

/// Writes a message of one segment; `None` if it is larger than one can be.
pub(crate) fn encode(root: &Object) -> Option<Vec<u8>> {
    let mut words = vec![0];
    write(root, 0, &mut words)?;
    Some(words.into_iter().flat_map(u64::to_le_bytes).collect())
}

/// Writes what a pointer at a place points to behind what is there.
fn write(object: &Object, at: usize, words: &mut Vec<u64>) -> Option<()> {
    let start = words.len();
    // Relative to the word behind the pointer.
    let offset = u64::try_from(start - at - 1).ok().filter(|offset| *offset < 1 << 29)?;
    let pointer = match object {
        Object::Null => 0,
        Object::Struct(StructObject { data, pointers }) if data.is_empty() && pointers.is_empty() => {
            // One of no size points to itself, since where it lies could be where nothing is.
            0xffff_fffc
        }
        Object::Struct(of) => {
            write_struct(of, words)?;
            offset << 2 | size(of.data.len(), of.pointers.len())?
        }
        Object::Capability(number) => 3 | u64::from(*number) << 32,
        Object::List(list) => {
            let (code, count) = write_list(list, words)?;
            1 | offset << 2 | code << 32 | count << 35
        }
    };
    *words.get_mut(at)? = pointer;
    Some(())
}

fn size(data: usize, pointers: usize) -> Option<u64> {
    Some(u64::from(u16::try_from(data).ok()?) << 32 | u64::from(u16::try_from(pointers).ok()?) << 48)
}

fn write_struct(of: &StructObject, words: &mut Vec<u64>) -> Option<()> {
    words.extend_from_slice(&of.data);
    let start = words.len();
    words.resize(start + of.pointers.len(), 0);
    write_all(&of.pointers, start, words)
}

fn write_all(pointers: &[Object], start: usize, words: &mut Vec<u64>) -> Option<()> {
    pointers.iter().enumerate().try_for_each(|(index, object)| write(object, start + index, words))
}

/// Writes the elements, and returns the code of their size and how many there are.
fn write_list(list: &ListObject, words: &mut Vec<u64>) -> Option<(u64, u64)> {
    let length = |count: usize| u64::try_from(count).ok().filter(|count| *count < 1 << 29);
    match list {
        ListObject::Void(count) => Some((0, length(*count)?)),
        ListObject::Data { log2, elements } => {
            let per_word = 64_usize >> log2;
            for chunk in elements.chunks(per_word) {
                let mut word = StructObject::new(1, 0);
                for (index, element) in (0..).zip(chunk) {
                    word.set(*log2, index, *element);
                }
                words.extend(word.data);
            }
            // 1, 8, 16, 32 and 64 bits have the codes from 1.
            let code = log2.checked_sub(1).map_or(1, u64::from);
            Some((code, length(elements.len())?))
        }
        ListObject::Pointers(elements) => {
            let start = words.len();
            words.resize(start + elements.len(), 0);
            write_all(elements, start, words)?;
            Some((6, length(elements.len())?))
        }
        ListObject::Structs { data, pointers, elements } => {
            let (data, pointers) = (usize::from(*data), usize::from(*pointers));
            let each = data + pointers;
            words.push(length(elements.len())? << 2 | size(data, pointers)?);
            let start = words.len();
            words.resize(start + elements.len() * each, 0);
            for (index, element) in elements.iter().enumerate() {
                let at = start + index * each;
                words.get_mut(at..at + data)?.copy_from_slice(element.data.get(..data)?);
                write_all(&element.pointers, at + data, words)?;
            }
            Some((7, length(elements.len() * each)?))
        }
    }
}
