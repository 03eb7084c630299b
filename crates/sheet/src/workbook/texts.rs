//! The texts that a workbook keeps once for all its cells.
//!
//! Promises: they take as much memory as their letters, and four bytes each.

/// Texts by number.
#[derive(Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        Some(&self.text[start..end])
    }

    /// How many there are: the number of the next one.
    pub(super) fn count(&self) -> u32 {
        self.ends.len() as u32
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.len() + 4 * self.ends.len()
    }

    /// Adds a text. All texts together have to stay below the 4 GB that four bytes count.
    pub(super) fn add(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
    }

    /// Adds a text that is made in place.
    pub(super) fn add_with<E>(&mut self, make: impl FnOnce(&mut String) -> Result<(), E>) -> Result<(), E> {
        make(&mut self.text)?;
        self.ends.push(self.text.len() as u32);
        Ok(())
    }
}
