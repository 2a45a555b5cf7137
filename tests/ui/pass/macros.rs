//! What macros by example can write: names, types, visibilities, attributes, whole methods and variants.
#![deny(warnings, missing_docs)]

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

macro_rules! everything {
    (
        $(#[$meta:meta])* $vis:vis trait $name:ident $(: $base:path)? {
            $($(#[$method_meta:meta])* fn $method:ident($($param:ident: $ty:ty),*) -> $ok:ty;)*
        }
        $(variant $variant:ident($inner:ty);)*
        lifetime $lifetime:lifetime
        literal $literal:literal
        expr $default:expr
    ) => {
        $(#[$meta])*
        #[ipc_interface(twin = Twin, name = $literal)]
        $vis trait $name $(: $base)? {
            $($(#[$method_meta])* fn $method(&self, $($param: $ty),*) -> Result<$ok, IpcException>;)*
        }

        /// A union.
        #[derive(IpcType)]
        $vis enum Union {
            $(
                /// A variant.
                $variant($inner),
            )*
            /// Fields.
            Fields {
                /// A default.
                #[ipc(default = $default)]
                number: u32,
            },
        }

        /// Borrows.
        #[derive(IpcType)]
        $vis struct Borrowed<$lifetime> {
            /// Text.
            $vis text: &$lifetime str,
        }
    };
}

everything! {
    /// Doc.
    pub trait Made: Base {
        /// Puts.
        fn put(text: &str, items: Vec<Option<u32>>, object: Arc<dyn Base>) -> Vec<u8>;
        /// Waits for nobody.
        #[ipc(oneway)]
        fn tell(number: u32) -> ();
        /// Has names.
        #[ipc(results(first, second))]
        fn parts(union: &Union) -> (u32, String);
    }
    variant One(u32);
    variant Two(Option<Box<Union>>);
    lifetime 'a
    literal "InTheSchema"
    expr 3 + 4
}

/// What others extend.
#[ipc_interface]
pub trait Base {
    /// Does nothing.
    fn nothing(&self) -> Result<(), IpcException>;
}

/// A macro that is called twice in one scope.
macro_rules! pair {
    ($a:ident $b:ident) => {
        /// A struct.
        #[derive(IpcType)]
        pub struct $a {
            /// A field.
            pub b: Option<Box<$b>>,
        }
        /// Another.
        #[derive(IpcType)]
        pub struct $b {
            /// A field.
            pub a: Option<Box<$a>>,
        }
    };
}
pair!(A B);
pair!(C D);

/// Receivers and results may come from a macro too.
macro_rules! method {
    ($name:ident $(, $param:ident: $ty:ty)* => $result:ty) => {
        /// An interface of one method.
        #[ipc_interface]
        pub trait $name {
            /// The method.
            fn one(&self $(, $param: $ty)*) -> $result;
            /// The same, later.
            async fn two(&self $(, $param: $ty)*) -> $result;
        }
    };
}
method!(OneMethod, a: u8, b: &[String], c: Option<&str> => Result<Option<A>, IpcException>);

fn main() {}
