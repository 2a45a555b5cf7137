//! As much of blocks and transactions as it takes to solve one.

use ipc_runtime::IpcException;
use sha2::{Digest, Sha256};

use crate::{BlockHash, BlockTemplate, CoinbaseTx, Hash};

/// Bytes of a header, and where its fields are.
const HEADER: usize = 80;
const MERKLE_ROOT: usize = 36;
const TIME: usize = 68;
const BITS: usize = 72;
const NONCE: usize = 76;

/// A script that anybody can spend from: a test chain's coins need no owner.
const ANYONE: &[u8] = &[0x51];

/// What completes a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// Of the header.
    pub version: u32,
    /// Of the header.
    pub timestamp: u32,
    /// Of the header.
    pub nonce: u32,
    /// The coinbase transaction.
    pub coinbase: Vec<u8>,
    /// The hash of the block.
    pub hash: BlockHash,
}

/// Solves a block, where that takes few tries.
///
/// # Errors
/// Returns an error if a call fails, if the node sends what is no template, or if no nonce is a solution.
pub fn solve(template: &dyn BlockTemplate) -> Result<Solution, IpcException> {
    let header = template.get_block_header()?;
    let mut header: [u8; HEADER] = header.try_into().map_err(|_| malformed("the header"))?;
    let parts = template.get_coinbase_tx()?;
    let root =
        merkle_root(hash(&write_coinbase(&parts, Witness::Without)), &template.get_coinbase_merkle_path()?);
    header[MERKLE_ROOT..MERKLE_ROOT + 32].copy_from_slice(&root);
    let target = target(number(&header, BITS));
    for nonce in 0..=u32::MAX {
        header[NONCE..].copy_from_slice(&nonce.to_le_bytes());
        let hash = hash(&header);
        // As numbers: the last byte is the highest.
        if hash.iter().rev().le(target.iter().rev()) {
            return Ok(Solution {
                version: number(&header, 0),
                timestamp: number(&header, TIME),
                nonce,
                coinbase: write_coinbase(&parts, Witness::With),
                hash: BlockHash(hash),
            });
        }
    }
    Err(IpcException::failed("no nonce solves the block: ask for a new template"))
}

/// Whether a transaction is written with its witness: its id is the hash of the one without.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Witness {
    With,
    Without,
}

fn write_coinbase(parts: &CoinbaseTx, witness: Witness) -> Vec<u8> {
    let witness = (witness == Witness::With && !parts.witness.is_empty()).then_some(&parts.witness);
    // Scripts of less than two bytes are refused, and the first heights are one byte.
    let script_sig = [&parts.script_sig_prefix[..], &[0]].concat();
    let mut bytes = parts.version.to_le_bytes().to_vec();
    if witness.is_some() {
        bytes.extend([0, 1]);
    }
    bytes.push(1);
    bytes.extend([0; 32]);
    bytes.extend([0xff; 4]);
    write_bytes(&mut bytes, &script_sig);
    bytes.extend(parts.sequence.to_le_bytes());
    write_size(&mut bytes, 1 + parts.required_outputs.len());
    bytes.extend(parts.block_reward_remaining.to_le_bytes());
    write_bytes(&mut bytes, ANYONE);
    bytes.extend(parts.required_outputs.concat());
    if let Some(witness) = witness {
        bytes.push(1);
        write_bytes(&mut bytes, witness);
    }
    bytes.extend(parts.lock_time.to_le_bytes());
    bytes
}

/// Takes a coinbase transaction apart: the first output is the miner's, the others are required.
///
/// # Errors
/// Returns an error if the bytes are not one.
pub fn read_coinbase(bytes: &[u8]) -> Result<CoinbaseTx, IpcException> {
    Bytes(bytes).coinbase().ok_or_else(|| malformed("the coinbase transaction"))
}

/// Returns how many bytes of a list's length are in front of it, and writes it.
fn write_size(to: &mut Vec<u8>, size: usize) {
    match size {
        0..0xfd => to.push(u8::try_from(size).unwrap_or(0)),
        0xfd..0x1_0000 => {
            to.push(0xfd);
            to.extend(u16::try_from(size).unwrap_or(0).to_le_bytes());
        }
        _ => {
            to.push(0xfe);
            to.extend(u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes());
        }
    }
}

fn write_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    write_size(to, bytes.len());
    to.extend(bytes);
}

/// What is left to be read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn coinbase(&mut self) -> Option<CoinbaseTx> {
        let version = u32::from_le_bytes(self.array()?);
        let mut inputs = self.size()?;
        let with_witness = inputs == 0;
        if with_witness {
            // No inputs stand for a witness; a flag and the real number follow.
            self.array::<1>()?;
            inputs = self.size()?;
        }
        if inputs != 1 {
            return None;
        }
        self.array::<36>()?;
        let script_sig_prefix = self.sized()?.to_vec();
        let sequence = u32::from_le_bytes(self.array()?);
        let mut outputs = self.size()?.checked_sub(1)?;
        let block_reward_remaining = i64::from_le_bytes(self.array()?);
        self.sized()?;
        let mut required_outputs = Vec::new();
        while outputs > 0 {
            let begin = self.0;
            self.array::<8>()?;
            self.sized()?;
            required_outputs.push(begin.get(..begin.len() - self.0.len())?.to_vec());
            outputs -= 1;
        }
        let mut witness = Vec::new();
        if with_witness {
            if self.size()? != 1 {
                return None;
            }
            witness = self.sized()?.to_vec();
        }
        let lock_time = u32::from_le_bytes(self.array()?);
        self.0.is_empty().then_some(CoinbaseTx {
            version,
            sequence,
            script_sig_prefix,
            witness,
            block_reward_remaining,
            required_outputs,
            lock_time,
        })
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    fn size(&mut self) -> Option<usize> {
        Some(match self.array::<1>()? {
            [0xff] => usize::try_from(u64::from_le_bytes(self.array()?)).ok()?,
            [0xfe] => usize::try_from(u32::from_le_bytes(self.array()?)).ok()?,
            [0xfd] => usize::from(u16::from_le_bytes(self.array()?)),
            [size] => usize::from(size),
        })
    }

    fn sized(&mut self) -> Option<&'a [u8]> {
        let size = self.size()?;
        let (bytes, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        Some(bytes)
    }
}

/// Returns the number that a hash must not exceed; `bits` is its short form.
fn target(bits: u32) -> Hash {
    let mut target = [0; 32];
    let (size, mantissa) = (bits >> 24, bits & 0x7f_ffff);
    for (byte, place) in mantissa.to_le_bytes().into_iter().zip(0_u32..3) {
        let place = (size + place).checked_sub(3).and_then(|place| usize::try_from(place).ok());
        if let Some(at) = place.and_then(|place| target.get_mut(place)) {
            *at = byte;
        }
    }
    target
}

fn merkle_root(coinbase: Hash, path: &[Hash]) -> Hash {
    path.iter().fold(coinbase, |left, right| hash(&[left, *right].concat()))
}

fn number(header: &[u8; HEADER], at: usize) -> u32 {
    header.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(Sha256::digest(bytes)).into()
}

fn malformed(what: &str) -> IpcException {
    IpcException::failed(format!("the node sent something else in place of {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> CoinbaseTx {
        CoinbaseTx {
            version: 2,
            sequence: 0xffff_fffe,
            script_sig_prefix: vec![0x51],
            witness: vec![0; 32],
            block_reward_remaining: 5_000_000_000,
            required_outputs: vec![[&[0; 8][..], &[3, 0x6a, 1, 2]].concat()],
            lock_time: 7,
        }
    }

    #[test]
    fn a_coinbase_is_read_as_it_is_written() {
        for witness in [vec![0; 32], Vec::new()] {
            let parts = CoinbaseTx { witness, ..parts() };
            let read = read_coinbase(&write_coinbase(&parts, Witness::With)).unwrap();
            let script_sig_prefix = vec![0x51, 0];
            assert_eq!(read, CoinbaseTx { script_sig_prefix, ..parts });
        }
    }

    #[test]
    fn a_coinbase_that_is_cut_off_is_an_error() {
        let bytes = write_coinbase(&parts(), Witness::With);
        for end in 0..bytes.len() {
            assert!(read_coinbase(&bytes[..end]).is_err(), "{end}");
        }
        let mut huge = bytes.clone();
        // The number of inputs, as large as can be.
        huge.splice(6..7, [0xff; 9]);
        assert!(read_coinbase(&huge).is_err());
    }

    #[test]
    fn the_target_is_the_short_form_written_out() {
        // What regtest and the first block of the main chain have.
        let mut expected = [0; 32];
        expected[29..].copy_from_slice(&[0xff, 0xff, 0x7f]);
        assert_eq!(target(0x207f_ffff), expected);
        let mut expected = [0; 32];
        expected[26..28].copy_from_slice(&[0xff, 0xff]);
        assert_eq!(target(0x1d00_ffff), expected);
        assert_eq!(target(0xffff_ffff), [0; 32]);
    }
}
