//! Two versions of a schema: what becomes of programs that know one of them and meet the other.

mod data;
mod interface;

use std::collections::BTreeMap;
use std::fmt;

use ipc_runtime::schema::PROXY_FILE_ID;

use crate::model::{AnyPointer, Model, Node, NodeKind, Type};

/// Finds what changed from one version of a schema to a later one.
///
/// Declarations are the same if they have the same id, or else the same name. What is only written differently, such as
/// comments and the order in the text, is no change.
pub fn check(old: &Model, new: &Model) -> Vec<Change> {
    let mut comparison = Comparison { old, new, renamed: BTreeMap::new(), changes: Vec::new() };
    comparison.match_nodes();
    comparison.compare();
    comparison.changes
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which kind of change.
    pub rule: Rule,
    /// Who is affected.
    pub impact: Impact,
    /// The declaration, in the new version if it is there.
    pub id: u64,
    /// The declaration and its member: `Calculator.solve`.
    pub place: String,
    /// What changed.
    pub message: String,
    /// What follows from it.
    pub reason: String,
    /// What to do about it; empty if nothing need be done.
    pub mend: String,
}

/// Who no longer understands whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impact {
    /// Old and new programs understand each other.
    Compatible,
    /// They do, but code that is made from the schema changes.
    SourceOnly,
    /// Old clients fail with new servers.
    OldClients,
    /// New clients fail with old servers.
    OldServers,
    /// Both.
    Both,
}

impl Impact {
    /// Every impact, the lightest first.
    pub const ALL: [Self; 5] =
        [Self::Compatible, Self::SourceOnly, Self::OldClients, Self::OldServers, Self::Both];

    /// Tells whether some programs fail.
    pub fn is_breaking(self) -> bool {
        self >= Self::OldClients
    }

    /// Returns the name for programs: `breaks-old-clients`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::SourceOnly => "source-only",
            Self::OldClients => "breaks-old-clients",
            Self::OldServers => "breaks-old-servers",
            Self::Both => "breaks-both",
        }
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compatible => "compatible",
            Self::SourceOnly => "source only",
            Self::OldClients => "breaks old clients",
            Self::OldServers => "breaks old servers",
            Self::Both => "breaks old clients and old servers",
        })
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident = $name:literal,)*) => {
        /// The kinds of changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[$doc])* $rule,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$rule),*];

            /// Returns the name for programs: `method-moved`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$rule => $name,)*
                }
            }
        }
    };
}

rules! {
    /// A declaration is new.
    DeclarationAdded = "declaration-added",
    /// A declaration that is no interface is gone.
    DeclarationRemoved = "declaration-removed",
    /// A declaration has another name.
    DeclarationRenamed = "declaration-renamed",
    /// A declaration has become one of another kind.
    KindChanged = "kind-changed",
    /// An interface is gone.
    InterfaceRemoved = "interface-removed",
    /// An interface has another id.
    InterfaceIdChanged = "interface-id-changed",
    /// The id of something that is no interface is another one, which peers do not see.
    IdChanged = "id-changed",
    /// An interface extends one more.
    SuperclassAdded = "superclass-added",
    /// An interface no longer extends another.
    SuperclassRemoved = "superclass-removed",
    /// A method is new.
    MethodAdded = "method-added",
    /// A method is gone.
    MethodRemoved = "method-removed",
    /// A method has another ordinal.
    MethodMoved = "method-moved",
    /// A method has another name.
    MethodRenamed = "method-renamed",
    /// The parameters begin with `context`, or no longer do.
    ContextChanged = "context-changed",
    /// A parameter, a result or a field is new.
    FieldAdded = "field-added",
    /// A parameter, a result or a field is gone.
    FieldRemoved = "field-removed",
    /// A parameter, a result or a field has another name.
    FieldRenamed = "field-renamed",
    /// A parameter, a result or a field lies elsewhere.
    FieldMoved = "field-moved",
    /// A parameter, a result or a field has another type.
    FieldTypeChanged = "field-type-changed",
    /// What a parameter, a result or a field is where a message does not have it is something else.
    DefaultChanged = "default-changed",
    /// A field has become one of a union, or is another choice of it.
    UnionChanged = "union-changed",
    /// A field has become the first choice of a union.
    FieldUnionized = "field-unionized",
    /// A union has one more choice.
    ChoiceAdded = "choice-added",
    /// An enum has one more value.
    ValueAdded = "value-added",
    /// A value of an enum is gone.
    ValueRemoved = "value-removed",
    /// A value of an enum has another number.
    ValueMoved = "value-moved",
    /// A value of an enum has another name.
    ValueRenamed = "value-renamed",
    /// A constant is another one.
    ConstantChanged = "constant-changed",
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  rule: {}", self.impact, self.message, self.rule.name())?;
        if !self.reason.is_empty() {
            write!(f, "\n  why: {}", self.reason)?;
        }
        if !self.mend.is_empty() {
            write!(f, "\n  mend: {}", self.mend)?;
        }
        Ok(())
    }
}

/// Two models while they are compared.
struct Comparison<'m> {
    old: &'m Model,
    new: &'m Model,
    /// The new id of what has the same name and another id.
    renamed: BTreeMap<u64, u64>,
    changes: Vec<Change>,
}

/// What is said of one change.
struct Said {
    rule: Rule,
    impact: Impact,
    message: String,
    reason: &'static str,
    mend: String,
}

impl<'m> Comparison<'m> {
    fn report(&mut self, id: u64, place: &str, Said { rule, impact, message, reason, mend }: Said) {
        let place = place.to_owned();
        let reason = reason.to_owned();
        self.changes.push(Change { rule, impact, id, place, message, reason, mend });
    }

    /// Finds what has kept its name and not its id.
    fn match_nodes(&mut self) {
        for old in self.declarations(self.old) {
            if self.new.nodes.contains_key(&old.id) {
                continue;
            }
            let same = self.declarations(self.new).into_iter().find(|new| {
                new.path() == old.path()
                    && !self.old.nodes.contains_key(&new.id)
                    && std::mem::discriminant(&new.kind) == std::mem::discriminant(&old.kind)
            });
            if let Some(new) = same {
                self.renamed.insert(old.id, new.id);
            }
        }
    }

    /// The nodes of a model that are declared, and compared by themselves.
    fn declarations(&self, of: &'m Model) -> Vec<&'m Node> {
        let declared = |node: &&Node| match &node.kind {
            NodeKind::File | NodeKind::Annotation(..) => false,
            // What methods imply is compared with them, groups with their structs.
            NodeKind::Struct(of) => !of.is_group && node.scope != 0,
            _ => true,
        };
        of.nodes.values().filter(declared).collect()
    }

    fn compare(&mut self) {
        for old in self.declarations(self.old) {
            let id = self.renamed.get(&old.id).copied().unwrap_or(old.id);
            match self.new.nodes.get(&id) {
                Some(new) => self.compare_nodes(old, new),
                // What others declare need not be used any more.
                None if is_own(self.old, old) => self.removed(old),
                None => {}
            }
        }
        for new in self.declarations(self.new) {
            let known = self.old.nodes.contains_key(&new.id) || self.renamed.values().any(|id| *id == new.id);
            if !known && is_own(self.new, new) {
                self.report(
                    new.id,
                    new.path(),
                    Said {
                        rule: Rule::DeclarationAdded,
                        impact: Impact::Compatible,
                        message: format!("{} `{}` is new", kind_name(new), new.path()),
                        reason: "no old program knows it",
                        mend: String::new(),
                    },
                );
            }
        }
    }

    fn removed(&mut self, old: &Node) {
        let path = old.path();
        let said = match old.kind {
            NodeKind::Interface(_) => Said {
                rule: Rule::InterfaceRemoved,
                impact: Impact::OldClients,
                message: format!("the interface `{path}` is gone"),
                reason: "old clients call its methods, which new servers do not have",
                mend: format!("keep the trait; if it was renamed, keep its id: `id = {:#018x}`", old.id),
            },
            _ => Said {
                rule: Rule::DeclarationRemoved,
                impact: Impact::SourceOnly,
                message: format!("{} `{path}` is gone", kind_name(old)),
                reason: "peers see only where it was used, which is reported there",
                mend: String::new(),
            },
        };
        self.report(old.id, path, said);
    }

    fn compare_nodes(&mut self, old: &'m Node, new: &'m Node) {
        if std::mem::discriminant(&old.kind) != std::mem::discriminant(&new.kind) {
            self.report(
                new.id,
                new.path(),
                Said {
                    rule: Rule::KindChanged,
                    impact: Impact::Both,
                    message: format!("`{}` was {} and is {}", new.path(), kind_name(old), kind_name(new)),
                    reason: "what the one writes the other takes for something else",
                    mend: "declare the new one under another name and id".to_owned(),
                },
            );
            return;
        }
        self.compare_identity(old, new);
        match (&old.kind, &new.kind) {
            (NodeKind::Struct(_), NodeKind::Struct(_)) => self.compare_structs(old, new),
            (NodeKind::Enum(of), NodeKind::Enum(now)) => self.compare_enums(new, of, now),
            (NodeKind::Interface(of), NodeKind::Interface(now)) => self.compare_interfaces(new, of, now),
            (NodeKind::Const(_, was), NodeKind::Const(_, is)) if was != is => {
                self.report(
                    new.id,
                    new.path(),
                    Said {
                        rule: Rule::ConstantChanged,
                        impact: Impact::SourceOnly,
                        message: format!("the constant `{}` is another one", new.path()),
                        reason: "constants do not travel",
                        mend: String::new(),
                    },
                );
            }
            _ => {}
        }
    }

    fn compare_identity(&mut self, old: &Node, new: &Node) {
        let is_interface = matches!(new.kind, NodeKind::Interface(_));
        if old.id != new.id && is_interface {
            self.report(
                new.id,
                new.path(),
                Said {
                    rule: Rule::InterfaceIdChanged,
                    impact: Impact::Both,
                    message: format!(
                        "the id of `{}` was {:#018x} and is {:#018x}",
                        new.path(),
                        old.id,
                        new.id
                    ),
                    reason: "every call names the interface by its id",
                    mend: format!(
                        "keep it: `#[ipc_interface(id = {:#018x})]`, or `file = ..` of all of them",
                        old.id
                    ),
                },
            );
        } else if old.id != new.id {
            self.report(
                new.id,
                new.path(),
                Said {
                    rule: Rule::IdChanged,
                    impact: Impact::SourceOnly,
                    message: format!(
                        "the id of `{}` was {:#018x} and is {:#018x}",
                        new.path(),
                        old.id,
                        new.id
                    ),
                    reason: "only the ids of interfaces travel",
                    mend: String::new(),
                },
            );
        }
        if old.path() != new.path() {
            self.report(
                new.id,
                new.path(),
                Said {
                    rule: Rule::DeclarationRenamed,
                    impact: Impact::SourceOnly,
                    message: format!("`{}` is called `{}` now", old.path(), new.path()),
                    reason: "names do not travel, and the id is the same",
                    mend: String::new(),
                },
            );
        }
    }

    /// Tells whether values of a type are written and read alike.
    fn same_type(&self, old: &Type, new: &Type) -> bool {
        let same_id = |old: u64, new: u64| old == new || self.renamed.get(&old) == Some(&new);
        match (old, new) {
            (Type::List(old), Type::List(new)) => self.same_type(old, new),
            (Type::Enum(old, _), Type::Enum(new, _)) => same_id(*old, *new),
            // That an interface has another id is said where it is declared.
            (Type::Struct(old, was), Type::Struct(new, is))
            | (Type::Interface(old, was), Type::Interface(new, is)) => {
                same_id(*old, *new) && self.same_arguments(was.of(*old), is.of(*new))
            }
            (Type::AnyPointer(old), Type::AnyPointer(new)) => match (old, new) {
                (
                    AnyPointer::Parameter { scope: old, index: was },
                    AnyPointer::Parameter { scope: new, index: is },
                ) => same_id(*old, *new) && was == is,
                // A struct may be made generic later on.
                (AnyPointer::Any, AnyPointer::Parameter { .. })
                | (AnyPointer::Parameter { .. }, AnyPointer::Any) => true,
                (old, new) => old == new,
            },
            (Type::Enum(..), Type::UInt16) | (Type::UInt16, Type::Enum(..)) => true,
            (old, new) => old == new,
        }
    }
}

impl Comparison<'_> {
    /// Tells whether type arguments are written and read alike; one that is not said is anything.
    fn same_arguments(&self, old: &[Option<Type>], new: &[Option<Type>]) -> bool {
        let any = Type::AnyPointer(AnyPointer::Any);
        (0..old.len().max(new.len())).all(|index| {
            let [old, new] = [old, new].map(|all| all.get(index).and_then(Option::as_ref).unwrap_or(&any));
            self.same_type(old, new)
        })
    }
}

/// Tells whether a node is declared in one of the files that the schema is of; libmultiprocess's is never.
fn is_own(model: &Model, node: &Node) -> bool {
    let file = model.file_of(node);
    file.is_some_and(|file| file != PROXY_FILE_ID && model.files.iter().any(|own| own.id == file))
}

fn kind_name(node: &Node) -> &'static str {
    match node.kind {
        NodeKind::File => "the file",
        NodeKind::Struct(_) => "the struct",
        NodeKind::Enum(_) => "the enum",
        NodeKind::Interface(_) => "the interface",
        NodeKind::Const(..) => "the constant",
        NodeKind::Annotation(..) => "the annotation",
    }
}
