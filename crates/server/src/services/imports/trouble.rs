//! Why a file cannot be worked at: what is wrong with it, or what this machine lacks just now.
//!
//! Promises: the sender of the file is told no path, and nothing else of the machine than what it lacks. Must not know
//! what is done about it.

use std::io;

use onhand_sheet::SheetError;
use onhand_store::Error;

/// Why a file cannot be worked at.
#[derive(Debug)]
pub enum Trouble {
    /// It is of no use; a sentence for its sender.
    File(String),
    /// The machine lacks something: there is no room, or too much is open.
    Machine(io::Error),
    /// The database fails.
    Store(Error),
}

impl Trouble {
    /// What the machine lacks, in a sentence, if it may be there later. An error of the system itself may pass; an
    /// error that a library reports of its input does not.
    pub fn lack(&self) -> Option<String> {
        match self {
            // Made anew from its number: what came with it may name a path.
            Self::Machine(fault) => lack(fault).map(|lack| format!("The server lacks something just now: {lack}.")),
            Self::Store(fault) => database_lack(fault).map(str::to_owned),
            Self::File(_) => None,
        }
    }
}

/// The errors of the system.
fn lack(fault: &io::Error) -> Option<String> {
    fault.raw_os_error().map(|number| io::Error::from_raw_os_error(number).to_string())
}

/// What is said of a database that cannot be used just now.
pub fn database_lack(fault: &Error) -> Option<&'static str> {
    match fault {
        Error::Internal(_) => None,
        _ => Some("The database cannot be read or written just now."),
    }
}

impl From<Error> for Trouble {
    fn from(fault: Error) -> Self {
        Self::Store(fault)
    }
}

impl From<io::Error> for Trouble {
    fn from(fault: io::Error) -> Self {
        Self::Machine(fault)
    }
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Self::File(text)
    }
}

impl From<SheetError> for Trouble {
    fn from(fault: SheetError) -> Self {
        match fault {
            SheetError::Io(fault) if lack(&fault).is_some() => Self::Machine(fault),
            fault => Self::File(fault.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_machine_lacks_is_told_without_paths() {
        let full = io::Error::from_raw_os_error(28);
        let told = Trouble::from(SheetError::Io(full)).lack().expect("it may be there later");
        assert!(told.contains("No space left on device"), "{told}");
        let odd = io::Error::other("/secret/path is odd");
        assert_eq!(Trouble::from(odd).lack(), None);
        let away = Error::Unavailable("/var/lib/onhand/onhand.db: no room".to_owned());
        assert!(!Trouble::from(away).lack().expect("later").contains('/'));
        assert_eq!(Trouble::from(Error::Internal("a fault".to_owned())).lack(), None);
    }
}
