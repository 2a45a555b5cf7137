//! Descriptors made at run time, with the layout that the macros would have the compiler compute.

use ipc_runtime::wire::composite::{Leaf, Space, composite_layout_slice, scratch};
use ipc_runtime::wire::descriptor::{
    Case, CaseForm, Composite, Descriptor, Enum, Field, Group, IdSource, Interface, Kind, Member, Method,
    Places, Struct, Type, Union, Variant,
};
use ipc_runtime::wire::id::type_id;
use ipc_runtime::wire::layout::{At, Shape, Slot, layout_slice};
use ipc_runtime::wire::ordinal::{Count, NEXT};
use ipc_runtime::wire::union::{Scratch, State};

/// Where declarations stand.
#[derive(Clone, Copy, Debug)]
pub struct Home {
    /// The file id.
    pub file: u64,
    /// The Rust module.
    pub module: &'static str,
}

impl Home {
    /// Declares something whose id follows from its name.
    pub fn declare(self, name: &'static str, doc: &'static str, kind: Kind) -> Descriptor {
        Descriptor {
            id: type_id(self.file, name),
            id_source: IdSource::Name,
            file: self.file,
            name,
            module: self.module,
            doc,
            parameters: &[],
            kind,
        }
    }
}

/// Makes a field.
pub fn field(name: &'static str, ty: Type) -> Field {
    Field { name, doc: "", ty, shape: shape_of(ty), at: At::OPEN, default: None }
}

/// Makes a field that is an `Option`.
pub fn optional(name: &'static str, ty: Type) -> Field {
    Field { shape: shape_of(ty).optional(), ..field(name, ty) }
}

/// Makes a field with a doc comment.
pub fn documented(doc: &'static str, field: Field) -> Field {
    Field { doc, ..field }
}

/// Makes a list type.
pub fn list(element: Type) -> Type {
    Type::List(Box::leak(Box::new(element)))
}

/// Lays out fields.
pub fn fields(fields: impl IntoIterator<Item = Field>) -> Struct {
    let mut fields: Vec<Field> = fields.into_iter().collect();
    let shapes: Vec<Shape> = fields.iter().map(|field| field.shape).collect();
    let mut places: Vec<At> = fields.iter().map(|field| field.at).collect();
    let size = layout_slice(&shapes, &mut places);
    for (field, at) in fields.iter_mut().zip(places) {
        field.at = at;
    }
    Struct { fields: fields.leak(), size }
}

/// Makes a struct.
pub fn structure(of: impl IntoIterator<Item = Field>) -> Kind {
    Kind::Struct(fields(of))
}

/// Makes a variant with one field, which has no name of its own in the schema; `Type::Void` if it has none.
pub fn value(name: &'static str, doc: &'static str, field: Field) -> Case {
    Case { name, doc, members: vec![Member::Field(field)].leak(), form: CaseForm::Value }
}

/// Makes a variant with members.
pub fn variant(name: &'static str, doc: &'static str, members: impl IntoIterator<Item = Member>) -> Case {
    Case { name, doc, members: members.into_iter().collect::<Vec<_>>().leak(), form: CaseForm::Group }
}

/// Makes a group.
pub fn group(name: &'static str, doc: &'static str, members: impl IntoIterator<Item = Member>) -> Member {
    Member::Group(Group { name, doc, ordinal: NEXT, members: members.into_iter().collect::<Vec<_>>().leak() })
}

/// Makes an unnamed union.
pub fn union(cases: impl IntoIterator<Item = Case>) -> Member {
    Member::Union(Union { ordinal: NEXT, cases: cases.into_iter().collect::<Vec<_>>().leak() })
}

/// Makes a struct with groups and unions, unless the compiler would refuse it.
pub fn composite(members: impl IntoIterator<Item = Member>) -> Option<Kind> {
    let members: &'static [Member] = members.into_iter().collect::<Vec<_>>().leak();
    let count = Count::of(members);
    let mut at = vec![At::FIRST; count.fields];
    let mut discriminants = vec![0; count.unions];
    let space = Space {
        leaves: &mut vec![Leaf::NONE; count.fields],
        order: &mut vec![u16::MAX; 2 * count.fields],
        states: &mut vec![State::NEW; count.unions],
        scratch: &mut vec![Scratch::NEW; scratch(members)],
    };
    let size = composite_layout_slice(members, &mut at, &mut discriminants, space)?;
    let places = Places { at: at.leak(), discriminants: discriminants.leak() };
    Some(Kind::Composite(Composite { members, places, size }))
}

/// Makes an enum of names and doc comments.
pub fn enumeration(variants: impl IntoIterator<Item = (&'static str, &'static str)>) -> Kind {
    let variants = variants.into_iter().map(|(name, doc)| Variant { name, doc });
    Kind::Enum(Enum { variants: variants.collect::<Vec<_>>().leak() })
}

/// Makes an interface; its methods get their places as ordinals.
pub fn interface(
    superclasses: &'static [fn() -> &'static Descriptor],
    methods: impl IntoIterator<Item = Method>,
) -> Kind {
    let methods = (0..).zip(methods).map(|(ordinal, method)| Method { ordinal, ..method });
    Kind::Interface(Interface { methods: methods.collect::<Vec<_>>().leak(), construct: None, superclasses })
}

/// Makes a method.
pub fn method(
    name: &'static str,
    doc: &'static str,
    params: impl IntoIterator<Item = Field>,
    results: impl IntoIterator<Item = Field>,
) -> Method {
    Method { name, doc, ordinal: 0, params: fields(params), results: fields(results) }
}

fn shape_of(ty: Type) -> Shape {
    Shape::of(match ty {
        Type::Void => Slot::Void,
        Type::Bool => Slot::Bit,
        Type::Int8 | Type::UInt8 => Slot::Byte,
        Type::Int16 | Type::UInt16 | Type::Enum(_) => Slot::TwoBytes,
        Type::Int32 | Type::UInt32 | Type::Float32 => Slot::FourBytes,
        Type::Int64 | Type::UInt64 | Type::Float64 => Slot::EightBytes,
        Type::Text
        | Type::Data
        | Type::List(_)
        | Type::Struct(_)
        | Type::Interface(_)
        | Type::AnyPointer
        | Type::Branded(..)
        | Type::Parameter(_) => Slot::Pointer,
    })
}
