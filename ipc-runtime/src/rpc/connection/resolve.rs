//! Promises: those of the peer, which Resolve settles, and those of this side.

use capnp_rpc::rpc_capnp::{disembargo, resolve};

use super::super::answer::State;
use super::super::embargo::{self, Embargo, LocalPromise};
use super::super::frame::PeerTarget;
use super::super::import::{Kind, Resolution};
use super::super::message::CONTROL_WORDS;
use super::super::{
    Cap, EmbargoId, Event, ExportId, Host, ImportId, OutgoingMessage, PeerMisbehaved, PromiseId, export,
};
use super::caps::{Place, Way};
use super::incoming::{Echo, Target};
use super::outgoing::write_target;
use super::{Connection, Task};
use crate::exception::IpcException;

impl<H: Host> Connection<H> {
    pub(super) fn handle_resolve(&mut self, resolve: resolve::Reader<'_>) -> Result<Echo, PeerMisbehaved> {
        let id = ImportId(resolve.get_promise_id());
        let (cap, way) = match resolve.which() {
            Ok(resolve::Which::Cap(descriptor)) => {
                let descriptor = descriptor?;
                let way = way_of(descriptor);
                let null = || Cap::Broken(IpcException::failed("the promise was resolved to nothing"));
                (self.receive_cap(descriptor)?.unwrap_or_else(null), way)
            }
            Ok(resolve::Which::Exception(exception)) => {
                (Cap::Broken(super::incoming::read_exception(exception?).sent_back()), Resolution::Abroad)
            }
            Err(_) => return Ok(Echo::Needed),
        };
        let called = match self.imports.get(id.0).map(|import| &import.kind) {
            // It was released while the Resolve was on its way.
            None => {
                self.discard(cap);
                return Ok(Echo::None);
            }
            Some(Kind::Promise { called }) => *called,
            Some(Kind::Settled) => return Err(PeerMisbehaved::ResolveForNonPromise(id)),
            Some(Kind::Resolved { .. }) => return Err(PeerMisbehaved::DuplicateResolve(id)),
        };
        let cap = if self.check_chain(id, &cap, way)? {
            cap
        } else {
            self.discard(cap);
            Cap::Broken(IpcException::failed("the capability is a promise of itself"))
        };
        // Where it leads to this side, calls on their way come back through the peer.
        let home = match self.place(&cap, Way::Shortest) {
            Place::Peer(_) | Place::Broken(_) => way == Resolution::Home,
            Place::Local(_) | Place::InAnswer(..) | Place::InQuestion(..) | Place::Awaited(_) => true,
        };
        let cap = if called && home { self.start_embargo(id, cap) } else { cap };
        if called {
            self.mark_called(&cap);
        }
        if let Some(import) = self.imports.get_mut(id.0) {
            import.kind = Kind::Resolved { cap, way };
        }
        Ok(Echo::None)
    }

    /// Follows a resolution and tells whether it ends. If not, and the peer could have known, it is at fault.
    fn check_chain(
        &self,
        id: ImportId,
        cap: &Cap<H::Object>,
        way: Resolution,
    ) -> Result<bool, PeerMisbehaved> {
        let mut next = cap.clone();
        let mut fault = way == Resolution::Abroad;
        for _ in 0..self.limits.max_promise_chain {
            next = match next {
                Cap::Import(import) if import == id => break,
                Cap::Import(import) => match self.imports.get(import.0).map(|import| &import.kind) {
                    Some(Kind::Resolved { cap, way }) => {
                        fault &= *way == Resolution::Abroad;
                        cap.clone()
                    }
                    _ => return Ok(true),
                },
                Cap::Awaited(promise) => match self.promises.get(promise.0).map(|promise| &promise.state) {
                    Some(embargo::State::Resolved(cap)) => cap.clone(),
                    _ => return Ok(true),
                },
                _ => return Ok(true),
            };
        }
        if fault { Err(PeerMisbehaved::PromiseLoop(id)) } else { Ok(false) }
    }

    /// Calls through the promise may come back from the peer until it has echoed a Disembargo: what is called
    /// from now on waits behind them. Returns the promise behind which it waits, with a reference.
    fn start_embargo(&mut self, import: ImportId, cap: Cap<H::Object>) -> Cap<H::Object> {
        let promise = self.new_promise();
        let id = EmbargoId(self.embargoes.insert(Embargo { promise, cap }));
        self.send_disembargo(&PeerTarget::Import(import), Loopback::Sender(id.0));
        self.acquire(&Cap::Awaited(promise))
    }

    /// Calls that went through a promise before arrive at what it was resolved to: should that turn out to be
    /// hosted here, it needs an embargo.
    fn mark_called(&mut self, resolution: &Cap<H::Object>) {
        if let Place::Peer(PeerTarget::Import(id)) = self.place(resolution, Way::Shortest)
            && let Some(import) = self.imports.get_mut(id.0)
            && let Kind::Promise { called } = &mut import.kind
        {
            *called = true;
        }
    }

    pub(super) fn handle_disembargo(
        &mut self,
        disembargo: disembargo::Reader<'_>,
    ) -> Result<Echo, PeerMisbehaved> {
        use disembargo::context::Which;
        match disembargo.get_context().which() {
            Ok(Which::SenderLoopback(id)) => {
                let Some(target) = self.read_target(disembargo.get_target()?)? else {
                    return Ok(Echo::Needed);
                };
                let target = self.loopback_target(target).ok_or(PeerMisbehaved::DisembargoForeignTarget)?;
                self.send_disembargo(&target, Loopback::Receiver(id));
                Ok(Echo::None)
            }
            Ok(Which::ReceiverLoopback(id)) => {
                if self.lift_embargo(EmbargoId(id)) {
                    Ok(Echo::None)
                } else {
                    Err(PeerMisbehaved::UnknownEmbargo(EmbargoId(id)))
                }
            }
            Ok(Which::Accept(()) | Which::Provide(_)) | Err(_) => Ok(Echo::Needed),
        }
    }

    /// Lets the calls behind an embargo go on.
    pub(super) fn lift_embargo(&mut self, id: EmbargoId) -> bool {
        let Some(embargo) = self.embargoes.remove(id.0) else { return false };
        self.spawn(Task::Resolve(embargo.promise, embargo.cap));
        true
    }

    /// Finds the way back to the peer that calls to that target of its took.
    fn loopback_target(&self, target: Target) -> Option<PeerTarget> {
        let mut cap = match target {
            Target::Export(id) => self.exports.get(id)?.cap.clone(),
            Target::Answer(id, transform) => match &self.answers.get(id)?.state {
                State::Done(Ok(kept)) => kept.cap(&transform),
                _ => return None,
            },
            Target::Nothing => return None,
        };
        loop {
            match cap {
                Cap::Import(id) => return Some(PeerTarget::Import(id)),
                // Its question may have failed by now: the peer lifts the embargo all the same.
                Cap::Promised(id, transform) => return Some(PeerTarget::Promised(id, transform)),
                Cap::Awaited(id) => match &self.promises.get(id.0)?.state {
                    embargo::State::Resolved(next) => cap = next.clone(),
                    embargo::State::Pending(_) => return None,
                },
                Cap::Local(_) | Cap::Broken(_) => return None,
            }
        }
    }

    fn send_disembargo(&mut self, target: &PeerTarget, loopback: Loopback) {
        self.send(OutgoingMessage::build(CONTROL_WORDS, |message| {
            let mut disembargo = message.init_disembargo();
            write_target(disembargo.reborrow().init_target(), target);
            let mut context = disembargo.init_context();
            match loopback {
                Loopback::Sender(id) => context.set_sender_loopback(id),
                Loopback::Receiver(id) => context.set_receiver_loopback(id),
            }
        }));
    }

    /// Makes a promise. The reference is its source's.
    pub(super) fn new_promise(&mut self) -> PromiseId {
        PromiseId(self.promises.insert(LocalPromise::new()))
    }

    /// Resolves a promise of this side: what waited for it goes on, in order, and then whoever knows it is
    /// told.
    pub(super) fn resolve_promise(&mut self, id: PromiseId, cap: Cap<H::Object>) {
        let mut cap = self.settle(cap);
        if matches!(cap, Cap::Awaited(other) if other == id) {
            self.discard(cap);
            cap = Cap::Broken(IpcException::failed("the capability is a promise of itself"));
        }
        let Some(promise) = self.promises.get_mut(id.0) else { return self.discard(cap) };
        let state = std::mem::replace(&mut promise.state, embargo::State::Resolved(cap.clone()));
        if let embargo::State::Pending(waiting) = state {
            for request in waiting {
                let target = self.acquire(&cap);
                self.resume_call(target, request);
            }
        }
        self.spawn(Task::Announce(id));
    }

    pub(super) fn announce_promise(&mut self, id: PromiseId) {
        let Some(promise) = self.promises.get_mut(id.0) else { return };
        let embargo::State::Resolved(cap) = &promise.state else { return };
        let cap = cap.clone();
        // One reference is the source's.
        let awaited = promise.seen && promise.refs > 1;
        if let Some(export) = promise.export.take() {
            self.resolve_export(export, &cap);
        }
        if awaited {
            // What it was resolved to may have been resolved in turn, and announced before this one.
            let cap = self.acquire(&cap);
            let cap = self.settle(cap);
            self.mark_seen(std::slice::from_ref(&Some(cap.clone())));
            self.events.push_back(Event::Resolved { promise: id, cap });
        }
        self.drop_promise(id);
    }

    /// Tells the peer what a promise led to.
    fn resolve_export(&mut self, id: ExportId, cap: &Cap<H::Object>) {
        let described = self.send_resolve(id, cap);
        let cap = self.acquire(cap);
        if let Some(export) = self.exports.get_mut(id) {
            export.kind = export::Kind::Resolved(described);
            let awaited = std::mem::replace(&mut export.cap, cap);
            self.discard(awaited);
        } else {
            self.discard(cap);
        }
    }
}

#[derive(Clone, Copy)]
enum Loopback {
    Sender(u32),
    Receiver(u32),
}

fn way_of(descriptor: capnp_rpc::rpc_capnp::cap_descriptor::Reader<'_>) -> Resolution {
    use capnp_rpc::rpc_capnp::cap_descriptor::Which;
    match descriptor.which() {
        Ok(Which::ReceiverHosted(_) | Which::ReceiverAnswer(_)) => Resolution::Home,
        _ => Resolution::Abroad,
    }
}
