//! The type parameters of structs: what is one of a type in Rust too.

use std::collections::BTreeSet;

use crate::model::{AnyPointer, Brand, FieldKind, Model, NodeKind, Struct, Type};

/// A parameter: the struct, and which of its parameters.
type Parameter = (u64, u16);

/// What is known of the type parameters of all structs.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    /// Those that a field has, and not merely the struct in itself.
    used: BTreeSet<Parameter>,
    /// Structs that contain themselves with larger and larger arguments, without end.
    endless: BTreeSet<u64>,
}

/// Where a field has a parameter.
#[derive(Clone, Copy)]
struct Use {
    parameter: Parameter,
    place: Place,
}

#[derive(Clone, Copy)]
enum Place {
    /// It is the type.
    Whole,
    /// It is the argument for that parameter of another struct.
    Argument(Parameter),
    /// It is in the argument.
    Within(Parameter),
}

impl Parameters {
    pub(super) fn of(model: &Model) -> Self {
        let mut uses = Vec::new();
        for node in model.nodes.values() {
            match &node.kind {
                NodeKind::Struct(of) if !of.is_group && !node.parameters.is_empty() => {
                    uses.extend(uses_in(model, of));
                }
                _ => {}
            }
        }
        let mut all = Self::default();
        loop {
            let more: Vec<Parameter> = uses
                .iter()
                .filter(|found| all.counts(found) && !all.used.contains(&found.parameter))
                .map(|found| found.parameter)
                .collect();
            if more.is_empty() {
                break;
            }
            all.used.extend(more);
        }
        all.endless = find_endless(&uses);
        all
    }

    /// Tells whether a parameter is used.
    pub(super) fn is_used(&self, id: u64, index: u16) -> bool {
        self.used.contains(&(id, index))
    }

    /// Tells whether a struct contains itself with larger and larger arguments.
    pub(super) fn is_endless(&self, id: u64) -> bool {
        self.endless.contains(&id)
    }

    /// Returns which parameters of a struct some fields of it have, or of a group in it.
    pub(super) fn used_in(&self, model: &Model, id: u64, fields: &Struct) -> BTreeSet<u16> {
        let uses = uses_in(model, fields).into_iter();
        let own = uses.filter(|found| found.parameter.0 == id && self.counts(found));
        own.map(|found| found.parameter.1).collect()
    }

    /// Rust does not take a parameter for used that is passed on to where it is not.
    fn counts(&self, found: &Use) -> bool {
        match found.place {
            Place::Whole => true,
            Place::Argument(of) => self.used.contains(&of),
            // It is an argument there too.
            Place::Within(_) => false,
        }
    }
}

/// Finds the structs that are on a circle on which an argument grows.
fn find_endless(uses: &[Use]) -> BTreeSet<u64> {
    let reaches = |from: Parameter, wanted: Parameter| {
        let mut next = vec![from];
        let mut seen = BTreeSet::new();
        while let Some(parameter) = next.pop() {
            if parameter == wanted {
                return true;
            }
            if seen.insert(parameter) {
                next.extend(uses.iter().filter(|found| found.parameter == parameter).filter_map(|found| {
                    match found.place {
                        Place::Whole => None,
                        Place::Argument(of) | Place::Within(of) => Some(of),
                    }
                }));
            }
        }
        false
    };
    let endless = uses.iter().filter_map(|found| match found.place {
        Place::Within(of) if reaches(of, found.parameter) => Some(found.parameter.0),
        _ => None,
    });
    endless.collect()
}

fn uses_in(model: &Model, of: &Struct) -> Vec<Use> {
    let mut uses = Vec::new();
    for field in &of.fields {
        match &field.kind {
            FieldKind::Slot { ty, .. } => collect(ty, &mut uses),
            // A group is not in itself, in a request that is well-formed.
            FieldKind::Group(id) => {
                uses.extend(model.struct_of(*id).into_iter().flat_map(|of| uses_in(model, of)));
            }
        }
    }
    uses
}

fn collect(ty: &Type, uses: &mut Vec<Use>) {
    match ty.innermost() {
        Type::AnyPointer(AnyPointer::Parameter { scope, index }) => {
            uses.push(Use { parameter: (*scope, *index), place: Place::Whole });
        }
        Type::Struct(id, brand) => {
            for (index, argument) in (0..).zip(brand.of(*id)) {
                let Some(argument) = argument else { continue };
                if let Type::AnyPointer(AnyPointer::Parameter { scope, index: own }) = argument {
                    let place = Place::Argument((*id, index));
                    uses.push(Use { parameter: (*scope, *own), place });
                    continue;
                }
                let inner = uses.len();
                collect(argument, uses);
                let within: Vec<Parameter> = uses.iter().skip(inner).map(|found| found.parameter).collect();
                let place = Place::Within((*id, index));
                uses.extend(within.into_iter().map(|parameter| Use { parameter, place }));
            }
        }
        _ => {}
    }
}

/// Tells whether a type has a type parameter in it.
pub(super) fn is_parameter(ty: &Type) -> bool {
    let mut uses = Vec::new();
    collect(ty, &mut uses);
    !uses.is_empty()
}

/// Returns the structs among the arguments of one.
pub(super) fn argument_structs(Brand(scopes): &Brand) -> Vec<u64> {
    let types = scopes.iter().flat_map(|scope| scope.bind.iter().flatten().flatten());
    let of = |ty: &Type| match ty {
        Type::Struct(id, brand) => [vec![*id], argument_structs(brand)].concat(),
        _ => Vec::new(),
    };
    types.flat_map(of).collect()
}
