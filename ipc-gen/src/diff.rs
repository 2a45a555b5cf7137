//! The first difference between two texts.

use std::fmt::Write;

/// How many lines each side of a difference shows.
const SHOWN: usize = 12;

/// How many equal lines end a difference.
const EQUAL: usize = 2;

/// Describes where `found` first differs from `wanted`, line by line.
pub(crate) fn first_difference(found: &str, wanted: &str) -> String {
    let found: Vec<&str> = found.lines().collect();
    let wanted: Vec<&str> = wanted.lines().collect();
    let start = found.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
    let found_rest = found.get(start..).unwrap_or_default();
    let wanted_rest = wanted.get(start..).unwrap_or_default();
    let (removed, added) = difference_length(found_rest, wanted_rest);

    let mut text = format!("  line {}:\n", start + 1);
    if removed == 0 && added == 0 {
        return text + "  only line ends differ";
    }
    if let Some(before) = start.checked_sub(1).and_then(|before| found.get(before)) {
        push(&mut text, ' ', before);
    }
    push_side(&mut text, '-', found_rest, removed);
    push_side(&mut text, '+', wanted_rest, added);
    if removed < found_rest.len() && found_rest.get(removed..) != wanted_rest.get(added..) {
        text.push_str("  and more below\n");
    }
    text.pop();
    text
}

/// Returns how many lines of each side to skip until both go on alike.
fn difference_length(found: &[&str], wanted: &[&str]) -> (usize, usize) {
    for total in 0..found.len() + wanted.len() {
        for removed in total.saturating_sub(wanted.len())..=total.min(found.len()) {
            let added = total - removed;
            let (rest, other) = (found.get(removed..), wanted.get(added..));
            let (Some(rest), Some(other)) = (rest, other) else { continue };
            let equal = rest.iter().zip(other).take_while(|(a, b)| a == b).count();
            if equal >= EQUAL || (equal == rest.len() && equal == other.len()) {
                return (removed, added);
            }
        }
    }
    (found.len(), wanted.len())
}

fn push_side(text: &mut String, sign: char, lines: &[&str], count: usize) {
    for line in lines.iter().take(count.min(SHOWN)) {
        push(text, sign, line);
    }
    if count > SHOWN {
        push(text, sign, &format!("... {} lines more", count - SHOWN));
    }
}

fn push(text: &mut String, sign: char, line: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "  {sign} {line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_is_shown_with_the_line_before() {
        let difference = first_difference("a\nb\nc\nd\n", "a\nx\nc\nd\n");
        assert_eq!(difference, "  line 2:\n    a\n  - b\n  + x");
    }

    #[test]
    fn an_added_line_is_not_mistaken_for_a_change_of_all_that_follows() {
        let difference = first_difference("a\nb\nc\n", "a\nnew\nb\nc\n");
        assert_eq!(difference, "  line 2:\n    a\n  + new");
    }

    #[test]
    fn a_second_difference_is_announced() {
        let difference = first_difference("a\nb\nc\nd\n", "x\nb\nc\ny\n");
        assert_eq!(difference, "  line 1:\n  - a\n  + x\n  and more below");
    }

    #[test]
    fn a_missing_end_is_shown() {
        assert_eq!(first_difference("a\n", "a\nb\n"), "  line 2:\n    a\n  + b");
        assert_eq!(first_difference("a\nb\n", "a\n"), "  line 2:\n    a\n  - b");
    }

    #[test]
    fn line_ends_count() {
        assert_eq!(first_difference("a\r\n", "a\n"), "  line 2:\n  only line ends differ");
    }

    #[test]
    fn a_long_difference_is_cut() {
        let long: String = (0..40).map(|i| format!("{i}\n")).collect();
        let difference = first_difference("", &long);
        assert!(difference.ends_with("  + 11\n  + ... 28 lines more"), "{difference}");
    }
}
