//! JSON for programs that read the output.

/// A value that is written.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    Text(String),
    Number(u64),
    Bool(bool),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An id, which is larger than what every reader takes for a number.
    pub(crate) fn id(id: u64) -> Self {
        Self::Text(format!("{id:#018x}"))
    }

    /// Writes the value, indented.
    pub(crate) fn write(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text, 0);
        text.push('\n');
        text
    }

    fn write_to(&self, text: &mut String, depth: usize) {
        match self {
            Self::Text(value) => write_text(value, text),
            Self::Number(value) => text.push_str(&value.to_string()),
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::List(items) => {
                write_all(text, depth, ('[', ']'), items, |item, text| item.write_to(text, depth + 1));
            }
            Self::Object(members) => write_all(text, depth, ('{', '}'), members, |(name, value), text| {
                write_text(name, text);
                text.push_str(": ");
                value.write_to(text, depth + 1);
            }),
        }
    }
}

fn write_all<T>(
    text: &mut String,
    depth: usize,
    (open, close): (char, char),
    items: &[T],
    write: impl Fn(&T, &mut String),
) {
    text.push(open);
    for (index, item) in items.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(depth + 1));
        write(item, text);
    }
    if !items.is_empty() {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
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
