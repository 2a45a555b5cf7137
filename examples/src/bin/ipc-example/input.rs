//! Where expressions come from: the arguments, or the lines of a stream.

use std::ffi::OsString;
use std::io::{self, BufRead, Read};
use std::iter::Enumerate;
use std::vec;

use ipc_examples::LONGEST_EXPRESSION;

/// An expression, or why there is none.
#[derive(Debug, PartialEq)]
pub(crate) struct Input {
    /// `argument 2` or `line 7`.
    pub(crate) origin: String,
    pub(crate) expression: Result<String, InputError>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum InputError {
    /// This one cannot be used; the next one may be fine.
    Unusable(String),
    /// Nothing more can be read.
    Unreadable(String),
}

/// The expressions in the arguments.
#[derive(Debug)]
pub(crate) struct Arguments(Enumerate<vec::IntoIter<OsString>>);

impl Arguments {
    pub(crate) fn new(arguments: Vec<OsString>) -> Self {
        Self(arguments.into_iter().enumerate())
    }
}

impl Iterator for Arguments {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        let (index, argument) = self.0.next()?;
        let expression = text(argument.into_encoded_bytes());
        Some(Input { origin: format!("argument {}", index + 1), expression })
    }
}

/// The lines of a stream, each read when it is asked for. The last one need not be terminated.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    stream: R,
    number: usize,
    failed: bool,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(stream: R) -> Self {
        Self { stream, number: 0, failed: false }
    }

    /// Reads the next line, without what terminates it; of one that is too long only its beginning is kept.
    fn read(&mut self) -> io::Result<Option<Result<String, InputError>>> {
        // Room for the terminator, `\r\n` at most.
        let most = LONGEST_EXPRESSION + 2;
        let mut line = Vec::new();
        if (&mut self.stream).take(most as u64).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            line.pop_if(|last| *last == b'\r');
        } else if line.len() == most {
            self.stream.skip_until(b'\n')?;
        }
        if line.len() > LONGEST_EXPRESSION {
            let text = format!(
                "the line is too long\n  help: at most {LONGEST_EXPRESSION} bytes are accepted; go on with the \
                 result as `ans`"
            );
            return Ok(Some(Err(InputError::Unusable(text))));
        }
        Ok(Some(text(line)))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        if self.failed {
            return None;
        }
        self.number += 1;
        let expression = match self.read() {
            Ok(line) => line?,
            Err(error) => {
                self.failed = true;
                Err(InputError::Unreadable(format!("cannot read standard input: {error}")))
            }
        };
        Some(Input { origin: format!("line {}", self.number), expression })
    }
}

fn text(bytes: Vec<u8>) -> Result<String, InputError> {
    String::from_utf8(bytes).map_err(|error| {
        let position = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(position).copied().unwrap_or_default();
        InputError::Unusable(format!(
            "the expression is not UTF-8: byte {} is {byte:#04x}\n  help: write it in ASCII",
            position + 1
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(stream: &[u8]) -> Vec<(String, Result<String, InputError>)> {
        Lines::new(stream).map(|input| (input.origin, input.expression)).collect()
    }

    #[test]
    fn lines_with_and_without_terminators() {
        let line = |number: usize, text: &str| (format!("line {number}"), Ok(text.to_owned()));
        assert_eq!(lines(b""), []);
        assert_eq!(
            lines(b"1+1\r\n\n 2 \nlast"),
            [line(1, "1+1"), line(2, ""), line(3, " 2 "), line(4, "last")]
        );
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_to_its_end() {
        let longest = "1".repeat(LONGEST_EXPRESSION);
        let stream = format!("{longest}\r\n{longest}2\n{}\n3\n", longest.repeat(10));
        let lines = lines(stream.as_bytes());
        assert_eq!(lines[0].1, Ok(longest));
        assert!(matches!(&lines[1].1, Err(InputError::Unusable(text)) if text.contains("10000")));
        assert!(matches!(&lines[2].1, Err(InputError::Unusable(_))));
        assert_eq!(lines[3], ("line 4".to_owned(), Ok("3".to_owned())));
        assert_eq!(lines.len(), 4);
    }

    #[test]
    fn bytes_that_are_not_utf8() {
        let expected = "the expression is not UTF-8: byte 3 is 0xff\n  help: write it in ASCII";
        assert_eq!(lines(b"1+\xff\n")[0].1, Err(InputError::Unusable(expected.to_owned())));
    }

    #[test]
    fn a_stream_that_fails_ends() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::from_raw_os_error(5))
            }
        }
        let inputs: Vec<_> = Lines::new(io::BufReader::new(Failing)).collect();
        assert_eq!(inputs.len(), 1);
        assert!(
            matches!(&inputs[0].expression, Err(InputError::Unreadable(text)) if text.contains("cannot read"))
        );
    }
}
