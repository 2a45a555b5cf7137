//! Where something stands in a text, and what is wrong there.

use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A file that is read.
#[derive(Debug)]
pub(crate) struct Source {
    /// What people call it.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A piece of the text of a file, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    /// From the beginning of this to the end of the other.
    pub(crate) fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end.max(self.end) }
    }
}

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// One mistake in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to write in its place.
    pub help: Option<String>,
    /// The line, and how many characters of it are meant.
    shown: (String, usize),
}

impl Mistake {
    pub(crate) fn new(source: &Source, span: Span, message: String, help: Option<String>) -> Self {
        let text = &source.text;
        let start = floor(text, span.start);
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_end =
            text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| start + end);
        let shown = text.get(line_start..line_end).unwrap_or_default().trim_end();
        let end = floor(text, span.end.clamp(start, line_end));
        let count = |range: Range<usize>| text.get(range).map_or(0, |piece| piece.chars().count());
        Self {
            file: source.name.clone(),
            line: before.matches('\n').count() + 1,
            column: count(line_start..start) + 1,
            message,
            help,
            shown: (shown.to_owned(), count(start..end).max(1)),
        }
    }
}

/// The nearest beginning of a character.
fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, help, shown: (text, length) } = self;
        // Tabs stay what they are, so that the caret stands below what is meant.
        let indent: String =
            text.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        writeln!(f, "{file}:{line}:{column}: {message}")?;
        write!(f, "  {text}\n  {indent}{}", "^".repeat(*length))?;
        match help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// What is wrong with some texts, in the order in which it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub(crate) Vec<Mistake>);

impl Mistakes {
    /// Returns the mistakes; never empty.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.0
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, mistake) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            mistake.fmt(f)?;
        }
        Ok(())
    }
}

impl Error for Mistakes {}

/// Collects mistakes.
#[derive(Debug, Default)]
pub(crate) struct Log {
    mistakes: Vec<Mistake>,
}

impl Log {
    /// How many are kept: a file that is no schema at all need not be repeated whole.
    const MOST: usize = 100;

    pub(crate) fn report(
        &mut self,
        source: &Arc<Source>,
        span: Span,
        message: impl Into<String>,
        help: &str,
    ) {
        if !self.is_full() {
            let help = (!help.is_empty()).then(|| help.to_owned());
            let mistake = Mistake::new(source, span, message.into(), help);
            if !self.mistakes.contains(&mistake) {
                self.mistakes.push(mistake);
            }
        }
    }

    /// Tells whether nothing more is kept.
    pub(crate) fn is_full(&self) -> bool {
        self.mistakes.len() >= Self::MOST
    }

    /// Goes on if there is no mistake.
    pub(crate) fn checked(self) -> Result<Self, Mistakes> {
        if self.mistakes.is_empty() { Ok(self) } else { Err(Mistakes(self.mistakes)) }
    }
}
