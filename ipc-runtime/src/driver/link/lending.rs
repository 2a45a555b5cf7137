//! Calls whose large values are written from where they lie with the caller.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Instant;

use super::{Link, Question, Reading, Writing};
use crate::driver::lender::Lender;
use crate::driver::output::Cause;
use crate::driver::waiter::Waiter;
use crate::object::LocalObject;
use crate::rpc::{Cap, OutgoingCall, copies_of};
use crate::thread::pool::blocking;

impl Link {
    /// Sends a call whose large values are lent; its answer arrives at `waiter`.
    ///
    /// # Blocking
    /// Waits until the call is written, the connection has ended or the deadline has passed. In the last case what is not
    /// written is copied.
    pub(crate) fn call_lent(
        self: &Arc<Self>,
        target: &Cap<LocalObject>,
        call: OutgoingCall<LocalObject>,
        waiter: &Arc<Waiter>,
        lent: &[&[u8]],
        reading: Reading,
        deadline: Option<Instant>,
    ) -> Question {
        let loan = Loan { link: self, lender: Arc::default(), lent };
        let sent = self.with_state(Cause::Caller, |state| {
            if !state.engine.leads_to_peer(target) {
                return Err(Box::new(call));
            }
            state.lender = Some(loan.lender.clone());
            Ok(state.call(target, call, waiter.clone(), reading))
        });
        match sent {
            Ok(id) => {
                let question = Question { link: self.clone(), id };
                blocking(|| loan.write(deadline));
                question
            }
            Err(mut call) => {
                // It stays in this process, or waits there to be sent.
                call.own(copies_of(lent));
                self.call(target, *call, waiter.clone(), reading, Writing::Now)
            }
        }
    }
}

/// What a call was lent. Dropping it copies what is still needed.
struct Loan<'l> {
    link: &'l Arc<Link>,
    lender: Arc<Lender>,
    lent: &'l [&'l [u8]],
}

impl Loan<'_> {
    fn write(&self, deadline: Option<Instant>) {
        let Self { link, lender, lent } = self;
        // This thread waits, and does not read meanwhile.
        link.attend();
        link.flushed(link.output.write_lent(link.socket.as_fd(), lender, lent, deadline));
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        if !self.lender.is_over() {
            // The thread panics, in a destructor that ran here: others must not wait for it.
            self.link.flushed(Ok(self.link.output.reclaim(&self.lender, self.lent)));
        }
    }
}
