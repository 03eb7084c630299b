//! Search over everything.

#[expect(clippy::module_inception, reason = "the area is named after its only resource")]
mod search;
