//! Large values, which are left out of the message that is built: what their pointers would be is noted instead.

use super::words::Place;
use super::writer::{PointerWriter, list_length, words_of_bytes};
use crate::exception::IpcException;
use crate::rpc::{Form, LARGE_BYTES, LARGE_LIMIT, LargeBytes, LargeValue};

impl<'d> PointerWriter<'_, 'd> {
    /// Writes text that stays where it is until the message is written, if it is large.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    pub fn lend_text(&mut self, text: &'d str) -> Result<(), IpcException> {
        match self.place_large(Form::Text, text.len())? {
            Some(pointer) => self.leave_out(pointer, Form::Text, LargeBytes::Lent(text.as_bytes())),
            None => self.set_text(text)?,
        }
        Ok(())
    }

    /// Writes bytes that stay where they are until the message is written, if they are large.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    pub fn lend_data(&mut self, data: &'d [u8]) -> Result<(), IpcException> {
        match self.place_large(Form::Data, data.len())? {
            Some(pointer) => self.leave_out(pointer, Form::Data, LargeBytes::Lent(data)),
            None => self.set_data(data)?,
        }
        Ok(())
    }

    /// Writes text; the message keeps it, if it is large.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    pub fn give_text(&mut self, text: String) -> Result<(), IpcException> {
        match self.place_large(Form::Text, text.len())? {
            Some(pointer) => self.leave_out(pointer, Form::Text, LargeBytes::Owned(Box::new(text))),
            None => self.set_text(&text)?,
        }
        Ok(())
    }

    /// Writes bytes; the message keeps them, if they are large.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    pub fn give_data(&mut self, data: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<(), IpcException> {
        match self.place_large(Form::Data, data.as_ref().len())? {
            Some(pointer) => self.leave_out(pointer, Form::Data, LargeBytes::Owned(Box::new(data))),
            None => self.set_data(data.as_ref())?,
        }
        Ok(())
    }

    /// Returns the place of the pointer if what it points to may be left out.
    fn place_large(&self, form: Form, length: usize) -> Result<Option<Place>, IpcException> {
        let Some(large) = &self.state.large else { return Ok(None) };
        if length < LARGE_BYTES || large.len() >= LARGE_LIMIT {
            return Ok(None);
        }
        let length = length.saturating_add(usize::from(form == Form::Text));
        // Its own pointer comes before it.
        self.state.charge(words_of_bytes(length).saturating_add(1))?;
        list_length(length)?;
        Ok(Some(self.place))
    }

    fn leave_out(&mut self, pointer: Place, form: Form, bytes: LargeBytes<'d>) {
        if let Some(large) = &mut self.state.large {
            large.push(LargeValue { pointer, form, bytes });
        }
    }
}
