//! Our schemas beside those of the peers: what travels must be the same, names included, since C++ reads them.

#![expect(clippy::expect_used, reason = "called by tests alone")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use capnp::message::ReaderOptions;
use capnp::schema_capnp::{code_generator_request, field, node, type_, value};
use capnp::serialize::read_message;
use ipc_gen::{Schema, code_generator_request};
use ipc_gen_tests::official::{Request, reread};
use ipc_runtime::wire::Descriptor;

/// The interfaces and structs of a schema by id, each as lines that say what travels.
pub type Nodes = BTreeMap<u64, Vec<String>>;

/// Returns what the Rust traits and types make.
///
/// # Panics
/// Panics if they make no schema.
pub fn of_descriptors(roots: &[&'static Descriptor]) -> Nodes {
    let schema = Schema::of(roots).expect("a schema");
    describe(&reread(&code_generator_request(&schema))).expect("a request")
}

/// Returns what the official compiler makes of a file.
///
/// # Panics
/// Panics if the compiler refuses it.
pub fn of_file(capnp: &Path, file: &Path, imports: &[PathBuf]) -> Nodes {
    let mut command = Command::new(capnp);
    command.args(["compile", "-o-"]);
    for folder in imports {
        command.arg("-I").arg(folder);
    }
    let output = command.arg(file).output().expect("the capnp compiler");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let options = ReaderOptions { traversal_limit_in_words: None, nesting_limit: 64 };
    describe(&read_message(&output.stdout[..], options).expect("a message")).expect("a request")
}

/// Fails unless each of our nodes that is in the file is the same there; returns how many were compared.
///
/// # Panics
/// Panics at the first difference.
pub fn assert_same(ours: &Nodes, theirs: &Nodes) -> usize {
    let shared = ours.iter().filter_map(|(id, ours)| Some((ours, theirs.get(id)?)));
    shared.inspect(|(ours, theirs)| assert_eq!(ours, theirs)).count()
}

fn describe(request: &Request) -> capnp::Result<Nodes> {
    let request = request.get_root::<code_generator_request::Reader<'_>>()?;
    let mut nodes = BTreeMap::new();
    for node in request.get_nodes()? {
        nodes.insert(node.get_id(), node);
    }
    let mut described = Nodes::new();
    for (id, node) in &nodes {
        match node.which()? {
            node::Interface(interface) => {
                let mut lines = Vec::new();
                for superclass in interface.get_superclasses()? {
                    lines.push(format!("extends {:x}", superclass.get_id()));
                }
                for (ordinal, method) in (0_u16..).zip(interface.get_methods()?) {
                    lines.push(format!("{} @{ordinal}", method.get_name()?.to_str()?));
                    for (what, of) in [
                        ("takes", method.get_param_struct_type()),
                        ("returns", method.get_result_struct_type()),
                    ] {
                        // The node of a file that is only imported may lack those of its methods.
                        if let Some(node) = nodes.get(&of) {
                            let fields = describe_fields(*node, &nodes)?;
                            lines.extend(fields.into_iter().map(|field| format!("  {what} {field}")));
                        }
                    }
                }
                described.insert(*id, lines);
            }
            node::Struct(_) if node.get_scope_id() != 0 => {
                described.insert(*id, describe_fields(*node, &nodes)?);
            }
            _ => {}
        }
    }
    Ok(described)
}

fn describe_fields(
    of: node::Reader<'_>,
    nodes: &BTreeMap<u64, node::Reader<'_>>,
) -> capnp::Result<Vec<String>> {
    let node::Struct(of) = of.which()? else { return Ok(vec!["no struct".to_owned()]) };
    let mut lines = Vec::new();
    for field in of.get_fields()? {
        let field::Slot(slot) = field.which()? else {
            lines.push("a group".to_owned());
            continue;
        };
        lines.push(format!(
            "{} +{} :{} = {}",
            field.get_name()?.to_str()?,
            slot.get_offset(),
            describe_type(slot.get_type()?, nodes)?,
            describe_value(slot.get_default_value()?)?,
        ));
    }
    lines.push(format!("{} words, {} pointers", of.get_data_word_count(), of.get_pointer_count()));
    Ok(lines)
}

fn describe_type(of: type_::Reader<'_>, nodes: &BTreeMap<u64, node::Reader<'_>>) -> capnp::Result<String> {
    Ok(match of.which()? {
        type_::List(list) => format!("List({})", describe_type(list.get_element_type()?, nodes)?),
        // Entries of maps have another name in each language: what counts is that they are as large.
        type_::Struct(of) => match nodes.get(&of.get_type_id()).map(|node| node.which()).transpose()? {
            Some(node::Struct(of)) => {
                format!("struct of {} words, {} pointers", of.get_data_word_count(), of.get_pointer_count())
            }
            _ => "struct".to_owned(),
        },
        type_::Interface(of) => format!("interface {:x}", of.get_type_id()),
        type_::Enum(of) => format!("enum {:x}", of.get_type_id()),
        type_::AnyPointer(_) => "AnyPointer".to_owned(),
        type_::Void(()) => "Void".to_owned(),
        type_::Bool(()) => "Bool".to_owned(),
        type_::Int8(()) => "Int8".to_owned(),
        type_::Int16(()) => "Int16".to_owned(),
        type_::Int32(()) => "Int32".to_owned(),
        type_::Int64(()) => "Int64".to_owned(),
        type_::Uint8(()) => "UInt8".to_owned(),
        type_::Uint16(()) => "UInt16".to_owned(),
        type_::Uint32(()) => "UInt32".to_owned(),
        type_::Uint64(()) => "UInt64".to_owned(),
        type_::Float32(()) => "Float32".to_owned(),
        type_::Float64(()) => "Float64".to_owned(),
        type_::Text(()) => "Text".to_owned(),
        type_::Data(()) => "Data".to_owned(),
    })
}

fn describe_value(of: value::Reader<'_>) -> capnp::Result<String> {
    Ok(match of.which()? {
        value::Bool(value) => value.to_string(),
        value::Int8(value) => value.to_string(),
        value::Int16(value) => value.to_string(),
        value::Int32(value) => value.to_string(),
        value::Int64(value) => value.to_string(),
        value::Uint8(value) => value.to_string(),
        value::Uint16(value) => value.to_string(),
        value::Uint32(value) => value.to_string(),
        value::Uint64(value) => value.to_string(),
        value::Float32(value) => value.to_string(),
        value::Float64(value) => value.to_string(),
        value::Text(value) => format!("{:?}", value?.to_str()?),
        value::Data(value) => format!("{:?}", value?),
        _ => "none".to_owned(),
    })
}
