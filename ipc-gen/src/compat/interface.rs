//! Interfaces and their methods.

use super::data::List;
use super::{Comparison, Impact, Rule, Said};
use crate::model::{Interface, Method, Node};

impl<'m> Comparison<'m> {
    pub(super) fn compare_interfaces(&mut self, node: &'m Node, old: &'m Interface, new: &'m Interface) {
        self.compare_superclasses(node, old, new);
        for (ordinal, was) in old.methods.iter().enumerate() {
            let place = format!("{}.{}", node.path(), was.name);
            let now = new.methods.iter().position(|method| method.name == was.name);
            let there = new.methods.get(ordinal);
            match (now, there) {
                (Some(now), _) if now == ordinal => {}
                (Some(now), _) => self.report(
                    node.id,
                    &place,
                    Said {
                        rule: Rule::MethodMoved,
                        impact: Impact::Both,
                        message: format!("method `{place}` moved from @{ordinal} to @{now}"),
                        reason: "a call names the method by its ordinal",
                        mend: format!(
                            "append new methods at the end, or pin it with `#[ipc(ordinal = {ordinal})]`"
                        ),
                    },
                ),
                // What has its place is not new: it is the same under another name.
                (None, Some(there)) if !old.methods.iter().any(|method| method.name == there.name) => {
                    self.report(
                        node.id,
                        &place,
                        Said {
                            rule: Rule::MethodRenamed,
                            impact: Impact::SourceOnly,
                            message: format!("method `{place}` is called `{}` now", there.name),
                            reason: "a call names the method by its ordinal, which is the same",
                            mend: String::new(),
                        },
                    );
                }
                (None, _) => self.report(
                    node.id,
                    &place,
                    Said {
                        rule: Rule::MethodRemoved,
                        impact: Impact::OldClients,
                        message: format!("method `{place}` @{ordinal} is gone"),
                        reason: "old clients call it, and get another method or an exception",
                        mend: "keep it in its place; it may return an error".to_owned(),
                    },
                ),
            }
        }
        let has = |of: &Interface, name: &str| of.methods.iter().any(|method| method.name == name);
        for (ordinal, method) in new.methods.iter().enumerate() {
            match old.methods.get(ordinal) {
                Some(was) if was.name != method.name && has(new, &was.name) && !has(old, &method.name) => {
                    let place = format!("{}.{}", node.path(), method.name);
                    let message = format!("method `{place}` @{ordinal} is new, in the place of another");
                    self.report(
                        node.id,
                        &place,
                        Said {
                            rule: Rule::MethodAdded,
                            impact: Impact::OldServers,
                            message,
                            reason: "an old server has the other method there",
                            mend: "append it at the end".to_owned(),
                        },
                    );
                }
                Some(was) => self.compare_methods(node, was, method, old, new),
                None if !old.methods.iter().any(|was| was.name == method.name) => {
                    let place = format!("{}.{}", node.path(), method.name);
                    let message = format!("method `{place}` @{ordinal} is new");
                    self.report(
                        node.id,
                        &place,
                        Said {
                            rule: Rule::MethodAdded,
                            impact: Impact::Compatible,
                            message,
                            reason: "an old server answers that it does not have it",
                            mend: String::new(),
                        },
                    );
                }
                None => {}
            }
        }
    }

    fn compare_superclasses(&mut self, node: &Node, old: &Interface, new: &Interface) {
        let name = |comparison: &Self, id: u64| {
            let node = comparison.old.nodes.get(&id).or_else(|| comparison.new.nodes.get(&id));
            node.map_or_else(|| format!("{id:#018x}"), |node| node.path().to_owned())
        };
        let has = |of: &Interface, id: u64| of.superclasses.iter().any(|(other, _)| *other == id);
        for (id, _) in old.superclasses.iter().filter(|(id, _)| !has(new, *id)) {
            // One whose id changed is reported by itself.
            if self.renamed.get(id).is_some_and(|id| has(new, *id)) {
                continue;
            }
            let message = format!("`{}` no longer extends `{}`", node.path(), name(self, *id));
            self.report(
                node.id,
                node.path(),
                Said {
                    rule: Rule::SuperclassRemoved,
                    impact: Impact::OldClients,
                    message,
                    reason: "old clients call the inherited methods",
                    mend: "keep the supertrait".to_owned(),
                },
            );
        }
        for (id, _) in new.superclasses.iter().filter(|(id, _)| !has(old, *id)) {
            if self.renamed.iter().any(|(was, is)| is == id && has(old, *was)) {
                continue;
            }
            let message = format!("`{}` extends `{}` too", node.path(), name(self, *id));
            self.report(
                node.id,
                node.path(),
                Said {
                    rule: Rule::SuperclassAdded,
                    impact: Impact::Compatible,
                    message,
                    reason: "an old server answers that it does not have its methods",
                    mend: String::new(),
                },
            );
        }
    }

    /// Compares the methods at one ordinal, if they are the same method.
    fn compare_methods(
        &mut self,
        node: &'m Node,
        old: &'m Method,
        new: &'m Method,
        all_old: &Interface,
        all_new: &Interface,
    ) {
        let moved = |name: &str, of: &Interface| of.methods.iter().any(|method| method.name == name);
        if old.name != new.name && (moved(&old.name, all_new) || moved(&new.name, all_old)) {
            return;
        }
        let place = format!("{}.{}", node.path(), new.name);
        self.compare_lists(node, &place, List::Params, old.params.0, new.params.0);
        self.compare_lists(node, &place, List::Results, old.results.0, new.results.0);
    }
}
