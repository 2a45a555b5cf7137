//! The ids of the tables, one type each, so that no id is used on the wrong table.

use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// Returns the number that stands for this id in messages.
            pub fn number(self) -> u32 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($word, " {}"), self.0)
            }
        }
    )*};
}

ids! {
    /// A call that this side made.
    QuestionId = "question";
    /// A capability that the peer hosts; the peer chose the id.
    ImportId = "import";
    /// A capability that this side gave to the peer.
    ExportId = "export";
    /// An embargo that this side waits for the peer to lift.
    EmbargoId = "embargo";
    /// A capability of this side that is not known yet: a result of a call that still runs here, or one
    /// behind an embargo. Never on the wire.
    PromiseId = "promise";
}

/// A call that this side answers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct AnswerId(pub(crate) Asker);

/// Who asked, and under which id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Asker {
    /// The peer, with the question id that it chose.
    Peer(u32),
    /// This side: the target of the call turned out to be hosted here.
    Local(u32),
}

impl AnswerId {
    /// Names the answer to the peer's question of that id.
    pub(crate) fn peer(id: u32) -> Self {
        Self(Asker::Peer(id))
    }

    /// Tells whether the question is this side's own, looped back because its target is hosted here.
    pub fn is_local(self) -> bool {
        matches!(self.0, Asker::Local(_))
    }
}

impl fmt::Display for AnswerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Asker::Peer(id) => write!(f, "answer {id}"),
            Asker::Local(id) => write!(f, "local answer {id}"),
        }
    }
}
