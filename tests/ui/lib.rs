//! What the macros accept, and what they say of the rest: see `tests/ui.rs`.
