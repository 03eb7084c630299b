//! Every screen, rendered: with full, empty, single and many values, in both languages, with hostile texts.
//!
//! Promises: looks at the HTML alone, as a browser would. Must not know the server.

mod assets;
mod gallery;
mod hostile;
mod markup;
mod rendered;
mod sample;
mod templates;
mod texts;
