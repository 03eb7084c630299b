//! What several operations have in common: written once in the description, referred to by name.
//!
//! Promises: one name stands for one content. Must not know what it holds.

use serde_json::{Map, Value, json};

/// The components of the description.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) schemas: Map<String, Value>,
    pub(super) responses: Map<String, Value>,
    pub(super) parameters: Map<String, Value>,
    pub(super) headers: Map<String, Value>,
}

impl Shared {
    /// A reference to this schema, under the name that has it already, or else the first that is free.
    pub(super) fn schema(&mut self, names: &[String], schema: Value) -> Value {
        schema_of(&place(&mut self.schemas, names, schema))
    }

    /// The same for a response.
    pub(super) fn response(&mut self, names: &[String], response: Value) -> Value {
        let name = place(&mut self.responses, names, response);
        json!({"$ref": format!("#/components/responses/{name}")})
    }

    /// References to parameters that belong together, such as the look-ups of a filter: by their own names behind the
    /// first prefix with which none is the name of another one.
    pub(super) fn parameters(&mut self, prefixes: &[String], parameters: &[Value]) -> Vec<Value> {
        let named = |prefix: &str, one: &Value| format!("{prefix}{}", one["name"].as_str().unwrap_or_default());
        let fits = |prefix: &&String| {
            parameters.iter().all(|one| self.parameters.get(&named(prefix, one)).is_none_or(|there| there == one))
        };
        let prefix = prefixes.iter().find(fits).cloned().unwrap_or_else(|| format!("{}.", self.parameters.len()));
        let mut references = Vec::with_capacity(parameters.len());
        for one in parameters {
            let name = named(&prefix, one);
            references.push(json!({"$ref": format!("#/components/parameters/{name}")}));
            self.parameters.insert(name, one.clone());
        }
        references
    }

    pub(super) fn header(&mut self, name: &str, header: Value) -> Value {
        self.headers.entry(name).or_insert(header);
        json!({"$ref": format!("#/components/headers/{name}")})
    }
}

/// Puts something under the name that has it already, or else the first that is free.
fn place(all: &mut Map<String, Value>, names: &[String], value: Value) -> String {
    let free = |name: &&String| !all.contains_key(*name);
    let there = |name: &&String| all.get(*name) == Some(&value);
    let name = names.iter().find(there).or_else(|| names.iter().find(free)).cloned();
    let name = name.unwrap_or_else(|| format!("{}{}", names[names.len() - 1], all.len()));
    all.insert(name.clone(), value);
    name
}

/// A reference to a schema.
pub(super) fn schema_of(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_stands_for_one_content() {
        let mut shared = Shared::default();
        let names = ["A", "B"].map(str::to_owned);
        let mut schema = |number: i64| shared.schema(&names, json!(number))["$ref"].to_string();
        assert!(schema(1).ends_with("/A\"") && schema(2).ends_with("/B\"") && schema(1).ends_with("/A\""));
        assert!(schema(3) != schema(1) && schema(3) != schema(2));
        let prefixes = ["", "b."].map(str::to_owned);
        let family = |kind: &str| ["x", "x__in"].map(|name| json!({"name": name, "schema": kind}));
        let mut first = |kind: &str| shared.parameters(&prefixes, &family(kind))[0]["$ref"].to_string();
        assert!(
            first("integer").ends_with("/x\"")
                && first("string").ends_with("/b.x\"")
                && first("integer").ends_with("/x\"")
        );
        first("number");
        assert_eq!(shared.parameters.len(), 6);
    }
}
