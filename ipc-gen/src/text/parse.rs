//! Tokens to trees: what files, and the parts of all declarations, are made of.

use std::sync::Arc;

use super::source::{Located, Log, Source, Span};
use super::token::{Token, TokenKind, tokens};
use super::tree::{Application, Declaration, Expression, ExpressionKind, Tree};

/// How deep braces, brackets and lists are nested at most: each level is several frames of the stack.
pub(super) const DEEPEST: usize = 64;

/// Parses a whole file.
pub(crate) fn parse(source: &Arc<Source>, log: &mut Log) -> Tree {
    let tokens = tokens(source, log);
    let mut parser = Parser { source, log, tokens: &tokens, at: 0, depth: 0, imports: Vec::new() };
    let mut tree = Tree::default();
    while parser.peek().is_some() {
        let start = parser.at;
        match parser.file_item(&mut tree) {
            Some(declaration) => tree.declarations.push(declaration),
            None if parser.at == start => parser.at += 1,
            None => {}
        }
    }
    tree.imports = parser.imports;
    tree
}

pub(super) struct Parser<'s> {
    source: &'s Arc<Source>,
    log: &'s mut Log,
    tokens: &'s [Token],
    at: usize,
    depth: usize,
    /// The files that are imported.
    pub(super) imports: Vec<Located<String>>,
}

impl<'s> Parser<'s> {
    /// Parses what stands at the top of a file: its id, an annotation of it, or a declaration.
    fn file_item(&mut self, tree: &mut Tree) -> Option<Declaration> {
        if self.is_sign("@") {
            let (id, doc) = (self.id(), self.end());
            match (&tree.id, id) {
                (Some(_), Some(id)) => self.report(id.span, "the file has a second id", "one is enough"),
                (_, id) => tree.id = id,
            }
            tree.doc = tree.doc.take().or(doc?);
            return None;
        }
        if self.is_sign("$") {
            let annotations = self.annotations();
            tree.annotations.extend(annotations);
            self.end();
            return None;
        }
        if self.is_sign("}") {
            let span = self.span();
            self.report(span, "`}` closes nothing", "remove it, or write the `{` that it is for");
            self.at += 1;
            return None;
        }
        self.declaration()
    }

    pub(super) fn peek(&self) -> Option<&'s TokenKind> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<&'s TokenKind> {
        self.tokens.get(self.at + ahead).map(|token| &token.kind)
    }

    /// Where the next token stands, or where the text ends.
    pub(super) fn span(&self) -> Span {
        let end = self.source.text.len();
        self.tokens.get(self.at).map_or(Span { start: end, end }, |token| token.span)
    }

    /// Where the last token stands.
    pub(super) fn last_span(&self) -> Span {
        self.at
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .map(|token| token.span)
            .unwrap_or_default()
    }

    pub(super) fn report(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.log.report(self.source, span, message, help);
    }

    /// Reports that something else than the next token should be there.
    pub(super) fn expected(&mut self, wanted: &str, help: &str) {
        let found = match self.tokens.get(self.at) {
            Some(token) => {
                let text = self.source.text.get(token.span.start..token.span.end).unwrap_or_default();
                format!("`{}`", text.lines().next().unwrap_or_default())
            }
            None => "the end of the file".to_owned(),
        };
        let span = self.span();
        self.report(span, format!("{wanted} should be here, not {found}"), help);
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(TokenKind::Sign(found)) if *found == sign)
    }

    pub(super) fn is_sign_at(&self, ahead: usize, sign: &str) -> bool {
        matches!(self.peek_at(ahead), Some(TokenKind::Sign(found)) if *found == sign)
    }

    pub(super) fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        matches!(self.peek_at(ahead), Some(TokenKind::Name(found)) if found == word)
    }

    /// Takes a token that was looked at.
    pub(super) fn take(&mut self) {
        self.at += 1;
    }

    pub(super) fn eat(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word_at(0, word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn need(&mut self, sign: &str, help: &str) -> Option<()> {
        if self.eat(sign) {
            return Some(());
        }
        self.expected(&format!("`{sign}`"), help);
        None
    }

    pub(super) fn name(&mut self, what: &str, help: &str) -> Option<Located<String>> {
        let span = self.span();
        match self.peek() {
            Some(TokenKind::Name(name)) => {
                self.at += 1;
                Some(Located { value: name.clone(), span })
            }
            _ => {
                self.expected(what, help);
                None
            }
        }
    }

    fn integer(&mut self, what: &str, help: &str) -> Option<Located<u64>> {
        let start = self.span();
        self.need("@", help)?;
        match self.peek() {
            Some(TokenKind::Integer(value)) => {
                let span = start.to(self.span());
                self.at += 1;
                Some(Located { value: *value, span })
            }
            _ => {
                self.expected(what, help);
                None
            }
        }
    }

    /// Parses an id, `@0x..`.
    pub(super) fn id(&mut self) -> Option<Located<u64>> {
        let id =
            self.integer("an id", "an id is written `@0x` and sixteen digits; `ipc-gen id` makes one")?;
        if id.value >> 63 == 0 {
            self.report(
                id.span,
                "this is no id: its highest bit is not set",
                "an id is at least 0x8000000000000000; `ipc-gen id` makes one",
            );
        }
        Some(id)
    }

    /// Parses an ordinal, `@0`.
    pub(super) fn ordinal(&mut self, help: &str) -> Option<Located<u16>> {
        let Located { value, span } = self.integer("an ordinal", help)?;
        let value = u16::try_from(value).unwrap_or_else(|_| {
            self.report(span, "the ordinal is too large", "ordinals are at most 65535, and have no gaps");
            u16::MAX
        });
        Some(Located { value, span })
    }

    pub(super) fn annotations(&mut self) -> Vec<Application> {
        let mut annotations = Vec::new();
        while self.eat("$") {
            let mut expression = self.expression();
            // The value was taken for type arguments of the name.
            let value = match expression.kind {
                ExpressionKind::Apply(name, arguments) => {
                    let kind = Self::tuple_or_value(arguments);
                    let value = Expression { span: expression.span, ..kind };
                    expression = *name;
                    Some(value)
                }
                _ => None,
            };
            annotations.push(Application { name: expression, value });
        }
        annotations
    }

    /// Parses the semicolon at the end of a declaration, and returns the comment behind it; `None` if it is missing.
    pub(super) fn end(&mut self) -> Option<Option<String>> {
        if self.is_sign(";") {
            let doc = self.tokens.get(self.at).and_then(|token| token.doc.clone());
            self.at += 1;
            return Some(doc);
        }
        self.expected("`;`", "a declaration ends with `;`, or has `{` and `}`");
        self.skip();
        None
    }

    /// Skips to the end of a declaration that is not understood.
    pub(super) fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some(kind) = self.peek() {
            match kind {
                TokenKind::Sign("}") if depth == 0 => return,
                TokenKind::Sign("}") => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return;
                    }
                }
                TokenKind::Sign("{") => depth += 1,
                TokenKind::Sign(";") if depth == 0 => {
                    self.at += 1;
                    return;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Parses what stands between braces, with the comment that belongs to all of it.
    pub(super) fn block(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Option<Declaration>,
    ) -> Option<(Vec<Declaration>, Option<String>)> {
        let open = self.span();
        if !self.is_sign("{") {
            self.expected("`{`", "its members stand between `{` and `}`");
            self.skip();
            return None;
        }
        let mut doc = self.tokens.get(self.at).and_then(|token| token.doc.clone());
        self.at += 1;
        let mut items = Vec::new();
        while !self.is_sign("}") {
            if self.peek().is_none() {
                self.report(open, "this `{` is not closed", "write `}` where the declaration ends");
                return Some((items, doc));
            }
            let start = self.at;
            let parsed = self.nested(&mut item);
            match parsed {
                Some(item) => items.push(item),
                // Whoever found the mistake has skipped what is wrong, if there was anything.
                None if self.at == start => self.at += 1,
                None => {}
            }
        }
        let late = self.tokens.get(self.at).and_then(|token| token.doc.clone());
        self.at += 1;
        doc = doc.or(late);
        Some((items, doc))
    }

    /// Parses something that may contain itself.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= DEEPEST {
            let span = self.span();
            self.report(span, "this is nested too deeply", "64 levels are the most");
            self.skip();
            return None;
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }
}
