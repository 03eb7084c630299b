//! Delivery failures: an object that a channel did not take is not offered again in the same version, unless retries
//! are left or the failure runs out (contract C4.6).

use crate::Timestamp;

crate::words! {
    /// Why an object was not taken.
    pub enum Reason {
        /// It could not be put into the channel's words.
        Mapping => "mapping",
        /// The channel would not have it.
        Remote => "remote",
        /// The program between us and the channel gave up.
        ChannelApp => "channel_app",
    }
    word word, from_word;
}

/// How often a channel tries what it could not take, unless the object has a number of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retries {
    /// How often a version is tried at the most.
    pub max_count: i64,
    /// Seconds between two tries.
    pub interval: i64,
}

impl Retries {
    /// What a new channel does: a marketplace that is away for some minutes has missed nothing.
    pub const USUAL: Self = Self { max_count: 5, interval: 300 };
}

/// A delivery failure, and how often the delivery may be tried again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The version that failed.
    pub version_at: Timestamp,
    /// Why.
    pub reason: Reason,
    /// Whether it stands.
    pub is_active: bool,
    /// When it runs out, if it does.
    pub expires_at: Option<Timestamp>,
    /// How often this version was tried; 1 or more.
    pub retry_count: i64,
    /// How often a version is tried at the most.
    pub max_retry_count: i64,
    /// Seconds between two tries.
    pub retry_interval: i64,
    /// When it failed last.
    pub failed_at: Timestamp,
}

/// What a standing delivery failure means for the feed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StandingFailure {
    /// The version that failed.
    pub version_at: Timestamp,
    /// When that version is offered again; `None` for never.
    pub again_at: Option<Timestamp>,
}

impl Failure {
    /// The failure of a version, after an earlier one of the same object. Tries of one version are counted; the channel
    /// sets how many there may be the first time, and a number that a person has set stays from then on.
    #[must_use]
    pub fn next(
        earlier: Option<&Self>,
        (version_at, reason): (Timestamp, Reason),
        retries: Retries,
        now: Timestamp,
    ) -> Self {
        let again = earlier.filter(|failure| failure.is_active && failure.version_at == version_at);
        Self {
            version_at,
            reason,
            is_active: true,
            expires_at: again.and_then(|failure| failure.expires_at).filter(|expires| *expires > now),
            retry_count: again.map_or(1, |failure| failure.retry_count.saturating_add(1)),
            max_retry_count: earlier.map_or(retries.max_count, |failure| failure.max_retry_count),
            retry_interval: earlier.map_or(retries.interval, |failure| failure.retry_interval),
            failed_at: now,
        }
    }

    /// What it means for the feed; nothing if it does not stand.
    pub fn standing(&self) -> Option<StandingFailure> {
        let has_retries = self.retry_count < self.max_retry_count;
        let retry_at = has_retries.then(|| self.failed_at.minus_seconds(self.retry_interval.saturating_neg()));
        let again_at = [retry_at, self.expires_at].into_iter().flatten().min();
        self.is_active.then_some(StandingFailure { version_at: self.version_at, again_at })
    }
}
