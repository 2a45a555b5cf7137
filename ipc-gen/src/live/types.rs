//! What a model says of the types that a call meets.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AnyPointer, Brand, FieldKind, Method, Model, NodeKind, Scope, Struct, Type};

/// The ids of `proxy.capnp`.
const THREAD_MAP_ID: u64 = 0xee5e_3717_9ad9_dc9d;
const CONTEXT_ID: u64 = 0x9c44_e664_5d0b_22c6;

/// How many types one is made of at most: type arguments that double with each struct would never end.
const MOST_PARTS: usize = 1000;

/// The type arguments of what is around a type, by declaration.
#[derive(Clone, Debug, Default)]
pub(super) struct Bindings(BTreeMap<u64, Vec<Option<Type>>>);

impl Bindings {
    /// Returns those within a declaration that is used with a brand.
    pub(super) fn within(&self, Brand(scopes): &Brand) -> Self {
        let bound = scopes.iter().filter_map(|Scope { id, bind }| {
            let types = match bind {
                Some(types) => types.iter().map(|ty| ty.as_ref().map(|ty| self.resolve(ty))).collect(),
                None => self.0.get(id)?.clone(),
            };
            Some((*id, types))
        });
        Self(bound.collect())
    }

    /// Puts the arguments in place of the parameters.
    pub(super) fn resolve(&self, ty: &Type) -> Type {
        self.substitute(ty, &mut 0).unwrap_or(Type::AnyPointer(AnyPointer::Any))
    }

    fn substitute(&self, ty: &Type, parts: &mut usize) -> Option<Type> {
        *parts += 1;
        if *parts > MOST_PARTS {
            return None;
        }
        Some(match ty {
            Type::List(element) => Type::List(Box::new(self.substitute(element, parts)?)),
            Type::Enum(id, brand) => Type::Enum(*id, self.substitute_in(brand, parts)?),
            Type::Struct(id, brand) => Type::Struct(*id, self.substitute_in(brand, parts)?),
            Type::Interface(id, brand) => Type::Interface(*id, self.substitute_in(brand, parts)?),
            Type::AnyPointer(AnyPointer::Parameter { scope, index }) => {
                let bound = self.0.get(scope).and_then(|types| types.get(usize::from(*index)));
                let bound = bound.cloned().flatten().unwrap_or(Type::AnyPointer(AnyPointer::Any));
                *parts += parts_of(&bound);
                bound
            }
            other => other.clone(),
        })
    }

    fn substitute_in(&self, Brand(scopes): &Brand, parts: &mut usize) -> Option<Brand> {
        let mut substituted = Vec::new();
        for Scope { id, bind } in scopes {
            let bind = match bind {
                Some(types) => {
                    let mut bound = Vec::new();
                    for ty in types {
                        bound.push(match ty {
                            Some(ty) => Some(self.substitute(ty, parts)?),
                            None => None,
                        });
                    }
                    Some(bound)
                }
                None => self.0.get(id).cloned(),
            };
            substituted.push(Scope { id: *id, bind });
        }
        Some(Brand(substituted))
    }
}

fn parts_of(ty: &Type) -> usize {
    let brand = match ty {
        Type::List(element) => return 1 + parts_of(element),
        Type::Enum(_, brand) | Type::Struct(_, brand) | Type::Interface(_, brand) => brand,
        _ => return 1,
    };
    let types = brand.0.iter().filter_map(|scope| scope.bind.as_ref()).flatten().flatten();
    1 + types.map(parts_of).sum::<usize>()
}

/// A method, and where it is declared.
#[derive(Clone)]
pub(super) struct Found<'m> {
    pub(super) interface: u64,
    pub(super) ordinal: u16,
    pub(super) method: &'m Method,
    /// The type arguments of the interface.
    pub(super) bindings: Bindings,
}

impl Model {
    /// Returns the methods of an interface, then those of the interfaces that it extends.
    pub(super) fn methods_of(&self, interface: u64, bindings: &Bindings) -> Vec<Found<'_>> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut queue = vec![(interface, bindings.clone())];
        while let Some((id, bindings)) = queue.pop() {
            let Some(NodeKind::Interface(of)) = self.nodes.get(&id).map(|node| &node.kind) else { continue };
            if !seen.insert(id) {
                continue;
            }
            found.extend((0..).zip(&of.methods).map(|(ordinal, method)| Found {
                interface: id,
                ordinal,
                method,
                bindings: bindings.clone(),
            }));
            queue.extend(of.superclasses.iter().map(|(id, brand)| (*id, bindings.within(brand))));
        }
        found
    }

    /// Returns the name of a declaration, without that of its file.
    pub(super) fn name_of(&self, id: u64) -> String {
        self.nodes.get(&id).map_or_else(|| format!("{id:#018x}"), |node| node.path().to_owned())
    }
}

impl Found<'_> {
    /// Tells whether it is libmultiprocess's exchange of thread maps.
    pub(super) fn is_construct(&self, model: &Model) -> bool {
        let exchanged = |id| match model.struct_of(id).map(|of| of.fields.as_slice()) {
            Some([field]) => {
                matches!(&field.kind, FieldKind::Slot { ty: Type::Interface(THREAD_MAP_ID, _), .. })
            }
            _ => false,
        };
        exchanged(self.method.params.0) && exchanged(self.method.results.0)
    }

    /// Tells whether it has the peer free the object.
    pub(super) fn is_destroy(&self, model: &Model) -> bool {
        let fields = |id| model.struct_of(id).map_or(0, |of| of.fields.len());
        let params = model.struct_of(self.method.params.0);
        self.method.name == "destroy"
            && fields(self.method.results.0) == 0
            && params.is_none_or(|of| of.fields.iter().all(|field| is_context(&field.kind)))
    }

    /// Tells whether the parameters begin with a context.
    pub(super) fn has_context(&self, model: &Model) -> bool {
        has_context(model.struct_of(self.method.params.0))
    }
}

fn has_context(params: Option<&Struct>) -> bool {
    params.is_some_and(|of| of.fields.iter().any(|field| is_context(&field.kind)))
}

/// Tells whether a field is the context of a call, which the runtime fills in.
pub(super) fn is_context(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Slot { offset: 0, ty: Type::Struct(CONTEXT_ID, _), .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter() -> Type {
        Type::AnyPointer(AnyPointer::Parameter { scope: 1, index: 0 })
    }

    fn of(id: u64, arguments: Vec<Type>) -> Brand {
        Brand(vec![Scope { id, bind: Some(arguments.into_iter().map(Some).collect()) }])
    }

    #[test]
    fn arguments_go_down() {
        let bindings = Bindings::default().within(&of(1, vec![Type::Text]));
        assert_eq!(bindings.resolve(&Type::List(Box::new(parameter()))), Type::List(Box::new(Type::Text)));
        let inner = bindings.within(&of(1, vec![Type::List(Box::new(parameter()))]));
        assert_eq!(inner.resolve(&parameter()), Type::List(Box::new(Type::Text)));
        let inherited = bindings.within(&Brand(vec![Scope { id: 1, bind: None }]));
        assert_eq!(inherited.resolve(&parameter()), Type::Text);
    }

    #[test]
    fn arguments_that_double_come_to_an_end() {
        let mut bindings = Bindings::default().within(&of(1, vec![Type::Text]));
        let pair = Type::Struct(2, of(2, vec![parameter(), parameter()]));
        for _ in 0..64 {
            bindings = bindings.within(&of(1, vec![pair.clone()]));
        }
        assert!(parts_of(&bindings.resolve(&parameter())) <= MOST_PARTS);
    }
}
