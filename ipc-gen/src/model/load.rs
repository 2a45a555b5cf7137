//! Requests to models.

use std::collections::BTreeMap;

use capnp::message::{Builder, HeapAllocator, ReaderOptions};
use capnp::schema_capnp::{
    annotation, brand, code_generator_request, enumerant, field, method, node, type_, value,
};
use capnp::{any_pointer, serialize, struct_list};

use super::{
    Annotation, AnyPointer, Brand, Enumerant, Field, FieldKind, Interface, Method, Model, ModelFile, Node,
    NodeKind, Scope, Struct, Targets, Type, Value, Words,
};

/// How deep types are nested at most: what is deeper is no schema, but an attempt on the stack.
const DEEPEST: u32 = 100;

pub(super) fn load(request: code_generator_request::Reader<'_>) -> capnp::Result<Model> {
    let mut docs: BTreeMap<u64, node::source_info::Reader<'_>> = BTreeMap::new();
    for info in request.get_source_info()? {
        docs.insert(info.get_id(), info);
    }
    let mut nodes = BTreeMap::new();
    for node in request.get_nodes()? {
        let mut node = load_node(node)?;
        if let Some(info) = docs.get(&node.id) {
            load_docs(*info, &mut node)?;
        }
        nodes.insert(node.id, node);
    }
    let mut files = Vec::new();
    for file in request.get_requested_files()? {
        let mut imports = Vec::new();
        for import in file.get_imports()? {
            imports.push((import.get_id(), import.get_name()?.to_string()?));
        }
        files.push(ModelFile { id: file.get_id(), name: file.get_filename()?.to_string()?, imports });
    }
    Ok(Model { files, nodes, ..Model::default() })
}

fn load_docs(info: node::source_info::Reader<'_>, node: &mut Node) -> capnp::Result<()> {
    node.doc = info.get_doc_comment()?.to_string()?;
    let mut docs = Vec::new();
    for member in info.get_members()? {
        docs.push(member.get_doc_comment()?.to_string()?);
    }
    let members: Vec<&mut String> = match &mut node.kind {
        NodeKind::Struct(of) => of.fields.iter_mut().map(|field| &mut field.doc).collect(),
        NodeKind::Enum(of) => of.iter_mut().map(|enumerant| &mut enumerant.doc).collect(),
        NodeKind::Interface(of) => of.methods.iter_mut().map(|method| &mut method.doc).collect(),
        NodeKind::File | NodeKind::Const(..) | NodeKind::Annotation(..) => Vec::new(),
    };
    for (member, doc) in members.into_iter().zip(docs) {
        *member = doc;
    }
    Ok(())
}

fn load_node(node: node::Reader<'_>) -> capnp::Result<Node> {
    let mut parameters = Vec::new();
    for parameter in node.get_parameters()? {
        parameters.push(parameter.get_name()?.to_string()?);
    }
    let mut nested = Vec::new();
    for inner in node.get_nested_nodes()? {
        nested.push((inner.get_name()?.to_string()?, inner.get_id()));
    }
    Ok(Node {
        id: node.get_id(),
        display_name: node.get_display_name()?.to_string()?,
        prefix: usize::try_from(node.get_display_name_prefix_length()).unwrap_or_default(),
        scope: node.get_scope_id(),
        parameters,
        is_generic: node.get_is_generic(),
        nested,
        annotations: load_annotations(node.get_annotations()?)?,
        doc: String::new(),
        kind: load_kind(node)?,
    })
}

fn load_kind(node: node::Reader<'_>) -> capnp::Result<NodeKind> {
    Ok(match node.which()? {
        node::File(()) => NodeKind::File,
        node::Struct(of) => {
            let mut fields = Vec::new();
            for field in of.get_fields()? {
                fields.push(load_field(field)?);
            }
            NodeKind::Struct(Struct {
                data: of.get_data_word_count(),
                pointers: of.get_pointer_count(),
                is_group: of.get_is_group(),
                choices: of.get_discriminant_count(),
                discriminant: of.get_discriminant_offset(),
                fields,
            })
        }
        node::Enum(of) => {
            let mut enumerants = Vec::new();
            for enumerant in of.get_enumerants()? {
                enumerants.push(load_enumerant(enumerant)?);
            }
            NodeKind::Enum(enumerants)
        }
        node::Interface(of) => {
            let mut interface = Interface::default();
            for method in of.get_methods()? {
                interface.methods.push(load_method(method)?);
            }
            for superclass in of.get_superclasses()? {
                interface.superclasses.push((superclass.get_id(), load_brand(superclass.get_brand()?, 0)?));
            }
            NodeKind::Interface(interface)
        }
        node::Const(of) => NodeKind::Const(load_type(of.get_type()?, 0)?, load_value(of.get_value()?)?),
        node::Annotation(of) => NodeKind::Annotation(load_type(of.get_type()?, 0)?, load_targets(of)),
    })
}

fn load_targets(of: node::annotation::Reader<'_>) -> Targets {
    let targets = [
        of.get_targets_file(),
        of.get_targets_const(),
        of.get_targets_enum(),
        of.get_targets_enumerant(),
        of.get_targets_struct(),
        of.get_targets_field(),
        of.get_targets_union(),
        of.get_targets_group(),
        of.get_targets_interface(),
        of.get_targets_method(),
        of.get_targets_param(),
        of.get_targets_annotation(),
    ];
    Targets((0..).zip(targets).map(|(bit, there)| u16::from(there) << bit).sum())
}

fn load_field(field: field::Reader<'_>) -> capnp::Result<Field> {
    let choice = field.get_discriminant_value();
    Ok(Field {
        name: field.get_name()?.to_string()?,
        code_order: field.get_code_order(),
        annotations: load_annotations(field.get_annotations()?)?,
        choice: (choice != field::NO_DISCRIMINANT).then_some(choice),
        ordinal: match field.get_ordinal().which()? {
            field::ordinal::Implicit(()) => None,
            field::ordinal::Explicit(ordinal) => Some(ordinal),
        },
        doc: String::new(),
        kind: match field.which()? {
            field::Slot(slot) => FieldKind::Slot {
                offset: slot.get_offset(),
                ty: load_type(slot.get_type()?, 0)?,
                default: load_value(slot.get_default_value()?)?,
                explicit: slot.get_had_explicit_default(),
            },
            field::Group(group) => FieldKind::Group(group.get_type_id()),
        },
    })
}

fn load_enumerant(of: enumerant::Reader<'_>) -> capnp::Result<Enumerant> {
    Ok(Enumerant {
        name: of.get_name()?.to_string()?,
        code_order: of.get_code_order(),
        annotations: load_annotations(of.get_annotations()?)?,
        doc: String::new(),
    })
}

fn load_method(of: method::Reader<'_>) -> capnp::Result<Method> {
    let mut implicit = Vec::new();
    for parameter in of.get_implicit_parameters()? {
        implicit.push(parameter.get_name()?.to_string()?);
    }
    Ok(Method {
        name: of.get_name()?.to_string()?,
        code_order: of.get_code_order(),
        implicit,
        params: (of.get_param_struct_type(), load_brand(of.get_param_brand()?, 0)?),
        results: (of.get_result_struct_type(), load_brand(of.get_result_brand()?, 0)?),
        annotations: load_annotations(of.get_annotations()?)?,
        doc: String::new(),
    })
}

fn load_annotations(of: struct_list::Reader<'_, annotation::Owned>) -> capnp::Result<Vec<Annotation>> {
    let mut annotations = Vec::new();
    for annotation in of {
        annotations.push(Annotation {
            id: annotation.get_id(),
            brand: load_brand(annotation.get_brand()?, 0)?,
            value: load_value(annotation.get_value()?)?,
        });
    }
    Ok(annotations)
}

fn load_brand(of: brand::Reader<'_>, depth: u32) -> capnp::Result<Brand> {
    let mut scopes = Vec::new();
    for scope in of.get_scopes()? {
        let bind = match scope.which()? {
            brand::scope::Inherit(()) => None,
            brand::scope::Bind(bindings) => {
                let mut types = Vec::new();
                for binding in bindings? {
                    types.push(match binding.which()? {
                        brand::binding::Unbound(()) => None,
                        brand::binding::Type(ty) => Some(load_type(ty?, depth + 1)?),
                    });
                }
                Some(types)
            }
        };
        scopes.push(Scope { id: scope.get_scope_id(), bind });
    }
    Ok(Brand(scopes))
}

fn load_type(of: type_::Reader<'_>, depth: u32) -> capnp::Result<Type> {
    if depth > DEEPEST {
        return Err(capnp::Error::failed("a type is nested too deeply".into()));
    }
    Ok(match of.which()? {
        type_::Void(()) => Type::Void,
        type_::Bool(()) => Type::Bool,
        type_::Int8(()) => Type::Int8,
        type_::Int16(()) => Type::Int16,
        type_::Int32(()) => Type::Int32,
        type_::Int64(()) => Type::Int64,
        type_::Uint8(()) => Type::UInt8,
        type_::Uint16(()) => Type::UInt16,
        type_::Uint32(()) => Type::UInt32,
        type_::Uint64(()) => Type::UInt64,
        type_::Float32(()) => Type::Float32,
        type_::Float64(()) => Type::Float64,
        type_::Text(()) => Type::Text,
        type_::Data(()) => Type::Data,
        type_::List(list) => Type::List(Box::new(load_type(list.get_element_type()?, depth + 1)?)),
        type_::Enum(of) => Type::Enum(of.get_type_id(), load_brand(of.get_brand()?, depth)?),
        type_::Struct(of) => Type::Struct(of.get_type_id(), load_brand(of.get_brand()?, depth)?),
        type_::Interface(of) => Type::Interface(of.get_type_id(), load_brand(of.get_brand()?, depth)?),
        type_::AnyPointer(of) => Type::AnyPointer(load_any_pointer(of)?),
    })
}

fn load_any_pointer(of: type_::any_pointer::Reader<'_>) -> capnp::Result<AnyPointer> {
    use type_::any_pointer::unconstrained;

    Ok(match of.which()? {
        type_::any_pointer::Unconstrained(kind) => match kind.which()? {
            unconstrained::AnyKind(()) => AnyPointer::Any,
            unconstrained::Struct(()) => AnyPointer::Struct,
            unconstrained::List(()) => AnyPointer::List,
            unconstrained::Capability(()) => AnyPointer::Capability,
        },
        type_::any_pointer::Parameter(parameter) => {
            AnyPointer::Parameter { scope: parameter.get_scope_id(), index: parameter.get_parameter_index() }
        }
        type_::any_pointer::ImplicitMethodParameter(parameter) => {
            AnyPointer::MethodParameter(parameter.get_parameter_index())
        }
    })
}

fn load_value(of: value::Reader<'_>) -> capnp::Result<Value> {
    Ok(match of.which()? {
        value::Void(()) => Value::Void,
        value::Bool(value) => Value::Bool(value),
        value::Int8(value) => Value::Int8(value),
        value::Int16(value) => Value::Int16(value),
        value::Int32(value) => Value::Int32(value),
        value::Int64(value) => Value::Int64(value),
        value::Uint8(value) => Value::UInt8(value),
        value::Uint16(value) => Value::UInt16(value),
        value::Uint32(value) => Value::UInt32(value),
        value::Uint64(value) => Value::UInt64(value),
        value::Float32(value) => Value::Float32(value),
        value::Float64(value) => Value::Float64(value),
        value::Text(value) => Value::Text(value?.as_bytes().to_vec()),
        value::Data(value) => Value::Data(value?.to_vec()),
        value::List(value) => Value::List(canonical(value)?),
        value::Enum(value) => Value::Enum(value),
        value::Struct(value) => Value::Struct(canonical(value)?),
        value::Interface(()) => Value::Interface,
        value::AnyPointer(value) => Value::AnyPointer(canonical(value)?),
    })
}

/// Copies what a pointer points to into one segment, in the one form that all equal values have.
fn canonical(of: any_pointer::Reader<'_>) -> capnp::Result<Words> {
    if of.is_null() {
        return Ok(Words::new());
    }
    // One more for the root pointer.
    let size = of.target_size()?.word_count.saturating_add(1);
    let size = u32::try_from(size).map_err(|_| capnp::Error::failed("a value is too large".into()))?;
    let mut message = Builder::new(HeapAllocator::new().first_segment_words(size));
    message.set_root_canonical(of)?;
    Ok(message.get_segments_for_output().concat())
}

/// Brings a message of one segment into the one form that all equal values have.
pub(crate) fn canonical_words(words: &[u8]) -> capnp::Result<Words> {
    super::write::with_root(words, canonical)
}

/// Brings a message with its table of segments into that form.
pub(crate) fn canonical_message(message: &[u8]) -> capnp::Result<Words> {
    let options = ReaderOptions { traversal_limit_in_words: None, nesting_limit: 128 };
    let message = serialize::read_message(message, options)?;
    canonical(message.get_root::<any_pointer::Reader<'_>>()?)
}
