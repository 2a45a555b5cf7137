//! Type ids: what an interface is called on the wire.
//!
//! The rule is the Cap'n Proto compiler's (compiler/type-id.c++): the id of a declaration without an explicit one
//! is made from MD5 over the parent's id and its name, the highest bit set.

/// Returns the id of a declaration named `name` inside the file or declaration `parent`.
pub const fn type_id(parent: u64, name: &str) -> u64 {
    let mut md5 = Md5::new();
    md5.update(&parent.to_le_bytes());
    md5.update(name.as_bytes());
    md5.finish_id()
}

/// Returns the id of the parameter or result struct that a method implies.
pub const fn method_struct_id(interface: u64, ordinal: u16, role: MethodStruct) -> u64 {
    let mut md5 = Md5::new();
    md5.update(&interface.to_le_bytes());
    md5.update(&ordinal.to_le_bytes());
    md5.update(&[matches!(role, MethodStruct::Results) as u8]);
    md5.finish_id()
}

/// Returns the id of the group that is the member at `index` of a struct.
pub const fn group_id(parent: u64, index: u16) -> u64 {
    let mut md5 = Md5::new();
    md5.update(&parent.to_le_bytes());
    md5.update(&index.to_le_bytes());
    md5.finish_id()
}

/// Which of a method's two implied structs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodStruct {
    /// The parameters.
    Params,
    /// The results.
    Results,
}

/// Returns the file id that stands for a package whose interfaces pin none.
pub const fn package_file_id(package: &str) -> u64 {
    let mut md5 = Md5::new();
    md5.update(b"ipc:");
    md5.update(package.as_bytes());
    md5.finish_id()
}

/// MD5 (RFC 1321) in constants. The ids need nothing of it but agreement with the Cap'n Proto compiler; the
/// crates that offer MD5 do not compute it at compile time.
///
/// Two of them are computed for each declaration, by rustc's interpreter, to which a call of a function is dear: so there
/// are none, and sums are made in 64 bits, of which 32 are kept.
struct Md5 {
    state: [u32; 4],
    block: [u32; 16],
    length: u64,
}

impl Md5 {
    const fn new() -> Self {
        Self { state: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476], block: [0; 16], length: 0 }
    }

    #[expect(clippy::indexing_slicing, reason = "const evaluation; bounded by the loop and by % 64")]
    const fn update(&mut self, bytes: &[u8]) {
        let mut i = 0;
        while i < bytes.len() {
            let at = (self.length % 64) as usize;
            self.block[at / 4] |= (bytes[i] as u32) << (at % 4 * 8);
            self.length += 1;
            if at == 63 {
                self.compress();
            }
            i += 1;
        }
    }

    /// Pads, and takes the first eight bytes of the digest, big-endian, with the highest bit set.
    #[expect(clippy::cast_possible_truncation, reason = "the length is written in two halves")]
    const fn finish_id(mut self) -> u64 {
        let bits = self.length * 8;
        self.update(&[0x80]);
        // What is not written is zero.
        if self.length % 64 > 56 {
            self.compress();
        }
        self.block[14] = bits as u32;
        self.block[15] = (bits >> 32) as u32;
        self.compress();
        let [a, b, ..] = self.state;
        (((a.swap_bytes() as u64) << 32) | b.swap_bytes() as u64) | 1 << 63
    }

    /// Takes the block in, and clears it.
    #[expect(clippy::indexing_slicing, reason = "const evaluation; every index is taken modulo the length")]
    #[expect(clippy::many_single_char_names, reason = "the names of RFC 1321")]
    #[expect(clippy::cast_possible_truncation, reason = "sums are modulo 2^32")]
    const fn compress(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.state;
        let mut i = 0;
        while i < 64 {
            let (f, word) = match i / 16 {
                0 => ((b & c) | (!b & d), i),
                1 => ((d & b) | (!d & c), 5 * i + 1),
                2 => (b ^ c ^ d, 3 * i + 5),
                _ => (c ^ (b | !d), 7 * i),
            };
            let sum = a as u64 + f as u64 + SINES[i] + self.block[word % 16] as u64;
            let sum = sum & u32::MAX as u64;
            let shift = SHIFTS[i / 16][i % 4];
            let next = (b as u64 + ((sum << shift) | (sum >> (32 - shift)))) as u32;
            a = d;
            d = c;
            c = b;
            b = next;
            i += 1;
        }
        let [s0, s1, s2, s3] = self.state;
        self.state = [s0.wrapping_add(a), s1.wrapping_add(b), s2.wrapping_add(c), s3.wrapping_add(d)];
        self.block = [0; 16];
    }
}

const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// `floor(2^32 * abs(sin(i + 1)))`, RFC 1321 section 3.4.
const SINES: [u64; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: u64 = 0xcc31_6e3f_71a0_40fb;

    #[test]
    fn ids_are_those_of_the_capnp_compiler() {
        // wire-conventions: ids of libmultiprocess's proxy.capnp, computed by `capnp compile`.
        assert_eq!(type_id(PROXY, "ThreadMap"), 0xee5e_3717_9ad9_dc9d);
        assert_eq!(type_id(PROXY, "Thread"), 0x81c1_e260_0d0b_56c5);
        assert_eq!(type_id(PROXY, "Context"), 0x9c44_e664_5d0b_22c6);
    }

    #[test]
    fn names_end_before_in_and_behind_the_last_bytes_of_a_block() {
        // What another implementation of MD5 makes of them.
        for (length, id) in [
            (0, 0xde9e_890a_c810_69e3),
            (47, 0x872b_ec81_c34b_5db8),
            (48, 0xc15c_d034_dee7_f1ee),
            (55, 0x9f6a_d612_98f0_fe89),
            (56, 0x85ef_d17f_53e4_ceca),
            (63, 0x9e1d_106d_306a_8924),
            (119, 0xaa05_f937_0ad6_d21e),
            (120, 0x8e63_23c3_904c_87b1),
            (130, 0xf98e_d6e9_fbeb_2110),
        ] {
            assert_eq!(type_id(PROXY, &"N".repeat(length)), id, "{length}");
        }
    }
}
