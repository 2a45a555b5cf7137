//! What a text says, before it is known what its names mean.

use super::source::{Located, Span};
use crate::model::Targets;

/// A whole file.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The file id, `@0x..;`.
    pub(crate) id: Option<Located<u64>>,
    pub(crate) annotations: Vec<Application>,
    pub(crate) declarations: Vec<Declaration>,
    /// The comment behind the id.
    pub(crate) doc: Option<String>,
    /// The files that are imported anywhere in it.
    pub(crate) imports: Vec<Located<String>>,
}

/// A declaration or a member of one.
#[derive(Debug)]
pub(crate) struct Declaration {
    /// Empty for an unnamed union.
    pub(crate) name: Located<String>,
    pub(crate) id: Option<Located<u64>>,
    /// The names of the type parameters.
    pub(crate) parameters: Vec<Located<String>>,
    pub(crate) annotations: Vec<Application>,
    pub(crate) doc: Option<String>,
    pub(crate) kind: DeclarationKind,
    /// What stands between its braces.
    pub(crate) nested: Vec<Declaration>,
}

/// What a [`Declaration`] is.
#[derive(Debug)]
pub(crate) enum DeclarationKind {
    Using(Expression),
    Const { ty: Expression, value: Expression },
    Annotation { targets: Targets, ty: Expression },
    Enum,
    Enumerant { ordinal: Located<u16> },
    Struct,
    Field { ordinal: Located<u16>, ty: Expression, default: Option<Expression> },
    Union { ordinal: Option<Located<u16>> },
    Group,
    Interface { superclasses: Vec<Expression> },
    Method { ordinal: Located<u16>, params: Params, results: Params },
}

impl Declaration {
    /// Tells whether it is one of a file, rather than a member.
    pub(crate) fn has_node(&self) -> bool {
        matches!(
            self.kind,
            DeclarationKind::Const { .. }
                | DeclarationKind::Annotation { .. }
                | DeclarationKind::Enum
                | DeclarationKind::Struct
                | DeclarationKind::Interface { .. }
        )
    }
}

/// The parameters or the results of a method.
#[derive(Debug)]
pub(crate) enum Params {
    Fields(Vec<Param>),
    /// The fields of a struct.
    Type(Expression),
    Stream(Span),
}

/// One parameter.
#[derive(Debug)]
pub(crate) struct Param {
    pub(crate) name: Located<String>,
    pub(crate) ty: Expression,
    pub(crate) default: Option<Expression>,
    pub(crate) annotations: Vec<Application>,
}

/// An annotation on something.
#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) name: Expression,
    pub(crate) value: Option<Expression>,
}

/// A name, a type or a value.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub(crate) kind: ExpressionKind,
    pub(crate) span: Span,
}

/// What an [`Expression`] is.
#[derive(Clone, Debug)]
pub(crate) enum ExpressionKind {
    /// Was reported.
    Broken,
    Integer(i128),
    Float(f64),
    Text(Vec<u8>),
    Binary(Vec<u8>),
    List(Vec<Expression>),
    Tuple(Vec<Argument>),
    Name(String),
    /// `.name`, one of the file.
    Absolute(String),
    Import(String),
    Embed(String),
    Member(Box<Expression>, Located<String>),
    Apply(Box<Expression>, Vec<Argument>),
}

/// One of several values in parentheses.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    pub(crate) name: Option<Located<String>>,
    pub(crate) value: Expression,
}
