//! Structs that lie where nearly all do, in the only segment of their message: read from its words.
//!
//! What every call takes is so little that capnp's readers, which check each step against limits of the whole message, cost
//! several times what it is worth. Here is read only what is certain: any pointer that is not as plain as can be, or leads
//! beyond the end, yields `None`, and whoever asks goes to capnp's readers, which read it or say what is wrong. So the
//! format has one judge. Both say the same of whatever is read here; the tests compare them.

use capnp::Word;

use super::words::{Place, ROOT};

/// A struct in a message of one segment. Beyond its end it is zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain<'w> {
    words: &'w [Word],
    begin: Place,
    /// How many words of data there are, and how many pointers behind them.
    data: usize,
    pointers: usize,
}

/// A list of structs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainList<'w> {
    /// The first one; the others have its size.
    first: Plain<'w>,
    len: usize,
}

/// What a pointer is, as its lowest bits and its lower half say.
enum Pointer {
    Null,
    Struct,
    List,
    Capability(usize),
    Other,
}

impl<'w> Plain<'w> {
    /// Finds the root struct of a message.
    pub(crate) fn root(words: &'w [Word]) -> Option<Self> {
        Self::at(words, ROOT)
    }

    /// Finds the struct that a pointer leads to; one that leads to nothing is a struct without fields.
    pub(crate) fn at(words: &'w [Word], pointer: Place) -> Option<Self> {
        let value = word(words, pointer)?;
        match Pointer::of(value) {
            Pointer::Null => Some(Self { words, begin: 0, data: 0, pointers: 0 }),
            Pointer::Struct => {
                let (data, pointers) = (usize::from((value >> 32) as u16), usize::from((value >> 48) as u16));
                Some(Self { words, begin: target(words, pointer, value, data + pointers)?, data, pointers })
            }
            _ => None,
        }
    }

    /// Returns a word of the data.
    #[inline]
    pub(crate) fn word(&self, index: usize) -> u64 {
        if index < self.data { word(self.words, self.begin + index).unwrap_or_default() } else { 0 }
    }

    /// Returns the data.
    pub(crate) fn data(&self) -> &'w [u8] {
        Word::words_to_bytes(self.words.get(self.begin..self.begin + self.data).unwrap_or_default())
    }

    /// Returns the place of a pointer, if the struct has it.
    #[inline]
    pub(crate) fn place(&self, index: usize) -> Option<Place> {
        (index < self.pointers).then_some(self.begin + self.data + index)
    }

    /// Finds the struct behind a pointer.
    pub(crate) fn read_struct(&self, index: usize) -> Option<Self> {
        match self.place(index) {
            Some(pointer) => Self::at(self.words, pointer),
            None => Some(Self { data: 0, pointers: 0, ..*self }),
        }
    }

    /// Finds the list of structs behind a pointer.
    pub(crate) fn read_structs(&self, index: usize) -> Option<PlainList<'w>> {
        let empty = PlainList { first: Self { data: 0, pointers: 0, ..*self }, len: 0 };
        let Some(pointer) = self.place(index) else { return Some(empty) };
        let value = word(self.words, pointer)?;
        match Pointer::of(value) {
            Pointer::Null => return Some(empty),
            Pointer::List if (value >> 32) & 7 == COMPOSITE => {}
            _ => return None,
        }
        let count = (value >> 35) as usize;
        let tag_place = target(self.words, pointer, value, count.checked_add(1)?)?;
        let tag = word(self.words, tag_place)?;
        if tag & 3 != STRUCT {
            return None;
        }
        let (data, pointers) = (usize::from((tag >> 32) as u16), usize::from((tag >> 48) as u16));
        let len = (tag as u32 >> 2) as usize;
        // Elements that take nothing could be any number of them.
        if data + pointers == 0 || len.checked_mul(data + pointers)? > count {
            return None;
        }
        Some(PlainList { first: Self { words: self.words, begin: tag_place + 1, data, pointers }, len })
    }

    /// Returns which capability of the message a pointer names; nothing if it is null.
    pub(crate) fn read_capability(&self, index: usize) -> Option<Option<usize>> {
        let Some(pointer) = self.place(index) else { return Some(None) };
        match Pointer::of(word(self.words, pointer)?) {
            Pointer::Null => Some(None),
            Pointer::Capability(index) => Some(Some(index)),
            _ => None,
        }
    }

    /// Tells whether all pointers from one on are null.
    pub(crate) fn is_data_from(&self, first: usize) -> bool {
        (first..self.pointers).all(|index| word(self.words, self.begin + self.data + index) == Some(0))
    }
}

impl<'w> PlainList<'w> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Plain<'w>> {
        let Self { first, len } = self;
        let size = first.data + first.pointers;
        (0..len).map(move |index| Plain { begin: first.begin + index * size, ..first })
    }
}

impl Pointer {
    fn of(value: u64) -> Self {
        match value & 3 {
            _ if value == 0 => Self::Null,
            STRUCT => Self::Struct,
            LIST => Self::List,
            OTHER if value as u32 == OTHER as u32 => Self::Capability((value >> 32) as usize),
            _ => Self::Other,
        }
    }
}

const STRUCT: u64 = 0;
const LIST: u64 = 1;
const OTHER: u64 = 3;

/// The size of the elements of a list of structs.
const COMPOSITE: u64 = 7;

#[inline]
fn word(words: &[Word], place: Place) -> Option<u64> {
    let bytes = Word::words_to_bytes(std::slice::from_ref(words.get(place)?));
    bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// Returns where something of that size begins that a pointer leads to, if all of it is there.
fn target(words: &[Word], pointer: Place, value: u64, size: usize) -> Option<Place> {
    // Counted from behind the pointer, and signed.
    let distance = (value as u32).cast_signed() >> 2;
    let begin = (pointer + 1).checked_add_signed(distance as isize)?;
    (begin.checked_add(size)? <= words.len()).then_some(begin)
}
