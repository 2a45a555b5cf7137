//! JSON: what the command reads and writes.

mod parse;

pub use parse::JsonError;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written: its digits are not lost.
    Number(String),
    /// Text.
    Text(String),
    /// `[..]`.
    List(Vec<Json>),
    /// `{..}`, in the order in which it is written.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Makes a value of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Makes a value of a number that every reader takes for one.
    pub fn number(number: impl Into<i64>) -> Self {
        Self::Number(number.into().to_string())
    }

    /// Makes a value of an id, which is larger than what every reader takes for a number.
    pub fn id(id: u64) -> Self {
        Self::Text(format!("{id:#018x}"))
    }

    /// Makes an object.
    pub fn object<N: Into<String>>(members: impl IntoIterator<Item = (N, Json)>) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// Reads text that is one value.
    ///
    /// # Errors
    /// Returns an error that says where the text is no JSON.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        parse::parse(text)
    }

    /// Reads the value that text begins with; returns it and what follows it.
    ///
    /// # Errors
    /// Returns an error that says where the text is no JSON.
    pub fn parse_prefix(text: &str) -> Result<(Self, &str), JsonError> {
        parse::parse_prefix(text)
    }

    /// Says what kind of value it is, for a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Writes the value, indented, with a newline at its end.
    pub fn write(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text, Some(0));
        text.push('\n');
        text
    }

    /// Writes the value in one line, without a newline at its end.
    pub fn write_line(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text, None);
        text
    }

    /// Writes the value at a depth, or in one line.
    fn write_to(&self, text: &mut String, depth: Option<usize>) {
        let deeper = depth.map(|depth| depth + 1);
        match self {
            Self::Null => text.push_str("null"),
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Number(value) => text.push_str(value),
            Self::Text(value) => write_text(value, text),
            Self::List(items) => {
                write_all(text, depth, ('[', ']'), items, |item, text| item.write_to(text, deeper));
            }
            Self::Object(members) => write_all(text, depth, ('{', '}'), members, |(name, value), text| {
                write_text(name, text);
                text.push_str(": ");
                value.write_to(text, deeper);
            }),
        }
    }
}

fn write_all<T>(
    text: &mut String,
    depth: Option<usize>,
    (open, close): (char, char),
    items: &[T],
    write: impl Fn(&T, &mut String),
) {
    let newline = |text: &mut String, depth: usize| {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    };
    text.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(if depth.is_some() { "," } else { ", " });
        }
        if let Some(depth) = depth {
            newline(text, depth + 1);
        }
        write(item, text);
    }
    if let (Some(depth), false) = (depth, items.is_empty()) {
        newline(text, depth);
    }
    text.push(close);
}

fn write_text(value: &str, text: &mut String) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            c if c.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let text = r#"{"a": [1, -2.5e-3, 18446744073709551615], "b": {}, "c": [], "d": null, "é\u0001\"\\\n": true}"#;
        let value = Json::parse(text).unwrap();
        assert_eq!(value.write_line(), text);
        assert_eq!(Json::parse(&value.write()).unwrap(), value);
    }

    #[test]
    fn what_is_indented_has_a_member_on_each_line() {
        let value = Json::object([("a", Json::List(vec![Json::number(1)])), ("b", Json::Object(Vec::new()))]);
        assert_eq!(value.write(), "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}\n");
    }
}
