//! What can be wrong with a set of declarations.

use std::error::Error;
use std::fmt;

use ipc_runtime::wire::descriptor::Descriptor;

/// Declarations that do not make a schema, with everything that is wrong with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    pub(crate) problems: Vec<Problem>,
}

impl SchemaError {
    /// Returns what is wrong; never empty.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.problems.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl Error for SchemaError {}

/// One thing that is wrong with a set of declarations.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// Two different declarations have one type id.
    SameId {
        /// The id.
        id: u64,
        /// The declaration reached first.
        first: Place,
        /// The other.
        second: Place,
    },
    /// Two declarations of one file have one name.
    SameName {
        /// The file id.
        file: u64,
        /// The declaration reached first.
        first: Place,
        /// The other.
        second: Place,
    },
    /// A type parameter has the name of a declaration of its file, which could not be named beside it.
    HiddenName {
        /// The declaration that has the parameter.
        place: Place,
        /// The name of both.
        parameter: String,
        /// The other declaration.
        hidden: Place,
    },
    /// Two members of one declaration have one name.
    SameMember {
        /// The declaration or method.
        place: Place,
        /// The name of both.
        name: String,
        /// The optional field whose presence field is one of the two.
        presence_of: Option<String>,
    },
    /// A field is named like the presence field of another that has none: libmultiprocess would take it for one.
    LooksLikePresence {
        /// The declaration or method.
        place: Place,
        /// The field that is named `hasX` or `wantX`.
        name: String,
        /// The field `x`.
        of: String,
    },
    /// A name that the Cap'n Proto compiler refuses.
    BadName {
        /// The declaration that has it, or has a member with it.
        place: Place,
        /// The name.
        name: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// An id without the highest bit.
    BadId {
        /// The declaration.
        place: Place,
        /// The type id or file id.
        id: u64,
    },
    /// Ordinals that are not 0, 1, 2 and so on.
    BadOrdinals {
        /// The declaration or method.
        place: Place,
        /// The first ordinal that is missing.
        missing: u16,
        /// The ordinal that is there in its place: a later one, or an earlier one for the second time.
        found: u16,
    },
    /// Something is said of what the schema does not have.
    NotThere {
        /// The path that was named: `Calculator.solve`.
        path: String,
    },
    /// Two files import each other, if by way of others, which C++ cannot compile.
    Circle {
        /// Their names.
        files: [String; 2],
    },
}

impl Problem {
    pub(crate) fn same_id(first: &Descriptor, second: &Descriptor) -> Self {
        Self::SameId { id: first.id, first: Place::of(first), second: Place::of(second) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameId { id, first, second } => write!(
                f,
                "{first} and {second} are different declarations with the id {id:#018x}\n  \
                 help: rename one, or give it an id of its own with `id = 0x..`; a generic type needs a name for \
                 each set of arguments"
            ),
            Self::SameName { file, first, second } => write!(
                f,
                "{first} and {second} have one name in the file {file:#018x}\n  \
                 help: give one another name in the schema with `name = \"..\"`, or another file with `file = 0x..`"
            ),
            Self::HiddenName { place, parameter, hidden } => write!(
                f,
                "the type parameter `{parameter}` of {place} hides {hidden}\n  \
                 help: rename the parameter, or give the other another name in the schema with `name = \"..\"`"
            ),
            Self::SameMember { place, name, presence_of: Some(field) } => write!(
                f,
                "`{name}` of {place} is there twice: a field, and what says whether the optional `{field}` is \
                 present\n  help: rename the field `{name}`"
            ),
            Self::SameMember { place, name, presence_of: None } => {
                write!(f, "`{name}` of {place} is there twice\n  help: rename one")
            }
            Self::LooksLikePresence { place, name, of } => write!(
                f,
                "`{name}` of {place} would be taken for what says whether `{of}` is present: libmultiprocess \
                 reads the name so\n  help: rename it, or make `{of}` an `Option` in its place"
            ),
            Self::BadName { place, name, allowed } => {
                write!(f, "`{name}` of {place} is not a name that a schema can have\n  help: {allowed}")
            }
            Self::BadId { place, id } => write!(
                f,
                "{place} has the id {id:#018x}, whose highest bit is not set\n  \
                 help: an id is at least 0x8000000000000000; `capnp id` makes one"
            ),
            Self::BadOrdinals { place, missing, found } => write!(
                f,
                "{place} has the ordinal @{found} where @{missing} is missing\n  \
                 help: ordinals go from @0 up, each once and without holes"
            ),
            Self::NotThere { path } => write!(
                f,
                "there is no `{path}` of which that could be said\n  help: write the names of the schema: \
                 `Calculator`, `Calculator.makePrinter`, `Point.x`, `Calculator.solve.error`"
            ),
            Self::Circle { files: [first, second] } => write!(
                f,
                "`{first}` and `{second}` import each other, which C++ cannot compile\n  help: group the \
                 declarations otherwise; with `Grouping::Single` all are in one file"
            ),
        }
    }
}

/// Where in the Rust source something is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name in the schema, for a method with the interface before it: `Calculator.solve`.
    pub name: String,
    /// The Rust module.
    pub module: &'static str,
}

impl Place {
    pub(crate) fn of(declaration: &Descriptor) -> Self {
        Self { name: declaration.name.to_owned(), module: declaration.module }
    }

    pub(crate) fn of_method(declaration: &Descriptor, method: &str) -> Self {
        Self { name: format!("{}.{method}", declaration.name), module: declaration.module }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` (in `{}`)", self.name, self.module)
    }
}
