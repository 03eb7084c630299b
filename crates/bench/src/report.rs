//! The outcome: figures by round, ratios against their targets, as tables for people and JSON for programs.
//!
//! Promises: a ratio is taken inside each round and then the median of the rounds, because the disk's speed moves from
//! minute to minute. Must not know how a figure is made.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::load::Figure;
use crate::machine::{self, Memory, Ticks};

/// The bytes of a MiB.
pub(crate) const MIB: f64 = 1_048_576.0;
/// Above this part of the processors' time for other programs, waiting for a processor is what is measured most.
const QUIET_MOST: f64 = 0.1;

/// The figures of one case, one a round.
struct Row {
    name: String,
    rounds: Vec<Figure>,
}

/// What a ratio or a size should be.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Shown for orientation.
    Open,
}

struct Goal {
    name: String,
    /// Median, least, most.
    value: [f64; 3],
    target: Target,
    unit: &'static str,
}

/// Everything of one run.
pub(crate) struct Report {
    title: &'static str,
    disk: String,
    load_before: String,
    load_after: String,
    start: Ticks,
    others: f64,
    rows: Vec<Row>,
    goals: Vec<Goal>,
    notes: Vec<String>,
}

impl Report {
    /// Starts the report of a run whose databases are in this folder.
    pub(crate) fn start(title: &'static str, folder: &Path) -> Self {
        Self {
            title,
            disk: machine::file_system(folder),
            load_before: machine::load_average(),
            load_after: String::new(),
            start: Ticks::now(),
            others: 0.0,
            rows: Vec::new(),
            goals: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Ends the run; the servers have been stopped.
    pub(crate) fn end(&mut self) {
        self.others = Ticks::now().others_since(self.start);
        self.load_after = machine::load_average();
    }

    /// Adds a round's figure.
    pub(crate) fn add(&mut self, name: &str, figure: Figure) {
        match self.rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.rounds.push(figure),
            None => self.rows.push(Row { name: name.to_owned(), rounds: vec![figure] }),
        }
    }

    /// Adds a ratio of two cases, taken round by round. Nothing, if one of them was not measured.
    pub(crate) fn ratio(&mut self, above: &str, below: &str, target: Target) {
        let rounds = |name: &str| self.rows.iter().find(|row| row.name == name).map(|row| &row.rounds);
        let (Some(first), Some(second)) = (rounds(above), rounds(below)) else { return };
        let ratios = first.iter().zip(second).map(|(one, other)| one.per_second / other.per_second);
        let value = spread(ratios.collect());
        self.goals.push(Goal { name: format!("{above} ÷ {below}"), value, target, unit: "" });
    }

    /// Adds how many times one case's p99 is another's, taken round by round.
    pub(crate) fn delay(&mut self, above: &str, below: &str, most: f64) {
        let rounds = |name: &str| self.rows.iter().find(|row| row.name == name).map(|row| &row.rounds);
        let (Some(first), Some(second)) = (rounds(above), rounds(below)) else { return };
        let ratios = first.iter().zip(second).map(|(one, other)| one.p99_micros as f64 / other.p99_micros as f64);
        let (name, value) = (format!("p99 of {above} ÷ {below}"), spread(ratios.collect()));
        self.goals.push(Goal { name, value, target: Target::AtMost(most), unit: "" });
    }

    /// Adds how much more memory a server had at most than when it was idle, in MiB.
    pub(crate) fn above_idle(&mut self, [idle, above]: [f64; 2], most: f64) {
        let name = "resident above idle".to_owned();
        self.goals.push(Goal { name, value: [above; 3], target: Target::AtMost(most), unit: " MiB" });
        self.note(format!("idle, {idle:.1} MiB were resident"));
    }

    /// Adds a number that should be no more than another one.
    pub(crate) fn at_most(&mut self, name: &str, value: f64, most: f64, unit: &'static str) {
        self.goals.push(Goal { name: name.to_owned(), value: [value; 3], target: Target::AtMost(most), unit });
    }

    /// Adds a server's memory.
    pub(crate) fn memory(&mut self, stocks: u64, memory: Memory, most: f64) {
        let mib = memory.resident as f64 / MIB;
        let name = format!("resident with {stocks} stocks");
        self.goals.push(Goal { name, value: [mib; 3], target: Target::AtMost(most), unit: " MiB" });
        self.note(format!("of the resident {mib:.1} MiB, {:.1} MiB are anonymous", memory.anonymous as f64 / MIB));
    }

    /// Adds a remark.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// What the figures depend on.
    pub(crate) fn heading(&self) -> String {
        let (cores, processor) = (machine::cores(), machine::processor());
        let Self { title, load_before, disk, .. } = self;
        format!("{title}\n{cores} cores, {processor}\nload average {load_before}\ndatabases on {disk}\n")
    }

    /// The tables.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        self.write_figures(&mut out);
        self.write_goals(&mut out);
        for note in &self.notes {
            line(&mut out, format_args!("{note}"));
        }
        let others = self.others * 100.0;
        line(&mut out, format_args!("load average {} before, {} after", self.load_before, self.load_after));
        line(&mut out, format_args!("other programs took {others:.0} % of the processors' time"));
        if self.others > QUIET_MOST {
            line(&mut out, format_args!("THE MACHINE WAS BUSY: of these figures not even the ratios can be trusted"));
        }
        out
    }

    fn write_figures(&self, out: &mut String) {
        if self.rows.is_empty() {
            return;
        }
        // A column that says nothing of anything is left out.
        let has_database = self.rows.iter().any(|row| row.database_micros().is_some());
        let column = |text: String| if has_database { format!(" {text} |") } else { String::new() };
        let (title, rule) = (column("database µs".to_owned()), column("---".to_owned()).replace(' ', ""));
        line(out, format_args!("| figure | answers/s (least–most) | p50 ms | p99 ms | processor µs |{title}"));
        line(out, format_args!("|---|---|---|---|---|{rule}"));
        for row in &self.rows {
            let [rate, least, most] = row.rates();
            let [p50, p99] = [row.millis(|figure| figure.p50_micros), row.millis(|figure| figure.p99_micros)];
            let cpu = shown(row.cpu_micros());
            let database = column(shown(row.database_micros()));
            let name = &row.name;
            line(
                out,
                format_args!("| {name} | {rate:.0} ({least:.0}–{most:.0}) | {p50:.2} | {p99:.2} | {cpu} |{database}"),
            );
        }
        out.push('\n');
    }

    fn write_goals(&self, out: &mut String) {
        if self.goals.is_empty() {
            return;
        }
        line(out, format_args!("| ratio | median (least–most) | target | reached |"));
        line(out, format_args!("|---|---|---|---|"));
        for goal in &self.goals {
            let [value, least, most] = goal.value;
            let Goal { name, unit, target, .. } = goal;
            let reached = match target.reached(value) {
                Some(true) => "yes",
                Some(false) => "NO",
                None => "–",
            };
            let target = target.text().map_or_else(|| "–".to_owned(), |target| format!("{target}{unit}"));
            line(out, format_args!("| {name} | {value:.3}{unit} ({least:.3}–{most:.3}) | {target} | {reached} |"));
        }
        out.push('\n');
    }

    /// What it is about.
    pub(crate) fn title(&self) -> &'static str {
        self.title
    }

    /// The same for programs.
    pub(crate) fn json(&self) -> Value {
        let figures: Map<String, Value> = self.rows.iter().map(|row| (row.name.clone(), row.json())).collect();
        let goals: Vec<Value> = self.goals.iter().map(Goal::json).collect();
        let machine = json!({
            "cores": machine::cores(),
            "processor": machine::processor(),
            "disk": self.disk,
            "load_average_before": self.load_before,
            "load_average_after": self.load_after,
            "share_of_other_programs": self.others,
        });
        json!({"machine": machine, "figures": figures, "goals": goals, "notes": self.notes})
    }
}

impl Row {
    fn rates(&self) -> [f64; 3] {
        spread(self.rounds.iter().map(|figure| figure.per_second).collect())
    }

    fn millis(&self, micros: impl Fn(&Figure) -> u64) -> f64 {
        spread(self.rounds.iter().map(|figure| micros(figure) as f64 / 1_000.0).collect())[0]
    }

    fn cpu_micros(&self) -> Option<f64> {
        self.median(|figure| figure.cpu_micros)
    }

    fn database_micros(&self) -> Option<f64> {
        self.median(|figure| figure.database_micros)
    }

    /// Of what every round has.
    fn median(&self, part: impl Fn(&Figure) -> Option<f64>) -> Option<f64> {
        self.rounds.iter().map(part).collect::<Option<Vec<f64>>>().map(|values| spread(values)[0])
    }

    fn json(&self) -> Value {
        let round = |figure: &Figure| {
            json!({
                "answers": figure.answers,
                "per_second": figure.per_second,
                "p50_micros": figure.p50_micros,
                "p99_micros": figure.p99_micros,
                "processor_micros": figure.cpu_micros,
                "database_micros": figure.database_micros,
            })
        };
        let rounds: Vec<Value> = self.rounds.iter().map(round).collect();
        json!({
            "per_second": self.rates()[0],
            "processor_micros": self.cpu_micros(),
            "database_micros": self.database_micros(),
            "rounds": rounds,
        })
    }
}

impl Target {
    fn text(self) -> Option<String> {
        match self {
            Self::AtLeast(target) => Some(format!("≥ {target}")),
            Self::AtMost(target) => Some(format!("≤ {target}")),
            Self::Open => None,
        }
    }

    fn reached(self, value: f64) -> Option<bool> {
        match self {
            Self::AtLeast(target) => Some(value >= target),
            Self::AtMost(target) => Some(value <= target),
            Self::Open => None,
        }
    }
}

impl Goal {
    fn json(&self) -> Value {
        let [median, least, most] = self.value;
        let target = self.target.text().map(|target| format!("{target}{}", self.unit));
        let reached = self.target.reached(median);
        json!({
            "name": self.name, "median": median, "least": least, "most": most, "target": target, "reached": reached,
        })
    }
}

/// A number that not everything has.
fn shown(micros: Option<f64>) -> String {
    micros.map_or_else(|| "–".to_owned(), |micros| format!("{micros:.1}"))
}

/// Median, least and most.
fn spread(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let Some((least, most)) = values.first().zip(values.last()) else { return [f64::NAN; 3] };
    let middle = values.len() / 2;
    let median = if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) };
    [median, *least, *most]
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("a string takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_the_median_of_the_rounds_ratios() {
        let mut report = Report::start("Test", Path::new("/"));
        for (server, baseline) in [(10.0, 100.0), (30.0, 100.0), (60.0, 300.0)] {
            report.add("server", figure(server));
            report.add("baseline", figure(baseline));
        }
        report.ratio("server", "baseline", Target::AtLeast(0.25));
        report.ratio("baseline", "server", Target::Open);
        report.ratio("server", "nothing", Target::AtLeast(0.25));
        let text = report.text();
        assert!(text.contains("| server ÷ baseline | 0.200 (0.100–0.300) | ≥ 0.25 | NO |"), "{text}");
        assert!(text.contains("| baseline ÷ server | 5.000 (3.333–10.000) | – | – |"), "{text}");
        assert!(!text.contains("nothing"), "{text}");
    }

    #[test]
    fn the_database_has_a_column_where_there_is_one() {
        let mut report = Report::start("Test", Path::new("/"));
        report.add("embedded", Figure { cpu_micros: Some(3.0), ..figure(10.0) });
        assert!(report.text().contains("| embedded | 10 (10–10) | 0.00 | 0.00 | 3.0 |\n"), "{}", report.text());
        report.add("served", Figure { database_micros: Some(4.0), ..figure(20.0) });
        let text = report.text();
        assert!(text.contains("| processor µs | database µs |\n|---|---|---|---|---|---|\n"), "{text}");
        assert!(text.contains("| embedded | 10 (10–10) | 0.00 | 0.00 | 3.0 | – |\n"), "{text}");
        assert!(text.contains("| served | 20 (20–20) | 0.00 | 0.00 | – | 4.0 |\n"), "{text}");
    }

    fn figure(per_second: f64) -> Figure {
        Figure { answers: 1, per_second, p50_micros: 1, p99_micros: 2, cpu_micros: None, database_micros: None }
    }
}
