//! Every row as something that takes bytes of anybody's, and what is no row.

use ipc_runtime::IpcException;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::message::{decode, encode};
use crate::opaque::{Objects, Opaque, opaques};
use crate::random::Random;
use crate::rows;

/// The decoder of one row.
#[derive(Clone, Copy, Debug)]
pub struct RowDecoder {
    /// The row.
    pub name: &'static str,
    /// Decodes a message with the row's struct as its root, and drops what comes out.
    pub decode: fn(&[u8]) -> Result<(), IpcException>,
    /// Returns as many messages of a friendly peer, the same ones each time.
    pub samples: fn(usize) -> Vec<Vec<u8>>,
}

macro_rules! decoders {
    ($($method:ident $row:ident $choice:ident: $ty:ty = $_strategy:expr;)*) => {
        /// Returns the decoders of all rows.
        pub fn decoders() -> Vec<RowDecoder> {
            let mut decoders = vec![$(RowDecoder {
                name: stringify!($method),
                decode: |message| decode::<rows::$row>(message).map(drop),
                samples: |count| {
                    let mut runner = TestRunner::deterministic();
                    let strategy = rows::$row::random();
                    let row = |_| {
                        let row = strategy.new_tree(&mut runner).expect("a strategy without filters").current();
                        encode(&row).expect("a row that fits into a message")
                    };
                    (0..count).map(row).collect()
                },
            }),*];
            decoders.extend(others());
            decoders
        }
    };
}
crate::each_row!(decoders);

fn others() -> [RowDecoder; 2] {
    [
        RowDecoder {
            name: "opaque",
            decode: |message| {
                let opaque = decode::<Opaque>(message)?;
                // What is inside, taken for what it may be.
                let _ = opaque.alone.get::<rows::Structure>();
                let _ = opaque.alone.get::<Vec<()>>();
                encode(&opaque).map(drop)
            },
            samples: |count| {
                let opaques = opaques().expect("values that can be kept");
                let opaques = opaques.iter().cycle().take(count);
                opaques.map(|opaque| encode(opaque).expect("a value that fits into a message")).collect()
            },
        },
        RowDecoder {
            name: "objects",
            decode: |message| decode::<Objects>(message).map(drop),
            // There are no objects without a connection.
            samples: |count| vec![encode(&rows::Empty {}).expect("an empty message"); count],
        },
    ]
}
