//! Expressions: from text to a number, or to what is wrong with it, where, and what would be right.

use std::fmt;
use std::ops::Range;

use ipc_examples::LONGEST_EXPRESSION;
use nanoexpr::{Error, ErrorKind, Math, Variables};

/// The names of [`Math`], for messages.
const CONSTANTS: [&str; 3] = ["pi", "tau", "e"];
const FUNCTIONS: [&str; 32] = [
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "clamp", "cos",
    "cosh", "exp", "fact", "floor", "hypot", "ln", "log", "log10", "log2", "max", "min", "pow", "round",
    "sign", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
];

/// The widest piece of an expression that a message repeats, in characters: what fits into a terminal.
const EXCERPT: usize = 70;

/// What is wrong with an expression.
///
/// `Display` gives the message, the guilty place underlined where there is one, and a line of help.
#[derive(Debug, PartialEq)]
pub(crate) struct Mistake {
    what: String,
    place: Option<Place>,
    help: String,
}

/// A piece of an expression.
#[derive(Debug, PartialEq)]
struct Place {
    expression: String,
    /// Positions of characters, from zero; one beyond the end stands for the end.
    range: Range<usize>,
}

/// Evaluates an expression. `ans` is the value of the name `ans`.
pub(crate) fn evaluate(expression: &str, ans: Option<f64>) -> Result<f64, Mistake> {
    if expression.trim().is_empty() {
        let what = "the expression is empty".to_owned();
        return Err(Mistake { what, place: None, help: "write one, like `2*(3+4)^2/7`".to_owned() });
    }
    if expression.len() > LONGEST_EXPRESSION {
        let what = format!("the expression has {} bytes", expression.len());
        let help = format!("at most {LONGEST_EXPRESSION} are accepted; go on with the result as `ans`");
        return Err(Mistake { what, place: None, help });
    }
    let names = (Variables(|name: &str| ans.filter(|_| name == "ans")), Math);
    nanoexpr::evaluate_with(expression, &names).map_err(|error| explain(expression, error))
}

/// Formats a result: as a plain number where that is readable.
pub(crate) fn shown(result: f64) -> String {
    let size = result.abs();
    if size == 0.0 || (1e-5..1e16).contains(&size) { format!("{result}") } else { format!("{result:e}") }
}

fn explain(expression: &str, Error { kind, span }: Error) -> Mistake {
    let guilty = expression.get(span.start..span.end).unwrap_or_default();
    // The function in `name(arguments)`.
    let name = guilty.split(['(', ' ']).next().unwrap_or_default();
    let (what, help) = match kind {
        ErrorKind::UnexpectedCharacter => (
            format!("unexpected character `{}`", printable(guilty)),
            "expressions are made of numbers, names, `( ) ,` and the operators `+ - * / % ^ !`".to_owned(),
        ),
        ErrorKind::UnexpectedToken => (
            format!("unexpected `{guilty}`"),
            "an operator stands between two values, and a value on either side of an operator".to_owned(),
        ),
        ErrorKind::UnexpectedEnd => {
            ("the expression ends too early".to_owned(), "a value is missing at the end".to_owned())
        }
        ErrorKind::UnclosedParenthesis => ("this `(` is not closed".to_owned(), "add a `)`".to_owned()),
        ErrorKind::InvalidNumber => {
            (format!("`{guilty}` is not a number"), format!("the largest is {:e}", f64::MAX))
        }
        ErrorKind::UnknownVariable if guilty == "ans" => (
            "there is no `ans` yet".to_owned(),
            "it is the result of the expression before, if that had one".to_owned(),
        ),
        ErrorKind::UnknownVariable if FUNCTIONS.contains(&guilty) => {
            (format!("`{guilty}` is a function"), format!("give it its arguments, as in `{guilty}(2)`"))
        }
        ErrorKind::UnknownVariable => {
            (format!("unknown name `{guilty}`"), format!("known are {}, ans", CONSTANTS.join(", ")))
        }
        ErrorKind::UnknownFunction if guilty == "ans" || CONSTANTS.contains(&guilty) => {
            (format!("`{guilty}` is not a function"), format!("to multiply, write `{guilty}*(`"))
        }
        ErrorKind::UnknownFunction => {
            (format!("unknown function `{guilty}`"), format!("known are {}", FUNCTIONS.join(", ")))
        }
        ErrorKind::ArgumentCount | ErrorKind::TooManyArguments => {
            (format!("wrong number of arguments in `{}`", excerpt(guilty)), arguments(name))
        }
        ErrorKind::DivisionByZero => ("division by zero".to_owned(), "what is divided by is zero".to_owned()),
        ErrorKind::Domain => (
            format!("`{}` is not defined", excerpt(guilty)),
            "no real number is the result for these values".to_owned(),
        ),
        ErrorKind::Overflow => (
            format!("the result of `{}` is too large", excerpt(guilty)),
            format!("the largest number is {:e}", f64::MAX),
        ),
        ErrorKind::TooDeep => {
            ("the expression is nested too deeply".to_owned(), "go on with a part of it as `ans`".to_owned())
        }
        other => (other.to_string(), "write it in another way".to_owned()),
    };
    let column = |byte: usize| expression.get(..byte).unwrap_or(expression).chars().count();
    let place = Place { expression: printable(expression), range: column(span.start)..column(span.end) };
    Mistake { what, place: Some(place), help }
}

/// Says what the arguments of a function are.
fn arguments(function: &str) -> String {
    match function {
        "atan2" => "write `atan2(y, x)`".to_owned(),
        "pow" | "hypot" => format!("write `{function}(x, y)`"),
        "clamp" => "write `clamp(x, low, high)`".to_owned(),
        "log" => "write `log(x)` or `log(x, base)`".to_owned(),
        "min" | "max" => format!("`{function}` takes one argument to eight"),
        _ => format!("write `{function}(x)`"),
    }
}

/// Replaces what would move the cursor, so that the line below stays below.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn excerpt(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(EXCERPT / 2) {
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{} (column {}){place}", self.what, place.range.start + 1)?,
            None => f.write_str(&self.what)?,
        }
        write!(f, "\n  help: {}", self.help)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Of a long expression the part around the place.
        let from = self.range.start.saturating_sub(EXCERPT / 2);
        let piece: String = self.expression.chars().skip(from).take(EXCERPT).collect();
        let carets = self.range.end.min(from + EXCERPT).saturating_sub(self.range.start).max(1);
        write!(f, "\n  {piece}\n  {}{}", " ".repeat(self.range.start - from), "^".repeat(carets))
    }
}

#[cfg(test)]
mod tests {
    use nanoexpr::Context;

    use super::*;

    fn solved(expression: &str) -> String {
        evaluate(expression, Some(7.0)).map_or_else(|mistake| mistake.to_string(), shown)
    }

    #[test]
    fn results() {
        for (expression, expected) in [
            ("2*(3+4)^2/7", "14"),
            ("6*7", "42"),
            ("sqrt(2)", "1.4142135623730951"),
            ("-2^2", "-4"),
            ("2^3^2", "512"),
            ("7 % 4 + 5!", "123"),
            ("sin(pi/2) + ln(e)", "2"),
            ("max(1, 2, ans)", "7"),
            ("ans/2", "3.5"),
            ("1.5e3", "1500"),
            ("10^20", "1e20"),
            ("1/3*3", "1"),
            ("1e-9", "1e-9"),
            ("  1 +\t1 ", "2"),
        ] {
            assert_eq!(solved(expression), expected, "{expression}");
        }
    }

    #[test]
    fn mistakes() {
        for (expression, expected) in [
            (
                "2*(3+4",
                "this `(` is not closed (column 3)
  2*(3+4
    ^
  help: add a `)`",
            ),
            (
                "2+",
                "the expression ends too early (column 3)
  2+
    ^
  help: a value is missing at the end",
            ),
            (
                "2 3",
                "unexpected `3` (column 3)
  2 3
    ^
  help: an operator stands between two values, and a value on either side of an operator",
            ),
            (
                "größe",
                "unexpected character `ö` (column 3)
  größe
    ^
  help: expressions are made of numbers, names, `( ) ,` and the operators `+ - * / % ^ !`",
            ),
            (
                "1/(2-2)",
                "division by zero (column 1)
  1/(2-2)
  ^^^^^^^
  help: what is divided by is zero",
            ),
            (
                "3 + sqrt(-1)",
                "`sqrt(-1)` is not defined (column 5)
  3 + sqrt(-1)
      ^^^^^^^^
  help: no real number is the result for these values",
            ),
            (
                "10^308*10",
                "the result of `10^308*10` is too large (column 1)
  10^308*10
  ^^^^^^^^^
  help: the largest number is 1.7976931348623157e308",
            ),
            (
                "1e999",
                "`1e999` is not a number (column 1)
  1e999
  ^^^^^
  help: the largest is 1.7976931348623157e308",
            ),
            (
                "2*x",
                "unknown name `x` (column 3)
  2*x
    ^
  help: known are pi, tau, e, ans",
            ),
            (
                "sin + 1",
                "`sin` is a function (column 1)
  sin + 1
  ^^^
  help: give it its arguments, as in `sin(2)`",
            ),
            (
                "pi(2)",
                "`pi` is not a function (column 1)
  pi(2)
  ^^
  help: to multiply, write `pi*(`",
            ),
            (
                "1 + atan2(1)",
                "wrong number of arguments in `atan2(1)` (column 5)
  1 + atan2(1)
      ^^^^^^^^
  help: write `atan2(y, x)`",
            ),
            ("", "the expression is empty\n  help: write one, like `2*(3+4)^2/7`"),
        ] {
            assert_eq!(solved(expression), expected, "{expression}");
        }
    }

    #[test]
    fn unknown_functions_get_the_known_ones() {
        let text = solved("sqr(2)");
        assert!(text.starts_with("unknown function `sqr` (column 1)\n  sqr(2)\n  ^^^\n  help: known are "));
        assert!(text.contains(" sqrt,"), "{text}");
    }

    #[test]
    fn the_first_expression_has_no_ans() {
        let text = evaluate("ans + 1", None).unwrap_err().to_string();
        assert!(text.starts_with("there is no `ans` yet (column 1)"), "{text}");
    }

    #[test]
    fn every_name_in_the_messages_is_known() {
        for name in CONSTANTS {
            assert!(Context::<f64>::variable(&Math, name).is_some(), "{name}");
        }
        for name in FUNCTIONS {
            assert!(Context::<f64>::call(&Math, name, &[]).is_some(), "{name}");
        }
    }

    #[test]
    fn terminals_get_no_control_characters() {
        let text = solved("1 + \u{1b}[2J");
        assert!(text.starts_with("unexpected character `\u{fffd}` (column 5)\n  1 + \u{fffd}[2J\n      ^\n"));
    }

    #[test]
    fn long_expressions_are_shown_around_the_mistake() {
        let long = format!("{}x{}", "1+".repeat(400), "+1".repeat(400));
        let text = solved(&long);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "unknown name `x` (column 801)");
        assert_eq!(lines[1].chars().nth(lines[2].find('^').unwrap()), Some('x'));
        assert_eq!(lines[1].chars().count(), 2 + EXCERPT);
    }

    #[test]
    fn the_longest_expression_and_the_deepest() {
        let longest = format!("1{}", "+1".repeat(LONGEST_EXPRESSION / 2 - 1));
        assert_eq!(solved(&longest), (LONGEST_EXPRESSION / 2).to_string());
        let longer = format!("{longest}+1");
        assert_eq!(
            solved(&longer),
            "the expression has 10001 bytes\n  help: at most 10000 are accepted; go on with the result as `ans`"
        );
        let deep = "(".repeat(LONGEST_EXPRESSION);
        assert!(solved(&deep).starts_with("the expression is nested too deeply (column 33)"));
    }
}
