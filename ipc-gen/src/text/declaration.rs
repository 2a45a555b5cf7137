//! Tokens to declarations and their members.

use super::parse::Parser;
use super::source::Located;
use super::token::TokenKind;
use super::tree::{Application, Declaration, DeclarationKind, Expression, ExpressionKind, Param, Params};
use crate::model::Targets;

/// Declares `StreamResult`.
pub(crate) const STREAM_FILE: &str = "/capnp/stream.capnp";

const FIELD_HELP: &str = "a field is written `name @0 :Type;`, or `name @0 :Type = value;`";
const METHOD_HELP: &str = "a method is written `name @0 (parameter :Type) -> (result :Type);`";
const ENUMERANT_HELP: &str = "what an enum has is written `name @0;`";

impl Parser<'_> {
    /// Parses a declaration that a file can have.
    pub(super) fn declaration(&mut self) -> Option<Declaration> {
        let Some(TokenKind::Name(keyword)) = self.peek() else {
            self.expected(
                "a declaration",
                "it begins with `struct`, `enum`, `interface`, `const`, `annotation` or `using`",
            );
            self.skip();
            return None;
        };
        let start = self.span();
        let parsed = match keyword.as_str() {
            "using" => self.using(),
            "const" => self.constant(),
            "annotation" => self.annotation(),
            "enum" => {
                self.head(|_| Some(DeclarationKind::Enum)).and_then(|head| self.body(head, Self::enumerant))
            }
            "struct" => self
                .head(|_| Some(DeclarationKind::Struct))
                .and_then(|head| self.body(head, Self::struct_item)),
            "interface" => self.head(Self::extends).and_then(|head| self.body(head, Self::interface_item)),
            _ => {
                self.report(
                    start,
                    format!("`{keyword}` does not begin a declaration"),
                    "it begins with `struct`, `enum`, `interface`, `const`, `annotation` or `using`",
                );
                self.skip();
                return None;
            }
        };
        if parsed.is_none() && self.span() == start {
            self.skip();
        }
        parsed
    }

    fn using(&mut self) -> Option<Declaration> {
        self.take();
        let name = if self.is_sign_at(1, "=") {
            let name = self.name("a name", "")?;
            self.take();
            Some(name)
        } else {
            None
        };
        let target = self.expression();
        let name = match (name, &target.kind) {
            (Some(name), _) => name,
            (None, ExpressionKind::Member(_, name)) => name.clone(),
            (None, ExpressionKind::Broken) => Located { value: String::new(), span: target.span },
            (None, _) => {
                self.report(
                    target.span,
                    "what is used has no name of its own here",
                    "write `using Name = ..;`, or name something of another scope, `using Other.Name;`",
                );
                Located { value: String::new(), span: target.span }
            }
        };
        let doc = self.end()?;
        Some(plain(name, DeclarationKind::Using(target), Vec::new(), doc))
    }

    fn constant(&mut self) -> Option<Declaration> {
        const HELP: &str = "a constant is written `const name :Type = value;`";
        self.take();
        let name = self.member_name(HELP)?;
        let id = self.optional_id();
        self.need(":", HELP).or_else(|| self.give_up())?;
        let ty = self.expression();
        self.need("=", HELP).or_else(|| self.give_up())?;
        let value = self.expression();
        let annotations = self.annotations();
        let doc = self.end()?;
        Some(Declaration { id, ..plain(name, DeclarationKind::Const { ty, value }, annotations, doc) })
    }

    fn annotation(&mut self) -> Option<Declaration> {
        const HELP: &str = "an annotation is declared by `annotation name(struct, field) :Type;`";
        self.take();
        let name = self.member_name(HELP)?;
        let id = self.optional_id();
        let targets = self.parenthesized(("(", ")"), Self::target).or_else(|| self.give_up())?;
        self.need(":", HELP).or_else(|| self.give_up())?;
        let ty = self.expression();
        let annotations = self.annotations();
        let doc = self.end()?;
        let targets = Targets(targets.into_iter().fold(0, |all, Targets(one)| all | one));
        Some(Declaration { id, ..plain(name, DeclarationKind::Annotation { targets, ty }, annotations, doc) })
    }

    fn target(&mut self) -> Option<Targets> {
        if self.eat("*") {
            return Some(Targets::ALL);
        }
        let name =
            self.name("what can have the annotation", "such as `struct`, `field`, or `*` for everything")?;
        let target = Targets::of(&name.value);
        if target.is_none() {
            self.report(
                name.span,
                format!("`{}` is nothing that can have an annotation", name.value),
                &format!("one of `{}`, or `*` for everything", Targets::NAMES.join("`, `")),
            );
        }
        Some(target.unwrap_or_default())
    }

    fn optional_id(&mut self) -> Option<Located<u64>> {
        if self.is_sign("@") { self.id() } else { None }
    }

    /// Skips what cannot be understood any more.
    fn give_up<T>(&mut self) -> Option<T> {
        self.skip();
        None
    }

    /// Parses a declaration up to its brace.
    fn head(&mut self, kind: impl FnOnce(&mut Self) -> Option<DeclarationKind>) -> Option<Declaration> {
        self.take();
        let name = self.name("the name of the declaration", "a type's name begins with a capital letter");
        let head = name.and_then(|name| {
            let id = self.optional_id();
            let parameters = self.type_parameters(("(", ")"))?;
            let kind = kind(self)?;
            let annotations = self.annotations();
            Some(Declaration { id, parameters, ..plain(name, kind, annotations, None) })
        });
        if head.is_none() {
            self.skip();
        }
        head
    }

    fn extends(&mut self) -> Option<DeclarationKind> {
        let superclasses = if self.eat_word("extends") {
            self.parenthesized(("(", ")"), |parser| Some(parser.expression()))?
        } else {
            Vec::new()
        };
        Some(DeclarationKind::Interface { superclasses })
    }

    fn body(
        &mut self,
        head: Declaration,
        item: impl FnMut(&mut Self) -> Option<Declaration>,
    ) -> Option<Declaration> {
        let (nested, doc) = self.block(item)?;
        Some(Declaration { nested, doc, ..head })
    }

    fn enumerant(&mut self) -> Option<Declaration> {
        let start = self.member_name(ENUMERANT_HELP)?;
        let ordinal = self.ordinal(ENUMERANT_HELP).or_else(|| self.give_up())?;
        let annotations = self.annotations();
        let doc = self.end()?;
        Some(plain(start, DeclarationKind::Enumerant { ordinal }, annotations, doc))
    }

    fn member_name(&mut self, help: &str) -> Option<Located<String>> {
        self.name("a name", help).or_else(|| self.give_up())
    }

    /// Parses a field, a union, a group, or a declaration within the struct.
    fn struct_item(&mut self) -> Option<Declaration> {
        if self.is_word_at(0, "union") && self.is_sign_at(1, "{") {
            let span = self.span();
            self.take();
            let name = Located { value: String::new(), span };
            let head = plain(name, DeclarationKind::Union { ordinal: None }, Vec::new(), None);
            return self.body(head, Self::struct_item);
        }
        if !self.is_sign_at(1, "@") && !self.is_sign_at(1, ":") {
            return self.declaration();
        }
        let name = self.member_name(FIELD_HELP)?;
        let ordinal =
            if self.is_sign("@") { Some(self.ordinal(FIELD_HELP).or_else(|| self.give_up())?) } else { None };
        let marked = self.eat("!");
        self.need(":", FIELD_HELP).or_else(|| self.give_up())?;
        let keyword = |parser: &Self, word| {
            parser.is_word_at(0, word) && (parser.is_sign_at(1, "{") || parser.is_sign_at(1, "$"))
        };
        if keyword(self, "union") {
            self.take();
            if let Some(ordinal) = &ordinal
                && !marked
            {
                self.report(
                    ordinal.span,
                    "a union needs no ordinal",
                    "remove it; if it is one of an old protocol, write `@1!`",
                );
            }
            let annotations = self.annotations();
            let head = plain(name, DeclarationKind::Union { ordinal }, annotations, None);
            return self.body(head, Self::struct_item);
        }
        if keyword(self, "group") {
            self.take();
            if let Some(ordinal) = ordinal {
                self.report(ordinal.span, "a group has no ordinal", "remove it");
            }
            let annotations = self.annotations();
            return self.body(plain(name, DeclarationKind::Group, annotations, None), Self::struct_item);
        }
        let Some(ordinal) = ordinal else {
            self.report(name.span, format!("the field `{}` has no ordinal", name.value), FIELD_HELP);
            return self.give_up();
        };
        let ty = self.expression();
        let default = self.eat("=").then(|| self.expression());
        let annotations = self.annotations();
        let doc = self.end()?;
        Some(plain(name, DeclarationKind::Field { ordinal, ty, default }, annotations, doc))
    }

    /// Parses a method, or a declaration within the interface.
    fn interface_item(&mut self) -> Option<Declaration> {
        if !self.is_sign_at(1, "@") {
            return self.declaration();
        }
        let name = self.member_name(METHOD_HELP)?;
        let ordinal = self.ordinal(METHOD_HELP).or_else(|| self.give_up())?;
        let parameters = self.type_parameters(("[", "]")).or_else(|| self.give_up())?;
        let params = self.params().or_else(|| self.give_up())?;
        if let Params::Stream(span) = params {
            self.report(span, "`stream` is no list of parameters", "it can stand after `->`");
        }
        let results = if self.eat("->") {
            self.params().or_else(|| self.give_up())?
        } else {
            Params::Fields(Vec::new())
        };
        let annotations = self.annotations();
        let doc = self.end()?;
        let kind = DeclarationKind::Method { ordinal, params, results };
        Some(Declaration { parameters, ..plain(name, kind, annotations, doc) })
    }

    fn params(&mut self) -> Option<Params> {
        if self.is_sign("(") {
            return self.parenthesized(("(", ")"), Self::param).map(Params::Fields);
        }
        let span = self.span();
        if self.is_word_at(0, "stream") && !self.is_sign_at(1, ".") {
            self.take();
            // What such a method returns is declared there.
            self.imports.push(Located { value: STREAM_FILE.to_owned(), span });
            return Some(Params::Stream(span));
        }
        Some(Params::Type(self.expression()))
    }

    fn param(&mut self) -> Option<Param> {
        let name = self.name("a parameter", METHOD_HELP)?;
        self.need(":", METHOD_HELP)?;
        let ty = self.expression();
        let default: Option<Expression> = self.eat("=").then(|| self.expression());
        let annotations = self.annotations();
        Some(Param { name, ty, default, annotations })
    }
}

fn plain(
    name: Located<String>,
    kind: DeclarationKind,
    annotations: Vec<Application>,
    doc: Option<String>,
) -> Declaration {
    Declaration { name, id: None, parameters: Vec::new(), annotations, doc, kind, nested: Vec::new() }
}
