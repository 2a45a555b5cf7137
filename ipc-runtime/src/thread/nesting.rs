//! How much work is begun in the middle of other work, all of it on one stack.

use std::cell::Cell;
use std::hint::black_box;
use std::ptr;

/// The most pieces of work. A peer decides how deep that goes: it calls again instead of answering.
const DEPTH_LIMIT: usize = 64;

/// How much of the stack the work may have taken before more is begun. It is half of what the standard library gives a
/// thread; the rest is for what ran before, and for the last piece of work. Without optimization a level may take 30 KiB before
/// a method has a variable of its own.
const STACK_LIMIT: usize = 1024 * 1024;

thread_local! {
    static CURRENT: Cell<Level> = const { Cell::new(Level { depth: 0, stack: 0 }) };
}

#[derive(Clone, Copy)]
struct Level {
    depth: usize,
    /// Where the stack was when the first of them was begun.
    stack: usize,
}

/// Work in the middle of which a thread waits; it ends when this is dropped.
pub(super) struct Nested {
    outer: Level,
}

impl Nested {
    /// Returns `None` where there is too much already: the work is to be done on another stack.
    pub(super) fn enter() -> Option<Self> {
        let here = stack_address();
        let outer = CURRENT.get();
        let inner = match outer.depth {
            0 => Level { depth: 1, stack: here },
            depth => Level { depth: depth + 1, ..outer },
        };
        if inner.depth > DEPTH_LIMIT || inner.stack.abs_diff(here) > STACK_LIMIT {
            return None;
        }
        CURRENT.set(inner);
        Some(Self { outer })
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        CURRENT.set(self.outer);
    }
}

/// Returns the address of a variable of this function, near enough to where the stack is.
#[inline(never)]
fn stack_address() -> usize {
    let here = 0_u8;
    ptr::from_ref(black_box(&here)).addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nests as deep as it may, with frames of so many bytes, and returns how deep that was.
    fn depth<const FRAME: usize>() -> usize {
        let Some(_nested) = Nested::enter() else { return 0 };
        let frame = black_box([0_u8; FRAME]);
        let depth = depth::<FRAME>();
        depth + usize::from(black_box(frame).len() == FRAME)
    }

    #[test]
    fn the_depth_is_limited() {
        assert_eq!(depth::<16>(), DEPTH_LIMIT);
        // All of it has ended.
        assert_eq!(depth::<16>(), DEPTH_LIMIT);
    }

    #[test]
    fn the_stack_is_limited() {
        // A frame may hold several copies.
        let depth = depth::<{ 64 * 1024 }>();
        assert!((4..=STACK_LIMIT / (64 * 1024) + 1).contains(&depth), "{depth}");
    }
}
