//! Large values: bytes that stay where they lie while a message is built, and each become a segment of their own.
//!
//! The pointer to such a value is null in the message as it is built. In the message as it is written it is a far
//! pointer to a segment that begins with the value's own pointer and goes on with its bytes. So the bytes are copied by
//! the system only.

use std::fmt;

use capnp::Word;
use capnp::message::ReaderOptions;

use super::message::{IncomingMessage, Segments};
use crate::exception::IpcException;
use crate::wire::raw::{Place, Words};

/// What is large: below, to copy the bytes costs less than what a segment of their own takes to describe and to wait for.
pub const LARGE_BYTES: usize = 16 * 1024;

/// The most large values in one message. Readers accept 512 segments, and the message's own take some.
pub const LARGE_LIMIT: usize = 64;

/// Which kind of value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Bytes.
    Data,
    /// Bytes with a zero behind them.
    Text,
}

/// Bytes in memory of their own.
pub type OwnedBytes = Box<dyn AsRef<[u8]> + Send + Sync>;

/// A value that was left out of a message that is being built.
pub struct LargeValue<'d> {
    /// Where its pointer is in the message.
    pub(crate) pointer: Place,
    pub(crate) form: Form,
    pub(crate) bytes: LargeBytes<'d>,
}

/// Where the bytes of a value are.
pub(crate) enum LargeBytes<'d> {
    /// Where the caller has them: only he can write them.
    Lent(&'d [u8]),
    /// In the message's keeping.
    Owned(OwnedBytes),
}

/// The large values of a message, in the order of their pointers in it.
#[derive(Default)]
pub struct Parts(Vec<Part>);

struct Part {
    /// Where the pointer is.
    pointer: Place,
    /// The far pointer; its segment is known when the message is finished.
    far: [u8; 8],
    /// The pointer that the value's segment begins with.
    pad: [u8; 8],
    content: Content,
    /// Zeros behind the bytes.
    zeros: usize,
}

enum Content {
    /// Of that many bytes.
    Lent(usize),
    Owned(OwnedBytes),
}

impl Parts {
    /// A message without large values.
    pub(crate) const NONE: Self = Self(Vec::new());

    /// Gives values their places in a message. Returns also the bytes that are lent, in the order of the parts.
    ///
    /// # Errors
    ///
    /// If the pointer of a value is not in the message, or not null.
    pub(crate) fn of<'d>(
        message: &Words,
        values: Vec<LargeValue<'d>>,
    ) -> Result<(Self, Vec<&'d [u8]>), IpcException> {
        if values.is_empty() {
            return Ok((Self::NONE, Vec::new()));
        }
        let mut values = values;
        if values.iter().any(|value| !message.is_null(value.pointer)) {
            return Err(IpcException::failed("a large value whose pointer is not in its message"));
        }
        values.sort_by_key(|value| value.pointer);
        let mut lent = Vec::new();
        let parts = values
            .into_iter()
            .map(|LargeValue { pointer, form, bytes }| {
                let (length, content) = match bytes {
                    LargeBytes::Lent(bytes) => {
                        lent.push(bytes);
                        (bytes.len(), Content::Lent(bytes.len()))
                    }
                    LargeBytes::Owned(bytes) => (bytes.as_ref().as_ref().len(), Content::Owned(bytes)),
                };
                let count = length + usize::from(form == Form::Text);
                Part {
                    pointer,
                    far: [0; 8],
                    pad: list_of_bytes(count),
                    content,
                    zeros: count.next_multiple_of(8) - length,
                }
            })
            .collect();
        Ok((Self(parts), lent))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether bytes are lent.
    pub(crate) fn are_lent(&self) -> bool {
        self.0.iter().any(|part| matches!(part.content, Content::Lent(_)))
    }

    /// Puts copies in the place of what is lent.
    pub(crate) fn own(&mut self, copies: Vec<OwnedBytes>) {
        let lent = self.0.iter_mut().filter(|part| matches!(part.content, Content::Lent(_)));
        for (part, copy) in lent.zip(copies) {
            part.content = Content::Owned(copy);
        }
    }

    /// Returns the words that they add to the message, by segment.
    pub(crate) fn segment_words(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(Part::words)
    }

    pub(crate) fn words(&self) -> usize {
        self.segment_words().sum()
    }

    /// Sets the pointers: the segments come after that of the message.
    pub(crate) fn number(&mut self) {
        for (part, segment) in self.0.iter_mut().zip(1_u64..) {
            // A far pointer to the first word of the segment (encoding specification, "Inter-segment pointers").
            part.far = (segment << 32 | 2).to_le_bytes();
        }
    }

    /// Gives out the bytes of a message, in order, without its header.
    pub(crate) fn slices<'s>(
        &'s self,
        segments: &[&'s [u8]],
        lent: &[&'s [u8]],
        mut take: impl FnMut(&'s [u8]),
    ) {
        for (index, segment) in segments.iter().enumerate() {
            let mut from = 0;
            // Only a message of one segment has parts.
            for part in self.0.iter().filter(|_| index == 0) {
                take(segment.get(from..8 * part.pointer).unwrap_or_default());
                take(&part.far);
                from = 8 * (part.pointer + 1);
            }
            take(segment.get(from..).unwrap_or_default());
        }
        let mut lent = lent.iter();
        for part in &self.0 {
            take(&part.pad);
            take(match &part.content {
                Content::Owned(bytes) => bytes.as_ref().as_ref(),
                Content::Lent(_) => lent.next().copied().unwrap_or_default(),
            });
            take(ZEROS.get(..part.zeros).unwrap_or_default());
        }
    }

    /// Copies a message as it would be written into one as it would be received. What is lent is missing.
    pub(crate) fn flatten(mut self, message: &[u8]) -> IncomingMessage {
        self.number();
        let mut bounds = Vec::with_capacity(1 + self.0.len());
        let mut total = 0;
        for words in std::iter::once(message.len() / 8).chain(self.segment_words()) {
            bounds.push(total..total + words);
            total += words;
        }
        let mut words = Word::allocate_zeroed_vec(total);
        let mut rest = Word::words_to_bytes_mut(&mut words);
        self.slices(&[message], &[], |slice| {
            if let Some((target, behind)) = std::mem::take(&mut rest).split_at_mut_checked(slice.len()) {
                target.copy_from_slice(slice);
                rest = behind;
            }
        });
        IncomingMessage::new(Segments::new(words, bounds), ReaderOptions::new())
    }
}

impl Part {
    fn words(&self) -> usize {
        let length = match &self.content {
            Content::Lent(length) => *length,
            Content::Owned(bytes) => bytes.as_ref().as_ref().len(),
        };
        1 + (length + self.zeros) / 8
    }
}

impl fmt::Debug for LargeValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LargeValue").field("form", &self.form).finish_non_exhaustive()
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.segment_words()).finish()
    }
}

/// Copies bytes that are lent.
pub(crate) fn copies_of(lent: &[&[u8]]) -> Vec<OwnedBytes> {
    lent.iter().map(|bytes| Box::new(bytes.to_vec()) as OwnedBytes).collect()
}

/// The pointer to a list of bytes that follows it (encoding specification, "Lists").
fn list_of_bytes(count: usize) -> [u8; 8] {
    (((count as u64) << 3 | 2) << 32 | 1).to_le_bytes()
}

const ZEROS: [u8; 8] = [0; 8];
