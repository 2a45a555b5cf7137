//! What `mpgen`, the code generator of libmultiprocess, wants to know of a schema: annotations.

use std::collections::BTreeMap;

use ipc_runtime::schema::{ANONYMOUS_FILE_ID, members};
use ipc_runtime::wire::descriptor::{Descriptor, Field, Interface, Kind, Method, Type};

use crate::member::literal;

/// Says what the C++ side of a schema is called, so that the files that are emitted can be given to `mpgen`.
///
/// Every interface, and every struct without unions, wraps the class of its name in the namespace; a closure wraps a
/// `std::function`. What is called or made otherwise in C++ is said by its path in the schema: `Calculator`,
/// `Calculator.solve`, `Point.x`, `Calculator.solve.error`.
///
/// Files that are made so import `/mp/proxy.capnp` of libmultiprocess. What no Rust item declares, such as the struct of a map's
/// entry, is in the file that uses it: C++ cannot compile files that import each other.
///
/// ```
/// use ipc_gen::{Libmultiprocess, Spelling};
///
/// let cpp = Libmultiprocess::new("calculator")
///     .include("calculator.h")
///     .include_types("calculator-types.h")
///     .spelled(Spelling::Snake)
///     .wrap("Printer", "io::Printer")
///     .exception("Calculator.solve.error", "std::exception");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Libmultiprocess {
    pub(crate) namespace: String,
    pub(crate) includes: Vec<String>,
    pub(crate) include_types: Vec<String>,
    spelling: Spelling,
    /// The classes; `None` is one that there is not.
    wraps: BTreeMap<String, Option<String>>,
    names: BTreeMap<String, String>,
    counts: BTreeMap<String, i32>,
    exceptions: BTreeMap<String, String>,
}

/// How the fields of structs are spelled in C++.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// As in the schema: `inStock`.
    #[default]
    Schema,
    /// As in Rust: `in_stock`.
    Snake,
    /// `InStock`.
    Pascal,
}

impl Libmultiprocess {
    /// The C++ side is in this namespace; the messages are in the namespace `messages` in it.
    pub fn new(namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            includes: Vec::new(),
            include_types: Vec::new(),
            spelling: Spelling::default(),
            wraps: BTreeMap::new(),
            names: BTreeMap::new(),
            counts: BTreeMap::new(),
            exceptions: BTreeMap::new(),
        }
    }

    /// Adds a header that declares the classes: `$Proxy.include`.
    #[must_use]
    pub fn include(mut self, header: &str) -> Self {
        self.includes.push(header.to_owned());
        self
    }

    /// Adds a header with the conversions that the types need: `$Proxy.includeTypes`.
    #[must_use]
    pub fn include_types(mut self, header: &str) -> Self {
        self.include_types.push(header.to_owned());
        self
    }

    /// Says how the fields of structs are spelled in C++, where [`name`](Self::name) does not say it.
    ///
    /// Methods keep the names of the schema: a client that `mpgen` makes implements the class under these.
    #[must_use]
    pub fn spelled(mut self, spelling: Spelling) -> Self {
        self.spelling = spelling;
        self
    }

    /// Says which class an interface or a struct wraps: `$Proxy.wrap`.
    #[must_use]
    pub fn wrap(mut self, declaration: &str, class: &str) -> Self {
        self.wraps.insert(declaration.to_owned(), Some(class.to_owned()));
        self
    }

    /// Says that an interface or a struct wraps no class: the conversions of the types know what to do with it.
    #[must_use]
    pub fn unwrapped(mut self, declaration: &str) -> Self {
        self.wraps.insert(declaration.to_owned(), None);
        self
    }

    /// Says what a method, or a field of a struct, is called in C++: `$Proxy.name`.
    ///
    /// A method that is called otherwise is found by servers alone: clients have it under the name of the schema.
    #[must_use]
    pub fn name(mut self, member: &str, name: &str) -> Self {
        self.names.insert(member.to_owned(), name.to_owned());
        self
    }

    /// Says how many C++ parameters a parameter stands for, or every parameter of an interface or a struct: `$Proxy.count`.
    #[must_use]
    pub fn count(mut self, of: &str, count: i32) -> Self {
        self.counts.insert(of.to_owned(), count);
        self
    }

    /// Says that a result is the C++ exception of a class: `$Proxy.exception`.
    #[must_use]
    pub fn exception(mut self, result: &str, class: &str) -> Self {
        self.exceptions.insert(result.to_owned(), class.to_owned());
        self
    }

    /// Returns what stands behind an interface or a struct, each with the name of the annotation.
    pub(crate) fn of_declaration(&self, of: &Descriptor) -> Vec<(&'static str, String)> {
        let class = match self.wraps.get(of.name) {
            Some(class) => class.clone(),
            None => self.class(of),
        };
        let wrap = class.map(|class| ("wrap", literal(&class)));
        wrap.into_iter().chain(self.count_of(of.name)).collect()
    }

    /// Returns what stands behind a method, or a field of a struct.
    pub(crate) fn of_member(&self, declaration: &Descriptor, name: &str) -> Vec<(&'static str, String)> {
        let said = self.names.get(&format!("{}.{name}", declaration.name)).cloned();
        let wraps = || self.of_declaration(declaration).iter().any(|(annotation, _)| *annotation == "wrap");
        let spelled = matches!(declaration.kind, Kind::Struct(_)) && wraps();
        let name = said.or_else(|| spelled.then(|| self.spelling.of(name)).filter(|spelled| spelled != name));
        name.map(|name| ("name", literal(&name))).into_iter().collect()
    }

    /// Returns what stands behind a parameter.
    pub(crate) fn of_param(
        &self,
        declaration: &Descriptor,
        method: &Method,
        name: &str,
    ) -> Vec<(&'static str, String)> {
        self.count_of(&format!("{}.{}.{name}", declaration.name, method.name)).into_iter().collect()
    }

    /// Returns what stands behind a result.
    pub(crate) fn of_result(
        &self,
        declaration: &Descriptor,
        method: &Method,
        name: &str,
    ) -> Vec<(&'static str, String)> {
        let path = format!("{}.{}.{name}", declaration.name, method.name);
        let exception = self.exceptions.get(&path).map(|class| ("exception", literal(class)));
        // What is a parameter too has it there.
        let param = members(&method.params).iter().any(|member| member.name == name);
        let count = self.count_of(&path).filter(|_| !param);
        exception.into_iter().chain(count).collect()
    }

    /// Returns the paths that it names and that none of the declarations has.
    pub(crate) fn unknown(&self, declarations: &[&'static Descriptor]) -> Vec<String> {
        let mut known = Paths::default();
        for declaration in declarations {
            known.add(declaration);
        }
        let missing = |paths: Vec<&String>, known: &[String]| -> Vec<String> {
            paths.into_iter().filter(|path| !known.contains(path)).cloned().collect()
        };
        let countable = [known.declarations.as_slice(), &known.params, &known.results].concat();
        [
            missing(self.wraps.keys().collect(), &known.declarations),
            missing(self.names.keys().collect(), &known.members),
            missing(self.counts.keys().collect(), &countable),
            missing(self.exceptions.keys().collect(), &known.results),
        ]
        .concat()
    }

    fn count_of(&self, path: &str) -> Option<(&'static str, String)> {
        self.counts.get(path).map(|count| ("count", count.to_string()))
    }

    /// Returns the class of a declaration, if nothing is said of it.
    fn class(&self, of: &Descriptor) -> Option<String> {
        match &of.kind {
            Kind::Interface(interface) if of.file == ANONYMOUS_FILE_ID => self.function(of, interface),
            Kind::Interface(_) => Some(self.qualified(of)),
            // Those of libmultiprocess itself fill tuples, pairs and the entries of maps.
            Kind::Struct(_) if of.file != ANONYMOUS_FILE_ID && of.parameters.is_empty() => {
                Some(self.qualified(of))
            }
            Kind::Struct(_) | Kind::Composite(_) | Kind::Enum(_) => None,
        }
    }

    fn qualified(&self, of: &Descriptor) -> String {
        format!("{}::{}", self.namespace, of.name)
    }

    /// Returns the `std::function` of a closure; another interface without an item, such as that of a stream, is a class.
    fn function(&self, of: &Descriptor, interface: &Interface) -> Option<String> {
        let Some(call) = interface.methods.iter().find(|method| method.name == "call") else {
            return Some(self.qualified(of));
        };
        let arguments = call.params.fields.iter().filter(|field| field.name != "context");
        let arguments: Vec<String> = arguments.map(|field| self.field_type(field)).collect();
        let result =
            call.results.fields.first().map_or_else(|| "void".to_owned(), |field| self.field_type(field));
        Some(format!("ProxyCallback<std::function<{result}({})>>", arguments.join(", ")))
    }

    fn field_type(&self, field: &Field) -> String {
        let ty = self.cpp_type(&field.ty);
        if field.has_companion() { format!("std::optional<{ty}>") } else { ty }
    }

    /// Returns the C++ type of a value, as a closure of C++ would have it.
    fn cpp_type(&self, ty: &Type) -> String {
        let name = match ty {
            Type::Void => "std::monostate",
            Type::Bool => "bool",
            Type::Int8 => "int8_t",
            Type::Int16 => "int16_t",
            Type::Int32 => "int32_t",
            Type::Int64 => "int64_t",
            Type::UInt8 => "uint8_t",
            Type::UInt16 => "uint16_t",
            Type::UInt32 => "uint32_t",
            Type::UInt64 => "uint64_t",
            Type::Float32 => "float",
            Type::Float64 => "double",
            Type::Text => "std::string",
            Type::Data => "std::vector<uint8_t>",
            Type::List(element) => return format!("std::vector<{}>", self.cpp_type(element)),
            Type::Interface(of) => return format!("std::shared_ptr<{}>", self.class_or_name(of())),
            Type::Struct(of) | Type::Branded(of, _) | Type::Enum(of) => return self.class_or_name(of()),
            Type::AnyPointer | Type::Parameter(_) => "capnp::AnyPointer",
        };
        name.to_owned()
    }

    fn class_or_name(&self, of: &Descriptor) -> String {
        let said = self.wraps.get(of.name).cloned().flatten();
        said.unwrap_or_else(|| self.qualified(of))
    }
}

/// The paths of what can be named.
#[derive(Debug, Default)]
struct Paths {
    declarations: Vec<String>,
    /// Methods, and the fields of structs.
    members: Vec<String>,
    params: Vec<String>,
    results: Vec<String>,
}

impl Paths {
    fn add(&mut self, declaration: &Descriptor) {
        let name = declaration.name;
        match &declaration.kind {
            Kind::Enum(_) => return,
            Kind::Composite(_) => {}
            Kind::Struct(fields) => {
                self.members.extend(members(fields).iter().map(|field| format!("{name}.{}", field.name)));
            }
            Kind::Interface(interface) => {
                for method in interface.methods {
                    let path = format!("{name}.{}", method.name);
                    self.params
                        .extend(members(&method.params).iter().map(|field| format!("{path}.{}", field.name)));
                    self.results.extend(
                        members(&method.results).iter().map(|field| format!("{path}.{}", field.name)),
                    );
                    self.members.push(path);
                }
            }
        }
        self.declarations.push(name.to_owned());
    }
}

impl Spelling {
    fn of(self, name: &str) -> String {
        match self {
            Self::Schema => name.to_owned(),
            Self::Pascal => {
                let mut chars = name.chars();
                let first = chars.next().map(|first| first.to_ascii_uppercase());
                first.into_iter().chain(chars).collect()
            }
            Self::Snake => {
                let mut snake = String::new();
                for c in name.chars() {
                    if c.is_ascii_uppercase() && !snake.is_empty() {
                        snake.push('_');
                    }
                    snake.push(c.to_ascii_lowercase());
                }
                snake
            }
        }
    }
}
