//! The official compiler, and the comparison of its requests with ours.

#![expect(clippy::expect_used, reason = "called by tests alone")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use capnp::message::{Builder, HeapAllocator, Reader, ReaderOptions};
use capnp::schema_capnp::{code_generator_request, field, node, type_, value};
use capnp::serialize::{OwnedSegments, read_message, write_message_to_words};
use ipc_gen::{EmittedFile, Model};

/// A request and its bytes.
pub type Request = Reader<OwnedSegments>;

/// Compiles emitted files with the `capnp` program, all of them requested.
///
/// # Panics
/// Panics when the compiler refuses them.
pub fn compile(capnp: &Path, files: &[EmittedFile], folder: &Path) -> Request {
    fs::create_dir_all(folder).expect("a folder for the schema");
    for file in files {
        fs::write(folder.join(&file.name), &file.text).expect("a schema file");
    }
    let output = Command::new(capnp)
        .args(["compile", "-o-"])
        .args(files.iter().map(|file| &file.name))
        .current_dir(folder)
        .output()
        .expect("the capnp compiler");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    read(&output.stdout)
}

/// Takes a request of ours through its bytes.
pub fn reread(request: &Builder<HeapAllocator>) -> Request {
    read(&write_message_to_words(request))
}

fn read(bytes: &[u8]) -> Request {
    let options = ReaderOptions { traversal_limit_in_words: None, nesting_limit: 64 };
    read_message(bytes, options).expect("a message")
}

/// Returns all that a request says.
///
/// # Errors
/// Returns an error if the request is malformed.
pub fn model(request: &Request) -> capnp::Result<Model> {
    Model::from_request_reader(request.get_root()?)
}

/// Writes down all that a request says, in an order that does not depend on who made it.
///
/// What may differ is left out: the version of the compiler, the order of the nodes.
///
/// # Errors
/// Returns an error if the request is malformed.
pub fn describe(request: &Request) -> capnp::Result<Vec<String>> {
    let request = request.get_root::<code_generator_request::Reader<'_>>()?;
    let mut lines = Vec::new();
    for file in request.get_requested_files()? {
        let mut imports = Vec::new();
        for import in file.get_imports()? {
            imports.push(format!("{:x} {}", import.get_id(), import.get_name()?.to_str()?));
        }
        lines.push(format!("file {:x} {} {imports:?}", file.get_id(), file.get_filename()?.to_str()?));
    }
    let mut docs = BTreeMap::new();
    for info in request.get_source_info()? {
        let mut members = Vec::new();
        for member in info.get_members()? {
            members.push(member.get_doc_comment()?.to_string()?);
        }
        docs.insert(info.get_id(), format!("doc {:?} {members:?}", info.get_doc_comment()?.to_str()?));
    }
    let mut nodes = BTreeMap::new();
    for node in request.get_nodes()? {
        let mut description = describe_node(node)?;
        // Only what is written in a file has documentation: parameter and result structs have none.
        let none = || "doc \"\" []".to_owned();
        description.push(docs.remove(&node.get_id()).unwrap_or_else(none));
        nodes.insert(node.get_id(), description);
    }
    lines.extend(nodes.into_values().flatten());
    Ok(lines)
}

fn describe_node(node: node::Reader<'_>) -> capnp::Result<Vec<String>> {
    let mut lines = vec![format!(
        "node {:x} {} {} in {:x} generic {} {}",
        node.get_id(),
        node.get_display_name()?.to_str()?,
        node.get_display_name_prefix_length(),
        node.get_scope_id(),
        node.get_is_generic(),
        node.get_parameters()?.len(),
    )];
    for nested in node.get_nested_nodes()? {
        lines.push(format!("  nested {:x} {}", nested.get_id(), nested.get_name()?.to_str()?));
    }
    match node.which()? {
        node::File(()) => lines.push("  file".into()),
        node::Struct(of) => {
            lines.push(format!(
                "  struct {} {} {:?} group {} union {} {}",
                of.get_data_word_count(),
                of.get_pointer_count(),
                of.get_preferred_list_encoding()?,
                of.get_is_group(),
                of.get_discriminant_count(),
                of.get_discriminant_offset(),
            ));
            for field in of.get_fields()? {
                lines.push(describe_field(field)?);
            }
        }
        node::Enum(of) => {
            for enumerant in of.get_enumerants()? {
                lines.push(format!(
                    "  enumerant {} {}",
                    enumerant.get_name()?.to_str()?,
                    enumerant.get_code_order()
                ));
            }
        }
        node::Interface(of) => {
            for superclass in of.get_superclasses()? {
                lines.push(format!("  extends {:x}", superclass.get_id()));
            }
            for method in of.get_methods()? {
                lines.push(format!(
                    "  method {} {} {:x} {:x} {}",
                    method.get_name()?.to_str()?,
                    method.get_code_order(),
                    method.get_param_struct_type(),
                    method.get_result_struct_type(),
                    method.get_implicit_parameters()?.len(),
                ));
            }
        }
        node::Const(_) | node::Annotation(_) => lines.push("  neither ours nor expected".into()),
    }
    Ok(lines)
}

fn describe_field(of: field::Reader<'_>) -> capnp::Result<String> {
    let ordinal = match of.get_ordinal().which()? {
        field::ordinal::Implicit(()) => "implicit".to_owned(),
        field::ordinal::Explicit(ordinal) => ordinal.to_string(),
    };
    let place = match of.which()? {
        field::Slot(slot) => format!(
            "+{} :{} = {} explicit {}",
            slot.get_offset(),
            describe_type(slot.get_type()?)?,
            describe_value(slot.get_default_value()?)?,
            slot.get_had_explicit_default(),
        ),
        field::Group(group) => format!("group {:x}", group.get_type_id()),
    };
    Ok(format!(
        "  field {} @{ordinal} {} {} {place}",
        of.get_name()?.to_str()?,
        of.get_code_order(),
        of.get_discriminant_value(),
    ))
}

fn describe_type(of: type_::Reader<'_>) -> capnp::Result<String> {
    Ok(match of.which()? {
        type_::Void(()) => "Void".into(),
        type_::Bool(()) => "Bool".into(),
        type_::Int8(()) => "Int8".into(),
        type_::Int16(()) => "Int16".into(),
        type_::Int32(()) => "Int32".into(),
        type_::Int64(()) => "Int64".into(),
        type_::Uint8(()) => "UInt8".into(),
        type_::Uint16(()) => "UInt16".into(),
        type_::Uint32(()) => "UInt32".into(),
        type_::Uint64(()) => "UInt64".into(),
        type_::Float32(()) => "Float32".into(),
        type_::Float64(()) => "Float64".into(),
        type_::Text(()) => "Text".into(),
        type_::Data(()) => "Data".into(),
        type_::List(list) => format!("List({})", describe_type(list.get_element_type()?)?),
        type_::Enum(of) => format!("enum {:x}", of.get_type_id()),
        type_::Struct(of) => format!("struct {:x}", of.get_type_id()),
        type_::Interface(of) => format!("interface {:x}", of.get_type_id()),
        type_::AnyPointer(_) => "AnyPointer".into(),
    })
}

fn describe_value(of: value::Reader<'_>) -> capnp::Result<String> {
    Ok(match of.which()? {
        value::Void(()) => "void".into(),
        value::Bool(value) => format!("bool {value}"),
        value::Int8(value) => format!("i8 {value}"),
        value::Int16(value) => format!("i16 {value}"),
        value::Int32(value) => format!("i32 {value}"),
        value::Int64(value) => format!("i64 {value}"),
        value::Uint8(value) => format!("u8 {value}"),
        value::Uint16(value) => format!("u16 {value}"),
        value::Uint32(value) => format!("u32 {value}"),
        value::Uint64(value) => format!("u64 {value}"),
        value::Float32(value) => format!("f32 {value}"),
        value::Float64(value) => format!("f64 {value}"),
        value::Text(value) => format!("text {:?}", value?.to_str()?),
        value::Data(value) => format!("data {:?}", value?),
        value::List(list) => format!("list, null {}", list.is_null()),
        value::Enum(value) => format!("enum {value}"),
        value::Struct(of) => format!("struct, null {}", of.is_null()),
        value::Interface(()) => "interface".into(),
        value::AnyPointer(_) => "any pointer".into(),
    })
}
