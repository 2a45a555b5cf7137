//! Objects that are lent for the time of a call: `&dyn Trait` parameters.
//!
//! A client's method wraps each into a [`Loan`] and makes its call inside of [`lend`]. What the receiver gets is an object
//! like every other, but its calls run only on the lending thread, while that waits: for the answer to this call or to
//! any that it makes in the middle of it. When the call has ended, so has the loan, and later calls on it fail.

use std::any::Any;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::lane::{Lane, Queue};
use super::server::{AtOnce, Serve, Served, ServedCall, destroyed};
use super::{Capability, LocalObject, MethodId, Remote, ServerCall};
use crate::deadline;
use crate::exception::IpcException;
use crate::private::{Part, part_of_object};
use crate::sync::lock;
use crate::thread::mailbox::Mailbox;
use crate::thread::strand::Kicks;
use crate::wire::{At, Interface, Reference, StructReader, StructWriter};

/// All that generated code needs of the interface behind a `&dyn Trait`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an interface",
    label = "not an `#[ipc_interface]` trait object",
    note = "only `&dyn Trait` and `Arc<dyn Trait>` of a trait with `#[ipc_interface]` can be passed to another process"
)]
pub trait Lendable<'m>: 'static {
    /// What the schema says.
    const PART: Part;
    /// Whether all methods block, see [`check_lendable`].
    const BLOCKS: bool;

    /// Prepares the loan of an object.
    fn loan(&self) -> Box<dyn OnLoan + '_>;

    /// Reads what the server holds while the method runs.
    ///
    /// # Errors
    /// Returns an error if there is no object.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Arc<Self>, IpcException>;

    /// Lends it to the method.
    fn lend(held: &Arc<Self>) -> &Self;
}

#[diagnostic::do_not_recommend]
impl<'m, T: Interface + ?Sized> Lendable<'m> for T {
    const PART: Part = part_of_object::<T>();
    const BLOCKS: bool = !T::HAS_ASYNC;

    fn loan(&self) -> Box<dyn OnLoan + '_> {
        Box::new(Loan::new(self))
    }

    fn decode(from: &StructReader<'m>, at: At) -> Result<Arc<Self>, IpcException> {
        Reference::read(from.pointer(at.offset))
    }

    fn lend(held: &Arc<Self>) -> &Self {
        held
    }
}

/// [`Lendable`] for an `Option<&dyn Trait>`, named by the interface.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an interface",
    label = "not an `#[ipc_interface]` trait object",
    note = "only `&dyn Trait` and `Arc<dyn Trait>` of a trait with `#[ipc_interface]` can be passed to another process"
)]
pub trait LendableOption<'m>: 'static {
    /// What the schema says.
    const PART: Part;
    /// Whether all methods block, see [`check_lendable`].
    const BLOCKS: bool;

    /// Prepares the loan of the object, if there is one.
    fn loan(object: Option<&Self>) -> Box<dyn OnLoan + '_>;

    /// Reads what the server holds while the method runs.
    ///
    /// # Errors
    /// Returns an error if what is there is no object.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Option<Arc<Self>>, IpcException>;

    /// Lends it to the method.
    fn lend(held: &Option<Arc<Self>>) -> Option<&Self>;
}

#[diagnostic::do_not_recommend]
impl<'m, T: Interface + ?Sized> LendableOption<'m> for T {
    const PART: Part = part_of_object::<T>();
    const BLOCKS: bool = !T::HAS_ASYNC;

    fn loan(object: Option<&Self>) -> Box<dyn OnLoan + '_> {
        Box::new(object.map(Loan::new))
    }

    fn decode(from: &StructReader<'m>, at: At) -> Result<Option<Arc<Self>>, IpcException> {
        let from = from.pointer(at.offset);
        (!from.is_null()).then(|| Reference::read(from)).transpose()
    }

    fn lend(held: &Option<Arc<Self>>) -> Option<&Self> {
        held.as_deref()
    }
}

/// Checks that the lending thread can run every method: that it waits in a call, and drives no future.
///
/// # Panics
/// Panics, at compile time, if it cannot.
pub const fn check_lendable(blocks: bool) {
    assert!(
        blocks,
        "an interface with an `async fn` cannot be lent: take `Arc<dyn Trait>` in place of `&dyn Trait`"
    );
}

/// An object that is lent by [`lend`].
struct Loan<'a, T: ?Sized + 'static> {
    object: &'a T,
    lent: Arc<Lent<T>>,
}

impl<'a, T: Interface + ?Sized> Loan<'a, T> {
    fn new(object: &'a T) -> Self {
        let state = State { lending: None, phase: Phase::Ended };
        Self { object, lent: Arc::new(Lent { state: Mutex::new(state), lane: Lane::default() }) }
    }
}

/// A parameter that is lent: one object, or none where it may be left out.
pub trait OnLoan: sealed::Sealed {
    /// Writes the object.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
}

/// Keeps everybody but [`lend`] from beginning a loan.
mod sealed {
    pub trait Sealed {
        /// Lends the object on this thread, until [`end`](Sealed::end).
        fn begin(&self);

        /// Refuses new calls.
        fn close(&self);

        /// Takes the object back.
        fn end(&self);

        /// Tells whether work is for the object.
        fn has_key(&self, key: usize) -> bool;
    }
}

impl<T: Interface + ?Sized> OnLoan for Loan<'_, T> {
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        let mut to = to.pointer(at.offset);
        let capability = match self.object.as_remote() {
            // The receiver's own: it needs no loan.
            Some(remote) if to.destination().is_of(remote) => Capability::Remote(remote.clone()),
            _ => Capability::Local(LocalObject::of(self.lent.clone())),
        };
        to.set_capability(capability)
    }
}

impl<T: Interface + ?Sized> sealed::Sealed for Loan<'_, T> {
    fn begin(&self) {
        #[expect(
            unsafe_code,
            reason = "waits nest, and what is lent must pass the application's frames between them"
        )]
        // SAFETY: the reference lives as long as this loan, not for ever. It is in `Lent::state` from here to `end`,
        // which `lend` calls before it returns, also when a panic unwinds, and `lend` borrows this loan, which borrows
        // the object. Only `Lent::serve` takes it out of there, on this very thread, as it checks; so its use is in a
        // frame of this thread's stack above that of `lend`, and has ended when `lend` goes on.
        let object: &'static T = unsafe { &*std::ptr::from_ref(self.object) };
        let lending = Lending { object, thread: Mailbox::current(), deadline: deadline::current() };
        *lock(&self.lent.state) = State { lending: Some(lending), phase: Phase::Open };
    }

    fn close(&self) {
        lock(&self.lent.state).phase = Phase::Ended;
    }

    fn end(&self) {
        let lending = lock(&self.lent.state).lending.take();
        drop(lending);
    }

    fn has_key(&self, key: usize) -> bool {
        Arc::as_ptr(&self.lent).cast::<()>() as usize == key
    }
}

impl<T: OnLoan> OnLoan for Option<T> {
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        self.as_ref().map_or(Ok(()), |loan| loan.encode(to, at))
    }
}

impl<T: sealed::Sealed> sealed::Sealed for Option<T> {
    fn begin(&self) {
        self.iter().for_each(T::begin);
    }

    fn close(&self) {
        self.iter().for_each(T::close);
    }

    fn end(&self) {
        self.iter().for_each(T::end);
    }

    fn has_key(&self, key: usize) -> bool {
        self.iter().any(|loan| loan.has_key(key))
    }
}

/// Makes a call to which objects are lent.
///
/// Calls on them that have come when it has ended still run, unless the deadline has passed: one-way calls that the
/// receiver has made before its answer are not lost.
pub fn lend<R>(loans: &[&dyn OnLoan], call: impl FnOnce() -> R) -> R {
    let _term = Term::begin(loans);
    call()
}

/// The time of some loans; it ends when this is dropped.
struct Term<'a> {
    loans: &'a [&'a dyn OnLoan],
}

impl<'a> Term<'a> {
    fn begin(loans: &'a [&'a dyn OnLoan]) -> Self {
        let term = Self { loans };
        loans.iter().for_each(|loan| loan.begin());
        term
    }

    fn end(&self) {
        self.loans.iter().for_each(|loan| loan.end());
    }
}

impl Drop for Term<'_> {
    fn drop(&mut self) {
        self.loans.iter().for_each(|loan| loan.close());
        let late = deadline::current().is_some_and(|deadline| Instant::now() >= deadline);
        if late || std::thread::panicking() {
            // What is left is answered, with an error.
            self.end();
        }
        // A one-way call that ends lets the next one in.
        Mailbox::current().work_off(|key| self.loans.iter().any(|loan| loan.has_key(key)));
        self.end();
    }
}

/// What the receiver of a lent object calls.
///
/// Lock order: a connection's state, then this one's, then the lane's, then the thread's mailbox.
struct Lent<T: ?Sized + 'static> {
    state: Mutex<State<T>>,
    lane: Lane,
}

struct State<T: ?Sized + 'static> {
    lending: Option<Lending<T>>,
    phase: Phase,
}

/// An object while it is lent.
struct Lending<T: ?Sized + 'static> {
    /// See where it is made.
    object: &'static T,
    /// The one that lends.
    thread: Arc<Mailbox>,
    /// The lender's, under which the calls run: in the middle of which wait they do is chance.
    deadline: Option<Instant>,
}

/// Which calls are welcome.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// After `destroy` none; those before it still run.
    Destroyed,
    Ended,
}

impl<T: Interface + ?Sized> Serve for Lent<T> {
    fn serve(&self, call: ServerCall) -> Served {
        let method = call.method();
        if T::is_destroy(method) {
            return Served::Now(call.reply_to_destroy());
        }
        let state = lock(&self.state);
        // Nowhere else may the object be used.
        let lending = state.lending.as_ref().filter(|lending| lending.thread.is_current());
        let lending = lending.map(|lending| (lending.object, lending.deadline));
        let phase = state.phase;
        drop(state);
        Served::Now(match lending {
            Some((object, deadline)) => deadline::under(deadline, || T::dispatch(object, &call)),
            None if phase == Phase::Destroyed => Err(destroyed()),
            None => Err(IpcException::failed("the object was lent for a call that has ended")),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn renew(self: Arc<Self>) -> LocalObject {
        LocalObject::of(self)
    }

    fn name(&self) -> &'static str {
        T::descriptor().name
    }

    fn queue(&self) -> Option<&dyn Queue> {
        Some(self)
    }

    fn is_oneway(&self, method: MethodId) -> bool {
        T::is_oneway(method)
    }

    fn has_context(&self, method: MethodId) -> bool {
        T::has_context(method)
    }

    fn at_once(&self, method: MethodId) -> Option<AtOnce> {
        T::is_construct(method).then_some(AtOnce::Construct)
    }

    fn to_remote(&self) -> Option<Remote> {
        None
    }

    fn owns(&self) -> bool {
        false
    }

    fn owns_alone(&self) -> bool {
        false
    }
}

impl<T: Interface + ?Sized> Queue for Lent<T> {
    fn enqueue(&self, mut call: ServedCall, kicks: &mut Kicks) {
        // Kept until the call is queued: what is welcome is there when the loan ends.
        let mut state = lock(&self.state);
        let destroy = T::is_destroy(call.method());
        match (&state.lending, state.phase) {
            (Some(lending), Phase::Open) if !destroy => {
                call.bind_to(&lending.thread);
                if T::HAS_ONEWAY {
                    self.lane.enqueue(call, kicks);
                } else {
                    call.submit(kicks);
                }
                return;
            }
            (_, Phase::Open) => state.phase = Phase::Destroyed,
            _ => {}
        }
        // Any thread can answer it.
        call.submit(kicks);
    }

    fn leave(&self) {
        // By the thread that ran the call, which goes on with what is there.
        self.lane.leave();
    }
}
