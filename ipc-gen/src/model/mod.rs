//! A schema with everything resolved, whatever it was read from: `.capnp` text, descriptors, a request.
//!
//! It says what `schema.capnp` says, in owned Rust values, and is what the tools work on.

mod load;
mod name;
mod places;
mod write;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use capnp::message::{Builder, HeapAllocator};
use capnp::schema_capnp::code_generator_request;
use ipc_runtime::schema;

pub(crate) use load::{canonical_message, canonical_words};
pub(crate) use name::type_name;
pub(crate) use places::Places;
pub(crate) use write::with_root;

use crate::emit::{Origin, emit};
use crate::resolve::ImportPath;
use crate::schema::Schema;

/// A schema with every name resolved and every field placed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The files that were asked for, in that order.
    pub files: Vec<ModelFile>,
    /// Everything declared in them, and what that refers to, by id.
    pub nodes: BTreeMap<u64, Node>,
    /// Where they stand in the text, if they were read from one.
    pub(crate) places: Places,
}

impl Model {
    /// Makes the model of what Rust interfaces say.
    pub fn of(schema: &Schema) -> Self {
        if schema.annotations().is_some() {
            return Self::of_text(schema);
        }
        // A request of our own is well-formed, so nothing is lost here.
        Self::from_request(&schema::request(schema.files())).unwrap_or_default()
    }

    /// Makes the model of a schema whose annotations are in its text alone.
    fn of_text(schema: &Schema) -> Self {
        let origin = Origin { package: String::new(), command: String::new() };
        let files = emit(schema, &origin);
        let read = |path: &Path| {
            let file = files.iter().find(|file| Path::new(&file.name) == path);
            file.map(|file| file.text.clone().into_bytes()).ok_or_else(|| io::ErrorKind::NotFound.into())
        };
        let names: Vec<&Path> = files.iter().map(|file| Path::new(&file.name)).collect();
        // What is emitted can be read, so nothing is lost here.
        Self::read_with(&names, &ImportPath { folders: Vec::new() }, &read).unwrap_or_default()
    }

    /// Reads a request, as `capnp compile -o-` writes it.
    ///
    /// # Errors
    /// Returns an error if the request is malformed.
    pub fn from_request(request: &Builder<HeapAllocator>) -> capnp::Result<Self> {
        Self::from_request_reader(request.get_root_as_reader::<code_generator_request::Reader<'_>>()?)
    }

    /// Reads a request that is being read.
    ///
    /// # Errors
    /// Returns an error if the request is malformed.
    pub fn from_request_reader(request: code_generator_request::Reader<'_>) -> capnp::Result<Self> {
        load::load(request)
    }

    /// Builds the request that `capnp compile` hands to its plugins.
    ///
    /// # Errors
    /// Returns an error if a value is no valid message, which the values of a model that was read are.
    pub fn code_generator_request(&self) -> capnp::Result<Builder<HeapAllocator>> {
        write::write(self)
    }

    /// Returns the file that a node is in; what a method implies is in none.
    pub fn file_of(&self, node: &Node) -> Option<u64> {
        // A scope is never below itself, but a request that was read may say so.
        let mut scope = node.scope;
        for _ in 0..=self.nodes.len() {
            match self.nodes.get(&scope) {
                Some(Node { id, kind: NodeKind::File, .. }) => return Some(*id),
                Some(outer) => scope = outer.scope,
                None => return None,
            }
        }
        None
    }

    /// Writes down a type as the schema language has it.
    pub fn type_name(&self, ty: &Type) -> String {
        type_name(ty, &self.nodes)
    }

    /// Returns the struct that holds the parameters or results of a method.
    pub fn struct_of(&self, id: u64) -> Option<&Struct> {
        match &self.nodes.get(&id)?.kind {
            NodeKind::Struct(of) => Some(of),
            _ => None,
        }
    }
}

/// One of the files that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFile {
    /// The file id.
    pub id: u64,
    /// The name, as it was asked for.
    pub name: String,
    /// The files that it imports: their ids and what it calls them.
    pub imports: Vec<(u64, String)>,
}

/// A declaration, a group, or what a method implies.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The id.
    pub id: u64,
    /// The name with that of the file before it: `file.capnp:Outer.Inner`.
    pub display_name: String,
    /// Where the name alone begins in it.
    pub prefix: usize,
    /// What it is declared in; 0 for a file, and for what a method implies.
    pub scope: u64,
    /// The names of its type parameters.
    pub parameters: Vec<String>,
    /// Whether it or something around it has type parameters.
    pub is_generic: bool,
    /// What is declared in it, in that order.
    pub nested: Vec<(String, u64)>,
    /// The annotations that it has.
    pub annotations: Vec<Annotation>,
    /// The comment; empty if there is none.
    pub doc: String,
    /// What it is.
    pub kind: NodeKind,
}

impl Node {
    /// Returns the name alone.
    pub fn name(&self) -> &str {
        self.display_name.get(self.prefix..).unwrap_or(&self.display_name)
    }

    /// Returns the name without that of the file: `Outer.Inner`.
    pub fn path(&self) -> &str {
        match self.kind {
            NodeKind::File => &self.display_name,
            _ => self.display_name.rsplit_once(':').map_or(self.display_name.as_str(), |(_, path)| path),
        }
    }
}

/// What a [`Node`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A file.
    File,
    /// A struct, a group, or the parameters or results of a method.
    Struct(Struct),
    /// An enum.
    Enum(Vec<Enumerant>),
    /// An interface.
    Interface(Interface),
    /// A constant.
    Const(Type, Value),
    /// An annotation that can be put on the given things.
    Annotation(Type, Targets),
}

/// The kinds of things that an annotation can be put on, as bits in the order of `schema.capnp`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Targets(pub u16);

impl Targets {
    /// The names, in the order of the bits.
    pub const NAMES: [&'static str; 12] = [
        "file",
        "const",
        "enum",
        "enumerant",
        "struct",
        "field",
        "union",
        "group",
        "interface",
        "method",
        "param",
        "annotation",
    ];

    /// Everything.
    pub const ALL: Self = Self(0xfff);

    /// Returns the bit of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| *known == name).map(|bit| Self(1 << bit))
    }

    /// Tells whether all of `other` are among these.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The members of a struct or a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Struct {
    /// The words of data.
    pub data: u16,
    /// The pointers.
    pub pointers: u16,
    /// Whether it lies in the struct around it.
    pub is_group: bool,
    /// How many fields are choices of the union.
    pub choices: u16,
    /// Where the number of the choice lies, in units of 16 bits.
    pub discriminant: u32,
    /// The fields in the order of their ordinals.
    pub fields: Vec<Field>,
}

impl Struct {
    /// Returns the fields in the order of the text.
    pub fn in_code_order(&self) -> Vec<&Field> {
        let mut fields: Vec<&Field> = self.fields.iter().collect();
        fields.sort_by_key(|field| field.code_order);
        fields
    }
}

/// A field or a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The position in the text.
    pub code_order: u16,
    /// The annotations that it has.
    pub annotations: Vec<Annotation>,
    /// The number of the choice, if it is one of the union.
    pub choice: Option<u16>,
    /// The ordinal; a group has none.
    pub ordinal: Option<u16>,
    /// The comment.
    pub doc: String,
    /// What it is.
    pub kind: FieldKind,
}

/// What a [`Field`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    /// A field with a place of its own.
    Slot {
        /// The place, in multiples of the size of the type.
        offset: u32,
        /// The type.
        ty: Type,
        /// What it is where a message does not have it.
        default: Value,
        /// Whether the text says so.
        explicit: bool,
    },
    /// A group or a named union; its members are those of the node with the id.
    Group(u64),
}

/// One value of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct Enumerant {
    /// The name.
    pub name: String,
    /// The position in the text.
    pub code_order: u16,
    /// The annotations that it has.
    pub annotations: Vec<Annotation>,
    /// The comment.
    pub doc: String,
}

/// What an interface has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interface {
    /// The methods in the order of their ordinals.
    pub methods: Vec<Method>,
    /// The interfaces that it extends.
    pub superclasses: Vec<(u64, Brand)>,
}

/// A method.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// The name.
    pub name: String,
    /// The position in the text.
    pub code_order: u16,
    /// The names of its own type parameters.
    pub implicit: Vec<String>,
    /// The struct of the parameters.
    pub params: (u64, Brand),
    /// The struct of the results.
    pub results: (u64, Brand),
    /// The annotations that it has.
    pub annotations: Vec<Annotation>,
    /// The comment.
    pub doc: String,
}

/// An annotation on something.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// The declaration of the annotation.
    pub id: u64,
    /// The type arguments around it.
    pub brand: Brand,
    /// The value.
    pub value: Value,
}

/// The type arguments of a type and of what is around it; what is not in it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand(pub Vec<Scope>);

impl Brand {
    /// Returns the arguments of the declaration with an id; none where they are not said.
    pub fn of(&self, id: u64) -> &[Option<Type>] {
        let scope = self.0.iter().find(|scope| scope.id == id);
        scope.and_then(|scope| scope.bind.as_deref()).unwrap_or_default()
    }
}

/// The type arguments of one declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The declaration.
    pub id: u64,
    /// The arguments; `None` for its own parameters, where it is used within itself.
    pub bind: Option<Vec<Option<Type>>>,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the Cap'n Proto type of its name")]
pub enum Type {
    Void,
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
    Text,
    Data,
    List(Box<Type>),
    Enum(u64, Brand),
    Struct(u64, Brand),
    Interface(u64, Brand),
    AnyPointer(AnyPointer),
}

impl Type {
    /// Tells whether it is a pointer on the wire.
    pub fn is_pointer(&self) -> bool {
        self.log2_bits().is_none() && *self != Self::Void
    }

    /// Returns the base-two logarithm of its bits; `None` for `Void` and for pointers.
    pub fn log2_bits(&self) -> Option<u32> {
        Some(match self {
            Self::Bool => 0,
            Self::Int8 | Self::UInt8 => 3,
            Self::Int16 | Self::UInt16 | Self::Enum(..) => 4,
            Self::Int32 | Self::UInt32 | Self::Float32 => 5,
            Self::Int64 | Self::UInt64 | Self::Float64 => 6,
            _ => return None,
        })
    }

    /// Returns the type that it is a list of lists of, or itself.
    pub fn innermost(&self) -> &Self {
        let mut ty = self;
        while let Self::List(element) = ty {
            ty = element;
        }
        ty
    }

    /// Returns the id of the declaration behind the type, looking through lists.
    pub fn id(&self) -> Option<u64> {
        match self.innermost() {
            Self::Enum(id, _) | Self::Struct(id, _) | Self::Interface(id, _) => Some(*id),
            _ => None,
        }
    }
}

/// A pointer whose type is not declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyPointer {
    /// Anything.
    Any,
    /// Any struct.
    Struct,
    /// Any list.
    List,
    /// Any capability.
    Capability,
    /// A type parameter of a declaration.
    Parameter {
        /// The declaration.
        scope: u64,
        /// Which of its parameters.
        index: u16,
    },
    /// A type parameter of a method.
    MethodParameter(u16),
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each is a value of the Cap'n Proto type of its name")]
pub enum Value {
    Void,
    Bool(bool),
    Int8(i8),
    Int16(i16),
    Int32(i32),
    Int64(i64),
    UInt8(u8),
    UInt16(u16),
    UInt32(u32),
    UInt64(u64),
    Float32(f32),
    Float64(f64),
    /// What is empty may be null. Text need not be UTF-8.
    Text(Vec<u8>),
    Data(Vec<u8>),
    Enum(u16),
    List(Words),
    Struct(Words),
    Interface,
    AnyPointer(Words),
}

/// A list or a struct as the one segment of a message, in canonical form; null is empty.
pub type Words = Vec<u8>;

impl Value {
    /// Tells whether two values are written alike: a NaN is itself, and the value of an enum is its number.
    pub fn is_written_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float32(a), Self::Float32(b)) => a.to_bits() == b.to_bits(),
            (Self::Float64(a), Self::Float64(b)) => a.to_bits() == b.to_bits(),
            (Self::Enum(a), Self::UInt16(b)) | (Self::UInt16(a), Self::Enum(b)) => a == b,
            (a, b) => a == b,
        }
    }

    /// Returns what a field of the type is without a default.
    pub fn zero(ty: &Type) -> Self {
        match ty {
            Type::Void => Self::Void,
            Type::Bool => Self::Bool(false),
            Type::Int8 => Self::Int8(0),
            Type::Int16 => Self::Int16(0),
            Type::Int32 => Self::Int32(0),
            Type::Int64 => Self::Int64(0),
            Type::UInt8 => Self::UInt8(0),
            Type::UInt16 => Self::UInt16(0),
            Type::UInt32 => Self::UInt32(0),
            Type::UInt64 => Self::UInt64(0),
            Type::Float32 => Self::Float32(0.0),
            Type::Float64 => Self::Float64(0.0),
            Type::Text => Self::Text(Vec::new()),
            Type::Data => Self::Data(Vec::new()),
            Type::Enum(..) => Self::Enum(0),
            Type::List(_) => Self::List(Words::new()),
            Type::Struct(..) => Self::Struct(Words::new()),
            Type::Interface(..) => Self::Interface,
            Type::AnyPointer(_) => Self::AnyPointer(Words::new()),
        }
    }
}
