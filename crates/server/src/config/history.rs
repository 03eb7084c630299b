//! How long history is kept: the part of the configuration that docs/retention.md explains.
//!
//! Promises: as the configuration. Must not know what removes anything.

use clap::Args;

/// The fewest days for which movements are kept as they are made: what is younger may still be undone, or echoed.
const MOVEMENT_DAYS_MIN: u32 = 30;
/// A hundred years.
const DAYS_MAX: u32 = 36_500;

/// Days after which movements are rolled up; 0 is never.
fn whole_days(text: &str) -> Result<u32, String> {
    let days: Option<u32> = text.trim().parse().ok();
    days.filter(|days| *days == 0 || (MOVEMENT_DAYS_MIN..=DAYS_MAX).contains(days))
        .ok_or_else(|| format!("write a number of days from {MOVEMENT_DAYS_MIN} to {DAYS_MAX}, or 0 for never"))
}

/// How long what has happened to stock is kept.
#[derive(Args, Clone)]
pub struct HistoryConfig {
    /// Days after which the movements of a stock are rolled up: those of a day become one. 0 for never.
    #[arg(
        long,
        env = "ONHAND_MOVEMENT_DAYS",
        default_value = "730",
        value_name = "DAYS",
        value_parser = whole_days
    )]
    pub movement_days: u32,

    /// Days after which a stock's history has no days any more: everything before becomes one movement. It is two days
    /// after movements are rolled up at the earliest. 0 for never.
    #[arg(
        long,
        env = "ONHAND_DAILY_MOVEMENT_DAYS",
        default_value = "3650",
        value_name = "DAYS",
        value_parser = whole_days
    )]
    pub daily_movement_days: u32,

    /// Days that reservations of carts are kept after they have ended; 0 for ever.
    #[arg(
        long,
        env = "ONHAND_RESERVATION_DAYS",
        default_value = "90",
        value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(0..=36_500)
    )]
    pub reservation_days: u32,
}
