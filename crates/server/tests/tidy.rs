//! House rules that no linter knows (CONTRIBUTING.md), over every file of the repository.
//!
//! Promises: each rule names the files that break it; an exception is listed with its reason, and one that is no longer
//! needed is a fault too. Needs no git: it walks the folders.

#[path = "tidy/names.rs"]
mod names;
#[path = "tidy/places.rs"]
mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The most lines of a source file, tests at its foot included, and of a file of tests.
const SOURCE_LINES_MAX: usize = 400;
const TEST_LINES_MAX: usize = 600;
/// The most lines of the text at the head of a file.
const HEADER_LINES_MAX: usize = 8;
const MACROS_MAX: usize = 8;
const SERVER_DEPENDENCIES_MAX: usize = 46;
const LOCKED_PACKAGES_MAX: usize = 380;

/// Folders of other people's or the machine's own files.
const SKIPPED: &[&str] = &["target", "node_modules", "__pycache__", "corpus", "artifacts", "vendor"];
/// What is read as text; files without an extension are too.
const TEXT: &[&str] = &["rs", "toml", "md", "sql", "sh", "py", "json", "txt", "html", "css", "js", "plans", "yml"];

/// What the code cites as "contract 7.1" or "contract X7".
const CONTRACT: &str = "docs/vendor-contract.md";
/// Fewer numbers, or fewer citations, mean that they are not found any more.
const CONTRACT_NUMBERS_MIN: usize = 100;
const CITATIONS_MIN: usize = 100;

const THIS: (&str, &str) = ("crates/server/tests/tidy.rs", "names what it forbids");

struct File {
    /// From the root, with slashes.
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.extension() == Some("rs")
    }

    fn is_test(&self) -> bool {
        self.path.contains("/tests/")
    }

    fn extension(&self) -> Option<&str> {
        Path::new(&self.path).extension().and_then(|extension| extension.to_str())
    }

    fn has_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.text.contains(word))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

/// Every text file of the repository.
fn files() -> Vec<File> {
    let (root, mut found) = (root(), Vec::new());
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder is read") {
            let path = entry.expect("an entry is read").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("names are text").to_owned();
            let hidden = name.starts_with('.') && name != ".ci" && name != ".cargo";
            if hidden || SKIPPED.contains(&name.as_str()) || path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|extension| TEXT.iter().any(|text| extension == *text)) {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let path = path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
                found.push(File { path, text });
            }
        }
    }
    assert!(found.len() > 100, "only {} files were found", found.len());
    found
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

/// Nothing breaks a rule but the listed exceptions, and each of those is still needed.
fn assert_only(rule: &str, broken: impl IntoIterator<Item = String>, exceptions: &[(&str, &str)]) {
    let broken: BTreeSet<String> = broken.into_iter().collect();
    let listed: BTreeSet<String> = exceptions.iter().map(|(path, _)| (*path).to_owned()).collect();
    let new: Vec<_> = broken.difference(&listed).collect();
    assert!(new.is_empty(), "{rule}: {new:#?}");
    let idle: Vec<_> = listed.difference(&broken).collect();
    assert!(idle.is_empty(), "{rule}: these exceptions are no longer needed: {idle:#?}");
}

fn paths<'f>(files: impl Iterator<Item = &'f File>) -> Vec<String> {
    files.map(|file| file.path.clone()).collect()
}

#[test]
fn files_are_short_and_say_what_they_promise() {
    let files = files();
    let rust = || files.iter().filter(|file| file.is_rust());
    let limit = |file: &File| if file.is_test() { TEST_LINES_MAX } else { SOURCE_LINES_MAX };
    let long = rust().filter(|file| file.text.lines().count() > limit(file));
    assert_only("a file is too long", paths(long), &[]);

    let header = |file: &File| file.text.lines().take_while(|line| line.starts_with("//!")).count();
    let mute = rust().filter(|file| !(1..=HEADER_LINES_MAX).contains(&header(file)));
    assert_only("a file begins with a few lines that say what it promises", paths(mute), &[]);

    let subjectless = ["common", "helpers", "misc", "prelude", "types", "util", "utils"];
    let stem = |file: &File| Path::new(&file.path).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let vague = rust().filter(|file| stem(file).is_some_and(|stem| subjectless.contains(&stem.as_str())));
    assert_only("a file's name is its subject", paths(vague), &[]);
}

#[test]
fn sql_is_written_in_the_store_only() {
    const SQL: &[&str] =
        &["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "CREATE INDEX ", "BEGIN IMMEDIATE"];
    let files = files();
    let outside = files.iter().filter(|file| file.is_rust() && !file.path.starts_with("crates/store/"));
    let exceptions = [
        THIS,
        ("crates/bench/src/raw.rs", "the baseline is SQLite without us"),
        ("crates/bench/src/import/raw.rs", "the baseline is SQLite without us"),
        ("crates/server/tests/faults/main.rs", "what is done to the server is not done by us"),
        ("crates/server/tests/imports/main.rs", "what is done to the server is not done by us"),
        ("crates/bench/src/postgres/copy.rs", "the baseline is PostgreSQL without us"),
        ("crates/bench/src/postgres/pgbench.rs", "the baseline is PostgreSQL without us"),
        ("crates/bench/src/postgres/plain.rs", "the baseline is PostgreSQL without us"),
        ("crates/server/tests/api/dump.rs", "compares whole databases"),
        (
            "crates/server/tests/operations/behind.rs",
            "does what an operator does to a server behind the program's back",
        ),
        ("crates/testbed/src/database.rs", "makes and drops whole databases"),
        ("crates/testbed/tests/cluster.rs", "asks a bare server about itself"),
        ("crates/testbed/tests/command.rs", "asks a bare server about itself"),
        ("crates/testbed/tests/database.rs", "asks a bare server about itself"),
    ];
    assert_only("SQL outside of crates/store", paths(outside.filter(|file| file.has_any(SQL))), &exceptions);

    let rust = files.iter().filter(|file| file.is_rust() && !file.is_test());
    let outside = rust.filter(|file| !file.path.starts_with("crates/store/src/engine/"));
    let exceptions = [
        ("crates/bench/src/raw.rs", "the baseline is SQLite without us"),
        ("crates/bench/src/import/raw.rs", "the baseline is SQLite without us"),
        ("crates/bench/src/postgres/plain.rs", "the baseline is PostgreSQL without us"),
    ];
    let drivers = ["rusqlite", "tokio_postgres", "tokio-postgres"];
    assert_only(
        "a driver is named outside of the engines",
        paths(outside.filter(|file| file.has_any(&drivers))),
        &exceptions,
    );
}

#[test]
fn stock_changes_in_one_place() {
    let files = files();
    let source = || files.iter().filter(|file| file.is_rust() && !file.is_test());
    let calls = |word: &str| -> Vec<String> {
        let here = |file: &File| file.text.matches(word).count();
        source().flat_map(|file| std::iter::repeat_n(file.path.clone(), here(file))).collect()
    };
    let applied: Vec<String> =
        ["rows::apply(", "unit_of_work::apply(", "optimistic::apply("].into_iter().flat_map(calls).collect();
    assert_eq!(
        applied,
        ["crates/server/src/writer/group_commit.rs", "crates/server/src/writer/group_commit.rs"],
        "changes are written by the writer, in one file"
    );

    let movers = source().filter(|file| file.has_any(&["move_stock("]));
    let outside = movers.filter(|file| !file.path.starts_with("crates/core/src/"));
    assert_only("numbers of a stock change outside of the rules", paths(outside), &[]);
}

#[test]
fn rooms_do_not_know_what_they_must_not() {
    let files = files();
    let source = |folder: &'static str| files.iter().filter(move |file| file.path.starts_with(folder));
    let rules: [(&str, &[&str]); 11] = [
        ("crates/core/src/", &["std::time::", "std::fs::", "std::net::", "std::thread", "async fn", "println!"]),
        ("crates/store/src/", &["serde", "axum", "hyper", "http::"]),
        ("crates/web/src/", &["std::fs::", "std::net::", "std::time::", "async fn", "axum", "onhand_store"]),
        ("crates/server/src/wire/", &["crate::api", "crate::http", "crate::writer", "crate::state", "crate::cli"]),
        ("crates/server/src/auth/", &["crate::api", "crate::http", "crate::writer", "crate::cli"]),
        ("crates/server/src/http/", &["crate::api", "crate::openapi", "crate::resource", "crate::cli"]),
        ("crates/server/src/openapi/", &["crate::api", "crate::resource", "crate::state"]),
        ("crates/server/src/workers/", &["crate::api", "crate::http", "crate::state", "crate::cli"]),
        (
            "crates/server/src/services/",
            &[
                "crate::api",
                "crate::http",
                "crate::state",
                "crate::cli",
                "crate::wire::error",
                "crate::wire::json",
                "axum",
            ],
        ),
        ("crates/server/src/cli/", &["RequestContext", "crate::wire::error", "crate::wire::json"]),
        ("crates/testkit/src/", &["onhand::", "onhand_store", "onhand_testbed"]),
    ];
    for (folder, words) in rules {
        assert!(source(folder).next().is_some(), "{folder} is gone");
        assert_only(
            &format!("{folder} names one of {words:?}"),
            paths(source(folder).filter(|f| f.has_any(words))),
            &[],
        );
    }
}

#[test]
fn dependencies_and_macros_stay_within_their_budgets() {
    assert_eq!(dependencies("crates/core/Cargo.toml"), Vec::<String>::new(), "the rules depend on nothing");
    let direct = dependencies("crates/server/Cargo.toml");
    assert!((10..=SERVER_DEPENDENCIES_MAX).contains(&direct.len()), "the server has {} direct ones", direct.len());
    let locked = read("Cargo.lock").lines().filter(|line| *line == "[[package]]").count();
    assert!((50..=LOCKED_PACKAGES_MAX).contains(&locked), "{locked} packages are locked");

    let files = files();
    let rust = files.iter().filter(|file| file.is_rust() && file.path != THIS.0);
    let macros: usize = rust.map(|file| file.text.matches("macro_rules!").count()).sum();
    assert!((1..=MACROS_MAX).contains(&macros), "{macros} macros of our own");

    let manifests = files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    let lenient = manifests.filter(|file| !file.text.contains("[lints]\nworkspace = true"));
    assert_only("a crate does not take the workspace's lints", paths(lenient), &[]);
}

/// The names under `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = read(manifest);
    let section = text.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let lines = section.take_while(|line| !line.starts_with('[')).filter(|line| line.contains('='));
    lines.filter_map(|line| Some(line.split(['.', ' ', '=']).next()?.to_owned())).collect()
}

#[test]
fn nothing_is_left_lying_about() {
    let files = files();
    let notes = ["TODO", "FIXME", "XXX"];
    let unfinished = files.iter().filter(|file| notes.iter().any(|note| has_word(&file.text, note)));
    assert_only("a note to do something later", paths(unfinished), &[THIS]);

    let own_folders = ["/home/", "/root/", "/Users/"];
    let machine = files.iter().filter(|file| own_folders.iter().any(|folder| names_folder(&file.text, folder)));
    assert_only("a path of a developer's own machine", paths(machine), &[THIS]);

    let untidy = |file: &&File| {
        let text = &file.text;
        text.contains('\r')
            || !(text.is_empty() || text.ends_with('\n'))
            || text.lines().any(|line| line.ends_with(' '))
    };
    let untidy = files.iter().filter(|file| file.extension() != Some("json")).filter(untidy);
    assert_only("spaces at the end of a line, or no end of the last line", paths(untidy), &[]);
}

/// Whether a text has this word, not as a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut places = text.match_indices(word);
    places.any(|(at, _)| !text[..at].ends_with(inside) && !text[at + word.len()..].starts_with(inside))
}

/// Whether a text has a path that begins with this folder, not one that has it in the middle.
fn names_folder(text: &str, folder: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || "._-/}".contains(c);
    text.match_indices(folder).any(|(at, _)| !text[..at].ends_with(inside))
}

#[test]
fn citations_of_the_contract_lead_somewhere() {
    let numbers = contract_numbers();
    let known: BTreeSet<&str> = numbers.iter().map(String::as_str).collect();
    assert!(known.len() >= CONTRACT_NUMBERS_MIN, "{CONTRACT} has {} numbers", known.len());
    assert_eq!(known.len(), numbers.len(), "{CONTRACT} gives each number once: {numbers:?}");

    let files = files();
    let cites = |file: &&File| match file.extension() {
        Some("rs") => file.path.starts_with("crates/"),
        Some("md") => file.path.starts_with("docs/") || !file.path.contains('/'),
        _ => false,
    };
    let (mut count, mut unknown) = (0, Vec::new());
    for file in files.iter().filter(cites) {
        for (index, line) in file.text.lines().enumerate() {
            let cited = cited(line);
            count += cited.len();
            let lost = cited.into_iter().filter(|number| !known.contains(number));
            unknown.extend(lost.map(|number| format!("{}:{} cites {number}", file.path, index + 1)));
        }
    }
    assert_only(&format!("a citation leads to no heading and no rule of {CONTRACT}"), unknown, &[]);
    assert!(count >= CITATIONS_MIN, "only {count} citations of {CONTRACT} were found");
}

/// The numbers of the contract's headings, and of its rules, which stand in bold in the first cell of a table's row.
fn contract_numbers() -> Vec<String> {
    let text = read(CONTRACT);
    let numbers = text.lines().filter_map(|line| {
        let rule = line.strip_prefix("| **").and_then(|row| row.split("** |").next());
        let heading = || line.strip_prefix("## ").or_else(|| line.strip_prefix("### "));
        rule.or_else(|| heading()?.split(' ').next()).map(|number| number.trim_end_matches('.'))
    });
    numbers.filter(|number| leading_number(number) == Some(*number)).map(str::to_owned).collect()
}

/// The numbers that a line cites: one behind "contract", and more behind a comma, "to" or "and".
fn cited(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for word in ["contract ", "Contract "] {
        for (at, _) in line.match_indices(word) {
            let mut rest = &line[at + word.len()..];
            while let Some(number) = leading_number(rest) {
                found.push(number);
                let behind = &rest[number.len()..];
                let more = [", ", " to ", " and "].into_iter().find_map(|between| behind.strip_prefix(between));
                rest = more.unwrap_or_default();
            }
        }
    }
    found
}

/// The number of a heading or of a rule with which a text begins: digits and dots, behind a C, an R or an X in places.
fn leading_number(text: &str) -> Option<&str> {
    let letters = usize::from(text.starts_with(['C', 'R', 'X']));
    let inside = |c: char| c.is_ascii_digit() || c == '.';
    let end = text[letters..].find(|c: char| !inside(c)).map_or(text.len(), |end| letters + end);
    let number = text[..end].trim_end_matches('.');
    number.ends_with(|c: char| c.is_ascii_digit()).then_some(number)
}

#[test]
fn numbers_of_the_contract_are_told_from_the_text_around_them() {
    assert_eq!(cited("(contract 9.1, C4.2 to C4.4). See contract X7: all."), ["9.1", "C4.2", "C4.4", "X7"]);
    assert_eq!(cited("Contract 0.12. The contract has rules, and contract law has Xs"), ["0.12"]);
}

#[test]
fn the_changelog_keeps_its_form() {
    const SECTIONS: [&str; 6] = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
    let text = read("CHANGELOG.md");
    assert!(text.starts_with("# Changelog\n"), "it begins with its name");
    let releases: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(releases.first(), Some(&"[Unreleased]"), "what is not released comes first");
    for release in &releases[1..] {
        let (version, date) = release.split_once(" - ").unwrap_or_else(|| panic!("{release} has no date"));
        let shape = |text: &str| text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect::<String>();
        assert_eq!(shape(date), "0000-00-00", "the date of {release}");
        assert!(version.starts_with('[') && version.ends_with(']'), "the version of {release}");
    }
    for part in text.split("\n### ").skip(1) {
        let (name, entries) = part.split_once('\n').expect("a section has lines");
        assert!(SECTIONS.contains(&name), "{name} is no section of Keep a Changelog");
        let entries = entries.split("\n## ").next().unwrap_or_default();
        let lines: Vec<&str> = entries.lines().filter(|line| !line.is_empty()).collect();
        assert!(lines.first().is_some_and(|line| line.starts_with("- ")), "{name} has entries");
        let odd = lines.iter().find(|line| !line.starts_with("- ") && !line.starts_with("  "));
        assert_eq!(odd, None, "an entry of {name} is a bullet");
    }
}

/// A line without its comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// What a page says and links to: its headings as GitHub names them, and its relative links with their lines.
fn headings_and_links(text: &str) -> (BTreeSet<String>, Vec<(usize, &str)>) {
    let (mut headings, mut links, mut is_code) = (BTreeSet::new(), Vec::new(), false);
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if is_code {
            continue;
        }
        if line.starts_with('#') {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            headings.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
        }
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        let relative = targets.map(|(target, _)| target).filter(|target| !target.contains("://"));
        links.extend(relative.map(|target| (number + 1, target)));
    }
    (headings, links)
}

#[test]
fn links_between_pages_lead_somewhere() {
    let files = files();
    let pages: Vec<&File> = files.iter().filter(|file| file.extension() == Some("md")).collect();
    let mut count = 0;
    let mut dead = Vec::new();
    for page in &pages {
        let folder = Path::new(&page.path).parent().expect("a page is in a folder");
        for (line, target) in headings_and_links(&page.text).1 {
            count += 1;
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = if path.is_empty() { root().join(&page.path) } else { root().join(folder).join(path) };
            let text = if heading.is_empty() { None } else { std::fs::read_to_string(&path).ok() };
            let is_there = text.map_or_else(|| path.exists(), |text| headings_and_links(&text).0.contains(heading));
            if !is_there {
                dead.push(format!("{}:{line}: {target}", page.path));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere: {dead:#?}");
    assert!(count > 100, "only {count} links were found");
    let summary = read("docs/SUMMARY.md");
    let pages = pages.iter().filter_map(|page| page.path.strip_prefix("docs/")).filter(|path| *path != "SUMMARY.md");
    let missing: Vec<_> = pages.filter(|path| !summary.contains(&format!("]({path})"))).collect();
    assert!(missing.is_empty(), "docs/SUMMARY.md lacks {missing:#?}");
}

/// Modules at the top of a crate that use each other, directly or by way of others. A cycle may lose modules and may not
/// gain any; the aim is that there is none.
const CYCLES: &[(&str, &str)] = &[];

/// The modules at the top of its crate that a file names after `crate::`, alone or in braces.
fn named_modules(text: &str) -> BTreeSet<String> {
    let program = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let without_comments: Vec<_> = program.lines().map(code).collect();
    let word =
        |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for rest in without_comments.join("\n").split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        found.insert(word(group));
        let mut depth = 1;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => _ = found.insert(word(&group[at + 1..])),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    found
}

/// The module that each name at the top of a crate is from. Only `core` is seen through its top: other crates are not
/// free of cycles yet where they name their own errors and transactions so.
fn re_exported(krate: &str) -> BTreeMap<String, String> {
    let top = if krate == "core" { read("crates/core/src/lib.rs") } else { String::new() };
    let uses = top.split("\npub use ").skip(1).filter_map(|rest| rest.split_once(';')?.0.split_once("::"));
    let named = |name: &&str| !name.is_empty();
    let names = |list: &str| -> Vec<String> {
        list.split(['{', '}', ',']).map(str::trim).filter(named).map(str::to_owned).collect()
    };
    uses.flat_map(|(module, list)| names(list).into_iter().map(|name| (name, module.to_owned()))).collect()
}

/// The cycles of a graph, each as its names in order.
fn cycles(mut reaches: BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let all: Vec<String> = reaches.keys().cloned().collect();
    // A module that reaches another one reaches all that this one reaches (Warshall).
    for middle in &all {
        let beyond = reaches[middle].clone();
        reaches.values_mut().filter(|of| of.contains(middle)).for_each(|of| of.extend(beyond.iter().cloned()));
    }
    let cycle = |one: &String| {
        let with = |other: &&String| reaches[one].contains(*other) && reaches[*other].contains(one);
        all.iter().filter(with).cloned().collect::<Vec<_>>().join(" ")
    };
    all.iter().filter(|one| reaches[*one].contains(*one)).map(cycle).collect()
}

#[test]
fn modules_use_each_other_in_no_new_cycle() {
    let files = files();
    let mut found = BTreeSet::new();
    for krate in ["core", "store", "server", "sheet", "web", "bench", "testbed", "testkit"] {
        let prefix = format!("crates/{krate}/src/");
        let re_exported = re_exported(krate);
        let module_of = |name: String| re_exported.get(&name).cloned().unwrap_or(name);
        let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in files.iter().filter(|file| file.is_rust()) {
            let Some(path) = file.path.strip_prefix(&prefix) else { continue };
            let top = path.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
            if top != "lib" && top != "main" {
                needs.entry(top).or_default().extend(named_modules(&file.text).into_iter().map(&module_of));
            }
        }
        assert!(needs.len() > 2, "{krate} has modules");
        let modules: BTreeSet<String> = needs.keys().cloned().collect();
        for (module, others) in &mut needs {
            others.retain(|other| other != module && modules.contains(other));
        }
        found.extend(cycles(needs).into_iter().map(|cycle| format!("{krate}: {cycle}")));
    }
    assert_only("modules use each other in a cycle", found, CYCLES);
}
