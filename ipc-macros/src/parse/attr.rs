//! Attributes: `#[ipc(..)]`, the arguments of `#[ipc_interface(..)]`, doc comments.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitInt, LitStr, Meta, Path, Token};

use super::symbol::{
    AS, CANCELLABLE, CRATE, DEFAULT, ERROR, ERRORS, EXCEPTION, FILE, GENERIC, GROUP, HAS, ID, IPC, LOCAL,
    NAME, NO_CONTEXT, NO_DESTROY, ONEWAY, ORDINAL, OTHER, REPR, RESULTS, ROOT, SERDE, SKIP, TWIN, UNION,
    WANT, WITH,
};
use crate::diag::Diagnostics;
use crate::message;
use crate::model::{Construct, Container, Conversion, HasField, Lifecycle, Name};

/// One place where arguments can stand, and those that it takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Interface,
    /// `root(..)` of an interface.
    Root,
    Impl,
    Method,
    Param,
    Type,
    Field,
    VariantField,
    Variant,
}

impl Place {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Interface => &[ROOT, NO_DESTROY, TWIN, FILE, ID, NAME, CRATE],
            Self::Root => &[NAME, ORDINAL],
            Self::Impl => &[CRATE],
            Self::Method => {
                &[NAME, ORDINAL, NO_CONTEXT, RESULTS, AS, WITH, SERDE, ONEWAY, CANCELLABLE, LOCAL]
            }
            Self::Param => &[NAME, DEFAULT, HAS, WANT, AS, WITH, SERDE],
            Self::Field => &[NAME, ORDINAL, DEFAULT, HAS, AS, GROUP, UNION, WITH, SERDE, SKIP, EXCEPTION],
            Self::VariantField => &[NAME, ORDINAL, DEFAULT, AS, GROUP, UNION, WITH, SERDE, SKIP],
            Self::Variant => &[NAME, ORDINAL, OTHER, EXCEPTION],
            Self::Type => &[ERROR, ERRORS, FILE, GENERIC, ID, NAME, REPR, CRATE],
        }
    }

    /// The known arguments, for messages.
    fn list(self) -> String {
        let keys: Vec<String> = self
            .keys()
            .iter()
            .map(|key| match *key {
                RESULTS => format!("`{key}(..)`"),
                key if flag(key) => format!("`{key}`"),
                key => format!("`{key} = ..`"),
            })
            .collect();
        keys.join(", ")
    }
}

fn flag(key: &str) -> bool {
    matches!(
        key,
        ROOT | NO_DESTROY
            | NO_CONTEXT
            | ONEWAY
            | CANCELLABLE
            | LOCAL
            | ERROR
            | ERRORS
            | EXCEPTION
            | GENERIC
            | OTHER
            | SERDE
            | SKIP
            | GROUP
            | UNION
            | WANT
    )
}

/// An example of the value of an argument.
fn example(key: &str) -> &'static str {
    match key {
        FILE | ID => "0x9eb32e19f86ee174",
        NAME => "\"name\"",
        ORDINAL | DEFAULT | HAS => "1",
        REPR => "i32",
        AS => "Callback",
        TWIN => "CalculatorAsync",
        WITH => "crate::millis",
        _ => "::ipc_runtime",
    }
}

/// The arguments of one item, each seen at most once.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) root: Option<Construct>,
    pub(crate) no_destroy: Option<Ident>,
    pub(crate) no_context: Option<Ident>,
    pub(crate) cancellable: Option<Ident>,
    pub(crate) local: Option<Ident>,
    pub(crate) oneway: Option<Ident>,
    pub(crate) twin: Option<Ident>,
    pub(crate) default: Option<Expr>,
    pub(crate) repr: Option<Ident>,
    pub(crate) other: Option<Ident>,
    pub(crate) skip: Option<Ident>,
    pub(crate) with: Option<Path>,
    pub(crate) serde: Option<Ident>,
    pub(crate) generic: Option<Ident>,
    pub(crate) group: Option<Ident>,
    pub(crate) union: Option<Ident>,
    pub(crate) has: Option<HasField>,
    pub(crate) want: Option<Ident>,
    pub(crate) error: Option<Ident>,
    pub(crate) errors: Option<Ident>,
    pub(crate) exception: Option<Ident>,
    pub(crate) results: Option<Vec<ResultName>>,
    pub(crate) interface: Option<Path>,
    pub(crate) file: Option<LitInt>,
    pub(crate) id: Option<LitInt>,
    pub(crate) name: Option<LitStr>,
    pub(crate) ordinal: Option<(u16, LitInt)>,
    pub(crate) runtime: Option<Path>,
    seen: Vec<String>,
}

impl Arguments {
    /// Parses the arguments of `#[ipc_interface(..)]`.
    pub(crate) fn parse_interface(tokens: TokenStream, diag: &mut Diagnostics) -> Self {
        let mut arguments = Self::default();
        arguments.parse_list(tokens, Place::Interface, diag);
        arguments
    }

    /// Parses the arguments of `#[ipc_interface(..)]` on an `impl`.
    pub(crate) fn parse_impl(tokens: TokenStream, diag: &mut Diagnostics) -> Self {
        let mut arguments = Self::default();
        arguments.parse_list(tokens, Place::Impl, diag);
        arguments
    }

    /// Parses all `#[ipc(..)]` among the attributes.
    pub(crate) fn parse_ipc(attributes: &[Attribute], place: Place, diag: &mut Diagnostics) -> Self {
        let mut arguments = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(IPC)) {
            match &attribute.meta {
                Meta::List(list) => arguments.parse_list(list.tokens.clone(), place, diag),
                meta => diag.report(meta, &message::MALFORMED, &[&place.list()]),
            }
        }
        arguments
    }

    fn parse_list(&mut self, tokens: TokenStream, place: Place, diag: &mut Diagnostics) {
        match Punctuated::<Argument, Token![,]>::parse_terminated.parse2(tokens) {
            Ok(list) => list.into_iter().for_each(|argument| self.parse_argument(argument, place, diag)),
            Err(error) => diag.report_at(error.span(), &message::NOT_AN_ARGUMENT, &[&place.list()]),
        }
    }

    fn parse_argument(&mut self, argument: Argument, place: Place, diag: &mut Diagnostics) {
        let Argument { key, value } = argument;
        let text = key.to_string();
        if !place.keys().contains(&text.as_str()) {
            return diag.report(key, &message::UNKNOWN_ARGUMENT, &[&text, &place.list()]);
        }
        if self.seen.contains(&text) {
            return diag.report(key, &message::ARGUMENT_TWICE, &[&text]);
        }
        self.seen.push(text.clone());
        if text == RESULTS {
            let names = value.and_then(|names| parse_names.parse2(names).ok());
            if names.is_none() {
                diag.report(key, &message::RESULTS_MALFORMED, &[]);
            }
            // Without a name, so that the tuple is not another mistake.
            self.results = Some(names.unwrap_or_default());
            return;
        }
        match (value, flag(&text)) {
            (None, false) if text == HAS => self.has = Some(HasField { ordinal: None, span: key.span() }),
            (value, true) if text == ROOT => {
                self.root = Some(parse_root(&key, value.unwrap_or_default(), diag));
            }
            (None, true) => self.set_flag(&text, key),
            (Some(value), true) => diag.report(value, &message::VALUE_UNEXPECTED, &[&text, &text]),
            (Some(value), false) => self.set_value(&text, value, diag),
            (None, false) => diag.report(key, &message::VALUE_MISSING, &[&text, &text, &example(&text)]),
        }
    }

    fn set_flag(&mut self, key: &str, ident: Ident) {
        match key {
            NO_DESTROY => self.no_destroy = Some(ident),
            CANCELLABLE => self.cancellable = Some(ident),
            LOCAL => self.local = Some(ident),
            ONEWAY => self.oneway = Some(ident),
            OTHER => self.other = Some(ident),
            SKIP => self.skip = Some(ident),
            SERDE => self.serde = Some(ident),
            GENERIC => self.generic = Some(ident),
            GROUP => self.group = Some(ident),
            UNION => self.union = Some(ident),
            WANT => self.want = Some(ident),
            ERROR => self.error = Some(ident),
            ERRORS => self.errors = Some(ident),
            EXCEPTION => self.exception = Some(ident),
            _ => self.no_context = Some(ident),
        }
    }

    fn set_value(&mut self, key: &str, value: TokenStream, diag: &mut Diagnostics) {
        match key {
            NAME => self.name = parse_value(key, value, diag),
            REPR => self.repr = parse_repr(key, value, diag),
            DEFAULT => self.default = parse_value(key, value, diag),
            FILE => self.file = parse_id(key, value, diag),
            ID => self.id = parse_id(key, value, diag),
            AS => self.interface = parse_value(key, value, diag),
            TWIN => self.twin = parse_value(key, value, diag),
            WITH => self.with = parse_value(key, value, diag),
            ORDINAL => self.ordinal = parse_ordinal(key, value, diag),
            HAS => {
                self.has = parse_ordinal(key, value, diag)
                    .map(|(ordinal, literal)| HasField { ordinal: Some(ordinal), span: literal.span() });
            }
            _ => self.runtime = parse_value(key, value, diag),
        }
    }

    /// Makes the container of a type from its arguments.
    pub(crate) fn into_container(
        self,
        ident: &Ident,
        attributes: &[Attribute],
        diag: &mut Diagnostics,
    ) -> Container {
        let (name, span) = match &self.name {
            Some(name) => (name.value(), name.span()),
            None => (ident.unraw().to_string(), ident.span()),
        };
        if !valid_name(&name, char::is_uppercase) {
            diag.report_at(span, &message::NOT_A_TYPE_NAME, &[&name]);
        }
        let (file, id) = (self.file.clone(), self.id.clone());
        let runtime = self.into_runtime();
        Container { runtime, file, id, name, doc: parse_doc(attributes) }
    }

    /// Tells whether an argument is the only one.
    pub(crate) fn is_only(&self, key: &str) -> bool {
        self.seen.iter().all(|seen| seen == key)
    }

    /// How the value is converted, if it is.
    ///
    /// What else is said of a value that is converted is reported and forgotten.
    pub(crate) fn conversion(&mut self, diag: &mut Diagnostics) -> Option<Conversion> {
        if self.with.is_some() || self.serde.is_some() {
            if let Some(default) = self.default.take() {
                diag.report(default, &message::WITH_ALONE, &[&DEFAULT]);
            }
            if let Some(has) = self.has.take() {
                diag.report_at(has.span, &message::WITH_ALONE, &[&HAS]);
            }
            if let Some(interface) = self.interface.take() {
                diag.report(interface, &message::WITH_ALONE, &[&AS]);
            }
            if let Some(want) = self.want.take() {
                diag.report(want, &message::WITH_ALONE, &[&WANT]);
            }
            if let Some(group) = self.group.take() {
                diag.report(group, &message::WITH_ALONE, &[&GROUP]);
            }
            if let Some(union) = self.union.take() {
                diag.report(union, &message::WITH_ALONE, &[&UNION]);
            }
        }
        match (&self.with, &self.serde) {
            (Some(_), Some(serde)) => {
                diag.report(serde, &message::WITH_AND_SERDE, &[]);
                None
            }
            (Some(module), None) => Some(Conversion::Module(module.clone())),
            (None, Some(serde)) => Some(Conversion::Serde(serde.span())),
            (None, None) => None,
        }
    }

    /// Where the runtime is found.
    pub(crate) fn into_runtime(self) -> Path {
        self.runtime.unwrap_or_else(|| syn::parse_quote!(::ipc_runtime))
    }

    /// Tells what the schema adds in front of the methods.
    pub(crate) fn lifecycle(&mut self, diag: &mut Diagnostics) -> Lifecycle {
        match (self.root.take(), &self.no_destroy) {
            (Some(construct), Some(no_destroy)) => {
                diag.report(no_destroy, &message::ROOT_WITHOUT_DESTROY, &[]);
                Lifecycle::Construct(construct)
            }
            (Some(construct), None) => Lifecycle::Construct(construct),
            (None, Some(_)) => Lifecycle::Bare,
            (None, None) => Lifecycle::Destroy,
        }
    }

    /// The name of a member in the schema: the given one, else the Rust name in camelCase.
    pub(crate) fn member_name(&self, ident: &Ident, diag: &mut Diagnostics) -> Name {
        match &self.name {
            Some(name) => checked_name(name.value(), name.span(), diag),
            None => default_name(ident, diag),
        }
    }
}

/// The Rust name in camelCase.
pub(crate) fn default_name(ident: &Ident, diag: &mut Diagnostics) -> Name {
    checked_name(camel_case(&ident.unraw().to_string()), ident.span(), diag)
}

fn checked_name(text: String, span: Span, diag: &mut Diagnostics) -> Name {
    if !valid_name(&text, char::is_lowercase) {
        diag.report_at(span, &message::NOT_A_MEMBER_NAME, &[&text]);
    }
    Name { text, span }
}

/// `key`, `key = value` or `key(value)`.
struct Argument {
    key: Ident,
    value: Option<TokenStream>,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(Ident::parse_any)?;
        if input.peek(Paren) {
            return Ok(Self { key, value: Some(input.parse::<Group>()?.stream()) });
        }
        if !input.peek(Token![=]) {
            return Ok(Self { key, value: None });
        }
        input.parse::<Token![=]>()?;
        let mut value = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            value.extend([input.parse::<TokenTree>()?]);
        }
        // Without a value, `key =` is read as `key`, whose message shows how to write it.
        Ok(Self { key, value: (!value.is_empty()).then_some(value) })
    }
}

/// One of the names in `results(..)`.
#[derive(Debug)]
pub(crate) enum ResultName {
    /// A result.
    Value(Ident),
    /// `has(result)`: what says whether the result is there.
    Presence(Ident),
}

impl Parse for ResultName {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        if name == HAS && input.peek(Paren) {
            let of;
            syn::parenthesized!(of in input);
            return Ok(Self::Presence(of.call(Ident::parse_any)?));
        }
        Ok(Self::Value(name))
    }
}

/// `first, second`: one name at least.
fn parse_names(input: ParseStream<'_>) -> syn::Result<Vec<ResultName>> {
    let names = Punctuated::<ResultName, Token![,]>::parse_separated_nonempty(input)?;
    Ok(names.into_iter().collect())
}

fn parse_value<T: Parse>(key: &str, value: TokenStream, diag: &mut Diagnostics) -> Option<T> {
    match syn::parse2(value.clone()) {
        Ok(value) => Some(value),
        Err(_) => {
            diag.report(value, &message::VALUE_MALFORMED, &[&key, &key, &example(key)]);
            None
        }
    }
}

/// `root`, or what stands in the parentheses of `root(..)`.
fn parse_root(key: &Ident, value: TokenStream, diag: &mut Diagnostics) -> Construct {
    let mut arguments = Arguments::default();
    arguments.parse_list(value, Place::Root, diag);
    let name = match arguments.name {
        Some(name) => checked_name(name.value(), name.span(), diag),
        None => Name { text: Construct::NAME.to_owned(), span: key.span() },
    };
    let (ordinal, span) = match arguments.ordinal {
        Some((ordinal, literal)) => (ordinal, literal.span()),
        None => (0, key.span()),
    };
    Construct { name, ordinal, span }
}

/// A number that leaves room for what else stands in the place of an ordinal.
fn parse_ordinal(key: &str, value: TokenStream, diag: &mut Diagnostics) -> Option<(u16, LitInt)> {
    let tokens = value.clone();
    let literal: LitInt = parse_value(key, value, diag)?;
    match literal.base10_parse() {
        Ok(ordinal) if ordinal < MOST_FIELDS => Some((ordinal, literal)),
        _ => {
            diag.report(tokens, &message::VALUE_MALFORMED, &[&key, &key, &example(key)]);
            None
        }
    }
}

/// Far more than rustc can lay out at compile time.
const MOST_FIELDS: u16 = 1 << 15;

/// The fixed-width integers, as they are in the schema.
fn parse_repr(key: &str, value: TokenStream, diag: &mut Diagnostics) -> Option<Ident> {
    let repr: Ident = parse_value(key, value, diag)?;
    if matches!(repr.to_string().as_str(), "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64") {
        return Some(repr);
    }
    diag.report(&repr, &message::VALUE_MALFORMED, &[&key, &key, &example(key)]);
    None
}

fn parse_id(key: &str, value: TokenStream, diag: &mut Diagnostics) -> Option<LitInt> {
    let literal: LitInt = parse_value(key, value, diag)?;
    match literal.base10_parse::<u64>() {
        Ok(id) if id >> 63 == 1 => Some(literal),
        _ => {
            diag.report(&literal, &message::NOT_AN_ID, &[&literal]);
            None
        }
    }
}

/// Joins the doc comments, without their common leading space.
pub(crate) fn parse_doc(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value
        {
            // Not `lines()`, which has none in an empty text: an empty line ends a paragraph.
            lines.extend(text.value().split('\n').map(|line| {
                let line = line.strip_prefix(' ').unwrap_or(line);
                line.trim_end().to_owned()
            }));
        }
    }
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Removes our attributes, reporting those that stand where they say nothing.
pub(crate) fn refuse_ipc(
    attributes: &mut Vec<Attribute>,
    message: &message::Message,
    diag: &mut Diagnostics,
) {
    attributes.retain(|attribute| {
        let ours = attribute.path().is_ident(IPC);
        if ours {
            diag.report(attribute, message, &[]);
        }
        !ours
    });
}

/// Removes our attributes.
pub(crate) fn strip_ipc(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| !attribute.path().is_ident(IPC));
}

/// Finds `#[cfg(..)]`.
pub(crate) fn find_cfg(attributes: &[Attribute]) -> Option<&Attribute> {
    attributes.iter().find(|attribute| attribute.path().is_ident("cfg"))
}

/// `make_calculator` and `MakeCalculator` become `makeCalculator`.
fn camel_case(ident: &str) -> String {
    let mut words = ident.split('_').filter(|word| !word.is_empty());
    let mut name = words.next().map(|word| with_first(word, char::to_ascii_lowercase)).unwrap_or_default();
    words.for_each(|word| name.push_str(&with_first(word, char::to_ascii_uppercase)));
    name
}

fn with_first(word: &str, change: impl Fn(&char) -> char) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| change(&first)).into_iter().chain(chars).collect()
}

pub(super) fn valid_name(name: &str, first: fn(char) -> bool) -> bool {
    name.chars().next().is_some_and(first) && name.chars().all(|c| c.is_ascii_alphanumeric())
}
