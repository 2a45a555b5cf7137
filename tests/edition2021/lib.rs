//! What the macros make compiles in crates of the edition 2021 too, without a warning: the examples are the cases of
//! `tests/ui/pass`, which an edition of their own needs a package of its own for.
