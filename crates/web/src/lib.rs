//! Onhand's screens: a page is a value, and a value becomes HTML.
//!
//! Promises: [`screens`] has one struct per screen, which shows exactly what is in it; every text of a value is escaped;
//! no page needs a script to be read or to do its main deed. The pages run under a policy that allows no inline script
//! and no inline style.
//!
//! Must not know: HTTP, SQL, clocks, files. The server reads a request, fills a struct and sends what it renders.

pub mod assets;
pub mod bar;
pub mod chart;
pub mod form;
pub mod frame;
pub mod lang;
pub mod link;
pub mod may;
pub mod number;
mod order_words;
pub mod screens;
pub mod sentences;
pub mod texts;
pub mod time;
mod what;
mod words;

pub use askama::Template;
pub use frame::Frame;
pub use lang::Lang;
pub use may::May;
pub use texts::Texts;
pub use what::What;
pub use words::{ImportMode, ImportState, ImportTask, Reference, Role, StockState, Unit, file_name};
