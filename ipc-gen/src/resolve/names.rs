//! What names stand for, and types.

use super::{Resolver, SymbolId};
use crate::model::{AnyPointer, Brand, Scope, Type};
use crate::text::source::Span;
use crate::text::tree::{Argument, DeclarationKind, Expression, ExpressionKind};

/// How often names are looked up at most: names that stand for others can stand for something very large.
const MOST_STEPS: u32 = 1_000_000;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) target: Target,
    /// The type arguments of the declaration and of those around it, beginning with its own.
    levels: Vec<Level>,
}

/// What kind of thing a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    Symbol(SymbolId),
    Type(Type),
    /// `List`, before it is known of what.
    List,
    Parameter(AnyPointer),
}

#[derive(Clone, Debug)]
struct Level {
    id: u64,
    /// How many type parameters it has.
    count: usize,
    binding: Binding,
}

#[derive(Clone, Debug)]
enum Binding {
    /// Nothing is said of them.
    Unbound,
    /// They are those of where it is used.
    Inherited,
    Bound(Vec<Type>),
}

/// The type parameters of a method, in sight of its parameters and results.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Implicit<'t> {
    /// The struct of the parameters; 0 if there is none.
    pub(super) scope: u64,
    pub(super) names: &'t [crate::text::source::Located<String>],
}

impl Resolver<'_> {
    /// Finds out what a name stands for, and reports it if it is none.
    pub(super) fn resolve(
        &mut self,
        scope: SymbolId,
        implicit: Implicit<'_>,
        expression: &Expression,
    ) -> Option<Named> {
        self.resolve_nested(scope, implicit, expression, 0)
    }

    fn resolve_nested(
        &mut self,
        scope: SymbolId,
        implicit: Implicit<'_>,
        expression: &Expression,
        depth: u32,
    ) -> Option<Named> {
        self.steps += 1;
        if depth > 64 || self.steps > MOST_STEPS {
            let written = self.written(scope, expression);
            let message = format!("what `{written}` stands for is nested too deeply");
            self.report(scope, expression.span, message, "does it stand for itself?");
            return None;
        }
        match &expression.kind {
            ExpressionKind::Broken => None,
            ExpressionKind::Name(name) => {
                if let Some(index) = implicit.names.iter().position(|known| known.value == *name) {
                    let index = u16::try_from(index).unwrap_or(u16::MAX);
                    let parameter = match implicit.scope {
                        0 => AnyPointer::MethodParameter(index),
                        scope => AnyPointer::Parameter { scope, index },
                    };
                    return Some(Named { target: Target::Parameter(parameter), levels: Vec::new() });
                }
                self.resolve_name(scope, name, expression.span, depth)
            }
            ExpressionKind::Absolute(name) => {
                let file = SymbolId(self.symbol(scope)?.file);
                match self.symbol(file)?.children.get(name.as_str()).copied() {
                    Some(child) => self.named(child, Vec::new(), depth),
                    None => self.unknown(scope, name, expression.span),
                }
            }
            ExpressionKind::Import(path) => {
                let file = self.files.get(self.symbol(scope)?.file)?;
                // What could not be imported was reported.
                let id = file.import(path)?;
                let index = self.files.iter().position(|file| file.id == id)?;
                Some(Named { target: Target::Symbol(SymbolId(index)), levels: Vec::new() })
            }
            ExpressionKind::Member(parent, name) => {
                let parent = self.resolve_nested(scope, implicit, parent, depth + 1)?;
                let Target::Symbol(symbol) = parent.target else {
                    return self.unknown(scope, &name.value, name.span);
                };
                match self.symbol(symbol)?.children.get(name.value.as_str()).copied() {
                    Some(child) => self.named(child, parent.levels, depth),
                    None => self.unknown(scope, &name.value, name.span),
                }
            }
            ExpressionKind::Apply(base, arguments) => {
                let base = self.resolve_nested(scope, implicit, base, depth + 1)?;
                self.apply(scope, implicit, expression.span, base, arguments, depth)
            }
            _ => {
                let written = self.written(scope, expression);
                self.report(scope, expression.span, format!("`{written}` is a value, not a name"), "");
                None
            }
        }
    }

    fn resolve_name(&mut self, scope: SymbolId, name: &str, span: Span, depth: u32) -> Option<Named> {
        let mut around = Some(scope);
        while let Some(id) = around {
            let symbol = self.symbol(id)?;
            if let Some(child) = symbol.children.get(name).copied() {
                let levels = self.levels_within(id);
                return self.named(child, levels, depth);
            }
            if let Some(index) = symbol.parameters.iter().position(|parameter| *parameter == name) {
                let index = u16::try_from(index).unwrap_or(u16::MAX);
                let parameter = AnyPointer::Parameter { scope: symbol.id, index };
                return Some(Named { target: Target::Parameter(parameter), levels: Vec::new() });
            }
            around = symbol.parent;
        }
        match builtin(name) {
            Some(target) => Some(Named { target, levels: Vec::new() }),
            None => self.unknown(scope, name, span),
        }
    }

    fn unknown(&mut self, scope: SymbolId, name: &str, span: Span) -> Option<Named> {
        if self.log.is_full() {
            return None;
        }
        let known: Vec<&str> =
            self.symbols.iter().flat_map(|symbol| symbol.children.keys().copied()).collect();
        let near = nearest(name, known.into_iter().chain(BUILTINS.iter().map(|(name, _)| *name)));
        let help = match near {
            Some(near) => format!("there is a `{near}`"),
            None => {
                "declare it, or import the file that does: `using import \"other.capnp\".Name;`".to_owned()
            }
        };
        self.report(scope, span, format!("`{name}` is not declared"), &help);
        None
    }

    /// What is seen of the type parameters around a place in a declaration.
    fn levels_within(&self, scope: SymbolId) -> Vec<Level> {
        let mut levels = Vec::new();
        let mut around = self.symbol(scope);
        while let Some(symbol) = around {
            let count = symbol.parameters.len();
            levels.push(Level { id: symbol.id, count, binding: Binding::Inherited });
            around = symbol.parent.and_then(|parent| self.symbol(parent));
        }
        levels
    }

    /// A declaration that was found where the given arguments hold; another name is what it stands for.
    fn named(&mut self, symbol: SymbolId, mut levels: Vec<Level>, depth: u32) -> Option<Named> {
        let found = self.symbol(symbol)?;
        if let Some(DeclarationKind::Using(target)) = found.declaration.map(|declaration| &declaration.kind) {
            let scope = found.parent?;
            let named = self.resolve_nested(scope, Implicit::default(), target, depth + 1)?;
            return Some(substitute(named, &levels));
        }
        levels.insert(0, Level { id: found.id, count: found.parameters.len(), binding: Binding::Unbound });
        Some(Named { target: Target::Symbol(symbol), levels })
    }

    fn apply(
        &mut self,
        scope: SymbolId,
        implicit: Implicit<'_>,
        span: Span,
        mut base: Named,
        arguments: &[Argument],
        depth: u32,
    ) -> Option<Named> {
        let mut types = Vec::new();
        for argument in arguments {
            if let Some(name) = &argument.name {
                self.report(scope, name.span, "a type argument has no name", "write the type alone");
            }
            let named = self.resolve_nested(scope, implicit, &argument.value, depth + 1)?;
            let ty = self.type_of(scope, &argument.value, named)?;
            if base.target != Target::List && (!ty.is_pointer() || is_odd(&ty)) {
                let written = self.written(scope, &argument.value);
                self.report(
                    scope,
                    argument.value.span,
                    format!("`{written}` cannot be a type argument"),
                    "only pointers can: a struct, a list, `Text`, `Data`, an interface, `AnyPointer`",
                );
            }
            types.push(ty);
        }
        if base.target == Target::List {
            return match <[Type; 1]>::try_from(types) {
                Ok([element]) => {
                    // Of a type parameter neither: whether it is a list of structs or of pointers is not known.
                    if !matches!(element, Type::AnyPointer(AnyPointer::List | AnyPointer::Capability))
                        && matches!(element, Type::AnyPointer(_))
                    {
                        self.report(
                            scope,
                            span,
                            "there is no list of these",
                            "declare a struct with one in it",
                        );
                    }
                    let target = Target::Type(Type::List(Box::new(element)));
                    Some(Named { target, levels: Vec::new() })
                }
                Err(_) => {
                    self.report(scope, span, "a list is of one type", "write `List(Type)`");
                    None
                }
            };
        }
        let symbol = matches!(base.target, Target::Symbol(_));
        let Some(level) = base.levels.first_mut().filter(|_| symbol) else {
            self.report(scope, span, "this takes no type arguments", "remove what is in parentheses");
            return None;
        };
        if !matches!(level.binding, Binding::Unbound) {
            self.report(scope, span, "this has type arguments already", "remove one of the two");
            return None;
        }
        if level.count != types.len() {
            let count = level.count;
            let message = format!("this takes {count} type arguments, not {}", types.len());
            self.report(scope, span, message, if count == 0 { "remove what is in parentheses" } else { "" });
            return None;
        }
        level.binding = Binding::Bound(types);
        Some(base)
    }

    /// Compiles a type, and reports it if it is none.
    pub(super) fn compile_type(
        &mut self,
        scope: SymbolId,
        implicit: Implicit<'_>,
        expression: &Expression,
    ) -> Option<Type> {
        let named = self.resolve(scope, implicit, expression)?;
        self.type_of(scope, expression, named)
    }

    fn type_of(&mut self, scope: SymbolId, expression: &Expression, named: Named) -> Option<Type> {
        let brand = named.brand();
        match named.target {
            Target::Type(ty) => return Some(ty),
            Target::Parameter(parameter) => return Some(Type::AnyPointer(parameter)),
            Target::List => {
                self.report(scope, expression.span, "this is a list of nothing", "write `List(Type)`");
                return None;
            }
            Target::Symbol(symbol) => {
                let symbol = self.symbol(symbol)?;
                match symbol.declaration.map(|declaration| &declaration.kind) {
                    Some(DeclarationKind::Enum) => return Some(Type::Enum(symbol.id, brand)),
                    Some(DeclarationKind::Struct) => return Some(Type::Struct(symbol.id, brand)),
                    Some(DeclarationKind::Interface { .. }) => {
                        return Some(Type::Interface(symbol.id, brand));
                    }
                    _ => {}
                }
            }
        }
        let written = self.written(scope, expression);
        let help = "a type is a struct, an enum, an interface, or one that is built in, such as `Text`";
        self.report(scope, expression.span, format!("`{written}` is not a type"), help);
        None
    }

    /// The type arguments of the struct of a method's parameters or results: those of the interface. The method's own
    /// are not among them, as the Cap'n Proto compiler has it.
    pub(super) fn brand_of_params(&self, interface: SymbolId) -> Brand {
        brand(&self.levels_within(interface))
    }
}

impl Named {
    pub(super) fn brand(&self) -> Brand {
        brand(&self.levels)
    }
}

fn brand(levels: &[Level]) -> Brand {
    let scope = |level: &Level| match &level.binding {
        _ if level.count == 0 => None,
        Binding::Unbound => None,
        Binding::Inherited => Some(Scope { id: level.id, bind: None }),
        Binding::Bound(types) => {
            Some(Scope { id: level.id, bind: Some(types.iter().cloned().map(Some).collect()) })
        }
    };
    Brand(levels.iter().filter_map(scope).collect())
}

/// Puts the arguments that hold where a name was found in place of the parameters that it has inherited.
fn substitute(mut named: Named, outer: &[Level]) -> Named {
    let binding = |id: u64| outer.iter().find(|level| level.id == id).map(|level| &level.binding);
    for level in &mut named.levels {
        match &mut level.binding {
            Binding::Inherited => {
                if let Some(outer) = binding(level.id) {
                    level.binding = outer.clone();
                }
            }
            Binding::Bound(types) => types.iter_mut().for_each(|ty| substitute_type(ty, outer)),
            Binding::Unbound => {}
        }
    }
    match &mut named.target {
        Target::Type(ty) => substitute_type(ty, outer),
        Target::Parameter(parameter) => {
            let mut ty = Type::AnyPointer(*parameter);
            substitute_type(&mut ty, outer);
            named.target = match ty {
                Type::AnyPointer(parameter @ AnyPointer::Parameter { .. }) => Target::Parameter(parameter),
                ty => Target::Type(ty),
            };
        }
        Target::Symbol(_) | Target::List => {}
    }
    named
}

fn substitute_type(ty: &mut Type, outer: &[Level]) {
    match ty {
        Type::List(element) => substitute_type(element, outer),
        Type::Enum(_, brand) | Type::Struct(_, brand) | Type::Interface(_, brand) => {
            for scope in &mut brand.0 {
                let level = outer.iter().find(|level| level.id == scope.id);
                match (&mut scope.bind, level.map(|level| &level.binding)) {
                    (None, Some(Binding::Bound(types))) => {
                        scope.bind = Some(types.iter().cloned().map(Some).collect());
                    }
                    (Some(types), _) => types.iter_mut().flatten().for_each(|ty| substitute_type(ty, outer)),
                    _ => {}
                }
            }
        }
        Type::AnyPointer(AnyPointer::Parameter { scope, index }) => {
            let level = outer.iter().find(|level| level.id == *scope);
            match level.map(|level| &level.binding) {
                Some(Binding::Bound(types)) => {
                    if let Some(bound) = types.get(usize::from(*index)) {
                        *ty = bound.clone();
                    }
                }
                Some(Binding::Unbound) => *ty = Type::AnyPointer(AnyPointer::Any),
                Some(Binding::Inherited) | None => {}
            }
        }
        _ => {}
    }
}

/// Pointers that cannot be type arguments.
fn is_odd(ty: &Type) -> bool {
    matches!(ty, Type::AnyPointer(AnyPointer::Struct | AnyPointer::List | AnyPointer::Capability))
}

/// The types that are built in, but for `List`.
const BUILTINS: [(&str, Type); 18] = [
    ("Void", Type::Void),
    ("Bool", Type::Bool),
    ("Int8", Type::Int8),
    ("Int16", Type::Int16),
    ("Int32", Type::Int32),
    ("Int64", Type::Int64),
    ("UInt8", Type::UInt8),
    ("UInt16", Type::UInt16),
    ("UInt32", Type::UInt32),
    ("UInt64", Type::UInt64),
    ("Float32", Type::Float32),
    ("Float64", Type::Float64),
    ("Text", Type::Text),
    ("Data", Type::Data),
    ("AnyPointer", Type::AnyPointer(AnyPointer::Any)),
    ("AnyStruct", Type::AnyPointer(AnyPointer::Struct)),
    ("AnyList", Type::AnyPointer(AnyPointer::List)),
    ("Capability", Type::AnyPointer(AnyPointer::Capability)),
];

fn builtin(name: &str) -> Option<Target> {
    if name == "List" {
        return Some(Target::List);
    }
    let (_, ty) = BUILTINS.iter().find(|(known, _)| *known == name)?;
    Some(Target::Type(ty.clone()))
}

/// Returns the name that differs least, if it does so by a letter or two.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let allowed = if name.len() < 4 { 1 } else { 2 };
    let near = known.map(|known| (distance(name, known, allowed), known));
    near.filter(|(distance, _)| *distance <= allowed).min().map(|(_, known)| known)
}

/// Counts the letters to change, add or remove; more than `most` if there are more.
fn distance(a: &str, b: &str, most: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, (y, pair)) in b.iter().zip(row.windows(2)).enumerate() {
            let [above_left, above] = pair else { continue };
            let left = next.get(j).copied().unwrap_or(usize::MAX);
            let cost = usize::from(!x.eq_ignore_ascii_case(y));
            next.push((above_left + cost).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}
