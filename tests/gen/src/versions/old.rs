//! The older version, and its server. Each method returns what tells it from others.

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

#[ipc_interface(no_destroy, file = 0xd8f0_11a2_b3c4_d5e6)]
pub trait Extended {
    fn own(&self) -> Result<u8, IpcException>;
}

#[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
pub trait Further {
    fn declaration_added(&self) -> Result<u8, IpcException>;
    fn declaration_removed(&self, value: &Forgotten) -> Result<u8, IpcException>;
    fn declaration_renamed(&self, value: &Before) -> Result<Before, IpcException>;
    fn kind_changed(&self, value: Shape) -> Result<u8, IpcException>;
    fn id_changed(&self, value: &Identified) -> Result<Identified, IpcException>;
    fn context_alone(&self) -> Result<u8, IpcException>;
    fn parameter_renamed(&self, a: u8) -> Result<u8, IpcException>;
    fn result_added(&self) -> Result<u8, IpcException>;
    #[ipc(results(first, second))]
    fn result_removed(&self) -> Result<(u8, u8), IpcException>;
    fn field_removed(&self, value: &Shrinking) -> Result<Shrinking, IpcException>;
    fn union_changed(&self, value: &Dissolved) -> Result<Dissolved, IpcException>;
    fn value_removed(&self, value: Lost) -> Result<Lost, IpcException>;
    fn value_renamed(&self, value: Named) -> Result<Named, IpcException>;
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub struct Forgotten {
    pub a: u8,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6, id = 0xabcd_ef01_2345_0001)]
pub struct Before {
    pub a: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6, id = 0xabcd_ef01_2345_0002)]
pub enum Shape {
    Round,
    Square,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub struct Identified {
    pub a: u8,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub struct Shrinking {
    pub a: u8,
    pub b: u8,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub struct Dissolved {
    #[ipc(union)]
    pub which: NumberOrText,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub enum NumberOrText {
    Number(u32),
    Text(String),
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub enum Lost {
    One,
    Two,
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
#[ipc(file = 0xd8f0_11a2_b3c4_d5e6)]
pub enum Named {
    One,
    Two,
}

/// The server of the older version.
#[derive(Debug)]
pub struct Old;

impl Init for Old {
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
    fn gone(&self) -> Result<Arc<dyn Gone>, IpcException> {
        Ok(Arc::new(Self))
    }
    fn reidentified(&self) -> Result<Arc<dyn Reidentified>, IpcException> {
        Ok(Arc::new(Self))
    }
}

impl Methods for Old {
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

impl Base for Old {
    fn inherited(&self) -> Result<u8, IpcException> {
        Ok(4)
    }
}

impl Derived for Old {
    fn own(&self) -> Result<u8, IpcException> {
        Ok(5)
    }
}

impl Gone for Old {
    fn call(&self) -> Result<u8, IpcException> {
        Ok(6)
    }
}

impl Reidentified for Old {
    fn call(&self) -> Result<u8, IpcException> {
        Ok(7)
    }
}

impl Various for Old {
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

impl Extended for Old {
    fn own(&self) -> Result<u8, IpcException> {
        Ok(8)
    }
}

impl Further for Old {
    fn declaration_added(&self) -> Result<u8, IpcException> {
        Ok(1)
    }
    fn declaration_removed(&self, value: &Forgotten) -> Result<u8, IpcException> {
        Ok(value.a)
    }
    fn declaration_renamed(&self, value: &Before) -> Result<Before, IpcException> {
        Ok(value.clone())
    }
    fn kind_changed(&self, value: Shape) -> Result<u8, IpcException> {
        Ok(if value == Shape::Square { 4 } else { 0 })
    }
    fn id_changed(&self, value: &Identified) -> Result<Identified, IpcException> {
        Ok(value.clone())
    }
    fn context_alone(&self) -> Result<u8, IpcException> {
        Ok(1)
    }
    fn parameter_renamed(&self, a: u8) -> Result<u8, IpcException> {
        Ok(a)
    }
    fn result_added(&self) -> Result<u8, IpcException> {
        Ok(1)
    }
    fn result_removed(&self) -> Result<(u8, u8), IpcException> {
        Ok((1, 2))
    }
    fn field_removed(&self, value: &Shrinking) -> Result<Shrinking, IpcException> {
        if value.b == 0 { Err(IpcException::failed("`b` is needed")) } else { Ok(value.clone()) }
    }
    fn union_changed(&self, value: &Dissolved) -> Result<Dissolved, IpcException> {
        Ok(value.clone())
    }
    fn value_removed(&self, _: Lost) -> Result<Lost, IpcException> {
        Ok(Lost::Two)
    }
    fn value_renamed(&self, value: Named) -> Result<Named, IpcException> {
        Ok(value)
    }
}
