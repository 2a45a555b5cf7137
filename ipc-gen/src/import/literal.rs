//! Constants and defaults.

use super::{Importer, doc};
use crate::model::{Node, NodeKind, Type, Value};

impl Importer<'_> {
    pub(super) fn constant(&mut self, node: &Node, ty: &Type, value: &Value, file: u64) -> Option<String> {
        let name = self.names.item(node.id).to_owned();
        let Some(value) = self.literal(ty, value, file) else {
            let help = "a number, a text, bytes or an enum is a constant in Rust; write another one by hand";
            self.leave_out(
                node.id,
                None,
                format!("the constant `{}` has no counterpart in Rust", node.path()),
                help,
            );
            return None;
        };
        let ty = match ty {
            Type::Void => "()".to_owned(),
            Type::Text => "&str".to_owned(),
            Type::Data => "&[u8]".to_owned(),
            Type::Enum(id, _) => self.names.path(*id, file),
            other => {
                let ty = self.rust_type(other, super::types::Position::Owned, node, file);
                ty.ok()?
            }
        };
        Some(format!("{}pub const {name}: {ty} = {value};\n", doc(&node.doc, 0)))
    }

    /// Writes down a value; `None` for lists and structs.
    pub(super) fn literal(&self, ty: &Type, value: &Value, file: u64) -> Option<String> {
        Some(match value {
            Value::Void => "()".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Int8(value) => value.to_string(),
            Value::Int16(value) => value.to_string(),
            Value::Int32(value) => value.to_string(),
            Value::Int64(value) => value.to_string(),
            Value::UInt8(value) => value.to_string(),
            Value::UInt16(value) => value.to_string(),
            Value::UInt32(value) => value.to_string(),
            Value::UInt64(value) => value.to_string(),
            Value::Float32(value) => {
                float("f32", f64::from(*value), &format!("{value:?}"), *value == f32::MAX)
            }
            Value::Float64(value) => float("f64", *value, &format!("{value:?}"), *value == f64::MAX),
            Value::Text(bytes) => format!("\"{}\"", std::str::from_utf8(bytes).ok()?.escape_debug()),
            Value::Data(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
            Value::Enum(ordinal) => {
                let Type::Enum(id, _) = ty else { return None };
                let NodeKind::Enum(enumerants) = &self.model.nodes.get(id)?.kind else { return None };
                let variant = super::data::variant_name(&enumerants.get(usize::from(*ordinal))?.name);
                format!("{}::{variant}", self.names.path(*id, file))
            }
            Value::List(_) | Value::Struct(_) | Value::Interface | Value::AnyPointer(_) => return None,
        })
    }
}

fn float(ty: &str, value: f64, text: &str, is_most: bool) -> String {
    if value.is_nan() {
        format!("{ty}::NAN")
    } else if value.is_infinite() {
        format!("{ty}::{}INFINITY", if value < 0.0 { "NEG_" } else { "" })
    } else if is_most {
        format!("{ty}::MAX")
    } else {
        text.to_owned()
    }
}
