//! Bytes in JSON.

use crate::json::Json;

/// How bytes are written in JSON, which has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataForm {
    /// Hexadecimal digits: `"00ff"`.
    #[default]
    Hex,
    /// Base64 with padding: `"AP8="`.
    Base64,
    /// A list of numbers: `[0, 255]`.
    List,
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl DataForm {
    /// Returns the form with a name.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "hex" => Self::Hex,
            "base64" => Self::Base64,
            "list" => Self::List,
            _ => return None,
        })
    }

    pub(super) fn write(self, data: &[u8]) -> Json {
        match self {
            Self::Hex => Json::Text(data.iter().map(|byte| format!("{byte:02x}")).collect()),
            Self::Base64 => Json::Text(data.chunks(3).flat_map(base64_of).collect()),
            Self::List => Json::List(data.iter().map(|byte| Json::number(*byte)).collect()),
        }
    }

    /// Reads text as bytes; `None` if it is not of the form. A list is no text.
    pub(super) fn read(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Hex => read_hex(text),
            Self::Base64 => read_base64(text),
            Self::List => None,
        }
    }

    /// What is expected, for a message.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Hex => "a string of hexadecimal digits, or a list of numbers from 0 to 255",
            Self::Base64 => "a string in Base64, or a list of numbers from 0 to 255",
            Self::List => "a list of numbers from 0 to 255",
        }
    }
}

/// Returns the four characters of up to three bytes.
fn base64_of(bytes: &[u8]) -> [char; 4] {
    let bits = bytes.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - bytes.len()));
    let mut place = 0..4;
    [18, 12, 6, 0].map(|shift| {
        let there = place.next().is_some_and(|place| place <= bytes.len());
        let digit = DIGITS.get((bits >> shift & 63) as usize).filter(|_| there);
        digit.map_or('=', |digit| char::from(*digit))
    })
}

fn read_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let pairs = digits?;
    let (pairs, rest) = pairs.as_chunks::<2>();
    rest.is_empty().then_some(())?;
    pairs.iter().map(|[high, low]| u8::try_from(high << 4 | low).ok()).collect()
}

fn read_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let values: Option<Vec<u32>> = digits
        .bytes()
        .map(|digit| DIGITS.iter().position(|known| *known == digit))
        .map(|value| u32::try_from(value?).ok())
        .collect();
    let mut bytes = Vec::new();
    for chunk in values?.chunks(4) {
        if chunk.len() == 1 {
            return None;
        }
        let bits = chunk.iter().fold(0, |bits, value| bits << 6 | value) << (6 * (4 - chunk.len()));
        let [_, whole @ ..] = bits.to_be_bytes();
        bytes.extend(whole.into_iter().take(chunk.len() - 1));
    }
    // Whoever leaves the padding away leaves all of it away.
    (padding == 0 || text.len().is_multiple_of(4) && padding < 3).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back() {
        for length in 0..9_u8 {
            let data: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(77)).collect();
            for form in [DataForm::Hex, DataForm::Base64] {
                let Json::Text(text) = form.write(&data) else { panic!("{form:?}") };
                assert_eq!(form.read(&text), Some(data.clone()), "{text}");
            }
        }
        assert_eq!(DataForm::Base64.write(b"any"), Json::text("YW55"));
        assert_eq!(DataForm::Base64.write(b"an"), Json::text("YW4="));
        assert_eq!(DataForm::Hex.write(&[0, 0xff]), Json::text("00ff"));
        assert_eq!(DataForm::List.write(&[0, 0xff]), Json::parse("[0, 255]").unwrap());
    }

    #[test]
    fn what_is_of_another_form_is_refused() {
        for text in ["0", "0g", "é"] {
            assert_eq!(DataForm::Hex.read(text), None, "{text}");
        }
        for text in ["A", "YW5=5", "YW4==", "Y W4=", "===="] {
            assert_eq!(DataForm::Base64.read(text), None, "{text}");
        }
        assert_eq!(DataForm::Base64.read("YW4"), Some(b"an".to_vec()));
    }
}
