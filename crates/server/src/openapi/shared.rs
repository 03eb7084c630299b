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
    /// A reference to this schema, under the first of the names that is free or has it already.
    pub(super) fn schema(&mut self, names: &[String], schema: Value) -> Value {
        let name = place(&mut self.schemas, names, schema);
        schema_of(&name)
    }

    pub(super) fn response(&mut self, name: &str, response: Value) -> Value {
        self.responses.entry(name).or_insert(response);
        json!({"$ref": format!("#/components/responses/{name}")})
    }

    /// A reference to this parameter, under the first of the names that is free or has it already.
    pub(super) fn parameter(&mut self, names: &[String], parameter: Value) -> Value {
        let name = place(&mut self.parameters, names, parameter);
        json!({"$ref": format!("#/components/parameters/{name}")})
    }

    pub(super) fn header(&mut self, name: &str, header: Value) -> Value {
        self.headers.entry(name).or_insert(header);
        json!({"$ref": format!("#/components/headers/{name}")})
    }
}

/// A reference to a schema.
pub(super) fn schema_of(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn place(all: &mut Map<String, Value>, names: &[String], value: Value) -> String {
    let fits = |name: &&String| all.get(*name).is_none_or(|there| *there == value);
    let further = || (2..).map(|number| format!("{}{number}", names[names.len() - 1]));
    let name = names.iter().find(fits).cloned();
    let name = name.or_else(|| further().find(|name| fits(&name))).unwrap_or_default();
    all.insert(name.clone(), value);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_stands_for_one_content() {
        let (mut all, names) = (Map::new(), ["a".to_owned(), "b.a".to_owned()]);
        let mut placed = |value: i64| place(&mut all, &names, json!(value));
        assert_eq!(
            [placed(1), placed(1), placed(2), placed(1), placed(3), placed(2)],
            ["a", "a", "b.a", "a", "b.a2", "b.a"]
        );
        assert_eq!(all.len(), 3);
    }
}
