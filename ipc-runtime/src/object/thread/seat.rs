//! What a thread that calls has on each connection.

use std::cell::RefCell;
use std::sync::{Arc, Weak};
use std::time::Instant;

use super::lease::Lease;
use super::peer::{Home, PeerThread};
use super::{HostedThread, frame, name};
use crate::driver::link::Link;
use crate::thread::strand::Rest;

/// What one thread has on one connection, until either ends.
struct Seat {
    link: Weak<Link>,
    /// The thread of the peer that runs its calls.
    thread: Option<Arc<PeerThread>>,
    /// What the peer knows it by.
    own: Arc<HostedThread>,
}

thread_local! {
    /// A thread calls over few connections. Nothing of it is used while this is borrowed.
    static SEATS: RefCell<Vec<Seat>> = const { RefCell::new(Vec::new()) };
}

/// A call in which this thread waits, and for whose time it serves the peer.
pub(crate) struct Attended {
    own: Arc<HostedThread>,
    deadline: Option<Instant>,
}

impl Drop for Attended {
    fn drop(&mut self) {
        let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let rest = if late || std::thread::panicking() { Rest::Left } else { Rest::Done };
        self.own.strand().end_wait(rest);
    }
}

/// Leases a thread for a call in which this thread waits, and makes this thread serve what the peer calls back.
///
/// That is the thread of the peer that waits for this one, if one does; else the one that this thread had last, if its call
/// has returned; else a new one.
pub(crate) fn attend(link: &Arc<Link>, deadline: Option<Instant>) -> (Lease, Option<Attended>) {
    let caller = frame::caller_of(link).filter(|caller| caller.try_use());
    if caller.is_none() && !link.has_thread_map() {
        return Default::default();
    }
    let Ok((own, last)) = SEATS.try_with(|seats| find(&mut seats.borrow_mut(), link)) else {
        // The thread is past its end.
        return Default::default();
    };
    let thread = match (caller, last) {
        (Some(caller), _) => caller,
        (None, Some(last)) if last.try_use() => last,
        (None, last) => replace(link, last, &own),
    };
    own.strand().begin_wait(deadline);
    let lease = Lease::new(thread, HostedThread::object(&own));
    (lease, Some(Attended { own, deadline }))
}

fn find(seats: &mut Vec<Seat>, link: &Arc<Link>) -> (Arc<HostedThread>, Option<Arc<PeerThread>>) {
    if let Some(seat) = seats.iter().find(|seat| is_of(seat, link)) {
        return (seat.own.clone(), seat.thread.clone());
    }
    // Those of connections that are gone hold nothing any more.
    seats.retain(|seat| seat.link.strong_count() > 0);
    let link = Arc::downgrade(link);
    let own = HostedThread::new(link.clone(), name::of_this_thread());
    seats.push(Seat { link, thread: None, own: own.clone() });
    (own, None)
}

fn is_of(seat: &Seat, link: &Arc<Link>) -> bool {
    std::ptr::eq(seat.link.as_ptr(), Arc::as_ptr(link))
}

/// Makes a thread in place of the last one, whose call is still on its way: that becomes everybody's.
fn replace(link: &Arc<Link>, last: Option<Arc<PeerThread>>, own: &HostedThread) -> Arc<PeerThread> {
    if let Some(last) = last {
        last.share(link.leases());
    }
    let thread = PeerThread::asked(link, Home::Private);
    link.ask_for_thread(&thread, own.name());
    let set = |seats: &RefCell<Vec<Seat>>| {
        let mut seats = seats.borrow_mut();
        let seat = seats.iter_mut().find(|seat| is_of(seat, link))?;
        seat.thread.replace(thread.clone())
    };
    // Dropped when nothing is borrowed any more.
    drop(SEATS.try_with(set));
    thread
}
