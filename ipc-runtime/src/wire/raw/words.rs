//! The words of a message, and how they are written.
//!
//! A message is one list of words, in memory that is used again. capnp's own builder allocates twice for each, and looks for
//! what is there before each time that it adds something; here what was written has a place that is known. The format is
//! Cap'n Proto's (encoding specification). Only writing is done here.

use std::cell::RefCell;
use std::sync::Mutex;

use capnp::message::{Builder, HeapAllocator, ReaderOptions};
use capnp::private::layout::{self, CapTable, ElementSize, StructSize};
use capnp::traits::ImbueMut;
use capnp::{Word, any_pointer};

use crate::sync::lock;

/// The words of a message of one segment.
///
/// What would be written beyond the end is not: places come from here, so that does not happen.
#[derive(Debug, Default)]
pub struct Words(Vec<Word>);

/// Which word of a message.
pub(crate) type Place = usize;

/// Where the root pointer of a message is.
pub(crate) const ROOT: Place = 0;

impl Words {
    /// Starts a message: with a root pointer, which is null.
    pub(crate) fn new() -> Self {
        let mut words = spare(FIRST_WORDS);
        words.clear();
        words.push(ZERO);
        Self(words)
    }

    /// Returns words of any content that are to be written over: as many, or fewer. Only new ones are set to zero, by
    /// [`extend_to`](Self::extend_to), so memory that is used again is not written twice.
    pub(crate) fn to_be_filled(count: usize) -> Self {
        let mut words = spare(count);
        words.truncate(count);
        Self(words)
    }

    /// Makes words of bytes, which are a multiple of eight.
    pub(crate) fn copied(bytes: &[u8]) -> Self {
        let count = bytes.len() / 8;
        let mut words = Self::to_be_filled(count);
        words.extend_to(count);
        if let Some(target) = words.bytes_from(0).get_mut(..bytes.len()) {
            target.copy_from_slice(bytes);
        }
        words
    }

    /// Adds zeros until there are so many words.
    pub(crate) fn extend_to(&mut self, count: usize) {
        self.0.reserve_exact(count.saturating_sub(self.0.len()));
        self.0.resize(count.max(self.0.len()), ZERO);
    }

    pub(crate) fn as_slice(&self) -> &[Word] {
        &self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        Word::words_to_bytes(&self.0)
    }

    /// Returns the bytes from one on: none, if that is beyond the end.
    pub(crate) fn bytes_from(&mut self, first: usize) -> &mut [u8] {
        Word::words_to_bytes_mut(&mut self.0).get_mut(first..).unwrap_or_default()
    }

    /// Tells whether there is a word, and it is zero.
    pub(crate) fn is_null(&self, place: Place) -> bool {
        self.0.get(place).is_some_and(|word| Word::words_to_bytes(std::slice::from_ref(word)) == [0; 8])
    }

    /// Adds zeros; returns where they begin.
    pub(crate) fn allocate(&mut self, count: usize) -> Place {
        let place = self.0.len();
        self.0.resize(place + count, ZERO);
        place
    }

    /// Sets a word.
    pub(crate) fn set(&mut self, place: Place, value: u64) {
        let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
        if let Some(word) = self.0.get_mut(place) {
            *word = capnp::word(a, b, c, d, e, f, g, h);
        }
    }

    /// Adds a struct; returns where it begins.
    pub(crate) fn init_struct(&mut self, pointer: Place, size: StructSize) -> Place {
        let words = words_of(size);
        let place = self.allocate(words);
        let target = if words == 0 { NOWHERE } else { offset(pointer, place) };
        self.set(pointer, target | struct_size(size));
        place
    }

    /// Adds a list of numbers, bits or pointers; returns where it begins.
    pub(crate) fn init_list(&mut self, pointer: Place, element: ElementSize, count: u32) -> Place {
        let bits = match element {
            ElementSize::Pointer => 64,
            element => u64::from(layout::data_bits_per_element(element)),
        };
        let place = self.allocate((u64::from(count) * bits).div_ceil(64) as usize);
        self.set(pointer, offset(pointer, place) | list_size(element, count.into()));
        place
    }

    /// Adds a list of structs; returns where the first begins.
    pub(crate) fn init_structs(&mut self, pointer: Place, size: StructSize, count: u32) -> Place {
        let words = words_of(size) * count as usize;
        let tag = self.allocate(1 + words);
        self.set(tag, u64::from(count) << 2 | struct_size(size));
        self.set(pointer, offset(pointer, tag) | list_size(ElementSize::InlineComposite, words as u64));
        tag + 1
    }

    /// Adds a list of bytes: the given ones, and zeros behind them. They are fewer than 2^29.
    pub(crate) fn set_bytes(&mut self, pointer: Place, bytes: &[u8], zeros: u32) {
        let place = self.init_list(pointer, ElementSize::Byte, bytes.len() as u32 + zeros);
        if let Some(target) = self.bytes_from(place * 8).get_mut(..bytes.len()) {
            target.copy_from_slice(bytes);
        }
    }

    /// Names a capability of the message's table.
    pub(crate) fn set_capability(&mut self, pointer: Place, index: usize) {
        self.set(pointer, (index as u64) << 32 | 3);
    }

    /// Adds a copy of what is behind a pointer, within the limits of its reader: so many words at the most. The
    /// capabilities in it are added to `caps`, in the order in which copying meets them, and named by their place there.
    ///
    /// # Errors
    /// Returns an error if it is malformed, or takes more words.
    pub(crate) fn copy(
        &mut self,
        pointer: Place,
        from: any_pointer::Reader<'_>,
        words: u64,
        caps: &mut CapTable,
    ) -> capnp::Result<()> {
        let words = u32::try_from(words.saturating_add(1)).unwrap_or(u32::MAX >> 3);
        let mut copy = Builder::new(HeapAllocator::new().first_segment_words(words));
        let mut root = copy.init_root::<any_pointer::Builder<'_>>();
        root.imbue_mut(caps);
        root.set_as(from)?;
        let segments = copy.get_segments_for_output();
        let [segment] = &*segments else {
            return Err(capnp::Error::failed("several pointers lead to the same content".to_owned()));
        };
        self.append(pointer, segment);
        Ok(())
    }

    /// Adds what a message of one segment consists of.
    fn append(&mut self, pointer: Place, segment: &[u8]) {
        let Some((root, content)) = segment.split_first_chunk::<8>() else { return };
        let root = u64::from_le_bytes(*root);
        let place = self.allocate(content.len() / 8);
        if let Some(target) = self.bytes_from(place * 8).get_mut(..content.len()) {
            target.copy_from_slice(content);
        }
        // Structs and lists lie behind their pointers, at a distance. What is inside has moved as a whole.
        let lies_behind = root != 0 && root & 2 == 0 && root & LOW != NOWHERE;
        let moved = if lies_behind { offset(pointer, place) } else { 0 };
        self.set(pointer, root & !LOW | (root + moved) & LOW);
    }
}

impl From<Vec<Word>> for Words {
    fn from(words: Vec<Word>) -> Self {
        Self(words)
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        give_back(std::mem::take(&mut self.0));
    }
}

/// Returns options for reading what this process has written.
pub(crate) fn unlimited() -> ReaderOptions {
    ReaderOptions { traversal_limit_in_words: None, nesting_limit: i32::MAX }
}

fn words_of(size: StructSize) -> usize {
    usize::from(size.data) + usize::from(size.pointers)
}

/// The lower half of a pointer: the distance, and in its last two bits the kind.
fn offset(pointer: Place, target: Place) -> u64 {
    (target as u64).wrapping_sub(pointer as u64 + 1) << 2 & LOW
}

const LOW: u64 = 0xffff_ffff;

/// The lower half of a pointer to a struct that takes no words: it must not be null.
const NOWHERE: u64 = 0xffff_fffc;

fn struct_size(size: StructSize) -> u64 {
    u64::from(size.data) << 32 | u64::from(size.pointers) << 48
}

/// The upper half of a pointer to a list, and its kind.
fn list_size(element: ElementSize, count: u64) -> u64 {
    count << 35 | (element as u64) << 32 | 1
}

const ZERO: Word = capnp::word(0, 0, 0, 0, 0, 0, 0, 0);

/// The room with which a message is started: most need no more.
const FIRST_WORDS: usize = 64;

/// Memory up to that is kept by the thread that has used it last: what comes next is likely the same.
const SMALL_WORDS: usize = 1024;

/// How many of them: a call that is served has its parameters and its results, and may call in turn.
const SMALL_KEPT: usize = 8;

/// How many are kept for all threads beyond: what one thread reads, another one may give up.
const SHARED_KEPT: usize = 64;

/// Memory up to that is kept by the process: room for a value of 1 MiB and what is around it. To get it from the system
/// again, page by page, takes longer than to fill it.
pub(crate) const LARGE_WORDS: usize = 136 * 1024;

/// How many of them: some 4 MiB.
const LARGE_KEPT: usize = 4;

thread_local! {
    static SMALL: RefCell<Vec<Vec<Word>>> = const { RefCell::new(Vec::new()) };
}

static SHARED: Mutex<Vec<Vec<Word>>> = Mutex::new(Vec::new());

static LARGE: Mutex<Vec<Vec<Word>>> = Mutex::new(Vec::new());

/// Takes memory that was used before.
fn spare(count: usize) -> Vec<Word> {
    if count > SMALL_WORDS {
        return lock(&LARGE).pop().unwrap_or_default();
    }
    // A thread that is past its end has none.
    let own = SMALL.try_with(|small| small.borrow_mut().pop()).ok().flatten();
    let mut words = own.or_else(|| lock(&SHARED).pop()).unwrap_or_default();
    words.reserve_exact(FIRST_WORDS.saturating_sub(words.len()));
    words
}

fn give_back(mut words: Vec<Word>) {
    let capacity = words.capacity();
    if capacity == 0 || capacity > LARGE_WORDS {
        return;
    }
    if capacity > SMALL_WORDS {
        return keep(&mut lock(&LARGE), LARGE_KEPT, &mut words);
    }
    // A thread that is past its end keeps none.
    let _ = SMALL.try_with(|small| keep(&mut small.borrow_mut(), SMALL_KEPT, &mut words));
    if words.capacity() > 0 {
        keep(&mut lock(&SHARED), SHARED_KEPT, &mut words);
    }
}

/// Adds to a list what it has room for.
fn keep(list: &mut Vec<Vec<Word>>, most: usize, words: &mut Vec<Word>) {
    if list.len() < most {
        list.push(std::mem::take(words));
    }
}

#[cfg(test)]
mod tests {
    use capnp::message::Reader;
    use capnp::message::SegmentArray;

    use super::*;

    const PAIR: StructSize = StructSize { data: 1, pointers: 1 };

    #[test]
    fn what_is_written_is_what_capnp_reads() {
        let mut words = Words::new();
        let root = words.init_struct(ROOT, StructSize { data: 1, pointers: 4 });
        words.set(root, 7);
        words.set_bytes(root + 1, b"text", 1);
        let list = words.init_list(root + 2, ElementSize::TwoBytes, 3);
        words.set(list, 0x0003_0002_0001);
        let structs = words.init_structs(root + 3, PAIR, 2);
        words.set(structs + 2, 9);
        words.set_bytes(structs + 3, b"data", 0);
        words.init_struct(root + 4, StructSize { data: 0, pointers: 0 });

        let segments = [words.bytes()];
        let reader = Reader::new(SegmentArray::new(&segments), ReaderOptions::new());
        let root: any_pointer::Reader<'_> = reader.get_root().unwrap();
        assert_eq!(root.target_size().unwrap().word_count, words.len() as u64 - 1);
        let mut again = Words::new();
        let outer = again.init_struct(ROOT, StructSize { data: 0, pointers: 2 });
        again.copy(outer + 1, root, words.len() as u64 - 1, &mut CapTable::new()).unwrap();
        // The same words, behind a pointer that leads to them.
        assert_eq!(&again.bytes()[8 * (outer + 2)..], &words.bytes()[8..]);
        assert_eq!(again.as_slice().len(), words.len() + 2);
        let segments = [again.bytes()];
        let reader = Reader::new(SegmentArray::new(&segments), ReaderOptions::new());
        let root: any_pointer::Reader<'_> = reader.get_root().unwrap();
        assert_eq!(root.target_size().unwrap().word_count, again.len() as u64 - 1);
    }

    #[test]
    fn content_that_is_in_several_places_is_not_copied() {
        // Two pointers to the same ten words.
        let mut words = Words::new();
        let root = words.init_struct(ROOT, StructSize { data: 0, pointers: 2 });
        let list = words.init_list(root, ElementSize::EightBytes, 1000);
        words.set(root + 1, offset(root + 1, list) | list_size(ElementSize::EightBytes, 1000));
        let segments = [words.bytes()];
        let reader = Reader::new(SegmentArray::new(&segments), ReaderOptions::new());
        let root = reader.get_root().unwrap();
        let copied = Words::new().copy(ROOT, root, words.len() as u64, &mut CapTable::new());
        assert!(copied.unwrap_err().to_string().contains("several pointers"));
    }

    #[test]
    fn memory_is_used_again() {
        let words = Words::new();
        let memory = words.bytes().as_ptr();
        drop(words);
        let again = Words::to_be_filled(3);
        assert_eq!((again.bytes().as_ptr(), again.len()), (memory, 1));
        assert_ne!(Words::new().bytes().as_ptr(), memory);
        drop(again);
        let mut again = Words::new();
        assert_eq!(again.bytes().as_ptr(), memory);
        assert!(again.is_null(ROOT) && !again.is_null(1));
        again.extend_to(SMALL_WORDS + 1);
        drop(again);
        assert_ne!(Words::new().bytes().as_ptr(), memory);
    }
}
