//! An allocator that counts, and what is called to be counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

use ipc_runtime::{IpcException, ipc_interface};

/// The system's allocator; counts what all threads of the process allocate.
#[derive(Debug)]
pub struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

fn count(bytes: usize) {
    ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
    BYTES.fetch_add(bytes as u64, Ordering::Relaxed);
}

// SAFETY: every call goes on to the system's allocator as it is, whose contract is the same.
#[expect(unsafe_code, reason = "an allocator cannot be made otherwise")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Perhaps it is moved: it counts as a new one.
        count(size);
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What a process has allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocated {
    /// How often.
    pub allocations: u64,
    /// How much.
    pub bytes: u64,
}

/// Returns what this process has allocated so far; nothing if it has another allocator.
pub fn allocated() -> Allocated {
    Allocated { allocations: ALLOCATIONS.load(Ordering::Relaxed), bytes: BYTES.load(Ordering::Relaxed) }
}

/// Methods whose calls are counted.
#[ipc_interface(root, twin = CountedAsync)]
pub trait Counted {
    /// Adds.
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException>;

    /// Returns the length of a text that is borrowed from the message.
    fn measure(&self, text: &str) -> Result<u32, IpcException>;

    /// Returns a short text.
    fn greet(&self) -> Result<String, IpcException>;

    /// Returns the length of bytes that are borrowed from the message.
    fn take(&self, data: &[u8]) -> Result<u32, IpcException>;

    /// Returns bytes.
    fn make(&self, length: u32) -> Result<Vec<u8>, IpcException>;

    /// Returns what this process has allocated: how often, and how much.
    fn allocated(&self) -> Result<(u64, u64), IpcException>;
}

/// Serves them.
#[derive(Debug)]
pub struct CountedServer;

impl Counted for CountedServer {
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException> {
        Ok(a + b)
    }

    fn measure(&self, text: &str) -> Result<u32, IpcException> {
        Ok(text.len() as u32)
    }

    fn greet(&self) -> Result<String, IpcException> {
        Ok("good morning".to_owned())
    }

    fn take(&self, data: &[u8]) -> Result<u32, IpcException> {
        Ok(data.len() as u32)
    }

    fn make(&self, length: u32) -> Result<Vec<u8>, IpcException> {
        Ok(vec![7; length as usize])
    }

    fn allocated(&self) -> Result<(u64, u64), IpcException> {
        let Allocated { allocations, bytes } = allocated();
        Ok((allocations, bytes))
    }
}
