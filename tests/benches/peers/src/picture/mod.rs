//! What was measured, as pictures.

mod bars;
mod canvas;
mod lines;
mod scale;

pub(crate) use self::bars::bars;
pub(crate) use self::lines::scaling;
