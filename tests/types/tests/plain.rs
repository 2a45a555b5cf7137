//! What we write means the same to a program that knows nothing but the schema, and what it writes means the same to us.

// Always on here; clippy takes it for the sign that a helper may panic.
#![cfg(test)]

use std::fmt::Debug;

use ipc_runtime::wire::DecodeStruct;
use ipc_types_tests::meaning::Meaning;
use ipc_types_tests::message::{decode, encode};
use ipc_types_tests::plain::Plain;
use ipc_types_tests::random::Random;
use ipc_types_tests::{each_row, rows};
use proptest::prelude::*;

/// How many random values each row is tried with, each of them in a dozen places.
const CASES: u32 = 48;

fn check<Row>() -> Result<(), TestCaseError>
where
    Row: Random + Meaning + Plain + PartialEq + Debug + for<'m> DecodeStruct<'m>,
{
    proptest!(ProptestConfig::with_cases(CASES), |(row in Row::random())| {
        let meaning = row.meaning();
        let ours = encode(&row).unwrap();
        prop_assert_eq!(&Row::read_plain(&ours).unwrap(), &meaning, "a generated reader of our message");
        prop_assert_eq!(&decode::<Row>(&ours).unwrap(), &row, "our message");
        let theirs = Row::write_plain(&meaning).unwrap();
        prop_assert_eq!(&decode::<Row>(&theirs).unwrap(), &row, "a message of a generated builder");
    });
    Ok(())
}

macro_rules! tests {
    ($($method:ident $row:ident $choice:ident: $ty:ty = $_strategy:expr;)*) => {$(
        #[test]
        fn $method() {
            check::<rows::$row>().unwrap();
        }
    )*};
}
each_row!(tests);
