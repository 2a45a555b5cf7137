//! Stream framing: bytes of a socket in, whole messages out.
//!
//! The format is Cap'n Proto's for streams: the number of segments less one, the size of each in words, padding
//! to a word, then the segments.

use std::io;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use capnp::message::ReaderOptions;

use crate::rpc::{Arrived, Attachment, IncomingMessage, Segments};
use crate::wire::raw::{LARGE_WORDS, MESSAGE_LIMIT_WORDS, Words};

/// What one system call reads at first: an idle connection is to be cheap. A header of 512 segments fits.
const SMALL_BUFFER: usize = 4 * 1024;

/// What one system call reads once a connection has shown that it has so much to say.
const LARGE_BUFFER: usize = 64 * 1024;

/// The most segments of one message. Cap'n Proto's own implementations stop at 512.
const SEGMENT_LIMIT: usize = 512;

/// The memory of a message before anything of it has arrived, if it is to be so large: little more than what the system holds
/// for a connection anyway. Most messages are not larger, and so are never moved.
const GROWTH_WORDS: usize = LARGE_WORDS;

/// How much more memory a message gets than has arrived of it: what a header claims costs its sender a part of what it
/// costs us, and a message is moved once for each such factor, if the system moves memory by copying.
const GROWTH_FACTOR: usize = 16;

/// Why reading stopped.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// The socket has no more bytes at the moment.
    Empty,
    /// The share of one turn is used up; there may be more.
    Share,
    /// The peer closed its side.
    Eof,
}

/// A whole message, and the file descriptors that came beside it.
pub(super) struct Received {
    pub(super) message: IncomingMessage,
    pub(super) arrived: Arrived,
    /// Where it begins, counted in bytes of the connection.
    begin: u64,
}

/// The read half of one connection.
///
/// Invariant: `buffer[start..end]` are bytes received and not yet parsed; they are empty while a `partial` message
/// waits for more than they hold.
///
/// A message with descriptors begins its own `sendmsg` and is alone in it, but one read may return the end of earlier
/// messages before it. So descriptors belong to the last message that begins in the read that brings them; if none
/// does, they belong to nothing and are closed.
#[derive(Debug)]
pub(super) struct Framing {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    partial: Option<Partial>,
    /// Bytes received so far.
    position: u64,
    /// Where the message begins that is not whole yet.
    begin: u64,
    /// The descriptors that came beside it.
    attached: Vec<Attachment>,
    /// Held by every descriptor that was received and not yet taken.
    untaken: Arc<()>,
    untaken_limit: usize,
}

#[derive(Debug)]
struct Partial {
    /// Bytes of the header.
    header: usize,
    words: Words,
    filled: usize,
    total_words: usize,
    /// Of each segment, if there are several.
    bounds: Vec<Range<usize>>,
}

impl Framing {
    /// Starts to read; at most `untaken_limit` file descriptors may have been received and not taken.
    pub(super) fn new(untaken_limit: usize) -> Self {
        Self {
            buffer: vec![0; SMALL_BUFFER].into_boxed_slice(),
            start: 0,
            end: 0,
            partial: None,
            position: 0,
            begin: 0,
            attached: Vec::new(),
            untaken: Arc::new(()),
            untaken_limit,
        }
    }

    /// Reads until the socket is empty or `reads` system calls were made; appends whole messages to `messages`.
    /// `receive` reads bytes into the space that it is given, and adds the file descriptors that came with them.
    ///
    /// # Errors
    /// Returns the socket's error, or `InvalidData` for a header that no peer may send, or for more file descriptors
    /// than it may.
    pub(super) fn fill(
        &mut self,
        mut receive: impl FnMut(&mut [u8], &mut Vec<OwnedFd>) -> io::Result<usize>,
        messages: &mut Vec<Received>,
        reads: usize,
    ) -> io::Result<Filled> {
        let mut fds = Vec::new();
        for _ in 0..reads {
            let space = match &mut self.partial {
                Some(partial) => partial.space(),
                None => {
                    self.make_space();
                    self.buffer.get_mut(self.end..).unwrap_or_default()
                }
            };
            let wanted = space.len();
            let received = match receive(space, &mut fds) {
                Ok(0) => return Ok(Filled::Eof),
                Ok(received) => received.min(wanted),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Filled::Empty),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            match &mut self.partial {
                Some(partial) => partial.filled += received,
                None => self.end += received,
            }
            let read_from = self.position;
            self.position += received as u64;
            self.parse(messages)?;
            if !fds.is_empty() {
                self.attach(fds.drain(..), read_from, messages.last_mut())?;
            }
            if received < wanted {
                // The socket was emptied; asking it again would cost a system call to hear so.
                return Ok(Filled::Empty);
            }
        }
        Ok(Filled::Share)
    }

    /// Moves what is not yet parsed to the front; makes the buffer larger after a read that has filled it.
    fn make_space(&mut self) {
        let filled = self.end == self.buffer.len();
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if filled && self.buffer.len() < LARGE_BUFFER {
            let mut larger = std::mem::take(&mut self.buffer).into_vec();
            larger.resize(LARGE_BUFFER, 0);
            self.buffer = larger.into_boxed_slice();
        }
    }

    /// Gives descriptors to the last message that begins in the read that has brought them, at `read_from`.
    fn attach(
        &mut self,
        fds: impl Iterator<Item = OwnedFd>,
        read_from: u64,
        last: Option<&mut Received>,
    ) -> io::Result<()> {
        let attached: Vec<_> = fds.map(|fd| Attachment::received(fd, &self.untaken)).collect();
        if Arc::strong_count(&self.untaken) - 1 > self.untaken_limit {
            return Err(invalid("more file descriptors than are taken from it"));
        }
        if self.begin < self.position {
            if self.begin >= read_from {
                self.attached = attached;
            }
        } else if let Some(last) = last
            && last.begin >= read_from
        {
            last.arrived = Arrived::new(attached);
        }
        Ok(())
    }

    fn parse(&mut self, messages: &mut Vec<Received>) -> io::Result<()> {
        loop {
            if self.partial.is_none()
                && let Some(message) = self.small()
            {
                messages.push(message);
                continue;
            }
            let mut partial = match self.partial.take() {
                Some(partial) => partial,
                None => match self.header()? {
                    Some(partial) => partial,
                    None => return Ok(()),
                },
            };
            self.start += partial.take(self.buffer.get(self.start..self.end).unwrap_or_default());
            if !partial.is_complete() {
                self.partial = Some(partial);
                return Ok(());
            }
            let begin = self.begin;
            self.begin += (partial.header + partial.filled) as u64;
            let arrived = Arrived::new(std::mem::take(&mut self.attached));
            messages.push(Received { message: partial.finish(), arrived, begin });
        }
    }

    /// Takes a message from the buffer that is there whole, small and in one segment, as most are.
    fn small(&mut self) -> Option<Received> {
        let (header, rest) = self.buffer.get(self.start..self.end)?.split_first_chunk::<8>()?;
        let [0, 0, 0, 0, size @ ..] = *header else { return None };
        let content = rest.get(..usize::try_from(u32::from_le_bytes(size)).ok()?.checked_mul(8)?)?;
        let message = Segments::single(Words::copied(content));
        let begin = self.begin;
        self.start += 8 + content.len();
        self.begin += (8 + content.len()) as u64;
        let arrived = if self.attached.is_empty() { Vec::new() } else { std::mem::take(&mut self.attached) };
        let message = IncomingMessage::new(message, ReaderOptions::new());
        Some(Received { message, arrived: Arrived::new(arrived), begin })
    }

    /// Parses a header, if it is there whole.
    fn header(&mut self) -> io::Result<Option<Partial>> {
        let bytes = self.buffer.get(self.start..self.end).unwrap_or_default();
        let Some((count, mut sizes)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
        let segments = u32::from_le_bytes(*count) as usize;
        if segments >= SEGMENT_LIMIT {
            return Err(invalid("a message of more than 512 segments"));
        }
        let segments = segments + 1;
        let header = (4 + 4 * segments).next_multiple_of(8);
        if bytes.len() < header {
            return Ok(None);
        }
        let mut bounds = if segments > 1 { Vec::with_capacity(segments) } else { Vec::new() };
        let mut total = 0_usize;
        for _ in 0..segments {
            let Some((size, rest)) = sizes.split_first_chunk::<4>() else { return Ok(None) };
            sizes = rest;
            let end = total.saturating_add(u32::from_le_bytes(*size) as usize);
            if segments > 1 {
                bounds.push(total..end);
            }
            total = end;
        }
        if total as u64 > MESSAGE_LIMIT_WORDS {
            return Err(invalid("a message of more than 64 MiB"));
        }
        self.start += header;
        Ok(Some(Partial {
            header,
            words: Words::to_be_filled(total.min(GROWTH_WORDS)),
            filled: 0,
            total_words: total,
            bounds,
        }))
    }
}

impl Partial {
    fn is_complete(&self) -> bool {
        self.filled == self.total_words * 8
    }

    /// Makes room for words that have arrived or are about to.
    fn grow(&mut self, at_least: usize) {
        let arrived = (self.filled / 8).saturating_mul(GROWTH_FACTOR);
        let target =
            self.words.len().saturating_add(at_least).max(arrived).max(GROWTH_WORDS).min(self.total_words);
        self.words.extend_to(target);
    }

    /// Copies what belongs to this message; returns how much that was.
    fn take(&mut self, bytes: &[u8]) -> usize {
        let wanted = (self.total_words * 8 - self.filled).min(bytes.len());
        let needed = (self.filled + wanted).div_ceil(8);
        if needed > self.words.len() {
            self.grow(needed - self.words.len());
        }
        let target = self.words.bytes_from(self.filled).get_mut(..wanted);
        if let (Some(target), Some(source)) = (target, bytes.get(..wanted)) {
            target.copy_from_slice(source);
            self.filled += wanted;
            wanted
        } else {
            0
        }
    }

    /// Returns the memory that the next bytes go to, never empty while the message is incomplete.
    fn space(&mut self) -> &mut [u8] {
        if self.filled == self.words.len() * 8 {
            self.grow(1);
        }
        self.words.bytes_from(self.filled)
    }

    fn finish(self) -> IncomingMessage {
        let Self { words, bounds, .. } = self;
        let segments = if bounds.is_empty() { Segments::single(words) } else { Segments::new(words, bounds) };
        IncomingMessage::new(segments, ReaderOptions::new())
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the peer sent {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use capnp::message::ReaderSegments;

    fn frame(segments: &[&[u64]]) -> Vec<u8> {
        let mut bytes = u32::try_from(segments.len() - 1).unwrap().to_le_bytes().to_vec();
        for segment in segments {
            bytes.extend(u32::try_from(segment.len()).unwrap().to_le_bytes());
        }
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        for word in segments.iter().copied().flatten() {
            bytes.extend(word.to_le_bytes());
        }
        bytes
    }

    /// Feeds the bytes in pieces of `step` and returns the segments of every message.
    fn parse(bytes: &[u8], step: usize) -> io::Result<Vec<Vec<Vec<u8>>>> {
        let mut framing = Framing::new(0);
        let mut messages = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let mut once = true;
            framing.fill(
                |space, _| {
                    if !std::mem::take(&mut once) {
                        return Err(io::ErrorKind::WouldBlock.into());
                    }
                    let length = step.min(space.len()).min(rest.len());
                    space[..length].copy_from_slice(&rest[..length]);
                    rest = &rest[length..];
                    Ok(length)
                },
                &mut messages,
                2,
            )?;
        }
        Ok(messages
            .into_iter()
            .map(|received| received.message.into_segments())
            .map(|s| (0..s.len()).map(|i| s.get_segment(i as u32).unwrap().to_vec()).collect())
            .collect())
    }

    #[test]
    fn messages_come_out_whole_however_the_bytes_are_cut() {
        let large: Vec<u64> = (0..50_000).collect();
        let parts: [&[&[u64]]; 4] = [&[&[1, 2]], &[&[3], &[], &[4, 5]], &[&large], &[&[6]]];
        let bytes: Vec<u8> = parts.iter().flat_map(|segments| frame(segments)).collect();
        let expected: Vec<Vec<Vec<u8>>> = parts
            .iter()
            .map(|m| m.iter().map(|s| s.iter().flat_map(|w| w.to_le_bytes()).collect()).collect())
            .collect();
        for step in [1, 7, 8, 4095, SMALL_BUFFER, LARGE_BUFFER, usize::MAX] {
            assert!(parse(&bytes, step).unwrap() == expected, "step {step}");
        }
    }

    #[test]
    fn a_header_that_claims_too_much_is_refused() {
        assert!(parse(&512_u32.to_le_bytes(), 8).is_err());
        let mut claim = 0_u32.to_le_bytes().to_vec();
        claim.extend((MESSAGE_LIMIT_WORDS as u32 + 1).to_le_bytes());
        assert!(parse(&claim, 8).is_err());
    }

    #[test]
    fn memory_grows_with_what_arrives_and_not_with_what_is_claimed() {
        let mut framing = Framing::new(0);
        let mut claim = 0_u32.to_le_bytes().to_vec();
        claim.extend((MESSAGE_LIMIT_WORDS as u32).to_le_bytes());
        claim.extend([0; 800]);
        let mut pieces = vec![claim].into_iter();
        let receive = |space: &mut [u8], _: &mut Vec<OwnedFd>| match pieces.next() {
            Some(piece) => {
                space[..piece.len()].copy_from_slice(&piece);
                Ok(piece.len())
            }
            None => Err(io::ErrorKind::WouldBlock.into()),
        };
        framing.fill(receive, &mut Vec::new(), 4).unwrap();
        assert!(framing.partial.unwrap().words.len() <= GROWTH_WORDS);
    }
}
