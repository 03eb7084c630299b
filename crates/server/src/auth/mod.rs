//! Who is calling and what they may do (contract 2).
//!
//! Promises: what is stored cannot be used to sign in; every comparison of a secret takes constant time; a revoked
//! token stops working within five seconds on every process, and a stream of the screens that has begun ends within half a
//! minute; tokens of other installations are stored sealed. Must not know routes or the wire.

mod anonymous_limiter;
mod client_address;
mod limiter;
pub mod password;
mod role;
pub mod sealing;
mod sessions;
mod throttle;
pub mod token;

pub use anonymous_limiter::AnonymousLimiter;
pub use client_address::TrustedProxies;
pub use limiter::network;
pub use role::{Permission, Role};
pub use sessions::{Caller, IdleSeconds, Recalled, Sessions, TokenLookup};
pub use throttle::{Attempt, Throttle};
