//! The client of the board example: posts a note if it is given one, and prints all there are.

use std::io::{self, Write};
use std::process::ExitCode;

use ipc_examples::{Board, Note, usage};
use ipc_runtime::{CapnpContext, IpcException, make_capnp_protocol, make_client_ipc, make_process};

const HELP: &str = "\
usage: ipc-board ADDRESS [AUTHOR TEXT]
       ipc-board --help | --version

Posts a note, if it is given one, to the `ipc-board-server` at the address, and prints all notes, the oldest first.

  ipc-board unix:/tmp/board.sock
  ipc-board unix:/tmp/board.sock alice 'lunch at noon'

exit status: 0 if all was done, 1 if something failed, 2 if the arguments are not as above
";

fn main() -> ExitCode {
    if usage::is_answered("ipc-board", HELP) {
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<String> =
        std::env::args_os().map(|text| text.to_string_lossy().into_owned()).collect();
    let (address, note) = match arguments.as_slice() {
        [_, address] => (address, None),
        [_, address, author, text] => (address, Some(Note { author: author.clone(), text: text.clone() })),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match read_board(address.clone(), note.as_ref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ipc-board: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read_board(mut address: String, note: Option<&Note>) -> Result<(), IpcException> {
    let ipc = make_client_ipc(make_process("board", "."), make_capnp_protocol(CapnpContext::new()));
    let Some(board) = ipc.connect_address::<dyn Board>(&mut address)? else {
        return Err(IpcException::failed(format!("nobody listens on `{address}`: start `ipc-board-server`")));
    };
    if let Some(note) = note {
        board.post(note)?;
    }
    let mut output = io::stdout().lock();
    for Note { author, text } in board.notes()? {
        writeln!(output, "{author}: {text}").map_err(|error| IpcException::system("cannot print", error))?;
    }
    Ok(())
}
