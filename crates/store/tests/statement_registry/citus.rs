//! No statement is of a kind that Citus refuses, as far as its text shows.
//!
//! Promises: each rule is named by what it says, and finds what is planted against it. Citus itself is asked in
//! `tests/postgres/cluster.rs`, where it is installed.

use std::collections::{BTreeMap, BTreeSet};

use onhand_store::statement_registry;

use crate::distributed;

/// Locked rows are those of one shard: Citus locks none on several.
const ONE_LOCK: &str = "a lock of rows that are distributed names one bucket";
/// A row goes to the machine of its bucket, and a key can be unique on one machine only.
const OWN_BUCKET: &str = "a row that is inserted has its bucket, and the key it may conflict with has it, too";
/// A row stays on its machine.
const NO_MOVE: &str = "an update leaves the bucket as it is";
/// Joined rows are on one machine if their buckets are equal. What cannot be joined so is named before, `WITH x AS
/// (…)`: that is fetched; and a subquery that asks nothing of the rows around it is answered once.
const BY_BUCKET: &str = "rows that are distributed are joined by their bucket";
/// A shard and its copy would get other values.
const NO_CHANCE: &str = "what is written does not hang on chance or the server's clock";

const CHANCE: &[&str] = &["random", "now", "clock_timestamp", "nextval", "gen_random_uuid", "current_timestamp"];
/// What may stand behind a table instead of a name for it.
const NO_NAMES: &[&str] = &[
    "WHERE", "ON", "JOIN", "LEFT", "CROSS", "SET", "GROUP", "ORDER", "LIMIT", "FOR", "UNION", "VALUES", "HAVING", "(",
    ")", ",",
];

/// The words of a statement; brackets and commas are words.
fn words(text: &str) -> Vec<String> {
    let apart = text.replace('(', " ( ").replace(')', " ) ").replace(',', " , ").replace("::", " ");
    apart.split_whitespace().map(ToOwned::to_owned).collect()
}

/// Where the bracket closes that opens here.
fn end(words: &[String], open: usize) -> usize {
    let mut depth = 0;
    let closes = |(at, word): (usize, &String)| {
        depth += i32::from(word == "(") - i32::from(word == ")");
        (depth == 0).then_some(at)
    };
    open + words[open..].iter().enumerate().find_map(closes).expect("every bracket is closed")
}

/// A query without those within it, and whether each name in it is of rows that are distributed.
#[derive(Default)]
struct Query {
    words: Vec<String>,
    names: BTreeMap<String, bool>,
}

impl Query {
    /// Pairs of names whose buckets are said to be equal.
    fn equal_buckets(&self) -> impl Iterator<Item = (&str, &str)> {
        let side = |word: &'_ String| word.strip_suffix(".bucket").map(str::len);
        self.words.windows(3).filter_map(move |three| match three {
            [one, sign, other] if sign == "=" => Some((&one[..side(one)?], &other[..side(other)?])),
            _ => None,
        })
    }

    /// Parameters that a bucket is said to be.
    fn buckets_given(&self) -> BTreeSet<&str> {
        let given = |three: &'_ [String]| {
            let is_bucket = three[0] == "bucket" || three[0].ends_with(".bucket");
            (is_bucket && three[1] == "=" && three[2].starts_with('$')).then_some(2)
        };
        self.words.windows(3).filter_map(|three| Some(three[given(three)?].as_str())).collect()
    }

    /// Whether it names something of a query around it.
    fn is_correlated(&self) -> bool {
        let foreign = |word: &String| match word.split_once('.') {
            Some((name, column)) => !column.is_empty() && !name.is_empty() && !self.names.contains_key(name),
            None => false,
        };
        self.words.iter().any(|word| !word.starts_with('\'') && foreign(word))
    }

    /// Whether all distributed rows are joined by bucket, with each other and with the query around it.
    fn is_joined(&self) -> bool {
        let mut distributed: BTreeSet<&str> =
            self.names.iter().filter(|(_, is)| **is).map(|(name, _)| name.as_str()).collect();
        let Some(first) = distributed.pop_first() else { return true };
        let (mut reached, mut is_outside) = (BTreeSet::from([first]), false);
        loop {
            let before = reached.len();
            for (one, other) in self.equal_buckets() {
                if reached.contains(one) || reached.contains(other) {
                    reached.extend([one, other]);
                }
            }
            if reached.len() == before {
                break;
            }
        }
        is_outside |= reached.iter().any(|name| !self.names.contains_key(*name));
        distributed.is_subset(&reached) && (is_outside || !self.is_correlated())
    }
}

/// The rules that a statement breaks.
fn broken(text: &str, distributed: &BTreeSet<&'static str>) -> BTreeSet<&'static str> {
    let words = words(text);
    let mut broken = BTreeSet::new();
    read(&words, distributed, &mut BTreeSet::new(), &mut broken);
    let is_distributed = |at: usize| words.get(at).is_some_and(|table| distributed.contains(table.as_str()));
    let written = match words[0].as_str() {
        "INSERT" => 2,
        "UPDATE" => 1,
        _ => return broken,
    };
    if words.iter().any(|word| CHANCE.contains(&word.to_lowercase().as_str())) {
        broken.insert(NO_CHANCE);
    }
    if !is_distributed(written) {
        return broken;
    }
    let has_bucket = |open: usize| words[open..end(&words, open)].iter().any(|word| word == "bucket");
    let conflict = words.windows(2).position(|two| two == ["CONFLICT", "("]);
    if words[0] == "INSERT" && !(has_bucket(3) && conflict.is_none_or(|at| has_bucket(at + 1))) {
        broken.insert(OWN_BUCKET);
    }
    let set = words.iter().position(|word| word == "SET").unwrap_or(words.len());
    let sets = words[set..].iter().take_while(|word| *word != "WHERE").collect::<Vec<_>>();
    if sets.windows(2).any(|two| two[0] == "bucket" && two[1] == "=") {
        broken.insert(NO_MOVE);
    }
    broken
}

/// Judges a query and those within it; whether its rows are distributed.
fn read(
    words: &[String],
    distributed: &BTreeSet<&'static str>,
    fetched: &mut BTreeSet<String>,
    broken: &mut BTreeSet<&'static str>,
) -> bool {
    let (mut query, mut is_any) = (Query::default(), false);
    let mut at = 0;
    while at < words.len() {
        if words[at..].len() > 2 && words[at] == "AS" && words[at + 1] == "(" && words[at + 2] == "SELECT" {
            // Named before: fetched if it must be.
            let close = end(words, at + 1);
            read(&words[at + 2..close], distributed, fetched, broken);
            fetched.insert(named(words, at).to_owned());
            at = close + 1;
            continue;
        }
        if words[at] == "(" && words.get(at + 1).is_some_and(|word| word == "SELECT") {
            let close = end(words, at);
            let is_distributed = read(&words[at + 1..close], distributed, fetched, broken);
            if at > 0 && ["FROM", "JOIN"].contains(&words[at - 1].as_str()) {
                let name = words.get(close + 1).filter(|name| !NO_NAMES.contains(&name.as_str()));
                query.names.insert(name.cloned().unwrap_or_default(), is_distributed);
            }
            query.words.push("(…)".to_owned());
            at = close + 1;
            continue;
        }
        if words[at] == "UNION" {
            is_any |= judge(&std::mem::take(&mut query), broken);
        }
        if ["FROM", "JOIN", "INTO", "UPDATE", "USING"].contains(&words[at].as_str())
            && let Some(table) = words.get(at + 1).filter(|table| *table != "(" && *table != "SET")
        {
            let name = words.get(at + 2).filter(|name| !NO_NAMES.contains(&name.as_str())).unwrap_or(table);
            // What is inserted into is not joined with what is read for it.
            let is_read = words[at] != "INTO" && !fetched.contains(table);
            query.names.insert(name.clone(), is_read && distributed.contains(table.as_str()));
        }
        query.words.push(words[at].clone());
        at += 1;
    }
    query.names.insert("excluded".to_owned(), false);
    judge(&query, broken) || is_any
}

/// What is named by `name AS (…)` or `name (columns) AS (…)`.
fn named(words: &[String], as_at: usize) -> &str {
    let before = match words[as_at - 1].as_str() {
        ")" => words[..as_at].iter().rposition(|word| word == "(").expect("a bracket that closes was opened"),
        _ => as_at,
    };
    &words[before - 1]
}

fn judge(query: &Query, broken: &mut BTreeSet<&'static str>) -> bool {
    let is_distributed = query.names.values().any(|is_distributed| *is_distributed);
    let text = query.words.join(" ");
    if is_distributed
        && (text.ends_with("FOR UPDATE") || text.ends_with("FOR KEY SHARE"))
        && query.buckets_given().len() != 1
    {
        broken.insert(ONE_LOCK);
    }
    if !query.is_joined() {
        broken.insert(BY_BUCKET);
    }
    is_distributed
}

#[test]
fn no_statement_is_of_a_kind_that_citus_refuses() {
    let distributed = distributed();
    let found: Vec<_> = statement_registry::statements()
        .into_iter()
        .map(|statement| (statement.name, broken(statement.postgres(), &distributed)))
        .filter(|(_, broken)| !broken.is_empty())
        .collect();
    assert_eq!(found, vec![]);
}

#[test]
fn what_citus_refuses_is_found() {
    let distributed = distributed();
    for (text, rule) in [
        ("SELECT at FROM outbox WHERE at > $1 ORDER BY at LIMIT $2 FOR UPDATE", ONE_LOCK),
        ("SELECT id FROM stock WHERE bucket = $1 OR bucket = $2 FOR KEY SHARE", ONE_LOCK),
        ("INSERT INTO stock (id, sku) VALUES ($1, $2)", OWN_BUCKET),
        ("INSERT INTO stock (bucket, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", OWN_BUCKET),
        ("UPDATE stock SET sku = $2, bucket = $3 WHERE id = $1", NO_MOVE),
        ("UPDATE stock SET modified_at = now() WHERE id = $1 AND bucket = $2", NO_CHANCE),
        ("SELECT i.id FROM order_item i LEFT JOIN reservation h ON h.item_id = i.id", BY_BUCKET),
        (
            "SELECT i.id FROM order_item i JOIN reservation h ON h.item_id = i.id AND h.bucket = i.bucket \
             JOIN stock s ON s.id = h.stock_id",
            BY_BUCKET,
        ),
        ("SELECT s.id FROM stock s LEFT JOIN (SELECT id FROM product) p ON p.id = s.product_id", BY_BUCKET),
        ("SELECT i.id FROM order_item i WHERE NOT EXISTS (SELECT 1 FROM mapping m WHERE m.item_id = i.id)", BY_BUCKET),
        ("WITH k AS (SELECT 1 FROM stock s JOIN reservation h ON h.stock_id = s.id) SELECT 1 FROM k", BY_BUCKET),
        ("SELECT 1 FROM stock UNION ALL SELECT 1 FROM stock s JOIN reservation h ON h.stock_id = s.id", BY_BUCKET),
    ] {
        assert_eq!(broken(text, &distributed), BTreeSet::from([rule]), "{text}");
    }
    for text in [
        "WITH h AS (SELECT item_id FROM reservation) SELECT i.id FROM order_item i LEFT JOIN h ON h.item_id = i.id",
        "SELECT i.id FROM order_item i WHERE EXISTS (SELECT 1 FROM mapping m WHERE m.item_id = i.id AND m.bucket = i.bucket)",
        "SELECT 1 FROM stock WHERE sku = (SELECT sku FROM product WHERE id = $1) LIMIT 1",
        "SELECT l.name, (SELECT c.name FROM channel c WHERE c.id = s.id) FROM stock s JOIN stock_list l ON l.id = s.stock_list_id",
        "SELECT id FROM stock WHERE id = $1 AND bucket = $2 FOR UPDATE",
        "INSERT INTO row_counter (scope, n) VALUES ($1, $2) ON CONFLICT (scope) DO UPDATE SET n = row_counter.n + excluded.n",
    ] {
        assert_eq!(broken(text, &distributed), BTreeSet::new(), "{text}");
    }
}
