//! Closures that travel as an interface with a name.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::executor::block_on;
use ipc_runtime::wire::descriptor::Kind;
use ipc_runtime::wire::{Interface, Struct as _, Type};
use ipc_runtime::{IpcException, IpcType, ipc_interface};
use ipc_tests::steps::{PATIENCE, bounded};

use crate::util::Pair;

/// What a peer in another language knows by this name.
#[ipc_interface]
trait Transform {
    fn apply(&self, text: &str, times: u32) -> Result<String, IpcException>;
}

/// Has an error of its own.
#[ipc_interface(no_destroy)]
trait Check {
    #[ipc(no_context)]
    fn check(&self, value: i64) -> Result<(), Refused>;
}

#[derive(Debug, IpcType)]
#[ipc(error)]
enum Refused {
    Negative,
    #[ipc(exception)]
    Ipc(IpcException),
}

type Apply = dyn Fn(&str, u32) -> Result<String, IpcException> + Send + Sync;
type ApplyOnce = dyn FnOnce(&str, u32) -> Result<String, IpcException> + Send;

#[derive(IpcType)]
struct Steps {
    #[ipc(as = Transform)]
    first: Arc<Apply>,
    #[ipc(as = Transform)]
    others: Vec<Box<ApplyOnce>>,
    #[ipc(as = Transform, name = "named")]
    by_name: BTreeMap<String, Option<Arc<Apply>>>,
    last: Last,
}

#[derive(IpcType)]
enum Last {
    None,
    One(#[ipc(as = Transform)] Option<Box<ApplyOnce>>),
    Two {
        #[ipc(as = Transform)]
        first: Arc<Apply>,
        second: Arc<dyn Transform>,
    },
}

/// To one side the interfaces are closures.
#[ipc_interface(root, id = 0x9d4e_2a11_80c3_7703)]
trait Pipeline {
    fn run(&self, #[ipc(as = Transform)] step: Arc<Apply>, text: &str) -> Result<String, IpcException>;
    async fn run_all(&self, steps: Steps) -> Result<String, IpcException>;
    #[ipc(as = Transform)]
    fn upper(&self) -> Result<Arc<Apply>, IpcException>;
    #[ipc(as = Transform)]
    async fn maybe(&self, any: bool) -> Result<Option<Box<ApplyOnce>>, IpcException>;
    fn check(
        &self,
        #[ipc(as = Check)] check: Box<dyn FnMut(i64) -> Result<(), Refused> + Send>,
        values: Vec<i64>,
    ) -> Result<bool, IpcException>;
}

/// To the other they are interfaces.
#[ipc_interface(root, id = 0x9d4e_2a11_80c3_7703)]
trait Objectified {
    fn run(&self, step: Arc<dyn Transform>, text: &str) -> Result<String, IpcException>;
    async fn run_all(&self, steps: Steps) -> Result<String, IpcException>;
    fn upper(&self) -> Result<Arc<dyn Transform>, IpcException>;
    async fn maybe(&self, any: bool) -> Result<Option<Arc<dyn Transform>>, IpcException>;
    fn check(&self, check: Arc<dyn Check>, values: Vec<i64>) -> Result<bool, IpcException>;
}

struct Runner;

#[ipc_interface]
impl Pipeline for Runner {
    fn run(&self, step: Arc<Apply>, text: &str) -> Result<String, IpcException> {
        step(text, 2)
    }

    async fn run_all(&self, steps: Steps) -> Result<String, IpcException> {
        let Steps { first, others, by_name, last } = steps;
        let mut text = first("a", 1)?;
        for step in others {
            text = step(&text, 2)?;
        }
        for (name, step) in by_name {
            text = step.map_or(Ok(format!("{text}{name}")), |step| step(&text, 3))?;
        }
        match last {
            Last::None | Last::One(None) => Ok(text),
            Last::One(Some(step)) => step(&text, 1),
            Last::Two { first, second } => second.apply(&first(&text, 1)?, 1),
        }
    }

    fn upper(&self) -> Result<Arc<Apply>, IpcException> {
        Ok(Arc::new(|text, times| Ok(text.to_uppercase().repeat(times as usize))))
    }

    async fn maybe(&self, any: bool) -> Result<Option<Box<ApplyOnce>>, IpcException> {
        Ok(any.then(|| append("!")))
    }

    fn check(
        &self,
        mut check: Box<dyn FnMut(i64) -> Result<(), Refused> + Send>,
        values: Vec<i64>,
    ) -> Result<bool, IpcException> {
        let outcome = values.into_iter().try_for_each(&mut check);
        match outcome {
            Ok(()) => Ok(true),
            Err(Refused::Negative) => Ok(false),
            Err(Refused::Ipc(exception)) => Err(exception),
        }
    }
}

fn append(what: &'static str) -> Box<ApplyOnce> {
    Box::new(move |text, times| Ok(format!("{text}{}", what.repeat(times as usize))))
}

struct Repeat;

impl Transform for Repeat {
    fn apply(&self, text: &str, times: u32) -> Result<String, IpcException> {
        Ok(text.repeat(times as usize))
    }
}

struct Positive;

impl Check for Positive {
    fn check(&self, value: i64) -> Result<(), Refused> {
        if value < 0 { Err(Refused::Negative) } else { Ok(()) }
    }
}

#[test]
fn a_closure_travels_as_an_interface_with_a_name() {
    bounded(PATIENCE, || {
        let root: Arc<dyn Pipeline> = Arc::new(Runner);
        let pair = Pair::new(root);
        let remote = &pair.remote;
        let repeat: Arc<Apply> = Arc::new(|text, times| Ok(text.repeat(times as usize)));
        assert_eq!(remote.run(repeat.clone(), "ab").unwrap(), "abab");
        assert_eq!(remote.upper().unwrap()("a", 3).unwrap(), "AAA");
        assert_eq!(block_on(remote.maybe(true)).unwrap().unwrap()("a", 2).unwrap(), "a!!");
        assert!(block_on(remote.maybe(false)).unwrap().is_none());
        let steps = |last| Steps {
            first: repeat.clone(),
            others: vec![append("b"), append("c")],
            by_name: BTreeMap::from([("x".to_owned(), None), ("y".to_owned(), Some(repeat.clone()))]),
            last,
        };
        let expected = "abbccx".repeat(3);
        assert_eq!(block_on(remote.run_all(steps(Last::None))).unwrap(), expected);
        assert_eq!(block_on(remote.run_all(steps(Last::One(None)))).unwrap(), expected);
        assert_eq!(
            block_on(remote.run_all(steps(Last::One(Some(append("!")))))).unwrap(),
            format!("{expected}!")
        );
        let two = Last::Two { first: Arc::new(|_, _| Ok("two".into())), second: Arc::new(Repeat) };
        assert_eq!(block_on(remote.run_all(steps(two))).unwrap(), "two");

        let check = || {
            let mut calls = 0;
            Box::new(move |value| {
                calls += 1;
                match value {
                    _ if calls > 3 => Err(Refused::Ipc(IpcException::failed("too many"))),
                    ..0 => Err(Refused::Negative),
                    _ => Ok(()),
                }
            })
        };
        assert!(remote.check(check(), vec![1, 2, 3]).unwrap());
        assert!(!remote.check(check(), vec![1, -2]).unwrap());
        assert!(remote.check(check(), vec![0; 4]).unwrap_err().text().ends_with("too many"));
    });
}

#[test]
fn a_peer_sees_the_interface_and_not_the_closure() {
    bounded(PATIENCE, || {
        let root: Arc<dyn Pipeline> = Arc::new(Runner);
        let pair = Pair::new(root);
        let remote = ObjectifiedClient::new(pair.remote.as_remote().unwrap().clone());
        assert_eq!(remote.run(Arc::new(Repeat), "ab").unwrap(), "abab");
        assert_eq!(remote.upper().unwrap().apply("a", 3).unwrap(), "AAA");
        let some = block_on(remote.maybe(true)).unwrap().unwrap();
        assert_eq!(some.apply("a", 1).unwrap(), "a!");
        assert!(some.apply("a", 1).unwrap_err().text().ends_with("can be called once, and was"));
        assert!(!remote.check(Arc::new(Positive), vec![1, -2]).unwrap());
        assert!(remote.check(Arc::new(Positive), vec![1, 2]).unwrap());
    });
}

#[test]
fn the_schema_has_the_interface_and_not_the_closure() {
    let Kind::Interface(interface) = <dyn Pipeline>::descriptor().kind else { panic!("not an interface") };
    let spell = |ty: Type| ty.descriptor().map(|descriptor| descriptor.name);
    let run = &interface.methods[1];
    assert_eq!(spell(run.params.fields[1].ty), Some("Transform"));
    assert_eq!(spell(interface.methods[3].results.fields[0].ty), Some("Transform"));
    let Kind::Struct(steps) = Steps::descriptor().kind else { panic!("not a struct") };
    assert_eq!(spell(steps.fields[1].ty), Some("Transform"));
    assert!(matches!(steps.fields[1].ty, Type::List(_)));
    assert_eq!(spell(steps.fields[2].ty), Some("MapTextTransformEntry"));
    assert_eq!(steps.fields[2].name, "named");
}
