//! What the macros know about an item after parsing: plain data, one type per concept.

use proc_macro2::TokenStream;
use syn::{Expr, Ident, ItemTrait, LitInt, Member, Path, Type};

/// A trait with `#[ipc_interface]`.
#[derive(Debug)]
pub(crate) struct Interface {
    /// What the attribute says.
    pub(crate) container: Container,
    /// The method that the schema adds.
    pub(crate) lifecycle: Lifecycle,
    /// The trait as it will be emitted: without our attributes, with our supertraits.
    pub(crate) item: ItemTrait,
    /// The methods without a mistake, in declaration order.
    pub(crate) methods: Vec<Method>,
    /// Methods with `#[ipc(local)]`, which are not on the wire.
    pub(crate) locals: Vec<Ident>,
    /// `twin = Name`: the trait with the other form of every method.
    pub(crate) twin: Option<Ident>,
    /// The supertraits that are interfaces.
    pub(crate) superclasses: Vec<Path>,
}

/// Whether a method blocks or returns a future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `fn`.
    Blocking,
    /// `async fn`.
    Async,
}

impl Form {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Blocking => Self::Async,
            Self::Async => Self::Blocking,
        }
    }
}

/// The method that the schema adds to the declared ones.
#[derive(Clone, Debug)]
pub(crate) enum Lifecycle {
    /// `destroy @0`.
    Destroy,
    /// `root`: the interface that a process offers first.
    Construct(Construct),
    /// None.
    Bare,
}

/// The method by which two processes give each other their thread maps: `construct @0`, unless `root(..)` says otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Construct {
    pub(crate) name: Name,
    pub(crate) ordinal: u16,
    /// Where the ordinal comes from.
    pub(crate) span: proc_macro2::Span,
}

impl Construct {
    /// How a root interface calls it that does not say otherwise.
    pub(crate) const NAME: &str = "construct";
}

/// What an interface, a struct and an enum have in common.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    /// Where the runtime is found.
    pub(crate) runtime: Path,
    /// `file = 0x..`.
    pub(crate) file: Option<LitInt>,
    /// `id = 0x..`.
    pub(crate) id: Option<LitInt>,
    /// The name in the schema.
    pub(crate) name: String,
    /// The doc comment.
    pub(crate) doc: String,
}

/// A method of an interface.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) ident: Ident,
    pub(crate) name: Name,
    pub(crate) doc: String,
    pub(crate) ordinal: Ordinal,
    pub(crate) context: ContextField,
    pub(crate) form: Form,
    /// What becomes of the method when its caller no longer waits.
    pub(crate) cancellation: Cancellation,
    pub(crate) answer: Answer,
    /// The signature without `async`.
    pub(crate) sig: syn::Signature,
    pub(crate) params: Vec<Param>,
    /// The type after `->`: a `Result`, or an alias of one.
    pub(crate) returns: Type,
    pub(crate) results: Results,
    /// `with = ..` or `serde`: of the one result.
    pub(crate) conversion: Option<Conversion>,
    /// `as = Trait`: the interface as which the closure travels that the method returns.
    pub(crate) interface: Option<Path>,
    /// For each result with `has(..)`, how many results stand before its presence field.
    pub(crate) presences: Vec<Option<usize>>,
}

impl Method {
    /// How many results stand before the presence field of one, if it has `has(..)`.
    pub(crate) fn presence(&self, result: usize) -> Option<usize> {
        self.presences.get(result).copied().flatten()
    }
}

/// What a method returns if it succeeds, as the schema has it.
#[derive(Clone, Debug)]
pub(crate) enum Results {
    /// One field: `result`, or the one name in `#[ipc(results(..))]`.
    Whole(Name),
    /// `#[ipc(results(..))]` on a tuple: a field for each of its parts.
    Parts(Vec<(Name, Type)>),
}

/// What becomes of a method when its caller drops the future of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancellation {
    /// It runs to its end.
    Ignored,
    /// `#[ipc(cancellable)]`: its future is dropped.
    Allowed,
}

/// Whether a caller waits for a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Awaited,
    /// `#[ipc(oneway)]`: the caller goes on when the call is sent.
    Ignored,
}

/// The ordinal of a method.
#[derive(Clone, Debug)]
pub(crate) enum Ordinal {
    /// The one after the previous method's, filled in by `check`.
    Next(u16),
    /// `#[ipc(ordinal = N)]`.
    Pinned(u16, LitInt),
}

impl Ordinal {
    pub(crate) fn value(&self) -> u16 {
        match self {
            Self::Next(value) | Self::Pinned(value, _) => *value,
        }
    }
}

/// Whether the parameters in the schema begin with `context :Context`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContextField {
    Present,
    Absent,
}

/// A parameter of a method.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) ident: Ident,
    pub(crate) name: Name,
    pub(crate) doc: String,
    pub(crate) ty: Type,
    pub(crate) passing: Passing,
    /// `as = Trait`: the interface as which the closure travels.
    pub(crate) interface: Option<Path>,
    /// `default = ..`.
    pub(crate) default: Option<Expr>,
    /// `has`, or `has = N`.
    pub(crate) has: Option<HasField>,
    /// `want`: asks for the result after which it is named.
    pub(crate) want: Option<Ident>,
    /// `with = ..` or `serde`.
    pub(crate) conversion: Option<Conversion>,
}

impl Param {
    /// The type of the value, which the method has by value or by `&`.
    pub(crate) fn value_type(&self) -> &Type {
        match &self.passing {
            Passing::Owned | Passing::LentOption(_) => &self.ty,
            Passing::Lent(inner) | Passing::Loan(_, inner) => inner,
        }
    }

    /// Tells whether nothing is said of it but its type.
    pub(crate) fn is_plain(&self) -> bool {
        self.default.is_none() && self.has.is_none()
    }

    /// Tells whether it is an object that is lent for the time of the call.
    pub(crate) fn is_lent(&self) -> bool {
        matches!(self.passing, Passing::Loan(..))
    }
}

/// How a parameter reaches the method on the server.
#[derive(Clone, Debug)]
pub(crate) enum Passing {
    /// By value.
    Owned,
    /// By `&`, of the type that is inside.
    Lent(Box<Type>),
    /// By `Option<&T>`, of the type that is inside.
    LentOption(Box<Type>),
    /// By `&dyn Trait`, of the trait object that is inside: the object is lent for the time of the call.
    Loan(Presence, Box<Type>),
}

/// Whether an object that is lent may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    /// `Option<&dyn Trait>`.
    Optional,
}

/// How a value of a foreign type travels.
#[derive(Clone, Debug)]
pub(crate) enum Conversion {
    /// `with = module`: as what the module converts it to.
    Module(Path),
    /// `serde`: as opaque bytes.
    Serde(proc_macro2::Span),
}

/// A name in the schema.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    /// Where the name comes from.
    pub(crate) span: proc_macro2::Span,
}

/// A struct or an enum with `#[derive(IpcType)]`.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) container: Container,
    pub(crate) ident: Ident,
    /// The generics, with at most one lifetime if there is no mistake.
    pub(crate) generics: syn::Generics,
    /// What of the generics the fields have: with each set of these the type has a layout of its own.
    pub(crate) arguments: Vec<Argument>,
    pub(crate) keeping: Keeping,
    pub(crate) body: Body,
    /// `#[ipc(error)]`.
    pub(crate) error: Option<ErrorType>,
}

impl Data {
    /// Tells whether the layout is known where the type is declared.
    pub(crate) fn is_generic(&self) -> bool {
        self.generics.params.iter().any(|param| !matches!(param, syn::GenericParam::Lifetime(_)))
    }
}

/// What becomes of type parameters in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// Each set of arguments has a struct of its own.
    Instances,
    /// `#[ipc(generic)]`: there is one struct, with parameters.
    Parameters,
}

/// An argument on which fields depend.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    /// A type parameter, or an associated type of one.
    Type(Type),
    /// The value of a constant.
    Value(Ident),
}

/// What makes a type an error.
#[derive(Debug)]
pub(crate) struct ErrorType {
    pub(crate) slots: Slots,
    /// The variant or field with `#[ipc(exception)]`, which is no part of the body; none after a mistake.
    pub(crate) exception: Option<Member>,
}

/// How many fields of its own an error has among the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slots {
    /// `#[ipc(error)]`: one, for all that can be said.
    One,
    /// `#[ipc(errors)]`: one for each variant, which holds what is in it.
    Each,
}

/// What a type consists of.
#[derive(Debug)]
pub(crate) enum Body {
    /// A struct of fields.
    Struct(Fields),
    /// A tuple struct of one field: on the wire it is what is inside.
    Newtype(Box<Field>),
    /// A field-less enum.
    Enum(Vec<Variant>),
    /// A field-less enum that is a number, of the type.
    Numbers(Ident, Vec<Variant>),
    /// An enum with fields.
    Union(Vec<Case>),
}

impl Body {
    /// Returns the fields that travel.
    pub(crate) fn fields(&self) -> Vec<&Field> {
        match self {
            Self::Struct(fields) => fields.sent.iter().collect(),
            Self::Newtype(field) => vec![field],
            Self::Enum(_) | Self::Numbers(..) => Vec::new(),
            Self::Union(cases) => cases.iter().flat_map(|case| &case.fields.sent).collect(),
        }
    }
}

/// The fields of a struct or of a variant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    /// Those that travel, in declaration order.
    pub(crate) sent: Vec<Field>,
    /// Those with `#[ipc(skip)]`: on receipt they have their defaults.
    pub(crate) skipped: Vec<Member>,
}

/// A field of a struct or of a variant.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Its name, or its position.
    pub(crate) member: Member,
    pub(crate) name: Name,
    pub(crate) doc: String,
    /// The type, `Self` replaced by the name of the type that it is a field of.
    pub(crate) ty: Type,
    /// `as = Trait`: the interface as which the closure travels.
    pub(crate) interface: Option<Path>,
    /// `default = ..`.
    pub(crate) default: Option<Expr>,
    /// `ordinal = N`; without it, the one after the previous field's.
    pub(crate) ordinal: Option<Pin>,
    pub(crate) form: FieldForm,
    /// `with = ..` or `serde`.
    pub(crate) conversion: Option<Conversion>,
    /// `has`, or `has = N`.
    pub(crate) has: Option<HasField>,
}

/// `ordinal = N` in a derived type.
pub(crate) type Pin = (u16, LitInt);

/// What a field is in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldForm {
    /// A field.
    Single,
    /// `#[ipc(group)]`.
    Group,
    /// `#[ipc(union)]`: the unnamed union.
    Union,
    /// `#[ipc(union, name = "..")]`.
    NamedUnion,
}

/// The field that says whether an `Option` is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HasField {
    /// Its ordinal; without it, the one after its field's.
    pub(crate) ordinal: Option<u16>,
    pub(crate) span: proc_macro2::Span,
}

/// A variant of a field-less enum.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) name: Name,
    pub(crate) doc: String,
    pub(crate) catches: Catches,
    pub(crate) ordinal: Option<Pin>,
}

/// A variant of an enum with fields.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) ident: Ident,
    pub(crate) name: Name,
    pub(crate) doc: String,
    pub(crate) form: CaseForm,
    pub(crate) fields: Fields,
    pub(crate) catches: Catches,
    /// `ordinal = N`; where it has fields, the first has it.
    pub(crate) ordinal: Option<Pin>,
}

/// What a variant is in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CaseForm {
    /// A field of its one field's type, or of Void.
    Value,
    /// A group.
    Group,
}

/// Whether a variant stands for those that a newer peer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Catches {
    /// It has `#[ipc(other)]`.
    Unknown,
    /// It is itself alone.
    Nothing,
}

/// What parsing an item gives, mistakes or not.
#[derive(Debug)]
pub(crate) enum Parsed<T> {
    /// The item is of the right kind; what of it is wrong is left out of the model.
    Item(T),
    /// The item is of another kind; these are its tokens.
    Other(TokenStream),
}
