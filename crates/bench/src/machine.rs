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
        let text = |path| std::fs::read_to_string(path).unwrap_or_default();
        Self::read(&text("/proc/stat"), &text("/proc/self/stat"))
    }

    /// From the kernel's lines about the machine and about this process.
    fn read(machine: &str, process: &str) -> Self {
        // cpu user nice system idle iowait irq softirq steal …
        let all = numbers(machine.lines().next().unwrap_or_default().trim_start_matches("cpu"));
        let whole = all.iter().take(8).sum();
        // Interrupts are counted for no process, so they are left out: on a loopback most of them are ours.
        let idle: u64 = all.iter().skip(3).take(4).sum();
        Self { whole, busy: whole - idle, own: ticks_in(process).iter().sum() }
    }

    /// The part of all processor time since `start`, 0 to 1, that went to programs that are no part of the run.
    pub(crate) fn others_since(self, start: Self) -> f64 {
        // On a virtual machine the kernel may correct its numbers downwards, and the two kinds are not counted alike.
        let busy = self.busy.saturating_sub(start.busy);
        let others = busy.saturating_sub(self.own.saturating_sub(start.own));
        (others as f64 / self.whole.saturating_sub(start.whole).max(1) as f64).min(1.0)
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
    ticks_in(&std::fs::read_to_string(path).unwrap_or_default())
}

fn ticks_in(text: &str) -> Vec<u64> {
    // After the name in brackets: state, ten numbers, then these.
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
        let me = std::process::id();
        let start = Ticks::now();
        let until = own_ticks(me) + 20;
        while own_ticks(me) < until {}
        // What the machine's own numbers did meanwhile is the kernel's affair: it corrects them as it likes.
        assert!(Ticks::now().own >= start.own + 20);
    }

    #[test]
    fn what_others_did_is_what_is_left_of_all_that_was_done() {
        let ticks = |whole, busy, own| Ticks { whole, busy, own };
        let start = ticks(1_000, 400, 100);
        for (end, others) in [
            (ticks(1_200, 500, 150), 0.25),
            (ticks(1_200, 500, 200), 0.0),
            // The two are read one after the other.
            (ticks(1_200, 500, 210), 0.0),
            // Numbers that went back, or did not move.
            (ticks(1_200, 390, 100), 0.0),
            (ticks(999, 401, 100), 1.0),
            (start, 0.0),
        ] {
            assert!((end.others_since(start) - others).abs() < 1e-9, "{others}");
        }
    }

    #[test]
    fn the_first_line_of_the_kernel_s_numbers_is_the_whole_machine() {
        let text = "cpu  10 20 30 40 5 6 7 8 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n";
        let ticks = Ticks::read(text, "12 (a name) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15");
        assert_eq!((ticks.whole, ticks.busy, ticks.own), (126, 68, 11 + 12 + 13 + 14));
    }
}
