//! Closures: which can cross a process boundary, and how the right one is written.

use syn::{Expr, Path, PathArguments, ReturnType, Type, TypeBareFn, TypeParamBound};

use super::ty::{is_plain_value, spell, ungrouped};
use crate::diag::Diagnostics;
use crate::message;
use crate::model::HasField;

/// The `Fn(A, B) -> R` of a `dyn Fn(A, B) -> R + Send + Sync`, of an `impl Fn(A, B) -> R` or of a `fn(A, B) -> R`.
pub(crate) struct Closure<'t> {
    kind: Kind,
    pub(crate) inputs: Vec<&'t Type>,
    output: &'t ReturnType,
    /// The other bounds, but for `'static`.
    bounds: Vec<String>,
}

/// Which calls a closure allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Fn,
    FnMut,
    FnOnce,
}

impl<'t> Closure<'t> {
    /// Finds the closure among the bounds of a `dyn` or an `impl`.
    pub(crate) fn of_bounds(bounds: impl IntoIterator<Item = &'t TypeParamBound>) -> Option<Self> {
        let mut closure = None;
        let mut others = Vec::new();
        for bound in bounds {
            match bound {
                TypeParamBound::Lifetime(lifetime) if lifetime.ident == "static" => {}
                TypeParamBound::Trait(bound) => {
                    let Some(last) = bound.path.segments.last() else { continue };
                    match (kind(&last.ident), &last.arguments) {
                        (Some(kind), PathArguments::Parenthesized(arguments)) => {
                            closure.get_or_insert((kind, arguments));
                        }
                        _ => others.push(last.ident.to_string()),
                    }
                }
                other => others.push(spell(other)),
            }
        }
        let (kind, arguments) = closure?;
        Some(Self {
            kind,
            inputs: arguments.inputs.iter().collect(),
            output: &arguments.output,
            bounds: others,
        })
    }

    /// A function pointer, as a closure that is called like it.
    pub(crate) fn of_pointer(pointer: &'t TypeBareFn) -> Self {
        Self {
            kind: Kind::Fn,
            inputs: pointer.inputs.iter().map(|input| &input.ty).collect(),
            output: &pointer.output,
            bounds: Vec::new(),
        }
    }

    /// Tells whether the name of a type is that of what holds such a closure.
    pub(crate) fn is_held_by(&self, holder: &str) -> bool {
        match self.kind {
            Kind::Fn => matches!(holder, "Arc" | "Box"),
            Kind::FnMut | Kind::FnOnce => holder == "Box",
        }
    }

    /// Tells whether it can be sent to, and called from, the threads that it must.
    pub(crate) fn has_bounds(&self) -> bool {
        let mut bounds: Vec<&str> = self.bounds.iter().map(String::as_str).collect();
        bounds.sort_unstable();
        bounds == self.required()
    }

    fn required(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Fn => &["Send", "Sync"],
            Kind::FnMut | Kind::FnOnce => &["Send"],
        }
    }

    /// The bounds as they are written.
    pub(crate) fn required_bounds(&self) -> String {
        self.required().join(" + ")
    }

    /// Returns what it returns if that is certainly no `Result`.
    pub(crate) fn plain_result(&self) -> Option<String> {
        match self.output {
            ReturnType::Default => Some("()".to_owned()),
            ReturnType::Type(_, ty) => match ungrouped(ty) {
                Type::Path(path) if !is_plain_value(path) => None,
                Type::Macro(_) => None,
                other => Some(spell(other)),
            },
        }
    }

    /// The closure as it must be written: `Arc<dyn Fn(u8) -> Result<bool, IpcException> + Send + Sync>`.
    pub(crate) fn spelled(&self, holder: Option<&str>) -> String {
        let (trait_name, usual) = match self.kind {
            Kind::Fn => ("Fn", "Arc"),
            Kind::FnMut => ("FnMut", "Box"),
            Kind::FnOnce => ("FnOnce", "Box"),
        };
        let holder = holder.filter(|holder| self.is_held_by(holder)).unwrap_or(usual);
        let inputs: Vec<String> = self.inputs.iter().map(spell).collect();
        let result = match (self.plain_result(), self.output) {
            (None, ReturnType::Type(_, ty)) => spell(ty),
            (plain, _) => format!("Result<{}, IpcException>", plain.unwrap_or_else(|| "()".to_owned())),
        };
        format!("{holder}<dyn {trait_name}({}) -> {result} + {}>", inputs.join(", "), self.required_bounds())
    }
}

fn kind(ident: &syn::Ident) -> Option<Kind> {
    match ident.to_string().as_str() {
        "Fn" => Some(Kind::Fn),
        "FnMut" => Some(Kind::FnMut),
        "FnOnce" => Some(Kind::FnOnce),
        _ => None,
    }
}

/// Checks what is said of a field or parameter beside the interface that its closure travels as.
pub(crate) fn check_as(
    interface: &Path,
    default: &mut Option<Expr>,
    has: &mut Option<HasField>,
    diag: &mut Diagnostics,
) {
    if default.take().is_some() {
        diag.report(interface, &message::AS_DEFAULT, &[]);
    }
    if has.take().is_some() {
        diag.report(interface, &message::AS_HAS, &[]);
    }
}
