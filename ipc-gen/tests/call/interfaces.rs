//! What the processes of the tests offer.

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[ipc_interface(root)]
pub(crate) trait Init {
    fn echo(&self, value: Everything) -> Result<Everything, IpcException>;
    fn make_counter(&self, progress: Arc<dyn Progress>, start: i32)
    -> Result<Arc<dyn Counter>, IpcException>;
    fn maybe_counter(
        &self,
        progress: Option<Arc<dyn Progress>>,
    ) -> Result<Option<Arc<dyn Counter>>, IpcException>;
    fn counters(&self) -> Result<Counters, IpcException>;
    #[ipc(no_context)]
    fn plain(&self, text: &str) -> Result<String, IpcException>;
    fn wait(&self) -> Result<(), IpcException>;
}

/// Hears how far something is.
#[ipc_interface]
pub(crate) trait Progress {
    fn report(&self, count: i32) -> Result<bool, IpcException>;
    #[ipc(no_context)]
    fn name(&self, text: &str) -> Result<String, IpcException>;
}

#[ipc_interface]
pub(crate) trait Named {
    fn name(&self) -> Result<String, IpcException>;
}

#[ipc_interface]
pub(crate) trait Counter: Named {
    fn add(&self, n: i32) -> Result<i32, IpcException>;
    fn fork(&self) -> Result<Arc<dyn Counter>, IpcException>;
    fn wait(&self) -> Result<(), IpcException>;
}

#[derive(Clone, IpcType)]
pub(crate) struct Counters {
    pub(crate) first: Arc<dyn Counter>,
    pub(crate) more: Vec<Arc<dyn Counter>>,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
pub(crate) struct Everything {
    pub(crate) truth: bool,
    pub(crate) nothing: (),
    pub(crate) byte: u8,
    pub(crate) signed: i8,
    pub(crate) short: i16,
    pub(crate) word: u32,
    pub(crate) long: u64,
    pub(crate) signed_long: i64,
    pub(crate) float: f32,
    pub(crate) double: f64,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) color: Color,
    pub(crate) inner: Inner,
    pub(crate) shape: Shape,
    pub(crate) maybe: Option<i32>,
    #[ipc(default = 5)]
    pub(crate) five: u32,
    #[ipc(default = -1.5)]
    pub(crate) less: f64,
    #[ipc(default = "text")]
    pub(crate) said: String,
    pub(crate) truths: Vec<bool>,
    pub(crate) longs: Vec<i64>,
    pub(crate) doubles: Vec<f64>,
    pub(crate) texts: Vec<String>,
    pub(crate) table: Vec<Vec<u16>>,
    pub(crate) colors: Vec<Color>,
    pub(crate) inners: Vec<Inner>,
    #[ipc(group)]
    pub(crate) place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
pub(crate) enum Color {
    Red,
    DarkGreen,
    #[ipc(other)]
    Other,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
pub(crate) struct Inner {
    pub(crate) name: String,
    pub(crate) number: i32,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
pub(crate) struct Place {
    pub(crate) x: i32,
    pub(crate) y: i32,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
pub(crate) enum Shape {
    Empty,
    Circle(f64),
    Square { side: u32, name: String },
}

#[derive(Default)]
pub(crate) struct Server;

impl Init for Server {
    fn echo(&self, value: Everything) -> Result<Everything, IpcException> {
        Ok(value)
    }

    fn make_counter(
        &self,
        progress: Arc<dyn Progress>,
        start: i32,
    ) -> Result<Arc<dyn Counter>, IpcException> {
        Ok(Arc::new(Adder { progress: Some(progress), start }))
    }

    fn maybe_counter(
        &self,
        progress: Option<Arc<dyn Progress>>,
    ) -> Result<Option<Arc<dyn Counter>>, IpcException> {
        let counter = |progress| Arc::new(Adder { progress: Some(progress), start: 0 }) as Arc<dyn Counter>;
        Ok(progress.map(counter))
    }

    fn counters(&self) -> Result<Counters, IpcException> {
        let counter = |start| Arc::new(Adder { progress: None, start }) as Arc<dyn Counter>;
        Ok(Counters { first: counter(10), more: vec![counter(20), counter(30)] })
    }

    fn plain(&self, text: &str) -> Result<String, IpcException> {
        Ok(text.to_uppercase())
    }

    fn wait(&self) -> Result<(), IpcException> {
        park()
    }
}

/// Until the process ends.
fn park() -> ! {
    loop {
        std::thread::park();
    }
}

struct Adder {
    progress: Option<Arc<dyn Progress>>,
    start: i32,
}

impl Named for Adder {
    fn name(&self) -> Result<String, IpcException> {
        match &self.progress {
            Some(progress) => progress.name("adder"),
            None => Ok("adder".to_owned()),
        }
    }
}

impl Counter for Adder {
    fn add(&self, n: i32) -> Result<i32, IpcException> {
        for count in 0..n {
            let Some(progress) = &self.progress else { break };
            if progress.report(count)? {
                return Err(IpcException::failed(format!("stopped at {count}")));
            }
        }
        Ok(self.start + n)
    }

    fn fork(&self) -> Result<Arc<dyn Counter>, IpcException> {
        Ok(Arc::new(Adder { progress: self.progress.clone(), start: self.start + 100 }))
    }

    fn wait(&self) -> Result<(), IpcException> {
        park()
    }
}
