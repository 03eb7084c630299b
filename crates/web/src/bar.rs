//! The stock bar: available, reserved and reported as one measure, drawn as SVG.
//!
//! Promises: only attributes, numbers and fixed texts, so the result needs no escaping; colours are classes, and each
//! part but the first has a pattern as well. Must not know which screen it stands on. `live.js` draws the same measure.

use std::fmt::{self, Write as _};

use askama::filters::HtmlSafe;

/// The drawing's width in its own units; it is stretched to its place.
const WIDTH: f64 = 144.0;
/// The space between two parts, and the least width of a part.
const GAP: f64 = 1.5;
const LEAST: f64 = 3.0;

/// The numbers of one stock as a bar.
#[derive(Clone, Copy, Debug)]
pub struct Bar {
    on_hand: i64,
    reserved: i64,
    reported: i64,
    available: i64,
    is_off_sale: bool,
    scale: i64,
}

impl Bar {
    /// The bar of a stock. `scale` is the number of units whose bar fills the width; lengths grow with the square root.
    pub fn new(numbers: Numbers, scale: i64) -> Self {
        let Numbers { on_hand, reserved, reported, available, is_off_sale } = numbers;
        Self { on_hand, reserved, reported, available, is_off_sale, scale }
    }

    /// The parts that are drawn: class, pattern, units.
    fn parts(&self) -> [(&'static str, Option<&'static str>, i64); 4] {
        let over = (self.reserved + self.reported - self.on_hand).max(0);
        let reported = self.reported.min(self.on_hand).max(0);
        let reserved = self.reserved.min(self.on_hand - reported).max(0);
        [
            ("f-available", None, self.available.max(0)),
            ("f-reserved", Some("p-hatch"), reserved),
            ("f-reported", Some("p-stripe"), reported),
            ("f-danger", None, over),
        ]
    }
}

/// The numbers that a bar shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    /// The stock level.
    pub on_hand: i64,
    /// Reserved units.
    pub reserved: i64,
    /// Reported units.
    pub reported: i64,
    /// Available units, never below zero.
    pub available: i64,
    /// Whether an active discrepancy keeps the stock off sale.
    pub is_off_sale: bool,
}

impl Numbers {
    /// All units that the bar shows.
    pub fn whole(&self) -> i64 {
        self.on_hand.max(self.reserved + self.reported)
    }

    /// By how many units the stock is oversold.
    pub fn oversold_by(&self) -> i64 {
        (self.reserved + self.reported - self.on_hand).max(0)
    }
}

/// The length of `units` on this scale.
fn length(units: i64, scale: i64) -> f64 {
    WIDTH * (units as f64 / scale.max(units).max(1) as f64).sqrt().min(1.0)
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "<svg class=\"stockbar\" viewBox=\"0 0 144 14\" preserveAspectRatio=\"xMinYMid\" aria-hidden=\"true\"",
        )?;
        let track = "<rect class=\"f-track\" y=\"5\" width=\"144\" height=\"4\" rx=\"2\"/>";
        if self.is_off_sale {
            let width = length(self.on_hand.max(0), self.scale).max(LEAST);
            write!(
                f,
                " data-off=\"\">{track}<rect class=\"f-off\" y=\"1\" width=\"{width:.1}\" height=\"12\" rx=\"2\"/>"
            )?;
            write!(f, "<rect y=\"1\" width=\"{width:.1}\" height=\"12\" rx=\"2\" fill=\"url(#p-hatch)\"/>")?;
            return f.write_str("</svg>");
        }
        write!(f, " data-scale=\"{}\">{track}", self.scale)?;
        let parts = self.parts();
        let whole: i64 = parts.iter().map(|part| part.2).sum();
        let all = length(whole, self.scale);
        let mut x = 0.0_f64;
        for (class, pattern, units) in parts.into_iter().filter(|part| part.2 > 0) {
            let width = (all * units as f64 / whole as f64).max(LEAST);
            let at = x.min(WIDTH - LEAST);
            let shown = width.min(WIDTH - at);
            write!(f, "<rect class=\"{class}\" x=\"{at:.1}\" y=\"1\" width=\"{shown:.1}\" height=\"12\" rx=\"2\"/>")?;
            if let Some(pattern) = pattern {
                write!(
                    f,
                    "<rect x=\"{at:.1}\" y=\"1\" width=\"{shown:.1}\" height=\"12\" rx=\"2\" fill=\"url(#{pattern})\"/>"
                )?;
            }
            x += width + GAP;
        }
        f.write_str("</svg>")
    }
}

impl HtmlSafe for Bar {}

/// The small square before a word, in the colour and pattern of a part of the bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Key {
    /// Available.
    Available,
    /// Reserved.
    Reserved,
    /// Reported.
    Reported,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, pattern) = match self {
            Self::Available => ("f-available", None),
            Self::Reserved => ("f-reserved", Some("p-hatch")),
            Self::Reported => ("f-reported", Some("p-stripe")),
        };
        f.write_str("<svg class=\"key\" viewBox=\"0 0 10 10\" aria-hidden=\"true\">")?;
        write!(f, "<rect class=\"{class}\" width=\"10\" height=\"10\" rx=\"2\"/>")?;
        if let Some(pattern) = pattern {
            write!(f, "<rect width=\"10\" height=\"10\" rx=\"2\" fill=\"url(#{pattern})\"/>")?;
        }
        f.write_str("</svg>")
    }
}

impl HtmlSafe for Key {}

/// A line of progress, `0..=100` hundredths full.
#[derive(Clone, Copy, Debug)]
pub struct Meter(pub i64);

impl fmt::Display for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = self.0.clamp(0, 100);
        f.write_str("<svg class=\"meter\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")?;
        f.write_str("<rect class=\"f-track\" width=\"100\" height=\"4\"/>")?;
        write!(f, "<rect class=\"f-available\" data-share=\"\" width=\"{share}\" height=\"4\"/></svg>")
    }
}

impl HtmlSafe for Meter {}

/// A small line of the newest numbers of a stock, the oldest first.
pub fn sparkline(values: &[i64]) -> Spark {
    let (mut line, mut area) = (String::new(), String::new());
    let mut end = (88.0, 19.0);
    if let (Some(most), Some(least)) = (values.iter().max(), values.iter().min()) {
        let reach = (most - least).max(1) as f64;
        let y = |value: i64| 3.0 + 16.0 * (1.0 - (value - least) as f64 / reach);
        let step = 88.0 / (values.len().max(2) - 1) as f64;
        for (at, value) in values.iter().enumerate() {
            let (x, y) = (step * at as f64, y(*value));
            _ = if at == 0 { write!(line, "M{x:.1} {y:.1}") } else { write!(line, "H{x:.1}V{y:.1}") };
            end = (x, y);
        }
        area = format!("{line}V22H0Z");
    }
    Spark { line, area, end }
}

/// A drawn sparkline.
#[derive(Clone, Debug)]
pub struct Spark {
    line: String,
    area: String,
    end: (f64, f64),
}

impl fmt::Display for Spark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line.is_empty() {
            return Ok(());
        }
        let (x, y) = self.end;
        f.write_str("<svg class=\"spark\" viewBox=\"0 0 88 22\" aria-hidden=\"true\">")?;
        write!(f, "<path class=\"area\" d=\"{}\"/><path d=\"{}\"/>", self.area, self.line)?;
        write!(f, "<circle class=\"end\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2\"/></svg>")
    }
}

impl HtmlSafe for Spark {}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(on_hand: i64, reserved: i64, reported: i64) -> String {
        let available = (on_hand - reserved - reported).max(0);
        Bar::new(Numbers { on_hand, reserved, reported, available, is_off_sale: false }, 148).to_string()
    }

    #[test]
    fn what_is_none_is_not_drawn() {
        assert_eq!(bar(0, 0, 0).matches("<rect").count(), 1, "the track alone");
        assert_eq!(bar(10, 0, 0).matches("<rect").count(), 2);
        assert_eq!(bar(10, 3, 2).matches("<rect").count(), 6, "two of three parts have a pattern");
    }

    #[test]
    fn a_bar_stays_in_its_width() {
        for (on_hand, reserved, reported) in
            [(148, 12, 4), (7, 9, 0), (0, 1_000_000, 0), (2_147_483_647, 1, 1), (1, 1, 1)]
        {
            for part in bar(on_hand, reserved, reported).split("<rect").skip(2) {
                let number = |name: &str| {
                    part.split(&format!(" {name}=\""))
                        .nth(1)
                        .and_then(|rest| rest.split('"').next()?.parse::<f64>().ok())
                };
                let (x, width) = (number("x").unwrap_or(0.0), number("width").expect("a width"));
                assert!(x >= 0.0 && width >= 0.0 && x + width <= WIDTH + 0.11, "{part}");
            }
        }
    }

    #[test]
    fn units_that_are_not_there_are_shown_in_the_colour_of_danger() {
        assert!(bar(7, 9, 0).contains("f-danger") && !bar(9, 9, 0).contains("f-danger"));
    }
}
