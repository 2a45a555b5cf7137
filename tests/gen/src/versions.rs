//! Two versions of some interfaces: what changed between them is all that can change.

#![expect(missing_docs, missing_debug_implementations, reason = "what each does, its name says")]

use ipc_runtime::wire::Interface;
use ipc_runtime::wire::descriptor::Descriptor;

/// What is the same in both.
pub mod same {
    use ipc_runtime::{IpcException, ipc_interface};

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Base {
        fn inherited(&self) -> Result<u8, IpcException>;
    }
}

/// The older version.
pub mod old {
    use std::sync::Arc;

    use ipc_runtime::{IpcException, IpcType, ipc_interface};

    use super::same::Base;

    #[ipc_interface(root, file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Init {
        fn methods(&self) -> Result<Arc<dyn Methods>, IpcException>;
        fn various(&self) -> Result<Arc<dyn Various>, IpcException>;
        fn derived(&self) -> Result<Arc<dyn Derived>, IpcException>;
        fn gone(&self) -> Result<Arc<dyn Gone>, IpcException>;
        fn reidentified(&self) -> Result<Arc<dyn Reidentified>, IpcException>;
    }

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Methods {
        fn renamed(&self) -> Result<u8, IpcException>;
        fn moved(&self) -> Result<u8, IpcException>;
        fn last(&self) -> Result<u8, IpcException>;
    }

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Derived: Base {
        fn own(&self) -> Result<u8, IpcException>;
    }

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Gone {
        fn call(&self) -> Result<u8, IpcException>;
    }

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Reidentified {
        fn call(&self) -> Result<u8, IpcException>;
    }

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Various {
        fn parameter_added(&self, a: u8) -> Result<u8, IpcException>;
        fn parameter_removed(&self, a: u8, b: u8) -> Result<u8, IpcException>;
        fn parameters_swapped(&self, a: u8, b: u8) -> Result<u8, IpcException>;
        fn parameter_retyped(&self, a: u32) -> Result<f64, IpcException>;
        fn default_changed(&self, #[ipc(default = 1)] a: u8) -> Result<u8, IpcException>;
        fn context_removed(&self, a: &str) -> Result<String, IpcException>;
        fn field_added(&self, value: &Growing) -> Result<Growing, IpcException>;
        fn union_grown(&self, value: &Choice) -> Result<Choice, IpcException>;
        fn unionized(&self, value: &Unionized) -> Result<Unionized, IpcException>;
        fn values(&self, value: Colour) -> Result<Colour, IpcException>;
        fn values_moved(&self, value: Swapped) -> Result<Swapped, IpcException>;
    }

    #[derive(Clone, Debug, PartialEq, IpcType)]
    #[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub struct Growing {
        pub a: u8,
    }

    #[derive(Clone, Debug, PartialEq, IpcType)]
    #[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub enum Choice {
        Number(u32),
        Text(String),
    }

    #[derive(Clone, Debug, PartialEq, IpcType)]
    #[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub struct Unionized {
        pub name: String,
        pub number: u32,
    }

    #[derive(Clone, Copy, Debug, PartialEq, IpcType)]
    #[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub enum Colour {
        Red,
        Green,
    }

    #[derive(Clone, Copy, Debug, PartialEq, IpcType)]
    #[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub enum Swapped {
        One,
        Two,
    }
}

/// The later version.
pub mod new {
    use std::sync::Arc;

    use ipc_runtime::{IpcException, IpcType, ipc_interface};

    #[ipc_interface(root, file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Init {
        fn methods(&self) -> Result<Arc<dyn Methods>, IpcException>;
        fn various(&self) -> Result<Arc<dyn Various>, IpcException>;
        fn derived(&self) -> Result<Arc<dyn Derived>, IpcException>;
        /// What another interface took the place of.
        fn gone(&self) -> Result<Arc<dyn Instead>, IpcException>;
        fn reidentified(&self) -> Result<Arc<dyn Reidentified>, IpcException>;
        fn added(&self) -> Result<u8, IpcException>;
    }

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Methods {
        fn another_name(&self) -> Result<u8, IpcException>;
        fn inserted(&self) -> Result<u8, IpcException>;
        fn moved(&self) -> Result<u8, IpcException>;
    }

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Derived {
        #[ipc(name = "own")]
        fn own_method(&self) -> Result<u8, IpcException>;
    }

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Instead {
        fn call(&self) -> Result<u8, IpcException>;
    }

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6, id = 0xabcd_ef01_2345_6789)]
    pub trait Reidentified {
        fn call(&self) -> Result<u8, IpcException>;
    }

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Various {
        fn parameter_added(&self, a: u8, #[ipc(default = 5)] more: u8) -> Result<u8, IpcException>;
        fn parameter_removed(&self, a: u8) -> Result<u8, IpcException>;
        fn parameters_swapped(&self, b: u8, a: u8) -> Result<u8, IpcException>;
        fn parameter_retyped(&self, a: f32) -> Result<f64, IpcException>;
        fn default_changed(&self, #[ipc(default = 2)] a: u8) -> Result<u8, IpcException>;
        #[ipc(no_context)]
        fn context_removed(&self, a: &str) -> Result<String, IpcException>;
        fn field_added(&self, value: &Growing) -> Result<Growing, IpcException>;
        fn union_grown(&self, value: &Choice) -> Result<Choice, IpcException>;
        fn unionized(&self, value: &Unionized) -> Result<Unionized, IpcException>;
        fn values(&self, value: Colour) -> Result<Colour, IpcException>;
        fn values_moved(&self, value: Swapped) -> Result<Swapped, IpcException>;
    }

    #[derive(Clone, Debug, PartialEq, IpcType)]
    #[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub struct Growing {
        pub a: u8,
        #[ipc(default = 7)]
        pub more: u8,
    }

    #[derive(Clone, Debug, PartialEq, IpcType)]
    #[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub enum Choice {
        Number(u32),
        Text(String),
        More(u64),
    }

    #[derive(Clone, Debug, PartialEq, IpcType)]
    #[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub struct Unionized {
        pub name: String,
        #[ipc(union)]
        pub value: NumberOr,
    }

    #[derive(Clone, Debug, PartialEq, IpcType)]
    #[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub enum NumberOr {
        Number(u32),
        Text(String),
    }

    #[derive(Clone, Copy, Debug, PartialEq, IpcType)]
    #[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub enum Colour {
        Red,
        Green,
        Blue,
    }

    #[derive(Clone, Copy, Debug, PartialEq, IpcType)]
    #[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub enum Swapped {
        Two,
        One,
    }
}

/// The interfaces of the older version.
pub fn old_roots() -> [&'static Descriptor; 1] {
    [<dyn old::Init>::descriptor()]
}

/// The interfaces of the later version.
pub fn new_roots() -> [&'static Descriptor; 1] {
    [<dyn new::Init>::descriptor()]
}

/// Servers of both versions. Each method returns what tells it from others.
pub mod servers {
    use std::sync::Arc;

    use ipc_runtime::IpcException;

    use super::{new, old, same};

    /// The server of the older version.
    pub struct Old;

    impl old::Init for Old {
        fn methods(&self) -> Result<Arc<dyn old::Methods>, IpcException> {
            Ok(Arc::new(Self))
        }
        fn various(&self) -> Result<Arc<dyn old::Various>, IpcException> {
            Ok(Arc::new(Self))
        }
        fn derived(&self) -> Result<Arc<dyn old::Derived>, IpcException> {
            Ok(Arc::new(Self))
        }
        fn gone(&self) -> Result<Arc<dyn old::Gone>, IpcException> {
            Ok(Arc::new(Self))
        }
        fn reidentified(&self) -> Result<Arc<dyn old::Reidentified>, IpcException> {
            Ok(Arc::new(Self))
        }
    }

    impl old::Methods for Old {
        fn renamed(&self) -> Result<u8, IpcException> {
            Ok(1)
        }
        fn moved(&self) -> Result<u8, IpcException> {
            Ok(2)
        }
        fn last(&self) -> Result<u8, IpcException> {
            Ok(3)
        }
    }

    impl same::Base for Old {
        fn inherited(&self) -> Result<u8, IpcException> {
            Ok(4)
        }
    }

    impl old::Derived for Old {
        fn own(&self) -> Result<u8, IpcException> {
            Ok(5)
        }
    }

    impl old::Gone for Old {
        fn call(&self) -> Result<u8, IpcException> {
            Ok(6)
        }
    }

    impl old::Reidentified for Old {
        fn call(&self) -> Result<u8, IpcException> {
            Ok(7)
        }
    }

    impl old::Various for Old {
        fn parameter_added(&self, a: u8) -> Result<u8, IpcException> {
            Ok(a)
        }
        fn parameter_removed(&self, a: u8, b: u8) -> Result<u8, IpcException> {
            Ok(a * 10 + b)
        }
        fn parameters_swapped(&self, a: u8, b: u8) -> Result<u8, IpcException> {
            Ok(a * 10 + b)
        }
        fn parameter_retyped(&self, a: u32) -> Result<f64, IpcException> {
            Ok(a.into())
        }
        fn default_changed(&self, a: u8) -> Result<u8, IpcException> {
            Ok(a)
        }
        fn context_removed(&self, a: &str) -> Result<String, IpcException> {
            Ok(a.to_owned())
        }
        fn field_added(&self, value: &old::Growing) -> Result<old::Growing, IpcException> {
            Ok(value.clone())
        }
        fn union_grown(&self, value: &old::Choice) -> Result<old::Choice, IpcException> {
            Ok(value.clone())
        }
        fn unionized(&self, value: &old::Unionized) -> Result<old::Unionized, IpcException> {
            Ok(value.clone())
        }
        fn values(&self, value: old::Colour) -> Result<old::Colour, IpcException> {
            Ok(value)
        }
        fn values_moved(&self, _: old::Swapped) -> Result<old::Swapped, IpcException> {
            Ok(old::Swapped::One)
        }
    }

    /// The server of the later version.
    pub struct New;

    impl new::Init for New {
        fn methods(&self) -> Result<Arc<dyn new::Methods>, IpcException> {
            Ok(Arc::new(Self))
        }
        fn various(&self) -> Result<Arc<dyn new::Various>, IpcException> {
            Ok(Arc::new(Self))
        }
        fn derived(&self) -> Result<Arc<dyn new::Derived>, IpcException> {
            Ok(Arc::new(Self))
        }
        fn gone(&self) -> Result<Arc<dyn new::Instead>, IpcException> {
            Ok(Arc::new(Self))
        }
        fn reidentified(&self) -> Result<Arc<dyn new::Reidentified>, IpcException> {
            Ok(Arc::new(Self))
        }
        fn added(&self) -> Result<u8, IpcException> {
            Ok(10)
        }
    }

    impl new::Methods for New {
        fn another_name(&self) -> Result<u8, IpcException> {
            Ok(11)
        }
        fn inserted(&self) -> Result<u8, IpcException> {
            Ok(12)
        }
        fn moved(&self) -> Result<u8, IpcException> {
            Ok(13)
        }
    }

    impl new::Derived for New {
        fn own_method(&self) -> Result<u8, IpcException> {
            Ok(15)
        }
    }

    impl new::Instead for New {
        fn call(&self) -> Result<u8, IpcException> {
            Ok(16)
        }
    }

    impl new::Reidentified for New {
        fn call(&self) -> Result<u8, IpcException> {
            Ok(17)
        }
    }

    impl new::Various for New {
        fn parameter_added(&self, a: u8, more: u8) -> Result<u8, IpcException> {
            Ok(a * 10 + more)
        }
        fn parameter_removed(&self, a: u8) -> Result<u8, IpcException> {
            Ok(a)
        }
        fn parameters_swapped(&self, b: u8, a: u8) -> Result<u8, IpcException> {
            Ok(a * 10 + b)
        }
        fn parameter_retyped(&self, a: f32) -> Result<f64, IpcException> {
            Ok(a.into())
        }
        fn default_changed(&self, a: u8) -> Result<u8, IpcException> {
            Ok(a)
        }
        fn context_removed(&self, a: &str) -> Result<String, IpcException> {
            Ok(a.to_owned())
        }
        fn field_added(&self, value: &new::Growing) -> Result<new::Growing, IpcException> {
            Ok(value.clone())
        }
        fn union_grown(&self, value: &new::Choice) -> Result<new::Choice, IpcException> {
            Ok(value.clone())
        }
        fn unionized(&self, value: &new::Unionized) -> Result<new::Unionized, IpcException> {
            Ok(value.clone())
        }
        fn values(&self, value: new::Colour) -> Result<new::Colour, IpcException> {
            Ok(value)
        }
        fn values_moved(&self, _: new::Swapped) -> Result<new::Swapped, IpcException> {
            Ok(new::Swapped::One)
        }
    }
}
