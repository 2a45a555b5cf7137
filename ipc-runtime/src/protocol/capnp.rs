//! The Cap'n Proto protocol over stream sockets.

use std::fmt;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::SocketFlags;
use tokio::runtime::Handle;

use super::Protocol;
use crate::context::Context;
use crate::deadline::{self, timed_out};
use crate::driver::link::{Link, Settings, Side};
use crate::driver::poller::{Alarm, Poller, Source, Token};
use crate::driver::selector::Interest;
use crate::driver::{DriverLimits, Waiting};
use crate::exception::IpcException;
use crate::object::{LocalObject, MethodId, Params, Remote, send};
use crate::reflection::Reflection;
use crate::sync::lock;
use crate::wire::descriptor::Kind;
use crate::wire::raw::Decoder;
use crate::wire::{Descriptor, Size, StructWriter};

/// How long a listener pauses when the process has no descriptors left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections that one listener may accept before others get their turn.
const ACCEPTS_PER_TURN: usize = 16;

/// How important a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LogLevel {
    /// Something went wrong that somebody should look at.
    Warning,
    /// Connections come and go.
    Info,
}

type LogHook = Arc<dyn Fn(LogLevel, &str) + Send + Sync>;

/// What the Cap'n Proto protocol needs from the application: its state, its log, its limits.
///
/// # Examples
/// ```
/// use ipc_runtime::{CapnpContext, make_capnp_protocol};
///
/// let settings = CapnpContext::new().with_log(|level, line| eprintln!("{level:?}: {line}"));
/// let protocol = make_capnp_protocol(settings);
/// ```
#[derive(Clone, Default)]
pub struct CapnpContext {
    link: Settings,
    log: Option<LogHook>,
}

impl CapnpContext {
    /// Makes the default: no state, no log, the documented limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the application's state.
    #[must_use]
    pub fn with_context(mut self, context: Arc<Context>) -> Self {
        self.link.context = context;
        self
    }

    /// Sets a function that is given each line of the log. It may be called by any thread and must not block.
    #[must_use]
    pub fn with_log(mut self, log: impl Fn(LogLevel, &str) + Send + Sync + 'static) -> Self {
        self.log = Some(Arc::new(log));
        self
    }

    /// Sets the runtime on which `async` methods of this process run. By default it is the one that
    /// [`make_capnp_protocol`] is called on, else one that is started at the first such call. Methods that are not
    /// `async` never run on it.
    #[must_use]
    pub fn with_runtime(mut self, runtime: Handle) -> Self {
        self.link.runtime = Some(runtime);
        self
    }

    /// Sets what each connection may hold.
    #[must_use]
    pub fn with_limits(mut self, limits: DriverLimits) -> Self {
        self.link.limits = limits;
        self
    }

    /// Sets how threads of this process wait for their peers.
    #[must_use]
    pub fn with_waiting(mut self, waiting: Waiting) -> Self {
        self.link.waiting = waiting;
        self
    }

    /// Sets what this process tells of itself to a peer that asks; see [`Reflection`].
    #[must_use]
    pub fn with_reflection(mut self, reflection: Reflection) -> Self {
        self.link.reflection = reflection;
        self
    }

    fn log(&self, level: LogLevel, line: impl FnOnce() -> String) {
        if let Some(log) = &self.log {
            let line = line();
            // The hook is the application's; its panic must not end the thread that reads all sockets.
            let _ = catch_unwind(AssertUnwindSafe(|| log(level, &line)));
        }
    }
}

impl fmt::Debug for CapnpContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapnpContext")
            .field("context", &self.link.context)
            .field("limits", &self.link.limits)
            .field("reflection", &self.link.reflection)
            .finish_non_exhaustive()
    }
}

/// Makes the protocol that speaks Cap'n Proto RPC, compatible with libmultiprocess.
pub fn make_capnp_protocol(mut settings: CapnpContext) -> Arc<dyn Protocol> {
    settings.link.runtime = settings.link.runtime.or_else(|| Handle::try_current().ok());
    Arc::new(CapnpProtocol { incoming: Arc::default(), listeners: Mutex::default(), settings })
}

struct CapnpProtocol {
    settings: CapnpContext,
    incoming: Arc<Incoming>,
    listeners: Mutex<Vec<(Token, &'static Arc<Poller>)>>,
}

/// The accepted connections that may still live.
#[derive(Default)]
struct Incoming {
    accepted: Mutex<Accepted>,
}

#[derive(Default)]
struct Accepted {
    links: Vec<Weak<Link>>,
    /// The protocol is gone: what comes in now ends at once.
    closed: bool,
}

impl Incoming {
    fn add(&self, link: &Arc<Link>) {
        let mut accepted = lock(&self.accepted);
        if accepted.closed {
            drop(accepted);
            return close(link);
        }
        let links = &mut accepted.links;
        if links.len() == links.capacity() {
            // Before it grows: so the cost of looking is spread over as many additions.
            links.retain(|link| link.upgrade().is_some_and(|link| link.reason().is_none()));
        }
        links.push(Arc::downgrade(link));
    }

    fn disconnect(&self) {
        let links = std::mem::take(&mut lock(&self.accepted).links);
        links.iter().filter_map(Weak::upgrade).for_each(|link| close(&link));
    }

    fn close(&self) {
        lock(&self.accepted).closed = true;
        self.disconnect();
    }

    fn is_closed(&self) -> bool {
        lock(&self.accepted).closed
    }
}

fn close(link: &Arc<Link>) {
    link.terminate(IpcException::disconnected("the connection was closed by this side"));
}

impl CapnpProtocol {
    fn start(
        &self,
        socket: OwnedFd,
        side: Side,
        bootstrap: Option<LocalObject>,
    ) -> Result<Arc<Link>, IpcException> {
        start(&self.settings, socket, side, bootstrap)
    }
}

fn start(
    settings: &CapnpContext,
    socket: OwnedFd,
    side: Side,
    bootstrap: Option<LocalObject>,
) -> Result<Arc<Link>, IpcException> {
    let link = Link::start(socket, side, bootstrap, settings.link.clone())?;
    if settings.log.is_some() {
        settings.log(LogLevel::Info, || format!("connected: {side:?} side of {link:?}"));
        let (settings, weak) = (settings.clone(), Arc::downgrade(&link));
        link.add_cleanup(Box::new(move || {
            let reason = weak.upgrade().and_then(|link| link.reason());
            let reason = reason.map_or_else(|| "closed".to_owned(), |reason| reason.to_string());
            settings.log(LogLevel::Info, || format!("disconnected: {reason}"));
        }));
    }
    Ok(link)
}

impl Protocol for CapnpProtocol {
    fn connect(&self, socket: OwnedFd, root: &'static Descriptor) -> Result<Remote, IpcException> {
        let link = self.start(socket, Side::Client, None)?;
        let (question, waiter) = link.bootstrap();
        // Counted like every handle, so that the connection ends if anything below fails.
        let cap = question.promised();
        link.retain(&cap);
        let promised = Remote::counted(&link, cap);
        if let Some(construct) = construct_of(root) {
            // Pipelined: the bootstrap's answer is not waited for.
            self::construct(&promised, construct)?;
        }
        let answer = link.wait(deadline::current(), |waker| waiter.poll(waker));
        let incoming = answer.unwrap_or_else(|| Err(timed_out("the peer did not answer")))?;
        let decoder = Decoder::new(incoming.caps, incoming.payload.words());
        match decoder.root_capability(incoming.payload.content()?)? {
            Some(crate::object::Capability::Remote(remote)) => Ok(remote),
            _ => {
                Err(IpcException::failed(format!("the peer offers no root object, `{}` expected", root.name)))
            }
        }
    }

    fn listen(&self, listener: OwnedFd, root: LocalObject) -> Result<(), IpcException> {
        let poller = Poller::shared()?;
        rustix::io::ioctl_fionbio(&listener, true).map_err(|error| {
            IpcException::system("cannot make the listening socket non-blocking", error.into())
        })?;
        let source = Arc::new_cyclic(|this| Listener {
            this: this.clone(),
            listener,
            root,
            settings: self.settings.clone(),
            incoming: self.incoming.clone(),
            poller,
            token: OnceLock::new(),
        });
        let token = poller
            .add(&(source.clone() as Arc<dyn Source>))
            .map_err(|error| IpcException::system("cannot wait for connections", error))?;
        let _ = source.token.set(token);
        lock(&self.listeners).push((token, poller));
        Ok(())
    }

    fn serve(&self, socket: OwnedFd, root: LocalObject) -> Result<(), IpcException> {
        self.start(socket, Side::Server, Some(root.renew()))?.serve();
        Ok(())
    }

    fn disconnect_incoming(&self) {
        self.incoming.disconnect();
    }

    fn add_cleanup(&self, remote: &Remote, cleanup: Box<dyn FnOnce() + Send>) {
        remote.add_cleanup(cleanup);
    }

    fn context(&self) -> &Arc<Context> {
        &self.settings.link.context
    }
}

impl Drop for CapnpProtocol {
    fn drop(&mut self) {
        for (token, poller) in lock(&self.listeners).drain(..) {
            poller.remove(token);
        }
        // The poller may be accepting at this moment.
        self.incoming.close();
    }
}

/// Exchanges thread maps with the process of a root object.
///
/// # Errors
/// Returns an error if the peer answers with one, or goes away before.
pub fn construct(root: &Remote, method: MethodId) -> Result<(), IpcException> {
    let link = root.link();
    let params = Params::without_context(Size { data: 0, pointers: 1 });
    let encode = |to: &mut StructWriter<'_, '_>| to.pointer(0).set_capability(link.hosts().map());
    let map = send(root, method, params, encode, |from| from.pointer(0).capability())?;
    link.set_thread_map(map.as_ref());
    Ok(())
}

/// Returns the method that a client calls first, if the interface has one or extends one that has.
fn construct_of(root: &'static Descriptor) -> Option<MethodId> {
    let Kind::Interface(interface) = &root.kind else { return None };
    match interface.construct {
        Some(ordinal) => Some(MethodId { interface: root.id, ordinal }),
        None => interface.superclasses.iter().find_map(|superclass| construct_of(superclass())),
    }
}

struct Listener {
    this: Weak<Listener>,
    listener: OwnedFd,
    root: LocalObject,
    settings: CapnpContext,
    incoming: Arc<Incoming>,
    poller: &'static Arc<Poller>,
    token: OnceLock<Token>,
}

impl Listener {
    fn pause(&self, error: Errno) {
        self.settings
            .log(LogLevel::Warning, || format!("cannot accept a connection, will try again: {error}"));
        self.watch(Interest::NOTHING);
        let this: Weak<dyn Source> = self.this.clone();
        self.poller.wake_at(Instant::now() + ACCEPT_PAUSE, this, Alarm::Accept);
    }

    fn watch(&self, interest: Interest) {
        if let Some(token) = self.token.get() {
            // Fails only after the protocol has removed the registration.
            let _ = self.poller.modify(self.listener.as_fd(), *token, interest);
        }
    }
}

impl Source for Listener {
    fn socket(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }

    fn token(&self) -> Option<Token> {
        self.token.get().copied()
    }

    fn handle_ready(self: Arc<Self>, _readable: bool, _writable: bool) {
        // Whoever is left is accepted in the next turn: other connections have theirs in between.
        for _ in 0..ACCEPTS_PER_TURN {
            if self.incoming.is_closed() {
                return;
            }
            let socket = match rustix::net::accept_with(&self.listener, SocketFlags::CLOEXEC) {
                Ok(socket) => socket,
                Err(Errno::AGAIN) => return,
                // The client gave up before it was accepted.
                Err(Errno::CONNABORTED | Errno::INTR) => continue,
                Err(error) => return self.pause(error),
            };
            match start(&self.settings, socket, Side::Server, Some(self.root.renew())) {
                Ok(link) => self.incoming.add(&link),
                Err(error) => {
                    self.settings.log(LogLevel::Warning, || format!("cannot serve a connection: {error}"));
                }
            }
        }
    }

    fn handle_alarm(self: Arc<Self>, _: Alarm) {
        self.watch(Interest::READABLE);
    }
}
