//! [`Ipc`]: spawning, connecting and listening, in one place.

use std::ffi::OsString;
use std::process::{ExitCode, ExitStatus};
use std::sync::Arc;

use crate::context::Context;
use crate::exception::IpcException;
use crate::object::{LocalObject, Remote, destroy};
use crate::process::{ChildProcess, Process};
use crate::protocol::Protocol;
use crate::wire::{Descriptor, Interface};

/// A process's way to other processes.
///
/// Made by [`make_ipc`]. The methods here exchange untyped handles, so that the trait can be implemented by an
/// application; the typed ones that programs use are [on `dyn Ipc`](#impl-dyn+Ipc).
pub trait Ipc: Send + Sync {
    /// Spawns a process and returns its root object; see [`spawn_process`](trait.Ipc.html#method.spawn_process).
    ///
    /// # Errors
    /// Returns an error if the program cannot be started or goes away before it answers.
    fn spawn_remote(&self, exe: &str, root: &'static Descriptor) -> Result<Remote, IpcException>;

    /// Connects to an address and returns the listener's root object; `None` where the address asks for none.
    ///
    /// # Errors
    /// Returns an error if the address cannot be connected to.
    fn connect_remote(
        &self,
        address: &mut String,
        root: &'static Descriptor,
    ) -> Result<Option<Remote>, IpcException>;

    /// Serves this process's root object to the parent, if `args` say that there is one; returns `false` if not.
    ///
    /// # Errors
    /// Returns an error if the arguments are malformed or the socket cannot be used.
    fn serve_parent(&self, args: &[OsString]) -> Result<bool, IpcException>;

    /// Waits until a spawned process has ended.
    ///
    /// # Errors
    /// Returns an error if its status is lost.
    fn wait_child(&self, child: &ChildProcess) -> Result<ExitStatus, IpcException>;

    /// Serves this process's root object to whoever connects to an address, in the background, until the `Ipc` is
    /// dropped. The address is replaced by the resolved one, `unix:<absolute path>`.
    ///
    /// Addresses are `unix` (`<name>.sock` in the data directory) and `unix:<path>` (relative to it, or absolute).
    ///
    /// # Errors
    /// Returns an error if the address is unknown, in use, or cannot be bound.
    fn listen_address(&self, address: &mut String) -> Result<(), IpcException>;

    /// Ends every connection that came in through [`listen_address`](Ipc::listen_address). The parent's, in a spawned
    /// process, is spared.
    fn disconnect_incoming(&self);

    /// Registers a function that runs once: when the last handle on the object is dropped, or when its connection
    /// ends.
    fn add_remote_cleanup(&self, remote: &Remote, cleanup: Box<dyn FnOnce() + Send>);

    /// Returns the application's state, which server methods reach through [`Context::current`].
    fn context(&self) -> &Arc<Context>;
}

impl dyn Ipc + '_ {
    /// Spawns a process and returns its root object.
    ///
    /// `exe` is looked up beside the running executable; with a path separator in it, it is used as given. The
    /// process is started with the arguments `-ipcfd <n>` and is expected to call
    /// [`start_spawned_process`](trait.Ipc.html#method.start_spawned_process). It ends when the last handle on any of its objects is
    /// dropped, and is reaped in the background; [`wait_spawned`](trait.Ipc.html#method.wait_spawned) waits for it.
    ///
    /// # Blocking
    /// The caller waits until the process answers.
    ///
    /// # Errors
    /// Returns an error that names the program if it cannot be started or goes away before it answers.
    pub fn spawn_process<T: Interface + ?Sized>(&self, exe: &str) -> Result<Arc<T>, IpcException> {
        self.spawn_remote(exe, T::descriptor()).map(T::from_remote)
    }

    /// In a process that [`spawn_process`](trait.Ipc.html#method.spawn_process) has started: serves its root object until the parent
    /// is gone, then returns the code to exit with. In any other process: returns `None` at once.
    ///
    /// `args` are the arguments of the process, [`std::env::args_os`].
    ///
    /// # Blocking
    /// The caller waits until the parent closes the connection or is gone.
    ///
    /// # Errors
    /// Returns an error if the arguments are malformed or the socket cannot be used.
    pub fn start_spawned_process<A: Into<OsString>>(
        &self,
        args: impl IntoIterator<Item = A>,
    ) -> Result<Option<ExitCode>, IpcException> {
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        Ok(self.serve_parent(&args)?.then_some(ExitCode::SUCCESS))
    }

    /// Connects to an address and returns the listener's root object.
    ///
    /// Addresses are those of [`listen_address`](Ipc::listen_address), and `auto`: like `unix`, but `None` when nobody
    /// listens there. The empty string and `0` ask for no connection and give `None`. The address is replaced by the
    /// resolved one.
    ///
    /// # Blocking
    /// The caller waits until the listener answers.
    ///
    /// # Errors
    /// Returns an error that names the path if it cannot be connected to.
    pub fn connect_address<T: Interface + ?Sized>(
        &self,
        address: &mut String,
    ) -> Result<Option<Arc<T>>, IpcException> {
        Ok(self.connect_remote(address, T::descriptor())?.map(T::from_remote))
    }

    /// Closes the connection to a spawned process and waits until the process has ended.
    ///
    /// # Blocking
    /// The caller waits for calls on the object that are in flight, and for the process: it ends when
    /// [`start_spawned_process`](trait.Ipc.html#method.start_spawned_process) returns there and the program does nothing else.
    ///
    /// # Errors
    /// Returns an error if the object does not belong to a process that this one spawned.
    pub fn wait_spawned<T: Interface + ?Sized>(&self, object: &Arc<T>) -> Result<ExitStatus, IpcException> {
        let child = object.as_remote().and_then(Remote::child).ok_or_else(|| {
            IpcException::failed("cannot wait: the object is not of a process that this one spawned")
        })?;
        destroy(object)?;
        if let Some(remote) = object.as_remote() {
            remote.disconnect();
        }
        self.wait_child(&child)
    }

    /// Registers a function that runs once: when the last handle on a remote object is dropped, or when its connection
    /// ends. For an object that is not remote the function is dropped.
    pub fn add_cleanup<T: Interface + ?Sized>(
        &self,
        object: &Arc<T>,
        cleanup: impl FnOnce() + Send + 'static,
    ) {
        if let Some(remote) = object.as_remote() {
            self.add_remote_cleanup(remote, Box::new(cleanup));
        }
    }
}

/// Makes an [`Ipc`] out of a way to make processes and a protocol. `root` is what this process offers: to its parent if
/// it was spawned, and to whoever connects if it listens.
///
/// # Examples
/// ```
/// use std::sync::Arc;
/// use ipc_runtime::{CapnpContext, IpcException, ipc_interface, make_capnp_protocol, make_ipc, make_process};
///
/// #[ipc_interface(root)]
/// pub trait Init {
///     fn ping(&self, text: &str) -> Result<String, IpcException>;
/// }
///
/// struct Server;
/// impl Init for Server {
///     fn ping(&self, text: &str) -> Result<String, IpcException> {
///         Ok(text.to_owned())
///     }
/// }
///
/// let dir = std::env::temp_dir().join(format!("ipc-doc-{}", std::process::id()));
/// let root: Arc<dyn Init> = Arc::new(Server);
/// let ipc = make_ipc(make_process("demo", &dir), make_capnp_protocol(CapnpContext::new()), root);
/// let mut address = String::from("unix");
/// ipc.listen_address(&mut address)?;
///
/// let init = ipc.connect_address::<dyn Init>(&mut address)?.expect("somebody listens");
/// assert_eq!(init.ping("hello")?, "hello");
/// # std::fs::remove_dir_all(&dir).ok();
/// # Ok::<(), IpcException>(())
/// ```
pub fn make_ipc<T: Interface + ?Sized>(
    process: Arc<dyn Process>,
    protocol: Arc<dyn Protocol>,
    root: Arc<T>,
) -> Arc<dyn Ipc> {
    Arc::new(Facade { process, protocol, root: Some(LocalObject::new(root)) })
}

/// Makes an [`Ipc`] for a process that only calls others: it offers no root object, so it can neither listen nor be
/// spawned.
pub fn make_client_ipc(process: Arc<dyn Process>, protocol: Arc<dyn Protocol>) -> Arc<dyn Ipc> {
    Arc::new(Facade { process, protocol, root: None })
}

struct Facade {
    process: Arc<dyn Process>,
    protocol: Arc<dyn Protocol>,
    root: Option<LocalObject>,
}

impl Facade {
    fn root(&self) -> Result<LocalObject, IpcException> {
        self.root.clone().ok_or_else(|| {
            IpcException::failed("this process offers no root object: make its `Ipc` with `make_ipc`")
        })
    }
}

impl Ipc for Facade {
    fn spawn_remote(&self, exe: &str, root: &'static Descriptor) -> Result<Remote, IpcException> {
        let spawned = self.process.spawn(exe)?;
        match self.protocol.connect(spawned.socket, root) {
            Ok(remote) => {
                remote.set_child(Arc::new(spawned.child));
                Ok(remote)
            }
            Err(error) => {
                // It has closed its socket, so it is about to end, or it does not speak to us and has to.
                let _ = spawned.child.kill();
                let ending = match spawned.child.wait() {
                    Ok(status) => status.to_string(),
                    Err(error) => error.to_string(),
                };
                let text = format!(
                    "the process `{exe}` did not answer: {error} ({ending}); it has to call `start_spawned_process`"
                );
                Err(IpcException::with_source(error.kind(), text, error))
            }
        }
    }

    fn connect_remote(
        &self,
        address: &mut String,
        root: &'static Descriptor,
    ) -> Result<Option<Remote>, IpcException> {
        let Some(socket) = self.process.connect(address)? else { return Ok(None) };
        self.protocol.connect(socket, root).map(Some)
    }

    fn serve_parent(&self, args: &[OsString]) -> Result<bool, IpcException> {
        match self.process.check_spawned(args)? {
            Some(socket) => self.protocol.serve(socket, self.root()?).map(|()| true),
            None => Ok(false),
        }
    }

    fn wait_child(&self, child: &ChildProcess) -> Result<ExitStatus, IpcException> {
        self.process.wait_spawned(child)
    }

    fn listen_address(&self, address: &mut String) -> Result<(), IpcException> {
        let root = self.root()?;
        let listener = self.process.bind(address)?;
        self.protocol.listen(listener, root)
    }

    fn disconnect_incoming(&self) {
        self.protocol.disconnect_incoming();
    }

    fn add_remote_cleanup(&self, remote: &Remote, cleanup: Box<dyn FnOnce() + Send>) {
        self.protocol.add_cleanup(remote, cleanup);
    }

    fn context(&self) -> &Arc<Context> {
        self.protocol.context()
    }
}
