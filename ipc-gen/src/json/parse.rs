//! Text to JSON.

use std::fmt;

use super::Json;

/// How deep values nest at most: deeper than any message, and no danger for the stack.
const DEEPEST: usize = 128;

/// Where text is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message } = self;
        if *line > 1 {
            write!(f, "{message} (line {line}, column {column})")
        } else {
            write!(f, "{message} (column {column})")
        }
    }
}

impl std::error::Error for JsonError {}

pub(super) fn parse(text: &str) -> Result<Json, JsonError> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(0)?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(value),
        Some(c) => Err(parser.mistake(format!("`{c}` behind the value: one value was expected"))),
    }
}

pub(super) fn parse_prefix(text: &str) -> Result<(Json, &str), JsonError> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(0)?;
    Ok((value, parser.rest()))
}

struct Parser<'t> {
    text: &'t str,
    /// In bytes.
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    /// Takes the text if it comes next.
    fn take(&mut self, expected: &str) -> bool {
        let there = self.rest().starts_with(expected);
        if there {
            self.at += expected.len();
        }
        there
    }

    fn mistake(&self, message: String) -> JsonError {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        JsonError {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            message,
        }
    }

    /// Says what was there in place of what was expected.
    fn unexpected(&self, expected: &str) -> JsonError {
        self.mistake(match self.peek() {
            Some(c) => format!("`{c}` where {expected} was expected"),
            None => format!("the text ends where {expected} was expected"),
        })
    }

    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        if depth > DEEPEST {
            return Err(self.mistake(format!("nested too deeply: at most {DEEPEST} lists and objects")));
        }
        self.skip_space();
        for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))]
        {
            if self.take(word) {
                return Ok(value);
            }
        }
        match self.peek() {
            Some('"') => self.text().map(Json::Text),
            Some('[') => self.list(depth),
            Some('{') => self.object(depth),
            Some('-' | '0'..='9') => self.number(),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.take("]") {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.take("]") {
                return Ok(Json::List(items));
            }
            if !self.take(",") {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.at += 1;
        let mut members: Vec<(String, Json)> = Vec::new();
        self.skip_space();
        if self.take("}") {
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_space();
            if self.peek() != Some('"') {
                return Err(self.unexpected("a name in quotes"));
            }
            let start = self.at;
            let name = self.text()?;
            if members.iter().any(|(other, _)| *other == name) {
                self.at = start;
                return Err(self.mistake(format!("`{name}` is there twice")));
            }
            self.skip_space();
            if !self.take(":") {
                return Err(self.unexpected("`:`"));
            }
            members.push((name, self.value(depth + 1)?));
            self.skip_space();
            if self.take("}") {
                return Ok(Json::Object(members));
            }
            if !self.take(",") {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
    }

    fn number(&mut self) -> Result<Json, JsonError> {
        let start = self.at;
        self.take("-");
        let digits = self.digits()?;
        if digits.len() > 1 && digits.starts_with('0') {
            self.at = start;
            return Err(self.mistake("a number does not begin with `0`".to_owned()));
        }
        if self.take(".") {
            self.digits()?;
        }
        if self.take("e") || self.take("E") {
            let _signed = self.take("+") || self.take("-");
            self.digits()?;
        }
        Ok(Json::Number(self.text.get(start..self.at).unwrap_or_default().to_owned()))
    }

    fn digits(&mut self) -> Result<&'t str, JsonError> {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if length == 0 {
            return Err(self.unexpected("a digit"));
        }
        self.at += length;
        Ok(rest.get(..length).unwrap_or_default())
    }

    fn text(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else { return Err(self.unexpected("`\"`")) };
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(text);
                }
                '\\' => text.push(self.escaped()?),
                c if u32::from(c) < 0x20 => {
                    let escaped = format!("a control character in a string: write `\\u{:04x}`", u32::from(c));
                    return Err(self.mistake(escaped));
                }
                c => {
                    self.at += c.len_utf8();
                    text.push(c);
                }
            }
        }
    }

    fn escaped(&mut self) -> Result<char, JsonError> {
        self.at += 1;
        let Some(c) = self.peek() else { return Err(self.unexpected("what is escaped")) };
        let plain = match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                self.at += 1;
                return self.code_point();
            }
            _ => return Err(self.unexpected("one of `\"\\/bfnrtu`")),
        };
        self.at += c.len_utf8();
        Ok(plain)
    }

    /// Reads the digits of `\u`, of which two together may be one character.
    fn code_point(&mut self) -> Result<char, JsonError> {
        let start = self.at;
        let first = self.hex()?;
        if let Some(c) = char::from_u32(first) {
            return Ok(c);
        }
        if (0xd800..0xdc00).contains(&first) && self.take("\\u") {
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second)
                && let Some(c) = char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
            {
                return Ok(c);
            }
        }
        self.at = start;
        Err(self.mistake("half of a pair of `\\u` that is one character".to_owned()))
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let digits = self.rest().get(..4).unwrap_or_default();
        match u32::from_str_radix(digits, 16) {
            Ok(value) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                self.at += 4;
                Ok(value)
            }
            _ => Err(self.unexpected("four hexadecimal digits")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        let text = r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#;
        assert_eq!(parse(text), Ok(Json::text("\"\\/\u{8}\u{c}\n\r\té😀")));
    }

    #[test]
    fn a_value_ends_where_it_ends() {
        assert_eq!(parse_prefix(r#" {"a": 1}).b"#), Ok((Json::object([("a", Json::number(1))]), ").b")));
    }

    #[test]
    fn mistakes_are_said_with_their_place() {
        for (text, message) in [
            ("", "the text ends where a value was expected (column 1)"),
            ("{\"a\": 1,\n \"b\" 2}", "`2` where `:` was expected (line 2, column 6)"),
            ("[1, 2", "the text ends where `,` or `]` was expected (column 6)"),
            ("[01]", "a number does not begin with `0` (column 2)"),
            ("[1.]", "`]` where a digit was expected (column 4)"),
            ("{a: 1}", "`a` where a name in quotes was expected (column 2)"),
            ("{\"a\": 1, \"a\": 2}", "`a` is there twice (column 10)"),
            ("\"é\u{7}\"", "a control character in a string: write `\\u0007` (column 3)"),
            ("\"\\ud83d\"", "half of a pair of `\\u` that is one character (column 4)"),
            ("\"\\uzz\"", "`z` where four hexadecimal digits was expected (column 4)"),
            ("1 2", "`2` behind the value: one value was expected (column 3)"),
            ("{} nul", "`n` behind the value: one value was expected (column 4)"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), message, "{text}");
        }
        let deep = "[".repeat(1000);
        assert!(parse(&deep).unwrap_err().message.starts_with("nested too deeply"));
    }
}
