//! zbus, peer to peer.

use serde_bytes::ByteBuf;
use zbus::connection::Builder;
use zbus::{Connection, Guid, MessageStream, fdo, interface};

use crate::callers::{Calls, FutureClient};
use crate::contender::{About, Client, Contender, Floor, Link, Outcome, Role};
use crate::executor::{Executor, Flavor};
use crate::version;

/// zbus.
pub(super) struct Zbus(pub(super) Setting);

/// What runs its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// A runtime of one thread, which also calls.
    Tokio,
    /// Its own, as it comes.
    Own,
}

impl Setting {
    fn executor(self) -> Outcome<Executor> {
        match self {
            Self::Tokio => Flavor::CurrentThread.executor(),
            Self::Own => Ok(Executor::Plain),
        }
    }
}

const ADDER: &str = "/adder";
const ADDER_INTERFACE: &str = "bench.Adder";
const SUM: &str = "/sum";
const SUM_INTERFACE: &str = "bench.Sum";

impl Contender for Zbus {
    fn about(&self) -> About {
        About {
            name: "zbus",
            setting: match self.0 {
                Setting::Tokio => "tokio, current-thread",
                Setting::Own => "its own runtime",
            },
            role: Role::SocketPeer,
            floor: Floor::Blocking,
            version: version::of_package("zbus"),
        }
    }

    fn serve(&self, link: Link) -> Outcome {
        self.0.executor()?.block_on(async {
            let builder = Builder::unix_stream(link.socket).server(Guid::generate()).p2p();
            let connection = builder.serve_at(ADDER, Adder).build().await?;
            // Ends with the connection.
            let mut messages = MessageStream::from(&connection);
            while let Some(Ok(_)) = futures::StreamExt::next(&mut messages).await {}
            Ok(())
        })
    }

    fn connect(&self, link: Link) -> Outcome<Box<dyn Client>> {
        let executor = self.0.executor()?;
        let builder = Builder::unix_stream(link.socket).p2p().serve_at(SUM, Sum);
        let connection = executor.block_on(builder.build())?;
        Ok(Box::new(FutureClient::shared(executor, Remote(connection))))
    }
}

struct Adder;

#[interface(interface = "bench.Adder")]
impl Adder {
    async fn add(&self, a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }

    async fn add_through(
        &self,
        a: i32,
        b: i32,
        #[zbus(connection)] connection: &Connection,
    ) -> fdo::Result<i32> {
        let sum = a.wrapping_add(b);
        let answer = connection.call_method(None::<&str>, SUM, Some(SUM_INTERFACE), "Sum", &sum).await?;
        Ok(answer.body().deserialize()?)
    }

    async fn echo(&self, data: ByteBuf) -> ByteBuf {
        data
    }
}

struct Sum;

#[interface(interface = "bench.Sum")]
impl Sum {
    async fn sum(&self, sum: i32) -> i32 {
        sum
    }
}

struct Remote(Connection);

impl Calls for Remote {
    type Data = ByteBuf;

    async fn add(&self, a: i32, b: i32) -> Outcome<i32> {
        let answer = self.0.call_method(None::<&str>, ADDER, Some(ADDER_INTERFACE), "Add", &(a, b)).await?;
        Ok(answer.body().deserialize()?)
    }

    async fn call_back(&self, a: i32, b: i32) -> Outcome<Option<i32>> {
        let answer =
            self.0.call_method(None::<&str>, ADDER, Some(ADDER_INTERFACE), "AddThrough", &(a, b)).await?;
        Ok(Some(answer.body().deserialize()?))
    }

    async fn echo(&self, data: ByteBuf) -> Outcome<ByteBuf> {
        let answer = self.0.call_method(None::<&str>, ADDER, Some(ADDER_INTERFACE), "Echo", &(data,)).await?;
        Ok(answer.body().deserialize()?)
    }
}
