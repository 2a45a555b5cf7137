//! iceoryx2: requests and responses in shared memory. Who waits polls, or sleeps until it is notified.

use std::hint::spin_loop;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, yield_now};

use iceoryx2::port::client::Client as Requests;
use iceoryx2::port::listener::Listener;
use iceoryx2::port::notifier::Notifier;
use iceoryx2::port::server::Server as Responses;
use iceoryx2::prelude::*;
use iceoryx2::service::port_factory::event::PortFactory as Event;
use iceoryx2::service::port_factory::request_response::PortFactory as RequestResponse;

use crate::callers::{call_on_threads, numbers};
use crate::contender::{About, Client, Contender, Floor, Link, Outcome, Ran, Role, check_length, check_sum};
use crate::executor::Executor;
use crate::meter::Meter;
use crate::version;

/// iceoryx2.
pub(super) struct Iceoryx2(pub(super) Setting);

/// How it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Polling,
    Blocking,
}

/// Its ports for more than one thread.
type Shared = ipc_threadsafe::Service;

/// What is asked for.
#[derive(Clone, Copy, Debug, ZeroCopySend)]
#[repr(C)]
struct Numbers {
    a: i32,
    b: i32,
    /// Whether the server polls on for another request.
    last: bool,
}

/// Polls between two offers to let others run.
const POLLS: usize = 64;
/// More than the threads of any case.
const CLIENTS: usize = 256;
/// What a client says to a server that is to poll.
const POLL: u8 = 1;
/// What each side waits for where it does not poll.
const REQUEST: &str = "bench/request";
const RESPONSE: &str = "bench/response";

impl Contender for Iceoryx2 {
    fn about(&self) -> About {
        About {
            name: "iceoryx2",
            setting: match self.0 {
                Setting::Polling => "polling",
                Setting::Blocking => "blocking",
            },
            role: Role::MemoryPeer,
            floor: match self.0 {
                Setting::Polling => Floor::SharedMemory,
                Setting::Blocking => Floor::Blocking,
            },
            version: version::of_package("iceoryx2"),
        }
    }

    fn serve(&self, mut link: Link) -> Outcome {
        let services = Services::open(&link.directory)?;
        let server = Server {
            sums: services.sums.server_builder().create()?,
            blobs: services
                .blobs
                .server_builder()
                .initial_max_slice_len(1 << 20)
                .allocation_strategy(AllocationStrategy::PowerOfTwo)
                .create()?,
        };
        let wake = Wake::new(&services.node, REQUEST, RESPONSE)?;
        // Its ports are there.
        link.socket.write_all(&[POLL])?;
        match self.0 {
            Setting::Polling => {
                while link.socket.read(&mut [0])? != 0 {
                    server.poll()?;
                }
            }
            Setting::Blocking => {
                let mut socket = link.socket.try_clone()?;
                let myself = event(&services.node, REQUEST)?.notifier_builder().create()?;
                let ended = Arc::new(AtomicBool::new(false));
                let end = ended.clone();
                thread::spawn(move || {
                    // Nothing comes but the end.
                    let _ = socket.read(&mut [0]);
                    end.store(true, Ordering::Relaxed);
                    let _ = myself.notify();
                });
                while !ended.load(Ordering::Relaxed) {
                    wake.listener.blocking_wait(|_| {})?;
                    while server.answer_one()?.is_some() {
                        wake.notifier.notify()?;
                    }
                }
            }
        }
        Ok(())
    }

    fn connect(&self, mut link: Link) -> Outcome<Box<dyn Client>> {
        link.socket.read_exact(&mut [0])?;
        let services = Services::open(&link.directory)?;
        Ok(Box::new(Iceoryx2Client {
            setting: self.0,
            caller: services.sums.client_builder().create()?,
            blobs: services
                .blobs
                .client_builder()
                .initial_max_slice_len(1 << 20)
                .allocation_strategy(AllocationStrategy::PowerOfTwo)
                .create()?,
            wake: Wake::new(&services.node, RESPONSE, REQUEST)?,
            services,
            socket: link.socket,
        }))
    }
}

/// What both processes open.
struct Services {
    node: Node<Shared>,
    sums: RequestResponse<Shared, Numbers, (), i32, ()>,
    blobs: RequestResponse<Shared, [u8], (), [u8], ()>,
}

impl Services {
    fn open(directory: &Path) -> Outcome<Self> {
        set_log_level(LogLevel::Fatal);
        let mut config = Config::default();
        let directory = directory.to_str().ok_or("the temporary directory is not UTF-8")?;
        config.global.set_root_path(&directory.try_into()?);
        let node = NodeBuilder::new().config(&config).create::<Shared>()?;
        let sums = node
            .service_builder(&"bench/sums".try_into()?)
            .request_response::<Numbers, i32>()
            .max_clients(CLIENTS)
            .open_or_create()?;
        let blobs = node
            .service_builder(&"bench/blobs".try_into()?)
            .request_response::<[u8], [u8]>()
            .open_or_create()?;
        Ok(Self { node, sums, blobs })
    }
}

/// How one process waits for the other, and wakes it.
struct Wake {
    listener: Listener<Shared>,
    notifier: Notifier<Shared>,
}

impl Wake {
    fn new(node: &Node<Shared>, mine: &str, theirs: &str) -> Outcome<Self> {
        Ok(Self {
            listener: event(node, mine)?.listener_builder().create()?,
            notifier: event(node, theirs)?.notifier_builder().create()?,
        })
    }
}

fn event(node: &Node<Shared>, name: &str) -> Outcome<Event<Shared>> {
    Ok(node.service_builder(&name.try_into()?).event().open_or_create()?)
}

struct Server {
    sums: Responses<Shared, Numbers, (), i32, ()>,
    blobs: Responses<Shared, [u8], (), [u8], ()>,
}

/// Whether more will be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum More {
    Expected,
    NotNow,
}

impl Server {
    /// Answers until nothing more is expected.
    fn poll(&self) -> Outcome {
        loop {
            for _ in 0..POLLS {
                if self.answer_one()? == Some(More::NotNow) {
                    return Ok(());
                }
                spin_loop();
            }
            yield_now();
        }
    }

    /// Answers a request, if there is one.
    fn answer_one(&self) -> Outcome<Option<More>> {
        if let Some(request) = self.sums.receive()? {
            request.send_copy(request.a.wrapping_add(request.b))?;
            return Ok(Some(if request.last { More::NotNow } else { More::Expected }));
        }
        if let Some(request) = self.blobs.receive()? {
            request.loan_slice_uninit(request.payload().len())?.write_from_slice(request.payload()).send()?;
            return Ok(Some(More::Expected));
        }
        Ok(None)
    }
}

struct Iceoryx2Client {
    setting: Setting,
    caller: Requests<Shared, Numbers, (), i32, ()>,
    blobs: Requests<Shared, [u8], (), [u8], ()>,
    wake: Wake,
    services: Services,
    socket: UnixStream,
}

impl Iceoryx2Client {
    /// Lets the server poll for as long as this runs.
    fn polled(&self, run: impl FnOnce() -> Outcome<Ran>) -> Outcome<Ran> {
        if self.setting == Setting::Blocking {
            return run();
        }
        (&self.socket).write_all(&[POLL])?;
        let done = run();
        add_polling(&self.caller, Numbers { a: 1, b: 2, last: true })?;
        done
    }

    /// Waits until something is there.
    fn wait(&self) -> Outcome {
        match self.setting {
            Setting::Polling => poll(),
            Setting::Blocking => {
                self.wake.listener.blocking_wait(|_| {})?;
                Ok(())
            }
        }
    }

    fn wake(&self) -> Outcome {
        if self.setting == Setting::Blocking {
            self.wake.notifier.notify()?;
        }
        Ok(())
    }
}

/// Calls a server that polls as well.
fn add_polling(caller: &Requests<Shared, Numbers, (), i32, ()>, numbers: Numbers) -> Outcome {
    add(caller, numbers, || Ok(()), poll)
}

/// Lets some time pass.
fn poll() -> Outcome {
    spin_loop();
    Ok(())
}

/// Calls: wakes the server, and waits for the answer.
fn add(
    caller: &Requests<Shared, Numbers, (), i32, ()>,
    numbers: Numbers,
    wake: impl Fn() -> Outcome,
    wait: impl Fn() -> Outcome,
) -> Outcome {
    let pending = caller.send_copy(numbers)?;
    wake()?;
    let mut polls = 0;
    loop {
        if let Some(sum) = pending.receive()? {
            return check_sum(numbers.a, numbers.b, *sum);
        }
        wait()?;
        polls += 1;
        if polls % POLLS == 0 {
            yield_now();
        }
    }
}

impl Client for Iceoryx2Client {
    fn add(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        self.polled(|| {
            meter.measure(|| {
                numbers(calls).try_for_each(|a| {
                    add(&self.caller, Numbers { a, b: 2, last: false }, || self.wake(), || self.wait())
                })
            })?;
            Ok(Ran::Measured)
        })
    }

    fn add_on_threads(&mut self, threads: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        if self.setting == Setting::Blocking {
            // Each thread would need an event of its own.
            return Ok(Ran::Unsupported);
        }
        self.polled(|| {
            call_on_threads(&Executor::Plain, threads, calls, meter, || {
                let caller = self.services.sums.client_builder().create()?;
                Ok(move |calls| {
                    numbers(calls).try_for_each(|a| add_polling(&caller, Numbers { a, b: 2, last: false }))
                })
            })
        })
    }

    fn echo(&mut self, bytes: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        let data = vec![7; bytes];
        let echo = || {
            let pending = self.blobs.loan_slice_uninit(bytes)?.write_from_slice(&data).send()?;
            self.wake()?;
            loop {
                if let Some(answer) = pending.receive()? {
                    return check_length(bytes, answer.to_vec().len());
                }
                self.wait()?;
            }
        };
        self.polled(|| {
            meter.measure(|| (0..calls).try_for_each(|_| echo()))?;
            Ok(Ran::Measured)
        })
    }
}
