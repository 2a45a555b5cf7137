//! The server of the board example: keeps notes for whoever connects to its socket.

use std::convert::Infallible;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use ipc_examples::{Board, Note, usage};
use ipc_runtime::{
    CapnpContext, Context, IpcException, IpcSender, IpcStream, make_capnp_protocol, make_ipc, make_process,
};

const HELP: &str = "\
usage: ipc-board-server ADDRESS
       ipc-board-server --help | --version

Listens on a Unix socket, which it creates, and keeps the notes of every `ipc-board` that connects, until it is killed.

  ipc-board-server unix:/tmp/board.sock

exit status: 1 if it cannot listen, 2 if the arguments are not as above
";

/// The state of the application. It is kept in the [`Context`], where every method of every object can reach it.
#[derive(Default)]
struct Notes(Mutex<State>);

#[derive(Default)]
struct State {
    notes: Vec<Note>,
    followers: Vec<IpcSender<Note>>,
}

impl Notes {
    /// Gives the notes of the server on whose behalf this thread runs a method to `f`.
    fn with<R>(f: impl FnOnce(MutexGuard<'_, State>) -> R) -> Result<R, IpcException> {
        let notes = Context::current().and_then(|context| context.get::<Notes>());
        let notes = notes.ok_or_else(|| IpcException::failed("the context has no `Notes`"))?;
        Ok(f(notes.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Notes that may be posted before a follower has read the first of them.
const FARTHEST_BEHIND: usize = 100;

struct Server;

impl Board for Server {
    fn post(&self, note: &Note) -> Result<u64, IpcException> {
        if note.text.is_empty() {
            return Err(IpcException::failed("the note is empty: write something"));
        }
        Notes::with(|mut state| {
            state.notes.push(note.clone());
            // Whoever has gone, or is too far behind, follows no longer.
            state.followers.retain(|follower| follower.try_send(note.clone()).is_ok());
            state.notes.len() as u64
        })
    }

    fn notes(&self) -> Result<Vec<Note>, IpcException> {
        Notes::with(|state| state.notes.clone())
    }

    fn follow(&self) -> Result<IpcStream<Note>, IpcException> {
        Notes::with(|mut state| {
            let (sender, stream) = IpcStream::channel(state.notes.len() + FARTHEST_BEHIND);
            for note in &state.notes {
                sender.try_send(note.clone())?;
            }
            state.followers.push(sender);
            Ok(stream)
        })?
    }
}

fn main() -> ExitCode {
    if usage::is_answered("ipc-board-server", HELP) {
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<String> =
        std::env::args_os().map(|text| text.to_string_lossy().into_owned()).collect();
    let [_, address] = arguments.as_slice() else {
        eprint!("{HELP}");
        return ExitCode::from(2);
    };
    match serve(address.clone()) {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("ipc-board-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(mut address: String) -> Result<Infallible, IpcException> {
    let context = Arc::new(Context::new());
    context.insert(Notes::default());
    let protocol = make_capnp_protocol(CapnpContext::new().with_context(context));
    let root: Arc<dyn Board> = Arc::new(Server);
    let ipc = make_ipc(make_process("board", "."), protocol, root);

    ipc.listen_address(&mut address)?;
    writeln!(io::stdout(), "listening on {address}")
        .map_err(|error| IpcException::system("cannot print", error))?;
    loop {
        // Clients are served by threads of the runtime. This one has nothing to do until the program is killed.
        thread::park();
    }
}
