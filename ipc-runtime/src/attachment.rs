//! File descriptors on their way: taken out of a value, not yet part of another one.
//!
//! A descriptor travels attached to a capability of a message. Whoever holds a message holds its descriptors, so that
//! whatever becomes of it, an error, the end of a connection, a receiver that does not look, closes them.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use crate::driver::runs_on_poller;
use crate::thread::pool::spawn_chores;

/// The most file descriptors that one message can carry: the kernel's limit for one `sendmsg` (`SCM_MAX_FD`). The
/// protocol's own, of an index of eight bits, is two more.
pub const ATTACHMENT_LIMIT: usize = 253;

/// One file descriptor on its way.
///
/// Dropping it closes the descriptor, on the pool: it may be dropped under a lock or by the thread that reads all
/// sockets, and a peer can make closing take long, with a socket that lingers or a file system of its own.
#[derive(Debug)]
pub struct Attachment {
    fd: Option<OwnedFd>,
    /// The connection that it came over counts what it has received by this handle.
    count: Option<Arc<()>>,
}

impl Attachment {
    /// Makes one of a descriptor of this process.
    pub fn new(fd: OwnedFd) -> Self {
        Self { fd: Some(fd), count: None }
    }

    /// Makes one of a descriptor that has arrived; `count` is the connection's.
    pub(crate) fn received(fd: OwnedFd, count: &Arc<()>) -> Self {
        Self { fd: Some(fd), count: Some(count.clone()) }
    }

    /// Returns the descriptor.
    pub(crate) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().map(AsFd::as_fd)
    }

    /// Closes the descriptor here and now, where the thread may wait for that.
    pub(crate) fn close(self) {
        if !runs_on_poller() {
            drop(self.into_fd());
        }
    }

    /// Takes the descriptor: it has arrived where it belongs.
    pub(crate) fn into_fd(mut self) -> Option<OwnedFd> {
        self.fd.take()
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        if let Some(fd) = self.fd.take() {
            let count = self.count.take();
            spawn_chores(vec![Box::new(move || drop((fd, count)))]);
        }
    }
}

/// The file descriptors of one message, by the capability that each is attached to.
#[derive(Debug, Default)]
pub struct Attachments(Vec<(usize, Attachment)>);

impl Attachments {
    /// Makes an empty set, which allocates nothing.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Attaches a descriptor to the capability with the given index, which has none yet.
    pub(crate) fn push(&mut self, cap: usize, attachment: Attachment) {
        self.0.push((cap, attachment));
    }

    /// Takes the descriptor of a capability, which has it once.
    pub(crate) fn take(&mut self, cap: usize) -> Option<Attachment> {
        let index = self.0.iter().position(|(other, _)| *other == cap)?;
        Some(self.0.swap_remove(index).1)
    }

    /// Returns those of a copied message: its capability at each place is the original's with the index there.
    pub(crate) fn moved(mut self, origins: &[usize]) -> Self {
        if self.is_empty() {
            return self;
        }
        let moved = origins.iter().enumerate();
        Self(moved.filter_map(|(cap, origin)| Some((cap, self.take(*origin)?))).collect())
    }
}

impl IntoIterator for Attachments {
    type Item = (usize, Attachment);
    type IntoIter = std::vec::IntoIter<(usize, Attachment)>;

    /// Gives them out in the order in which they were attached.
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// What came beside the bytes of a received message, in order: capabilities refer to it by index.
#[derive(Debug, Default)]
pub struct Arrived(Vec<Option<Attachment>>);

impl Arrived {
    /// Makes a table of descriptors.
    pub fn new(attachments: Vec<Attachment>) -> Self {
        Self(attachments.into_iter().map(Some).collect())
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes one, which is there once.
    pub(crate) fn take(&mut self, index: usize) -> Option<Attachment> {
        self.0.get_mut(index)?.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attachments(caps: &[usize]) -> Attachments {
        let open = || std::fs::File::open("/dev/null").unwrap().into();
        Attachments(caps.iter().map(|cap| (*cap, Attachment::new(open()))).collect())
    }

    fn caps(attachments: Attachments) -> Vec<usize> {
        attachments.into_iter().map(|(cap, _)| cap).collect()
    }

    #[test]
    fn each_is_taken_once() {
        let mut attachments = attachments(&[3, 1]);
        assert!(attachments.take(0).is_none());
        assert!(attachments.take(3).is_some());
        assert!(attachments.take(3).is_none());
        assert_eq!(attachments.len(), 1);
    }

    #[test]
    fn they_follow_their_capabilities_into_a_copy() {
        // The copy has the original's capabilities 2, 0, 2 and one of nothing.
        assert_eq!(caps(attachments(&[0, 1, 2]).moved(&[2, 0, 2, usize::MAX])), [0, 1]);
        assert!(attachments(&[0]).moved(&[]).is_empty());
        assert!(Attachments::new().moved(&[0, 1]).is_empty());
    }
}
