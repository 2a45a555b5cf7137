//! Interfaces that extend others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ipc_runtime::wire::Interface;
use ipc_runtime::wire::descriptor::Kind;
use ipc_runtime::{ExceptionKind, IpcException, destroy, ipc_interface};
use ipc_tests::steps::{PATIENCE, bounded, eventually};

use super::util::Pair;

#[ipc_interface]
trait Named {
    fn name(&self) -> Result<String, IpcException>;
    async fn greet(&self, whom: &str) -> Result<String, IpcException>;
}

#[ipc_interface]
trait Sized2: Named {
    fn size(&self) -> Result<u32, IpcException>;
}

#[ipc_interface(no_destroy)]
trait Coloured {
    fn colour(&self) -> Result<u32, IpcException>;
}

#[ipc_interface]
trait Shape: Sized2 + Coloured + Send {
    fn scale(&self, by: u32) -> Result<u32, IpcException>;
    async fn scale_later(&self, by: u32) -> Result<u32, IpcException>;
}

#[ipc_interface(root)]
trait Shapes: Coloured {
    fn make(&self) -> Result<Arc<dyn Shape>, IpcException>;
    fn name_of(&self, named: Arc<dyn Named>) -> Result<String, IpcException>;
    fn alive(&self) -> Result<u32, IpcException>;
}

struct Square(Arc<AtomicU32>);

impl Drop for Square {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[ipc_interface]
impl Named for Square {
    fn name(&self) -> Result<String, IpcException> {
        Ok("square".into())
    }

    async fn greet(&self, whom: &str) -> Result<String, IpcException> {
        Ok(format!("hello {whom}"))
    }
}

impl Sized2 for Square {
    fn size(&self) -> Result<u32, IpcException> {
        Ok(2)
    }
}

impl Coloured for Square {
    fn colour(&self) -> Result<u32, IpcException> {
        Ok(0xff_0000)
    }
}

#[ipc_interface]
impl Shape for Square {
    fn scale(&self, by: u32) -> Result<u32, IpcException> {
        Ok(2 * by)
    }

    async fn scale_later(&self, by: u32) -> Result<u32, IpcException> {
        self.scale(by)
    }
}

#[derive(Default)]
struct Server(Arc<AtomicU32>);

impl Coloured for Server {
    fn colour(&self) -> Result<u32, IpcException> {
        Ok(1)
    }
}

impl Shapes for Server {
    fn make(&self) -> Result<Arc<dyn Shape>, IpcException> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Arc::new(Square(self.0.clone())))
    }

    fn name_of(&self, named: Arc<dyn Named>) -> Result<String, IpcException> {
        named.name()
    }

    fn alive(&self) -> Result<u32, IpcException> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}

fn pair() -> Pair<dyn Shapes> {
    Pair::new(Arc::new(Server::default()))
}

#[test]
fn a_client_has_the_methods_of_all_levels() {
    bounded(PATIENCE, || {
        let pair = pair();
        assert_eq!(pair.remote.colour().unwrap(), 1);
        let shape = pair.remote.make().unwrap();
        assert_eq!(shape.name().unwrap(), "square");
        assert_eq!(futures::executor::block_on(shape.greet("you")).unwrap(), "hello you");
        assert_eq!(shape.size().unwrap(), 2);
        assert_eq!(shape.colour().unwrap(), 0xff_0000);
        assert_eq!(shape.scale(3).unwrap(), 6);
        assert_eq!(futures::executor::block_on(shape.scale_later(4)).unwrap(), 8);
    });
}

#[test]
fn an_object_is_passed_on_as_what_it_extends() {
    bounded(PATIENCE, || {
        let pair = pair();
        let here: Arc<dyn Shape> = Arc::new(Square(Arc::new(AtomicU32::new(1))));
        assert_eq!(pair.remote.name_of(here).unwrap(), "square");
        // One of theirs, and as a client of the level in between.
        let shape = pair.remote.make().unwrap();
        assert_eq!(pair.remote.name_of(shape.clone()).unwrap(), "square");
        let sized: Arc<dyn Sized2> = shape;
        assert_eq!((sized.size().unwrap(), sized.name().unwrap()), (2, "square".into()));
    });
}

#[test]
fn what_is_not_extended_is_not_implemented() {
    bounded(PATIENCE, || {
        let pair = pair();
        let error = NamedClient::new(pair.remote.as_remote().unwrap().clone()).name().unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Unimplemented);
    });
}

#[test]
fn destroy_is_inherited() {
    bounded(PATIENCE, || {
        let pair = pair();
        let shape = pair.remote.make().unwrap();
        assert_eq!(pair.remote.alive().unwrap(), 1);
        destroy(&shape).unwrap();
        eventually("the square is dropped", || pair.remote.alive().unwrap() == 0);
        assert!(shape.name().unwrap_err().text().ends_with("the object was destroyed"));
    });
}

#[test]
fn the_schema_extends_and_begins_again() {
    let named = <dyn Named>::descriptor();
    let Kind::Interface(shape) = <dyn Shape>::descriptor().kind else { panic!("an interface") };
    let supers: Vec<&str> = shape.superclasses.iter().map(|superclass| superclass().name).collect();
    assert_eq!(supers, ["Sized2", "Coloured"]);
    let methods: Vec<_> = shape.methods.iter().map(|method| (method.name, method.ordinal)).collect();
    assert_eq!(methods, [("scale", 0), ("scaleLater", 1)]);
    assert_eq!(<dyn Shape>::DESTROY.map(|method| (method.interface, method.ordinal)), Some((named.id, 0)));
    assert!(<dyn Shape>::implements(named.id) && !<dyn Named>::implements(<dyn Shape>::descriptor().id));
    // A root has its own `construct`.
    let Kind::Interface(shapes) = <dyn Shapes>::descriptor().kind else { panic!("an interface") };
    assert_eq!(shapes.methods[0].name, "construct");
    assert!(<dyn Shapes>::DESTROY.is_none());
}
