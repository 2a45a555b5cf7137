//! Imported files: several schemas may add to one.
//!
//! Works on emitted text alone, of which it knows that a declaration begins at the start of a line with its keyword
//! and ends with a `}` at the start of a line, or with `{}`. It does not read `.capnp` files that others wrote.

use std::collections::{BTreeMap, BTreeSet};

/// Tells whether `found` says all that `wanted` says; it may say more.
pub(crate) fn contains(found: &str, wanted: &str) -> bool {
    let (found, wanted) = (Pieces::parse(found), Pieces::parse(wanted));
    found.file_id == wanted.file_id
        && wanted.imports.is_subset(&found.imports)
        && wanted.declarations.iter().all(|(id, declaration)| found.declarations.get(id) == Some(declaration))
}

/// Returns `wanted` with those declarations of `found` that it lacks.
pub(crate) fn merge(found: &str, wanted: &str) -> String {
    let (found, mut wanted) = (Pieces::parse(found), Pieces::parse(wanted));
    if found.file_id == wanted.file_id {
        wanted.imports.extend(found.imports);
        for (id, declaration) in found.declarations {
            wanted.declarations.entry(id).or_insert(declaration);
        }
    }
    wanted.into_text()
}

/// The parts of an emitted file.
#[derive(Default)]
struct Pieces<'t> {
    header: Vec<&'t str>,
    file_id: &'t str,
    imports: BTreeSet<&'t str>,
    /// The declarations by type id.
    declarations: BTreeMap<&'t str, Declaration<'t>>,
}

#[derive(Default, PartialEq, Eq)]
struct Declaration<'t> {
    name: &'t str,
    lines: Vec<&'t str>,
}

impl<'t> Pieces<'t> {
    fn parse(text: &'t str) -> Self {
        let mut pieces = Self::default();
        let mut open: Option<(&str, Declaration<'_>)> = None;
        for line in text.lines() {
            let begun = open.take().map(|(id, mut declaration)| {
                declaration.lines.push(line);
                (id, declaration)
            });
            match begun.or_else(|| begin(line)) {
                Some((id, declaration))
                    if line == "}" || (line.ends_with("{}") && !line.starts_with(' ')) =>
                {
                    pieces.declarations.insert(id, declaration);
                }
                Some(unfinished) => open = Some(unfinished),
                None if line.starts_with('@') => pieces.file_id = line,
                None if line.starts_with("using ") => {
                    pieces.imports.insert(line);
                }
                None if line.starts_with('#') => pieces.header.push(line),
                None => {}
            }
        }
        pieces
    }

    fn into_text(self) -> String {
        let mut declarations: Vec<Declaration<'_>> = self.declarations.into_values().collect();
        declarations.sort_by_key(|declaration| declaration.name);
        let imports: Vec<&str> = self.imports.into_iter().collect();
        let blocks = [self.header, vec![self.file_id], imports]
            .into_iter()
            .chain(declarations.into_iter().map(|declaration| declaration.lines));
        let blocks: Vec<String> =
            blocks.filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n") + "\n").collect();
        blocks.join("\n")
    }
}

fn begin(line: &str) -> Option<(&str, Declaration<'_>)> {
    let (keyword, rest) = line.split_once(' ')?;
    if !matches!(keyword, "struct" | "enum" | "interface") {
        return None;
    }
    let mut words = rest.split(' ');
    let (name, id) = (words.next()?, words.next()?);
    Some((id, Declaration { name, lines: vec![line] }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: &str = "# Generated\n# To update\n\n@0xcc316e3f71a040fb;\n\nusing A = import \"a.capnp\";\n";
    const B: &str = "\nstruct B @0x8000000000000002 {\n  # Doc {}\n\n  x @0 :A.X;\n}\n";
    const C: &str = "\ninterface C @0x8000000000000001 {}\n";

    #[test]
    fn merging_a_file_with_itself_changes_nothing() {
        let text = format!("{TOP}{B}{C}");
        assert!(contains(&text, &text));
        assert_eq!(merge(&text, &text), text);
    }

    #[test]
    fn what_another_schema_reached_stays() {
        let (found, wanted) = (format!("{TOP}{C}"), format!("{TOP}{B}"));
        assert!(!contains(&found, &wanted));
        let merged = merge(&found, &wanted);
        assert_eq!(merged, format!("{TOP}{B}{C}"));
        assert!(contains(&merged, &wanted) && contains(&merged, &found));
    }

    #[test]
    fn a_declaration_that_changed_is_replaced() {
        let old = B.replace("x @0", "y @0").replace("struct B", "struct Old");
        let (found, wanted) = (format!("{TOP}{old}{C}"), format!("{TOP}{B}"));
        assert!(!contains(&found, &wanted));
        assert_eq!(merge(&found, &wanted), format!("{TOP}{B}{C}"));
    }

    #[test]
    fn a_file_with_another_id_is_replaced() {
        let (found, wanted) = (format!("{}{C}", TOP.replace("fb;", "fa;")), format!("{TOP}{B}"));
        assert!(!contains(&found, &wanted));
        assert_eq!(merge(&found, &wanted), wanted);
    }
}
