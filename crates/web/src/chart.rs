//! Charts, drawn as SVG on the server: a stock's numbers over time, and columns of counts.
//!
//! Promises: only attributes, numbers and escaped texts, so the result needs no further escaping; each point is on the
//! chart and in the table beside it. Must not know the present or a zone: texts of the axes are given.

use std::fmt::{self, Write as _};

use askama::filters::HtmlSafe;

/// The drawing's width and height, and where the lines are within it, in its own units.
const WIDTH: f64 = 760.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 744.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 164.0;
/// How many lines of the grid there are at most above zero.
const LINES_MAX: i64 = 4;

/// What happened at a point, if it has a mark below the chart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// A stock level was written.
    Level,
    /// A count.
    Count,
    /// A cancellation.
    Cancel,
}

/// The numbers of a stock from one moment on.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// The moment, in microseconds since 1970 or in any other unit that all points share.
    pub at: i64,
    /// The stock level.
    pub on_hand: i64,
    /// Available units.
    pub available: i64,
    /// What is marked there.
    pub mark: Option<Mark>,
}

/// Two lines in steps over one span of time.
#[derive(Clone, Debug)]
pub struct Steps {
    /// When the chart begins and ends, in the unit of the points; the end is after the beginning.
    pub from: i64,
    /// See `from`.
    pub until: i64,
    /// The numbers, the oldest first. The first may lie before the beginning: it holds until the second.
    pub points: Vec<Point>,
    /// Moments with their texts below the chart, at most eight.
    pub ticks: Vec<(i64, String)>,
    /// What the chart says, for those who do not see it.
    pub title: String,
}

impl Steps {
    fn x(&self, at: i64) -> f64 {
        let span = (self.until - self.from).max(1) as f64;
        LEFT + (RIGHT - LEFT) * ((at - self.from) as f64 / span).clamp(0.0, 1.0)
    }

    /// The largest number that the axis shows, and the step between two lines of the grid.
    fn axis(&self) -> (i64, i64) {
        let most = self.points.iter().map(|point| point.on_hand.max(point.available)).max().unwrap_or(0).max(LINES_MAX);
        let steps = (0..18).flat_map(|power| [1, 2, 5].map(|factor| factor * 10_i64.pow(power)));
        let step = steps.into_iter().find(|step| step * LINES_MAX >= most).unwrap_or(most);
        ((most + step - 1) / step * step, step)
    }

    fn path(&self, top: i64, value: impl Fn(&Point) -> i64) -> String {
        let y = |value: i64| BOTTOM - (BOTTOM - TOP) * value.max(0) as f64 / top as f64;
        let mut path = String::new();
        for (index, point) in self.points.iter().enumerate() {
            let (x, y) = (self.x(point.at), y(value(point)));
            _ = if index == 0 { write!(path, "M{x:.1} {y:.1}") } else { write!(path, "H{x:.1}V{y:.1}") };
        }
        if !path.is_empty() {
            _ = write!(path, "H{RIGHT:.1}");
        }
        path
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (top, step) = self.axis();
        let y = |value: i64| BOTTOM - (BOTTOM - TOP) * value as f64 / top as f64;
        write!(
            f,
            "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} 188\" role=\"img\" aria-label=\"{}\">",
            Escaped(&self.title)
        )?;
        for line in (0..=top / step).map(|number| number * step) {
            let at = y(line);
            write!(f, "<line class=\"gl\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>")?;
            write!(f, "<text class=\"gt\" x=\"36\" y=\"{:.1}\" text-anchor=\"end\">{line}</text>", at + 4.0)?;
        }
        for (at, text) in &self.ticks {
            write!(
                f,
                "<text class=\"gt\" x=\"{:.1}\" y=\"184\" text-anchor=\"middle\">{}</text>",
                self.x(*at),
                Escaped(text)
            )?;
        }
        let (on_hand, available) = (self.path(top, |point| point.on_hand), self.path(top, |point| point.available));
        if let (Some(first), Some(last)) = (self.points.first(), self.points.last()) {
            let begin = self.x(first.at);
            write!(f, "<path class=\"ch-area\" d=\"{available}V{BOTTOM}H{begin:.1}Z\"/>")?;
            write!(f, "<path class=\"ch-oh\" d=\"{on_hand}\"/><path class=\"ch-av\" d=\"{available}\"/>")?;
            let end = y(last.available.max(0));
            write!(f, "<circle class=\"ch-end\" cx=\"{RIGHT}\" cy=\"{end:.1}\" r=\"3.5\"/>")?;
        }
        for point in self.points.iter().filter(|point| point.at >= self.from) {
            let x = self.x(point.at);
            match point.mark {
                Some(Mark::Level) => write!(f, "<path class=\"mk-level\" d=\"M{x:.1} 165l-5 8h10z\"/>")?,
                Some(Mark::Count) => {
                    write!(
                        f,
                        "<rect class=\"mk-count\" x=\"{:.1}\" y=\"166\" width=\"8\" height=\"8\" rx=\"2\"/>",
                        x - 4.0
                    )?;
                }
                Some(Mark::Cancel) => write!(f, "<circle class=\"mk-cancel\" cx=\"{x:.1}\" cy=\"170\" r=\"3.5\"/>")?,
                None => {}
            }
        }
        f.write_str("</svg>")
    }
}

impl HtmlSafe for Steps {}

/// One count per interval, the oldest first, as columns; the last one is the interval that is not over.
#[derive(Clone, Debug)]
pub struct Columns {
    /// The counts, at most 300.
    pub values: Vec<i64>,
    /// What the columns say, for those who do not see them.
    pub title: String,
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = self.values.iter().copied().max().unwrap_or(0).max(1) as f64;
        let step = WIDTH / self.values.len().max(1) as f64;
        let head = "<svg class=\"columns\" preserveAspectRatio=\"none\" role=\"img\"";
        write!(f, "{head} viewBox=\"0 0 {WIDTH} 60\" aria-label=\"{}\">", Escaped(&self.title))?;
        for (index, value) in self.values.iter().enumerate() {
            let height = if *value > 0 { (58.0 * *value as f64 / most).max(1.5) } else { 0.5 };
            let (x, y, width) = (step * index as f64, 60.0 - height, (step * 0.7).max(0.5));
            let class = if index + 1 == self.values.len() { " class=\"now\"" } else { "" };
            write!(f, "<rect{class} x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>")?;
        }
        f.write_str("</svg>")
    }
}

impl HtmlSafe for Columns {}

/// A text as it stands in an element or in an attribute.
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(numbers: &[i64]) -> Steps {
        let point =
            |(at, number): (usize, &i64)| Point { at: at as i64, on_hand: *number, available: *number, mark: None };
        let points: Vec<_> = numbers.iter().enumerate().map(point).collect();
        Steps { from: 0, until: points.len() as i64, points, ticks: Vec::new(), title: String::new() }
    }

    #[test]
    fn the_axis_covers_every_number_with_few_lines() {
        for most in [0, 1, 4, 5, 9, 21, 29, 30, 99, 100, 12_480, 2_147_483_647] {
            let (top, step) = chart(&[most, 0]).axis();
            assert!(top >= most && top / step <= LINES_MAX && top % step == 0, "{most}: {step} up to {top}");
        }
        assert_eq!(chart(&[29]).axis(), (30, 10));
    }

    #[test]
    fn a_chart_of_nothing_has_a_grid_and_no_line() {
        let drawn = chart(&[]).to_string();
        assert!(drawn.contains("class=\"gl\"") && !drawn.contains("ch-av"));
    }

    #[test]
    fn texts_are_escaped() {
        let drawn = Columns { values: vec![1], title: "\"><script>'&".to_owned() }.to_string();
        assert!(drawn.contains("&quot;&gt;&lt;script&gt;&#39;&amp;"), "{drawn}");
    }
}
