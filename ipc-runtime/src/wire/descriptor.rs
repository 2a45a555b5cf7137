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
    /// The type parameters.
    pub parameters: &'static [Parameter],
    /// What is declared.
    pub kind: Kind,
}

/// A type parameter of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name in the schema.
    pub name: &'static str,
    /// The number that it has in the types of the fields. Those of a struct without a Rust item are numbered as those of
    /// the type around it, for which they stand.
    pub number: u16,
}

impl Descriptor {
    /// Returns the name of the parameter with a number.
    pub fn parameter(&self, number: u16) -> Option<&'static str> {
        self.parameters.iter().find(|parameter| parameter.number == number).map(|parameter| parameter.name)
    }
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
    /// A struct with unions or groups; an enum with fields is one that consists of a union.
    Composite(Composite),
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
    /// What it is where a message does not have it; `None` for zero, empty and null. A function, since a default of
    /// any type can be a constant, but not what the schema says of it.
    pub default: Option<fn() -> DefaultValue>,
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
    /// Bytes.
    Data(&'static [u8]),
    /// The ordinal of a variant of a field-less enum.
    Enum(u16),
    /// A list of any of these.
    List(&'static [DefaultValue]),
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

/// The members of a struct with unions or groups.
///
/// Members say nothing of places, since the same ones may lie in several structs: those of an enum in its own struct and
/// in each that has the union.
#[derive(Clone, Copy, Debug)]
pub struct Composite {
    /// The members in declaration order.
    pub members: &'static [Member],
    /// The places of the fields, those in groups and unions included, in the order in which the members reach them.
    pub places: Places,
    /// The size on the wire.
    pub size: Size,
}

/// Where the fields of a struct with unions or groups lie, or those of a part of it.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// The place of each field.
    pub at: &'static [At],
    /// The place of the discriminant of each union, in units of 16 bits.
    pub discriminants: &'static [u32],
}

/// One member of a struct, or of a variant.
#[derive(Clone, Copy, Debug)]
pub enum Member {
    /// A field; its place is open, but for pinned ordinals.
    Field(Field),
    /// Fields under a name of their own.
    Group(Group),
    /// The unnamed union; a named one is a group with a union in it.
    Union(Union),
}

/// Fields under a name of their own, which lie among those of the struct.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The name in the schema; none in a variant that is nothing but the group.
    pub name: &'static str,
    /// The doc comment.
    pub doc: &'static str,
    /// The ordinal at which its own begin, if it is pinned.
    pub ordinal: u16,
    /// The members; pinned ordinals of theirs count from the beginning of the group.
    pub members: &'static [Member],
}

/// Variants of which there is one at a time.
#[derive(Clone, Copy, Debug)]
pub struct Union {
    /// The ordinal at which its own begin, if it is pinned.
    pub ordinal: u16,
    /// The variants; pinned ordinals of theirs count from the beginning of the union.
    pub cases: &'static [Case],
}

/// One variant of an enum with fields.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The name in the schema.
    pub name: &'static str,
    /// The doc comment.
    pub doc: &'static str,
    /// Its members, at least one: a variant without fields has a Void.
    pub members: &'static [Member],
    /// What it is in the schema.
    pub form: CaseForm,
}

impl Member {
    /// Returns the ordinal that is pinned, [`NEXT`](super::ordinal::NEXT) if none is.
    pub const fn pin(&self) -> u16 {
        match self {
            Self::Field(field) => field.at.ordinal,
            Self::Group(group) => group.ordinal,
            Self::Union(union) => union.ordinal,
        }
    }

    /// The member with a pinned ordinal.
    #[must_use]
    pub const fn pinned(self, ordinal: u16) -> Self {
        match self {
            Self::Field(field) => Self::Field(Field { at: At { ordinal, ..field.at }, ..field }),
            Self::Group(group) => Self::Group(Group { ordinal, ..group }),
            Self::Union(union) => Self::Union(Union { ordinal, ..union }),
        }
    }
}

impl Case {
    /// Tells whether the case is a group, of its own members, in the schema.
    pub fn is_group(&self) -> bool {
        match (self.form, self.members) {
            (CaseForm::Value, [Member::Field(field)]) => field.has_companion(),
            _ => true,
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
    /// The ordinal of the method that exchanges thread maps, `construct` by default, in an interface that has one.
    pub construct: Option<u16>,
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
    AnyPointer,
    /// A struct with type parameters, and the arguments.
    Branded(DescriptorFn, &'static [Type]),
    /// A type parameter of the declaration around, by its number.
    Parameter(u16),
}

impl Type {
    /// Returns the declaration behind the type, looking through lists.
    pub fn descriptor(&self) -> Option<&'static Descriptor> {
        match self {
            Type::List(element) => element.descriptor(),
            Type::Enum(descriptor)
            | Type::Struct(descriptor)
            | Type::Interface(descriptor)
            | Type::Branded(descriptor, _) => Some(descriptor()),
            _ => None,
        }
    }

    /// Returns every declaration that the type names: the one behind it, and those of the arguments.
    pub fn descriptors(&self) -> Vec<&'static Descriptor> {
        let arguments = match self {
            Type::List(element) => return element.descriptors(),
            Type::Branded(_, arguments) => *arguments,
            _ => &[],
        };
        let own = self.descriptor().into_iter();
        own.chain(arguments.iter().flat_map(Type::descriptors)).collect()
    }

    /// Returns the arguments of the declaration behind the type, looking through lists; none if it has no parameters.
    pub fn arguments(&self) -> Vec<Type> {
        match self {
            Type::List(element) => element.arguments(),
            Type::Branded(_, arguments) => arguments.to_vec(),
            // Without a Rust item it has the parameters of what is around it.
            Type::Struct(descriptor) => {
                descriptor().parameters.iter().map(|parameter| Type::Parameter(parameter.number)).collect()
            }
            _ => Vec::new(),
        }
    }
}
