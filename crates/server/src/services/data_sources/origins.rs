//! Origins: which installations the stock of a list is from, so that none sells its own stock as another's.
//!
//! Every answer with stock levels names the installation that answers, and those that feed the lists which it shows. A
//! name that comes back is a loop: each of the installations would take the others' levels for stock, although none of
//! them has any.
//!
//! Promises: what is answered is as new as a few seconds. Must not know headers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};

use onhand_core::StockListId;
use onhand_store::tables::data_sources::DataSource;

/// Installations that one list may be from; a chain of more is taken for a loop.
pub const ORIGINS_MAX: usize = 32;
/// The most characters of an installation's name.
const NAME_CHARS_MAX: usize = 64;

/// The name of this installation, and the origins of the lists that are fed by others.
#[derive(Debug, Default)]
pub struct FedLists(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    name: String,
    lists: BTreeMap<StockListId, Vec<String>>,
}

impl FedLists {
    /// Takes over what is stored now.
    pub fn update(&self, name: &str, sources: &[DataSource]) {
        let of = |source: &DataSource| (source.stock_list, source.learnt.origins.clone());
        let known = Known { name: name.to_owned(), lists: sources.iter().map(of).collect() };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = known;
    }

    /// The name of this installation; blank as long as it is not known.
    pub fn name(&self) -> String {
        self.0.read().unwrap_or_else(PoisonError::into_inner).name.clone()
    }

    /// This installation and the origins of some lists, or of all: names with commas between them, this one's first.
    /// `None` as long as nothing is known.
    pub fn origins(&self, lists: Option<&[StockListId]>) -> Option<String> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.name.is_empty() {
            return None;
        }
        let is_shown = |list: &StockListId| lists.is_none_or(|lists| lists.contains(list));
        let fed = known.lists.iter().filter(|(list, _)| is_shown(list)).flat_map(|(_, origins)| origins);
        let others: BTreeSet<&str> = fed.map(String::as_str).filter(|name| *name != known.name).collect();
        let names: Vec<&str> = [known.name.as_str()].into_iter().chain(others).collect();
        Some(names.join(","))
    }
}

/// The names that an answer has, each once, at most one more than [`ORIGINS_MAX`]; what is no name is left out.
pub fn names(text: &str) -> Vec<String> {
    let is_name = |name: &&str| {
        let chars = || name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        (1..=NAME_CHARS_MAX).contains(&name.len()) && chars()
    };
    let mut names = Vec::new();
    for name in text.split(',').map(str::trim).filter(is_name) {
        if names.len() <= ORIGINS_MAX && !names.iter().any(|other| other == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Whether stock of these origins is no one's: it is from here, or from too many.
pub fn is_loop(own: &str, origins: &[String]) -> bool {
    origins.len() > ORIGINS_MAX || origins.iter().any(|name| name == own)
}

#[cfg(test)]
mod tests {
    use onhand_core::{DataSourceId, ProductMatch, Timestamp};
    use onhand_store::tables::data_sources::Learnt;

    use super::*;

    fn source(list: i64, origins: &[&str]) -> DataSource {
        DataSource {
            id: DataSourceId::new(list),
            name: String::new(),
            base_url: String::new(),
            token: None,
            remote_channel: None,
            remote_stock_list: None,
            stock_list: StockListId::new(list),
            is_active: true,
            poll_interval_seconds: 30,
            safety_stock: 0,
            product_match: ProductMatch::Sku,
            price_list: None,
            remote_price_list: None,
            mappings_version: 0,
            modified_at: Timestamp::from_micros(0),
            refresh_at: None,
            full_at: None,
            learnt: Learnt { origins: origins.iter().map(|name| (*name).to_owned()).collect(), ..Learnt::default() },
        }
    }

    #[test]
    fn an_answer_names_who_it_is_from() {
        let fed = FedLists::default();
        assert_eq!(fed.origins(None), None);
        fed.update("a", &[source(1, &["b", "c"]), source(2, &["b", "a"])]);
        assert_eq!(fed.origins(None).as_deref(), Some("a,b,c"));
        assert_eq!(fed.origins(Some(&[StockListId::new(1)])).as_deref(), Some("a,b,c"));
        assert_eq!(fed.origins(Some(&[StockListId::new(2)])).as_deref(), Some("a,b"), "the own name once");
        assert_eq!(fed.origins(Some(&[StockListId::new(3)])).as_deref(), Some("a"), "a list of its own");
    }

    /// Of a ring of installations, each learns of all the others in turn, and then of itself.
    #[test]
    fn a_ring_of_any_length_is_found() {
        for length in 2..=ORIGINS_MAX + 3 {
            let name = |at: usize| format!("i{at}");
            let mut learnt: Vec<Vec<String>> = vec![Vec::new(); length];
            let mut rounds = 0;
            let found = loop {
                rounds += 1;
                for at in 0..length {
                    let from = (at + 1) % length;
                    let fed = FedLists::default();
                    let shown: Vec<&str> = learnt[from].iter().map(String::as_str).collect();
                    fed.update(&name(from), &[source(1, &shown)]);
                    learnt[at] = names(&fed.origins(None).expect("it has a name"));
                }
                if (0..length).all(|at| is_loop(&name(at), &learnt[at])) {
                    break true;
                }
                if rounds > 3 * length {
                    break false;
                }
            };
            assert!(found, "a ring of {length}");
        }
    }

    #[test]
    fn a_chain_is_no_loop() {
        assert!(!is_loop("a", &names("b, c,d,b")));
        assert!(is_loop("a", &names("b,c,a")));
        assert_eq!(names(" b ,,c\u{7f},ü, c"), ["b", "c"]);
        let many: Vec<String> = (0..100).map(|at| format!("i{at}")).collect();
        assert_eq!(names(&many.join(",")).len(), ORIGINS_MAX + 1, "bounded");
        assert!(is_loop("a", &names(&many.join(","))));
    }
}
