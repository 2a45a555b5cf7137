//! ipc-channel: channels between processes, of which a call is made by hand.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::sync::Mutex;

use ipc_channel::IpcError;
use ipc_channel::ipc::{self, IpcOneShotServer, IpcReceiver, IpcSender};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::callers::{call_on_threads, numbers};
use crate::contender::{About, Client, Contender, Floor, Link, Outcome, Ran, Role, check_length, check_sum};
use crate::executor::Executor;
use crate::meter::Meter;
use crate::version;

/// ipc-channel.
pub(super) struct IpcChannel;

/// What the serving thread hears.
#[derive(Debug, Serialize, Deserialize)]
enum Request {
    /// Somebody new calls; its answers go here.
    Caller(IpcSender<Answer>),
    /// The caller of that number wants a sum.
    Add {
        caller: usize,
        a: i32,
        b: i32,
    },
    /// The same, but it is to be asked before it is answered.
    CallBack {
        caller: usize,
        a: i32,
        b: i32,
    },
    /// What the one who was asked says.
    CalledBack {
        caller: usize,
        sum: i32,
    },
    Echo {
        caller: usize,
        data: ByteBuf,
    },
}

/// What a caller hears.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    /// Which number it has.
    Caller(usize),
    Sum(i32),
    CallBack(i32),
    Data(ByteBuf),
}

impl Contender for IpcChannel {
    fn about(&self) -> About {
        About {
            name: "ipc-channel",
            setting: "blocking",
            role: Role::SocketPeer,
            floor: Floor::Blocking,
            version: version::of_package("ipc-channel"),
        }
    }

    fn serve(&self, link: Link) -> Outcome {
        let (server, name) = IpcOneShotServer::<IpcReceiver<Request>>::new()?;
        writeln!(&link.socket, "{name}")?;
        let (_, requests) = server.accept()?;
        serve(&requests)
    }

    fn connect(&self, link: Link) -> Outcome<Box<dyn Client>> {
        let mut name = String::new();
        BufReader::new(&link.socket).read_line(&mut name)?;
        let (sender, receiver) = ipc::channel()?;
        IpcSender::connect(name.trim_end().to_owned())?.send(receiver)?;
        Ok(Box::new(IpcChannelClient { caller: Caller::new(sender.clone())?, sender: Mutex::new(sender) }))
    }
}

/// Answers until nobody is left who could ask.
fn serve(requests: &IpcReceiver<Request>) -> Outcome {
    let mut callers: Vec<IpcSender<Answer>> = Vec::new();
    loop {
        let (caller, answer) = match requests.recv() {
            Ok(Request::Caller(sender)) => {
                callers.push(sender);
                (callers.len() - 1, Answer::Caller(callers.len() - 1))
            }
            Ok(Request::Add { caller, a, b }) => (caller, Answer::Sum(a.wrapping_add(b))),
            Ok(Request::CallBack { caller, a, b }) => (caller, Answer::CallBack(a.wrapping_add(b))),
            Ok(Request::CalledBack { caller, sum }) => (caller, Answer::Sum(sum)),
            Ok(Request::Echo { caller, data }) => (caller, Answer::Data(data)),
            Err(IpcError::Disconnected) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        // A caller may be gone.
        let _ = callers.get(caller).ok_or("there is no such caller")?.send(answer);
    }
}

struct IpcChannelClient {
    caller: Caller,
    /// To make more of.
    sender: Mutex<IpcSender<Request>>,
}

/// A thread that calls.
struct Caller {
    number: usize,
    requests: IpcSender<Request>,
    answers: IpcReceiver<Answer>,
}

impl Caller {
    fn new(requests: IpcSender<Request>) -> Outcome<Self> {
        let (sender, answers) = ipc::channel()?;
        requests.send(Request::Caller(sender))?;
        let Answer::Caller(number) = answers.recv()? else { return Err("no number came".into()) };
        Ok(Self { number, requests, answers })
    }

    fn add_in_turn(&self, calls: u64) -> Outcome {
        for a in numbers(calls) {
            self.requests.send(Request::Add { caller: self.number, a: black_box(a), b: black_box(2) })?;
            self.receive_sum(a)?;
        }
        Ok(())
    }

    fn call_back(&self, a: i32) -> Outcome {
        self.requests.send(Request::CallBack { caller: self.number, a, b: 2 })?;
        let Answer::CallBack(sum) = self.answers.recv()? else { return Err("no callback came".into()) };
        self.requests.send(Request::CalledBack { caller: self.number, sum })?;
        self.receive_sum(a)
    }

    fn receive_sum(&self, a: i32) -> Outcome {
        let Answer::Sum(sum) = self.answers.recv()? else { return Err("no sum came".into()) };
        check_sum(a, 2, sum)
    }
}

impl Client for IpcChannelClient {
    fn add(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        meter.measure(|| self.caller.add_in_turn(calls))?;
        Ok(Ran::Measured)
    }

    fn add_on_threads(&mut self, threads: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        call_on_threads(&Executor::Plain, threads, calls, meter, || {
            let requests = self.sender.lock().map_err(|_| "a calling thread has panicked")?.clone();
            let caller = Caller::new(requests)?;
            Ok(move |calls| caller.add_in_turn(calls))
        })
    }

    fn call_back(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        meter.measure(|| numbers(calls).try_for_each(|a| self.caller.call_back(a)))?;
        Ok(Ran::Measured)
    }

    fn echo(&mut self, bytes: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        let mut data = ByteBuf::from(vec![7; bytes]);
        meter.measure(|| {
            for _ in 0..calls {
                self.caller.requests.send(Request::Echo { caller: self.caller.number, data })?;
                let Answer::Data(answer) = self.caller.answers.recv()? else {
                    return Err("no bytes came".into());
                };
                check_length(bytes, answer.len())?;
                data = answer;
            }
            Ok(())
        })?;
        Ok(Ran::Measured)
    }
}
