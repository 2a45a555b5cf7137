//! zlink: Varlink, in JSON. A connection has one call at a time.

use std::hint::black_box;

use serde::{Deserialize, Serialize};
use zlink::tokio::unix::Stream;
use zlink::{Connection, ReadyListener, ReplyError, Server, introspect, proxy, service};

use crate::callers::numbers;
use crate::contender::{About, Client, Contender, Floor, Link, Outcome, Ran, Role, check_length, check_sum};
use crate::executor::{Executor, Flavor};
use crate::meter::Meter;
use crate::version;

/// Its buffer grows by 256 bytes with each read: what is larger than this takes minutes.
const MOST_BYTES: usize = 1 << 20;

/// zlink, in a runtime.
pub(super) struct Zlink(pub(super) Flavor);

impl Contender for Zlink {
    fn about(&self) -> About {
        About {
            name: "zlink",
            setting: self.0.name(),
            role: Role::SocketPeer,
            floor: Floor::Blocking,
            version: version::of_package("zlink"),
        }
    }

    fn serve(&self, link: Link) -> Outcome {
        self.0.runtime()?.block_on(async {
            let listener = ReadyListener::new(Stream::try_from(link.socket)?);
            Ok(Server::new(listener, Adder).run().await?)
        })
    }

    fn connect(&self, link: Link) -> Outcome<Box<dyn Client>> {
        let executor = self.0.executor()?;
        let connection =
            executor.block_on(async { Outcome::Ok(Connection::new(Stream::try_from(link.socket)?)) })?;
        Ok(Box::new(ZlinkClient { executor, connection }))
    }
}

#[derive(Debug, Serialize, Deserialize, introspect::Type)]
struct Sum {
    sum: i32,
}

/// JSON has no bytes: they are text.
#[derive(Debug, Serialize, Deserialize, introspect::Type)]
struct Text {
    text: String,
}

#[derive(Debug, PartialEq, ReplyError, introspect::ReplyError)]
#[zlink(interface = "org.bench.Adder")]
enum AdderError {
    Refused,
}

#[proxy("org.bench.Adder")]
trait AdderProxy {
    async fn add(&mut self, a: i32, b: i32) -> zlink::Result<Result<Sum, AdderError>>;
    async fn echo(&mut self, text: &str) -> zlink::Result<Result<Text, AdderError>>;
}

struct Adder;

#[service(interface = "org.bench.Adder")]
impl Adder {
    async fn add(&self, a: i32, b: i32) -> Sum {
        Sum { sum: a.wrapping_add(b) }
    }

    async fn echo(&self, text: String) -> Text {
        Text { text }
    }
}

struct ZlinkClient {
    executor: Executor,
    connection: Connection<Stream>,
}

impl Client for ZlinkClient {
    fn add(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        meter.measure(|| {
            self.executor.block_on(async {
                for a in numbers(calls) {
                    let answer = self.connection.add(black_box(a), black_box(2)).await?;
                    let Sum { sum } = answer.map_err(|error| format!("{error:?}"))?;
                    check_sum(a, 2, sum)?;
                }
                Ok(())
            })
        })?;
        Ok(Ran::Measured)
    }

    fn echo(&mut self, bytes: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        if bytes > MOST_BYTES {
            return Ok(Ran::Unsupported);
        }
        let data = "x".repeat(bytes);
        meter.measure(|| {
            self.executor.block_on(async {
                for _ in 0..calls {
                    let answer = self.connection.echo(&data).await?;
                    let Text { text } = answer.map_err(|error| format!("{error:?}"))?;
                    check_length(bytes, text.len())?;
                }
                Ok(())
            })
        })?;
        Ok(Ran::Measured)
    }
}
