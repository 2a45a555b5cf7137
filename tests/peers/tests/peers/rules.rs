//! Our implementation of `cpp/rules.capnp`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use ipc_peers_tests::rules::{Colour, Failure, Listener, Pair, Point, Refused, Rules};
use ipc_runtime::IpcException;

#[derive(Default)]
pub(crate) struct Server {
    made: Arc<AtomicI32>,
}

impl Rules for Server {
    fn pass_int(&self, arg: Option<i32>) -> Result<Option<i32>, IpcException> {
        Ok(arg)
    }

    fn pass_text(&self, arg: Option<String>) -> Result<Option<String>, IpcException> {
        Ok(arg)
    }

    fn pass_both(&self, arg: Option<String>) -> Result<Option<String>, IpcException> {
        Ok(arg)
    }

    fn pass_point(&self, arg: Option<Point>) -> Result<Option<Point>, IpcException> {
        Ok(arg)
    }

    fn fail(&self, how: i32) -> Result<i32, Failure> {
        match how {
            1 => Err(Failure::Refused(Refused { code: 5, reason: "no".into() })),
            2 => Err(Failure::Error("broad".into())),
            3 => Err(Failure::Error(String::new())),
            _ => Ok(1),
        }
    }

    fn fail_uncaught(&self, text: &str) -> Result<i32, IpcException> {
        Err(IpcException::failed(text))
    }

    fn fail_oddly(&self) -> Result<(), IpcException> {
        panic!("odd")
    }

    fn divide(&self, dividend: i32, divisor: i32, want_rest: bool) -> Result<(i32, i32), IpcException> {
        Ok((if want_rest { dividend % divisor } else { 0 }, dividend / divisor))
    }

    fn look_up(&self, map: &[Pair], key: &str) -> Result<String, IpcException> {
        Ok(map.iter().find(|pair| pair.first == key).map(|pair| pair.second.clone()).unwrap_or_default())
    }

    fn look_up_entry(&self, map: &BTreeMap<String, i32>, key: &str) -> Result<i32, IpcException> {
        Ok(map.get(key).copied().unwrap_or(-1))
    }

    fn echo_text(&self, text: &str) -> Result<String, IpcException> {
        Ok(text.to_owned())
    }

    fn pass_small(&self, arg: i32) -> Result<i32, IpcException> {
        Ok(arg)
    }

    fn pass_colour(&self, arg: Colour) -> Result<Colour, IpcException> {
        Ok(arg)
    }

    fn sum(&self, point: Option<Point>) -> Result<i64, IpcException> {
        Ok(point.map_or(0, |point| i64::from(point.x) + i64::from(point.y)))
    }

    fn is_there(&self, listener: Option<Arc<dyn Listener>>) -> Result<bool, IpcException> {
        Ok(listener.is_some())
    }

    fn make_nothing(&self) -> Result<Option<Arc<dyn Listener>>, IpcException> {
        Ok(None)
    }

    fn make_listener(&self) -> Result<Arc<dyn Listener>, IpcException> {
        self.made.fetch_add(1, Ordering::SeqCst);
        Ok(Arc::new(Echo(self.made.clone())))
    }

    fn made(&self) -> Result<i32, IpcException> {
        Ok(self.made.load(Ordering::SeqCst))
    }
}

/// Returns what it hears.
pub(crate) struct Echo(pub(crate) Arc<AtomicI32>);

impl Drop for Echo {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Listener for Echo {
    fn hear(&self, number: i32) -> Result<i32, IpcException> {
        Ok(number)
    }
}
