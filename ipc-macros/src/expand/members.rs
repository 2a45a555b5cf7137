//! The members of a derived type as the schema has them, their layout, and how each is written and read.
//!
//! A struct of nothing but fields has its places by index. Where there are groups or unions the compiler counts what
//! comes before a field: the macro does not know how many there are in one.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Type;

use super::data::without_lifetime;
use super::wire::Wire;
use super::{expand_default, expand_default_argument, expand_field, names};
use crate::model::{Case, CaseForm, Data, Field, FieldForm, Fields};

/// Whether all that a type consists of are fields, whose number the macro knows.
pub(crate) fn is_plain(fields: &Fields) -> bool {
    fields.sent.iter().all(|field| field.form == FieldForm::Single)
}

/// The fields of a struct and their places.
pub(crate) fn expand_layout(data: &Data, fields: &Fields) -> TokenStream {
    let ipc = names::runtime();
    let sent = &fields.sent;
    if !is_plain(fields) {
        let members = expand_members(data, sent);
        let checks = sent
            .iter()
            .zip(0_usize..)
            .map(|(field, index)| expand_checks(field, &mixed!(#ipc::in_struct(#index))));
        let checks: TokenStream = checks.collect();
        return expand_composite(&mixed!(#(#members),*), &checks, None);
    }
    let (fields, layout) = (names::fields(), names::layout());
    let count = sent.len();
    let list = sent.iter().map(|field| expand_pin(field, expand_leaf(data, field, &field.name.text)));
    let list = list.collect::<Vec<_>>();
    let pinned = sent
        .iter()
        .any(|field| field.ordinal.is_some() || field.has.is_some_and(|presence| presence.ordinal.is_some()));
    let (rule, checks) = if pinned {
        let checks = sent
            .iter()
            .zip(0_usize..)
            .map(|(field, index)| expand_checks(field, &mixed!(#ipc::in_struct(#index))));
        let checks: TokenStream = checks.collect();
        let members = names::members();
        let checks = mixed! {
            const _: () = {
                const #members: &[#ipc::Member] = &#ipc::members_of(&#fields);
                #checks
            };
        };
        (mixed!(pinned_layout), checks)
    } else {
        (mixed!(layout_of), TokenStream::new())
    };
    mixed! {
        const #fields: [#ipc::Field; #count] = [#(#list),*];
        #checks
        const #layout: #ipc::Layout<#count> = #ipc::#rule(&#fields);
    }
}

/// The cases of an enum with fields, and the places of what is in them.
pub(crate) fn expand_union_layout(data: &Data, cases: &[Case]) -> TokenStream {
    let ipc = names::runtime();
    let mut checks = TokenStream::new();
    let mut list = Vec::new();
    let mut count = 0;
    for (number, case) in (0_usize..).zip(cases) {
        let (name, doc) = (&case.name.text, &case.doc);
        let mut members = expand_case(data, case);
        checks.extend(
            case.fields
                .sent
                .iter()
                .zip(0_usize..)
                .map(|(field, index)| expand_checks(field, &mixed!(#ipc::in_case(#number, #index)))),
        );
        if case.fields.sent.is_empty() {
            let void = expand_field("value", "", &Wire::of(&syn::parse_quote!(())));
            let pin = case.ordinal.as_ref().map(|(ordinal, _)| mixed!(.pinned(#ordinal)));
            members.push(mixed!(#ipc::Member::Field(#void)#pin));
            if let Some((_, literal)) = &case.ordinal {
                checks.extend(expand_check(literal.span(), &mixed!(#ipc::in_case(#number, 0)), "Own"));
            }
        }
        count += members.len();
        let form = match case.form {
            CaseForm::Value => mixed!(Value),
            CaseForm::Group => mixed!(Group),
        };
        list.push(mixed! {
            #ipc::Case { name: #name, doc: #doc, members: &[#(#members),*], form: #ipc::CaseForm::#form }
        });
    }
    let members = mixed! {
        #ipc::Member::Union(#ipc::UnionDescriptor { ordinal: #ipc::NEXT, cases: &[#(#list),*] })
    };
    let count = cases.iter().all(|case| is_plain(&case.fields)).then_some(count);
    expand_composite(&members, &checks, count)
}

/// The members of a variant.
fn expand_case(data: &Data, case: &Case) -> Vec<TokenStream> {
    match (case.form, case.fields.sent.as_slice()) {
        // It goes by the name of the case, unless an `Option` makes it two.
        (CaseForm::Value, [field]) if field.form == FieldForm::Single => {
            let ipc = names::runtime();
            let leaf = expand_pin(field, expand_leaf(data, field, "value"));
            vec![mixed!(#ipc::Member::Field(#leaf))]
        }
        (_, fields) => expand_members(data, fields),
    }
}

/// The constants of a struct with groups or unions; `fields` is the number of its fields where the macro knows it, and
/// then there is one union.
fn expand_composite(list: &TokenStream, checks: &TokenStream, fields: Option<usize>) -> TokenStream {
    let ipc = names::runtime();
    let (members, layout) = (names::members(), names::layout());
    let sizes = match fields {
        Some(fields) => mixed!(#fields, 1),
        None => mixed!({ #ipc::Count::of(#members).fields }, { #ipc::Count::of(#members).unions }),
    };
    let checks = (!checks.is_empty()).then(|| mixed!(const _: () = { #checks };));
    mixed! {
        const #members: &[#ipc::Member] = &[#list];
        #checks
        const #layout: #ipc::CompositeLayout<#sizes> =
            #ipc::composite_layout::<#sizes, { #ipc::scratch(#members) }>(#members);
    }
}

fn expand_members(data: &Data, fields: &[Field]) -> Vec<TokenStream> {
    let ipc = names::runtime();
    let members = fields.iter().map(|field| {
        let (name, doc) = (&field.name.text, &field.doc);
        let inner = wire_of(field, &without_lifetime(data, &field.ty));
        let pin = field.ordinal.as_ref().map(|(ordinal, _)| mixed!(.pinned(#ordinal)));
        match field.form {
            FieldForm::Single => {
                let leaf = expand_pin(field, expand_leaf(data, field, name));
                mixed!(#ipc::Member::Field(#leaf))
            }
            FieldForm::Union => {
                let members = inner.item("MEMBERS");
                mixed!(#ipc::unnamed_union(#members)#pin)
            }
            FieldForm::Group | FieldForm::NamedUnion => {
                let members = inner.item("MEMBERS");
                mixed!(#ipc::group(#name, #doc, #members)#pin)
            }
        }
    });
    members.collect()
}

/// A field with its default.
fn expand_leaf(data: &Data, field: &Field, name: &str) -> TokenStream {
    let wire = wire_of(field, &without_lifetime(data, &field.ty));
    let leaf = expand_field(name, &field.doc, &wire);
    match &field.default {
        Some(default) => expand_default(&leaf, &wire, default),
        None => leaf,
    }
}

/// A field with the ordinals that are pinned.
fn expand_pin(field: &Field, mut leaf: TokenStream) -> TokenStream {
    let ipc = names::runtime();
    if let Some((ordinal, _)) = &field.ordinal {
        leaf = mixed!(#ipc::pinned(#leaf, #ordinal));
    }
    if let Some(ordinal) = field.has.and_then(|presence| presence.ordinal) {
        leaf = mixed!(#ipc::with_presence(#leaf, #ordinal));
    }
    leaf
}

/// The checks of the ordinals that are pinned, each where it is said.
fn expand_checks(field: &Field, index: &TokenStream) -> TokenStream {
    let own = field.ordinal.as_ref().map(|(_, literal)| expand_check(literal.span(), index, "Own"));
    let presence = field.has.filter(|presence| presence.ordinal.is_some());
    let presence = presence.map(|presence| expand_check(presence.span, index, "Presence"));
    mixed!(#own #presence)
}

fn expand_check(span: Span, index: &TokenStream, half: &str) -> TokenStream {
    let members = names::members();
    let mut ipc = names::runtime();
    ipc.set_span(span);
    let half = syn::Ident::new(half, span);
    quote_spanned! {span=>
        #ipc::check_member::<{ #ipc::Count::of(#members).fields }>(#members, #index, #ipc::Half::#half);
    }
}

/// What generated code needs of the type of a field.
fn wire_of(field: &Field, ty: &Type) -> Wire {
    match (field.form, &field.default, field.has) {
        (FieldForm::Group, ..) => Wire::group(ty),
        (FieldForm::Union | FieldForm::NamedUnion, ..) => Wire::union(ty),
        (FieldForm::Single, Some(_), _) => Wire::defaulted(ty),
        (FieldForm::Single, None, Some(_)) => Wire::optional(ty),
        (FieldForm::Single, None, None) => Wire::of(ty),
    }
}

/// Goes through the fields of a type in the order of their places.
pub(crate) struct Cursor {
    /// The number of members before.
    member: usize,
    /// Whether all of them are fields, so that it is the index of the place too.
    plain: bool,
}

impl Cursor {
    pub(crate) fn new() -> Self {
        Self { member: 0, plain: true }
    }

    /// Writes a field from an expression; `index` is the constant by which the compiler finds it among the members.
    pub(crate) fn encode(&mut self, field: &Field, index: &TokenStream, value: &TokenStream) -> TokenStream {
        let place = self.place(field, index);
        let default = expand_default_argument(field.default.as_ref());
        self.pass(field);
        wire_of(field, &field.ty).call("encode", mixed!(#value, to, #place #default))
    }

    /// Reads a field.
    pub(crate) fn decode(&mut self, field: &Field, index: &TokenStream) -> TokenStream {
        let place = self.place(field, index);
        let default = expand_default_argument(field.default.as_ref());
        self.pass(field);
        wire_of(field, &field.ty).call("decode", mixed!(from, #place #default))
    }

    /// Goes on behind a variant without fields.
    pub(crate) fn pass_void(&mut self) {
        self.member += 1;
    }

    fn pass(&mut self, field: &Field) {
        self.member += 1;
        self.plain &= field.form == FieldForm::Single;
    }

    fn place(&self, field: &Field, index: &TokenStream) -> TokenStream {
        let ipc = names::runtime();
        let (members, member) = (names::members(), self.member);
        match (field.form, self.plain) {
            (FieldForm::Single, true) => mixed!(places.at(#member)),
            (FieldForm::Single, false) => {
                mixed!(places.after(const { #ipc::count_before(#members, #index) }).at(0))
            }
            _ => mixed!(places.after(const { #ipc::count_before(#members, #index) })),
        }
    }
}

/// The number of each variant on the wire: variants count in the order of their first ordinals. Those are not known
/// where an `Option` may take two, but which comes first is.
pub(crate) fn discriminants(cases: &[Case]) -> Vec<u16> {
    let mut run = (0, 0);
    let mut firsts = Vec::new();
    for case in cases {
        let pins = case.fields.sent.iter().map(|field| field.ordinal.as_ref());
        let void = case.fields.sent.is_empty().then_some(case.ordinal.as_ref());
        let places = pins.chain(void).map(|pin| {
            run = match pin {
                Some((ordinal, _)) => (*ordinal, 0),
                None => (run.0, run.1 + 1),
            };
            run
        });
        firsts.push(places.min().unwrap_or_default());
    }
    firsts.iter().map(|first| firsts.iter().filter(|other| *other < first).count()).map(to_number).collect()
}

fn to_number(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
