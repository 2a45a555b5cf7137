//! Descriptors: what the compiled-in schema says of each type.
//!
//! There is one source of truth, the descriptor that the macro builds from the Rust item. `ipc-gen` turns it into
//! `.capnp` text and into code generator requests; the runtime takes names and ids from it. Descriptors refer to
//! each other through functions, since constants that form a cycle do not compile.

use super::layout::{At, Companion, Shape, Size};

/// Reaches another descriptor.
pub type DescriptorFn = fn() -> &'static Descriptor;

/// One declaration: a struct, an enum or an interface.
#[derive(Debug)]
pub struct Descriptor {
    /// The type id.
    pub id: u64,
    /// Where the id comes from, if it is not the rule over `file` and `name`.
    pub id_source: IdSource,
    /// The id of the file that the declaration belongs to.
    pub file: u64,
    /// The name in the schema.
    pub name: &'static str,
    /// The Rust module that declares it, as `module_path!()` gives it.
    pub module: &'static str,
    /// The doc comment, without the leading spaces; empty if there is none.
    pub doc: &'static str,
    /// What is declared.
    pub kind: Kind,
}

/// Where a type id comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdSource {
    /// The Cap'n Proto rule over the file id and the name.
    Name,
    /// Pinned by `id = 0x..`.
    Pinned,
}

/// What a [`Descriptor`] declares.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A struct.
    Struct(Struct),
    /// A struct that is a union: an enum with fields.
    Union(Union),
    /// A field-less enum.
    Enum(Enum),
    /// An interface.
    Interface(Interface),
}

/// The fields of a struct, of a parameter list or of a result list.
#[derive(Clone, Copy, Debug)]
pub struct Struct {
    /// The fields in declaration order.
    pub fields: &'static [Field],
    /// The size on the wire.
    pub size: Size,
}

/// One Rust field: one schema field, or two where its shape has a companion.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name in the schema.
    pub name: &'static str,
    /// The doc comment.
    pub doc: &'static str,
    /// The schema type.
    pub ty: Type,
    /// Its storage.
    pub shape: Shape,
    /// Its place.
    pub at: At,
    /// What it is where a message does not have it.
    pub default: DefaultValue,
}

/// What a field is where a message does not have it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum DefaultValue {
    /// Zero, false, null.
    Zero,
    /// A bool.
    Bool(bool),
    /// A signed integer.
    Signed(i64),
    /// An unsigned integer.
    Unsigned(u64),
    /// A number of four bytes.
    Float32(f32),
    /// A number of eight bytes.
    Float64(f64),
    /// Text.
    Text(&'static str),
}

impl Field {
    /// Tells whether a field `hasX :Bool` follows.
    pub const fn has_companion(&self) -> bool {
        matches!(self.shape.companion, Companion::Has)
    }

    /// Returns the name of the presence field: `hasX` for `x`.
    pub fn companion_name(&self) -> String {
        let mut chars = self.name.chars();
        let first = chars.next().map(|c| c.to_ascii_uppercase());
        "has".chars().chain(first).chain(chars).collect()
    }
}

/// The variants of an enum with fields: a struct that consists of an unnamed union.
#[derive(Clone, Copy, Debug)]
pub struct Union {
    /// The fields of all cases, in the order of the cases, in ordinal order.
    pub fields: &'static [Field],
    /// The variants; the discriminant of each is its position.
    pub cases: &'static [Case],
    /// The size of the struct on the wire.
    pub size: Size,
    /// The place of the discriminant, in units of 16 bits.
    pub discriminant: u32,
}

impl Union {
    /// Returns the cases with the fields of each.
    pub fn cases(&self) -> impl Iterator<Item = (&'static Case, &'static [Field])> {
        let mut rest = self.fields;
        self.cases.iter().map(move |case| {
            let (fields, others) = rest.split_at(usize::from(case.fields).min(rest.len()));
            rest = others;
            (case, fields)
        })
    }
}

/// One variant of an enum with fields.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The name in the schema.
    pub name: &'static str,
    /// The doc comment.
    pub doc: &'static str,
    /// How many of the union's fields are its own, at least one: a variant without fields has a Void.
    pub fields: u16,
    /// What it is in the schema.
    pub form: CaseForm,
}

impl Case {
    /// Tells whether the case is a group, of its own fields, in the schema.
    pub fn is_group(&self, fields: &[Field]) -> bool {
        match self.form {
            CaseForm::Group => true,
            CaseForm::Value => fields.iter().any(Field::has_companion),
        }
    }
}

/// What a variant is in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseForm {
    /// One field that has the name of the variant; a group if it has a presence field.
    Value,
    /// A group.
    Group,
}

/// The variants of a field-less enum; the ordinal of each is its position.
#[derive(Clone, Copy, Debug)]
pub struct Enum {
    /// The variants in ordinal order.
    pub variants: &'static [Variant],
}

/// One variant of an enum.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The name in the schema.
    pub name: &'static str,
    /// The doc comment.
    pub doc: &'static str,
}

/// The methods of an interface.
#[derive(Clone, Copy, Debug)]
pub struct Interface {
    /// The methods in ordinal order, `destroy` and `construct` included.
    pub methods: &'static [Method],
    /// The interfaces that this one extends.
    pub superclasses: &'static [DescriptorFn],
}

/// One method.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// The name in the schema.
    pub name: &'static str,
    /// The doc comment.
    pub doc: &'static str,
    /// The ordinal.
    pub ordinal: u16,
    /// The parameters, the context included.
    pub params: Struct,
    /// The results.
    pub results: Struct,
}

/// A schema type.
#[derive(Clone, Copy, Debug)]
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
    List(&'static Type),
    Enum(DescriptorFn),
    Struct(DescriptorFn),
    Interface(DescriptorFn),
}

impl Type {
    /// Returns the declaration behind the type, looking through lists.
    pub fn descriptor(&self) -> Option<&'static Descriptor> {
        match self {
            Type::List(element) => element.descriptor(),
            Type::Enum(descriptor) | Type::Struct(descriptor) | Type::Interface(descriptor) => {
                Some(descriptor())
            }
            _ => None,
        }
    }
}
