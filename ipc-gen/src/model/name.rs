//! Types as the schema language writes them.

use std::collections::BTreeMap;

use super::{AnyPointer, Brand, Node, Type};

/// Writes down a type with the names of its declarations, as far as they are known.
pub(crate) fn type_name(ty: &Type, nodes: &BTreeMap<u64, Node>) -> String {
    match ty {
        Type::List(element) => format!("List({})", type_name(element, nodes)),
        Type::Enum(id, brand) | Type::Struct(id, brand) | Type::Interface(id, brand) => {
            let name = nodes.get(id).map_or_else(|| format!("{id:#018x}"), |node| node.path().to_owned());
            format!("{name}{}", brand_name(*id, brand, nodes))
        }
        Type::AnyPointer(kind) => match kind {
            AnyPointer::Any => "AnyPointer".to_owned(),
            AnyPointer::Struct => "AnyStruct".to_owned(),
            AnyPointer::List => "AnyList".to_owned(),
            AnyPointer::Capability => "Capability".to_owned(),
            AnyPointer::Parameter { scope, index } => {
                let name = nodes.get(scope).and_then(|node| node.parameters.get(usize::from(*index)));
                name.cloned().unwrap_or_else(|| format!("T{index}"))
            }
            AnyPointer::MethodParameter(index) => format!("M{index}"),
        },
        // The others are called what they are.
        other => format!("{other:?}"),
    }
}

/// Writes down the type arguments of the declaration itself.
fn brand_name(id: u64, Brand(scopes): &Brand, nodes: &BTreeMap<u64, Node>) -> String {
    let own = scopes.iter().find(|scope| scope.id == id).and_then(|scope| scope.bind.as_ref());
    let Some(types) = own else { return String::new() };
    let types =
        types.iter().map(|ty| ty.as_ref().map_or_else(|| "AnyPointer".to_owned(), |ty| type_name(ty, nodes)));
    format!("({})", types.collect::<Vec<_>>().join(", "))
}
