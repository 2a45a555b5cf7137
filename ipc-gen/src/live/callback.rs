//! Objects that are passed to a peer: they tell what they are called with, and answer what was said before.

use std::sync::Arc;

use ipc_runtime::IpcException;
use ipc_runtime::object::dynamic::{DynamicObject, object};
use ipc_runtime::object::{Capability, MethodId, Reply, ServerCall};
use ipc_runtime::wire::Size;

use super::read::{Reading, known_struct};
use super::types::{Bindings, Found};
use super::write::{Unsaid, ValueError, Writing, quoted};
use super::{DataForm, Live};
use crate::json::Json;

/// What a method of an answer is called that is an error.
const ERROR: &str = "$error";

/// What an object was called with.
#[derive(Clone, Debug, PartialEq)]
pub struct Callback {
    /// Which object it is, as a path: `params.progress`.
    pub object: String,
    /// The interface that it was called through.
    pub interface: String,
    /// The method.
    pub method: String,
    /// The parameters.
    pub params: Json,
}

/// Hears what objects are called with, on the threads that the peer calls them on.
pub type Hear = Arc<dyn Fn(Callback) + Send + Sync>;

/// What an object is made with.
#[derive(Clone)]
pub(super) struct Maker {
    pub(super) live: Arc<Live>,
    pub(super) data: DataForm,
    pub(super) hear: Hear,
}

/// Makes an object of an interface that answers what `answers` says: the results of each method by its name.
pub(super) fn make(
    maker: &Maker,
    interface: u64,
    bindings: Bindings,
    path: &str,
    answers: &Json,
) -> Result<Capability, ValueError> {
    let Json::Object(members) = answers else {
        let message = format!("expected an object with the results of each method, found {}", answers.kind());
        return Err(ValueError {
            path: path.to_owned(),
            message,
            help: Some("`{}` answers every method with defaults, `null` passes no object".to_owned()),
        });
    };
    let made = Printing {
        maker: maker.clone(),
        interface,
        bindings,
        path: path.to_owned(),
        answers: members.clone(),
    };
    // What cannot be answered later is said now.
    for (name, answer) in members {
        made.check(name, answer)?;
    }
    Ok(object(Arc::new(made)))
}

struct Printing {
    maker: Maker,
    interface: u64,
    bindings: Bindings,
    path: String,
    answers: Vec<(String, Json)>,
}

impl Printing {
    fn methods(&self) -> Vec<Found<'_>> {
        self.maker.live.model.methods_of(self.interface, &self.bindings)
    }

    fn find(&self, method: MethodId) -> Option<Found<'_>> {
        let is = |found: &Found<'_>| found.interface == method.interface && found.ordinal == method.ordinal;
        self.methods().into_iter().find(is)
    }

    /// Returns the error for a method that the interface does not have, which is said of the interface that would declare it.
    fn unimplemented(&self, call: &ServerCall) -> IpcException {
        let asked = call.method().interface;
        let has = self.methods().iter().any(|method| method.interface == asked);
        let id = if has { asked } else { self.interface };
        let node = self.maker.live.model.nodes.get(&id);
        call.unimplemented_by(id, node.map_or("", |node| node.display_name.as_str()))
    }

    fn check(&self, name: &str, answer: &Json) -> Result<(), ValueError> {
        let methods = self.methods();
        let path = format!("{}.{name}", self.path);
        let Some(found) = methods.iter().find(|found| found.method.name == *name) else {
            let names = quoted(methods.iter().map(|found| found.method.name.as_str()));
            return Err(ValueError {
                path,
                message: format!("`{}` has no such method", self.maker.live.model.name_of(self.interface)),
                help: Some(format!("the methods are {names}")),
            });
        };
        match error_of(answer) {
            Some(_) => Ok(()),
            None => self.results(found, answer, &path).map(drop),
        }
    }

    fn results(
        &self,
        found: &Found<'_>,
        answer: &Json,
        path: &str,
    ) -> Result<super::write::Written, ValueError> {
        let model = &self.maker.live.model;
        let (id, brand) = &found.method.results;
        let Some(of) = model.struct_of(*id) else {
            return Err(ValueError {
                path: path.to_owned(),
                message: "the schema does not have its results".to_owned(),
                help: None,
            });
        };
        let make = |id, bindings, path: &str, value: &Json| make(&self.maker, id, bindings, path, value);
        let bindings = found.bindings.within(brand);
        Writing::new(model, self.maker.data, &make).root(of, &bindings, answer, (path, Unsaid::Null))
    }
}

/// Returns the text of an answer that is an error.
fn error_of(answer: &Json) -> Option<&str> {
    match answer {
        Json::Object(members) => match members.as_slice() {
            [(name, Json::Text(text))] if name == ERROR => Some(text),
            _ => None,
        },
        _ => None,
    }
}

impl DynamicObject for Printing {
    fn has_context(&self, method: MethodId) -> bool {
        self.find(method).is_some_and(|found| found.has_context(&self.maker.live.model))
    }

    fn answer(&self, call: &ServerCall) -> Result<Reply, IpcException> {
        let model = &self.maker.live.model;
        let Some(found) = self.find(call.method()) else {
            return Err(self.unimplemented(call));
        };
        let name = &found.method.name;
        if found.is_destroy(model) {
            return call.reply(Size::default(), |_| Ok(()));
        }
        let (id, brand) = &found.method.params;
        let reading = Reading::new(model, self.maker.data);
        let params = reading.struct_of(*id, &found.bindings.within(brand), &call.params()?, "")?;
        (self.maker.hear)(Callback {
            object: self.path.clone(),
            interface: model.name_of(found.interface),
            method: name.clone(),
            params,
        });
        let said = self.answers.iter().find(|(said, _)| said == name);
        let answer = said.map_or_else(|| Json::Object(Vec::new()), |(_, answer)| answer.clone());
        if let Some(text) = error_of(&answer) {
            return Err(IpcException::failed(text));
        }
        let path = format!("{}.{name}", self.path);
        let results =
            self.results(&found, &answer, &path).map_err(|error| IpcException::failed(error.to_string()))?;
        let of = known_struct(model, found.method.results.0)?;
        let size = Size { data: of.data, pointers: of.pointers };
        call.reply(size, |to| results.write(to))
    }
}
