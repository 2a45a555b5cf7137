//! The write half of a connection: an ordered queue that whoever finds no writer drains.
//!
//! Messages are appended inside the engine's critical section, so bytes leave in the order in which the engine
//! decided. One thread at a time is the writer: it takes a batch, writes it without a lock, and goes on until the
//! queue is empty, the socket is full, or its share is used up. What remains is left to the poller, which continues when
//! the socket has room.
//!
//! A message whose large values are lent can be written by one thread only, the caller that has them ([`Lender`]): whoever
//! comes to it hands the writer's role over. That thread waits for room itself until its message is written, and
//! passes the role on; one that cannot wait any longer copies what is left.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};
use std::time::Instant;

use super::lender::Lender;
use super::socket;
use super::waiter::wake;
use crate::exception::IpcException;
use crate::rpc::{Attachment, OutgoingMessage, copies_of};
use crate::sync::{Waited, lock};
use rustix::fd::BorrowedFd;

/// Messages that one system call writes at the most.
const BATCH: usize = 32;

/// System calls that one thread makes as the writer: what others queue meanwhile must not keep a caller from its own
/// answer, or the poller from other connections.
const WRITES_PER_TURN: usize = 16;

/// Buffers that one system call writes at the most; the system's own limit is 1,024.
const SLICES: usize = 256;

/// Who has brought a message about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// A thread or a task of this process, with a call: there are as many as there are callers, whatever the peer does.
    Caller,
    /// The peer, which may ask for as much as it likes.
    Peer,
}

/// How far a flush came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flushed {
    /// Everything is written, or another thread is writing it.
    Done,
    /// The socket is full, or the share of one turn is used up: call [`Output::unblock`] and flush again when the socket
    /// is writable.
    Full,
}

/// The output queue of one connection.
///
/// Invariants: at most one thread writes (`writing`), also while it waits as a lender; while the socket is full (`full`) nobody writes; `bytes` is
/// what is queued or in the writer's hands, less what was written; `callers_bytes` are the messages among them that
/// callers have brought about.
#[derive(Debug)]
pub(super) struct Output {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    queue: VecDeque<Pending>,
    bytes: usize,
    callers_bytes: usize,
    writing: bool,
    full: bool,
    closed: bool,
    /// An empty batch, whose memory is used again.
    spare: VecDeque<Pending>,
    /// Threads and tasks that wait for room: woken whenever bytes were written, and when the queue closes.
    wakers: Vec<Waker>,
}

/// The sizes of a message's segments, as they go before it.
#[derive(Debug)]
enum Header {
    /// Of one segment.
    One([u8; 8]),
    Several(Vec<u8>),
}

/// A message on its way.
#[derive(Debug)]
pub(super) struct Pending {
    header: Header,
    message: OutgoingMessage,
    cause: Cause,
    /// Bytes of header and segments.
    size: usize,
    /// Those of them that are written.
    written: usize,
    /// Who alone can write it.
    lender: Option<Arc<Lender>>,
}

impl Output {
    pub(super) fn new() -> Self {
        let state = State {
            queue: VecDeque::new(),
            bytes: 0,
            callers_bytes: 0,
            writing: false,
            full: false,
            closed: false,
            spare: VecDeque::new(),
            wakers: Vec::new(),
        };
        Self { state: Mutex::new(state) }
    }

    /// Appends a message; returns how many bytes are queued now that the peer has brought about. `lender` is who has
    /// what the message has been lent.
    pub(super) fn push(&self, message: OutgoingMessage, cause: Cause, lender: Option<Arc<Lender>>) -> usize {
        let pending = Pending::new(message, cause, lender);
        let mut state = lock(&self.state);
        if !state.closed {
            state.bytes += pending.size;
            if cause == Cause::Caller {
                state.callers_bytes += pending.size;
            }
            if let Some(lender) = &pending.lender {
                lender.queued();
            }
            state.queue.push_back(pending);
        }
        // The front may be written in part, and is a caller's until it is written whole.
        state.bytes.saturating_sub(state.callers_bytes)
    }

    /// Tells whether so much is queued that to wait for more makes no fewer system calls.
    pub(super) fn fills_a_batch(&self) -> bool {
        lock(&self.state).queue.len() >= BATCH
    }

    /// Tells whether something is queued that nobody is writing.
    pub(super) fn is_waiting(&self) -> bool {
        let state = lock(&self.state);
        !(state.queue.is_empty() || state.writing || state.full)
    }

    /// Tells whether a new call has to wait until earlier ones are written.
    pub(super) fn is_over(&self, high_water: usize) -> bool {
        lock(&self.state).bytes > high_water
    }

    /// Tells whether there is room for a new call; if not, the thread or task is woken to look again.
    pub(super) fn poll_below(&self, high_water: usize, waker: &Waker) -> Poll<()> {
        // Cloned and dropped without the lock: a waker is an executor's code.
        let mut waker = Some(waker.clone());
        let mut state = lock(&self.state);
        if state.bytes <= high_water || state.closed {
            return Poll::Ready(());
        }
        let known = |waker: &Waker| state.wakers.iter().any(|registered| registered.will_wake(waker));
        if !waker.as_ref().is_some_and(known) {
            state.wakers.extend(waker.take());
        }
        drop(state);
        Poll::Pending
    }

    /// Drops what is queued and refuses more; wakes everybody who waits for room.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        state.bytes = 0;
        state.callers_bytes = 0;
        let queue = std::mem::take(&mut state.queue);
        let wakers = std::mem::take(&mut state.wakers);
        for lender in queue.iter().filter_map(|pending| pending.lender.as_ref()) {
            lender.end();
        }
        drop(state);
        wake(wakers);
        drop(queue);
    }

    #[cfg(test)]
    pub(super) fn is_closed(&self) -> bool {
        lock(&self.state).closed
    }

    /// Notes that the socket has room again.
    pub(super) fn unblock(&self) {
        lock(&self.state).full = false;
    }

    /// Writes as much of the queue as the socket takes, unless another thread is doing so.
    ///
    /// # Errors
    /// Returns the socket's error.
    pub(super) fn flush(&self, socket: BorrowedFd<'_>) -> io::Result<Flushed> {
        let mut state = lock(&self.state);
        if state.writing || state.full {
            return Ok(Flushed::Done);
        }
        let mut batch = std::mem::take(&mut state.spare);
        for _ in 0..WRITES_PER_TURN {
            while batch.len() < BATCH
                && let Some(pending) = state.queue.pop_front_if(|pending| pending.lender.is_none())
            {
                batch.push_back(pending);
            }
            if batch.is_empty() {
                state.writing = false;
                state.spare = batch;
                state.hand_over();
                return Ok(Flushed::Done);
            }
            state.writing = true;
            drop(state);

            let result = write(socket, &mut batch, &[]);

            state = lock(&self.state);
            match result {
                Ok(written) => state = self.note(state, &written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => {
                    state.give_back(batch);
                    return Err(error);
                }
            }
        }
        if state.closed {
            state.writing = false;
            return Ok(Flushed::Done);
        }
        state.full = true;
        state.give_back(batch);
        Ok(Flushed::Full)
    }
}

impl Output {
    /// Waits for the turn to write a message whose large values are `lent`, and writes it; goes on with what is behind it.
    /// Nothing is done if the message is not in the queue.
    ///
    /// # Blocking
    /// Waits until the message is written, the queue is closed or the deadline has passed. In the last case what is not
    /// written is copied and left to others.
    ///
    /// # Errors
    /// Returns the socket's error; nobody writes then any more.
    pub(super) fn write_lent(
        &self,
        socket: BorrowedFd<'_>,
        lender: &Arc<Lender>,
        lent: &[&[u8]],
        deadline: Option<Instant>,
    ) -> io::Result<Flushed> {
        if lender.wait(deadline) == Waited::TimedOut {
            return Ok(self.reclaim(lender, lent));
        }
        let Some(pending) = lender.take() else { return Ok(Flushed::Done) };
        let mut batch = VecDeque::from([pending]);
        while !batch.is_empty() {
            match write(socket, &mut batch, lent) {
                Ok(written) => {
                    let state = self.note(lock(&self.state), &written);
                    if state.closed {
                        return Ok(Flushed::Done);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if socket::wait_for_room(socket, deadline)? == Waited::TimedOut
                        && let Some(pending) = batch.pop_front()
                    {
                        return Ok(self.leave(pending, lent));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        lock(&self.state).writing = false;
        self.flush(socket)
    }

    /// Copies what a thread has lent to a message that it does not wait for any longer.
    pub(super) fn reclaim(&self, lender: &Arc<Lender>, lent: &[&[u8]]) -> Flushed {
        // Before the lock: it may be much.
        let copies = copies_of(lent);
        let mut state = lock(&self.state);
        let is_own =
            |pending: &&mut Pending| pending.lender.as_ref().is_some_and(|other| Arc::ptr_eq(other, lender));
        if let Some(pending) = state.queue.iter_mut().find(is_own) {
            pending.lender = None;
            pending.message.own(copies);
            lender.end();
            return Flushed::Done;
        }
        drop(state);
        match lender.take() {
            Some(pending) => self.leave(pending, lent),
            None => Flushed::Done,
        }
    }

    /// Gives the writer's role up with a message that is not written whole.
    fn leave(&self, mut pending: Pending, lent: &[&[u8]]) -> Flushed {
        pending.message.own(copies_of(lent));
        let mut state = lock(&self.state);
        state.full = true;
        state.give_back(VecDeque::from([pending]));
        Flushed::Full
    }

    /// Counts what was written and tells whoever waits for room.
    fn note<'s>(&'s self, mut state: MutexGuard<'s, State>, written: &Written) -> MutexGuard<'s, State> {
        state.bytes = state.bytes.saturating_sub(written.bytes);
        state.callers_bytes = state.callers_bytes.saturating_sub(written.callers_bytes);
        if !state.wakers.is_empty() {
            let wakers = std::mem::take(&mut state.wakers);
            drop(state);
            wake(wakers);
            state = lock(&self.state);
        }
        state
    }
}

impl State {
    /// Makes the thread the writer that alone can write the front of the queue, if there is one.
    fn hand_over(&mut self) {
        if let Some(mut pending) = self.queue.pop_front()
            && let Some(lender) = pending.lender.take()
        {
            self.writing = true;
            lender.hand_over(pending);
        }
    }

    /// Ends the turn of a writer that could not write all.
    fn give_back(&mut self, mut batch: VecDeque<Pending>) {
        self.writing = false;
        if !self.closed {
            for pending in batch.drain(..).rev() {
                self.queue.push_front(pending);
            }
            self.spare = batch;
        }
    }
}

impl Header {
    fn of(mut segments: impl Iterator<Item = usize>) -> Self {
        // Their number is bounded by the message's size, which is bounded by the encoder.
        let size = |words: usize| (words as u32).to_le_bytes();
        let first = segments.next().unwrap_or_default();
        let Some(second) = segments.next() else {
            let mut header = [0; 8];
            if let Some(place) = header.last_chunk_mut() {
                *place = size(first);
            }
            return Self::One(header);
        };
        let mut header = [0_u32.to_le_bytes(), size(first), size(second)].concat();
        for words in segments {
            header.extend(size(words));
        }
        let count = header.len() / 4 - 1;
        if let Some(place) = header.first_chunk_mut() {
            *place = size(count - 1);
        }
        header.resize(header.len().next_multiple_of(8), 0);
        Self::Several(header)
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::One(bytes) => bytes,
            Self::Several(bytes) => bytes,
        }
    }
}

impl Pending {
    fn new(message: OutgoingMessage, cause: Cause, lender: Option<Arc<Lender>>) -> Self {
        let segments = message.segments();
        let words = segments.iter().map(|segment| segment.len() / 8).chain(message.parts().segment_words());
        let header = Header::of(words);
        drop(segments);
        let size = header.bytes().len() + 8 * message.words();
        let lender = lender.filter(|_| message.parts().are_lent());
        Self { header, message, cause, size, written: 0, lender }
    }
}

/// What one system call has written.
struct Written {
    bytes: usize,
    /// Callers' messages that are written whole.
    callers_bytes: usize,
}

/// Writes the front of the batch with one system call; removes what is written whole. `lent` are the large values of a
/// lender's message, which is alone in its batch. A message with file descriptors
/// is alone in the system call that they leave with: so the reader knows whose they are.
fn write(socket: BorrowedFd<'_>, batch: &mut VecDeque<Pending>, lent: &[&[u8]]) -> io::Result<Written> {
    let together = match batch.front() {
        Some(first) if !first.message.attached().is_empty() => 1,
        _ => batch.iter().take_while(|pending| pending.message.attached().is_empty()).count(),
    };
    let written = match batch.front() {
        Some(only) if together == 1 => {
            let segments = only.message.segments();
            let mut slices = Slices::new();
            slices.push_rest_of(only, &segments, lent);
            socket::send(socket, slices.get(), only.message.attached())?
        }
        _ => {
            let outputs: Vec<_> =
                batch.iter().take(together).map(|pending| pending.message.segments()).collect();
            let mut slices = Slices::new();
            for (pending, segments) in batch.iter().zip(&outputs) {
                slices.push_rest_of(pending, segments, lent);
            }
            socket::send(socket, slices.get(), &[])?
        }
    };
    if let Some(first) = batch.front_mut() {
        // They left with the first byte.
        first.message.take_attached().into_iter().for_each(Attachment::close);
    }
    let mut rest = written;
    let mut callers_bytes = 0;
    while let Some(front) = batch.front_mut() {
        let missing = front.size - front.written;
        if rest < missing {
            front.written += rest;
            break;
        }
        rest -= missing;
        if front.cause == Cause::Caller {
            callers_bytes += front.size;
        }
        batch.pop_front();
    }
    Ok(Written { bytes: written, callers_bytes })
}

/// What one system call writes. A few slices, as most messages have them, take no memory of their own.
struct Slices<'p> {
    few: [IoSlice<'p>; FEW_SLICES],
    count: usize,
    /// All of them, once they are more.
    many: Vec<IoSlice<'p>>,
}

/// The header and the segment of a message, and a large value with what is around it.
const FEW_SLICES: usize = 8;

impl<'p> Slices<'p> {
    fn new() -> Self {
        Self { few: [IoSlice::new(&[]); FEW_SLICES], count: 0, many: Vec::new() }
    }

    /// Adds what is not yet written of a message.
    fn push_rest_of(&mut self, pending: &'p Pending, segments: &[&'p [u8]], lent: &[&'p [u8]]) {
        let mut written = pending.written;
        let mut push = |part: &'p [u8]| match part.get(written..) {
            Some([]) | None => written -= part.len(),
            Some(rest) => {
                written = 0;
                self.push(IoSlice::new(rest));
            }
        };
        push(pending.header.bytes());
        pending.message.parts().slices(segments, lent, push);
    }

    fn push(&mut self, slice: IoSlice<'p>) {
        match self.few.get_mut(self.count) {
            Some(place) => *place = slice,
            None => {
                if self.many.is_empty() {
                    self.many.extend(self.few);
                }
                self.many.push(slice);
            }
        }
        self.count += 1;
    }

    /// Returns as many as one system call writes.
    fn get(&self) -> &[IoSlice<'p>] {
        let all = if self.many.is_empty() { self.few.as_slice() } else { self.many.as_slice() };
        all.get(..self.count.min(SLICES)).unwrap_or(all)
    }
}

/// The error of a connection whose peer does not read.
pub(super) fn peer_does_not_read(limit: usize) -> IpcException {
    IpcException::disconnected(format!(
        "connection aborted: the peer does not read, {limit} bytes are waiting for it"
    ))
}
