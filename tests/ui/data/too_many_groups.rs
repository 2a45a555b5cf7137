//! More fields than a struct can have.
//! Worded by rustc.

use ipc_runtime::IpcType;

macro_rules! eight {
    ($($name:ident: $ty:ty;)*) => {$(
        #[derive(IpcType)]
        pub struct $name {
            #[ipc(group)]
            pub a: $ty,
            #[ipc(group)]
            pub b: $ty,
            #[ipc(group)]
            pub c: $ty,
            #[ipc(group)]
            pub d: $ty,
            #[ipc(group)]
            pub e: $ty,
            #[ipc(group)]
            pub f: $ty,
            #[ipc(group)]
            pub g: $ty,
            #[ipc(group)]
            pub h: $ty,
        }
    )*};
}

#[derive(IpcType)]
pub struct One {
    pub a: u8,
    pub b: u8,
    pub c: u8,
    pub d: u8,
}

eight! {
    A: One;
    B: A;
    C: B;
    D: C;
    Many: D;
}

fn main() {}
