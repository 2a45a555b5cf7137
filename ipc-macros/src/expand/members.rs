//! The members of a derived type as the schema has them, their layout, and how each is written and read.
//!
//! A struct of nothing but fields has its places by index. Where there are groups or unions the compiler counts what
//! comes before a field: the macro does not know how many there are in one.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Member, Type};

use super::data::{
    Target, constant, counted, depends, incoming, layout_constants, outgoing, without_lifetime,
};
use super::wire::Wire;
use super::{expand_default, expand_default_argument, expand_field, names};
use crate::model::{Body, Case, CaseForm, Data, Field, FieldForm, Fields, Name};

/// Whether all that a type consists of are fields, whose number the macro knows.
pub(crate) fn is_plain(fields: &Fields) -> bool {
    fields.sent.iter().all(|field| field.form == FieldForm::Single)
}

/// The fields of a struct and their places.
pub(crate) fn expand_layout(data: &Data, fields: &Fields) -> TokenStream {
    let ipc = names::runtime();
    let sent = &fields.sent;
    let plain = is_plain(fields);
    let count = sent.len();
    let places = Places::of(data, plain.then_some(count));
    let checks: TokenStream = sent
        .iter()
        .zip(0_usize..)
        .map(|(field, index)| places.expand_checks(field, &mixed!(#ipc::in_struct(#index))))
        .collect();
    if !plain {
        let members = expand_members(data, sent);
        return expand_composite(data, &mixed!(#(#members),*), &checks, None);
    }
    let list = sent.iter().map(|field| expand_pin(field, expand_leaf(data, field, &field.name.text)));
    let list = mixed!([#(#list),*]);
    let ty = mixed!([#ipc::Field; #count]);
    let rule = if checks.is_empty() { mixed!(layout_of) } else { mixed!(pinned_layout) };
    let (constant, _) = layout_constants(data);
    let layout = [&mixed!(#ipc::Layout<#count>), &mixed!(#ipc::#rule(&#constant))];
    expand_constants(data, [&ty, &list], &checks, layout)
}

/// The cases of an enum with fields, and the places of what is in them.
pub(crate) fn expand_union_layout(data: &Data, cases: &[Case]) -> TokenStream {
    let ipc = names::runtime();
    let mut list = Vec::new();
    let mut pins = Vec::new();
    let mut count = 0;
    for (number, case) in (0_usize..).zip(cases) {
        let (name, doc) = (&case.name.text, &case.doc);
        let mut members = expand_case(data, case);
        if members.is_empty() {
            let void = expand_field("value", "", &Wire::of(&syn::parse_quote!(())));
            let pin = case.ordinal.as_ref().map(|(ordinal, _)| mixed!(.pinned(#ordinal)));
            members.push(mixed!(#ipc::Member::Field(#void)#pin));
        }
        pins.push((number, case));
        count += members.len();
        let form = match case.form {
            CaseForm::Value => mixed!(Value),
            CaseForm::Group => mixed!(Group),
        };
        list.push(mixed! {
            #ipc::Case { name: #name, doc: #doc, members: &[#(#members),*], form: #ipc::CaseForm::#form }
        });
    }
    let count = cases.iter().all(|case| is_plain(&case.fields)).then_some(count);
    let places = Places::of(data, count);
    let checks: TokenStream =
        pins.into_iter().map(|(number, case)| places.expand_case(number, case)).collect();
    let members = mixed! {
        #ipc::Member::Union(#ipc::UnionDescriptor { ordinal: #ipc::NEXT, cases: &[#(#list),*] })
    };
    expand_composite(data, &members, &checks, count)
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
        // The variant is the group.
        (CaseForm::Group, [field @ Field { member: Member::Unnamed(_), form: FieldForm::Group, .. }]) => {
            let spread = Field { name: Name { text: String::new(), ..field.name.clone() }, ..field.clone() };
            expand_members(data, &[spread])
        }
        (_, fields) => expand_members(data, fields),
    }
}

/// The constants of a struct with groups or unions; `fields` is the number of its fields where the macro knows it, and
/// then there is one union.
fn expand_composite(
    data: &Data,
    list: &TokenStream,
    checks: &TokenStream,
    fields: Option<usize>,
) -> TokenStream {
    let ipc = names::runtime();
    let (members, _) = layout_constants(data);
    let counted = counted_members(data);
    let sizes = match fields {
        Some(fields) => mixed!(#fields, 1),
        None => mixed!({ #ipc::Count::of(#counted).fields }, { #ipc::Count::of(#counted).unions }),
    };
    // As `scratch` has it, for a union that is in none.
    let scratch = match fields {
        Some(fields) => {
            let rows = 2 * fields + 2;
            mixed!(#rows)
        }
        None => mixed!({ #ipc::scratch(#counted) }),
    };
    expand_constants(
        data,
        [&mixed!(&'static [#ipc::Member]), &mixed!(&[#list])],
        checks,
        [
            &mixed!(#ipc::CompositeLayout<#sizes>),
            &mixed!(#ipc::composite_layout::<#sizes, #scratch>(#members)),
        ],
    )
}

/// The members, where arguments cannot be named.
fn counted_members(data: &Data) -> TokenStream {
    let ipc = names::runtime();
    match counted(data) {
        Some(ty) => mixed!(<#ty as #ipc::Laid>::FIELDS),
        None => layout_constants(data).0,
    }
}

/// The constants of a type, each its type and its value; in an `impl` where arguments decide about them.
fn expand_constants(
    data: &Data,
    [fields_type, fields]: [&TokenStream; 2],
    checks: &TokenStream,
    [layout_type, layout]: [&TokenStream; 2],
) -> TokenStream {
    let ipc = names::runtime();
    let (fields_name, layout_name) = layout_constants(data);
    if data.is_generic() {
        let Target { params, ty, bounds, .. } = &Target::of(data);
        return mixed! {
            impl #params #ipc::Laid for #ty #bounds {
                type Fields = #fields_type;
                type Layout = #layout_type;
                const FIELDS: Self::Fields = #fields;
                const LAYOUT: Self::Layout = {
                    #checks
                    #layout
                };
            }
        };
    }
    let checks = (!checks.is_empty()).then(|| mixed!(const _: () = { #checks };));
    mixed! {
        const #fields_name: #fields_type = #fields;
        #checks
        const #layout_name: #layout_type = #layout;
    }
}

fn expand_members(data: &Data, fields: &[Field]) -> Vec<TokenStream> {
    let ipc = names::runtime();
    let members = fields.iter().map(|field| {
        let (name, doc) = (&field.name.text, &field.doc);
        let inner = || match wire_to(data, field) {
            Some(wire) => Some(wire.item("MEMBERS")),
            None => wire_of(field, &without_lifetime(data, &field.ty)).map(|wire| wire.item("MEMBERS")),
        };
        let pin = field.ordinal.as_ref().map(|(ordinal, _)| mixed!(.pinned(#ordinal)));
        match field.form {
            FieldForm::Single => {
                let leaf = expand_pin(field, expand_leaf(data, field, name));
                mixed!(#ipc::Member::Field(#leaf))
            }
            FieldForm::Union => {
                let members = inner();
                mixed!(#ipc::unnamed_union(#members)#pin)
            }
            FieldForm::Group | FieldForm::NamedUnion => {
                let members = inner();
                mixed!(#ipc::group(#name, #doc, #members)#pin)
            }
        }
    });
    members.collect()
}

/// A field with its default.
fn expand_leaf(data: &Data, field: &Field, name: &str) -> TokenStream {
    let wire = match wire_of(field, &without_lifetime(data, &field.ty)) {
        Some(wire) => wire,
        None => constant(data, field),
    };
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

/// What the checks of pinned ordinals are about.
struct Places {
    members: TokenStream,
    /// How many fields there are.
    count: TokenStream,
}

impl Places {
    fn of(data: &Data, count: Option<usize>) -> Self {
        let ipc = names::runtime();
        let (fields, _) = layout_constants(data);
        let members = match &data.body {
            Body::Struct(_) if count.is_some() => mixed!(&#ipc::members_of(&#fields)),
            _ => fields,
        };
        let count = match count {
            Some(count) => mixed!(#count),
            None => {
                let counted = counted_members(data);
                mixed!({ #ipc::Count::of(#counted).fields })
            }
        };
        Self { members, count }
    }

    /// The checks of the ordinals that are pinned in a variant.
    fn expand_case(&self, number: usize, case: &Case) -> TokenStream {
        let ipc = names::runtime();
        let fields = case.fields.sent.iter().zip(0_usize..);
        let checks =
            fields.map(|(field, index)| self.expand_checks(field, &mixed!(#ipc::in_case(#number, #index))));
        let void = case.ordinal.as_ref().filter(|_| case.fields.sent.is_empty());
        let void = void
            .map(|(_, literal)| self.expand_check(literal.span(), &mixed!(#ipc::in_case(#number, 0)), "Own"));
        checks.chain(void).collect()
    }

    /// The checks of the ordinals that are pinned, each where it is said, and of what only a union's own type knows.
    fn expand_checks(&self, field: &Field, index: &TokenStream) -> TokenStream {
        let own = field.ordinal.as_ref().map(|(_, literal)| self.expand_check(literal.span(), index, "Own"));
        let presence = field.has.filter(|presence| presence.ordinal.is_some());
        let presence = presence.map(|presence| self.expand_check(presence.span, index, "Presence"));
        let variants = (field.form == FieldForm::Union).then(|| {
            let Self { members, .. } = self;
            let (mut ipc, span) = (names::runtime(), field.name.span);
            ipc.set_span(span);
            quote_spanned!(span=> #ipc::check_variants(#members, #index);)
        });
        mixed!(#own #presence #variants)
    }

    fn expand_check(&self, span: Span, index: &TokenStream, half: &str) -> TokenStream {
        let Self { members, count } = self;
        let mut ipc = names::runtime();
        ipc.set_span(span);
        let half = syn::Ident::new(half, span);
        quote_spanned!(span=> #ipc::check_member::<#count>(#members, #index, #ipc::Half::#half);)
    }
}

/// What generated code needs to send a group or union, of which it is not known what can be received.
fn wire_to(data: &Data, field: &Field) -> Option<Wire> {
    match field.form {
        FieldForm::Group if depends(data, field) => Some(Wire::outgoing_group(&field.ty)),
        FieldForm::Union | FieldForm::NamedUnion if depends(data, field) => {
            Some(Wire::outgoing_union(&field.ty))
        }
        _ => None,
    }
}

/// What generated code needs of the type of a field of which more is said than the type.
fn wire_of(field: &Field, ty: &Type) -> Option<Wire> {
    Some(match (field.form, &field.default, field.has) {
        (FieldForm::Group, ..) => Wire::group(ty),
        (FieldForm::Union | FieldForm::NamedUnion, ..) => Wire::union(ty),
        (FieldForm::Single, Some(_), _) => Wire::defaulted(ty),
        (FieldForm::Single, None, Some(_)) => Wire::optional(ty),
        (FieldForm::Single, None, None) => return None,
    })
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

    /// Writes a field from an expression, by the function for one that is shared or given away; `index` is the constant
    /// by which the compiler finds it among the members.
    pub(crate) fn encode(
        &mut self,
        data: &Data,
        field: &Field,
        function: &str,
        index: &TokenStream,
        value: &TokenStream,
    ) -> TokenStream {
        let place = self.place(data, field, index);
        let default = expand_default_argument(field.default.as_ref());
        self.pass(field);
        let wire = wire_to(data, field).or_else(|| wire_of(field, &field.ty));
        let wire = wire.unwrap_or_else(|| outgoing(data, field));
        wire.call(function, mixed!(#value, __to, #place #default))
    }

    /// Reads a field.
    pub(crate) fn decode(&mut self, data: &Data, field: &Field, index: &TokenStream) -> TokenStream {
        let place = self.place(data, field, index);
        let default = expand_default_argument(field.default.as_ref());
        self.pass(field);
        let wire = wire_of(field, &field.ty).unwrap_or_else(|| incoming(data, field));
        wire.call("decode", mixed!(__from, #place #default))
    }

    /// Goes on behind a variant without fields.
    pub(crate) fn pass_void(&mut self) {
        self.member += 1;
    }

    fn pass(&mut self, field: &Field) {
        self.member += 1;
        self.plain &= field.form == FieldForm::Single;
    }

    fn place(&self, data: &Data, field: &Field, index: &TokenStream) -> TokenStream {
        let ipc = names::runtime();
        let ((members, _), member) = (layout_constants(data), self.member);
        match (field.form, self.plain) {
            (FieldForm::Single, true) => mixed!(__places.at(#member)),
            (FieldForm::Single, false) => {
                mixed!(__places.after(const { #ipc::count_before(#members, #index) }).at(0))
            }
            _ => mixed!(__places.after(const { #ipc::count_before(#members, #index) })),
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
