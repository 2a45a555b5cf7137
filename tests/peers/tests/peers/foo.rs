//! Our implementation of libmultiprocess's test interface.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use ipc_peers_tests::foo::{
    ExtendedCallback, FooCallback, FooCustom, FooEmpty, FooEnum, FooError, FooInterface, FooMessage,
    FooMutable, FooStruct,
};
use ipc_runtime::IpcException;

type Closure = Arc<dyn Fn() -> Result<i32, IpcException> + Send + Sync>;

/// Does what the one in C++ does.
#[derive(Default)]
pub(crate) struct Foo {
    saved: Mutex<Option<Arc<dyn FooCallback>>>,
    /// What `call_int_fn_async` does with -3.
    pub(crate) end: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Foo {
    fn saved(&self) -> Result<Arc<dyn FooCallback>, IpcException> {
        let saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner).clone();
        saved.ok_or_else(|| IpcException::failed("no callback is saved"))
    }
}

impl FooInterface for Foo {
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException> {
        Ok(a + b)
    }

    fn map_size(&self, map: &BTreeMap<String, String>) -> Result<i32, IpcException> {
        Ok(map.len().try_into().unwrap())
    }

    fn pass(&self, arg: &FooStruct) -> Result<FooStruct, IpcException> {
        Ok(arg.clone())
    }

    fn raise(&self, arg: &FooStruct) -> Result<(), FooError> {
        Err(FooError::Error(Box::new(arg.clone())))
    }

    fn callback(&self, callback: &dyn FooCallback, arg: i32) -> Result<i32, IpcException> {
        callback.call(arg)
    }

    fn callback_unique(&self, callback: Arc<dyn FooCallback>, arg: i32) -> Result<i32, IpcException> {
        callback.call(arg)
    }

    fn callback_shared(&self, callback: Arc<dyn FooCallback>, arg: i32) -> Result<i32, IpcException> {
        callback.call(arg)
    }

    fn save_callback(&self, callback: Option<Arc<dyn FooCallback>>) -> Result<(), IpcException> {
        *self.saved.lock().unwrap_or_else(PoisonError::into_inner) = callback;
        Ok(())
    }

    fn callback_saved(&self, arg: i32) -> Result<i32, IpcException> {
        self.saved()?.call(arg)
    }

    fn callback_extended(&self, callback: &dyn ExtendedCallback, arg: i32) -> Result<i32, IpcException> {
        callback.call_extended(arg)
    }

    fn pass_custom(&self, arg: &FooCustom) -> Result<FooCustom, IpcException> {
        Ok(arg.clone())
    }

    fn pass_empty(&self, arg: &FooEmpty) -> Result<FooEmpty, IpcException> {
        Ok(arg.clone())
    }

    fn pass_message(&self, arg: &FooMessage) -> Result<FooMessage, IpcException> {
        Ok(FooMessage { message: format!("{} call", arg.message) })
    }

    fn pass_mutable(&self, arg: &FooMutable) -> Result<FooMutable, IpcException> {
        Ok(FooMutable { message: format!("{} call", arg.message) })
    }

    fn pass_enum(&self, arg: FooEnum) -> Result<FooEnum, IpcException> {
        Ok(arg)
    }

    fn pass_fn(&self, function: Closure) -> Result<i32, IpcException> {
        function()
    }

    fn call_fn(&self) -> Result<(), IpcException> {
        Ok(())
    }

    fn call_fn_async(&self) -> Result<(), IpcException> {
        Ok(())
    }

    fn add_out(&self, a: i32, b: i32) -> Result<i32, IpcException> {
        Ok(a + b)
    }

    fn add_in_out(&self, x: i32, sum: i32) -> Result<i32, IpcException> {
        Ok(sum + x)
    }

    fn call_int_fn_async(&self, arg: i32) -> Result<i32, IpcException> {
        match arg {
            -1 => {
                let saved = self.saved()?;
                thread::spawn(move || saved.call(5)).join().unwrap()
            }
            -2 => Err(IpcException::failed("it cannot be done")),
            -3 => {
                let end = self.end.lock().unwrap_or_else(PoisonError::into_inner).take();
                end.unwrap()();
                Ok(0)
            }
            _ => Ok(2 * arg),
        }
    }

    fn pass_data_pointers(&self, arg: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, IpcException> {
        Ok(arg.to_vec())
    }

    fn pass_double(&self, arg: f64) -> Result<f64, IpcException> {
        Ok(arg)
    }

    fn pass_data(&self, arg: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(arg.to_vec())
    }
}
