//! Calls of live processes, with JSON for parameters and results.
//!
//! The schema is read from files, or asked from the process itself, which says what its objects are if it was made with
//! ipc-runtime and not told to keep silent.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use ipc_gen::json::Json;
//! use ipc_gen::live::{CallPath, DataForm, Peer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let peer = Peer::connect("unix:/run/calculator.sock", None)?;
//! let path = CallPath::parse("init.makeCalculator.solve")?;
//! let params = Json::parse(r#"{"equation": "6*7"}"#)?;
//! let results = peer.call(&path, Some(&params), DataForm::Hex, Arc::new(|heard| println!("{heard:?}")))?;
//! println!("{}", results.write());
//! # Ok(())
//! # }
//! ```

mod callback;
mod data;
mod error;
mod path;
mod read;
mod types;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use capnp::message::ReaderOptions;
use capnp::schema_capnp::code_generator_request;
use ipc_runtime::object::{Capability, MethodId, Params, call, dynamic};
use ipc_runtime::reflection::ProcessState;
use ipc_runtime::wire::Size;
use ipc_runtime::wire::descriptor::{Descriptor, IdSource, Interface, Kind};
use ipc_runtime::{
    CapnpContext, ExceptionKind, IpcException, Remote, make_capnp_protocol, make_client_ipc, make_process,
    reflection,
};

pub use self::callback::{Callback, Hear};
pub use self::data::DataForm;
pub use self::error::LiveError;
pub use self::path::{CallPath, PathError, Step};
pub use self::write::ValueError;

use self::callback::Maker;
use self::read::{FoundObject, Reading};
use self::types::{Bindings, Found};
use self::write::{MakeObject, Unsaid, Writing, quoted};
use crate::json::Json;
use crate::model::{FieldKind, Model, Node, NodeKind};

/// A process that is connected, and what its objects are.
#[derive(Debug)]
pub struct Peer {
    root: Remote,
    live: Arc<Live>,
}

/// What is known of a process.
#[derive(Debug)]
struct Live {
    model: Model,
    /// The interface of the root object, if the process has said it.
    root: Option<u64>,
}

impl Peer {
    /// Connects to an address, `unix:PATH`. Without a schema the process is asked for it.
    ///
    /// # Blocking
    /// The caller waits for the process, at most until its [deadline](ipc_runtime::with_deadline).
    ///
    /// # Errors
    /// Returns an error if nobody listens there, or if the process does not say what its objects are.
    pub fn connect(address: &str, schema: Option<Model>) -> Result<Self, LiveError> {
        let root = connect(address)?;
        let live = match schema {
            Some(model) => Live { model, root: None },
            None => ask(&root)?,
        };
        Ok(Self { root, live: Arc::new(live) })
    }

    /// Returns the schema.
    pub fn model(&self) -> &Model {
        &self.live.model
    }

    /// Walks a path and calls its last method, with `params` if they are not in the path. Methods on the way must return the
    /// object that comes next. Objects that parameters need are made here, and tell `hear` what they are called with.
    ///
    /// # Blocking
    /// The caller waits for every answer, at most until its [deadline](ipc_runtime::with_deadline).
    ///
    /// # Errors
    /// Returns an error if there is no such object or method, if the parameters are not what it needs, or what it answered.
    pub fn call(
        &self,
        path: &CallPath,
        params: Option<&Json>,
        data: DataForm,
        hear: Hear,
    ) -> Result<Json, LiveError> {
        let interface = self.live.find_root(&path.root)?;
        self.construct(interface)?;
        let maker = Maker { live: self.live.clone(), data, hear };
        let mut at = At {
            remote: self.root.clone(),
            interface,
            bindings: Bindings::default(),
            path: path.root.clone(),
        };
        let nothing = Json::Object(Vec::new());
        let mut steps = path.steps.iter().peekable();
        while let Some(step) = steps.next() {
            let found = at.method(&self.live.model, &step.method)?;
            let last = steps.peek().is_none();
            let given = match (&step.params, params.filter(|_| last)) {
                (Some(_), Some(_)) => {
                    let message = format!("the parameters of `{}` are there twice", step.method);
                    return Err(LiveError::Usage(message));
                }
                (Some(params), None) | (None, Some(params)) => params,
                (None, None) => &nothing,
            };
            let (results, objects) = at.call(&found, given, &maker)?;
            if last {
                return match &step.pick {
                    Some(pick) => Err(LiveError::Usage(format!(
                        "`[{pick}]` is behind the last method\n  help: it says which object the next method is called of"
                    ))),
                    None => Ok(results),
                };
            }
            at = at.next(step, &objects)?;
        }
        Err(LiveError::Usage("the method is missing".to_owned()))
    }

    /// Asks the process what it has: connections, and the objects, threads and calls of each.
    ///
    /// # Blocking
    /// The caller waits for the answer, at most until its [deadline](ipc_runtime::with_deadline).
    ///
    /// # Errors
    /// Returns an error if the process does not say.
    pub fn inspect(&self) -> Result<ProcessState, LiveError> {
        reflection::inspect(&self.root).map_err(|error| match error.kind() {
            ExceptionKind::Unimplemented => {
                LiveError::Usage("the process does not say what it has".to_owned())
            }
            _ => LiveError::of_call("inspect".to_owned(), error),
        })
    }

    /// Returns what a method is called, `Calculator.solve`; its numbers, if the schema does not have it.
    pub fn method_name(&self, interface: u64, ordinal: u16) -> String {
        let name = self.live.model.name_of(interface);
        let method = match self.live.model.nodes.get(&interface).map(|node| &node.kind) {
            Some(NodeKind::Interface(of)) => of.methods.get(usize::from(ordinal)),
            _ => None,
        };
        method.map_or_else(|| format!("{name}.@{ordinal}"), |method| format!("{name}.{}", method.name))
    }

    /// Exchanges threads with the process, if it has libmultiprocess's way of it.
    fn construct(&self, interface: u64) -> Result<(), LiveError> {
        let methods = self.live.model.methods_of(interface, &Bindings::default());
        match methods.iter().find(|found| found.is_construct(&self.live.model)) {
            Some(found) => dynamic::construct(&self.root, found.id())
                .map_err(|error| LiveError::of_call("construct".to_owned(), error)),
            None => Ok(()),
        }
    }
}

fn connect(address: &str) -> Result<Remote, LiveError> {
    let unreachable = |error: IpcException| LiveError::unreachable(address, error);
    // Nothing is exchanged before it is known what the root object is.
    static ANY: Descriptor = Descriptor {
        id: 0,
        id_source: IdSource::Pinned,
        file: 0,
        name: "any",
        module: "",
        doc: "",
        parameters: &[],
        kind: Kind::Interface(Interface { methods: &[], construct: None, superclasses: &[] }),
    };
    let ipc = make_client_ipc(make_process("ipc-gen", "."), make_capnp_protocol(CapnpContext::new()));
    let remote = ipc.connect_remote(&mut address.to_owned(), &ANY).map_err(unreachable)?;
    remote
        .ok_or_else(|| LiveError::Usage(format!("`{address}` is not an address\n  help: `unix:PATH` is one")))
}

/// Asks a process what its root object is.
fn ask(root: &Remote) -> Result<Live, LiveError> {
    let (interface, schema) = reflection::describe(root).map_err(LiveError::of_reflection)?;
    let malformed = |error: capnp::Error| {
        let error = IpcException::failed(format!("the schema is malformed: {error}"));
        LiveError::of_call("describe".to_owned(), error)
    };
    let message =
        capnp::serialize::read_message(schema.as_slice(), ReaderOptions::new()).map_err(malformed)?;
    let request = message.get_root::<code_generator_request::Reader<'_>>().map_err(malformed)?;
    let model = Model::from_request_reader(request).map_err(malformed)?;
    if has_endless_groups(&model) {
        return Err(malformed(capnp::Error::failed("a group contains itself".to_owned())));
    }
    Ok(Live { model, root: Some(interface) })
}

/// Tells whether a group is in itself: whoever follows groups, which take no place of their own in a message, would not
/// come to an end. Each is in one struct or group.
fn has_endless_groups(model: &Model) -> bool {
    let mut outer: BTreeMap<u64, u64> = BTreeMap::new();
    for node in model.nodes.values() {
        let NodeKind::Struct(of) = &node.kind else { continue };
        for field in &of.fields {
            if let FieldKind::Group(group) = field.kind
                && outer.insert(group, node.id).is_some()
            {
                return true;
            }
        }
    }
    outer.keys().any(|group| {
        let mut around = outer.get(group);
        for _ in 0..DEEPEST_GROUP {
            match around {
                Some(id) => around = outer.get(id),
                None => return false,
            }
        }
        true
    })
}

/// How deep groups are in groups: no schema comes near.
const DEEPEST_GROUP: usize = 64;

impl Live {
    /// Returns the interface of the root object.
    fn find_root(&self, name: &str) -> Result<u64, LiveError> {
        if let Some(root) = self.root {
            let expected = uncapitalized(&self.model.name_of(root));
            return if uncapitalized(name) == expected {
                Ok(root)
            } else {
                let message = format!("the root object is not `{name}`\n  help: it is `{expected}`");
                Err(LiveError::Usage(message))
            };
        }
        let interfaces = || {
            let nodes = self.model.nodes.values();
            nodes.filter(|node| matches!(node.kind, NodeKind::Interface(_)))
        };
        let mut named = interfaces().filter(|node| uncapitalized(node.name()) == uncapitalized(name));
        match (named.next(), named.next()) {
            (Some(Node { id, .. }), None) => Ok(*id),
            (None, _) => {
                let mut names: Vec<String> = interfaces().map(|node| uncapitalized(node.name())).collect();
                names.sort();
                Err(LiveError::Usage(format!(
                    "the schema has no interface `{name}`\n  help: a path begins with the interface of the root object; there are {}",
                    quoted(names.iter().map(String::as_str))
                )))
            }
            (Some(_), Some(_)) => {
                Err(LiveError::Usage(format!("the schema has several interfaces `{name}`")))
            }
        }
    }
}

/// An object on the way.
struct At {
    remote: Remote,
    interface: u64,
    bindings: Bindings,
    /// How it was reached.
    path: String,
}

impl At {
    fn method<'m>(&self, model: &'m Model, name: &str) -> Result<Found<'m>, LiveError> {
        let methods = model.methods_of(self.interface, &self.bindings);
        let found = methods.iter().find(|found| found.method.name == *name).cloned();
        found.ok_or_else(|| {
            let names = methods.iter().filter(|found| !found.is_construct(model) && !found.is_destroy(model));
            let names = quoted(names.map(|found| found.method.name.as_str()));
            LiveError::Usage(format!(
                "`{}` has no method `{name}`: it is a `{}`\n  help: the methods are {names}",
                self.path,
                model.name_of(self.interface)
            ))
        })
    }

    /// Calls a method; returns its results and the objects in them.
    fn call(
        &self,
        found: &Found<'_>,
        params: &Json,
        maker: &Maker,
    ) -> Result<(Json, Vec<FoundObject>), LiveError> {
        let model = &maker.live.model;
        let path = format!("{}.{}", self.path, found.method.name);
        let failed = |error| LiveError::of_call(path.clone(), error);
        let (id, brand) = &found.method.params;
        let of = read::known_struct(model, *id).map_err(failed)?;
        let make: MakeObject<'_> =
            &|id, bindings, path, value| callback::make(maker, id, bindings, path, value);
        let written = Writing::new(model, maker.data, make)
            .root(of, &found.bindings.within(brand), params, ("params", Unsaid::Object))
            .map_err(|error| LiveError::Value(path.clone(), error))?;
        let size = Size { data: of.data, pointers: of.pointers };
        let size =
            if found.has_context(model) { Params::with_context(size) } else { Params::without_context(size) };
        let (id, brand) = &found.method.results;
        let reading = Reading::new(model, maker.data);
        let results = call::<_, IpcException>(
            &self.remote,
            found.id(),
            size,
            |to| written.write(to),
            |from| reading.struct_of(*id, &found.bindings.within(brand), from, ""),
        );
        Ok((results.map_err(failed)?, reading.into_objects()))
    }

    /// Goes on to an object among the results of a step.
    fn next(&self, step: &Step, objects: &[FoundObject]) -> Result<Self, LiveError> {
        let path = format!("{}.{}", self.path, step.method);
        let picked = match &step.pick {
            Some(pick) => objects.iter().find(|object| object.path == *pick),
            None => match objects {
                [only] => Some(only),
                several => several.iter().find(|object| object.path == "result"),
            },
        };
        let Some(FoundObject { interface, bindings, capability: Capability::Remote(remote), .. }) = picked
        else {
            let there = quoted(objects.iter().map(|object| object.path.as_str()));
            return Err(LiveError::Usage(match (objects, &step.pick) {
                ([], _) => format!("`{path}` has returned no object to go on with"),
                (_, Some(pick)) => {
                    format!("`{path}` has returned no object `{pick}`\n  help: there are {there}")
                }
                (_, None) => format!(
                    "`{path}` has returned several objects\n  help: say which, as in `{path}[{}]`; there are {there}",
                    objects.first().map_or("result", |object| object.path.as_str())
                ),
            }));
        };
        Ok(Self { remote: remote.clone(), interface: *interface, bindings: bindings.clone(), path })
    }
}

impl Found<'_> {
    fn id(&self) -> MethodId {
        MethodId { interface: self.interface, ordinal: self.ordinal }
    }
}

fn uncapitalized(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, Struct};

    fn group(id: u64, groups: &[u64]) -> (u64, Node) {
        let field = |id: &u64| Field {
            name: "group".to_owned(),
            code_order: 0,
            annotations: Vec::new(),
            choice: None,
            ordinal: None,
            doc: String::new(),
            kind: FieldKind::Group(*id),
        };
        let of = Struct { fields: groups.iter().map(field).collect(), ..Struct::default() };
        let node = Node {
            id,
            display_name: String::new(),
            prefix: 0,
            scope: 0,
            parameters: Vec::new(),
            is_generic: false,
            nested: Vec::new(),
            annotations: Vec::new(),
            doc: String::new(),
            kind: NodeKind::Struct(of),
        };
        (id, node)
    }

    #[test]
    fn groups_in_themselves_are_found() {
        let model = |nodes: &[(u64, &[u64])]| Model {
            nodes: nodes.iter().map(|(id, groups)| group(*id, groups)).collect(),
            ..Model::default()
        };
        assert!(!has_endless_groups(&model(&[(1, &[2, 3]), (2, &[4]), (3, &[]), (4, &[])])));
        assert!(has_endless_groups(&model(&[(1, &[1])])));
        assert!(has_endless_groups(&model(&[(1, &[2]), (2, &[3]), (3, &[2])])));
    }

    #[test]
    fn a_name_begins_with_a_lowercase_letter() {
        assert_eq!([uncapitalized("Init"), uncapitalized(""), uncapitalized("é")], ["init", "", "é"]);
    }
}
