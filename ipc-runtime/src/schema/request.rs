//! Descriptors to a `CodeGeneratorRequest`: what `capnp compile` hands to its plugins.

use crate::wire::descriptor::{Composite, DefaultValue, Descriptor, Enum, Interface, Kind, Method, Type};
use crate::wire::id::{MethodStruct, group_id, method_struct_id};
use crate::wire::layout::Size;
use capnp::message::{Builder, HeapAllocator};
use capnp::schema_capnp::{
    ElementSize, brand, code_generator_request, field, node, superclass, type_, value,
};
use capnp::{any_pointer, any_pointer_list, data, primitive_list, struct_list, text};

use super::files::File;
use super::member::{
    Item, Member, NodeMember, doc_lines, element_type, items, members, node_members, params, union_of,
};

/// The release of Cap'n Proto whose compiler the tests compare with; plugins print it.
pub const CAPNP_VERSION: (u16, u8, u8) = (0, 9, 2);

/// Builds a request that says what the one does that `capnp compile` would make of the files, if not in the same words.
pub fn request(files: &[File]) -> Builder<HeapAllocator> {
    let mut message = Builder::new_default();
    let mut request = message.init_root::<code_generator_request::Builder<'_>>();

    let mut version = request.reborrow().init_capnp_version();
    version.set_major(CAPNP_VERSION.0);
    version.set_minor(CAPNP_VERSION.1);
    version.set_micro(CAPNP_VERSION.2);

    let nodes: Vec<Node<'_>> = files.iter().flat_map(nodes_of_file).collect();
    let mut list = request.reborrow().init_nodes(length(&nodes));
    for (index, node) in (0..).zip(&nodes) {
        node.build(list.reborrow().get(index));
    }
    let documented: Vec<&Node<'_>> = nodes.iter().filter(|node| node.scope().is_some()).collect();
    let mut list = request.reborrow().init_source_info(length(&documented));
    for (index, node) in (0..).zip(&documented) {
        node.build_source_info(list.reborrow().get(index));
    }
    let mut list = request.init_requested_files(length(files));
    for (index, file) in (0..).zip(files) {
        build_requested_file(file, list.reborrow().get(index));
    }
    message
}

fn build_requested_file(file: &File, mut to: code_generator_request::requested_file::Builder<'_>) {
    to.set_id(file.id());
    to.set_filename(file.name());
    let mut imports = to.init_imports(length(file.imports()));
    for (index, import) in (0..).zip(file.imports()) {
        let mut to = imports.reborrow().get(index);
        to.set_id(import.file);
        to.set_name(&import.name);
    }
}

/// Something that has a node: more than what has a declaration.
enum Node<'s> {
    File(&'s File),
    Declaration(&'s File, &'static Descriptor),
    MethodStruct(&'s File, &'static Descriptor, &'static Method, MethodStruct),
    Group(&'s File, Group),
}

/// A group of a struct, or of another group.
struct Group {
    id: u64,
    /// The struct.
    declaration: &'static Descriptor,
    /// The id of what it is in.
    scope: u64,
    /// The names from the struct to itself.
    path: String,
    doc: &'static str,
    items: Vec<Item>,
    /// The size of the struct.
    size: Size,
}

fn groups_of(declaration: &'static Descriptor, composite: &Composite) -> Vec<Group> {
    let mut groups = Vec::new();
    let around = Group {
        id: declaration.id,
        declaration,
        scope: declaration.file,
        path: declaration.name.to_owned(),
        doc: declaration.doc,
        items: items(composite),
        size: composite.size,
    };
    collect_groups(&around, &mut groups);
    groups
}

fn collect_groups(around: &Group, groups: &mut Vec<Group>) {
    for (index, member) in (0..).zip(node_members(&around.items)) {
        let Item::Group(group) = member.item else { continue };
        let group = Group {
            id: group_id(around.id, index),
            scope: around.id,
            path: format!("{}.{}", around.path, group.name),
            doc: group.doc,
            items: group.items.clone(),
            ..*around
        };
        collect_groups(&group, groups);
        groups.push(group);
    }
}

fn nodes_of_file(file: &File) -> Vec<Node<'_>> {
    let mut nodes = vec![Node::File(file)];
    for declaration in file.declarations() {
        nodes.push(Node::Declaration(file, declaration));
        if let Kind::Interface(Interface { methods, .. }) = &declaration.kind {
            for method in *methods {
                nodes.push(Node::MethodStruct(file, declaration, method, MethodStruct::Params));
                nodes.push(Node::MethodStruct(file, declaration, method, MethodStruct::Results));
            }
        }
        if let Kind::Composite(composite) = &declaration.kind {
            nodes.extend(groups_of(declaration, composite).into_iter().map(|group| Node::Group(file, group)));
        }
    }
    nodes
}

impl Node<'_> {
    fn id(&self) -> u64 {
        match self {
            Self::File(file) => file.id(),
            Self::Declaration(_, declaration) => declaration.id,
            Self::MethodStruct(_, interface, method, role) => {
                method_struct_id(interface.id, method.ordinal, *role)
            }
            Self::Group(_, group) => group.id,
        }
    }

    /// Returns the id of the node around this one; `None` for what a method implies, which has no scope.
    fn scope(&self) -> Option<u64> {
        match self {
            Self::File(_) => Some(0),
            Self::Declaration(file, _) => Some(file.id()),
            Self::Group(_, group) => Some(group.scope),
            Self::MethodStruct(..) => None,
        }
    }

    /// Tells whether it or something around it has type parameters, which only structs have.
    fn is_generic(&self) -> bool {
        match self {
            Self::Declaration(_, declaration) | Self::Group(_, Group { declaration, .. }) => {
                !declaration.parameters.is_empty()
            }
            Self::File(_) | Self::MethodStruct(..) => false,
        }
    }

    /// Returns the display name, and the length of its part before the unqualified name.
    fn display_name(&self) -> (String, usize) {
        let name = match self {
            Self::File(file) => file.name().to_owned(),
            Self::Declaration(file, declaration) => format!("{}:{}", file.name(), declaration.name),
            Self::MethodStruct(file, interface, method, role) => {
                let suffix = match role {
                    MethodStruct::Params => "Params",
                    MethodStruct::Results => "Results",
                };
                format!("{}:{}.{}${suffix}", file.name(), interface.name, method.name)
            }
            Self::Group(file, group) => format!("{}:{}", file.name(), group.path),
        };
        // So the compiler finds it, also in the name of a file.
        let prefix = name.rfind([':', '.']).map_or(0, |separator| separator + 1);
        (name, prefix)
    }

    fn build(&self, mut to: node::Builder<'_>) {
        to.set_id(self.id());
        let (display_name, prefix) = self.display_name();
        to.set_display_name(&display_name);
        to.set_display_name_prefix_length(u32::try_from(prefix).unwrap_or_default());
        to.set_scope_id(self.scope().unwrap_or_default());
        to.set_is_generic(self.is_generic());
        match self {
            Self::File(file) => {
                to.set_file(());
                let mut nested = to.init_nested_nodes(length(file.declarations()));
                for (index, declaration) in (0..).zip(file.declarations()) {
                    let mut to = nested.reborrow().get(index);
                    to.set_name(declaration.name);
                    to.set_id(declaration.id);
                }
            }
            Self::Declaration(_, declaration) => match &declaration.kind {
                Kind::Struct(fields) => {
                    build_parameters(declaration, to.reborrow());
                    build_members(declaration, fields.size, &members(fields), to.init_struct());
                }
                Kind::Composite(composite) => {
                    build_parameters(declaration, to.reborrow());
                    let (id, size) = (declaration.id, composite.size);
                    build_items(declaration, id, size, &items(composite), to.init_struct());
                }
                Kind::Enum(variants) => build_enum(variants, to.init_enum()),
                Kind::Interface(interface) => build_interface(declaration.id, interface, to.init_interface()),
            },
            Self::MethodStruct(_, interface, method, role) => {
                let fields = match role {
                    MethodStruct::Params => &method.params,
                    MethodStruct::Results => &method.results,
                };
                build_members(interface, fields.size, &params(fields), to.init_struct());
            }
            Self::Group(_, group) => {
                let mut to = to.init_struct();
                to.set_is_group(true);
                build_items(group.declaration, group.id, group.size, &group.items, to);
            }
        }
    }

    fn build_source_info(&self, mut to: node::source_info::Builder<'_>) {
        to.set_id(self.id());
        let doc = match self {
            Self::Declaration(_, declaration) => declaration.doc,
            Self::Group(_, group) => group.doc,
            Self::File(_) | Self::MethodStruct(..) => return,
        };
        if let Some(doc) = doc_comment(doc) {
            to.set_doc_comment(&doc);
        }
        let docs = self.member_docs();
        let mut list = to.init_members(length(&docs));
        for (index, doc) in (0..).zip(docs) {
            if let Some(doc) = doc_comment(doc) {
                list.reborrow().get(index).set_doc_comment(&doc);
            }
        }
    }

    fn member_docs(&self) -> Vec<&'static str> {
        let declaration = match self {
            Self::Declaration(_, declaration) => declaration,
            Self::Group(_, group) => return item_docs(&group.items),
            Self::File(_) | Self::MethodStruct(..) => return Vec::new(),
        };
        match &declaration.kind {
            Kind::Struct(fields) => {
                by_ordinal(&members(fields)).into_iter().map(|(_, member)| member.doc).collect()
            }
            Kind::Composite(of) => item_docs(&items(of)),
            Kind::Enum(of) => of.variants.iter().map(|variant| variant.doc).collect(),
            Kind::Interface(of) => methods_by_ordinal(of).into_iter().map(|(_, method)| method.doc).collect(),
        }
    }
}

fn build_parameters(of: &Descriptor, to: node::Builder<'_>) {
    if of.parameters.is_empty() {
        return;
    }
    let mut list = to.init_parameters(length(of.parameters));
    for (index, parameter) in (0..).zip(of.parameters) {
        list.reborrow().get(index).set_name(parameter.name);
    }
}

fn build_size(size: Size, mut to: node::struct_::Builder<'_>) {
    to.set_data_word_count(size.data);
    to.set_pointer_count(size.pointers);
    // The compiler says so of every struct since it stopped to pick smaller encodings for lists of them.
    to.set_preferred_list_encoding(ElementSize::InlineComposite);
}

fn build_members(of: &Descriptor, size: Size, members: &[Member], mut to: node::struct_::Builder<'_>) {
    build_size(size, to.reborrow());
    let members = by_ordinal(members);
    let mut list: struct_list::Builder<'_, field::Owned> = to.init_fields(length(&members));
    for (index, (code_order, member)) in (0..).zip(&members) {
        build_field(of, *code_order, member, list.reborrow().get(index));
    }
}

fn item_docs(items: &[Item]) -> Vec<&'static str> {
    node_members(items).iter().map(|member| member.item.doc()).collect()
}

/// Builds a struct, or a group in it, with the given id.
fn build_items(of: &Descriptor, id: u64, size: Size, items: &[Item], mut to: node::struct_::Builder<'_>) {
    build_size(size, to.reborrow());
    if let Some(union) = union_of(items) {
        to.set_discriminant_count(u16::try_from(union.choices.len()).unwrap_or(u16::MAX));
        to.set_discriminant_offset(union.discriminant);
    }
    let members = node_members(items);
    let mut list: struct_list::Builder<'_, field::Owned> = to.init_fields(length(&members));
    for ((index, place), NodeMember { code_order, item, choice }) in (0..).zip(0..).zip(members) {
        let mut to = list.reborrow().get(place);
        match item {
            Item::Field(member) => build_field(of, code_order, member, to.reborrow()),
            // The choices of the union are among the members themselves.
            Item::Group(_) | Item::Union(_) => {
                to.set_name(item.name());
                to.set_code_order(code_order);
                to.reborrow().init_ordinal().set_implicit(());
                to.reborrow().init_group().set_type_id(group_id(id, index));
            }
        }
        to.set_discriminant_value(choice.unwrap_or(field::NO_DISCRIMINANT));
    }
}

fn build_field(of: &Descriptor, code_order: u16, member: &Member, mut to: field::Builder<'_>) {
    to.set_name(member.name.as_ref());
    to.set_code_order(code_order);
    to.set_discriminant_value(field::NO_DISCRIMINANT);
    to.reborrow().init_ordinal().set_explicit(member.ordinal);
    let mut slot = to.init_slot();
    slot.set_offset(member.offset);
    slot.set_had_explicit_default(member.default != DefaultValue::Zero);
    build_type(of, &member.ty, slot.reborrow().init_type());
    let mut value = slot.init_default_value();
    build_zero(&member.ty, value.reborrow());
    build_default(&member.ty, member.default, value);
}

fn build_enum(of: &Enum, to: node::enum_::Builder<'_>) {
    let mut list = to.init_enumerants(length(of.variants));
    for ((index, code_order), variant) in (0..).zip(0..).zip(of.variants) {
        let mut to = list.reborrow().get(index);
        to.set_name(variant.name);
        to.set_code_order(code_order);
    }
}

fn build_interface(id: u64, of: &Interface, mut to: node::interface::Builder<'_>) {
    let methods = methods_by_ordinal(of);
    let mut list = to.reborrow().init_methods(length(&methods));
    for (index, (code_order, method)) in (0..).zip(methods) {
        let mut to = list.reborrow().get(index);
        to.set_name(method.name);
        to.set_code_order(code_order);
        to.set_param_struct_type(method_struct_id(id, method.ordinal, MethodStruct::Params));
        to.set_result_struct_type(method_struct_id(id, method.ordinal, MethodStruct::Results));
    }
    let mut list: struct_list::Builder<'_, superclass::Owned> = to.init_superclasses(length(of.superclasses));
    for (index, superclass) in (0..).zip(of.superclasses) {
        list.reborrow().get(index).set_id(superclass().id);
    }
}

/// Builds a type that stands in the declaration `of`.
fn build_type(of: &Descriptor, ty: &Type, mut to: type_::Builder<'_>) {
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
        Type::List(element) => build_type(of, element, to.init_list().init_element_type()),
        Type::Enum(descriptor) => to.init_enum().set_type_id(descriptor().id),
        Type::Struct(descriptor) | Type::Branded(descriptor, _) => {
            let descriptor = descriptor();
            let mut to = to.init_struct();
            to.set_type_id(descriptor.id);
            build_brand(of, descriptor.id, &ty.arguments(), to.init_brand());
        }
        Type::Interface(descriptor) => to.init_interface().set_type_id(descriptor().id),
        Type::AnyPointer => to.init_any_pointer().init_unconstrained().set_any_kind(()),
        Type::Parameter(number) => {
            let index = of.parameters.iter().position(|parameter| parameter.number == *number);
            let mut to = to.init_any_pointer().init_parameter();
            to.set_scope_id(of.id);
            to.set_parameter_index(index.and_then(|index| u16::try_from(index).ok()).unwrap_or_default());
        }
    }
}

fn build_brand(of: &Descriptor, id: u64, arguments: &[Type], to: brand::Builder<'_>) {
    if arguments.is_empty() {
        return;
    }
    let mut scope = to.init_scopes(1).get(0);
    scope.set_scope_id(id);
    let mut bindings = scope.init_bind(length(arguments));
    for (index, argument) in (0..).zip(arguments) {
        build_type(of, argument, bindings.reborrow().get(index).init_type());
    }
}

/// Builds a default that is not zero.
fn build_default(ty: &Type, of: DefaultValue, mut to: value::Builder<'_>) {
    match (of, ty) {
        (DefaultValue::Bool(value), _) => to.set_bool(value),
        (DefaultValue::Signed(value), Type::Int8) => to.set_int8(value as i8),
        (DefaultValue::Signed(value), Type::Int16) => to.set_int16(value as i16),
        (DefaultValue::Signed(value), Type::Int32) => to.set_int32(value as i32),
        (DefaultValue::Signed(value), _) => to.set_int64(value),
        (DefaultValue::Unsigned(value), Type::UInt8) => to.set_uint8(value as u8),
        (DefaultValue::Unsigned(value), Type::UInt16) => to.set_uint16(value as u16),
        (DefaultValue::Unsigned(value), Type::UInt32) => to.set_uint32(value as u32),
        (DefaultValue::Unsigned(value), _) => to.set_uint64(value),
        (DefaultValue::Float32(value), _) => to.set_float32(value),
        (DefaultValue::Float64(value), _) => to.set_float64(value),
        (DefaultValue::Text(value), _) => to.set_text(value),
        (DefaultValue::Data(value), _) => to.set_data(value),
        (DefaultValue::Enum(ordinal), _) => to.set_enum(ordinal),
        (DefaultValue::List(items), _) => build_list(element_type(ty), items, to.init_list()),
        // `Zero` is there already; the enum may grow.
        _ => {}
    }
}

/// Builds a list that is a default.
fn build_list(element: &Type, items: &[DefaultValue], to: any_pointer::Builder<'_>) {
    macro_rules! numbers {
        ($number:ty) => {{
            let mut list: primitive_list::Builder<'_, $number> = to.initn_as(length(items));
            for (index, item) in (0..).zip(items) {
                match *item {
                    DefaultValue::Signed(value) => list.set(index, value as $number),
                    DefaultValue::Unsigned(value) => list.set(index, value as $number),
                    DefaultValue::Float32(value) => list.set(index, value as $number),
                    DefaultValue::Float64(value) => list.set(index, value as $number),
                    DefaultValue::Enum(ordinal) => list.set(index, ordinal as $number),
                    _ => {}
                }
            }
        }};
    }
    match element {
        Type::Bool => {
            let mut list: primitive_list::Builder<'_, bool> = to.initn_as(length(items));
            for (index, item) in (0..).zip(items) {
                list.set(index, *item == DefaultValue::Bool(true));
            }
        }
        Type::Int8 => numbers!(i8),
        Type::Int16 => numbers!(i16),
        Type::Int32 => numbers!(i32),
        Type::Int64 => numbers!(i64),
        Type::UInt8 => numbers!(u8),
        Type::UInt16 | Type::Enum(_) => numbers!(u16),
        Type::UInt32 => numbers!(u32),
        Type::UInt64 => numbers!(u64),
        Type::Float32 => numbers!(f32),
        Type::Float64 => numbers!(f64),
        _ => {
            let mut list: any_pointer_list::Builder<'_> = to.initn_as(length(items));
            for (index, item) in (0..).zip(items) {
                build_pointer(element, *item, list.reborrow().get(index));
            }
        }
    }
}

/// Builds an element of a list that is a default.
fn build_pointer(ty: &Type, value: DefaultValue, to: any_pointer::Builder<'_>) {
    match value {
        DefaultValue::Text(text) => to.initn_as::<text::Builder<'_>>(length(text.as_bytes())).push_str(text),
        DefaultValue::Data(bytes) => {
            to.initn_as::<data::Builder<'_>>(length(bytes)).copy_from_slice(bytes);
        }
        DefaultValue::List(items) => build_list(element_type(ty), items, to),
        _ => {}
    }
}

fn build_zero(ty: &Type, mut to: value::Builder<'_>) {
    match ty {
        Type::Void => to.set_void(()),
        Type::Bool => to.set_bool(false),
        Type::Int8 => to.set_int8(0),
        Type::Int16 => to.set_int16(0),
        Type::Int32 => to.set_int32(0),
        Type::Int64 => to.set_int64(0),
        Type::UInt8 => to.set_uint8(0),
        Type::UInt16 => to.set_uint16(0),
        Type::UInt32 => to.set_uint32(0),
        Type::UInt64 => to.set_uint64(0),
        Type::Float32 => to.set_float32(0.0),
        Type::Float64 => to.set_float64(0.0),
        Type::Text => to.set_text(""),
        Type::Data => to.set_data(&[]),
        // A union of pointers: naming the member is all there is to do, the pointer stays null.
        Type::List(_) => drop(to.init_list()),
        Type::Enum(_) => to.set_enum(0),
        Type::Struct(_) | Type::Branded(..) => drop(to.init_struct()),
        Type::Interface(_) => to.set_interface(()),
        Type::AnyPointer | Type::Parameter(_) => drop(to.init_any_pointer()),
    }
}

/// Returns the members as nodes list them, by ordinal, each with its place in the declaration.
fn by_ordinal(members: &[Member]) -> Vec<(u16, Member)> {
    let mut members: Vec<(u16, Member)> = (0..).zip(members.iter().cloned()).collect();
    members.sort_by_key(|(_, member)| member.ordinal);
    members
}

fn methods_by_ordinal(of: &Interface) -> Vec<(u16, &'static Method)> {
    let mut methods: Vec<(u16, &'static Method)> = (0..).zip(of.methods).collect();
    methods.sort_by_key(|(_, method)| method.ordinal);
    methods
}

/// Returns the text as the compiler reads it back from the comment.
fn doc_comment(doc: &str) -> Option<String> {
    let lines = doc_lines(doc);
    (!lines.is_empty()).then(|| lines.join("\n") + "\n")
}

/// Cap'n Proto counts list elements in 32 bits; no set of declarations comes near.
pub fn length<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
