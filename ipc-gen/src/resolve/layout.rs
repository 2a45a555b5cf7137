//! Where the fields of a struct lie.
//!
//! The rules are those of the Cap'n Proto compiler, as `ipc_runtime::wire` has them in constants for Rust types: fields in
//! ordinal order, the smallest hole that is large enough first; the cases of a union share its locations, of which
//! one is used, made larger or added.

/// The base-two logarithm of the bits of a word.
const WORD: u32 = 6;

/// At most one hole of each size below a word; offsets are in units of the size, and never 0.
#[derive(Clone, Copy, Debug, Default)]
struct Holes([u32; WORD as usize]);

impl Holes {
    fn at(&mut self, log2: u32) -> Option<&mut u32> {
        self.0.get_mut(usize::try_from(log2).unwrap_or(usize::MAX))
    }

    fn take(&mut self, log2: u32) -> Option<u32> {
        let hole = self.at(log2)?;
        if *hole != 0 {
            return Some(std::mem::take(hole));
        }
        let offset = self.take(log2 + 1)?.checked_mul(2)?;
        *self.at(log2)? = offset + 1;
        Some(offset)
    }

    /// Adds the holes between `offset` and the end of `2^limit` bits.
    fn add(&mut self, log2: u32, mut offset: u32, limit: u32) {
        for log2 in log2..limit {
            if let Some(hole) = self.at(log2) {
                *hole = offset;
            }
            offset = offset.div_ceil(2);
        }
    }

    /// Makes what lies at an offset larger, at the expense of the holes behind it.
    fn expand(&mut self, log2: u32, offset: u32, factor: u32) -> bool {
        if factor == 0 {
            return true;
        }
        if self.at(log2).copied() != Some(offset + 1) || !self.expand(log2 + 1, offset >> 1, factor - 1) {
            return false;
        }
        self.at(log2).map(std::mem::take).is_some()
    }

    fn smallest(&self, log2: u32) -> Option<u32> {
        (log2..WORD)
            .zip(self.0.iter().skip(log2 as usize))
            .find(|(_, hole)| **hole != 0)
            .map(|(log2, _)| log2)
    }
}

/// What fields lie in: the struct, or one case of a union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Area {
    Struct,
    Case(usize),
}

/// A struct while it is laid out.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) words: u32,
    pub(super) pointers: u32,
    holes: Holes,
    unions: Vec<Union>,
    cases: Vec<Case>,
}

#[derive(Debug)]
struct Union {
    around: Area,
    begun: u16,
    discriminant: Option<u32>,
    locations: Vec<Location>,
    pointers: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Location {
    log2: u32,
    offset: u32,
}

#[derive(Debug)]
struct Case {
    union: usize,
    begun: bool,
    /// What it uses of each location of the union: `None` for nothing.
    usages: Vec<Option<Usage>>,
    pointers: usize,
}

#[derive(Clone, Copy, Debug)]
struct Usage {
    log2: u32,
    holes: Holes,
}

impl Layout {
    pub(super) fn add_union(&mut self, around: Area) -> usize {
        self.unions.push(Union {
            around,
            begun: 0,
            discriminant: None,
            locations: Vec::new(),
            pointers: Vec::new(),
        });
        self.unions.len() - 1
    }

    pub(super) fn add_case(&mut self, union: usize) -> Area {
        self.cases.push(Case { union, begun: false, usages: Vec::new(), pointers: 0 });
        Area::Case(self.cases.len() - 1)
    }

    /// Places the discriminant; `false` if it has a place.
    pub(super) fn place_discriminant(&mut self, union: usize) -> bool {
        let Some(Union { around, discriminant: None, .. }) = self.unions.get(union) else { return false };
        let offset = self.place_data(*around, 4);
        if let Some(union) = self.unions.get_mut(union) {
            union.discriminant = Some(offset);
        }
        true
    }

    pub(super) fn discriminant(&self, union: usize) -> u32 {
        self.unions.get(union).and_then(|union| union.discriminant).unwrap_or_default()
    }

    pub(super) fn place_void(&mut self, area: Area) {
        if let Area::Case(case) = area
            && let Some(around) = self.begin(case)
        {
            self.place_void(around);
        }
    }

    pub(super) fn place_pointer(&mut self, area: Area) -> u32 {
        let Area::Case(case) = area else {
            self.pointers += 1;
            return self.pointers - 1;
        };
        let Some(around) = self.begin(case) else { return 0 };
        let Some(case) = self.cases.get_mut(case) else { return 0 };
        let (union, used) = (case.union, case.pointers);
        case.pointers += 1;
        if let Some(pointer) = self.unions.get(union).and_then(|union| union.pointers.get(used)) {
            return *pointer;
        }
        let pointer = self.place_pointer(around);
        if let Some(union) = self.unions.get_mut(union) {
            union.pointers.push(pointer);
        }
        pointer
    }

    pub(super) fn place_data(&mut self, area: Area, log2: u32) -> u32 {
        match area {
            Area::Struct => {
                if let Some(offset) = self.holes.take(log2) {
                    return offset;
                }
                let offset = self.words << (WORD - log2);
                self.words += 1;
                self.holes.add(log2, offset + 1, WORD);
                offset
            }
            Area::Case(case) => self.place_in_case(case, log2),
        }
    }

    /// Notes that a case has a field, and returns what is around its union.
    fn begin(&mut self, case: usize) -> Option<Area> {
        let case = self.cases.get_mut(case)?;
        let index = case.union;
        let first = !std::mem::replace(&mut case.begun, true);
        let union = self.unions.get_mut(index)?;
        union.begun = union.begun.saturating_add(first.into());
        let around = union.around;
        if first && union.begun == 2 {
            self.place_discriminant(index);
        }
        Some(around)
    }

    fn place_in_case(&mut self, case: usize, log2: u32) -> u32 {
        let Some(around) = self.begin(case) else { return 0 };
        let Some(union) = self.cases.get(case).map(|case| case.union) else { return 0 };
        let locations = self.unions.get(union).map_or(0, |union| union.locations.len());
        if let Some(case) = self.cases.get_mut(case) {
            case.usages.resize(locations, None);
        }
        let best = (0..locations)
            .filter_map(|index| Some((self.room(case, index, log2)?, index)))
            .min_by_key(|(room, _)| *room);
        if let Some((_, index)) = best {
            return self.take(case, index, log2).unwrap_or_default();
        }
        for index in 0..locations {
            if let Some(offset) = self.take_by_growth(case, index, log2) {
                return offset;
            }
        }
        let offset = self.place_data(around, log2);
        if let Some(union) = self.unions.get_mut(union) {
            union.locations.push(Location { log2, offset });
        }
        if let Some(case) = self.cases.get_mut(case) {
            case.usages.push(Some(Usage { log2, holes: Holes::default() }));
        }
        offset
    }

    fn location(&self, case: usize, index: usize) -> Option<Location> {
        let union = self.cases.get(case)?.union;
        self.unions.get(union)?.locations.get(index).copied()
    }

    fn usage(&mut self, case: usize, index: usize) -> Option<&mut Option<Usage>> {
        self.cases.get_mut(case)?.usages.get_mut(index)
    }

    /// How large a piece of a location must be broken to place something.
    fn room(&self, case: usize, index: usize, log2: u32) -> Option<u32> {
        let location = self.location(case, index)?;
        match self.cases.get(case)?.usages.get(index)? {
            None => (log2 <= location.log2).then_some(location.log2),
            Some(usage) if log2 >= usage.log2 => (log2 < location.log2).then_some(location.log2),
            Some(usage) => usage.holes.smallest(log2).or((usage.log2 < location.log2).then_some(usage.log2)),
        }
    }

    fn take(&mut self, case: usize, index: usize, log2: u32) -> Option<u32> {
        let location = self.location(case, index)?;
        let slot = self.usage(case, index)?;
        let within = match slot {
            None => {
                *slot = Some(Usage { log2, holes: Holes::default() });
                0
            }
            Some(usage) if log2 >= usage.log2 => {
                usage.holes.add(usage.log2, 1, log2);
                usage.log2 = log2 + 1;
                1
            }
            Some(usage) => match usage.holes.take(log2) {
                Some(hole) => hole,
                None => {
                    let within = 1 << (usage.log2 - log2);
                    usage.holes.add(log2, within + 1, usage.log2);
                    usage.log2 += 1;
                    within
                }
            },
        };
        Some((location.offset << (location.log2 - log2)) + within)
    }

    fn take_by_growth(&mut self, case: usize, index: usize, log2: u32) -> Option<u32> {
        let usage = *self.usage(case, index)?;
        match usage {
            None => {
                if !self.grow_location(case, index, log2) {
                    return None;
                }
                *self.usage(case, index)? = Some(Usage { log2, holes: Holes::default() });
                let location = self.location(case, index)?;
                Some(location.offset << (location.log2 - log2))
            }
            Some(usage) => {
                let wanted = usage.log2.max(log2) + 1;
                if !self.grow_usage(case, index, wanted) {
                    return None;
                }
                let grown = self.usage(case, index)?.as_mut()?;
                grown.holes.add(usage.log2, 1, wanted);
                let hole = grown.holes.take(log2)?;
                let location = self.location(case, index)?;
                Some((location.offset << (location.log2 - log2)) + hole)
            }
        }
    }

    fn grow_usage(&mut self, case: usize, index: usize, log2: u32) -> bool {
        let Some(location) = self.location(case, index) else { return false };
        if log2 > location.log2 && !self.grow_location(case, index, log2) {
            return false;
        }
        match self.usage(case, index) {
            Some(Some(usage)) => {
                usage.log2 = log2;
                true
            }
            _ => false,
        }
    }

    fn grow_location(&mut self, case: usize, index: usize, log2: u32) -> bool {
        let Some(location) = self.location(case, index) else { return false };
        let factor = log2.saturating_sub(location.log2);
        if factor == 0 {
            return true;
        }
        let Some(union) = self.cases.get(case).map(|case| case.union) else { return false };
        let Some(around) = self.unions.get(union).map(|union| union.around) else { return false };
        if !self.expand(around, location.log2, location.offset, factor) {
            return false;
        }
        let location = self.unions.get_mut(union).and_then(|union| union.locations.get_mut(index));
        if let Some(location) = location {
            *location = Location { log2, offset: location.offset >> factor };
        }
        true
    }

    /// Makes what lies in an area larger where it lies.
    fn expand(&mut self, area: Area, log2: u32, offset: u32, factor: u32) -> bool {
        let Area::Case(case) = area else { return self.holes.expand(log2, offset, factor) };
        if log2 + factor > WORD || offset & ((1 << factor) - 1) != 0 {
            return false;
        }
        let count = self.cases.get(case).map_or(0, |case| case.usages.len());
        for index in 0..count {
            let Some(location) = self.location(case, index) else { return false };
            if location.log2 < log2 || offset >> (location.log2 - log2) != location.offset {
                continue;
            }
            let within = offset - (location.offset << (location.log2 - log2));
            let Some(Some(usage)) = self.usage(case, index) else { return false };
            if within == 0 && usage.log2 == log2 {
                return self.grow_usage(case, index, log2 + factor);
            }
            return usage.holes.expand(log2, within, factor);
        }
        false
    }
}
