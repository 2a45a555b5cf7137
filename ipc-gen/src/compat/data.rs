//! Structs, parameters, results and enums.

use std::collections::BTreeMap;

use super::{Comparison, Impact, Rule, Said};
use crate::model::{Enumerant, FieldKind, Model, Node, Type, Value};

/// What some fields are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    /// Written by clients.
    Params,
    /// Written by servers.
    Results,
    /// Written by both.
    Fields,
}

impl List {
    fn noun(self) -> &'static str {
        match self {
            Self::Params => "parameter",
            Self::Results => "result",
            Self::Fields => "field",
        }
    }

    /// Who misses what the other side no longer writes.
    fn readers(self) -> Impact {
        match self {
            Self::Params => Impact::OldServers,
            Self::Results => Impact::OldClients,
            Self::Fields => Impact::Both,
        }
    }
}

/// A field with its place, whatever groups it is in.
#[derive(Debug)]
struct Leaf<'m> {
    /// The names of the groups and its own.
    path: String,
    ty: &'m Type,
    offset: u32,
    default: &'m Value,
    /// The unions that it is in: where the number of the choice lies, and the number.
    choices: Vec<(u32, u16)>,
}

impl<'m> Comparison<'m> {
    pub(super) fn compare_structs(&mut self, old: &'m Node, new: &'m Node) {
        self.compare_fields(new, new.path(), List::Fields, old.id, new.id);
    }

    pub(super) fn compare_lists(&mut self, node: &'m Node, place: &str, list: List, old: u64, new: u64) {
        self.compare_fields(node, place, list, old, new);
    }

    fn compare_fields(&mut self, node: &Node, place: &str, list: List, old: u64, new: u64) {
        let (old, new) = (leaves(self.old, old), leaves(self.new, new));
        if list == List::Params && self.context_changed(node, place, &old, &new) {
            return;
        }
        for (ordinal, was) in &old {
            let of = format!("{place}.{}", was.path);
            let there = new.get(ordinal);
            let same_name = new.iter().find(|(_, leaf)| leaf.path == was.path);
            match (there, same_name) {
                (Some(is), _) if is.path == was.path => self.compare_leaves(node, &of, list, was, is),
                (_, Some((now, _))) => self.report(
                    node.id,
                    &of,
                    Said {
                        rule: Rule::FieldMoved,
                        impact: Impact::Both,
                        message: format!("{} `{of}` moved from @{ordinal} to @{now}", list.noun()),
                        reason: "it lies elsewhere in messages, where the other side reads something else",
                        mend: moved_mend(list, *ordinal),
                    },
                ),
                (Some(is), None) => {
                    self.renamed_field(node, &of, list, was, is);
                }
                (None, None) => self.report(
                    node.id,
                    &of,
                    Said {
                        rule: Rule::FieldRemoved,
                        impact: list.readers(),
                        message: format!("{} `{of}` @{ordinal} is gone", list.noun()),
                        reason: "who knows it reads its default in place of a value",
                        mend: "keep it, and ignore it".to_owned(),
                    },
                ),
            }
        }
        for (ordinal, is) in &new {
            let known = old.contains_key(ordinal) || old.values().any(|was| was.path == is.path);
            if !known {
                self.added(node, place, list, *ordinal, is, &old);
            }
        }
    }

    /// Finds out whether only `context` was added or taken away, which moves everything else.
    fn context_changed(
        &mut self,
        node: &Node,
        place: &str,
        old: &BTreeMap<u16, Leaf<'_>>,
        new: &BTreeMap<u16, Leaf<'_>>,
    ) -> bool {
        let has =
            |leaves: &BTreeMap<u16, Leaf<'_>>| leaves.get(&0).is_some_and(|leaf| leaf.path == "context");
        let (had, has) = (has(old), has(new));
        if had == has {
            return false;
        }
        let (message, mend) = if has {
            (format!("`{place}` takes a context now"), "keep `#[ipc(no_context)]`")
        } else {
            (format!("`{place}` no longer takes a context"), "take `#[ipc(no_context)]` away")
        };
        let alone = old.len().max(new.len()) == 1;
        self.report(
            node.id,
            place,
            Said {
                rule: Rule::ContextChanged,
                // Without other parameters there is nothing that moves; what is not there is null.
                impact: if alone { Impact::Compatible } else { Impact::Both },
                message,
                reason: if alone {
                    "a context that is not there is null, and one that is not expected is ignored"
                } else {
                    "the context is the first parameter, and the others lie behind it"
                },
                mend: mend.to_owned(),
            },
        );
        true
    }

    fn renamed_field(&mut self, node: &Node, place: &str, list: List, was: &Leaf<'_>, is: &Leaf<'_>) {
        self.report(
            node.id,
            place,
            Said {
                rule: Rule::FieldRenamed,
                impact: Impact::SourceOnly,
                message: format!("{} `{place}` is called `{}` now", list.noun(), is.path),
                reason: "names do not travel",
                mend: String::new(),
            },
        );
        self.compare_leaves(node, place, list, was, is);
    }

    fn compare_leaves(&mut self, node: &Node, place: &str, list: List, was: &Leaf<'_>, is: &Leaf<'_>) {
        let noun = list.noun();
        if !self.same_type(was.ty, is.ty) {
            let (old, new) = (self.old.type_name(was.ty), self.new.type_name(is.ty));
            self.report(
                node.id,
                place,
                Said {
                    rule: Rule::FieldTypeChanged,
                    impact: Impact::Both,
                    message: format!("{noun} `{place}` was a `{old}` and is a `{new}`"),
                    reason: "what the one writes the other takes for something else",
                    mend: format!("keep it as it was, and add another {noun} at the end"),
                },
            );
            return;
        }
        if was.offset != is.offset {
            self.report(
                node.id,
                place,
                Said {
                    rule: Rule::FieldMoved,
                    impact: Impact::Both,
                    message: format!("{noun} `{place}` lies elsewhere in messages"),
                    reason: "a field before it takes another place",
                    mend: "keep the types and the order of what is before it".to_owned(),
                },
            );
            return;
        }
        if !was.default.is_written_as(is.default) {
            self.report(
                node.id,
                place,
                Said {
                    rule: Rule::DefaultChanged,
                    impact: Impact::Both,
                    message: format!("the default of {noun} `{place}` is another one"),
                    reason: "values are written as their difference from the default",
                    mend: "keep it; where another one is meant, pass it".to_owned(),
                },
            );
        }
        self.compare_choices(node, place, noun, was, is);
    }

    fn compare_choices(&mut self, node: &Node, place: &str, noun: &str, was: &Leaf<'_>, is: &Leaf<'_>) {
        if was.choices == is.choices {
            return;
        }
        let rest = is.choices.strip_prefix(was.choices.as_slice());
        let said = if rest.is_some_and(|rest| rest.iter().all(|(_, choice)| *choice == 0)) {
            Said {
                rule: Rule::FieldUnionized,
                impact: Impact::Compatible,
                message: format!("{noun} `{place}` is the first choice of a union now"),
                reason: "old programs write it as they did, and do not see another choice",
                mend: String::new(),
            }
        } else {
            Said {
                rule: Rule::UnionChanged,
                impact: Impact::Both,
                message: format!("{noun} `{place}` is another choice of its union"),
                reason: "the number of the choice is what tells what is there",
                mend: "append new variants at the end, or pin them with `#[ipc(ordinal = ..)]`".to_owned(),
            }
        };
        self.report(node.id, place, said);
    }

    fn added(
        &mut self,
        node: &Node,
        place: &str,
        list: List,
        ordinal: u16,
        is: &Leaf<'_>,
        old: &BTreeMap<u16, Leaf<'_>>,
    ) {
        let of = format!("{place}.{}", is.path);
        let union = is.choices.last().map(|(at, _)| *at);
        let grows =
            union.is_some_and(|at| old.values().any(|was| was.choices.iter().any(|(was, _)| *was == at)));
        let said = if grows {
            Said {
                rule: Rule::ChoiceAdded,
                impact: Impact::Compatible,
                message: format!("`{of}` @{ordinal} is a new choice of its union"),
                reason: "old programs do not send it; if it is sent to one, it gets an error",
                mend: "send it only to who knows it; a variant marked `#[ipc(other)]` takes what is unknown"
                    .to_owned(),
            }
        } else {
            Said {
                rule: Rule::FieldAdded,
                impact: Impact::Compatible,
                message: format!("{} `{of}` @{ordinal} is new", list.noun()),
                reason: "old programs ignore it, and where they do not send it, its default is read",
                mend: String::new(),
            }
        };
        self.report(node.id, &of, said);
    }

    pub(super) fn compare_enums(&mut self, node: &Node, old: &[Enumerant], new: &[Enumerant]) {
        for (number, was) in old.iter().enumerate() {
            let place = format!("{}.{}", node.path(), was.name);
            let now = new.iter().position(|value| value.name == was.name);
            let there = new.get(number);
            let said = match (now, there) {
                (Some(now), _) if now == number => continue,
                (Some(now), _) => Said {
                    rule: Rule::ValueMoved,
                    impact: Impact::Both,
                    message: format!("`{place}` was {number} and is {now}"),
                    reason: "a value travels as its number",
                    mend: "append new values at the end".to_owned(),
                },
                (None, Some(there)) if !old.iter().any(|value| value.name == there.name) => Said {
                    rule: Rule::ValueRenamed,
                    impact: Impact::SourceOnly,
                    message: format!("`{place}` is called `{}` now", there.name),
                    reason: "a value travels as its number, which is the same",
                    mend: String::new(),
                },
                (None, _) => Said {
                    rule: Rule::ValueRemoved,
                    impact: Impact::Both,
                    message: format!("`{place}` is gone"),
                    reason: "old programs send it, and new ones get an error or another value",
                    mend: "keep it".to_owned(),
                },
            };
            self.report(node.id, &place, said);
        }
        for value in new.iter().skip(old.len()).filter(|value| !old.iter().any(|was| was.name == value.name))
        {
            let place = format!("{}.{}", node.path(), value.name);
            self.report(
                node.id,
                &place,
                Said {
                    rule: Rule::ValueAdded,
                    impact: Impact::Compatible,
                    message: format!("`{place}` is new"),
                    reason: "old programs do not send it; if it is sent to one, it gets an error",
                    mend:
                        "send it only to who knows it; a variant marked `#[ipc(other)]` takes what is unknown"
                            .to_owned(),
                },
            );
        }
    }
}

/// Returns the fields of a struct and of the groups in it, by their ordinals.
fn leaves(model: &Model, id: u64) -> BTreeMap<u16, Leaf<'_>> {
    let mut found = BTreeMap::new();
    collect(model, id, "", &[], &mut found, 0);
    found
}

fn collect<'m>(
    model: &'m Model,
    id: u64,
    path: &str,
    choices: &[(u32, u16)],
    found: &mut BTreeMap<u16, Leaf<'m>>,
    depth: u32,
) {
    let Some(of) = model.struct_of(id).filter(|_| depth < 64) else { return };
    for field in &of.fields {
        let path = if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) };
        let mut choices = choices.to_vec();
        choices.extend(field.choice.map(|choice| (of.discriminant, choice)));
        match &field.kind {
            FieldKind::Group(id) => collect(model, *id, &path, &choices, found, depth + 1),
            FieldKind::Slot { offset, ty, default, .. } => {
                let Some(ordinal) = field.ordinal else { continue };
                found.insert(ordinal, Leaf { path, ty, offset: *offset, default, choices });
            }
        }
    }
}

fn moved_mend(list: List, ordinal: u16) -> String {
    match list {
        List::Params => "append new parameters at the end".to_owned(),
        List::Results => "append new results at the end of `#[ipc(results(..))]`".to_owned(),
        List::Fields => format!("append new fields at the end, or pin it with `#[ipc(ordinal = {ordinal})]`"),
    }
}
