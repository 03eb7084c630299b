//! What a person may do, as far as screens show it.
//!
//! Promises: a template asks one question for each action that it offers. Must not know roles: the server fills this
//! from its own table, and checks again when the action is asked for.

/// The rights that screens look at.
#[expect(clippy::struct_excessive_bools, reason = "each is a right of its own, and every combination is possible")]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct May {
    /// See stock.
    pub read_stock: bool,
    /// Write stock levels, send files, make lists.
    pub write_stock: bool,
    /// See imports.
    pub read_imports: bool,
    /// See orders.
    pub read_orders: bool,
    /// Cancel lines of orders.
    pub write_orders: bool,
    /// Do the ERP's part of an order: release lines, mark it as taken.
    pub release_orders: bool,
    /// Set up channels and accounts.
    pub administer: bool,
}

impl May {
    /// Every right.
    pub const ALL: Self = Self {
        read_stock: true,
        write_stock: true,
        read_imports: true,
        read_orders: true,
        write_orders: true,
        release_orders: true,
        administer: true,
    };

    /// Reading, and nothing else.
    pub const READ: Self = Self {
        read_stock: true,
        write_stock: false,
        read_imports: true,
        read_orders: true,
        write_orders: false,
        release_orders: false,
        administer: false,
    };
}
