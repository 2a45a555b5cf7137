//! Types: what can be seen of a mistake without knowing what the names stand for. All else is rustc's to say.

use quote::ToTokens;
use syn::{GenericArgument, Ident, PathArguments, ReturnType, Type, TypeParamBound, TypePath, TypeReference};

use super::closure::Closure;
use crate::diag::Diagnostics;
use crate::message;
use crate::model::{Passing, Presence};

/// Where a type stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    Param,
    Result,
    Field,
}

/// Whether lifetimes have been declared, and reported, around a type: then their uses are part of that mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetimes {
    Declared,
    Undeclared,
}

impl Lifetimes {
    pub(crate) fn of(generics: &syn::Generics) -> Self {
        if generics.lifetimes().next().is_some() { Self::Declared } else { Self::Undeclared }
    }
}

/// Whether a method can lend objects: its call must end before the caller goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loans {
    Allowed,
    RefusedByAsync,
    RefusedByOneway,
}

/// Checks the type of a parameter and tells how it is passed.
pub(crate) fn parse_param_type(
    ty: &mut Type,
    interface: &Ident,
    lifetimes: Lifetimes,
    loans: Loans,
    diag: &mut Diagnostics,
) -> Option<Passing> {
    let walk = &mut Walk::new(Position::Param, Some(interface), lifetimes, diag);
    if let Some((presence, reference)) = lent_object(ty) {
        walk.check_loan(reference, loans);
        let passing = Passing::Loan(presence, reference.elem.clone());
        return walk.finish(ty).then_some(passing);
    }
    let passing = match ungrouped(ty) {
        Type::Reference(reference) => {
            walk.check_lifetime(reference);
            match (&reference.mutability, ungrouped(&reference.elem)) {
                (_, inner) if is_stream(inner) => {
                    walk.report(reference, &message::STREAM_LENT, &[&spell(inner)]);
                }
                (_, Type::Slice(slice)) if is_stream(&slice.elem) => {
                    let list = format!("Vec<{}>", spell(&slice.elem));
                    walk.report(reference, &message::STREAM_LENT, &[&list]);
                }
                (Some(_), _) => walk.report(reference, &message::TYPE_MUT, &[]),
                (None, Type::Slice(slice)) => walk.visit(&slice.elem),
                (None, inner) => walk.visit(inner),
            }
            Passing::Lent(reference.elem.clone())
        }
        other => {
            walk.visit(other);
            lent_option(other).map_or(Passing::Owned, Passing::LentOption)
        }
    };
    walk.finish(ty).then_some(passing)
}

/// Tells how a parameter of a foreign type is passed.
pub(crate) fn parse_foreign_type(ty: &Type) -> Passing {
    match ungrouped(ty) {
        Type::Reference(reference) => Passing::Lent(reference.elem.clone()),
        _ => Passing::Owned,
    }
}

/// The reference in `&dyn Trait` or `Option<&dyn Trait>`.
fn lent_object(ty: &Type) -> Option<(Presence, &TypeReference)> {
    let (presence, reference) = match ungrouped(ty) {
        Type::Path(path) if path.path.segments.last()?.ident == "Option" => {
            (Presence::Optional, ungrouped(type_argument(ty, 0)?))
        }
        other => (Presence::Required, other),
    };
    match reference {
        Type::Reference(reference) if matches!(ungrouped(&reference.elem), Type::TraitObject(_)) => {
            Some((presence, reference))
        }
        _ => None,
    }
}

/// What is inside of `Option<&T>`.
fn lent_option(ty: &Type) -> Option<Box<Type>> {
    match ty {
        Type::Path(path) if path.path.segments.last()?.ident == "Option" => {
            match ungrouped(type_argument(ty, 0)?) {
                Type::Reference(reference) => Some(reference.elem.clone()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Checks the type of a field.
pub(crate) fn parse_field_type(ty: &Type, lifetimes: Lifetimes, diag: &mut Diagnostics) -> bool {
    let mut walk = Walk::new(Position::Field, None, lifetimes, diag);
    walk.visit(ty);
    walk.sound
}

/// Whether a method may return a tuple.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tuples {
    /// Its parts have names of their own.
    Named,
    Refused,
}

/// Checks what a method returns.
pub(crate) fn parse_return_type(
    method: &Ident,
    output: &mut ReturnType,
    interface: &Ident,
    tuples: Tuples,
    diag: &mut Diagnostics,
) -> Option<Type> {
    let ReturnType::Type(_, ty) = output else {
        diag.report(method, &message::RESULT_MISSING, &[method, &"()"]);
        return None;
    };
    if let Some(output) = future_output(ty) {
        let output = output.map_or("Result<(), IpcException>".to_owned(), spell);
        diag.report(&*ty, &message::RESULT_FUTURE, &[method, &output]);
        *ty = syn::parse_quote!(());
        return None;
    }
    let walk = &mut Walk::new(Position::Result, Some(interface), Lifetimes::Undeclared, diag);
    match ungrouped(ty) {
        Type::Path(path) if !is_plain_value(path) => match type_argument(ty, 0).map(ungrouped) {
            Some(Type::Tuple(tuple)) if tuples == Tuples::Named => {
                tuple.elems.iter().for_each(|elem| walk.visit(elem));
                type_argument(ty, 1).into_iter().for_each(|error| walk.visit(error));
            }
            _ => walk.visit_path(path),
        },
        Type::Macro(_) => {}
        other => {
            walk.visit(other);
            if walk.sound {
                let value = spell(other);
                walk.report(other, &message::RESULT_MISSING, &[method, &value]);
            }
        }
    }
    walk.finish(ty).then(|| ungrouped(ty).clone())
}

/// What a future gives, if it is seen to be one: `impl Future<Output = T>`, `Pin<Box<dyn Future<Output = T>>>`.
fn future_output(ty: &Type) -> Option<Option<&Type>> {
    let bounds = match ungrouped(ty) {
        Type::ImplTrait(of) => &of.bounds,
        Type::TraitObject(of) => &of.bounds,
        Type::Path(path) => {
            let holder = &path.path.segments.last()?.ident;
            let inside = type_argument(ty, 0).filter(|_| holder == "Pin" || holder == "Box")?;
            return future_output(inside);
        }
        _ => return None,
    };
    let Some(TypeParamBound::Trait(bound)) = bounds.first() else { return None };
    let last = bound.path.segments.last().filter(|last| last.ident == "Future")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Some(None) };
    Some(arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(output) => Some(&output.ty),
        _ => None,
    }))
}

/// Writes tokens as a user would.
pub(crate) fn spell(tokens: impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    [
        (" < ", "<"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" :: ", "::"),
        (":: ", "::"),
        (" ,", ","),
        ("& ", "&"),
    ]
    .iter()
    .fold(text, |text, (from, to)| text.replace(from, to))
}

struct Walk<'a> {
    position: Position,
    interface: Option<&'a Ident>,
    lifetimes: Lifetimes,
    diag: &'a mut Diagnostics,
    /// Nothing was found.
    sound: bool,
    /// What was found rustc would report too.
    refused_by_rustc: bool,
}

impl<'a> Walk<'a> {
    fn new(
        position: Position,
        interface: Option<&'a Ident>,
        lifetimes: Lifetimes,
        diag: &'a mut Diagnostics,
    ) -> Self {
        Self { position, interface, lifetimes, diag, sound: true, refused_by_rustc: false }
    }

    /// Tells whether the type is right; takes it away from rustc if it would give a second message.
    fn finish(&self, ty: &mut Type) -> bool {
        if self.refused_by_rustc {
            *ty = syn::parse_quote!(());
        }
        self.sound
    }

    fn report(
        &mut self,
        tokens: impl ToTokens,
        message: &message::Message,
        arguments: &[&dyn std::fmt::Display],
    ) {
        self.sound = false;
        self.diag.report(tokens, message, arguments);
    }

    fn visit(&mut self, ty: &Type) {
        match ungrouped(ty) {
            Type::Path(path) => self.visit_path(path),
            Type::Reference(reference) => self.visit_reference(reference),
            Type::TraitObject(object) => self.visit_dyn(object),
            Type::ImplTrait(of) if is_iterator(&of.bounds) => self.report_iterator(ty, "impl", &of.bounds),
            Type::ImplTrait(object) => match Closure::of_bounds(&object.bounds) {
                Some(closure) => self.report(ty, &message::TYPE_CLOSURE, &[&closure.spelled(None)]),
                None => self.report(ty, &message::TYPE_IMPL, &[]),
            },
            Type::BareFn(pointer) => {
                self.report(ty, &message::TYPE_FN, &[&Closure::of_pointer(pointer).spelled(None)]);
            }
            Type::Ptr(_) => self.report(ty, &message::TYPE_POINTER, &[]),
            Type::Array(array) => self.visit(&array.elem),
            Type::Slice(_) => {
                self.refused_by_rustc = true;
                self.report(ty, &message::TYPE_SLICE, &[]);
            }
            Type::Tuple(tuple) => match tuple.elems.len() {
                1 | 9.. => self.report(ty, &message::TYPE_TUPLE, &[]),
                _ => tuple.elems.iter().for_each(|field| self.visit(field)),
            },
            Type::Infer(_) => {
                self.refused_by_rustc = true;
                self.report(ty, &message::TYPE_INFER, &[]);
            }
            Type::Never(_) => {
                self.refused_by_rustc = true;
                self.report(ty, &message::TYPE_NEVER, &[]);
            }
            _ => {}
        }
    }

    fn visit_path(&mut self, path: &TypePath) {
        if let (Some(interface), Some(first)) = (self.interface, path.path.segments.first())
            && first.ident == "Self"
        {
            return self.report(path, &message::TYPE_SELF, &[interface]);
        }
        let Some(last) = path.path.segments.last() else { return };
        let name = last.ident.to_string();
        match name.as_str() {
            "Rc" => return self.report(&last.ident, &message::TYPE_RC, &[]),
            "Cell" | "RefCell" | "OnceCell" | "UnsafeCell" | "Mutex" | "RwLock" | "OnceLock" => {
                return self.report(&last.ident, &message::TYPE_CELL, &[&name]);
            }
            atomic if ATOMICS.contains(&atomic) => {
                return self.report(&last.ident, &message::TYPE_CELL, &[&name]);
            }
            "Weak" if !last.arguments.is_empty() => {
                return self.report(&last.ident, &message::TYPE_WEAK, &[]);
            }
            _ => {}
        }
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return };
        for argument in &arguments.args {
            let GenericArgument::Type(ty) = argument else { continue };
            match ungrouped(ty) {
                Type::TraitObject(object) if matches!(name.as_str(), "Arc" | "Box") => {
                    self.visit_held(object, &name);
                }
                Type::Slice(slice) if matches!(name.as_str(), "Arc" | "Box" | "Cow") => {
                    self.visit(&slice.elem);
                }
                ty => self.visit(ty),
            }
        }
    }

    fn visit_reference(&mut self, reference: &TypeReference) {
        if let Type::TraitObject(object) = ungrouped(&reference.elem) {
            return self.visit_dyn(object);
        }
        match self.position {
            Position::Param if reference.mutability.is_some() => {
                self.report(reference, &message::TYPE_MUT, &[]);
            }
            Position::Param => {
                self.check_lifetime(reference);
                match ungrouped(&reference.elem) {
                    Type::Slice(slice) => self.visit(&slice.elem),
                    inner => self.visit(inner),
                }
            }
            Position::Result => {
                self.report(reference, &message::RESULT_BORROWED, &[&owned(reference)]);
            }
            // A lifetime that the type declares, or one that rustc does not find.
            Position::Field if self.lifetimes == Lifetimes::Declared && !is_static(reference) => {}
            Position::Field => self.report(reference, &message::FIELD_BORROWED, &[&owned(reference)]),
        }
    }

    fn check_lifetime(&mut self, reference: &TypeReference) {
        if let Some(lifetime) = &reference.lifetime
            && lifetime.ident != "_"
            && self.lifetimes == Lifetimes::Undeclared
        {
            self.report(lifetime, &message::TYPE_LIFETIME, &[lifetime]);
        }
    }

    /// The `&dyn Trait` of a parameter.
    fn check_loan(&mut self, reference: &TypeReference, loans: Loans) {
        self.check_lifetime(reference);
        if let Type::TraitObject(object) = ungrouped(&reference.elem) {
            match Closure::of_bounds(&object.bounds) {
                Some(closure) => self.report(object, &message::TYPE_CLOSURE, &[&closure.spelled(None)]),
                None => {
                    self.check_bounds(object);
                }
            }
        }
        if !self.sound {
            return;
        }
        let object = spell(&reference.elem);
        if reference.mutability.is_some() {
            self.report(reference, &message::LOAN_MUT, &[&object, &object]);
        }
        let refusal = match loans {
            Loans::Allowed => return,
            Loans::RefusedByAsync => &message::LOAN_ASYNC,
            Loans::RefusedByOneway => &message::LOAN_ONEWAY,
        };
        self.report(reference, refusal, &[&object, &object]);
    }

    /// A `dyn Trait` that no `Arc` holds.
    fn visit_dyn(&mut self, object: &syn::TypeTraitObject) {
        if let Some(closure) = Closure::of_bounds(&object.bounds) {
            self.report(object, &message::TYPE_CLOSURE, &[&closure.spelled(None)]);
        } else if self.check_bounds(object) {
            let name = object.bounds.first().map(spell).unwrap_or_default();
            self.report(object, &message::TYPE_DYN, &[&name, &name]);
        }
    }

    /// The `dyn Trait` of an `Arc<dyn Trait>` or a `Box<dyn Trait>`.
    fn visit_held(&mut self, object: &syn::TypeTraitObject, holder: &str) {
        match Closure::of_bounds(&object.bounds) {
            Some(closure) => self.visit_closure(object, &closure, holder),
            None if holder == "Arc" => {
                self.check_bounds(object);
            }
            None => self.visit_dyn(object),
        }
    }

    fn visit_closure(&mut self, object: &syn::TypeTraitObject, closure: &Closure<'_>, holder: &str) {
        let right = closure.spelled(Some(holder));
        if !closure.is_held_by(holder) {
            return self.report(object, &message::TYPE_CLOSURE, &[&right]);
        }
        if let Some(plain) = closure.plain_result() {
            return self.report(object, &message::CLOSURE_RESULT, &[&plain, &right]);
        }
        if !closure.has_bounds() {
            return self.report(object, &message::CLOSURE_BOUNDS, &[&closure.required_bounds(), &right]);
        }
        let borrows = closure.inputs.iter().any(|input| matches!(ungrouped(input), Type::Reference(_)));
        let most = if borrows { MOST_LENT_ARGUMENTS } else { MOST_ARGUMENTS };
        if closure.inputs.len() > most {
            let message = if borrows { &message::CLOSURE_LENT } else { &message::CLOSURE_ARGUMENTS };
            return self.report(object, message, &[&closure.inputs.len()]);
        }
        let position = std::mem::replace(&mut self.position, Position::Param);
        for input in &closure.inputs {
            match ungrouped(input) {
                Type::Reference(reference) if reference.mutability.is_some() => {
                    self.report(reference, &message::TYPE_MUT, &[]);
                }
                input => self.visit(input),
            }
        }
        self.position = position;
    }

    fn report_iterator(&mut self, tokens: impl ToTokens, keyword: &str, bounds: &Bounds) {
        let name = bounds.first().and_then(trait_name).map(|name| format!("{keyword} {name}"));
        self.report(tokens, &message::TYPE_ITERATOR, &[&name.unwrap_or_default()]);
    }

    fn check_bounds(&mut self, object: &syn::TypeTraitObject) -> bool {
        if is_iterator(&object.bounds) {
            self.report_iterator(object, "dyn", &object.bounds);
            return false;
        }
        let mut bounds = object.bounds.iter();
        let first = bounds.next();
        if let Some(extra) = bounds.next() {
            let name = first.map(spell).unwrap_or_default();
            self.report(extra, &message::TYPE_DYN_BOUNDS, &[&spell(extra), &name]);
            return false;
        }
        true
    }
}

/// How many arguments a closure may take: as many as a tuple has fields.
const MOST_ARGUMENTS: usize = 8;

/// How many it may take if one is behind a `&`: the runtime has code for each choice of them.
const MOST_LENT_ARGUMENTS: usize = 3;
/// The traits of an `impl` or a `dyn`.
type Bounds = syn::punctuated::Punctuated<TypeParamBound, syn::Token![+]>;

fn trait_name(bound: &TypeParamBound) -> Option<&Ident> {
    match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}

/// Tells whether a trait is one of those that return items one after the other.
fn is_iterator(bounds: &Bounds) -> bool {
    const ITERATORS: &[&str] = &["Iterator", "IntoIterator", "Stream", "AsyncIterator"];
    bounds.first().and_then(trait_name).is_some_and(|name| ITERATORS.iter().any(|known| name == known))
}

fn is_stream(ty: &Type) -> bool {
    let Type::Path(path) = ungrouped(ty) else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "IpcStream")
}

const ATOMICS: &[&str] = &[
    "AtomicBool",
    "AtomicU8",
    "AtomicU16",
    "AtomicU32",
    "AtomicU64",
    "AtomicUsize",
    "AtomicI8",
    "AtomicI16",
    "AtomicI32",
    "AtomicI64",
    "AtomicIsize",
    "AtomicPtr",
];

fn is_static(reference: &TypeReference) -> bool {
    reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static")
}

/// What owns the same as a reference, with its article-free spelling.
fn owned(reference: &TypeReference) -> String {
    match ungrouped(&reference.elem) {
        Type::Slice(slice) => format!("`Vec<{}>`", spell(&slice.elem)),
        Type::Path(path) if path.path.is_ident("str") => "`String`".to_owned(),
        inner => format!("`{}`", spell(inner)),
    }
}

/// Tells whether a path is a well-known type that is no `Result`. An unknown one may be an alias.
pub(super) fn is_plain_value(path: &TypePath) -> bool {
    const VALUES: &[&str] = &[
        "bool",
        "u8",
        "u16",
        "u32",
        "u64",
        "i8",
        "i16",
        "i32",
        "i64",
        "f32",
        "f64",
        "usize",
        "isize",
        "char",
        "str",
        "String",
        "Vec",
        "Option",
        "Arc",
        "Box",
        "Rc",
        "IpcStream",
    ];
    path.path.segments.last().is_some_and(|last| VALUES.iter().any(|value| last.ident == value))
}

/// Looks through parentheses and the invisible groups of `macro_rules!`.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        other => other,
    }
}

/// A type between the angle brackets of a path.
pub(crate) fn type_argument(ty: &Type, index: usize) -> Option<&Type> {
    let Type::Path(path) = ungrouped(ty) else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.nth(index)
}
