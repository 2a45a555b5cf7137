//! Tokens to names, types and values.

use super::parse::{DEEPEST, Parser};
use super::source::{Located, Span};
use super::token::TokenKind;
use super::tree::{Argument, Expression, ExpressionKind};

const HELP: &str = "write a name, as in `Text` or `List(Other.Type)`, or a value, as in `1`, `\"text\"`, `[1, 2]`, \
                    `(field = 1)` or `.constant`";

impl Parser<'_> {
    /// Parses a name, a type or a value; reports what is none.
    pub(super) fn expression(&mut self) -> Expression {
        let start = self.span();
        let parsed = self.nested(|parser| Some(parser.primary_and_suffixes(start)));
        parsed.unwrap_or(Expression { kind: ExpressionKind::Broken, span: start })
    }

    fn primary_and_suffixes(&mut self, start: Span) -> Expression {
        let kind = self.primary();
        let mut expression = Expression { kind, span: start.to(self.last_span()) };
        for _ in 0..DEEPEST {
            let kind = if self.eat(".") {
                match self.name("a name", "what stands behind the point is declared in what is before it") {
                    Some(name) => ExpressionKind::Member(Box::new(expression), name),
                    None => ExpressionKind::Broken,
                }
            } else if self.is_sign("(") {
                let arguments = self.arguments();
                ExpressionKind::Apply(Box::new(expression), arguments)
            } else {
                return expression;
            };
            expression = Expression { kind, span: start.to(self.last_span()) };
        }
        self.report(expression.span, "this is nested too deeply", "64 levels are the most");
        self.skip();
        Expression { kind: ExpressionKind::Broken, ..expression }
    }

    fn primary(&mut self) -> ExpressionKind {
        let start = self.span();
        match self.peek() {
            Some(TokenKind::Name(name)) => {
                self.take();
                match (name.as_str(), self.peek()) {
                    ("import", Some(TokenKind::Text(_))) => {
                        let path = Located { span: self.span(), value: self.path() };
                        self.imports.push(path.clone());
                        ExpressionKind::Import(path.value)
                    }
                    ("embed", Some(TokenKind::Text(_))) => ExpressionKind::Embed(self.path()),
                    _ => ExpressionKind::Name(name.clone()),
                }
            }
            Some(TokenKind::Integer(value)) => {
                self.take();
                ExpressionKind::Integer(i128::from(*value))
            }
            Some(TokenKind::Float(value)) => {
                self.take();
                ExpressionKind::Float(*value)
            }
            Some(TokenKind::Text(_)) => ExpressionKind::Text(self.text()),
            Some(TokenKind::Binary(bytes)) => {
                self.take();
                ExpressionKind::Binary(bytes.clone())
            }
            Some(TokenKind::Sign("(")) => {
                let arguments = self.arguments();
                Self::tuple_or_value(arguments).kind
            }
            Some(TokenKind::Sign("[")) => self.list(),
            Some(TokenKind::Sign(".")) => {
                self.take();
                match self.name("a name", "`.name` is declared at the top of this file") {
                    Some(name) => ExpressionKind::Absolute(name.value),
                    None => ExpressionKind::Broken,
                }
            }
            Some(TokenKind::Sign("-")) => {
                self.take();
                self.negative(start)
            }
            _ => {
                self.expected("a name, a type or a value", HELP);
                ExpressionKind::Broken
            }
        }
    }

    fn negative(&mut self, start: Span) -> ExpressionKind {
        let kind = match self.peek() {
            Some(TokenKind::Integer(value)) => ExpressionKind::Integer(-i128::from(*value)),
            Some(TokenKind::Float(value)) => ExpressionKind::Float(-value),
            Some(TokenKind::Name(name)) if name == "inf" => ExpressionKind::Float(f64::NEG_INFINITY),
            _ => {
                self.report(start, "this `-` is not before a number", "write `-1`, `-1.5` or `-inf`");
                return ExpressionKind::Broken;
            }
        };
        self.take();
        kind
    }

    /// Texts that follow each other are one.
    fn text(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        while let Some(TokenKind::Text(piece)) = self.peek() {
            text.extend_from_slice(piece);
            self.take();
        }
        text
    }

    fn path(&mut self) -> String {
        let span = self.span();
        let path = String::from_utf8(self.text());
        path.unwrap_or_else(|_| {
            self.report(span, "the name of the file is not UTF-8", "");
            String::new()
        })
    }

    fn list(&mut self) -> ExpressionKind {
        self.take();
        let mut items = Vec::new();
        while !self.is_sign("]") {
            items.push(self.expression());
            if !self.eat(",") && !self.is_sign("]") {
                self.expected("`,` or `]`", "the items of a list stand between `[` and `]`, with commas");
                return ExpressionKind::Broken;
            }
        }
        self.take();
        ExpressionKind::List(items)
    }

    /// Parses values in parentheses, each with a name or without.
    fn arguments(&mut self) -> Vec<Argument> {
        let mut arguments = Vec::new();
        self.take();
        while !self.is_sign(")") {
            let name = if self.is_sign_at(1, "=") {
                let name = self.name("a name", "");
                self.take();
                name
            } else {
                None
            };
            arguments.push(Argument { name, value: self.expression() });
            if !self.eat(",") && !self.is_sign(")") {
                self.expected("`,` or `)`", "what stands in parentheses is separated by commas");
                return arguments;
            }
        }
        self.take();
        arguments
    }

    /// A value in parentheses that is alone and has no name is just the value.
    pub(super) fn tuple_or_value(mut arguments: Vec<Argument>) -> Expression {
        match arguments.pop() {
            Some(Argument { name: None, value }) if arguments.is_empty() => value,
            last => {
                arguments.extend(last);
                Expression { kind: ExpressionKind::Tuple(arguments), span: Span::default() }
            }
        }
    }

    /// Parses a list in parentheses of something else than values.
    pub(super) fn parenthesized<T>(
        &mut self,
        (open, close): (&str, &str),
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.need(open, "a list in parentheses is needed, `()` if it is empty")?;
        let mut items = Vec::new();
        while !self.is_sign(close) {
            items.push(item(self)?);
            if !self.eat(",") && !self.is_sign(close) {
                self.expected(&format!("`,` or `{close}`"), "the items of a list are separated by commas");
                return None;
            }
        }
        self.need(close, "")?;
        Some(items)
    }

    /// Parses the names of type parameters, if there are any.
    pub(super) fn type_parameters(&mut self, brackets: (&str, &str)) -> Option<Vec<Located<String>>> {
        if !self.is_sign(brackets.0) {
            return Some(Vec::new());
        }
        self.parenthesized(brackets, |parser| parser.name("a type parameter", "as in `struct Page(T)`"))
    }
}
