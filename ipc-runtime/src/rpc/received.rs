//! The messages that every call takes, as they are received: read from their words where they are as plain as those that
//! this crate writes ([`frame`](super::frame)).
//!
//! Places and numbers are those of rpc.capnp. What is not plain (several segments, a promised target, an exception, a
//! capability of a rare kind, anything malformed) is left to capnp's readers; the tests compare what both make of messages
//! of all kinds, intact and damaged.

use capnp::Word;

use super::answer::ResultCaps;
use super::frame::Kind;
use super::{ExportId, ImportId, QuestionId};
use crate::wire::raw::{Place, Plain, PlainList};

/// One of these messages.
#[derive(Debug)]
pub(crate) enum Common<'w> {
    /// A call of something that this side has exported; its results go back to the caller.
    Call { id: u32, interface_id: u64, method_id: u16, target: ExportId, payload: PlainPayload<'w> },
    /// A return with results.
    Results { question: QuestionId, param_caps: ParamCaps, no_finish: bool, payload: PlainPayload<'w> },
    /// A Finish.
    Finish { id: u32, caps: ResultCaps },
    /// A Release.
    Release { export: ExportId, count: u32 },
}

/// What a return says about the capabilities of the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParamCaps {
    Release,
    Keep,
}

/// Parameters or results.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainPayload<'w> {
    /// Where the pointer to the content is, if there is one.
    pub(crate) content: Option<Place>,
    pub(crate) table: PlainTable<'w>,
}

/// A table of capabilities that are all of the usual kinds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainTable<'w>(PlainList<'w>);

/// An entry of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    None,
    SenderHosted(ImportId),
    SenderPromise(ImportId),
    ReceiverHosted(ExportId),
}

impl<'w> Common<'w> {
    /// Reads a message of one segment, if it is one of these and plain.
    pub(crate) fn read(words: &'w [Word]) -> Option<Self> {
        let message = Plain::root(words)?;
        match message.word(0) as u16 {
            CALL => {
                let call = message.read_struct(0)?;
                let (numbers, target) = (call.word(0), call.read_struct(0)?);
                // `sendResultsTo` is `caller`, and the target is `importedCap`: both are zero.
                if (numbers >> 48) as u16 != 0 || (target.word(0) >> 32) as u16 != 0 {
                    return None;
                }
                Some(Self::Call {
                    id: numbers as u32,
                    interface_id: call.word(1),
                    method_id: (numbers >> 32) as u16,
                    target: ExportId(target.word(0) as u32),
                    payload: PlainPayload::of(call.read_struct(PARAMS)?)?,
                })
            }
            RETURN => {
                let ret = message.read_struct(0)?;
                let numbers = ret.word(0);
                if (numbers >> 48) as u16 != RESULTS {
                    return None;
                }
                // A flag whose default is true is stored inverted.
                let param_caps = if numbers >> 32 & 1 == 0 { ParamCaps::Release } else { ParamCaps::Keep };
                Some(Self::Results {
                    question: QuestionId(numbers as u32),
                    param_caps,
                    no_finish: numbers >> 33 & 1 != 0,
                    payload: PlainPayload::of(ret.read_struct(0)?)?,
                })
            }
            FINISH => {
                let finish = message.read_struct(0)?.word(0);
                // As above.
                let caps = if finish >> 32 & 1 == 0 { ResultCaps::Release } else { ResultCaps::Keep };
                Some(Self::Finish { id: finish as u32, caps })
            }
            RELEASE => {
                let release = message.read_struct(0)?.word(0);
                Some(Self::Release { export: ExportId(release as u32), count: (release >> 32) as u32 })
            }
            _ => None,
        }
    }
}

impl<'w> PlainPayload<'w> {
    fn of(payload: Plain<'w>) -> Option<Self> {
        Some(Self { content: payload.place(0), table: PlainTable::of(payload)? })
    }
}

impl<'w> PlainTable<'w> {
    fn of(payload: Plain<'w>) -> Option<Self> {
        let list = payload.read_structs(1)?;
        // Whatever is behind the limit is refused without a look at it.
        let usual = |entry: Plain<'_>| (entry.word(0) as u16) < RECEIVER_ANSWER;
        (list.len() <= MOST_LOOKED_AT && list.iter().all(usual)).then_some(Self(list))
    }

    pub(crate) fn len(self) -> usize {
        self.0.len()
    }

    /// Returns the entries, and with each the place of its file descriptor among those of the message.
    pub(crate) fn entries(self) -> impl Iterator<Item = (Entry, u8)> {
        self.0.iter().map(|entry| {
            let word = entry.word(0);
            let id = (word >> 32) as u32;
            let kind = match word as u16 {
                1 => Entry::SenderHosted(ImportId(id)),
                2 => Entry::SenderPromise(ImportId(id)),
                3 => Entry::ReceiverHosted(ExportId(id)),
                _ => Entry::None,
            };
            // The default has all bits set, and is stored as zero.
            (kind, !(word >> 16) as u8)
        })
    }
}

const CALL: u16 = Kind::Call as u16;
const RETURN: u16 = Kind::Return as u16;
const FINISH: u16 = Kind::Finish as u16;
const RELEASE: u16 = Kind::Release as u16;

/// Which pointer of a call leads to its payload.
const PARAMS: usize = 1;

/// What a return has, as its union numbers it.
const RESULTS: u16 = 0;

/// The first kind of capability that is not a mere number.
const RECEIVER_ANSWER: u16 = 4;

/// Tables up to that are looked at here.
const MOST_LOOKED_AT: usize = 64;
