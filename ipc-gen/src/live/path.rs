//! Which method of which object is called: `init.makeCalculator({"precision": 3}).solve`.

use std::fmt;

use crate::json::Json;

/// The way from the root object of a peer to a method.
#[derive(Clone, Debug, PartialEq)]
pub struct CallPath {
    /// The root object: the name of its interface, which may begin with a lowercase letter.
    pub root: String,
    /// The methods that are called, each of an object that the one before has returned.
    pub steps: Vec<Step>,
}

/// A method that is called on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The name of the method.
    pub method: String,
    /// What is written behind it in brackets.
    pub params: Option<Json>,
    /// Where in its results the next object is, if it is written.
    pub pick: Option<String>,
}

/// Where a path is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// What is wrong.
    message: String,
    /// What of the path is before it.
    before: String,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, before } = self;
        if !before.is_empty() {
            write!(f, "behind `{before}`: ")?;
        }
        write!(
            f,
            "{message}\n  help: a path is `root.method`, or `root.method({{..}})[results.field].method`"
        )
    }
}

impl std::error::Error for PathError {}

impl CallPath {
    /// Reads a path.
    ///
    /// # Errors
    /// Returns an error that says where the text is no path.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut parser = Parser { text, rest: text };
        let root = parser.name("the name of the root object")?;
        let mut steps = Vec::new();
        while !parser.rest.is_empty() {
            if !parser.take('.') {
                return Err(parser.mistake("a `.` was expected"));
            }
            let method = parser.name("the name of a method")?;
            let params = if parser.take('(') { Some(parser.params()?) } else { None };
            let pick = if parser.take('[') { Some(parser.pick()?) } else { None };
            steps.push(Step { method, params, pick });
        }
        if steps.is_empty() {
            return Err(parser.mistake("the method is missing"));
        }
        Ok(Self { root, steps })
    }
}

struct Parser<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Parser<'t> {
    fn mistake(&self, message: impl Into<String>) -> PathError {
        let before = self.text.strip_suffix(self.rest).unwrap_or(self.text);
        PathError { message: message.into(), before: before.to_owned() }
    }

    fn take(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn name(&mut self, what: &str) -> Result<String, PathError> {
        let after = self.rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        match self.rest.strip_suffix(after) {
            Some(name) if !name.is_empty() => {
                self.rest = after;
                Ok(name.to_owned())
            }
            _ => Err(self.mistake(format!("{what} was expected"))),
        }
    }

    fn params(&mut self) -> Result<Json, PathError> {
        let (json, rest) = Json::parse_prefix(self.rest).map_err(|error| self.mistake(error.to_string()))?;
        self.rest = rest.trim_start();
        if self.take(')') { Ok(json) } else { Err(self.mistake("a `)` was expected")) }
    }

    fn pick(&mut self) -> Result<String, PathError> {
        // Lists within have brackets too.
        let mut depth = 1;
        for (index, c) in self.rest.char_indices() {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            if depth == 0
                && let Some((inner, rest)) = self.rest.split_at_checked(index)
            {
                self.rest = rest;
                self.take(']');
                return Ok(inner.to_owned());
            }
        }
        Err(self.mistake("a `]` was expected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_steps() {
        let path = CallPath::parse(r#"init.make({"a": [")"]} )[of.items[2]].solve"#).unwrap();
        assert_eq!(path.root, "init");
        let [make, solve] = path.steps.as_slice() else { panic!("{path:?}") };
        let list = Json::List(vec![Json::text(")")]);
        assert_eq!((make.method.as_str(), make.params.clone()), ("make", Some(Json::object([("a", list)]))));
        assert_eq!(make.pick.as_deref(), Some("of.items[2]"));
        assert_eq!((solve.method.as_str(), &solve.params, &solve.pick), ("solve", &None, &None));
    }

    #[test]
    fn what_is_no_path_is_said_with_its_place() {
        for (text, message) in [
            ("", "the name of the root object was expected"),
            ("init", "behind `init`: the method is missing"),
            ("init.", "behind `init.`: the name of a method was expected"),
            ("init solve", "behind `init`: a `.` was expected"),
            ("init.a({", "behind `init.a(`: the text ends where a name in quotes was expected (column 2)"),
            ("init.a({}.b", "behind `init.a({}`: a `)` was expected"),
            ("init.a[b.c", "behind `init.a[`: a `]` was expected"),
        ] {
            let error = CallPath::parse(text).unwrap_err().to_string();
            assert_eq!(error.lines().next(), Some(message), "{text}");
        }
    }
}
