//! The peers that are not ours, and the interfaces that the tests share with them.

pub mod cpp;
pub mod foo;
pub mod rules;
pub mod schema;
pub mod tools;
