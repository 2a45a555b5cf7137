//! Two versions of a schema beside each other.

use std::fmt::Write;

use crate::model::Model;
use crate::show::show;

/// How many equal lines are shown around what differs.
const CONTEXT: usize = 3;

/// How many steps of comparing are worth it: beyond that the rest counts as different.
const MOST_STEPS: usize = 20_000_000;

/// Draws two versions of a schema side by side, in lines of so many columns: what is only in one stands alone. Equal parts
/// are left out but for a few lines. Returns an empty text if there is no difference.
pub fn diff(old: &Model, new: &Model, width: usize) -> String {
    // Three columns between the two sides.
    let half = width.saturating_sub(3).max(40) / 2;
    let (old, new) = (show(old, half), show(new, half));
    let rows = rows(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>());
    let differs = |row: &(Option<&str>, Option<&str>)| row.0 != row.1;
    let mut text = String::new();
    let mut left_out = false;
    for (index, row) in rows.iter().enumerate() {
        let around = index.saturating_sub(CONTEXT)..(index + CONTEXT + 1).min(rows.len());
        if !rows.get(around).unwrap_or_default().iter().any(differs) {
            left_out = true;
            continue;
        }
        if std::mem::take(&mut left_out) && !text.is_empty() {
            text.push_str("  ...\n");
        }
        let (left, right) = (row.0.unwrap_or_default(), row.1.unwrap_or_default());
        let sign = match row {
            (Some(_), None) => '<',
            (None, Some(_)) => '>',
            (left, right) if left == right => ' ',
            _ => '|',
        };
        let pad = half.saturating_sub(left.chars().count());
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{}", format!("{left}{:pad$} {sign} {right}", "").trim_end());
    }
    text
}

/// Returns the lines of two versions of a schema, as [`show()`] draws them, that are not in both: one that stands in place of
/// another has that beside it.
pub fn differences(old: &Model, new: &Model, width: usize) -> Vec<(Option<String>, Option<String>)> {
    let (old, new) = (show(old, width), show(new, width));
    let rows = rows(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>());
    let differing = rows.into_iter().filter(|(old, new)| old != new);
    differing.map(|(old, new)| (old.map(str::to_owned), new.map(str::to_owned))).collect()
}

/// Puts equal lines beside each other, by the longest sequence that both have.
fn rows<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(Option<&'t str>, Option<&'t str>)> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let old_middle = old_rest.get(..old_rest.len() - end).unwrap_or_default();
    let new_middle = new_rest.get(..new_rest.len() - end).unwrap_or_default();

    let mut rows: Vec<_> = old.iter().take(start).map(|line| (Some(*line), Some(*line))).collect();
    rows.extend(middle(old_middle, new_middle));
    rows.extend(old_rest.iter().skip(old_middle.len()).map(|line| (Some(*line), Some(*line))));
    rows
}

fn middle<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(Option<&'t str>, Option<&'t str>)> {
    let only = |old: &[&'t str], new: &[&'t str]| -> Vec<(Option<&'t str>, Option<&'t str>)> {
        let left = old.iter().map(|line| (Some(*line), None));
        left.chain(new.iter().map(|line| (None, Some(*line)))).collect()
    };
    if old.len().saturating_mul(new.len()) > MOST_STEPS {
        return only(old, new);
    }
    // How long the longest common sequence of the rests is, from each pair of places on.
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    let at = |longest: &[u32], i: usize, j: usize| longest.get(i * width + j).copied().unwrap_or_default();
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let value = if a == b {
                at(&longest, i + 1, j + 1) + 1
            } else {
                at(&longest, i + 1, j).max(at(&longest, i, j + 1))
            };
            if let Some(cell) = longest.get_mut(i * width + j) {
                *cell = value;
            }
        }
    }
    let mut rows = Vec::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (old.get(i), new.get(j)) {
        if a == b {
            rows.push((Some(*a), Some(*b)));
            i += 1;
            j += 1;
        } else if at(&longest, i + 1, j) >= at(&longest, i, j + 1) {
            rows.push((Some(*a), None));
            i += 1;
        } else {
            rows.push((None, Some(*b)));
            j += 1;
        }
    }
    rows.extend(only(old.get(i..).unwrap_or_default(), new.get(j..).unwrap_or_default()));
    rows
}
