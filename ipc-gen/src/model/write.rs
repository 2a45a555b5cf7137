//! Models to requests.

use capnp::message::{Builder, HeapAllocator, ReaderOptions};
use capnp::schema_capnp::{
    ElementSize, annotation, brand, code_generator_request, enumerant, field, method, node, superclass,
    type_, value,
};
use capnp::{any_pointer, serialize, struct_list, text};
use ipc_runtime::schema::{CAPNP_VERSION, length};

use super::{
    Annotation, AnyPointer, Brand, Enumerant, Field, FieldKind, Interface, Method, Model, ModelFile, Node,
    NodeKind, Struct, Targets, Type, Value,
};

pub(super) fn write(model: &Model) -> capnp::Result<Builder<HeapAllocator>> {
    let mut message = Builder::new_default();
    let mut request = message.init_root::<code_generator_request::Builder<'_>>();

    let mut version = request.reborrow().init_capnp_version();
    version.set_major(CAPNP_VERSION.0);
    version.set_minor(CAPNP_VERSION.1);
    version.set_micro(CAPNP_VERSION.2);

    let nodes: Vec<&Node> = model.nodes.values().collect();
    let mut list = request.reborrow().init_nodes(length(&nodes));
    for (index, node) in (0..).zip(&nodes) {
        write_node(node, list.reborrow().get(index))?;
    }
    // What methods imply stands nowhere.
    let documented: Vec<&Node> = nodes.into_iter().filter(|node| has_scope(node)).collect();
    let mut list = request.reborrow().init_source_info(length(&documented));
    for (index, node) in (0..).zip(&documented) {
        write_docs(node, list.reborrow().get(index));
    }
    let mut list = request.init_requested_files(length(&model.files));
    for (index, file) in (0..).zip(&model.files) {
        write_file(file, list.reborrow().get(index));
    }
    Ok(message)
}

fn write_file(file: &ModelFile, mut to: code_generator_request::requested_file::Builder<'_>) {
    to.set_id(file.id);
    to.set_filename(&file.name);
    let mut imports = to.init_imports(length(&file.imports));
    for (index, (id, name)) in (0..).zip(&file.imports) {
        let mut to = imports.reborrow().get(index);
        to.set_id(*id);
        to.set_name(name);
    }
}

fn write_docs(node: &Node, mut to: node::source_info::Builder<'_>) {
    to.set_id(node.id);
    if !node.doc.is_empty() {
        to.set_doc_comment(&node.doc);
    }
    let docs: Vec<&String> = match &node.kind {
        NodeKind::Struct(of) => of.fields.iter().map(|field| &field.doc).collect(),
        NodeKind::Enum(of) => of.iter().map(|enumerant| &enumerant.doc).collect(),
        NodeKind::Interface(of) => of.methods.iter().map(|method| &method.doc).collect(),
        NodeKind::File | NodeKind::Const(..) | NodeKind::Annotation(..) => Vec::new(),
    };
    if docs.is_empty() && !matches!(node.kind, NodeKind::Enum(_) | NodeKind::Interface(_)) {
        return;
    }
    let mut members = to.init_members(length(&docs));
    for (index, doc) in (0..).zip(docs) {
        if !doc.is_empty() {
            members.reborrow().get(index).set_doc_comment(doc);
        }
    }
}

/// Tells whether a node is not just what a method implies.
fn has_scope(node: &Node) -> bool {
    node.scope != 0 || matches!(node.kind, NodeKind::File)
}

fn write_node(node: &Node, mut to: node::Builder<'_>) -> capnp::Result<()> {
    to.set_id(node.id);
    to.set_display_name(&node.display_name);
    to.set_display_name_prefix_length(u32::try_from(node.prefix).unwrap_or_default());
    to.set_scope_id(node.scope);
    to.set_is_generic(node.is_generic);
    // An empty list and none are different messages of one meaning; here the compiler writes none.
    if !node.parameters.is_empty() {
        write_parameters(&node.parameters, to.reborrow().init_parameters(length(&node.parameters)));
    }
    // The compiler writes an empty list wherever something could be declared.
    if has_scope(node) && !matches!(&node.kind, NodeKind::Struct(of) if of.is_group) {
        let mut nested = to.reborrow().init_nested_nodes(length(&node.nested));
        for (index, (name, id)) in (0..).zip(&node.nested) {
            let mut to = nested.reborrow().get(index);
            to.set_name(name);
            to.set_id(*id);
        }
    }
    write_annotations(&node.annotations, |count| to.reborrow().init_annotations(count))?;
    match &node.kind {
        NodeKind::File => to.set_file(()),
        NodeKind::Struct(of) => write_struct(of, to.init_struct())?,
        NodeKind::Enum(of) => {
            let mut list = to.init_enum().init_enumerants(length(of));
            for (index, enumerant) in (0..).zip(of) {
                write_enumerant(enumerant, list.reborrow().get(index))?;
            }
        }
        NodeKind::Interface(of) => write_interface(of, to.init_interface())?,
        NodeKind::Const(ty, value) => {
            let mut to = to.init_const();
            write_type(ty, to.reborrow().init_type());
            write_value(value, to.init_value())?;
        }
        NodeKind::Annotation(ty, targets) => {
            let mut to = to.init_annotation();
            write_type(ty, to.reborrow().init_type());
            write_targets(*targets, to);
        }
    }
    Ok(())
}

fn write_parameters(names: &[String], mut list: struct_list::Builder<'_, node::parameter::Owned>) {
    for (index, name) in (0..).zip(names) {
        list.reborrow().get(index).set_name(name);
    }
}

fn write_targets(Targets(bits): Targets, mut to: node::annotation::Builder<'_>) {
    let has = |bit: u16| bits >> bit & 1 == 1;
    to.set_targets_file(has(0));
    to.set_targets_const(has(1));
    to.set_targets_enum(has(2));
    to.set_targets_enumerant(has(3));
    to.set_targets_struct(has(4));
    to.set_targets_field(has(5));
    to.set_targets_union(has(6));
    to.set_targets_group(has(7));
    to.set_targets_interface(has(8));
    to.set_targets_method(has(9));
    to.set_targets_param(has(10));
    to.set_targets_annotation(has(11));
}

fn write_struct(of: &Struct, mut to: node::struct_::Builder<'_>) -> capnp::Result<()> {
    to.set_data_word_count(of.data);
    to.set_pointer_count(of.pointers);
    to.set_preferred_list_encoding(ElementSize::InlineComposite);
    to.set_is_group(of.is_group);
    to.set_discriminant_count(of.choices);
    to.set_discriminant_offset(of.discriminant);
    if of.fields.is_empty() {
        return Ok(());
    }
    let mut list: struct_list::Builder<'_, field::Owned> = to.init_fields(length(&of.fields));
    for (index, field) in (0..).zip(&of.fields) {
        write_field(field, list.reborrow().get(index))?;
    }
    Ok(())
}

fn write_field(of: &Field, mut to: field::Builder<'_>) -> capnp::Result<()> {
    to.set_name(&of.name);
    to.set_code_order(of.code_order);
    to.set_discriminant_value(of.choice.unwrap_or(field::NO_DISCRIMINANT));
    write_annotations(&of.annotations, |count| to.reborrow().init_annotations(count))?;
    match of.ordinal {
        Some(ordinal) => to.reborrow().init_ordinal().set_explicit(ordinal),
        None => to.reborrow().init_ordinal().set_implicit(()),
    }
    match &of.kind {
        FieldKind::Slot { offset, ty, default, explicit } => {
            let mut slot = to.init_slot();
            slot.set_offset(*offset);
            slot.set_had_explicit_default(*explicit);
            write_type(ty, slot.reborrow().init_type());
            match default {
                // Setting an empty one would leave a pointer that is not null, which says something else.
                Value::Text(text) if text.is_empty() && !explicit => {
                    with_value(NULL_TEXT, |null| slot.set_default_value(null))?;
                }
                Value::Data(data) if data.is_empty() && !explicit => {
                    with_value(NULL_DATA, |null| slot.set_default_value(null))?;
                }
                default => write_value(default, slot.init_default_value())?,
            }
        }
        FieldKind::Group(id) => to.init_group().set_type_id(*id),
    }
    Ok(())
}

fn write_enumerant(of: &Enumerant, mut to: enumerant::Builder<'_>) -> capnp::Result<()> {
    to.set_name(&of.name);
    to.set_code_order(of.code_order);
    write_annotations(&of.annotations, |count| to.init_annotations(count))
}

fn write_interface(of: &Interface, mut to: node::interface::Builder<'_>) -> capnp::Result<()> {
    let mut list = to.reborrow().init_methods(length(&of.methods));
    for (index, method) in (0..).zip(&of.methods) {
        write_method(method, list.reborrow().get(index))?;
    }
    let mut list: struct_list::Builder<'_, superclass::Owned> =
        to.init_superclasses(length(&of.superclasses));
    for (index, (id, brand)) in (0..).zip(&of.superclasses) {
        let mut to = list.reborrow().get(index);
        to.set_id(*id);
        write_brand(brand, || to.init_brand());
    }
    Ok(())
}

fn write_method(of: &Method, mut to: method::Builder<'_>) -> capnp::Result<()> {
    to.set_name(&of.name);
    to.set_code_order(of.code_order);
    write_parameters(&of.implicit, to.reborrow().init_implicit_parameters(length(&of.implicit)));
    to.set_param_struct_type(of.params.0);
    write_brand(&of.params.1, || to.reborrow().init_param_brand());
    to.set_result_struct_type(of.results.0);
    write_brand(&of.results.1, || to.reborrow().init_result_brand());
    write_annotations(&of.annotations, |count| to.init_annotations(count))
}

fn write_annotations<'a>(
    annotations: &[Annotation],
    init: impl FnOnce(u32) -> struct_list::Builder<'a, annotation::Owned>,
) -> capnp::Result<()> {
    if annotations.is_empty() {
        return Ok(());
    }
    let mut list = init(length(annotations));
    for (index, annotation) in (0..).zip(annotations) {
        let mut to = list.reborrow().get(index);
        to.set_id(annotation.id);
        write_brand(&annotation.brand, || to.reborrow().init_brand());
        write_value(&annotation.value, to.init_value())?;
    }
    Ok(())
}

fn write_brand<'a>(of: &Brand, init: impl FnOnce() -> brand::Builder<'a>) {
    if of.0.is_empty() {
        return;
    }
    let mut list = init().init_scopes(length(&of.0));
    for (index, scope) in (0..).zip(&of.0) {
        let mut to = list.reborrow().get(index);
        to.set_scope_id(scope.id);
        match &scope.bind {
            None => to.set_inherit(()),
            Some(types) => {
                let mut list = to.init_bind(length(types));
                for (index, ty) in (0..).zip(types) {
                    let mut to = list.reborrow().get(index);
                    match ty {
                        None => to.set_unbound(()),
                        Some(ty) => write_type(ty, to.init_type()),
                    }
                }
            }
        }
    }
}

fn write_type(ty: &Type, mut to: type_::Builder<'_>) {
    match ty {
        Type::Void => to.set_void(()),
        Type::Bool => to.set_bool(()),
        Type::Int8 => to.set_int8(()),
        Type::Int16 => to.set_int16(()),
        Type::Int32 => to.set_int32(()),
        Type::Int64 => to.set_int64(()),
        Type::UInt8 => to.set_uint8(()),
        Type::UInt16 => to.set_uint16(()),
        Type::UInt32 => to.set_uint32(()),
        Type::UInt64 => to.set_uint64(()),
        Type::Float32 => to.set_float32(()),
        Type::Float64 => to.set_float64(()),
        Type::Text => to.set_text(()),
        Type::Data => to.set_data(()),
        Type::List(element) => write_type(element, to.init_list().init_element_type()),
        Type::Enum(id, brand) => {
            let mut to = to.init_enum();
            to.set_type_id(*id);
            write_brand(brand, || to.init_brand());
        }
        Type::Struct(id, brand) => {
            let mut to = to.init_struct();
            to.set_type_id(*id);
            write_brand(brand, || to.init_brand());
        }
        Type::Interface(id, brand) => {
            let mut to = to.init_interface();
            to.set_type_id(*id);
            write_brand(brand, || to.init_brand());
        }
        Type::AnyPointer(kind) => write_any_pointer(*kind, to.init_any_pointer()),
    }
}

fn write_any_pointer(kind: AnyPointer, to: type_::any_pointer::Builder<'_>) {
    match kind {
        AnyPointer::Any => to.init_unconstrained().set_any_kind(()),
        AnyPointer::Struct => to.init_unconstrained().set_struct(()),
        AnyPointer::List => to.init_unconstrained().set_list(()),
        AnyPointer::Capability => to.init_unconstrained().set_capability(()),
        AnyPointer::Parameter { scope, index } => {
            let mut to = to.init_parameter();
            to.set_scope_id(scope);
            to.set_parameter_index(index);
        }
        AnyPointer::MethodParameter(index) => {
            to.init_implicit_method_parameter().set_parameter_index(index);
        }
    }
}

fn write_value(of: &Value, mut to: value::Builder<'_>) -> capnp::Result<()> {
    match of {
        Value::Void => to.set_void(()),
        Value::Bool(value) => to.set_bool(*value),
        Value::Int8(value) => to.set_int8(*value),
        Value::Int16(value) => to.set_int16(*value),
        Value::Int32(value) => to.set_int32(*value),
        Value::Int64(value) => to.set_int64(*value),
        Value::UInt8(value) => to.set_uint8(*value),
        Value::UInt16(value) => to.set_uint16(*value),
        Value::UInt32(value) => to.set_uint32(*value),
        Value::UInt64(value) => to.set_uint64(*value),
        Value::Float32(value) => to.set_float32(*value),
        Value::Float64(value) => to.set_float64(*value),
        Value::Enum(value) => to.set_enum(*value),
        Value::Text(value) => to.set_text(text::Reader(value)),
        Value::Data(value) => to.set_data(value),
        Value::List(words) => copy(words, to.init_list())?,
        Value::Struct(words) => copy(words, to.init_struct())?,
        Value::AnyPointer(words) => copy(words, to.init_any_pointer())?,
        Value::Interface => to.set_interface(()),
    }
    Ok(())
}

/// The numbers of these choices in `Value`.
const NULL_TEXT: u8 = 12;
const NULL_DATA: u8 = 13;

/// Makes a value that is a null pointer.
fn with_value(choice: u8, set: impl FnOnce(value::Reader<'_>) -> capnp::Result<()>) -> capnp::Result<()> {
    // A pointer to a struct of two words, of which the first begins with the choice, and a pointer.
    let mut words = [0; 32];
    [words[4], words[6], words[8]] = [2, 1, choice];
    with_root(&words, |root| set(root.get_as()?))
}

/// Copies a value that is a segment of its own; an empty one leaves the pointer null.
fn copy(words: &[u8], mut to: any_pointer::Builder<'_>) -> capnp::Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    with_root(words, |root| to.set_as(root))
}

/// Reads a message of one segment.
pub(crate) fn with_root<T, E: From<capnp::Error>>(
    words: &[u8],
    read: impl FnOnce(any_pointer::Reader<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let Ok(count) = u32::try_from(words.len() / 8) else {
        return Err(capnp::Error::failed("a value is too large".into()).into());
    };
    // The table of a message with one segment; reading it puts the words where they are aligned.
    let mut framed = [[0; 4], count.to_le_bytes()].concat();
    framed.extend_from_slice(words);
    let options = ReaderOptions { traversal_limit_in_words: None, nesting_limit: 128 };
    let message = serialize::read_message(framed.as_slice(), options)?;
    read(message.get_root::<any_pointer::Reader<'_>>()?)
}
