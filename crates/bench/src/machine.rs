//! What the figures depend on beside the program: cores, load, disk; and a process' memory. Linux's `/proc` is read;
//! what is not there is left out.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use tempfile::TempDir;

/// A process' memory, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    /// All that is resident, with mapped files.
    pub(crate) resident: u64,
    /// What is its own.
    pub(crate) anonymous: u64,
}

/// A folder for databases beside the program, that is, on the disk of the build folder and not in memory.
pub(crate) fn folder() -> anyhow::Result<TempDir> {
    let program = std::env::current_exe()?;
    let beside = program.parent().context("a program is in a folder")?;
    Ok(tempfile::Builder::new().prefix("bench-").tempdir_in(beside)?)
}

/// The memory of a process.
pub(crate) fn memory(process: u32) -> anyhow::Result<Memory> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).context("memory is read from /proc")?;
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| name.to_owned())?;
        Ok::<u64, anyhow::Error>(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1_024)
    };
    Ok(Memory { resident: kib("VmRSS:")?, anonymous: kib("RssAnon:")? })
}

/// Processor time so far, in the kernel's ticks.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ticks {
    /// What the processors could have done.
    whole: u64,
    /// What they did.
    busy: u64,
    /// What they did for this program and for processes that it started and that have ended.
    own: u64,
}

impl Ticks {
    /// Now.
    pub(crate) fn now() -> Self {
        // cpu user nice system idle iowait irq softirq steal …
        let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
        let all = numbers(text.lines().next().unwrap_or_default().trim_start_matches("cpu"));
        let whole = all.iter().take(8).sum();
        // Interrupts are counted for nobody, so they are left out: on a loopback most of them are ours.
        let idle: u64 = all.iter().skip(3).take(4).sum();
        Self { whole, busy: whole - idle, own: process_ticks("/proc/self/stat").iter().sum() }
    }

    /// The part of all processor time since `start`, 0 to 1, that went to programs that are no part of the run.
    pub(crate) fn others_since(self, start: Self) -> f64 {
        let others = (self.busy - start.busy).saturating_sub(self.own - start.own);
        others as f64 / (self.whole - start.whole).max(1) as f64
    }
}

/// The processor time that a living process has used.
pub(crate) fn processor_time(process: u32) -> Duration {
    duration(own_ticks(process))
}

/// The processor time that a living process has used and all that it started, whether those still live or not.
pub(crate) fn family_time(process: u32) -> Duration {
    // Children are listed by the thread that started them.
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let children = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let living: u64 = children.flat_map(|children| numbers(&children)).map(|child| own_ticks(child as u32)).sum();
    duration(living + process_ticks(&format!("/proc/{process}/stat")).iter().sum::<u64>())
}

fn duration(ticks: u64) -> Duration {
    Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

fn own_ticks(process: u32) -> u64 {
    process_ticks(&format!("/proc/{process}/stat")).iter().take(2).sum()
}

/// Ticks in user and system mode, then the same of children that have ended.
fn process_ticks(path: &str) -> Vec<u64> {
    // After the name in brackets: state, ten numbers, then these.
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let rest = text.rsplit_once(") ").map_or("", |(_, rest)| rest.get(2..).unwrap_or_default());
    numbers(rest).into_iter().skip(10).take(4).collect()
}

fn numbers(text: &str) -> Vec<u64> {
    text.split_whitespace().map_while(|word| word.parse::<i64>().ok()).map(|number| number.max(0) as u64).collect()
}

/// The machine's memory, in bytes; 4 GiB where it cannot be read.
pub(crate) fn memory_of_all() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    total.and_then(|rest| numbers(rest).first().copied()).unwrap_or(4 * 1_024 * 1_024) * 1_024
}

/// The load averages over 1, 5 and 15 minutes.
pub(crate) fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// How many cores the program may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The processor's own name.
pub(crate) fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}

/// The kind of file system that has a folder, and its device.
pub(crate) fn file_system(folder: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let having = fields.filter(|fields| fields.len() > 2 && folder.starts_with(fields[1]));
    let nearest = having.max_by_key(|fields| fields[1].len());
    nearest.map_or_else(|| "unknown".to_owned(), |fields| format!("{} on {}", fields[2], fields[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_of_children_counts_while_they_live_and_afterwards() {
        let me = std::process::id();
        let of_children = || family_time(me).saturating_sub(processor_time(me));
        let start = of_children();
        let work = "i=0; while [ $i -lt 10000000 ]; do i=$((i + 1)); done";
        let mut child = std::process::Command::new("sh").args(["-c", work]).spawn().unwrap();
        // Twice of what is asked for afterwards: this program works between the two readings that are compared.
        while of_children() < start + Duration::from_millis(200) {
            assert!(child.try_wait().unwrap().is_none(), "it has worked and was not seen");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(of_children() >= start + Duration::from_millis(100));
    }

    #[test]
    fn work_of_this_program_is_its_own() {
        // The work of children that have ended comes in one step, without time passing, and a test beside this one
        // waits for a child: only this process' own work says that time has passed.
        let me = std::process::id();
        let until = own_ticks(me) + 20;
        let start = Ticks::now();
        let mut text = String::new();
        while own_ticks(me) < until {
            text = std::fs::read_to_string("/proc/stat").unwrap();
        }
        let end = Ticks::now();
        assert!(text.starts_with("cpu"));
        assert!(end.own >= start.own + 20, "{text}");
        // The machine's numbers are counted another way, so they are not compared tick by tick.
        assert!(end.whole > start.whole && end.busy > start.busy, "{text}");
        let others = end.others_since(start);
        assert!((0.0..1.0).contains(&others), "{others}");
    }
}
