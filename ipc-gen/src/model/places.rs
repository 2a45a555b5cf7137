//! Where declarations stand in the text that they were read from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Model;
use crate::text::source::{Mistake, Source, Span};

/// Where nodes and their members stand. It is no part of what a schema says: models are compared without it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    at: BTreeMap<(u64, Option<usize>), (Arc<Source>, Span)>,
}

impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Places {
    /// Notes where a node, or a member of one, has its name.
    pub(crate) fn note(&mut self, node: u64, member: Option<usize>, source: Arc<Source>, span: Span) {
        self.at.insert((node, member), (source, span));
    }
}

impl Model {
    /// Says that something is wrong with a node, or with a member of one.
    pub(crate) fn mistake(&self, node: u64, member: Option<usize>, message: String, help: &str) -> Mistake {
        let help = (!help.is_empty()).then(|| help.to_owned());
        let place = self.places.at.get(&(node, member)).or_else(|| self.places.at.get(&(node, None)));
        match place {
            Some((source, span)) => Mistake::new(source, *span, message, help),
            // It was not read from a text.
            None => {
                let name = self.nodes.get(&node).map(|node| node.display_name.clone());
                let source =
                    Source { name: name.unwrap_or_else(|| format!("{node:#018x}")), text: String::new() };
                Mistake::new(&source, Span::default(), message, help)
            }
        }
    }
}
