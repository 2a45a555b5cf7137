//! Methods of an interface.

use syn::ext::IdentExt;
use syn::{FnArg, Ident, Pat, PatType, Receiver, Signature, TraitItemFn, Type};

use super::attr::{Arguments, Place, ResultName, default_name, find_cfg, parse_doc, refuse_ipc, strip_ipc};
use super::closure::check_as;
use super::symbol::LOCAL;
use super::ty::{
    Lifetimes, Loans, Tuples, parse_foreign_type, parse_param_type, parse_return_type, type_argument,
    ungrouped,
};
use crate::diag::Diagnostics;
use crate::message;
use crate::model::{
    Answer, Cancellation, ContextField, Form, Method, Name, Ordinal, Param, Passing, Results,
};

/// What a function in an interface is.
pub(crate) enum Member {
    Method(Box<Method>),
    /// `#[ipc(local)]`.
    Local(Ident),
    /// Something with a mistake, which has been reported.
    Wrong,
}

/// Parses a method, and removes our attributes from it.
pub(crate) fn parse_method(item: &mut TraitItemFn, interface: &Ident, diag: &mut Diagnostics) -> Member {
    let arguments = Arguments::parse_ipc(&item.attrs, Place::Method, diag);
    strip_ipc(&mut item.attrs);
    if let Some(local) = &arguments.local {
        check_local(item, local, &arguments, diag);
        return Member::Local(item.sig.ident.clone());
    }
    match parse_remote(item, arguments, interface, diag) {
        Some(method) => Member::Method(Box::new(method)),
        None => Member::Wrong,
    }
}

/// A method that is kept off the wire may be anything that has a body.
fn check_local(item: &TraitItemFn, local: &Ident, arguments: &Arguments, diag: &mut Diagnostics) {
    let ident = &item.sig.ident;
    if item.default.is_none() {
        diag.report(ident, &message::LOCAL_WITHOUT_BODY, &[ident]);
    }
    if !arguments.is_only(LOCAL) {
        diag.report(local, &message::LOCAL_ALONE, &[]);
    }
}

fn parse_remote(
    item: &mut TraitItemFn,
    mut arguments: Arguments,
    interface: &Ident,
    diag: &mut Diagnostics,
) -> Option<Method> {
    let ident = item.sig.ident.clone();
    let name = arguments.member_name(&ident, diag);
    let mut sound = check_shape(item, diag);
    // rustc would say it again.
    item.sig.constness = None;
    let loans = match (&arguments.oneway, &item.sig.asyncness) {
        (Some(_), _) => Loans::RefusedByOneway,
        (None, Some(_)) => Loans::RefusedByAsync,
        (None, None) => Loans::Allowed,
    };
    let (receiver, params) = parse_inputs(&mut item.sig, interface, loans, diag);
    sound &= receiver;
    let (returns, results) = match &arguments.results {
        None => (
            parse_return_type(&ident, &mut item.sig.output, interface, Tuples::Refused, diag),
            Some((Results::Whole(Name { text: "result".to_owned(), span: ident.span() }), vec![None])),
        ),
        Some(names) => {
            let returns = parse_return_type(&ident, &mut item.sig.output, interface, Tuples::Named, diag);
            let results = returns.as_ref().and_then(|returns| parse_results(names, returns, diag));
            (returns, results)
        }
    };
    let form = if item.sig.asyncness.is_some() { Form::Async } else { Form::Blocking };
    let cancellation = match &arguments.cancellable {
        Some(token) if form == Form::Blocking => {
            diag.report(token, &message::CANCELLABLE_BLOCKING, &[&ident]);
            sound = false;
            Cancellation::Allowed
        }
        Some(_) => Cancellation::Allowed,
        None => Cancellation::Ignored,
    };
    let answer = match &arguments.oneway {
        Some(token) => {
            sound &= check_oneway(token, &arguments, returns.as_ref(), &ident, diag);
            Answer::Ignored
        }
        None => Answer::Awaited,
    };
    let conversion = arguments.conversion(diag);
    if conversion.is_some() {
        if let Some((Results::Parts(_), _)) = &results {
            diag.report(&ident, &message::WITH_RESULTS, &[&ident]);
            sound = false;
        } else if let Some((_, presences)) = &results
            && presences.iter().any(Option::is_some)
        {
            diag.report(&ident, &message::WITH_ALONE, &[&"has"]);
            sound = false;
        }
    }
    match (&arguments.interface, &results) {
        (Some(interface), Some((Results::Parts(_), _))) => {
            diag.report(interface, &message::AS_PARTS, &[]);
            sound = false;
        }
        (Some(interface), Some((_, presences))) if presences.iter().any(Option::is_some) => {
            diag.report(interface, &message::AS_HAS, &[]);
            sound = false;
        }
        _ => {}
    }
    let (Some(params), Some(returns), Some((results, presences)), true) = (params, returns, results, sound)
    else {
        return None;
    };
    let doc = document_params(&mut item.attrs, &params);
    let mut sig = item.sig.clone();
    sig.asyncness = None;
    Some(Method {
        name,
        doc,
        ordinal: match arguments.ordinal {
            Some((ordinal, literal)) => Ordinal::Pinned(ordinal, literal),
            None => Ordinal::Next(0),
        },
        context: if arguments.no_context.is_some() { ContextField::Absent } else { ContextField::Present },
        form,
        cancellation,
        answer,
        sig,
        params,
        returns,
        results,
        conversion,
        interface: arguments.interface,
        presences,
        ident,
    })
}

/// Adds what is said of the parameters to what is said of the method, in Rust and in the schema, which has no other place
/// for it; returns the latter.
fn document_params(attributes: &mut Vec<syn::Attribute>, params: &[Param]) -> String {
    let mut schema = parse_doc(attributes);
    for Param { ident, name, doc, .. } in params.iter().filter(|param| !param.doc.is_empty()) {
        let rust = format!("\n`{}`: {doc}", ident.unraw());
        attributes.extend(rust.lines().map(|line| -> syn::Attribute { syn::parse_quote!(#[doc = #line]) }));
        schema.push_str(if schema.is_empty() { "" } else { "\n\n" });
        schema.push_str(&format!("`{}`: {doc}", name.text));
    }
    schema
}

fn check_oneway(
    token: &Ident,
    arguments: &Arguments,
    returns: Option<&Type>,
    method: &Ident,
    diag: &mut Diagnostics,
) -> bool {
    let value = returns.and_then(|returns| type_argument(returns, 0)).map(ungrouped);
    // Of an alias with another meaning of its argument, rustc says it.
    let unit = value.is_none_or(|ty| matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty()));
    if !unit {
        diag.report(value, &message::ONEWAY_RESULT, &[method]);
    }
    if arguments.cancellable.is_some() {
        diag.report(token, &message::ONEWAY_CANCELLABLE, &[]);
    }
    unit && arguments.cancellable.is_none()
}

/// Gives the parts of a returned tuple, or the whole, their names, and their presence fields the places.
fn parse_results(
    entries: &[ResultName],
    returns: &Type,
    diag: &mut Diagnostics,
) -> Option<(Results, Vec<Option<usize>>)> {
    let names: Vec<&Ident> = entries
        .iter()
        .filter_map(|entry| match entry {
            ResultName::Value(name) => Some(name),
            ResultName::Presence(_) => None,
        })
        .collect();
    let mut presences = vec![None; names.len()];
    let mut before = 0;
    for entry in entries {
        let of = match entry {
            ResultName::Value(_) => {
                before += 1;
                continue;
            }
            ResultName::Presence(of) => of,
        };
        let index = names.iter().position(|name| *name == of);
        match index.and_then(|index| presences.get_mut(index)) {
            None => diag.report(of, &message::RESULTS_HAS_UNKNOWN, &[of]),
            Some(Some(_)) => diag.report(of, &message::RESULTS_HAS_TWICE, &[of]),
            Some(presence) => *presence = Some(before),
        }
    }
    parse_result_names(&names, returns, diag).map(|results| (results, presences))
}

fn parse_result_names(names: &[&Ident], returns: &Type, diag: &mut Diagnostics) -> Option<Results> {
    let parts: Vec<&Type> = match type_argument(returns, 0).map(ungrouped) {
        Some(Type::Tuple(tuple)) => tuple.elems.iter().collect(),
        Some(whole) => vec![whole],
        None => vec![returns],
    };
    let first = names.first()?;
    if names.len() != parts.len() {
        diag.report(returns, &message::RESULTS_COUNT, &[&names.len(), &parts.len()]);
        return None;
    }
    let mut names = names.iter().map(|name| default_name(name, diag));
    Some(match type_argument(returns, 0).map(ungrouped) {
        Some(Type::Tuple(_)) => Results::Parts(names.zip(parts.into_iter().cloned()).collect()),
        _ => Results::Whole(names.next().unwrap_or(Name { text: first.to_string(), span: first.span() })),
    })
}

/// Checks everything but the parameters and the result.
fn check_shape(item: &mut TraitItemFn, diag: &mut Diagnostics) -> bool {
    let Signature { ident, generics, .. } = &item.sig;
    let mut sound = true;
    let mut report = |tokens: &dyn quote::ToTokens, message| {
        sound = false;
        diag.report(tokens, message, &[ident]);
    };
    if let Some(token) = &item.sig.unsafety {
        report(token, &message::METHOD_UNSAFE);
    }
    if let Some(abi) = &item.sig.abi {
        report(abi, &message::METHOD_EXTERN);
    }
    if let Some(token) = &item.sig.constness {
        report(token, &message::METHOD_CONST);
    }
    if generics.type_params().next().is_some() || generics.const_params().next().is_some() {
        report(&generics.params, &message::METHOD_GENERICS);
    } else if generics.lifetimes().next().is_some() {
        report(&generics.params, &message::METHOD_LIFETIMES);
    }
    if let Some(clause) = &generics.where_clause {
        report(clause, &message::METHOD_WHERE);
    }
    if let Some(cfg) = find_cfg(&item.attrs) {
        report(cfg, &message::METHOD_CFG);
    }
    if let Some(variadic) = &item.sig.variadic {
        report(variadic, &message::METHOD_VARIADIC);
        // rustc would say it again.
        item.sig.variadic = None;
    }
    sound
}

/// Parses receiver and parameters: whether the receiver is right, and the parameters if all are.
fn parse_inputs(
    sig: &mut Signature,
    interface: &Ident,
    loans: Loans,
    diag: &mut Diagnostics,
) -> (bool, Option<Vec<Param>>) {
    let method = sig.ident.clone();
    let lifetimes = Lifetimes::of(&sig.generics);
    let mut receiver = false;
    let mut params = Some(Vec::new());
    if sig.receiver().is_none() {
        diag.report(&method, &message::SELF_MISSING, &[&method]);
    }
    for input in &mut sig.inputs {
        match input {
            FnArg::Receiver(found) => {
                refuse_ipc(&mut found.attrs, &message::IPC_ON_IGNORED, diag);
                receiver = check_receiver(found, &method, lifetimes, diag);
            }
            FnArg::Typed(typed) => match (parse_param(typed, interface, lifetimes, loans, diag), &mut params)
            {
                (Some(param), Some(params)) => params.push(param),
                _ => params = None,
            },
        }
    }
    (receiver, params)
}

fn check_receiver(receiver: &Receiver, method: &Ident, lifetimes: Lifetimes, diag: &mut Diagnostics) -> bool {
    if receiver.colon_token.is_some() {
        let plain = matches!(ungrouped(&receiver.ty), Type::Reference(reference)
            if reference.mutability.is_none()
            && matches!(ungrouped(&reference.elem), Type::Path(path) if path.path.is_ident("Self")));
        if !plain {
            diag.report(receiver, &message::SELF_TYPED, &[method]);
        }
        return plain;
    }
    match (&receiver.reference, &receiver.mutability) {
        (None, _) => diag.report(receiver, &message::SELF_BY_VALUE, &[method]),
        (Some(_), Some(_)) => diag.report(receiver, &message::SELF_BY_MUT, &[method]),
        (Some((_, Some(lifetime))), None) => match lifetimes {
            Lifetimes::Declared => {}
            Lifetimes::Undeclared => diag.report(lifetime, &message::TYPE_LIFETIME, &[lifetime]),
        },
        (Some((_, None)), None) => return true,
    }
    false
}

fn parse_param(
    typed: &mut PatType,
    interface: &Ident,
    lifetimes: Lifetimes,
    loans: Loans,
    diag: &mut Diagnostics,
) -> Option<Param> {
    let mut arguments = Arguments::parse_ipc(&typed.attrs, Place::Param, diag);
    strip_ipc(&mut typed.attrs);
    if let Some(cfg) = find_cfg(&typed.attrs) {
        diag.report(cfg, &message::PARAM_CFG, &[]);
    }
    let doc = parse_doc(&typed.attrs);
    // rustc refuses it here; it goes to the method, see `document_params`.
    typed.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
    let conversion = arguments.conversion(diag);
    let passing: Option<Passing> = match &conversion {
        Some(_) => Some(parse_foreign_type(&typed.ty)),
        None => parse_param_type(&mut typed.ty, interface, lifetimes, loans, diag),
    };
    let ident = match &*typed.pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none() => {
            pat.ident.clone()
        }
        pattern => {
            diag.report(pattern, &message::PARAM_PATTERN, &[]);
            // rustc would say it again.
            *typed.pat = syn::parse_quote!(_);
            return None;
        }
    };
    let name = arguments.member_name(&ident, diag);
    let Arguments { mut default, mut has, want, interface, .. } = arguments;
    if let (Some(Passing::Loan(..)), true) = (&passing, default.is_some() || has.is_some()) {
        diag.report(&typed.ty, &message::LOAN_ALONE, &[]);
        (default, has) = (None, None);
    }
    if let Some(interface) = &interface {
        check_as(interface, &mut default, &mut has, diag);
    }
    if has.is_some()
        && let Some(default) = default.take()
    {
        diag.report(default, &message::DEFAULT_OF_OPTION, &[]);
    }
    let passing = passing?;
    if let (Some(interface), Passing::Lent(_) | Passing::LentOption(_) | Passing::Loan(..)) =
        (&interface, &passing)
    {
        diag.report(interface, &message::AS_LENT, &[&ident]);
        return None;
    }
    let ty = (*typed.ty).clone();
    Some(Param { ident, name, doc, ty, passing, interface, default, has, want, conversion })
}
