//! Structs and enums with `#[derive(IpcType)]`.

use quote::ToTokens;
use syn::{DataEnum, DeriveInput, Generics, Ident, Index, Member, Type};

use super::attr::{Arguments, Place, parse_doc};
use super::closure::check_as;
use super::generics::{check_growth, find_arguments, has_type_param, mentions, name_self, parameter_name};
use super::keeping::{check_bounds, check_lists, check_parameters};
use super::symbol::SKIP;
use super::ty::{Lifetimes, parse_field_type};
use crate::diag::Diagnostics;
use crate::message;
use crate::model::{
    Body, Case, CaseForm, Catches, Conversion, Data, ErrorType, Field, FieldForm, Fields, Keeping, Name,
    Slots, Variant,
};

/// Parses the item under `#[derive(IpcType)]`.
pub(crate) fn parse_data(input: DeriveInput, diag: &mut Diagnostics) -> Data {
    let arguments = Arguments::parse_ipc(&input.attrs, Place::Type, diag);
    let repr = arguments.repr.clone();
    let generic = arguments.generic.clone();
    let slots = match (&arguments.error, &arguments.errors) {
        (Some(_), Some(token)) => {
            diag.report(token, &message::ERROR_AND_ERRORS, &[]);
            Some(Slots::Each)
        }
        (None, Some(_)) => Some(Slots::Each),
        (Some(_), None) => Some(Slots::One),
        (None, None) => None,
    };
    if let (Some(token), syn::Data::Struct(_)) = (&arguments.errors, &input.data) {
        diag.report(token, &message::ERRORS_STRUCT, &[]);
    }
    let mut exceptions = Exceptions { slots, found: None };
    let container = arguments.into_container(&input.ident, &input.attrs, diag);
    let lifetimes = Lifetimes::of(&input.generics);
    if input.generics.lifetimes().count() > 1 {
        diag.report(&input.generics.params, &message::DATA_LIFETIMES, &[&input.ident]);
    }
    let item = Item { ident: &input.ident, generics: &input.generics, lifetimes };
    let body = match &input.data {
        syn::Data::Struct(data) => parse_struct(&data.fields, item, &mut exceptions, diag),
        syn::Data::Enum(data) => parse_enum(data, repr.as_ref(), item, &mut exceptions, diag),
        syn::Data::Union(data) => {
            diag.report(data.union_token, &message::DATA_UNION, &[]);
            Body::Struct(Fields::default())
        }
    };
    match (&repr, &body) {
        (Some(repr), Body::Struct(_) | Body::Newtype(_) | Body::Union(_)) => {
            diag.report(repr, &message::REPR_MISPLACED, &[]);
        }
        (Some(repr), _) if exceptions.allowed() => diag.report(repr, &message::ERROR_REPR, &[]),
        _ => {}
    }
    let parameters = input.generics.params.len() > input.generics.lifetimes().count();
    if parameters && exceptions.allowed() {
        diag.report(&input.generics.params, &message::ERROR_GENERICS, &[&input.ident]);
    } else if parameters && matches!(body, Body::Enum(_) | Body::Numbers(..)) {
        diag.report(&input.generics.params, &message::DATA_GENERICS, &[&input.ident]);
    }
    if exceptions.allowed() && lifetimes == Lifetimes::Declared {
        diag.report(&input.generics.params, &message::ERROR_BORROWED, &[&input.ident]);
    }
    if exceptions.allowed() && exceptions.found.is_none() {
        let place = match &body {
            Body::Struct(_) | Body::Newtype(_) => "a field `#[ipc(exception)] ipc: Option<IpcException>`",
            Body::Enum(_) | Body::Numbers(..) | Body::Union(_) => {
                "a variant `#[ipc(exception)] Ipc(IpcException)`"
            }
        };
        diag.report(&input.ident, &message::ERROR_WITHOUT_EXCEPTION, &[&input.ident, &place]);
    }
    let error = exceptions.slots.map(|slots| ErrorType { slots, exception: exceptions.found });
    let fields = body.fields().into_iter().filter(|field| field.conversion.is_none());
    let types: Vec<&Type> = fields.map(|field| &field.ty).collect();
    let arguments = find_arguments(&input.generics, types.iter().copied());
    let keeping = match &generic {
        Some(token) => {
            if let Body::Newtype(_) = body {
                diag.report(token, &message::GENERIC_NEWTYPE, &[&input.ident]);
            } else if arguments.is_empty() {
                diag.report(token, &message::GENERIC_UNUSED, &[&input.ident]);
            } else {
                check_parameters(&input.generics, &arguments, diag);
                types.iter().for_each(|ty| check_lists(ty, &input.generics, diag));
            }
            Keeping::Parameters
        }
        None => Keeping::Instances,
    };
    if body.fields().iter().any(|field| field.form != FieldForm::Single) {
        // What is in a group is counted where something stands for the parameters.
        check_bounds(&input.generics, |_| true, &message::GROUP_BOUND, diag);
    }
    Data { container, ident: input.ident, generics: input.generics, arguments, keeping, body, error }
}

/// The item whose fields are parsed.
#[derive(Clone, Copy)]
struct Item<'a> {
    ident: &'a Ident,
    generics: &'a Generics,
    lifetimes: Lifetimes,
}

/// Where an error holds the failure of a call.
struct Exceptions {
    /// The fields of the type among results, if it is an error.
    slots: Option<Slots>,
    found: Option<Member>,
}

impl Exceptions {
    /// Tells whether the type is an error.
    fn allowed(&self) -> bool {
        self.slots.is_some()
    }

    /// Notes a variant or a field with `#[ipc(exception)]`; tells whether it is one.
    fn take(&mut self, arguments: &Arguments, member: &Member, diag: &mut Diagnostics) -> bool {
        let Some(token) = &arguments.exception else { return false };
        if !self.allowed() {
            diag.report(token, &message::EXCEPTION_WITHOUT_ERROR, &[]);
        } else if self.found.is_some() {
            match member {
                Member::Named(ident) => diag.report(ident, &message::EXCEPTION_TWICE, &[ident]),
                Member::Unnamed(index) => diag.report(token, &message::EXCEPTION_TWICE, &[&index.index]),
            }
        } else {
            self.found = Some(member.clone());
        }
        true
    }
}

fn parse_struct(
    fields: &syn::Fields,
    item: Item<'_>,
    exceptions: &mut Exceptions,
    diag: &mut Diagnostics,
) -> Body {
    let ident = item.ident;
    let parsed = parse_fields(fields, Place::Field, item, exceptions, diag);
    match (fields, parsed) {
        (syn::Fields::Unnamed(_), Fields { mut sent, skipped }) if sent.len() == 1 && fields.len() == 1 => {
            match sent.pop() {
                Some(field) if mentions(field.ty.to_token_stream(), ident) => {
                    diag.report(&field.ty, &message::NEWTYPE_RECURSIVE, &[ident]);
                    Body::Struct(Fields::default())
                }
                Some(Field { conversion: Some(Conversion::Serde(span)), .. }) => {
                    diag.report_at(span, &message::NEWTYPE_SERDE, &[ident]);
                    Body::Struct(Fields::default())
                }
                Some(field) => {
                    check_newtype(&field, ident, diag);
                    Body::Newtype(Box::new(field))
                }
                None => Body::Struct(Fields { sent, skipped }),
            }
        }
        (_, parsed) => Body::Struct(parsed),
    }
}

/// Parses fields with names or without; those without are `field0` and so on.
fn parse_fields(
    fields: &syn::Fields,
    place: Place,
    item: Item<'_>,
    exceptions: &mut Exceptions,
    diag: &mut Diagnostics,
) -> Fields {
    let mut parsed = Fields::default();
    for (index, field) in (0..).zip(fields) {
        let mut arguments = Arguments::parse_ipc(&field.attrs, place, diag);
        let member = match &field.ident {
            Some(name) => Member::Named(name.clone()),
            None => Member::Unnamed(Index::from(index)),
        };
        if let Some(skip) = &arguments.skip {
            if !arguments.is_only(SKIP) {
                diag.report(skip, &message::SKIP_ALONE, &[]);
            }
            parsed.skipped.push(member);
            continue;
        }
        if exceptions.take(&arguments, &member, diag) {
            continue;
        }
        let name = match &field.ident {
            Some(name) => arguments.member_name(name, diag),
            None => arguments.position_name(index, &field.ty, diag),
        };
        let conversion = arguments.conversion(diag);
        // A foreign type may be any.
        let sound = (conversion.is_some() || parse_field_type(&field.ty, item.lifetimes, diag))
            && check_growth(&field.ty, item.ident, item.generics, diag);
        if sound {
            let ty = name_self(&field.ty, item.ident, item.generics);
            let form = arguments.field_form(&ty, item, diag);
            let Arguments { mut default, ordinal, mut has, interface, .. } = arguments;
            if let Some(interface) = &interface {
                check_as(interface, &mut default, &mut has, diag);
            }
            if conversion.is_none() && has_type_param(&ty, item.generics) {
                if let Some(default) = &default {
                    diag.report(default, &message::DEFAULT_GENERIC, &[]);
                }
                if let Some(presence) = has {
                    diag.report_at(presence.span, &message::HAS_GENERIC, &[]);
                }
            }
            let doc = parse_doc(&field.attrs);
            if has.is_some()
                && form == FieldForm::Single
                && let Some(default) = default.take()
            {
                diag.report(default, &message::DEFAULT_OF_OPTION, &[]);
            }
            parsed.sent.push(Field {
                member,
                name,
                doc,
                ty,
                interface,
                default,
                ordinal,
                form,
                has,
                conversion,
            });
        }
    }
    parsed
}

/// What is inside a newtype has no place of its own that could be said.
fn check_newtype(field: &Field, ident: &Ident, diag: &mut Diagnostics) {
    if let Some(interface) = &field.interface {
        diag.report(interface, &message::AS_NEWTYPE, &[ident]);
    }
    if let Some(default) = &field.default {
        diag.report(default, &message::NEWTYPE_DEFAULT, &[ident]);
    }
    let other = field.ordinal.as_ref().map(|(_, literal)| literal.span());
    let other = other.or(field.has.map(|has| has.span));
    if other.is_some() || field.form != FieldForm::Single {
        diag.report_at(other.unwrap_or(ident.span()), &message::NEWTYPE_PLACE, &[ident]);
    }
}

fn parse_enum(
    data: &DataEnum,
    repr: Option<&Ident>,
    item: Item<'_>,
    exceptions: &mut Exceptions,
    diag: &mut Diagnostics,
) -> Body {
    let mut has_fields = false;
    let mut other = None;
    let mut cases = Vec::new();
    for variant in &data.variants {
        let arguments = Arguments::parse_ipc(&variant.attrs, Place::Variant, diag);
        if exceptions.take(&arguments, &Member::Named(variant.ident.clone()), diag) {
            if !matches!(&variant.fields, syn::Fields::Unnamed(fields) if fields.unnamed.len() == 1) {
                diag.report(variant, &message::EXCEPTION_SHAPE, &[&variant.ident, &variant.ident]);
            }
            continue;
        }
        has_fields |= !matches!(variant.fields, syn::Fields::Unit);
        let name = arguments.member_name(&variant.ident, diag);
        if let (Some((_, discriminant)), None) = (&variant.discriminant, repr) {
            diag.report(discriminant, &message::DATA_DISCRIMINANT, &[&variant.ident]);
        }
        let catches = if arguments.other.is_some() { Catches::Unknown } else { Catches::Nothing };
        if let Some(flag) = &arguments.other {
            if !variant.fields.is_empty() {
                diag.report(&variant.fields, &message::OTHER_FIELDS, &[&variant.ident]);
            }
            match other {
                Some(first) => diag.report(flag, &message::OTHER_TWICE, &[first]),
                None => other = Some(&variant.ident),
            }
        }
        let mut fields = parse_fields(&variant.fields, Place::VariantField, item, exceptions, diag);
        let Arguments { ordinal, .. } = arguments;
        if let (Some((_, literal)), Some(first)) = (&ordinal, fields.sent.first_mut()) {
            if first.ordinal.is_some() {
                diag.report(literal, &message::ORDINAL_OF_FIRST, &[]);
            }
            first.ordinal.clone_from(&ordinal);
        }
        let form = match &variant.fields {
            _ if fields.sent.iter().any(|field| field.form != FieldForm::Single) => CaseForm::Group,
            syn::Fields::Unnamed(_) | syn::Fields::Unit if fields.sent.len() <= 1 => CaseForm::Value,
            _ if fields.sent.is_empty() => CaseForm::Value,
            _ => CaseForm::Group,
        };
        let (ident, doc) = (variant.ident.clone(), parse_doc(&variant.attrs));
        cases.push(Case { ident, name, doc, form, fields, catches, ordinal });
    }
    if cases.is_empty() && (data.variants.is_empty() || exceptions.found.is_some()) {
        diag.report(item.ident, &message::DATA_NO_VARIANTS, &[item.ident]);
    }
    if exceptions.slots == Some(Slots::Each) {
        data.variants.iter().for_each(|variant| check_slot(variant, &cases, diag));
        return Body::Union(cases);
    }
    if has_fields && cases.len() == 1 {
        diag.report(item.ident, &message::UNION_ONE_VARIANT, &[item.ident]);
    }
    if has_fields {
        return Body::Union(cases);
    }
    let variants: Vec<Variant> = cases.into_iter().map(Variant::from).collect();
    match repr {
        Some(repr) => {
            for (_, literal) in variants.iter().filter_map(|variant| variant.ordinal.as_ref()) {
                diag.report(literal, &message::ORDINAL_OF_NUMBER, &[]);
            }
            Body::Numbers(repr.clone(), variants)
        }
        None => Body::Enum(variants),
    }
}

/// Checks a variant that is a field among results.
fn check_slot(variant: &syn::Variant, cases: &[Case], diag: &mut Diagnostics) {
    let ident = &variant.ident;
    // The place for the failure of a call is none.
    let Some(case) = cases.iter().find(|case| case.ident == *ident) else { return };
    match (&variant.fields, case.fields.sent.as_slice()) {
        (syn::Fields::Unnamed(fields), [field]) if fields.unnamed.len() == 1 => {
            if let Some(default) = &field.default {
                diag.report(default, &message::NEWTYPE_DEFAULT, &[ident]);
            }
            if is_option(&field.ty) {
                diag.report(&field.ty, &message::SLOT_OPTION, &[ident]);
            }
        }
        // What is wrong with the type has been said.
        (syn::Fields::Unnamed(fields), []) if fields.unnamed.len() == 1 && case.fields.skipped.is_empty() => {
        }
        _ => diag.report(variant, &message::SLOT_SHAPE, &[ident, ident]),
    }
}

fn is_option(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}

impl From<Case> for Variant {
    fn from(Case { ident, name, doc, catches, ordinal, .. }: Case) -> Self {
        Self { ident, name, doc, catches, ordinal }
    }
}

impl Arguments {
    /// What a field is in the schema.
    fn field_form(&self, ty: &Type, item: Item<'_>, diag: &mut Diagnostics) -> FieldForm {
        let (form, token) = match (&self.group, &self.union) {
            (None, None) => return FieldForm::Single,
            (Some(_), Some(union)) => {
                diag.report(union, &message::GROUP_AND_UNION, &[]);
                return FieldForm::Group;
            }
            (Some(group), None) => (FieldForm::Group, group),
            (None, Some(union)) if self.name.is_some() => (FieldForm::NamedUnion, union),
            (None, Some(union)) => (FieldForm::Union, union),
        };
        if self.default.is_some() || self.has.is_some() {
            diag.report(token, &message::GROUP_OF_FIELDS, &[token]);
        }
        if let Some(param) = parameter_name(ty).filter(|_| has_type_param(ty, item.generics)) {
            diag.report(ty, &message::GROUP_PARAMETER, &[param, token]);
            return FieldForm::Single;
        }
        if mentions(ty.to_token_stream(), item.ident) {
            diag.report(ty, &message::GROUP_RECURSIVE, &[item.ident, token]);
            return FieldForm::Single;
        }
        form
    }

    /// The name of a field without one: the given one, else one that says its position.
    fn position_name(&self, index: usize, ty: &Type, diag: &mut Diagnostics) -> Name {
        let mut ident = Ident::new(&format!("field{index}"), proc_macro2::Span::call_site());
        ident.set_span(
            ty.to_token_stream().into_iter().next().map_or_else(|| ident.span(), |token| token.span()),
        );
        self.member_name(&ident, diag)
    }
}
