//! The installations that an order came through: an order that comes back to one of them would never end.
//!
//! Must not know headers.

use crate::services::{ServiceError, Services};

/// The most installations that an order may come through.
pub const VIA_MAX: usize = 8;
/// The most characters of the name of an installation.
pub const NAME_CHARS_MAX: usize = 64;

/// What is kept of the names that an order came with, as text with commas between them.
///
/// # Errors
///
/// [`ServiceError::Rule`] with the code `order_loop` if this installation is one of them, or there are more than
/// [`VIA_MAX`]; [`ServiceError::Invalid`] if one of them is no name.
pub async fn checked(services: &Services, text: &str) -> Result<String, ServiceError> {
    let names: Vec<&str> = text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let is_name = |name: &&str| {
        name.len() <= NAME_CHARS_MAX && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if !names.iter().all(is_name) {
        let text = format!(
            "Onhand-Via names installations: at most {NAME_CHARS_MAX} letters and digits each, with commas between them."
        );
        return Err(ServiceError::Invalid(text));
    }
    if names.is_empty() {
        return Ok(String::new());
    }
    if names.len() > VIA_MAX {
        return Err(ServiceError::rule("order_loop", "The order has come through too many installations."));
    }
    if names.contains(&super::installation(services).await?.as_str()) {
        let text = "The order has come back to an installation that it came through: two data sources sell each other's stock.";
        return Err(ServiceError::rule("order_loop", text));
    }
    Ok(names.join(","))
}
