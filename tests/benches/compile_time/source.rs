//! The interface that is compiled: 200 methods, and 100 types with 8 fields each or as many variants.

use std::fmt::Write;

const METHODS: usize = 200;
const TYPES: usize = 100;
const FIELDS: usize = 8;

/// Prints the request for code generators of the interface.
pub(crate) const EMIT: &str = r#"
use ipc_runtime::wire::Interface;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let schema = ipc_gen::Schema::of(&[<dyn ours::Service>::descriptor()])?;
    let request = ipc_gen::code_generator_request(&schema);
    Ok(capnp::serialize::write_message(std::io::stdout().lock(), &request)?)
}
"#;

/// Types as fields and parameters have them; `#` stands for one of the types that are declared.
const VALUES: [&str; 14] = [
    "u32",
    "String",
    "bool",
    "Vec<u8>",
    "#",
    "f64",
    "Option<u16>",
    "Vec<#>",
    "i64",
    "Option<String>",
    "Vec<String>",
    "u8",
    "Option<Box<#>>",
    "Vec<u32>",
];

/// Returns the source of the crate.
pub(crate) fn interface() -> String {
    let mut text = String::from("use ipc_runtime::{IpcException, IpcType, ipc_interface};\n");
    for index in 0..TYPES {
        write_type(&mut text, index);
    }
    text.push_str("\n#[ipc_interface]\npub trait Service {\n");
    for index in 0..METHODS {
        let params: Vec<String> =
            (0..index % 5).map(|param| format!("p{param}: {}", value(index * 3 + param, TYPES))).collect();
        let params = params.join(", ");
        let result = value(index * 5 + 1, TYPES);
        write_line(
            &mut text,
            &format!("    fn method{index}(&self, {params}) -> Result<{result}, IpcException>;"),
        );
    }
    text.push_str("}\n");
    text
}

/// Of ten types one is an enum, one a union, and the rest are structs. A type has those in it that come before, so that
/// none is infinite.
fn write_type(text: &mut String, index: usize) {
    let members = (0..FIELDS).map(|member| (member, value(index + member * 3, index)));
    let (keyword, members): (&str, Vec<String>) = match index % 10 {
        3 => ("enum", members.map(|(member, _)| format!("Variant{member}")).collect()),
        7 => ("enum", members.map(|(member, ty)| format!("Variant{member}({ty})")).collect()),
        _ => ("struct", members.map(|(member, ty)| format!("pub field{member}: {ty}")).collect()),
    };
    write_line(text, &format!("\n#[derive(IpcType)]\npub {keyword} Type{index} {{"));
    for member in members {
        write_line(text, &format!("    {member},"));
    }
    write_line(text, "}");
}

/// One of the values, and in it one of the first types.
fn value(index: usize, types: usize) -> String {
    let value = VALUES.iter().cycle().nth(index).copied().unwrap_or_default();
    match types {
        0 => value.replace('#', "u64"),
        _ => value.replace('#', &format!("Type{}", index * 7 % types)),
    }
}

fn write_line(text: &mut String, line: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{line}");
}
