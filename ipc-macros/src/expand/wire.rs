//! Types as generated code uses them.
//!
//! Each goes through one trait of the runtime, `Wire` or its kin for what is behind a `&`, so that rustc complains
//! once about a type that is none of ours; and each path is spanned as the type is, so that the caret is under it and
//! equal complaints from several uses are one.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Ident, Path, Type};

use super::names;
use crate::model::{Conversion, Method, Param, Passing, Presence};
use crate::parse::{type_argument, ungrouped};

/// `<T as Wire<'_>>`, or its like, and what it has.
pub(crate) struct Wire {
    ty: TokenStream,
    name: &'static str,
    /// The second argument of `WireAs<'_, dyn Trait>`.
    interface: Option<Path>,
    place: Place,
    conversion: Option<Conversion>,
}

impl Wire {
    /// A type that is passed by value.
    pub(crate) fn of(ty: &Type) -> Self {
        Self::through(ty, "Wire")
    }

    /// A type that is sent, whatever can be received: `<T as Outgoing>`.
    pub(crate) fn outgoing(ty: &Type) -> Self {
        Self::through(ty, "Outgoing")
    }

    /// The same type as it is received: `<<T as Outgoing>::This as Decode<'_>>`.
    pub(crate) fn incoming(ty: &Type) -> Self {
        Self { ty: Self::outgoing(ty).item("This"), ..Self::through(ty, "Decode") }
    }

    /// A type of which a field has a default: `<T as Defaulted<'_>>`.
    pub(crate) fn defaulted(ty: &Type) -> Self {
        Self::through(ty, "Defaulted")
    }

    /// An `Option` with a presence field, whatever it is of: `<T as Optional<'_>>`.
    pub(crate) fn optional(ty: &Type) -> Self {
        Self::through(ty, "Optional")
    }

    /// A type whose fields lie among those of another: `<T as GroupField<'_>>`.
    pub(crate) fn group(ty: &Type) -> Self {
        Self::through(ty, "GroupField")
    }

    /// A type whose variants lie among the fields of another: `<T as UnionField<'_>>`.
    pub(crate) fn union(ty: &Type) -> Self {
        Self::through(ty, "UnionField")
    }

    /// A type as [`group`](Self::group) has it, whatever can be received.
    pub(crate) fn outgoing_group(ty: &Type) -> Self {
        Self::through(ty, "OutgoingGroup")
    }

    /// A type as [`union`](Self::union) has it, whatever can be received.
    pub(crate) fn outgoing_union(ty: &Type) -> Self {
        Self::through(ty, "OutgoingUnion")
    }

    /// The type of a parameter: what is behind the `&` of a lent one.
    pub(crate) fn of_param(param: &Param) -> Self {
        if param.conversion.is_some() {
            return Self::of(param.value_type()).with(param.conversion.as_ref());
        }
        let held = match (Holding::of(param), &param.passing) {
            (Holding::Behind, Passing::Lent(inner)) => inner,
            _ => &param.ty,
        };
        match (&param.default, param.has) {
            (Some(_), _) => return Self::defaulted(held),
            (None, Some(_)) => return Self::optional(held),
            (None, None) => {}
        }
        match &param.passing {
            Passing::Owned => Self::travelling_as(&param.ty, param.interface.as_ref()),
            Passing::Lent(inner) => match ungrouped(inner) {
                Type::Slice(slice) => Self::through(&slice.elem, "LentSlice"),
                inner => Self::through(inner, "Lent"),
            },
            Passing::LentOption(inner) => Self::through(ungrouped(inner), "LentOption"),
            Passing::Loan(Presence::Required, object) => Self::through(ungrouped(object), "Lendable"),
            Passing::Loan(Presence::Optional, object) => Self::through(ungrouped(object), "LendableOption"),
        }
    }

    /// What a method returns if it succeeds, with a presence field of its own or without.
    pub(crate) fn of_result(method: &Method) -> Self {
        let returns = &method.returns;
        let name = match (&method.interface, method.presence(0)) {
            (Some(_), _) => "WireAs",
            (None, Some(_)) => "Optional",
            (None, None) => "Wire",
        };
        Self {
            ty: result_part(returns, 0, "Ok"),
            name,
            interface: method.interface.clone(),
            place: Place::of(part_or_whole(returns, 0)),
            conversion: method.conversion.clone(),
        }
    }

    /// One of several results.
    pub(crate) fn of_part(ty: &Type, presence: Option<usize>) -> Self {
        if presence.is_some() { Self::optional(ty) } else { Self::of(ty) }
    }

    /// A type that is passed by value, perhaps a closure that travels as an interface.
    pub(crate) fn travelling_as(ty: &Type, interface: Option<&Path>) -> Self {
        match interface {
            Some(path) => Self { interface: Some(path.clone()), ..Self::through(ty, "WireAs") },
            None => Self::of(ty),
        }
    }

    fn through(ty: &Type, name: &'static str) -> Self {
        Self { ty: ty.to_token_stream(), name, interface: None, place: Place::of(ty), conversion: None }
    }

    /// The value as it is converted.
    pub(crate) fn with(self, conversion: Option<&Conversion>) -> Self {
        Self { conversion: conversion.cloned(), ..self }
    }

    /// See [`may_hold_closure`].
    pub(crate) fn may_hold_closure(&self) -> bool {
        // What an interface is named for is one, whatever its type looks like.
        self.interface.is_some() || may_hold_closure(&self.ty)
    }

    /// `|from| <T as Wire<'_>>::decode(from, at)`.
    pub(crate) fn decoder(&self, at: &TokenStream) -> TokenStream {
        let decode = self.call("decode", mixed!(__from, #at));
        let from = mixed!(__from);
        quote_spanned!(self.place.start=> |#from| #decode)
    }

    /// `<T as Wire<'_>>::item`.
    pub(crate) fn item(&self, item: &str) -> TokenStream {
        if let Some(conversion) = &self.conversion {
            return expand_conversion(conversion, &self.ty, "part", &TokenStream::new());
        }
        let ipc = names::runtime();
        let name = Ident::new(self.name, self.place.start);
        let message = (!self.name.starts_with("Outgoing")).then(|| quote_spanned!(self.place.start=> '_));
        let interface = self.interface.as_ref().map(|path| quote_spanned!(self.place.start=> dyn #path));
        let arguments = message.into_iter().chain(interface);
        self.place.path(&self.ty, &quote_spanned!(self.place.start=> #ipc::#name<#(#arguments),*>), item)
    }

    /// `<T as Wire<'_>>::function(arguments)`.
    pub(crate) fn call(&self, function: &str, arguments: TokenStream) -> TokenStream {
        if let Some(conversion) = &self.conversion {
            return match function {
                // A reference to what the server holds is what it lends.
                "lend" => arguments,
                // What is converted is not the value that could be lent or given.
                "give" => expand_conversion(conversion, &self.ty, "encode", &mixed!(&#arguments,)),
                "lend_to" | "encode_mut" => {
                    expand_conversion(conversion, &self.ty, "encode", &mixed!(#arguments,))
                }
                _ => expand_conversion(conversion, &self.ty, function, &mixed!(#arguments,)),
            };
        }
        self.place.call(self.item(function), arguments)
    }
}

/// `encode_with::<T, _, module::Wire>(arguments, module::to_wire)`, or `encode_serde::<T>(arguments)`.
fn expand_conversion(
    conversion: &Conversion,
    ty: &TokenStream,
    function: &str,
    arguments: &TokenStream,
) -> TokenStream {
    let mut ipc = names::runtime();
    let held = if function == "decode" { held_type(ty) } else { ty.clone() };
    match conversion {
        Conversion::Module(module) => {
            let place = Place::of(module);
            ipc.set_span(place.start);
            let converter = Ident::new(if function == "decode" { "from_wire" } else { "to_wire" }, place.end);
            let wire = Ident::new("Wire", place.end);
            let function = Ident::new(&format!("{function}_with"), place.end);
            quote_spanned! {place.start=>
                #ipc::#function::<#held, _, #module::#wire>(#arguments #module::#converter)
            }
        }
        Conversion::Serde(span) => {
            ipc.set_span(*span);
            let function = Ident::new(&format!("{function}_serde"), *span);
            quote_spanned!(*span=> #ipc::#function::<#held>(#arguments))
        }
    }
}

/// What a server holds of a value that it lends: of a slice a `Vec`, of `str` a `String`.
fn held_type(ty: &TokenStream) -> TokenStream {
    let ipc = names::runtime();
    match syn::parse2(ty.clone()) {
        Ok(Type::Slice(slice)) => {
            let elem = slice.elem;
            mixed!(#ipc::Vec<#elem>)
        }
        Ok(Type::Path(path)) if path.path.is_ident("str") => mixed!(#ipc::String),
        _ => ty.clone(),
    }
}

/// How a server holds a parameter while the method runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    /// As the method takes it.
    Whole,
    /// What is behind the `&`.
    Behind,
    /// What the runtime lends it from.
    Lender,
    /// The same, or nothing.
    OptionLender,
    /// The client of an object on loan.
    Loan,
}

impl Holding {
    pub(crate) fn of(param: &Param) -> Self {
        match &param.passing {
            Passing::Owned => Self::Whole,
            Passing::Loan(..) => Self::Loan,
            Passing::Lent(_) if param.is_plain() => Self::Lender,
            Passing::LentOption(_) if param.is_plain() && param.conversion.is_none() => Self::OptionLender,
            Passing::LentOption(_) => Self::Whole,
            // Text and bytes with a default are held as the reference itself, which the message or the default lends.
            Passing::Lent(inner) => match ungrouped(inner) {
                Type::Slice(_) => Self::Whole,
                Type::Path(path) if path.path.is_ident("str") => Self::Whole,
                _ => Self::Behind,
            },
        }
    }
}

/// `check_lendable(..)` for the type of a parameter that is lent.
pub(crate) fn check_lendable(param: &Param) -> TokenStream {
    let wire = Wire::of_param(param);
    let Place { start, end } = wire.place;
    let mut ipc = names::runtime();
    ipc.set_span(start);
    let function = Ident::new("check_lendable", end);
    wire.place.call(quote_spanned!(start=> #ipc::#function), wire.item("BLOCKS"))
}

/// `<Result<T, E> as AnyResult>::function(argument)`.
pub(crate) fn call_result(returns: &Type, function: &str, argument: TokenStream) -> TokenStream {
    let ipc = names::runtime();
    let place = Place::of(returns);
    let result = quote_spanned!(place.start=> #ipc::AnyResult);
    place.call(place.path(&returns.to_token_stream(), &result, function), argument)
}

/// A call of the runtime that returns what a method returns.
pub(crate) fn call_runtime(returns: &Type, function: &str, arguments: TokenStream) -> TokenStream {
    let place = Place::of(returns);
    let mut ipc = names::runtime();
    ipc.set_span(place.start);
    let function = Ident::new(function, place.end);
    place.call(quote_spanned!(place.start=> #ipc::#function), arguments)
}

/// `error_of::<E>()` for the error of what a method returns.
pub(crate) fn call_error_of(returns: &Type) -> TokenStream {
    let ipc = names::runtime();
    let place = Place::of(part_or_whole(returns, 1));
    let error = result_part(returns, 1, "Err");
    let path = quote_spanned!(place.start=> #ipc::error_of::<#error);
    let close = quote_spanned!(place.end=> >);
    place.call(quote_spanned!(place.start=> #path #close), TokenStream::new())
}

/// One of the two types of a `Result<T, E>`, also of an alias. The caret of a complaint goes under the type
/// argument that is meant, or under the whole of an alias without one.
fn result_part(returns: &Type, index: usize, name: &str) -> TokenStream {
    let ipc = names::runtime();
    let place = Place::of(part_or_whole(returns, index));
    let result = quote_spanned!(place.start=> #ipc::AnyResult);
    place.path(&returns.to_token_stream(), &result, name)
}

/// `<dyn Base as Superclass>::item`.
pub(crate) fn superclass(path: &syn::Path, item: &str) -> TokenStream {
    let ipc = names::runtime();
    let place = Place::of(path);
    let interface = quote_spanned!(place.start=> #ipc::Superclass);
    place.path(&quote_spanned!(place.start=> dyn #path), &interface, item)
}

/// Tells whether a value may hold a closure in a `Box`, which cannot be shared. That is seen of types with well-known
/// names only; all others are asked by the runtime.
pub(crate) fn may_hold_closure(ty: &impl ToTokens) -> bool {
    const NONE: &[&str] = &[
        "bool",
        "char",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "f32",
        "f64",
        "str",
        "String",
        "Vec",
        "VecDeque",
        "Option",
        "Box",
        "Arc",
        "Cow",
        "HashMap",
        "BTreeMap",
        "HashSet",
        "BTreeSet",
        "Path",
        "PathBuf",
        "OsStr",
        "OsString",
        "CStr",
        "CString",
        "Bytes",
        "Uuid",
        "Duration",
        "SystemTime",
        "NonZero",
    ];
    fn is_none(token: TokenTree) -> bool {
        match token {
            TokenTree::Ident(ident) => NONE.iter().any(|name| ident == name),
            TokenTree::Group(group) => group.stream().into_iter().all(is_none),
            TokenTree::Punct(_) | TokenTree::Literal(_) => true,
        }
    }
    !ty.to_token_stream().into_iter().all(is_none)
}

/// Where a type stands: generated paths about it are spanned from its first token to its last.
#[derive(Clone, Copy)]
struct Place {
    start: Span,
    end: Span,
}

impl Place {
    fn of(tokens: &impl ToTokens) -> Self {
        let mut spans = tokens.to_token_stream().into_iter().map(|token: TokenTree| token.span());
        let start = spans.next().unwrap_or_else(Span::call_site);
        Self { start, end: spans.last().unwrap_or(start) }
    }

    /// `<ty as interface>::item`.
    fn path(self, ty: &TokenStream, interface: &TokenStream, item: &str) -> TokenStream {
        let item = Ident::new(item, self.end);
        quote_spanned!(self.start=> <#ty as #interface>::#item)
    }

    /// `function(arguments)`, the parentheses spanned too: they are where a call ends.
    fn call(self, mut function: TokenStream, arguments: TokenStream) -> TokenStream {
        let mut parentheses = Group::new(Delimiter::Parenthesis, arguments);
        parentheses.set_span(self.end);
        function.extend([TokenTree::Group(parentheses)]);
        function
    }
}

fn part_or_whole(returns: &Type, index: usize) -> &Type {
    type_argument(returns, index).unwrap_or(returns)
}
