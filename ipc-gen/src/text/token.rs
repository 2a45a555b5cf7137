//! Characters to tokens.

use std::sync::Arc;

use super::source::{Log, Source, Span};

/// A piece of text that means something by itself.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
    /// The comment behind a semicolon or a brace, which belongs to what it ends or begins.
    pub(crate) doc: Option<String>,
}

/// What a [`Token`] is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    Name(String),
    Integer(u64),
    Float(f64),
    Text(Vec<u8>),
    Binary(Vec<u8>),
    /// `{`, `}`, `(`, `)`, `[`, `]`, `;`, `,`, or an operator.
    Sign(&'static str),
}

/// The signs that stand alone, and those that may stand together but for `->` mean nothing then.
const BRACKETS: [&str; 8] = ["{", "}", "(", ")", "[", "]", ";", ","];
const OPERATORS: [&str; 17] =
    ["!", "$", "%", "&", "*", "+", "-", ".", "/", ":", "<", "=", ">", "?", "@", "^", "|"];

/// Splits a text into tokens, and reports what is none.
pub(crate) fn tokens(source: &Arc<Source>, log: &mut Log) -> Vec<Token> {
    let mut lexer = Lexer { source, log, at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token() {
        tokens.push(token);
    }
    tokens
}

struct Lexer<'s> {
    source: &'s Arc<Source>,
    log: &'s mut Log,
    at: usize,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.source.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest();
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn report(&mut self, start: usize, message: impl Into<String>, help: &str) {
        self.log.report(self.source, Span { start, end: self.at }, message, help);
    }

    fn skip_space_and_comments(&mut self) {
        loop {
            self.take_while(|c| c.is_ascii_whitespace() || c == '\u{b}' || c == '\u{feff}');
            if self.peek() != Some('#') {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    /// Returns the next token; what is none is reported once and skipped.
    fn token(&mut self) -> Option<Token> {
        loop {
            self.skip_space_and_comments();
            let start = self.at;
            let kind = match self.peek()? {
                c if c.is_ascii_alphabetic() || c == '_' => {
                    let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
                    Some(TokenKind::Name(name.to_owned()))
                }
                c if c.is_ascii_digit() => self.number(start),
                '"' => Some(TokenKind::Text(self.quoted(start))),
                '`' => {
                    self.at += 1;
                    let line = self.take_while(|c| c != '\n' && c != '\r');
                    Some(TokenKind::Text([line.as_bytes(), b"\n"].concat()))
                }
                _ => self.sign(start),
            };
            if let Some(kind) = kind {
                let span = Span { start, end: self.at };
                let doc = match kind {
                    TokenKind::Sign(";" | "{" | "}") => self.doc(),
                    _ => None,
                };
                return Some(Token { kind, span, doc });
            }
        }
    }

    fn sign(&mut self, start: usize) -> Option<TokenKind> {
        let rest = self.rest();
        let find = |signs: &[&'static str]| signs.iter().copied().find(|sign| rest.starts_with(sign));
        if let Some(bracket) = find(&BRACKETS) {
            self.at += 1;
            return Some(TokenKind::Sign(bracket));
        }
        let run = self.take_while(|c| OPERATORS.iter().any(|operator| operator.starts_with(c)) || c == '~');
        if run == "->" {
            return Some(TokenKind::Sign("->"));
        }
        if let Some(operator) = find(&OPERATORS)
            && run.len() == 1
        {
            return Some(TokenKind::Sign(operator));
        }
        if run.len() > 1 {
            self.report(start, format!("`{run}` is no operator"), "put a space between the two signs");
            return None;
        }
        if run.is_empty() {
            // One report for all of a word of some other script.
            self.at += self.peek().map_or(0, char::len_utf8);
            self.take_while(|c| !c.is_ascii());
        }
        let found = self.source.text.get(start..self.at).unwrap_or_default().to_owned();
        self.report(
            start,
            format!("`{found}` is not part of the schema language"),
            "outside of comments and texts there are names of letters and digits, numbers, and the signs \
             `{ } ( ) [ ] ; , : = @ $ . - ->`",
        );
        None
    }

    fn number(&mut self, start: usize) -> Option<TokenKind> {
        let digits = self.take_while(|c| c.is_ascii_alphanumeric());
        if digits == "0x" && self.peek() == Some('"') {
            return Some(TokenKind::Binary(self.binary(start)));
        }
        let (radix, significant) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            Some(hexadecimal) => (16, hexadecimal),
            None => (10, digits),
        };
        // A sign may stand in an exponent alone.
        let mut text = digits.to_owned();
        if radix == 10 {
            let rest = self.rest();
            let fraction =
                rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            if fraction {
                self.at += 1;
                text.push('.');
                text.push_str(self.take_while(|c| c.is_ascii_alphanumeric()));
            }
            if text.ends_with(['e', 'E']) {
                for sign in ['+', '-'] {
                    if self.eat(sign) {
                        text.push(sign);
                        text.push_str(self.take_while(|c| c.is_ascii_digit()));
                        break;
                    }
                }
            }
            if text.contains(['.', 'e', 'E']) {
                return match text.parse() {
                    Ok(value) => Some(TokenKind::Float(value)),
                    Err(_) => self.bad_number(start, &text),
                };
            }
        }
        let octal = radix == 10 && significant.len() > 1 && significant.starts_with('0');
        match u64::from_str_radix(significant, if octal { 8 } else { radix }) {
            Ok(value) => Some(TokenKind::Integer(value)),
            Err(_) => self.bad_number(start, &text),
        }
    }

    /// Reports a number and goes on with another one, so that no second report says that it is missing.
    fn bad_number(&mut self, start: usize, text: &str) -> Option<TokenKind> {
        self.report(
            start,
            format!("`{text}` is not a number"),
            "numbers are written `12`, `0x0c`, `014` in octal digits, `1.2e1`, and have 64 bits",
        );
        Some(TokenKind::Integer(1 << 63))
    }

    fn quoted(&mut self, start: usize) -> Vec<u8> {
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            bytes.extend_from_slice(self.take_while(|c| !matches!(c, '"' | '\\' | '\n')).as_bytes());
            if self.eat('"') {
                return bytes;
            }
            let escape = self.at;
            if !self.eat('\\') {
                self.report(
                    start,
                    "the text does not end on its line",
                    "a text ends with `\"`; a newline in it is `\\n`",
                );
                return bytes;
            }
            bytes.extend(self.escape(escape));
        }
    }

    fn escape(&mut self, start: usize) -> Option<u8> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        let byte = match c {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\'' | '"' | '\\' => c as u8,
            'x' => {
                let digits = self.rest().get(..2).unwrap_or_default();
                let Ok(byte) = u8::from_str_radix(digits, 16) else {
                    self.report(start, "`\\x` is not followed by two digits", "write `\\x0a`");
                    return None;
                };
                self.at += 2;
                byte
            }
            '0'..='7' => {
                self.at -= 1;
                let rest = self.rest();
                let length = rest.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                let digits = rest.get(..length).unwrap_or_default();
                self.at += length;
                // As the Cap'n Proto compiler has it, what is beyond a byte is lost.
                u16::from_str_radix(digits, 8).unwrap_or_default().to_le_bytes()[0]
            }
            _ => {
                self.report(
                    start,
                    format!("`\\{}` is not an escape", c.escape_debug()),
                    "these are: `\\n \\r \\t \\a \\b \\f \\v \\\\ \\\" \\' \\x0a \\012`",
                );
                return None;
            }
        };
        Some(byte)
    }

    fn binary(&mut self, start: usize) -> Vec<u8> {
        self.at += 1;
        let digits = self.take_while(|c| c.is_ascii_hexdigit() || c.is_ascii_whitespace());
        let digits: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(16)).collect();
        if !self.eat('"') || !digits.len().is_multiple_of(2) {
            self.report(
                start,
                "these are not whole bytes",
                "write two digits for each byte, as in `0x\"00 ff\"`",
            );
        }
        let byte = |pair: &[u32]| pair.iter().fold(0, |byte: u8, digit| byte << 4 | (*digit & 15) as u8);
        digits.chunks(2).map(byte).collect()
    }

    /// Finds the comment behind the token that was just read: at most one line end lies between.
    fn doc(&self) -> Option<String> {
        let is_space = |c: char| c.is_ascii_whitespace() && c != '\n' && c != '\r' || c == '\u{b}';
        let mut rest = self.rest().trim_start_matches(is_space);
        rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])).unwrap_or(rest);
        let mut doc = None;
        while let Some(comment) = rest.trim_start_matches(is_space).strip_prefix('#') {
            let (line, after) = comment.split_once('\n').unwrap_or((comment, ""));
            let doc: &mut String = doc.get_or_insert_default();
            doc.push_str(line.strip_prefix(' ').unwrap_or(line));
            doc.push('\n');
            rest = after;
        }
        doc
    }
}
