//! Passwords: argon2id, off the request threads, a few at a time.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Passwords hashed at once: one, so that a flood of log-ins leaves a core for orders.
const AT_ONCE: usize = 1;
/// How long a log-in waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// The hash of no password: an unknown user costs as much time as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("\u{1}nobody\u{1}"));

/// Memory in KiB, passes, lanes: the least that OWASP recommends for argon2id.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("constants within the algorithm's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A hash in PHC form, with a fresh salt.
pub fn hash(password: &str) -> String {
    hasher().hash_password(password.as_bytes()).expect("argon2 hashes any bytes").to_string()
}

/// Whether a password is the one that was hashed. Takes constant time for a given hash.
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok())
}

/// The place where log-ins wait for their turn.
#[derive(Clone)]
pub struct Checker(Arc<Semaphore>);

impl Default for Checker {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Checker {
    /// Whether the password fits; without a hash, the same time is spent and the answer is no. `None` when too many
    /// are waiting.
    pub async fn check(&self, password: String, stored: Option<String>) -> Option<bool> {
        let turn = tokio::time::timeout(PATIENCE, self.0.clone().acquire_owned()).await.ok()?.ok()?;
        let checked = tokio::task::spawn_blocking(move || {
            let fits = verify(&password, stored.as_deref().unwrap_or(&NOBODY));
            drop(turn);
            fits && stored.is_some()
        });
        checked.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let stored = hash("correct horse");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse", &stored));
        assert!(!verify("correct hors", &stored));
        assert!(!verify("correct horse", "no hash"));
        assert_ne!(stored, hash("correct horse"), "each hash has its own salt");
    }
}
