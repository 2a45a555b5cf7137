//! File descriptors between processes, and peers that send them wrongly.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, IoSlice, Read, Seek, Write};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;

use capnp_rpc::rpc_capnp::{exception, message, return_};
use ipc_runtime::object::{Destination, LocalObject};
use ipc_runtime::private::{Encode, IpcType, Layout, layout};
use ipc_runtime::wire::proxy::CONTEXT;
use ipc_runtime::wire::{Encoder, Interface};
use ipc_runtime::{CapnpContext, DriverLimits, IpcException, closed, make_capnp_protocol};
use ipc_tests::files::{Bundle, FileServer, Files, FilesAsync, Source, make_files};
use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded, eventually, joined};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use tempfile::TempDir;

use super::raw::{Raw, begin_return, call, framed, ordinal, our_client_of, our_server_of, which};
use super::util::{Pair, assert_disconnected, kill};

const FILES: &str = env!("CARGO_BIN_EXE_files");

fn spawn() -> Arc<dyn Files> {
    make_files().spawn_process(FILES).unwrap_or_else(|error| panic!("cannot spawn `{FILES}`: {error}"))
}

fn file_with(text: &str) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.rewind().unwrap();
    file
}

fn read(mut from: impl Read) -> String {
    let mut text = String::new();
    from.read_to_string(&mut text).unwrap();
    text
}

/// Returns how many descriptors of this process are of the same open file or pipe.
fn open_here(file: &impl AsFd) -> usize {
    let wanted = identity(file.as_fd());
    let entries = fs::read_dir("/proc/self/fd").unwrap();
    // What another test closes meanwhile cannot be looked at.
    let found = entries.filter_map(|entry| fs::metadata(entry.ok()?.path()).ok());
    found.filter(|metadata| (metadata.dev(), metadata.ino()) == wanted).count()
}

fn identity(fd: BorrowedFd<'_>) -> (u64, u64) {
    let metadata = File::from(fd.try_clone_to_owned().unwrap()).metadata().unwrap();
    (metadata.dev(), metadata.ino())
}

#[test]
fn files_pipes_and_sockets_pass_in_both_directions() {
    bounded(PATIENCE, || {
        let files = spawn();
        assert_eq!(files.read(file_with("a file")).unwrap(), "a file");
        let lent = file_with("lent");
        assert_eq!(files.read_lent(&lent).unwrap(), "lent");
        assert_eq!((&lent).stream_position().unwrap(), 4, "both have one position");
        assert_eq!(files.read_if_any(Some(file_with("some"))).unwrap().as_deref(), Some("some"));
        assert_eq!(files.read_if_any(None).unwrap(), None);

        let directory = TempDir::new().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "opened there").unwrap();
        assert_eq!(read(files.open(path.to_str().unwrap()).unwrap()), "opened there");
        assert!(files.open_if_there(path.to_str().unwrap()).unwrap().is_some());
        fs::remove_file(&path).unwrap();
        assert!(files.open_if_there(path.to_str().unwrap()).unwrap().is_none());

        let (ours, theirs) = UnixStream::pair().unwrap();
        let answering = thread::spawn(move || {
            let asked = read(&ours);
            (&ours).write_all(asked.to_uppercase().as_bytes()).unwrap();
        });
        assert_eq!(files.talk(theirs, "through a socket").unwrap(), "THROUGH A SOCKET");
        joined("this end has answered", answering);
    });
}

#[test]
fn the_sender_keeps_nothing_of_what_it_has_sent() {
    bounded(PATIENCE, || {
        let files = spawn();
        let (reader, mut writer) = files.pipe().unwrap();
        writer.write_all(b"made there").unwrap();
        drop(writer);
        // There is an end because the process that made the pipe has closed its own.
        assert_eq!(read(reader), "made there");

        let (reader, writer) = io::pipe().unwrap();
        files.number(vec![writer.into()]).unwrap();
        assert_eq!(read(reader), "0");
    });
}

#[test]
fn two_hundred_pass_in_one_call_each_to_its_place() {
    const COUNT: usize = 200;
    bounded(LONG_PATIENCE, || {
        let files = spawn();
        let before = files.count().unwrap();
        let (readers, writers): (Vec<_>, Vec<_>) = (0..COUNT).map(|_| io::pipe().unwrap()).unzip();
        files.number(writers.into_iter().map(OwnedFd::from).collect()).unwrap();
        for (index, reader) in readers.into_iter().enumerate() {
            assert_eq!(read(reader), index.to_string());
        }
        for (index, reader) in files.numbered(COUNT as u32).unwrap().into_iter().enumerate() {
            assert_eq!(read(reader), index.to_string());
        }
        eventually("the other process has closed all of them", || files.count().unwrap() == before);
    });
}

#[test]
fn more_than_a_message_can_carry_are_refused_by_the_sender() {
    bounded(PATIENCE, || {
        let files = spawn();
        let (reader, writer) = io::pipe().unwrap();
        let writers = (0..254).map(|_| writer.try_clone().unwrap().into()).collect();
        drop(writer);
        let error = files.number(writers).unwrap_err();
        assert!(error.text().contains("at most 253"), "{error}");
        assert_eq!(read(reader), "", "all copies are closed");

        let error = files.numbered(254).unwrap_err();
        assert!(error.text().contains("at most 253"), "{error}");
        assert_eq!(files.numbered(253).unwrap().len(), 253);
    });
}

#[test]
fn they_may_stand_wherever_a_value_may() {
    bounded(PATIENCE, || {
        let files = spawn();
        let (reader, writer) = io::pipe().unwrap();
        let (stream, other) = UnixStream::pair().unwrap();
        let fd = |text: &str| OwnedFd::from(file_with(text));
        let bundle = Bundle {
            name: "bundle".into(),
            file: file_with("file"),
            stream: Some(stream),
            more: vec![fd("0"), fd("1")],
            some: vec![Some(fd("some")), None],
            named: BTreeMap::from([("writer".to_owned(), writer)]),
            source: Source::File(file_with("source")),
            pair: (7, Box::new(fd("boxed"))),
        };
        let mut back = files.send_back(bundle).unwrap();
        assert_eq!((back.name.as_str(), read(back.file)), ("bundle", "file".to_owned()));
        let mut other = other;
        other.write_all(b"x").unwrap();
        drop(other);
        assert_eq!(read(back.stream.take().unwrap()), "x");
        let texts: Vec<_> = back.more.into_iter().map(|fd| read(File::from(fd))).collect();
        assert_eq!(texts, ["0", "1"]);
        let texts: Vec<_> = back.some.into_iter().map(|fd| fd.map(|fd| read(File::from(fd)))).collect();
        assert_eq!(texts, [Some("some".to_owned()), None]);
        back.named.remove("writer").unwrap().write_all(b"through a map").unwrap();
        assert_eq!(read(reader), "through a map");
        let Source::File(source) = back.source else { panic!("{:?}", back.source) };
        assert_eq!(read(source), "source");
        assert_eq!((back.pair.0, read(File::from(*back.pair.1))), (7, "boxed".to_owned()));
    });
}

#[test]
fn they_pass_through_callbacks_and_futures() {
    bounded(PATIENCE, || {
        let files = spawn();
        let here: Arc<dyn Files> = Arc::new(FileServer);
        assert_eq!(files.pass_on(here, file_with("there and back")).unwrap(), "there and back");
        // The object comes home, and the call does not leave this process.
        let twin: Arc<dyn FilesAsync> =
            Arc::new(ipc_runtime::Client::<dyn FilesAsync>::new(files.as_remote().unwrap().clone()));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(runtime.block_on(twin.read(file_with("a future"))).unwrap(), "a future");
        assert_eq!(runtime.block_on(twin.numbered(2)).unwrap().len(), 2);
    });
}

#[test]
fn a_call_that_fails_closes_what_it_was_given() {
    bounded(PATIENCE, || {
        let files = spawn();
        let before = files.count().unwrap();
        for _ in 0..10 {
            let (reader, writer) = io::pipe().unwrap();
            let error = files.refuse(writer.into()).unwrap_err();
            assert!(error.text().contains("refused"), "{error}");
            assert_eq!(read(reader), "");
        }
        eventually("the other process has closed all of them", || files.count().unwrap() == before);
    });
}

#[test]
fn a_killed_peer_takes_along_what_it_was_given_and_this_side_keeps_nothing() {
    bounded(PATIENCE, || {
        let directory = TempDir::new().unwrap();
        let gate = ipc_tests::steps::Gate::new(directory.path(), "gate").unwrap();
        let files = spawn();
        let (reader, writer) = io::pipe().unwrap();
        let call = {
            let (files, path) = (files.clone(), gate.path().to_owned());
            thread::spawn(move || files.hold(writer.into(), &path))
        };
        let inside = gate.entered();
        kill(&files);
        assert_disconnected(joined("the call fails", call));
        assert_eq!(read(&reader), "");
        let (later, writer) = io::pipe().unwrap();
        assert_disconnected(files.hold(writer.into(), gate.path()));
        assert_eq!(read(&later), "");
        eventually("nothing is left here", || open_here(&reader) == 1 && open_here(&later) == 1);
        drop(inside);
    });
}

#[test]
fn a_peer_that_does_not_read_leaves_nothing_behind_when_it_goes() {
    bounded(PATIENCE, || {
        let (go, going) = std::sync::mpsc::channel::<()>();
        let (connected, peer) = our_client_of::<dyn Files, _>(DriverLimits::default(), move |mut raw| {
            raw.greet();
            let _ = going.recv();
        });
        let files = connected.unwrap();
        let (reader, writer) = io::pipe().unwrap();
        let calls: Vec<_> = (0..40)
            .map(|_| {
                let (files, writer) = (files.clone(), OwnedFd::from(writer.try_clone().unwrap()));
                thread::spawn(move || files.hold(writer, &"x".repeat(100_000)))
            })
            .collect();
        drop(writer);
        drop(go);
        joined("the peer goes", peer);
        for call in calls {
            assert_disconnected(joined("a call fails", call));
        }
        assert_eq!(read(&reader), "");
        eventually("nothing is left here", || open_here(&reader) == 1);
    });
}

#[test]
fn an_object_that_came_home_takes_them_without_a_socket() {
    bounded(PATIENCE, || {
        let pair = Pair::<dyn Files>::new(Arc::new(FileServer));
        assert_eq!(pair.remote.read(file_with("in one process")).unwrap(), "in one process");
        let (reader, mut writer) = pair.remote.pipe().unwrap();
        writer.write_all(b"x").unwrap();
        drop(writer);
        assert_eq!(read(reader), "x");
    });
}

#[test]
fn over_another_kind_of_socket_the_sender_says_so() {
    bounded(PATIENCE, || {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let theirs = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (ours, _) = listener.accept().unwrap();
        let serving = thread::spawn(move || {
            let root: Arc<dyn Files> = Arc::new(FileServer);
            make_capnp_protocol(CapnpContext::new()).serve(theirs.into(), LocalObject::new(root))
        });
        let protocol = make_capnp_protocol(CapnpContext::new());
        let root = protocol.connect(ours.into(), <dyn Files>::descriptor()).unwrap();
        let files = <dyn Files>::from_remote(root);
        for error in [files.read(file_with("x")).unwrap_err(), files.pipe().unwrap_err()] {
            assert!(error.text().contains("unix sockets only"), "{error}");
        }
        assert_eq!(files.read_if_any(None).unwrap(), None, "the connection lives");
        drop(files);
        joined("the server ends", serving).unwrap();
    });
}

/// The parameters of `read` and `refuse`.
const PARAMS: Layout<2> = layout([CONTEXT.shape, <File as IpcType>::SHAPE]);

/// Makes a call of a method whose parameter is a descriptor; `index` is its place beside the message.
fn call_with(message: message::Builder<'_>, question: u32, method: &str, index: u8) {
    let call = call::<dyn Files>(message, question, 0, ordinal::<dyn Files>(method));
    let mut params = call.init_params();
    let mut table = params.reborrow().init_cap_table(1).get(0);
    table.set_sender_hosted(question);
    table.set_attached_fd(index);
    let mut encoder = Encoder::new(Destination::none());
    let any = file_with("");
    encoder.encode_struct(params.init_content(), PARAMS.size, |to| any.encode(to, PARAMS.at[1])).unwrap();
}

/// Sends bytes with descriptors beside the first of them.
fn send_with(raw: &Raw, bytes: &[u8], fds: &[BorrowedFd<'_>]) {
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(253))];
    let mut beside = SendAncillaryBuffer::new(&mut room);
    assert!(beside.push(SendAncillaryMessage::ScmRights(fds)));
    let sent = sendmsg(&raw.stream, &[IoSlice::new(bytes)], &mut beside, SendFlags::empty()).unwrap();
    assert_eq!(sent, bytes.len());
}

/// Returns the text of an answer's exception, or `None` if there are results.
#[track_caller]
fn answer(raw: &mut Raw, question: u32) -> Option<String> {
    let [answer] = answers(raw, [question]);
    answer
}

/// The same of several, which come in any order: their calls run at the same time.
fn answers<const N: usize>(raw: &mut Raw, questions: [u32; N]) -> [Option<String>; N] {
    let mut answers = [const { None }; N];
    let mut missing = N;
    while missing > 0 {
        let answer = raw.receive().unwrap();
        let Ok(message::Return(answer)) = which(&answer) else { continue };
        let answer = answer.unwrap();
        let asked = |(question, _): &(&u32, _)| **question == answer.get_answer_id();
        let (_, place) = questions.iter().zip(&mut answers).find(asked).unwrap();
        if let Ok(return_::Exception(exception)) = answer.which() {
            *place = Some(text_of(exception.unwrap()));
        }
        missing -= 1;
    }
    answers
}

fn text_of(exception: exception::Reader<'_>) -> String {
    exception.get_reason().unwrap().to_string().unwrap()
}

fn served(limits: DriverLimits) -> (Raw, thread::JoinHandle<Result<(), IpcException>>) {
    let root: Arc<dyn Files> = Arc::new(FileServer);
    let (mut raw, serving) = our_server_of(root, limits);
    raw.bootstrap(1000);
    (raw, serving)
}

const ABSENT: &str = "without its file descriptor";

#[test]
fn an_index_without_a_descriptor_is_an_error_of_the_value_and_others_are_closed() {
    bounded(PATIENCE, || {
        let (mut raw, serving) = served(DriverLimits::default());
        let (reader, writer) = io::pipe().unwrap();
        // None at all, an index out of range, and the one that means none.
        raw.send(|message| call_with(message, 1, "refuse", 0));
        assert!(answer(&mut raw, 1).unwrap().contains(ABSENT));
        for (question, index) in [(2, 1), (3, 254), (4, 255)] {
            send_with(
                &raw,
                &framed(|message| call_with(message, question, "refuse", index)),
                &[writer.as_fd()],
            );
            assert!(answer(&mut raw, question).unwrap().contains(ABSENT));
        }
        // Beside a message that has no use for them.
        send_with(
            &raw,
            &framed(|message| message.init_release().set_reference_count(0)),
            &[writer.as_fd(); 9],
        );
        send_with(&raw, &framed(|message| message.init_finish().set_question_id(77)), &[writer.as_fd(); 253]);
        drop(writer);
        assert_eq!(read(&reader), "", "all are closed while the connection lives");
        raw.send(|message| call_with(message, 5, "refuse", 0));
        assert!(answer(&mut raw, 5).unwrap().contains(ABSENT));
        drop(raw);
        joined("the server ends", serving).unwrap();
        eventually("nothing is left here", || open_here(&reader) == 1);
    });
}

#[test]
fn they_belong_to_the_last_message_that_begins_in_the_read_however_bytes_are_cut() {
    bounded(PATIENCE, || {
        let (mut raw, serving) = served(DriverLimits::default());
        let message = |question| framed(|message| call_with(message, question, "read", 0));
        let mut question = 0;
        for cut in [1, 4, 8, 12, 50] {
            // The end of one message, and then one with a descriptor, cut anywhere; its rest comes later.
            question += 2;
            let (earlier, later) = (message(question - 1), message(question));
            raw.send_bytes(&earlier[..20]).unwrap();
            raw.send_bytes(&earlier[20..]).unwrap();
            send_with(&raw, &later[..cut], &[file_with("mine").as_fd()]);
            raw.send_bytes(&later[cut..]).unwrap();
            let texts = answers(&mut raw, [question - 1, question]);
            assert!(matches!(&texts, [Some(text), None] if text.contains(ABSENT)), "{texts:?}");
        }
        // Whole messages in one piece: the last has it.
        let both = [message(91), message(92)].concat();
        send_with(&raw, &both, &[file_with("the last").as_fd()]);
        let texts = answers(&mut raw, [91, 92]);
        assert!(matches!(&texts, [Some(text), None] if text.contains(ABSENT)), "{texts:?}");
        drop(raw);
        joined("the server ends", serving).unwrap();
    });
}

#[test]
fn two_values_cannot_have_one_descriptor() {
    bounded(PATIENCE, || {
        let (mut raw, serving) = served(DriverLimits::default());
        let bytes = framed(|message| {
            let call = call::<dyn Files>(message, 1, 0, ordinal::<dyn Files>("number"));
            let mut params = call.init_params();
            let mut table = params.reborrow().init_cap_table(2);
            for index in 0..2 {
                table.reborrow().get(index).set_sender_hosted(index);
                table.reborrow().get(index).set_attached_fd(0);
            }
            let fds = vec![OwnedFd::from(file_with("")), OwnedFd::from(file_with(""))];
            let mut encoder = Encoder::new(Destination::none());
            encoder
                .encode_struct(params.init_content(), PARAMS.size, |to| fds.encode(to, PARAMS.at[1]))
                .unwrap();
        });
        let (reader, writer) = io::pipe().unwrap();
        send_with(&raw, &bytes, &[writer.as_fd()]);
        drop(writer);
        assert!(answer(&mut raw, 1).unwrap().contains(ABSENT));
        assert_eq!(read(reader), "");
        drop(raw);
        joined("the server ends", serving).unwrap();
    });
}

#[test]
fn a_peer_that_sends_more_than_are_taken_is_disconnected() {
    bounded(PATIENCE, || {
        let mut limits = DriverLimits::default();
        limits.untaken_descriptors = 10;
        let (mut raw, serving) = served(limits);
        let (reader, writer) = io::pipe().unwrap();
        // A message that never becomes whole keeps what came beside it.
        send_with(&raw, &[0; 4], &[writer.as_fd(); 10]);
        assert!(open_here(&reader) >= 2);
        // One segment of one word: an empty message, which says nothing.
        raw.send_bytes(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
        raw.bootstrap(1001);
        eventually("what came beside it is closed", || open_here(&reader) == 2);
        send_with(&raw, &[0; 4], &[writer.as_fd(); 11]);
        raw.expect_end();
        drop(writer);
        assert_eq!(read(&reader), "");
        joined("the server ends", serving).unwrap();
    });
}

#[test]
fn a_peer_that_knows_no_descriptors_is_told_apart() {
    bounded(PATIENCE, || {
        let (connected, peer) = our_client_of::<dyn Files, _>(DriverLimits::default(), |mut raw| {
            raw.greet();
            loop {
                let Some(asked) = raw.receive() else { return };
                let Ok(message::Call(asked)) = which(&asked) else { continue };
                let question = asked.unwrap().get_question_id();
                // An object, as one returns it who knows nothing of `attachedFd`.
                raw.send(|message| {
                    let mut payload = begin_return(message, question);
                    payload.reborrow().init_cap_table(1).get(0).set_sender_hosted(7);
                    let mut encoder = Encoder::new(Destination::none());
                    let any = file_with("");
                    let one: Layout<1> = layout([<File as IpcType>::SHAPE]);
                    encoder
                        .encode_struct(payload.init_content(), one.size, |to| any.encode(to, one.at[0]))
                        .unwrap();
                });
            }
        });
        let files = connected.unwrap();
        let error = files.open("/").unwrap_err();
        assert!(error.text().contains(ABSENT), "{error}");
        assert!(closed(&files).is_none());
        drop(files);
        joined("the peer ends", peer);
    });
}
