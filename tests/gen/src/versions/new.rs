//! The later version, and its server.

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

use super::same::Base;

#[ipc_interface(root, file = 0xd8f0_11a2_b3c4_d5e6)]
pub trait Init {
    fn methods(&self) -> Result<Arc<dyn Methods>, IpcException>;
    fn various(&self) -> Result<Arc<dyn Various>, IpcException>;
    fn further(&self) -> Result<Arc<dyn Further>, IpcException>;
    fn extended(&self) -> Result<Arc<dyn Extended>, IpcException>;
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

#[ipc_interface(no_destroy, file = 0xd8f0_11a2_b3c4_d5e6)]
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

#[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
pub trait Extended: Base {
    fn own(&self) -> Result<u8, IpcException>;
}

#[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
pub trait Further {
    fn declaration_added(&self, value: Option<Remembered>) -> Result<u8, IpcException>;
    fn declaration_removed(&self) -> Result<u8, IpcException>;
    fn declaration_renamed(&self, value: &After) -> Result<After, IpcException>;
    fn kind_changed(&self, value: &Shape) -> Result<u8, IpcException>;
    fn id_changed(&self, value: &Identified) -> Result<Identified, IpcException>;
    #[ipc(no_context)]
    fn context_alone(&self) -> Result<u8, IpcException>;
    fn parameter_renamed(&self, z: u8) -> Result<u8, IpcException>;
    #[ipc(results(result, more))]
    fn result_added(&self) -> Result<(u8, u8), IpcException>;
    #[ipc(results(first))]
    fn result_removed(&self) -> Result<u8, IpcException>;
    fn field_removed(&self, value: &Shrinking) -> Result<Shrinking, IpcException>;
    fn union_changed(&self, value: &Dissolved) -> Result<Dissolved, IpcException>;
    fn value_removed(&self, value: Lost) -> Result<Lost, IpcException>;
    fn value_renamed(&self, value: Named) -> Result<Named, IpcException>;
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub struct Remembered {
    pub a: u8,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6, id = 0xabcd_ef01_2345_0001)]
pub struct After {
    pub a: u8,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6, id = 0xabcd_ef01_2345_0002)]
pub struct Shape {
    pub corners: u8,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6, id = 0xabcd_ef01_2345_0003)]
pub struct Identified {
    pub a: u8,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub struct Shrinking {
    pub a: u8,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub struct Dissolved {
    pub number: u32,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub enum Lost {
    One,
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub enum Named {
    Uno,
    Two,
}

/// The server of the later version.
#[derive(Debug)]
pub struct New;

impl Init for New {
    fn methods(&self) -> Result<Arc<dyn Methods>, IpcException> {
        Ok(Arc::new(Self))
    }
    fn various(&self) -> Result<Arc<dyn Various>, IpcException> {
        Ok(Arc::new(Self))
    }
    fn further(&self) -> Result<Arc<dyn Further>, IpcException> {
        Ok(Arc::new(Self))
    }
    fn extended(&self) -> Result<Arc<dyn Extended>, IpcException> {
        Ok(Arc::new(Self))
    }
    fn derived(&self) -> Result<Arc<dyn Derived>, IpcException> {
        Ok(Arc::new(Self))
    }
    fn gone(&self) -> Result<Arc<dyn Instead>, IpcException> {
        Ok(Arc::new(Self))
    }
    fn reidentified(&self) -> Result<Arc<dyn Reidentified>, IpcException> {
        Ok(Arc::new(Self))
    }
    fn added(&self) -> Result<u8, IpcException> {
        Ok(10)
    }
}

impl Methods for New {
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

impl Derived for New {
    fn own_method(&self) -> Result<u8, IpcException> {
        Ok(15)
    }
}

impl Instead for New {
    fn call(&self) -> Result<u8, IpcException> {
        Ok(16)
    }
}

impl Reidentified for New {
    fn call(&self) -> Result<u8, IpcException> {
        Ok(17)
    }
}

impl Various for New {
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
    fn field_added(&self, value: &Growing) -> Result<Growing, IpcException> {
        Ok(value.clone())
    }
    fn union_grown(&self, value: &Choice) -> Result<Choice, IpcException> {
        Ok(value.clone())
    }
    fn unionized(&self, value: &Unionized) -> Result<Unionized, IpcException> {
        Ok(value.clone())
    }
    fn values(&self, value: Colour) -> Result<Colour, IpcException> {
        Ok(value)
    }
    fn values_moved(&self, _: Swapped) -> Result<Swapped, IpcException> {
        Ok(Swapped::One)
    }
}

impl Base for New {
    fn inherited(&self) -> Result<u8, IpcException> {
        Ok(14)
    }
}

impl Extended for New {
    fn own(&self) -> Result<u8, IpcException> {
        Ok(18)
    }
}

impl Further for New {
    fn declaration_added(&self, _: Option<Remembered>) -> Result<u8, IpcException> {
        Ok(11)
    }
    fn declaration_removed(&self) -> Result<u8, IpcException> {
        Ok(12)
    }
    fn declaration_renamed(&self, value: &After) -> Result<After, IpcException> {
        Ok(value.clone())
    }
    fn kind_changed(&self, value: &Shape) -> Result<u8, IpcException> {
        Ok(value.corners)
    }
    fn id_changed(&self, value: &Identified) -> Result<Identified, IpcException> {
        Ok(value.clone())
    }
    fn context_alone(&self) -> Result<u8, IpcException> {
        Ok(11)
    }
    fn parameter_renamed(&self, z: u8) -> Result<u8, IpcException> {
        Ok(z)
    }
    fn result_added(&self) -> Result<(u8, u8), IpcException> {
        Ok((11, 12))
    }
    fn result_removed(&self) -> Result<u8, IpcException> {
        Ok(11)
    }
    fn field_removed(&self, value: &Shrinking) -> Result<Shrinking, IpcException> {
        Ok(value.clone())
    }
    fn union_changed(&self, value: &Dissolved) -> Result<Dissolved, IpcException> {
        Ok(value.clone())
    }
    fn value_removed(&self, value: Lost) -> Result<Lost, IpcException> {
        Ok(value)
    }
    fn value_renamed(&self, value: Named) -> Result<Named, IpcException> {
        Ok(value)
    }
}
