//! Files with the annotations of libmultiprocess, if they were asked for.

use std::fmt::Write;

use ipc_runtime::schema::{File, Member, PROXY_FILE_ID, Role};
use ipc_runtime::wire::descriptor::{Descriptor, Kind, Method};

use crate::libmultiprocess::Libmultiprocess;
use crate::member::literal;

/// A file, and what the C++ side of what it declares is called.
pub(crate) struct Annotated<'s> {
    pub(crate) file: &'s File,
    cpp: Option<(&'s Libmultiprocess, Aliases)>,
}

/// What the files are called that declare the annotations.
struct Aliases {
    cxx: String,
    proxy: String,
}

impl<'s> Annotated<'s> {
    pub(crate) fn new(file: &'s File, cpp: Option<&'s Libmultiprocess>) -> Self {
        let cpp = cpp.map(|cpp| {
            let imported = file.imports().iter().find(|import| import.file == PROXY_FILE_ID);
            let proxy = imported.map_or_else(|| free_alias(file, "Proxy"), |import| import.alias.clone());
            (cpp, Aliases { cxx: free_alias(file, "Cxx"), proxy })
        });
        Self { file, cpp }
    }

    /// Returns the names of the imported files behind what they are called here.
    pub(crate) fn imports(&self) -> Vec<(String, String)> {
        let own = self.file.imports().iter().map(|import| (import.alias.clone(), import.name.clone()));
        let Some((_, Aliases { cxx, proxy })) = &self.cpp else { return own.collect() };
        let annotations = [(cxx, "/capnp/c++.capnp"), (proxy, "/mp/proxy.capnp")];
        let annotations = annotations.map(|(alias, name)| (alias.clone(), name.to_owned()));
        let own = own.filter(|(_, name)| !annotations.iter().any(|(_, other)| other == name));
        annotations.iter().cloned().chain(own).collect()
    }

    /// Returns the annotations of the file.
    pub(crate) fn head(&self) -> String {
        let Some((cpp, Aliases { cxx, proxy })) = &self.cpp else { return String::new() };
        let mut text = format!("\n${cxx}.namespace({});\n", literal(&format!("{}::messages", cpp.namespace)));
        for (annotation, headers) in [("include", &cpp.includes), ("includeTypes", &cpp.include_types)] {
            for header in headers {
                // Writing into a string cannot fail.
                let _ = writeln!(text, "${proxy}.{annotation}({});", literal(header));
            }
        }
        text
    }

    pub(crate) fn declaration(&self, of: &Descriptor) -> String {
        self.behind(|cpp| cpp.of_declaration(of))
    }

    /// What is said of a presence field is said of the field itself.
    pub(crate) fn field(&self, declaration: &Descriptor, member: &Member) -> String {
        match (&declaration.kind, member.role) {
            (Kind::Struct(_), Role::Plain | Role::Optional) => {
                self.behind(|cpp| cpp.of_member(declaration, &member.name))
            }
            _ => String::new(),
        }
    }

    pub(crate) fn method(&self, declaration: &Descriptor, method: &Method) -> String {
        self.behind(|cpp| cpp.of_member(declaration, method.name))
    }

    pub(crate) fn param(&self, declaration: &Descriptor, method: &Method, name: &str) -> String {
        self.behind(|cpp| cpp.of_param(declaration, method, name))
    }

    pub(crate) fn result(&self, declaration: &Descriptor, method: &Method, name: &str) -> String {
        self.behind(|cpp| cpp.of_result(declaration, method, name))
    }

    fn behind(&self, annotations: impl FnOnce(&Libmultiprocess) -> Vec<(&'static str, String)>) -> String {
        let Some((cpp, Aliases { proxy, .. })) = &self.cpp else { return String::new() };
        annotations(cpp).into_iter().map(|(name, value)| format!(" ${proxy}.{name}({value})")).collect()
    }
}

/// Returns what a file can be called in this one.
fn free_alias(file: &File, wished: &str) -> String {
    let mut alias = wished.to_owned();
    let taken = |alias: &str| {
        file.imports().iter().any(|import| import.alias == alias)
            || file.declarations().iter().any(|declaration| {
                declaration.name == alias || declaration.parameters.iter().any(|of| of.name == alias)
            })
    };
    while taken(&alias) {
        alias.push_str("File");
    }
    alias
}
