//! `cpp/threads.capnp` as Rust traits: what libmultiprocess's own test interface leaves open of threads and objects.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use ipc_runtime::wire::proxy::{Context, ThreadMap};
use ipc_runtime::{IpcException, ipc_interface};

/// A method for each rule that is about threads or objects.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96, root, twin = ThreadsAsync)]
pub trait Threads {
    /// Returns the number of the thread that it runs on.
    fn number(&self) -> Result<i32, IpcException>;

    /// Waits until `go` is called.
    fn park(&self) -> Result<(), IpcException>;

    /// Ends the waits.
    #[ipc(no_context)]
    fn go(&self) -> Result<(), IpcException>;

    /// Returns how many calls came in their order, beginning with the last 0.
    fn count(&self, number: i32) -> Result<i32, IpcException>;

    /// Calls the callback, which C++ lends to the method.
    fn lend(&self, callback: Arc<dyn Callback>, arg: i32) -> Result<i32, IpcException>;

    /// Calls the callback, which is the method's.
    fn give(&self, callback: Arc<dyn Callback>, arg: i32) -> Result<i32, IpcException>;

    /// Makes an object.
    #[ipc(no_context)]
    fn make_object(&self) -> Result<Arc<dyn Object>, IpcException>;

    /// Makes another one.
    #[ipc(no_context)]
    fn make_plain(&self) -> Result<Arc<dyn Plain>, IpcException>;

    /// Counts those that live.
    #[ipc(no_context)]
    fn living(&self) -> Result<i32, IpcException>;

    /// Returns its argument.
    fn pass(&self, bytes: &[u8]) -> Result<Vec<u8>, IpcException>;
}

/// What is called back.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96)]
pub trait Callback {
    /// Makes a number of another.
    fn call(&self, arg: i32) -> Result<i32, IpcException>;
}

/// An object.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96)]
pub trait Object {
    /// Returns 1.
    fn touch(&self) -> Result<i32, IpcException>;
}

/// An object whose `destroy` has no context in C++, which cannot be told from one that is null.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96)]
pub trait Plain {
    /// Returns 1.
    #[ipc(no_context)]
    fn touch(&self) -> Result<i32, IpcException>;
}

/// How [`Threads`] begins, to a program that sees to threads itself.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96, name = "Threads", no_destroy, twin = RawThreadsAsync)]
pub trait RawThreads {
    /// What exchanges the thread maps.
    #[ipc(no_context, results(thread_map))]
    fn exchange(
        &self,
        thread_map: Option<Arc<dyn ThreadMap>>,
    ) -> Result<Option<Arc<dyn ThreadMap>>, IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn number(&self, context: Option<Context>) -> Result<i32, IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn park(&self, context: Option<Context>) -> Result<(), IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn go(&self) -> Result<(), IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn count(&self, context: Option<Context>, number: i32) -> Result<i32, IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn lend(
        &self,
        context: Option<Context>,
        callback: Arc<dyn RawCallback>,
        arg: i32,
    ) -> Result<i32, IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn give(
        &self,
        context: Option<Context>,
        callback: Arc<dyn RawCallback>,
        arg: i32,
    ) -> Result<i32, IpcException>;
}

/// A [`Callback`] that sees its end.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96, name = "Callback", no_destroy)]
pub trait RawCallback {
    /// `destroy`.
    #[ipc(no_context)]
    fn end(&self, context: Option<Context>) -> Result<(), IpcException>;

    /// As in [`Callback`].
    #[ipc(no_context)]
    fn call(&self, context: Option<Context>, arg: i32) -> Result<i32, IpcException>;
}

/// Our implementation.
#[derive(Default)]
#[expect(missing_debug_implementations, reason = "it holds a closure")]
pub struct Ours {
    opened: Mutex<u64>,
    open: Condvar,
    next: AtomicI32,
    living: Arc<AtomicI32>,
    /// What `park` does in place of waiting.
    pub parks: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Threads for Ours {
    fn number(&self) -> Result<i32, IpcException> {
        Ok(rustix::thread::gettid().as_raw_nonzero().get())
    }

    fn park(&self) -> Result<(), IpcException> {
        if let Some(instead) = self.parks.lock().unwrap_or_else(PoisonError::into_inner).take() {
            instead();
            return Ok(());
        }
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *opened;
        drop(
            self.open.wait_while(opened, |opened| *opened == before).unwrap_or_else(PoisonError::into_inner),
        );
        Ok(())
    }

    fn go(&self) -> Result<(), IpcException> {
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.open.notify_all();
        Ok(())
    }

    fn count(&self, number: i32) -> Result<i32, IpcException> {
        if number == 0 {
            self.next.store(0, Ordering::SeqCst);
        }
        let counted = self.next.compare_exchange(number, number + 1, Ordering::SeqCst, Ordering::SeqCst);
        Ok(counted.map_or_else(|next| next, |number| number + 1))
    }

    fn lend(&self, callback: Arc<dyn Callback>, arg: i32) -> Result<i32, IpcException> {
        callback.call(arg)
    }

    fn give(&self, callback: Arc<dyn Callback>, arg: i32) -> Result<i32, IpcException> {
        callback.call(arg)
    }

    fn make_object(&self) -> Result<Arc<dyn Object>, IpcException> {
        Ok(Arc::new(Counted::new(&self.living)))
    }

    fn make_plain(&self) -> Result<Arc<dyn Plain>, IpcException> {
        Ok(Arc::new(Counted::new(&self.living)))
    }

    fn living(&self) -> Result<i32, IpcException> {
        Ok(self.living.load(Ordering::SeqCst))
    }

    fn pass(&self, bytes: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(bytes.to_vec())
    }
}

struct Counted(Arc<AtomicI32>);

impl Counted {
    fn new(living: &Arc<AtomicI32>) -> Self {
        living.fetch_add(1, Ordering::SeqCst);
        Self(living.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Object for Counted {
    fn touch(&self) -> Result<i32, IpcException> {
        Ok(1)
    }
}

impl Plain for Counted {
    fn touch(&self) -> Result<i32, IpcException> {
        Ok(1)
    }
}
