//! Ours.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use ipc_runtime::object::LocalObject;
use ipc_runtime::wire::Interface;
use ipc_runtime::{
    CapnpContext, Client as Proxy, Ipc, IpcException, Protocol, Waiting, make_capnp_protocol, make_ipc,
    make_process,
};

use super::interface::{Adder, AdderAsync, Object, Sum};
use crate::callers::{FutureClient, call_on_threads, numbers};
use crate::contender::{About, Client, Contender, Floor, Link, Outcome, Ran, Role, check_length, check_sum};
use crate::executor::Executor;
use crate::meter::Meter;
use crate::version;

/// Our clients and servers.
pub(super) struct Ours {
    pub(super) waiting: Waiting,
    pub(super) calls: Calls,
}

/// Which methods are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calls {
    /// `fn`.
    Blocking,
    /// `async fn`.
    Futures,
}

/// Serves a parent that has spawned this process in our own way; `None` where it was started in another.
pub(crate) fn serve_parent() -> Outcome<Option<ExitCode>> {
    Ok(facade(Waiting::Adaptive, &std::env::temp_dir()).start_spawned_process(std::env::args_os())?)
}

fn protocol(waiting: Waiting) -> Arc<dyn Protocol> {
    make_capnp_protocol(CapnpContext::new().with_waiting(waiting))
}

fn facade(waiting: Waiting, directory: &Path) -> Arc<dyn Ipc> {
    let root: Arc<dyn Adder> = Arc::new(AdderServer);
    make_ipc(make_process("bench", directory), protocol(waiting), root)
}

impl Contender for Ours {
    fn about(&self) -> About {
        let sleeping = self.waiting == Waiting::Sleeping;
        let floor = if sleeping { Floor::Blocking } else { Floor::Polling };
        let setting = match (self.calls, sleeping) {
            (Calls::Blocking, true) => "sleeping",
            (Calls::Blocking, false) => "adaptive",
            (Calls::Futures, true) => "sleeping, futures",
            (Calls::Futures, false) => "adaptive, futures",
        };
        About { name: "ours", setting, role: Role::Ours, floor, version: version::of_package("ipc-runtime") }
    }

    fn serve(&self, link: Link) -> Outcome {
        // Further connections come here.
        let facade = facade(self.waiting, &link.directory);
        facade.listen_address(&mut ADDRESS.to_owned())?;
        let root: Arc<dyn Adder> = Arc::new(AdderServer);
        Ok(protocol(self.waiting).serve(link.socket.into(), LocalObject::new(root))?)
    }

    fn connect(&self, link: Link) -> Outcome<Box<dyn Client>> {
        let protocol = protocol(self.waiting);
        let adder =
            <dyn Adder>::from_remote(protocol.connect(link.socket.into(), <dyn Adder>::descriptor())?);
        match self.calls {
            Calls::Blocking => Ok(Box::new(OurClient {
                sum: Arc::new(SumServer),
                adder,
                objects: Vec::new(),
                connections: Vec::new(),
                directory: link.directory,
                waiting: self.waiting,
            })),
            Calls::Futures => {
                let remote = adder.as_remote().ok_or("the proxy is not remote")?.clone();
                let calls = Futures { adder: Proxy::new(remote), sum: Arc::new(SumServer) };
                Ok(Box::new(FutureClient::shared(Executor::Plain, calls)))
            }
        }
    }

    fn spawn_to_answer(&self, directory: &Path) -> Outcome<Option<f64>> {
        // As a user would. The child waits as it does by default.
        let ipc = facade(self.waiting, directory);
        let program = std::env::current_exe()?;
        let program = program.to_str().ok_or("the program's path is not UTF-8")?;
        let begun = Instant::now();
        let adder = ipc.spawn_process::<dyn Adder>(program)?;
        check_sum(1, 2, adder.add(1, 2)?)?;
        let seconds = begun.elapsed().as_secs_f64();
        ipc.wait_spawned(&adder)?;
        Ok(Some(seconds))
    }
}

const ADDRESS: &str = "unix";

struct AdderServer;

impl Adder for AdderServer {
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException> {
        Ok(a.wrapping_add(b))
    }

    fn add_through(&self, other: Arc<dyn Sum>, a: i32, b: i32) -> Result<i32, IpcException> {
        other.sum(a.wrapping_add(b))
    }

    fn echo(&self, bytes: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(bytes.to_vec())
    }

    fn make_object(&self) -> Result<Arc<dyn Object>, IpcException> {
        // Something of its own, as objects have.
        Ok(Arc::new(OneOfMany(0)))
    }
}

struct OneOfMany(i32);

impl Object for OneOfMany {
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException> {
        Ok(a.wrapping_add(b).wrapping_add(self.0))
    }
}

struct SumServer;

impl Sum for SumServer {
    fn sum(&self, sum: i32) -> Result<i32, IpcException> {
        Ok(sum)
    }
}

struct OurClient {
    adder: Arc<dyn Adder>,
    sum: Arc<dyn Sum>,
    /// They stay, so that only the first run of a case makes them.
    objects: Vec<Arc<dyn Object>>,
    connections: Vec<Arc<dyn Adder>>,
    directory: PathBuf,
    waiting: Waiting,
}

impl Client for OurClient {
    fn add(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        meter.measure(|| add_in_turn(&*self.adder, calls))?;
        Ok(Ran::Measured)
    }

    fn add_on_threads(&mut self, threads: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        call_on_threads(&Executor::Plain, threads, calls, meter, || {
            Ok(|calls| add_in_turn(&*self.adder, calls))
        })
    }

    fn call_back(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        meter.measure(|| {
            for a in numbers(calls) {
                check_sum(a, 2, self.adder.add_through(self.sum.clone(), black_box(a), black_box(2))?)?;
            }
            Ok(())
        })?;
        Ok(Ran::Measured)
    }

    fn echo(&mut self, bytes: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        let data = vec![7; bytes];
        meter.measure(|| {
            for _ in 0..calls {
                check_length(bytes, self.adder.echo(&data)?.len())?;
            }
            Ok(())
        })?;
        Ok(Ran::Measured)
    }

    fn add_beside_objects(&mut self, objects: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        if objects == 0 {
            return self.add(calls, meter);
        }
        if self.objects.len() != objects {
            add_in_turn(&*self.adder, WARM)?;
            self.objects.clear();
            self.objects = meter.weigh(objects, || {
                Ok((0..objects).map(|_| self.adder.make_object()).collect::<Result<_, _>>()?)
            })?;
        }
        // In turn, as one would who has many.
        let mut object = self.objects.iter().cycle();
        meter.measure(|| {
            for a in numbers(calls) {
                let object = object.next().ok_or("there are no objects")?;
                check_sum(a, 2, object.add(black_box(a), black_box(2))?)?;
            }
            Ok(())
        })?;
        Ok(Ran::Measured)
    }

    fn add_beside_connections(&mut self, connections: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        if connections != 0 && self.connections.len() != connections {
            add_in_turn(&*self.adder, WARM)?;
            self.connections.clear();
            let ipc = facade(self.waiting, &self.directory);
            let connect = |_| Ok(ipc.connect_address(&mut ADDRESS.to_owned())?.ok_or("nobody listens")?);
            self.connections =
                meter.weigh(connections, || (0..connections).map(connect).collect::<Outcome<_>>())?;
        }
        self.add(calls, meter)
    }
}

/// Calls before memory is weighed.
const WARM: u64 = 100;

fn add_in_turn(adder: &dyn Adder, calls: u64) -> Outcome {
    for a in numbers(calls) {
        check_sum(a, 2, adder.add(black_box(a), black_box(2))?)?;
    }
    Ok(())
}

/// The same methods, as futures.
struct Futures {
    adder: Proxy<dyn AdderAsync>,
    sum: Arc<dyn Sum>,
}

impl crate::callers::Calls for Futures {
    type Data = Vec<u8>;

    async fn add(&self, a: i32, b: i32) -> Outcome<i32> {
        Ok(self.adder.add(a, b).await?)
    }

    async fn call_back(&self, a: i32, b: i32) -> Outcome<Option<i32>> {
        Ok(Some(self.adder.add_through(self.sum.clone(), a, b).await?))
    }

    async fn echo(&self, data: Vec<u8>) -> Outcome<Vec<u8>> {
        Ok(self.adder.echo(&data).await?)
    }
}
