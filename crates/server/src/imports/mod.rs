//! Imports: files of stock, read and written row by row.
//!
//! Promises: what a file says goes through the rules of `onhand-core`. Must not know SQL, nor rules of its own.

pub mod texts;
