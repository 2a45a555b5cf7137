//! Schema types as Rust types.

use super::Importer;
use crate::model::{AnyPointer, Brand, Node, Type};

/// Where a type stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// In a struct, a variant, a list or a result.
    Owned,
    /// A parameter, which may borrow.
    Param,
}

/// A type in Rust, or why there is none.
pub(super) type Rust = Result<String, String>;

impl Importer<'_> {
    /// Returns the type of a value that is there; `around` names its type parameters.
    pub(super) fn rust_type(&mut self, ty: &Type, position: Position, around: &Node, file: u64) -> Rust {
        let borrowed = |owned: String| if position == Position::Param { format!("&{owned}") } else { owned };
        Ok(match ty {
            Type::Void => "()".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Int8 => "i8".to_owned(),
            Type::Int16 => "i16".to_owned(),
            Type::Int32 => "i32".to_owned(),
            Type::Int64 => "i64".to_owned(),
            Type::UInt8 => "u8".to_owned(),
            Type::UInt16 => "u16".to_owned(),
            Type::UInt32 => "u32".to_owned(),
            Type::UInt64 => "u64".to_owned(),
            Type::Float32 => "f32".to_owned(),
            Type::Float64 => "f64".to_owned(),
            Type::Text if position == Position::Param => "&str".to_owned(),
            Type::Text => "String".to_owned(),
            Type::Data if position == Position::Param => "&[u8]".to_owned(),
            Type::Data => "Vec<u8>".to_owned(),
            Type::List(element) => {
                let element = self.element(element, around, file)?;
                format!("Vec<{element}>")
            }
            Type::Enum(id, _) => self.declared(*id, file)?,
            Type::Struct(id, brand) => borrowed(self.structure(*id, brand, around, file)?),
            Type::Interface(id, brand) => {
                if !brand.0.is_empty() {
                    return Err("an interface with type parameters has no counterpart in Rust".to_owned());
                }
                format!("Arc<dyn {}>", self.declared(*id, file)?)
            }
            Type::AnyPointer(AnyPointer::Parameter { scope, index }) if *scope == around.id => {
                match around.parameters.get(usize::from(*index)) {
                    Some(name) => name.clone(),
                    None => return Err("the type parameter is not known".to_owned()),
                }
            }
            Type::AnyPointer(AnyPointer::Parameter { .. }) => {
                return Err(
                    "a type parameter of what it is declared in has no counterpart in Rust".to_owned()
                );
            }
            Type::AnyPointer(AnyPointer::MethodParameter(_)) => {
                return Err("a method with type parameters has no counterpart in Rust".to_owned());
            }
            Type::AnyPointer(AnyPointer::Any) => borrowed("AnyPointer".to_owned()),
            Type::AnyPointer(kind) => {
                let name = match kind {
                    AnyPointer::Struct => "AnyStruct",
                    AnyPointer::List => "AnyList",
                    _ => "Capability",
                };
                return Err(format!("`{name}` has no counterpart in Rust"));
            }
        })
    }

    fn element(&mut self, ty: &Type, around: &Node, file: u64) -> Rust {
        if *ty == Type::UInt8 {
            // `Vec<u8>` is `Data`.
            return Ok("Byte".to_owned());
        }
        self.rust_type(ty, Position::Owned, around, file)
    }

    /// Returns the path of a declaration that is not left out.
    fn declared(&self, id: u64, file: u64) -> Rust {
        match self.model.nodes.get(&id) {
            Some(node) if self.unsayable.contains(&id) => Err(format!("`{}` is left out", node.path())),
            Some(_) => Ok(self.names.path(id, file)),
            None => Err("the type is not known".to_owned()),
        }
    }

    fn structure(&mut self, id: u64, brand: &Brand, around: &Node, file: u64) -> Rust {
        let path = self.declared(id, file)?;
        let parameters = self.model.nodes.get(&id).map_or(0, |node| node.parameters.len());
        if brand.0.iter().any(|scope| scope.id != id) {
            return Err("a struct in one with type parameters has no counterpart in Rust".to_owned());
        }
        if parameters == 0 {
            return Ok(path);
        }
        let Some(types) = brand.0.iter().find_map(|scope| scope.bind.as_ref()) else {
            return Err("a type without its type arguments has no counterpart in Rust".to_owned());
        };
        let mut arguments = Vec::new();
        for ty in types {
            let Some(ty) = ty else {
                return Err("a type argument is missing".to_owned());
            };
            arguments.push(self.rust_type(ty, Position::Owned, around, file)?);
        }
        Ok(format!("{path}<{}>", arguments.join(", ")))
    }
}

/// Tells whether values of the type are or hold objects, or what nobody knows, as far as the type alone tells.
pub(super) fn holds_object(ty: &Type) -> bool {
    match ty.innermost() {
        Type::Interface(..) | Type::AnyPointer(AnyPointer::Any) => true,
        Type::Struct(_, Brand(scopes)) => {
            scopes.iter().flat_map(|scope| scope.bind.iter().flatten().flatten()).any(holds_object)
        }
        _ => false,
    }
}
