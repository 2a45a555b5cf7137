//! Streams: theirs, implemented against the emitted schema, and ours, read by it.

use std::cell::Cell;
use std::rc::Rc;

use capnp::Error;
use ipc_interop_tests::generated::ipc_capnp::{stream_text, stream_u_int64};

/// Numbers of theirs.
pub(crate) struct Numbers {
    next: Cell<u64>,
    count: u64,
    failure: String,
}

impl Numbers {
    pub(crate) fn client(count: u64, failure: String) -> stream_u_int64::Client {
        capnp_rpc::new_client(Self { next: Cell::new(0), count, failure })
    }
}

impl stream_u_int64::Server for Numbers {
    async fn destroy(
        self: Rc<Self>,
        _: stream_u_int64::DestroyParams,
        _: stream_u_int64::DestroyResults,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// Returns a few at a time, and the end by itself.
    async fn next(
        self: Rc<Self>,
        params: stream_u_int64::NextParams,
        mut results: stream_u_int64::NextResults,
    ) -> Result<(), Error> {
        let first = self.next.get();
        let most = u64::from(params.get()?.get_count()).min(7);
        let last = self.count.min(first + most);
        if first == last && !self.failure.is_empty() {
            return Err(Error::failed(self.failure.clone()));
        }
        self.next.set(last);
        let mut items = results.get().init_items((last - first) as u32);
        for (index, number) in (0..).zip(first..last) {
            items.set(index, number);
        }
        results.get().set_ended(first == last);
        Ok(())
    }
}

/// Texts of theirs: a single answer.
pub(crate) struct Texts(pub(crate) Vec<&'static str>);

impl stream_text::Server for Texts {
    async fn destroy(
        self: Rc<Self>,
        _: stream_text::DestroyParams,
        _: stream_text::DestroyResults,
    ) -> Result<(), Error> {
        Ok(())
    }

    async fn next(
        self: Rc<Self>,
        _: stream_text::NextParams,
        mut results: stream_text::NextResults,
    ) -> Result<(), Error> {
        let mut items = results.get().init_items(self.0.len() as u32);
        for (index, text) in (0..).zip(&self.0) {
            items.set(index, text);
        }
        results.get().set_ended(true);
        Ok(())
    }
}

/// Reads a stream of numbers to its end, so many at a time.
pub(crate) async fn read_numbers(stream: &stream_u_int64::Client, count: u32) -> Result<Vec<u64>, Error> {
    let mut numbers = Vec::new();
    loop {
        let mut request = stream.next_request();
        request.get().set_count(count);
        let answer = request.send().promise.await?;
        let answer = answer.get()?;
        let items = answer.get_items()?;
        assert!(answer.get_ended() || !items.is_empty());
        assert!(count == 0 || items.len() <= count);
        numbers.extend(items.iter());
        if answer.get_ended() {
            return Ok(numbers);
        }
    }
}

/// Reads a stream of texts to its end, and joins them.
pub(crate) async fn join_texts(stream: &stream_text::Client) -> Result<String, Error> {
    let mut joined = String::new();
    loop {
        let mut request = stream.next_request();
        request.get().set_count(3);
        let answer = request.send().promise.await?;
        let answer = answer.get()?;
        for text in answer.get_items()? {
            joined.push_str(text?.to_str()?);
        }
        if answer.get_ended() {
            return Ok(joined);
        }
    }
}
