//! How a command changes an opaque text. Must not know what the text says.

use std::fmt;

/// How an opaque text changes. The function runs on the stored text inside the decision, so that two
/// edits at once both take effect.
pub struct TextEdit(Box<dyn Fn(&str) -> String + Send + Sync>);

impl TextEdit {
    /// An edit by this function from the old text to the new one.
    pub fn new(edit: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(Box::new(edit))
    }

    /// The new text.
    pub fn apply(&self, old: &str) -> String {
        (self.0)(old)
    }
}

impl fmt::Debug for TextEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextEdit")
    }
}
