//! Raw identifiers lose their `r#` in the schema.
#![deny(warnings)]

use ipc_runtime::private::Kind as DescriptorKind;
use ipc_runtime::wire::Interface;
use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(IpcType)]
pub struct Data {
    pub r#type: u32,
    pub r#match: String,
}

#[ipc_interface]
pub trait Store {
    fn r#move(&self, r#in: &Data, r#where: u32) -> Result<(), IpcException>;
}

fn main() {
    let DescriptorKind::Interface(interface) = <dyn Store>::descriptor().kind else { panic!() };
    let method = interface.methods[1];
    assert_eq!(method.name, "move");
    let fields: Vec<_> = method.params.fields.iter().map(|field| field.name).collect();
    assert_eq!(fields, ["context", "in", "where"]);
}
