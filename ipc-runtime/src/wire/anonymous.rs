//! Structs that no Rust item declares: tuples, entries of maps, options where there is no room for them, results in data.
//! And interfaces: closures.
//!
//! Each set of arguments has a descriptor of its own. Its name says the form and then the arguments:
//! `TupleInt32Text`, `MapTextListInt32Entry`, `ResultVoidText`, `FnInt32TextToBool`. All of them are in one file, whose id is [`FILE`].

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::IpcType;
use super::descriptor::{Composite, Descriptor, Field, Interface, Kind, Member, Method, Parameter, Struct};
use super::id::package_file_id;
use super::layout::Companion;
use super::proxy::DESTROY;
use super::spelling::{self, find_or_make, made_id, spell_type};
use crate::private::{field, part_of};
use crate::sync::lock;

/// The id of the file of these structs, `ipc.capnp`.
pub const FILE: u64 = package_file_id("ipc.capnp");

/// A struct that no Rust item declares.
pub(super) trait Anonymous {
    const FORM: Form;
}

/// What it stands for, and what its descriptor is made of.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Tuple(Struct),
    Map(Struct),
    Option(Struct),
    Result(Composite),
    /// The parameters begin with the context.
    Function {
        params: Struct,
        results: Struct,
    },
}

/// Describes a field of type `T`; its place is still open.
pub(super) const fn member<T: IpcType + ?Sized>(name: &'static str) -> Field {
    field(name, "", part_of::<T>())
}

/// Returns the descriptor of an anonymous struct.
pub(super) fn descriptor<A: Anonymous>() -> &'static Descriptor {
    describe(const { &A::FORM })
}

/// Returns the descriptor of a form; the same each time.
pub(super) fn describe(form: &'static Form) -> &'static Descriptor {
    /// By address: a call of a closure must not spell its name.
    static DESCRIBED: Mutex<BTreeMap<usize, &'static Descriptor>> = Mutex::new(BTreeMap::new());

    let address = std::ptr::from_ref(form).addr();
    let described = lock(&DESCRIBED).get(&address).copied();
    if let Some(descriptor) = described {
        return descriptor;
    }
    // Not under the lock: the arguments may be anonymous too.
    let descriptor = spell_and_make(*form);
    lock(&DESCRIBED).insert(address, descriptor);
    descriptor
}

fn spell_and_make(form: Form) -> &'static Descriptor {
    let parameters = spelling::parameters_of(fields_of(form).iter().map(|field| &field.ty));
    let name = spell(form, parameters, spelling::name);
    let unique = spell(form, parameters, |declared| spelling::unique_name(FILE, declared));
    let (id, id_source) = made_id(FILE, &name, &unique);
    // Equal parts make equal structs, wherever they lie.
    find_or_make(id, std::ptr::null(), parameters, || Descriptor {
        id,
        id_source,
        file: FILE,
        name: name.leak(),
        module: module_path!(),
        doc: match form {
            Form::Tuple(_) => "A tuple.",
            Form::Map(_) => "An entry of a map.",
            Form::Option(_) => "A value that may be missing.",
            Form::Result(_) => "A value, or why there is none.",
            Form::Function { .. } => "A closure.",
        },
        parameters,
        kind: kind(form),
    })
}

fn kind(form: Form) -> Kind {
    match form {
        Form::Tuple(fields) | Form::Map(fields) | Form::Option(fields) => Kind::Struct(fields),
        Form::Result(cases) => Kind::Composite(cases),
        Form::Function { params, results } => {
            let call = Method { name: "call", doc: "", ordinal: 1, params, results };
            Kind::Interface(Interface {
                methods: vec![DESTROY, call].leak(),
                construct: None,
                superclasses: &[],
            })
        }
    }
}

/// The form, then the arguments; `declared` says what a declared type is called.
fn spell(form: Form, parameters: &[Parameter], declared: impl Fn(&'static Descriptor) -> String) -> String {
    let spell_one = |field: &Field| {
        let ty = spell_type(&field.ty, parameters, &declared);
        match field.shape.companion {
            Companion::Has => format!("{OPTIONAL}{ty}"),
            Companion::None => ty,
        }
    };
    let spell_all = |fields: &[Field]| fields.iter().map(spell_one).collect::<String>();
    match form {
        Form::Tuple(of) if of.fields.len() == 2 => format!("Tuple{}", spell_all(of.fields)),
        Form::Tuple(of) => format!("Tuple{}{}", of.fields.len(), spell_all(of.fields)),
        Form::Map(of) => format!("Map{}Entry", spell_all(of.fields)),
        Form::Option(of) => {
            // The one field is the option itself.
            let value = spell_all(of.fields);
            format!("Option{}", value.strip_prefix(OPTIONAL).unwrap_or(&value))
        }
        Form::Result(of) => format!("Result{}", spell_all(&fields(of.members))),
        Form::Function { params, results } => {
            // Every method takes the context.
            let arguments = spell_all(params.fields.get(1..).unwrap_or_default());
            let result = spell_all(results.fields);
            format!("Fn{arguments}To{}", if result.is_empty() { "Void" } else { &result })
        }
    }
}

/// Returns the fields of a form; a closure has no parameter of a type around it, since its id would depend on it.
fn fields_of(form: Form) -> Vec<Field> {
    match form {
        Form::Tuple(of) | Form::Map(of) | Form::Option(of) => of.fields.to_vec(),
        Form::Result(of) => fields(of.members),
        Form::Function { .. } => Vec::new(),
    }
}

/// Returns the fields, those of the cases of unions included.
fn fields(members: &[Member]) -> Vec<Field> {
    let fields = members.iter().flat_map(|member| match member {
        Member::Field(field) => vec![*field],
        Member::Group(group) => fields(group.members),
        Member::Union(union) => union.cases.iter().flat_map(|case| fields(case.members)).collect(),
    });
    fields.collect()
}

/// Stands before what has a presence field.
const OPTIONAL: &str = "Optional";
