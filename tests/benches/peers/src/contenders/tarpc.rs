//! tarpc, with bincode over the socket.

use std::os::unix::net::UnixStream;

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use tarpc::server::{BaseChannel, Channel};
use tarpc::{client, context, serde_transport};
use tokio_serde::formats::Bincode;
use tokio_util::codec::Framed;
use tokio_util::codec::length_delimited::LengthDelimitedCodec;

use crate::callers::{Calls, FutureClient};
use crate::contender::{About, Client, Contender, Floor, Link, Outcome, Role};
use crate::executor::Flavor;
use crate::version;

/// The codec's limit of 8 MiB is for messages of strangers.
const MESSAGE_LIMIT: usize = 1 << 30;

/// tarpc, in a runtime.
pub(super) struct Tarpc(pub(super) Flavor);

#[tarpc::service]
trait Adder {
    async fn add(a: i32, b: i32) -> i32;
    async fn echo(data: ByteBuf) -> ByteBuf;
}

impl Contender for Tarpc {
    fn about(&self) -> About {
        About {
            name: "tarpc",
            setting: self.0.name(),
            role: Role::SocketPeer,
            floor: Floor::Blocking,
            version: version::of_package("tarpc"),
        }
    }

    fn serve(&self, link: Link) -> Outcome {
        self.0.runtime()?.block_on(async {
            let server = BaseChannel::with_defaults(transport(link.socket)?);
            let calls = server.execute(Server.serve());
            calls.for_each(async |call| drop(tokio::spawn(call))).await;
            Ok(())
        })
    }

    fn connect(&self, link: Link) -> Outcome<Box<dyn Client>> {
        let executor = self.0.executor()?;
        let client = executor.block_on(async {
            Outcome::Ok(AdderClient::new(client::Config::default(), transport(link.socket)?).spawn())
        })?;
        Ok(Box::new(FutureClient::shared(executor, client)))
    }
}

type Transport<Received, Sent> =
    serde_transport::Transport<tokio::net::UnixStream, Received, Sent, Bincode<Received, Sent>>;

fn transport<Received, Sent>(socket: UnixStream) -> Outcome<Transport<Received, Sent>>
where
    Received: for<'de> Deserialize<'de>,
    Sent: Serialize,
{
    socket.set_nonblocking(true)?;
    let socket = tokio::net::UnixStream::from_std(socket)?;
    let codec = LengthDelimitedCodec::builder().max_frame_length(MESSAGE_LIMIT).new_codec();
    Ok(serde_transport::new(Framed::new(socket, codec), Bincode::default()))
}

#[derive(Clone)]
struct Server;

impl Adder for Server {
    async fn add(self, _: context::Context, a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }

    async fn echo(self, _: context::Context, data: ByteBuf) -> ByteBuf {
        data
    }
}

impl Calls for AdderClient {
    type Data = ByteBuf;

    async fn add(&self, a: i32, b: i32) -> Outcome<i32> {
        Ok(self.add(context::current(), a, b).await?)
    }

    async fn echo(&self, data: ByteBuf) -> Outcome<ByteBuf> {
        Ok(self.echo(context::current(), data).await?)
    }
}
