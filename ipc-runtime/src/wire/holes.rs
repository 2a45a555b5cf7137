//! Free pieces between the fields of a data section.

/// The base-two logarithm of a word's bits: what is that large has no hole, it is a new word.
pub(super) const WORD: u32 = 6;

/// At most one free piece of each size below a word.
///
/// Invariant: `at[k]` is the offset, in units of `2^k` bits, of the one free piece of that size, or 0 for none.
/// Offset 0 is never free, since the first piece is used first; and every free piece is the second half of a
/// piece of twice its size, hence at an odd offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holes {
    at: [u32; WORD as usize],
}

#[expect(clippy::indexing_slicing, reason = "const evaluation; every index is compared with the length")]
impl Holes {
    pub(super) const NONE: Self = Self { at: [0; WORD as usize] };

    /// Tells the size of the smallest hole that has room for `2^log2` bits.
    pub(super) const fn smallest(&self, log2: u32) -> Option<u32> {
        let mut size = log2;
        while size < WORD {
            if self.at[size as usize] != 0 {
                return Some(size);
            }
            size += 1;
        }
        None
    }

    /// Takes `2^log2` bits from the smallest hole that has room.
    pub(super) const fn take(&mut self, log2: u32) -> Option<u32> {
        let Some(size) = self.smallest(log2) else { return None };
        let offset = self.at[size as usize];
        self.at[size as usize] = 0;
        Some(self.split(size, offset, log2))
    }

    /// Uses the first `2^log2` bits of a piece of `2^size` bits; the other half of each split becomes a hole.
    pub(super) const fn split(&mut self, mut size: u32, mut offset: u32, log2: u32) -> u32 {
        while size > log2 {
            size -= 1;
            offset *= 2;
            if size < WORD {
                self.at[size as usize] = offset + 1;
            }
        }
        offset
    }

    /// Adds the second halves that arise when a piece of `2^log2` bits at the beginning grows to `2^limit` bits.
    pub(super) const fn grow(&mut self, mut log2: u32, limit: u32) {
        while log2 < limit {
            self.at[log2 as usize] = 1;
            log2 += 1;
        }
    }

    /// Lets a used piece grow by a power of two into the holes behind it; changes nothing if it cannot.
    pub(super) const fn absorb(&mut self, log2: u32, offset: u32, factor: u32) -> bool {
        let mut step = 0;
        while step < factor {
            let size = log2 + step;
            if size >= WORD || self.at[size as usize] != (offset >> step) + 1 {
                return false;
            }
            step += 1;
        }
        while step > 0 {
            step -= 1;
            self.at[(log2 + step) as usize] = 0;
        }
        true
    }
}
