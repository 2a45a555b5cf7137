//! Descriptors: the schema, compiled in.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Ident;
use syn::ext::IdentExt;

use super::data::{described, described_constants};
use super::names::{self, Section};
use super::wire::superclass;
use crate::model::{Argument, Construct, Container, Data, Interface, Keeping, Lifecycle, Method, Variant};
use crate::parse::parameter_name;

/// The constants with file id and type id of an interface.
pub(crate) fn expand_ids(container: &Container) -> TokenStream {
    let ipc = names::runtime();
    let (id, file) = (names::id(), names::file());
    let (file_value, id_value) = (file_of(container), id_of(container, &file));
    mixed! {
        const #file: #ipc::u64 = #file_value;
        const #id: #ipc::u64 = #id_value;
    }
}

fn file_of(container: &Container) -> TokenStream {
    let ipc = names::runtime();
    match &container.file {
        Some(file) => file.to_token_stream(),
        None => mixed!(#ipc::package_file_id(#ipc::env!("CARGO_PKG_NAME"))),
    }
}

fn id_of(container: &Container, file: &Ident) -> TokenStream {
    let ipc = names::runtime();
    let name = &container.name;
    match &container.id {
        Some(id) => id.to_token_stream(),
        None => mixed!(#ipc::type_id(#file, #name)),
    }
}

/// The body of `descriptor` of an interface.
pub(crate) fn expand_interface_descriptor(interface: &Interface) -> TokenStream {
    let ipc = names::runtime();
    let lifecycle = match &interface.lifecycle {
        Lifecycle::Destroy => Some((0, mixed!(#ipc::DESTROY))),
        Lifecycle::Construct(construct) => Some((construct.ordinal, expand_construct(construct))),
        Lifecycle::Bare => None,
    };
    let construct = match &interface.lifecycle {
        Lifecycle::Construct(Construct { ordinal, .. }) => mixed!(#ipc::Some(#ordinal)),
        _ => mixed!(#ipc::None),
    };
    let declared = interface.methods.iter().map(|method| (method.ordinal.value(), expand_method(method)));
    let mut methods: Vec<(u16, TokenStream)> = lifecycle.into_iter().chain(declared).collect();
    methods.sort_by_key(|(ordinal, _)| *ordinal);
    let methods = methods.into_iter().map(|(_, method)| method);
    let superclasses = interface.superclasses.iter().map(|path| superclass(path, "descriptor"));
    let kind = mixed! {
        #ipc::Kind::Interface(#ipc::InterfaceDescriptor {
            methods: &[#(#methods),*],
            construct: #construct,
            superclasses: &[#(#superclasses),*],
        })
    };
    let (id, file) = (names::id(), names::file());
    let descriptor = expand_descriptor(&interface.container, &mixed!(#id), &mixed!(#file), &[], &kind);
    mixed!(const { &#descriptor })
}

/// The body of `descriptor` of a struct of fields.
pub(crate) fn expand_struct_descriptor(data: &Data) -> TokenStream {
    let ipc = names::runtime();
    let (fields, layout) = described_constants(data);
    let kind = mixed! {
        #ipc::Kind::Struct(#ipc::StructDescriptor {
            fields: &#ipc::placed(#fields, #layout),
            size: #layout.size,
        })
    };
    expand_data_descriptor(data, &kind)
}

/// The body of `descriptor` of a struct with groups or unions, and of an enum with fields.
pub(crate) fn expand_composite_descriptor(data: &Data) -> TokenStream {
    let ipc = names::runtime();
    let ty = described(data).unwrap_or_else(|| mixed!(Self));
    let kind = mixed! {
        #ipc::Kind::Composite(#ipc::Composite {
            members: <#ty as #ipc::Struct>::MEMBERS,
            places: <#ty as #ipc::Struct>::PLACES,
            size: <#ty as #ipc::HasSize>::SIZE,
        })
    };
    expand_data_descriptor(data, &kind)
}

fn expand_data_descriptor(data: &Data, kind: &TokenStream) -> TokenStream {
    match data.keeping {
        Keeping::Instances if data.is_generic() => expand_instance(data, kind),
        Keeping::Instances | Keeping::Parameters => expand_type(&data.container, &parameters(data), kind),
    }
}

/// The names of the parameters that a type has in the schema.
fn parameters(data: &Data) -> Vec<String> {
    let names = data.arguments.iter().filter_map(|argument| match (data.keeping, argument) {
        (Keeping::Parameters, Argument::Type(ty)) => parameter_name(ty),
        _ => None,
    });
    names.map(|name| name.unraw().to_string()).collect()
}

/// The descriptor of a type. Its ids are no constants of their own, which rustc would compute whenever it checks the crate.
fn expand_type(container: &Container, parameters: &[String], kind: &TokenStream) -> TokenStream {
    let file = Ident::new("__file", Span::mixed_site());
    let (file_value, id) = (file_of(container), id_of(container, &file));
    let descriptor = expand_descriptor(container, &id, &file.to_token_stream(), parameters, kind);
    mixed! {
        const {
            let #file = #file_value;
            &#descriptor
        }
    }
}

/// The descriptor of a generic type with its arguments, of which its name is made.
fn expand_instance(data: &Data, kind: &TokenStream) -> TokenStream {
    let ipc = names::runtime();
    let Container { id, name, doc, .. } = &data.container;
    let file = file_of(&data.container);
    let id = match id {
        Some(id) => mixed!(#ipc::Some(#id)),
        None => mixed!(#ipc::None),
    };
    let arguments = data.arguments.iter().map(|argument| match argument {
        Argument::Type(ty) => mixed!(#ipc::spelled::<#ty>()),
        Argument::Value(value) => mixed!(#ipc::Spelled::Value(#value as #ipc::i128)),
    });
    mixed! {
        #ipc::describe_instance(const {
            &#ipc::Instance {
                file: #file,
                id: #id,
                name: #name,
                module: #ipc::module_path!(),
                doc: #doc,
                arguments: &[#(#arguments),*],
                kind: #kind,
            }
        })
    }
}

/// The body of `descriptor` of a field-less enum.
pub(crate) fn expand_enum_descriptor(data: &Data, variants: &[Variant]) -> TokenStream {
    let ipc = names::runtime();
    let variants = variants.iter().map(|variant| {
        let (name, doc) = (&variant.name.text, &variant.doc);
        mixed!(#ipc::Variant { name: #name, doc: #doc })
    });
    expand_type(
        &data.container,
        &[],
        &mixed!(#ipc::Kind::Enum(#ipc::EnumDescriptor { variants: &[#(#variants),*] })),
    )
}

fn expand_descriptor(
    container: &Container,
    id: &TokenStream,
    file: &TokenStream,
    parameters: &[String],
    kind: &TokenStream,
) -> TokenStream {
    let ipc = names::runtime();
    let parameters = (0_u16..)
        .zip(parameters)
        .map(|(number, name)| mixed!(#ipc::Parameter { name: #name, number: #number }));
    let (name, doc) = (&container.name, &container.doc);
    let source = if container.id.is_some() { mixed!(Pinned) } else { mixed!(Name) };
    mixed! {
        #ipc::Descriptor {
            id: #id,
            id_source: #ipc::IdSource::#source,
            file: #file,
            name: #name,
            module: #ipc::module_path!(),
            doc: #doc,
            parameters: &[#(#parameters),*],
            kind: #kind,
        }
    }
}

fn expand_construct(construct: &Construct) -> TokenStream {
    let ipc = names::runtime();
    let (name, ordinal) = (&construct.name.text, construct.ordinal);
    if name == Construct::NAME && ordinal == 0 {
        return mixed!(#ipc::CONSTRUCT);
    }
    mixed!(#ipc::Method { name: #name, ordinal: #ordinal, ..#ipc::CONSTRUCT })
}

fn expand_method(method: &Method) -> TokenStream {
    let ipc = names::runtime();
    let (name, doc) = (&method.name.text, &method.doc);
    let ordinal = method.ordinal.value();
    let Section { fields: params, at: params_at } = names::params(&method.ident);
    let Section { fields: result, at: result_at } = names::results(&method.ident);
    let errors = names::errors(&method.ident);
    mixed! {
        #ipc::Method {
            name: #name,
            doc: #doc,
            ordinal: #ordinal,
            params: #ipc::StructDescriptor {
                fields: &#ipc::placed(#params, #params_at),
                size: #params_at.size,
            },
            results: #ipc::results_struct(
                const { &#ipc::placed(#result, #result_at) },
                #result_at.size,
                #errors,
            ),
        }
    }
}
