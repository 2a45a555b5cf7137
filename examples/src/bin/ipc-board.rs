//! The client of the board example: posts a note if it is given one, and prints all there are, or follows them.

use std::io::{self, Write};
use std::process::ExitCode;

use ipc_examples::{Board, Note, usage};
use ipc_runtime::{CapnpContext, IpcException, make_capnp_protocol, make_client_ipc, make_process};

const HELP: &str = "\
usage: ipc-board ADDRESS [AUTHOR TEXT]
       ipc-board ADDRESS --follow
       ipc-board --help | --version

Posts a note, if it is given one, to the `ipc-board-server` at the address, and prints all notes, the oldest first. With
`--follow` it goes on to print those that are posted, until the server has gone.

  ipc-board unix:/tmp/board.sock
  ipc-board unix:/tmp/board.sock alice 'lunch at noon'
  ipc-board unix:/tmp/board.sock --follow

exit status: 0 if all was done, 1 if something failed, 2 if the arguments are not as above
";

fn main() -> ExitCode {
    if usage::is_answered("ipc-board", HELP) {
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<String> =
        std::env::args_os().map(|text| text.to_string_lossy().into_owned()).collect();
    let (address, task) = match arguments.as_slice() {
        [_, address] => (address, Task::Print),
        [_, address, follow] if follow == "--follow" => (address, Task::Follow),
        [_, address, author, text] => {
            (address, Task::Post(Note { author: author.clone(), text: text.clone() }))
        }
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match read_board(address.clone(), task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ipc-board: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What to do before the notes are printed, and after.
enum Task {
    Print,
    Post(Note),
    Follow,
}

fn read_board(mut address: String, task: Task) -> Result<(), IpcException> {
    let ipc = make_client_ipc(make_process("board", "."), make_capnp_protocol(CapnpContext::new()));
    let Some(board) = ipc.connect_address::<dyn Board>(&mut address)? else {
        return Err(IpcException::failed(format!("nobody listens on `{address}`: start `ipc-board-server`")));
    };
    match task {
        Task::Follow => return board.follow()?.try_for_each(|note| print(&note?)),
        Task::Post(note) => drop(board.post(&note)?),
        Task::Print => {}
    }
    board.notes()?.iter().try_for_each(print)
}

fn print(Note { author, text }: &Note) -> Result<(), IpcException> {
    writeln!(io::stdout(), "{author}: {text}").map_err(|error| IpcException::system("cannot print", error))
}
