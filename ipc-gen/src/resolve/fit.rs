//! Computed values to values of their types.

use super::values::Computed;
use super::{Resolver, SymbolId};
use crate::model::{AnyPointer, Type, Value, canonical_words};
use crate::text::source::Span;
use crate::words::{Object, bytes, encode};

impl Resolver<'_> {
    /// Fits a value to a type, as a request has it.
    pub(super) fn fit(
        &mut self,
        scope: SymbolId,
        span: Span,
        computed: Computed,
        ty: &Type,
    ) -> Option<Value> {
        let pointed = match (computed, ty) {
            (Computed::Text(text), Type::Text) => return Some(Value::Text(text)),
            (Computed::Data(data), Type::Data) => return Some(Value::Data(data)),
            (Computed::Embedded(words), Type::Struct(..)) => return Some(Value::Struct(words)),
            (computed, _) => match self.place(scope, span, computed, ty)? {
                Placed::Void => return Some(Value::Void),
                Placed::Data(bits) => return Some(value_of(ty, bits)),
                Placed::Pointer(pointed) => pointed,
            },
        };
        let Some(words) = encode(&pointed).and_then(|words| canonical_words(&words).ok()) else {
            self.report(scope, span, "the value is too large", "");
            return None;
        };
        Some(match ty {
            Type::List(_) => Value::List(words),
            Type::Struct(..) => Value::Struct(words),
            _ => Value::AnyPointer(words),
        })
    }

    /// Fits a value to a type, as a message has it.
    pub(super) fn place(
        &mut self,
        scope: SymbolId,
        span: Span,
        computed: Computed,
        ty: &Type,
    ) -> Option<Placed> {
        let placed = match (computed, ty) {
            (Computed::Void, Type::Void) => Placed::Void,
            (Computed::Bool(value), Type::Bool) => Placed::Data(u64::from(value)),
            (Computed::Enum(id, ordinal), Type::Enum(wanted, _)) if id == *wanted => {
                Placed::Data(u64::from(ordinal))
            }
            (Computed::Integer(value), Type::Float32) => Placed::Data(u64::from((value as f32).to_bits())),
            (Computed::Integer(value), Type::Float64) => Placed::Data((value as f64).to_bits()),
            (Computed::Float(value), Type::Float32) => Placed::Data(u64::from((value as f32).to_bits())),
            (Computed::Float(value), Type::Float64) => Placed::Data(value.to_bits()),
            (Computed::Integer(value), ty) if range(ty).is_some() => {
                let (least, most) = range(ty)?;
                if !(least..=most).contains(&value) {
                    let wanted = self.describe(ty);
                    let help = format!("it goes from {least} to {most}");
                    self.report(scope, span, format!("`{value}` does not fit `{wanted}`"), &help);
                    return None;
                }
                // The bits that the type has; those above are dropped with the field's size.
                Placed::Data((value as i64).cast_unsigned())
            }
            (Computed::Text(text), Type::Text) => Placed::Pointer(bytes(&[text.as_slice(), &[0]].concat())),
            (Computed::Data(data), Type::Data) => Placed::Pointer(bytes(&data)),
            (Computed::List(element, list), Type::List(wanted)) if element == **wanted => {
                Placed::Pointer(Object::List(list))
            }
            (Computed::List(_, list), Type::AnyPointer(AnyPointer::Any | AnyPointer::List)) => {
                Placed::Pointer(Object::List(list))
            }
            (Computed::Struct(id, of), Type::Struct(wanted, _)) if id == *wanted => {
                Placed::Pointer(Object::Struct(of))
            }
            (Computed::Struct(_, of), Type::AnyPointer(AnyPointer::Any | AnyPointer::Struct)) => {
                Placed::Pointer(Object::Struct(of))
            }
            (Computed::Embedded(_), Type::Struct(..)) => {
                let help = "make a field with a default, or a constant, of it alone";
                self.report(scope, span, "an embedded struct cannot be part of a value", help);
                return None;
            }
            (_, ty) => {
                self.mismatch(scope, span, ty)?;
                return None;
            }
        };
        Some(placed)
    }
}

/// A value in its place.
pub(super) enum Placed {
    Void,
    Data(u64),
    Pointer(Object),
}

fn range(ty: &Type) -> Option<(i128, i128)> {
    Some(match ty {
        Type::Int8 => (i8::MIN.into(), i8::MAX.into()),
        Type::Int16 => (i16::MIN.into(), i16::MAX.into()),
        Type::Int32 => (i32::MIN.into(), i32::MAX.into()),
        Type::Int64 => (i64::MIN.into(), i64::MAX.into()),
        Type::UInt8 => (0, u8::MAX.into()),
        Type::UInt16 => (0, u16::MAX.into()),
        Type::UInt32 => (0, u32::MAX.into()),
        Type::UInt64 => (0, u64::MAX.into()),
        _ => return None,
    })
}

/// Reads bits back as a value of a type that is no pointer.
fn value_of(ty: &Type, bits: u64) -> Value {
    match ty {
        Type::Bool => Value::Bool(bits & 1 == 1),
        Type::Int8 => Value::Int8(bits as i8),
        Type::Int16 => Value::Int16(bits as i16),
        Type::Int32 => Value::Int32(bits as i32),
        Type::Int64 => Value::Int64(bits.cast_signed()),
        Type::UInt8 => Value::UInt8(bits as u8),
        Type::UInt16 => Value::UInt16(bits as u16),
        Type::UInt32 => Value::UInt32(bits as u32),
        Type::UInt64 => Value::UInt64(bits),
        Type::Float32 => Value::Float32(f32::from_bits(bits as u32)),
        Type::Float64 => Value::Float64(f64::from_bits(bits)),
        Type::Enum(..) => Value::Enum(bits as u16),
        other => Value::zero(other),
    }
}

/// The bits of a value that is no pointer.
pub(super) fn bits_of(value: &Value) -> u64 {
    match *value {
        Value::Bool(value) => u64::from(value),
        Value::Int8(value) => u64::from(value.cast_unsigned()),
        Value::Int16(value) => u64::from(value.cast_unsigned()),
        Value::Int32(value) => u64::from(value.cast_unsigned()),
        Value::Int64(value) => value.cast_unsigned(),
        Value::UInt8(value) => u64::from(value),
        Value::UInt16(value) | Value::Enum(value) => u64::from(value),
        Value::UInt32(value) => u64::from(value),
        Value::UInt64(value) => value,
        Value::Float32(value) => u64::from(value.to_bits()),
        Value::Float64(value) => value.to_bits(),
        _ => 0,
    }
}
