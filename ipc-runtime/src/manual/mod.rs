//! The manual: what the reference of single items does not say.

#[doc = include_str!("types.md")]
pub mod types {}

#[doc = include_str!("migration.md")]
pub mod migration {}

#[doc = include_str!("reflection.md")]
pub mod reflection {}

#[doc = include_str!("streams.md")]
pub mod streams {}

#[doc = include_str!("threads.md")]
pub mod threads {}
