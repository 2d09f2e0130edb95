//! stub
use crate::course::{Shell, Values};
pub enum FillError {
    Missing(String),
    Refused { name: String, why: String },
}
pub fn fill_command(text: &str, _shell: Shell, _values: &Values) -> Result<String, FillError> {
    Ok(text.into())
}
pub fn fill_plain(text: &str, _values: &Values) -> Result<String, FillError> {
    Ok(text.into())
}
