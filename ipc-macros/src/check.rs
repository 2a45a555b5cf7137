//! The model against itself: ordinals and names.

use std::collections::BTreeMap;

use proc_macro2::Span;
use syn::{Ident, Type};

use crate::diag::Diagnostics;
use crate::message::{self, Message};
use crate::model::{
    Body, ContextField, Data, FieldForm, Fields, Interface, Lifecycle, Method, Name, Ordinal, Param, Results,
    Variant,
};
use crate::parse::ty::ungrouped;

/// Checks an interface, and gives every method its ordinal.
///
/// `complete` says whether all declared methods are in the model: after other mistakes gaps mean nothing.
pub(crate) fn check_interface(interface: &mut Interface, diag: &mut Diagnostics) {
    let declared = interface.item.items.len() - interface.locals.len();
    let complete = declared == interface.methods.len();
    assign_ordinals(&interface.lifecycle, &mut interface.methods);
    if complete {
        check_ordinals(&interface.lifecycle, &interface.methods, diag);
    }
    let construct = match &interface.lifecycle {
        Lifecycle::Construct(construct) => Some(&construct.name),
        _ => None,
    };
    if let Some(name) = construct.filter(|name| name.text == "destroy") {
        diag.report_at(name.span, &message::ROOT_NAMED_DESTROY, &[]);
    }
    check_unique(
        "methods",
        construct.into_iter().chain(interface.methods.iter().map(|method| &method.name)),
        diag,
    );
    for method in &interface.methods {
        check_method(method, diag);
    }
    check_twin(interface, diag);
}

/// A twin has the other form of every method, so there must be one form.
fn check_twin(interface: &Interface, diag: &mut Diagnostics) {
    let Some(twin) = &interface.twin else { return };
    if *twin == interface.item.ident {
        diag.report(twin, &message::TWIN_NAME, &[twin]);
    }
    if let Some(first) = interface.methods.first()
        && let Some(other) = interface.methods.iter().find(|method| method.form != first.form)
    {
        diag.report(&other.ident, &message::TWIN_MIXED, &[&interface.item.ident]);
    }
    let lends = |method: &&Method| method.params.iter().any(Param::is_lent);
    for method in interface.methods.iter().filter(lends) {
        diag.report(&method.ident, &message::LOAN_TWIN, &[&method.ident, &interface.item.ident]);
    }
}

/// Checks a struct or an enum, and brings the variants of a field-less one into the order of their ordinals.
pub(crate) fn check_data(data: &mut Data, diag: &mut Diagnostics) {
    match &mut data.body {
        Body::Struct(fields) => {
            if check_count(&data.ident, "fields", fields.sent.len(), diag) {
                check_fields(fields, diag);
            }
        }
        // Nothing of them is in the schema but their type.
        Body::Newtype(_) | Body::Numbers(..) => {}
        Body::Union(cases) => {
            let fields = cases.iter().map(|case| case.fields.sent.len().max(1)).sum();
            if !check_count(&data.ident, "fields", fields, diag) {
                return;
            }
            check_unique("variants", cases.iter().map(|case| &case.name), diag);
            cases.iter().for_each(|case| check_fields(&case.fields, diag));
        }
        Body::Enum(variants) => {
            if check_count(&data.ident, "variants", variants.len(), diag) {
                check_unique("variants", variants.iter().map(|variant| &variant.name), diag);
                sort_variants(variants, diag);
            }
        }
    }
}

fn sort_variants(variants: &mut [Variant], diag: &mut Diagnostics) {
    let mut next = 0;
    let mut taken: BTreeMap<u16, (String, Span)> = BTreeMap::new();
    let mut ordinals = BTreeMap::new();
    for variant in variants.iter() {
        let (ordinal, span) = match &variant.ordinal {
            Some((ordinal, literal)) => (*ordinal, literal.span()),
            None => (next, variant.ident.span()),
        };
        next = ordinal.saturating_add(1);
        if let Some((other, _)) = taken.get(&ordinal) {
            diag.report_at(span, &message::VARIANT_ORDINAL_TAKEN, &[&ordinal, other]);
        }
        taken.insert(ordinal, (variant.name.text.clone(), span));
        ordinals.insert(variant.ident.clone(), ordinal);
    }
    let missing = (0..).zip(&taken).find(|(expected, (ordinal, _))| expected != *ordinal);
    if let (Some((expected, (ordinal, (_, span)))), true) = (missing, taken.len() == variants.len()) {
        diag.report_at(*span, &message::VARIANT_ORDINAL_GAP, &[ordinal, &expected]);
    }
    variants.sort_by_key(|variant| ordinals.get(&variant.ident).copied());
}

/// Ordinals have 16 bits. How many of them the fields take that are an `Option` is only known to the compiler, which says
/// what does not fit into a struct.
fn check_count(ident: &Ident, what: &str, count: usize, diag: &mut Diagnostics) -> bool {
    let fits = count <= usize::from(u16::MAX);
    if !fits {
        diag.report(ident, &message::TOO_MANY, &[ident, &count, &what]);
    }
    fits
}

fn check_fields(fields: &Fields, diag: &mut Diagnostics) {
    let unions = fields.sent.iter().filter(|field| field.form == FieldForm::Union);
    for second in unions.skip(1) {
        diag.report_at(second.name.span, &message::UNION_TWICE, &[]);
    }
    // The name of the unnamed union is nowhere.
    let named = fields.sent.iter().filter(|field| field.form != FieldForm::Union);
    let names: Vec<&Name> = named.map(|field| &field.name).collect();
    check_unique("fields", names.iter().copied(), diag);
    check_companions("has", names.iter().copied(), &names, &message::NAME_HAS, diag);
}

/// Methods without a pinned ordinal stand around the one that the schema adds, wherever that is.
fn assign_ordinals(lifecycle: &Lifecycle, methods: &mut [Method]) {
    let added = lifecycle_method(lifecycle).map(|(ordinal, _)| ordinal);
    let mut next = 0_u16;
    for method in methods {
        match &mut method.ordinal {
            Ordinal::Pinned(ordinal, _) => next = *ordinal,
            Ordinal::Next(ordinal) => {
                next = next.saturating_add(u16::from(added == Some(next)));
                *ordinal = next;
            }
        }
        next = next.saturating_add(1);
    }
}

fn check_ordinals(lifecycle: &Lifecycle, methods: &[Method], diag: &mut Diagnostics) {
    let mut taken: BTreeMap<u16, String> = BTreeMap::new();
    let added = lifecycle_method(lifecycle);
    if let Some((ordinal, name)) = added {
        taken.insert(ordinal, name.to_owned());
    }
    let total = methods.len() + taken.len();
    let all = || methods.iter().map(|method| method.ordinal.value()).chain(added.map(|(ordinal, _)| ordinal));
    let free = || (0..).find(|ordinal| !all().any(|other| other == *ordinal)).unwrap_or_default();
    let mut duplicate = false;
    for method in methods {
        let ordinal = method.ordinal.value();
        if let Some(other) = taken.get(&ordinal) {
            diag.report_at(place(method), &message::ORDINAL_TAKEN, &[&ordinal, other, &free()]);
            duplicate = true;
        } else {
            taken.insert(ordinal, method.name.text.clone());
        }
    }
    let missing = (0..).zip(taken.keys()).find(|(expected, ordinal)| expected != *ordinal);
    if let (Some((expected, ordinal)), false) = (missing, duplicate) {
        let guilty = methods.iter().find(|method| method.ordinal.value() == *ordinal);
        debug_assert!(total == taken.len());
        let guilty = match (guilty, lifecycle) {
            (Some(method), _) => Some(place(method)),
            (None, Lifecycle::Construct(construct)) => Some(construct.span),
            (None, _) => None,
        };
        if let Some(place) = guilty {
            diag.report_at(place, &message::ORDINAL_GAP, &[ordinal, &expected, &expected]);
        }
    }
}

fn place(method: &Method) -> Span {
    match &method.ordinal {
        Ordinal::Pinned(_, literal) => literal.span(),
        Ordinal::Next(_) => method.ident.span(),
    }
}

/// The ordinal and the name of the method that the schema adds.
fn lifecycle_method(lifecycle: &Lifecycle) -> Option<(u16, &str)> {
    match lifecycle {
        Lifecycle::Destroy => Some((0, "destroy")),
        Lifecycle::Construct(construct) => Some((construct.ordinal, &construct.name.text)),
        Lifecycle::Bare => None,
    }
}

fn check_method(method: &Method, diag: &mut Diagnostics) {
    if matches!(method.name.text.as_str(), "destroy" | "construct") {
        diag.report_at(method.name.span, &message::METHOD_RESERVED, &[&method.name.text]);
    }
    let names: Vec<&Name> = method.params.iter().map(|param| &param.name).collect();
    check_unique("parameters", names.iter().copied(), diag);
    let results: Vec<&Name> = match &method.results {
        Results::Whole(name) => vec![name],
        Results::Parts(parts) => parts.iter().map(|(name, _)| name).collect(),
    };
    check_unique("results", results.iter().copied(), diag);
    for name in &results {
        match name.text.as_str() {
            "error" => diag.report_at(name.span, &message::NAME_ERROR, &[]),
            "context" if method.context == ContextField::Present => {
                diag.report_at(name.span, &message::NAME_CONTEXT, &[]);
            }
            _ => {}
        }
    }
    for name in &names {
        match name.text.as_str() {
            "result" => diag.report_at(name.span, &message::NAME_RESULT, &[]),
            "context" if method.context == ContextField::Present => {
                diag.report_at(name.span, &message::NAME_CONTEXT, &[]);
            }
            _ => {}
        }
    }
    for param in &method.params {
        if let Some(token) = &param.want {
            check_want(param, token, &results, &names, diag);
        }
    }
    // A name in both is one argument, which the method changes.
    let others = method.params.iter().filter(|param| param.want.is_none()).map(|param| &param.name);
    let names: Vec<&Name> = names.iter().copied().chain(results).collect();
    check_companions("has", names.iter().copied(), &names, &message::NAME_HAS, diag);
    check_companions("want", others, &names, &message::NAME_WANT, diag);
}

/// A parameter that asks for a result is a `bool` and named after it.
fn check_want(param: &Param, token: &Ident, results: &[&Name], params: &[&Name], diag: &mut Diagnostics) {
    let base = base_of(&param.name, "want");
    let of = |names: &[&Name]| base.as_ref().is_some_and(|base| names.iter().any(|name| name.text == *base));
    // `result` is what the method returns, whoever asks.
    if !of(results) || of(params) || base.as_deref() == Some("result") {
        diag.report(token, &message::WANT_UNKNOWN, &[&param.name.text]);
    } else if !matches!(ungrouped(&param.ty), Type::Path(path) if path.path.is_ident("bool")) {
        diag.report(&param.ty, &message::WANT_TYPE, &[&param.name.text]);
    }
}

/// Reports names that occur twice; `destroy` and `construct` are reported elsewhere.
fn check_unique<'a>(what: &str, names: impl Iterator<Item = &'a Name>, diag: &mut Diagnostics) {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if seen.contains(&name.text.as_str()) {
            diag.report_at(name.span, &message::NAME_TWICE, &[&name.text, &what]);
        }
        seen.push(&name.text);
    }
}

/// Reports `hasX` and `wantX` beside `x`: to libmultiprocess they say whether that is there, and whether it is asked for.
fn check_companions<'a>(
    prefix: &str,
    names: impl Iterator<Item = &'a Name>,
    all: &[&Name],
    message: &'static Message,
    diag: &mut Diagnostics,
) {
    for name in names {
        if let Some(base) = base_of(name, prefix)
            && all.iter().any(|other| other.text == base)
        {
            diag.report_at(name.span, message, &[&name.text, &base]);
        }
    }
}

/// Returns `x` of `hasX`.
fn base_of(name: &Name, prefix: &str) -> Option<String> {
    let mut chars = name.text.strip_prefix(prefix)?.chars();
    let first = chars.next().filter(char::is_ascii_uppercase)?;
    Some([first.to_ascii_lowercase()].into_iter().chain(chars).collect())
}
