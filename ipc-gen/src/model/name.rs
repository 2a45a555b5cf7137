//! Types as the schema language writes them.

use super::{AnyPointer, Brand, Type};

/// Writes down a type; `name` says what a declaration is called where the text stands.
pub(crate) fn type_name(ty: &Type, name: &dyn Fn(u64) -> String) -> String {
    match ty {
        Type::List(element) => format!("List({})", type_name(element, name)),
        Type::Enum(id, brand) | Type::Struct(id, brand) | Type::Interface(id, brand) => {
            format!("{}{}", name(*id), brand_name(*id, brand, name))
        }
        Type::AnyPointer(kind) => match kind {
            AnyPointer::Any => "AnyPointer".to_owned(),
            AnyPointer::Struct => "AnyStruct".to_owned(),
            AnyPointer::List => "AnyList".to_owned(),
            AnyPointer::Capability => "Capability".to_owned(),
            AnyPointer::Parameter { index, .. } => format!("T{index}"),
            AnyPointer::MethodParameter(index) => format!("M{index}"),
        },
        // The others are called what they are.
        other => format!("{other:?}"),
    }
}

/// Writes down the type arguments of the declaration itself.
fn brand_name(id: u64, Brand(scopes): &Brand, name: &dyn Fn(u64) -> String) -> String {
    let own = scopes.iter().find(|scope| scope.id == id).and_then(|scope| scope.bind.as_ref());
    let Some(types) = own else { return String::new() };
    let types =
        types.iter().map(|ty| ty.as_ref().map_or_else(|| "AnyPointer".to_owned(), |ty| type_name(ty, name)));
    format!("({})", types.collect::<Vec<_>>().join(", "))
}
