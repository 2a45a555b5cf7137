//! Messages of a hostile peer: what somebody would write who knows how the encoding is read, and random changes of
//! anything.

use ipc_tests::random::Rng;

/// A message of one segment, as words.
pub type Words = Vec<u64>;

/// The size of the struct at the root of a seed: larger than any row's, so that each pointer of a row is one of the
/// seed's.
const DATA: u16 = 8;
const POINTERS: u16 = 16;

/// Where the objects of a seed begin: behind the root pointer and the struct.
const OBJECTS: usize = 1 + DATA as usize + POINTERS as usize;

/// What the data section of a seed's root is filled with: discriminants, presence fields and numbers take all sides.
const FILLS: [u64; 5] = [0, 0x0001_0001_0001_0001, 0x0002_0002_0002_0002, 0xd800_d800_d800_d800, u64::MAX];

/// Returns the messages that somebody thought of.
///
/// Each has a struct at its root all of whose pointers lead to one thing that is wrong, so that every field of every
/// type meets it.
pub fn seeds() -> Vec<Words> {
    let mut seeds = vec![
        // 24 bytes: a struct of one pointer; a list of inline structs that take no words; its tag, which says how many.
        vec![a_struct(0, 0, 1), a_list(0, 7, 0), a_tag(8_000_000, 0, 0)],
        vec![a_struct(0, 0, 1), a_list(0, 7, 0), a_tag(4_000_000, 0, 0)],
        vec![a_struct(0, 0, 1), a_list(0, 0, (1 << 29) - 1)],
        Vec::new(),
        vec![0],
        // The root points to itself, before the beginning, behind the end.
        vec![a_struct(-1, 1, 0)],
        vec![a_struct(-1, 0, 1)],
        vec![a_struct(-100, 1, 1)],
        vec![a_struct(0, u16::MAX, u16::MAX)],
        vec![a_far(0, 0, 0)],
        vec![a_far(7, 0, 0)],
    ];
    for fill in FILLS {
        seeds.push(with_root(fill, 0, &[], |_| 0));
        for Object { pointer, words } in objects() {
            seeds.push(with_root(fill, OBJECTS, &words, |offset| pointer.at(offset)));
        }
    }
    seeds
}

/// Makes a message whose root has `fill` for data; each of its pointers is what `pointer` returns for the distance from
/// behind it to `target`.
fn with_root(fill: u64, target: usize, objects: &[u64], pointer: impl Fn(i32) -> u64) -> Words {
    let mut words = vec![a_struct(0, DATA, POINTERS)];
    words.extend([fill; DATA as usize]);
    for index in words.len()..OBJECTS {
        words.push(pointer(distance(index, target)));
    }
    words.extend(objects);
    words
}

/// Makes all pointers of a seed's root null but one.
pub fn with_one_pointer(seed: &[u64], number: usize) -> Words {
    let mut words = seed.to_vec();
    let pointers = words.get_mut(OBJECTS - usize::from(POINTERS)..OBJECTS).unwrap_or_default();
    // A row has fewer pointers than a seed.
    let kept = number % 10;
    pointers.iter_mut().enumerate().filter(|(index, _)| *index != kept).for_each(|(_, word)| *word = 0);
    words
}

/// From behind the pointer at one index to another.
fn distance(from: usize, to: usize) -> i32 {
    let place = |index: usize| i32::try_from(index).expect("a small message");
    place(to) - place(from) - 1
}

/// Something wrong, and the pointer that leads to it.
struct Object {
    pointer: Pointer,
    words: Words,
}

enum Pointer {
    Struct(u16, u16),
    List(u64, u64),
    Same(u64),
}

impl Pointer {
    fn at(&self, offset: i32) -> u64 {
        match *self {
            Self::Struct(data, pointers) => a_struct(offset, data, pointers),
            Self::List(size, length) => a_list(offset, size, length),
            Self::Same(word) => word,
        }
    }
}

fn objects() -> Vec<Object> {
    let mut objects = Vec::new();
    let mut add = |pointer, words| objects.push(Object { pointer, words });
    // More elements than there can be: without words, and with.
    for count in [1_000_000, 4_000_000, 8_000_000, (1 << 29) - 1, (1 << 30) - 1] {
        add(Pointer::List(7, 0), vec![a_tag(count, 0, 0)]);
        add(Pointer::List(7, 1), vec![a_tag(count, 1, 0), 0]);
        add(Pointer::List(7, 3), vec![a_tag(count, 0, 1), 0, 0, 0]);
    }
    add(Pointer::List(7, 4), vec![a_list(0, 2, 4), 0, 0, 0, 0]);
    for size in 0..8 {
        for length in [1, 3, 15, 16, 17, 4_000_000, (1 << 29) - 1] {
            add(Pointer::List(size, length), vec![0; 4]);
            add(Pointer::List(size, length), vec![u64::MAX; 40]);
        }
    }
    // Pointers that lead into themselves: a list of itself, a struct in itself, the root again.
    let to_the_list = |length: usize| (0..length).map(|index| a_list(distance(index, 0), 6, 8)).collect();
    add(Pointer::List(6, 8), to_the_list(8));
    add(Pointer::Struct(0, 8), (0..8).map(|index| a_struct(distance(index, 0), 0, 8)).collect());
    add(Pointer::Struct(8, 8), [[u64::MAX; 8], [a_struct(-16, 8, 8); 8]].concat());
    add(Pointer::List(6, 8), vec![a_struct(-20, DATA, POINTERS); 8]);
    // Deeper than anybody nests.
    add(Pointer::Struct(0, 1), vec![a_struct(0, 0, 1); 200]);
    add(Pointer::List(6, 1), vec![a_list(0, 6, 1); 200]);
    // Each level has eight pointers to the next one, so a few words are read as billions.
    let bomb = |pointer: fn(i32) -> u64| -> Words {
        (0..160).map(|index| pointer(distance(index, (index / 8 + 1) * 8))).collect()
    };
    add(Pointer::List(6, 8), bomb(|offset| a_list(offset, 6, 8)));
    add(Pointer::Struct(0, 8), bomb(|offset| a_struct(offset, 0, 8)));
    // Thousands of pointers to one large text, and to one list of bits.
    let many = |size: u64, length: u64| -> Words {
        let mut words: Words = (0..4000).map(|index| a_list(distance(index, 4000), size, length)).collect();
        words.extend([0x0061_6161_6161_6161; 4000]);
        words
    };
    add(Pointer::List(6, 4000), many(2, 32_000));
    add(Pointer::List(6, 4000), many(1, 256_000));
    add(Pointer::List(6, 4000), many(0, 100_000));
    // Text without a NUL, with one inside, not UTF-8, empty without a NUL.
    add(Pointer::List(2, 8), vec![0x6161_6161_6161_6161]);
    add(Pointer::List(2, 8), vec![0x0061_0061_0061_0061]);
    add(Pointer::List(2, 8), vec![0x00ff_fec0_80ed_a080]);
    add(Pointer::List(2, 0), vec![]);
    // Lists of such texts, of all sizes of elements.
    add(Pointer::List(6, 3), vec![a_list(2, 2, 8), a_list(1, 2, 0), a_list(0, 7, 1), 0x00ff_0061_0000_0001]);
    // Far pointers: to a segment that is not there, to themselves, to a pad that is none, to far pointers.
    add(Pointer::Same(a_far(1, 0, 0)), vec![]);
    add(Pointer::Same(a_far(u32::MAX, 0, 0)), vec![]);
    add(Pointer::Same(a_far(0, u32::MAX >> 3, 0)), vec![]);
    add(Pointer::Same(a_far(0, place(OBJECTS), 0)), vec![a_far(0, place(OBJECTS), 0)]);
    add(Pointer::Same(a_far(0, place(OBJECTS), 1)), vec![a_far(0, place(OBJECTS), 1), 0]);
    add(Pointer::Same(a_far(0, place(OBJECTS), 1)), vec![a_far(0, 0, 0), a_tag(8_000_000, 0, 0)]);
    add(Pointer::Same(a_far(0, place(OBJECTS), 0)), vec![a_list(-1, 7, 0)]);
    // Objects that the message does not carry, and pointers of no kind.
    for index in [0, 1, u64::from(u32::MAX)] {
        add(Pointer::Same(3 | index << 32), vec![]);
        add(Pointer::List(6, 2), vec![3 | index << 32; 2]);
    }
    add(Pointer::Same(3 | 1 << 2), vec![]);
    add(Pointer::Same(u64::MAX), vec![]);
    // Before the beginning, behind the end, across it.
    add(Pointer::Same(a_struct(-(1 << 29), 1, 1)), vec![]);
    add(Pointer::Same(a_struct((1 << 29) - 1, 1, 1)), vec![]);
    add(Pointer::Struct(u16::MAX, u16::MAX), vec![0; 3]);
    add(Pointer::Struct(1, 2), vec![0x7ff8_0000_0000_0001]);
    // Structs of another size than the reader's, and lists of them.
    add(Pointer::Struct(0, 0), vec![]);
    add(Pointer::Struct(1, 0), vec![u64::MAX]);
    add(Pointer::List(7, 6), vec![a_tag(3, 1, 1), u64::MAX, 0, 1, a_struct(-2, 1, 1), 2, a_list(-3, 6, 2)]);
    objects
}

fn place(index: usize) -> u32 {
    u32::try_from(index).expect("a small message")
}

/// A pointer to a struct, `offset` words behind it.
pub fn a_struct(offset: i32, data: u16, pointers: u16) -> u64 {
    near(offset) | u64::from(data) << 32 | u64::from(pointers) << 48
}

/// A pointer to a list, `offset` words behind it.
pub fn a_list(offset: i32, size: u64, length: u64) -> u64 {
    1 | near(offset) | size << 32 | length << 35
}

/// The word before a list of inline structs.
pub fn a_tag(count: u64, data: u16, pointers: u16) -> u64 {
    count << 2 | u64::from(data) << 32 | u64::from(pointers) << 48
}

/// A pointer into a segment.
pub fn a_far(segment: u32, offset: u32, double: u64) -> u64 {
    2 | double << 2 | u64::from(offset) << 3 | u64::from(segment) << 32
}

fn near(offset: i32) -> u64 {
    u64::from(offset.cast_unsigned() << 2)
}

/// Makes a message of a segment.
pub fn framed(words: &[u64]) -> Vec<u8> {
    let header = (words.len() as u64) << 32;
    std::iter::once(&header).chain(words).flat_map(|word| word.to_le_bytes()).collect()
}

/// Returns the words of a message of one segment.
pub fn unframed(message: &[u8]) -> Words {
    let words = message.as_chunks::<8>().0.iter().skip(1);
    words.map(|word| u64::from_le_bytes(*word)).collect()
}

/// Returns a word that may be right as a pointer.
fn pointer(rng: &mut Rng) -> u64 {
    let offset = i32::try_from(rng.below(16)).unwrap_or(0) - 4;
    let (small, size) = (rng.any() % 40, rng.any() % 8);
    let counts = [1_000_000, 8_000_000, (1 << 29) - 1];
    match rng.below(6) {
        0 => a_struct(offset, rng.any() as u16 % 4, rng.any() as u16 % 12),
        1 => a_list(offset, size, small),
        2 => a_list(offset, size, rng.pick(&counts).copied().unwrap_or(0)),
        3 => a_tag(small, rng.any() as u16 % 3, rng.any() as u16 % 3),
        4 => a_far(rng.any() as u32 % 3, rng.any() as u32 % 32, rng.any() % 2),
        _ => 3 | (rng.any() % 3) << 32,
    }
}

/// Changes a message a little.
pub fn mutate(words: &mut Words, others: &[Words], rng: &mut Rng) {
    for _ in 0..=rng.below(4) {
        let place = rng.below(words.len());
        let from = rng.below(words.len());
        match rng.below(10) {
            0 => change(words, place, |word| word ^ 1 << (from as u32 % 64)),
            1 => change(words, place, |word| word.wrapping_add(1)),
            2 => change(words, place, |word| word.wrapping_sub(1)),
            3 => {
                let word = rng.any();
                change(words, place, |_| word);
            }
            4 | 5 => {
                let word = pointer(rng);
                change(words, place, |_| word);
            }
            6 => {
                let word = words.get(from).copied().unwrap_or_default();
                change(words, place, |_| word);
            }
            7 => words.truncate(place),
            8 => words.insert(place.min(words.len()), pointer(rng)),
            _ => {
                // The beginning of one and the end of another.
                let other = rng.pick(others).cloned().unwrap_or_default();
                words.truncate(place);
                words.extend(other.into_iter().skip(place));
            }
        }
    }
}

fn change(words: &mut [u64], place: usize, change: impl FnOnce(u64) -> u64) {
    if let Some(word) = words.get_mut(place) {
        *word = change(*word);
    }
}
