//! Roles and what they permit. A closed table: a new route names one of these permissions.

use std::fmt;
use std::str::FromStr;

/// What an account is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Everything.
    Admin,
    /// An ERP: reads and writes products, stock, orders.
    Integration,
    /// One sales channel: reads what its catalog has, places and follows its own orders.
    Channel,
    /// Reads everything, changes nothing.
    Viewer,
}

/// What a route asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Permission {
    /// Nothing, not even a token.
    Public,
    /// Any valid token.
    SignedIn,
    /// Reading catalogue and stock.
    ReadStock,
    /// Writing catalogue and stock.
    WriteStock,
    /// Reading how imports go, and what they are made with; and how data sources are.
    ReadImports,
    /// Writing category trees.
    WriteCategories,
    /// Reading orders.
    ReadOrders,
    /// Cancelling and editing orders; a channel its own ones, which it places below its path.
    WriteOrders,
    /// Orders of every channel and list: placing them, and the reasons that all channels choose from.
    ManageOrders,
    /// The ERP's side of an order: releasing its lines, marking it taken.
    ReleaseOrders,
    /// Changing a channel; its own account a part of it.
    SetUpChannel,
    /// Reading what happens at stock locations: packages of every channel, discrepancies, counts.
    ReadFulfilment,
    /// Working at stock locations, and setting them up.
    WriteFulfilment,
    /// Setting up channels and accounts.
    Administer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Integration, Self::Channel, Self::Viewer];

    /// Its word, as stored and shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Integration => "integration",
            Self::Channel => "channel",
            Self::Viewer => "viewer",
        }
    }

    /// Whether it may do this.
    pub const fn allows(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Admin => true,
            Self::Integration => !matches!(permission, P::SetUpChannel | P::Administer),
            Self::Channel => !matches!(
                permission,
                P::WriteStock
                    | P::ReadImports
                    | P::ManageOrders
                    | P::ReleaseOrders
                    | P::ReadFulfilment
                    | P::WriteFulfilment
                    | P::Administer
            ),
            Self::Viewer => matches!(
                permission,
                P::Public | P::SignedIn | P::ReadStock | P::ReadImports | P::ReadOrders | P::ReadFulfilment
            ),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|role| role.name()).collect();
            format!("a role is one of {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_permit_what_they_are_for() {
        use Permission as P;
        let all = [
            P::ReadStock,
            P::WriteStock,
            P::ReadImports,
            P::ReadOrders,
            P::WriteOrders,
            P::ManageOrders,
            P::ReleaseOrders,
            P::SetUpChannel,
            P::ReadFulfilment,
            P::WriteFulfilment,
            P::Administer,
        ];
        let allowed = |role: Role| all.map(|permission| role.allows(permission));
        assert_eq!(allowed(Role::Admin), [true; 11]);
        assert_eq!(allowed(Role::Integration), [true, true, true, true, true, true, true, false, true, true, false]);
        assert_eq!(allowed(Role::Channel), [true, false, false, true, true, false, false, true, false, false, false]);
        assert_eq!(allowed(Role::Viewer), [true, false, true, true, false, false, false, false, true, false, false]);
    }
}
