//! The floor of what needs no system call: numbers in memory that both processes have. Who waits spins, then sleeps on a
//! futex.

use std::fs::File;
use std::hint::spin_loop;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags, mmap};
use rustix::thread::futex;

use crate::callers::numbers;
use crate::contender::{About, Client, Contender, Floor, Link, Outcome, Ran, Role, check_sum};
use crate::meter::Meter;
use crate::version;

/// A page of shared memory.
pub(super) struct SharedMemory;

/// How long it spins before it sleeps.
const SPIN: Duration = Duration::from_micros(20);
/// Polls between two looks at the clock.
const POLLS: usize = 64;

impl Contender for SharedMemory {
    fn about(&self) -> About {
        About {
            name: "raw shared memory",
            setting: "spinning",
            role: Role::Floor,
            floor: Floor::SharedMemory,
            version: version::of_kernel(),
        }
    }

    fn serve(&self, link: Link) -> Outcome {
        let page = Page::map(&link.directory)?;
        thread::spawn(move || serve(page));
        // Nothing comes but the end.
        rustix::io::read(&link.socket, &mut [0])?;
        Ok(())
    }

    fn connect(&self, link: Link) -> Outcome<Box<dyn Client>> {
        let page = Page::map(&link.directory)?;
        Ok(Box::new(SharedMemoryClient { page, calls: 0, _socket: link.socket }))
    }
}

/// What both processes see. A number that has grown is a message.
#[derive(Debug, Default)]
#[repr(C)]
struct Page {
    request: Bell,
    arguments: [AtomicI32; 2],
    answer: Bell,
    sum: AtomicI32,
}

/// A number of which one side waits that it grows. Both fields are read after the other was written, in one order for all,
/// so either the one who rings sees that somebody sleeps, or the one about to sleep sees the new number.
#[derive(Debug, Default)]
#[repr(C, align(64))]
struct Bell {
    number: AtomicU32,
    asleep: AtomicU32,
}

impl Page {
    fn map(directory: &Path) -> Outcome<&'static Self> {
        let path = directory.join("page");
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        file.set_len(size_of::<Self>() as u64)?;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the address is the kernel's choice. The memory is as large as the page, aligned to more than it needs,
        // zero at first, stays mapped until the process ends, and consists of atomics alone.
        #[expect(unsafe_code, reason = "memory cannot be shared otherwise")]
        let page = unsafe {
            let address = mmap(null_mut(), size_of::<Self>(), access, MapFlags::SHARED, &file, 0)?;
            &*address.cast::<Self>()
        };
        Ok(page)
    }
}

impl Bell {
    fn ring(&self, number: u32) -> Outcome {
        self.number.store(number, Ordering::SeqCst);
        if self.asleep.load(Ordering::SeqCst) != 0 {
            futex::wake(&self.number, futex::Flags::empty(), 1)?;
        }
        Ok(())
    }

    fn wait_for(&self, number: u32) -> Outcome {
        let begun = Instant::now();
        while begun.elapsed() < SPIN {
            for _ in 0..POLLS {
                if self.number.load(Ordering::Acquire) == number {
                    return Ok(());
                }
                spin_loop();
            }
        }
        self.asleep.store(1, Ordering::SeqCst);
        let before = number.wrapping_sub(1);
        while self.number.load(Ordering::SeqCst) != number {
            match futex::wait(&self.number, futex::Flags::empty(), before, None) {
                Ok(()) | Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.asleep.store(0, Ordering::SeqCst);
        Ok(())
    }
}

fn serve(page: &Page) -> Outcome {
    let mut number = 0_u32;
    loop {
        number = number.wrapping_add(1);
        page.request.wait_for(number)?;
        let [a, b] = &page.arguments;
        let sum = a.load(Ordering::Relaxed).wrapping_add(b.load(Ordering::Relaxed));
        page.sum.store(sum, Ordering::Relaxed);
        page.answer.ring(number)?;
    }
}

struct SharedMemoryClient {
    page: &'static Page,
    /// Of all so far.
    calls: u32,
    /// Its end is the server's.
    _socket: UnixStream,
}

impl Client for SharedMemoryClient {
    fn add(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        meter.measure(|| {
            for number in numbers(calls) {
                self.calls = self.calls.wrapping_add(1);
                let [a, b] = &self.page.arguments;
                a.store(number, Ordering::Relaxed);
                b.store(2, Ordering::Relaxed);
                self.page.request.ring(self.calls)?;
                self.page.answer.wait_for(self.calls)?;
                check_sum(number, 2, self.page.sum.load(Ordering::Relaxed))?;
            }
            Ok(())
        })?;
        Ok(Ran::Measured)
    }
}
