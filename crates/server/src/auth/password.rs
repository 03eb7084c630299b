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
/// The least characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// The most characters of a password.
pub const PASSWORD_CHARS_MAX: usize = 256;
/// A password is rejected that a guesser who begins with the commonest ones finds with so many guesses. Lists of common
/// passwords, names and words, keyboard walks and dates are known to the estimator.
const GUESSES_MIN: u64 = 10_000;
/// The hash of no password: an unknown user costs as much time as a known one.
static NO_USER: LazyLock<String> = LazyLock::new(|| hash("\u{1}nobody\u{1}"));

/// Memory in KiB, passes, lanes: the least that OWASP recommends for argon2id.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("constants within the algorithm's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A hash in PHC form, with a fresh salt.
pub fn hash(password: &str) -> String {
    hasher().hash_password(password.as_bytes()).expect("argon2 hashes any bytes").to_string()
}

/// Why a new password is not good enough, if it is not: too short, or among the first that any guesser tries.
pub fn weakness(password: &str, username: &str) -> Option<&'static str> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Some("A password has at least 8 characters.");
    }
    if password.chars().count() > PASSWORD_CHARS_MAX {
        return Some("A password has at most 256 characters.");
    }
    let guesses = zxcvbn::zxcvbn(password, &[username]).guesses();
    (guesses <= GUESSES_MIN).then_some("This password is too easy to guess.")
}

/// Whether a password is the one that was hashed. Takes constant time for a given hash.
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok())
}

/// The permits of log-ins that wait for their turn.
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
        self.in_turn(move || {
            let fits = verify(&password, stored.as_deref().unwrap_or(&NO_USER));
            fits && stored.is_some()
        })
        .await
    }

    /// The hash of a new password. `None` when too many are waiting.
    pub async fn hash(&self, password: String) -> Option<String> {
        self.in_turn(move || hash(&password)).await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let turn = tokio::time::timeout(PATIENCE, self.0.clone().acquire_owned()).await.ok()?.ok()?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_anyone_tries_are_refused() {
        for weak in ["", "short", "1234567", "12345678", "password", "password1", "iloveyou", "qwertyui", "aaaaaaaa"] {
            assert!(weakness(weak, "admin").is_some(), "{weak}");
        }
        assert!(weakness("warehouse", "warehouse").is_some(), "the user's own name");
        assert!(weakness(&"x7".repeat(129), "admin").is_some(), "too long");
        for good in ["correct horse", "the-tests-own-password", "gnu7-Kestrel", "Depo.34-Kadıköy"] {
            assert_eq!(weakness(good, "admin"), None, "{good}");
        }
    }

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
