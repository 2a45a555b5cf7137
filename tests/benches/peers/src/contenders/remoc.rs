//! remoc's remote traits.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use remoc::prelude::*;
use remoc::rtc::{CallError, Client as _};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use crate::callers::{Calls, FutureClient};
use crate::contender::{About, Client, Contender, Floor, Link, Outcome, Role};
use crate::executor::Flavor;
use crate::version;

/// Its limit of 16 MiB is for messages of strangers.
const MESSAGE_LIMIT: usize = 1 << 30;

/// remoc, in a runtime.
pub(super) struct Remoc(pub(super) Flavor);

#[rtc::remote]
trait Adder {
    async fn add(&self, a: i32, b: i32) -> Result<i32, CallError>;
    async fn add_through(&self, other: SumClient, a: i32, b: i32) -> Result<i32, CallError>;
    async fn echo(&self, data: serde_bytes::ByteBuf) -> Result<serde_bytes::ByteBuf, CallError>;
}

#[rtc::remote]
trait Sum {
    async fn sum(&self, sum: i32) -> Result<i32, CallError>;
}

impl Contender for Remoc {
    fn about(&self) -> About {
        About {
            name: "remoc",
            setting: self.0.name(),
            role: Role::SocketPeer,
            floor: Floor::Blocking,
            version: version::of_package("remoc"),
        }
    }

    fn serve(&self, link: Link) -> Outcome {
        self.0.runtime()?.block_on(async {
            let (server, mut client) = AdderServerShared::<_, remoc::codec::Default>::new(Arc::new(Server));
            client.set_max_request_size(MESSAGE_LIMIT);
            let (reader, writer) = halves(link.socket)?;
            remoc::Connect::io(remoc::Cfg::default(), reader, writer).provide(client).await?;
            server.serve().await.map_err(|error| error.to_string().into())
        })
    }

    fn connect(&self, link: Link) -> Outcome<Box<dyn Client>> {
        let executor = self.0.executor()?;
        let calls = executor.block_on(async {
            let (reader, writer) = halves(link.socket)?;
            let mut adder: AdderClient =
                remoc::Connect::io(remoc::Cfg::default(), reader, writer).consume().await?;
            adder.set_max_request_size(MESSAGE_LIMIT);
            adder.set_max_response_size(MESSAGE_LIMIT);
            let (server, sum) = SumServerShared::<_, remoc::codec::Default>::new(Arc::new(Server));
            tokio::spawn(async move { server.serve().await });
            Outcome::Ok(Remote { adder, sum })
        })?;
        Ok(Box::new(FutureClient::shared(executor, calls)))
    }
}

fn halves(socket: UnixStream) -> Outcome<(OwnedReadHalf, OwnedWriteHalf)> {
    socket.set_nonblocking(true)?;
    Ok(tokio::net::UnixStream::from_std(socket)?.into_split())
}

struct Server;

impl Adder for Server {
    async fn add(&self, a: i32, b: i32) -> Result<i32, CallError> {
        Ok(a.wrapping_add(b))
    }

    async fn add_through(&self, other: SumClient, a: i32, b: i32) -> Result<i32, CallError> {
        other.sum(a.wrapping_add(b)).await
    }

    async fn echo(&self, data: serde_bytes::ByteBuf) -> Result<serde_bytes::ByteBuf, CallError> {
        Ok(data)
    }
}

impl Sum for Server {
    async fn sum(&self, sum: i32) -> Result<i32, CallError> {
        Ok(sum)
    }
}

struct Remote {
    adder: AdderClient,
    sum: SumClient,
}

impl Calls for Remote {
    type Data = serde_bytes::ByteBuf;

    async fn add(&self, a: i32, b: i32) -> Outcome<i32> {
        Ok(self.adder.add(a, b).await?)
    }

    async fn call_back(&self, a: i32, b: i32) -> Outcome<Option<i32>> {
        Ok(Some(self.adder.add_through(self.sum.clone(), a, b).await?))
    }

    async fn echo(&self, data: serde_bytes::ByteBuf) -> Outcome<serde_bytes::ByteBuf> {
        Ok(self.adder.echo(data).await?)
    }
}
