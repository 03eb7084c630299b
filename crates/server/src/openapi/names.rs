//! Names in the description: of operations, and of the bodies that they take.
//!
//! Promises: a name is a verb and what it is about, as a person would write it, and stays while the route does. Must
//! not know which resources there are: where a name does not follow from method and answer, the route has it.

use axum::http::Method;

use crate::http::route::{Answer, CHANNEL, Route};

/// What a route's operation is called, whatever the mount.
pub(super) fn operation(route: &Route, all: &[Route]) -> String {
    if let Some(operation) = &route.operation {
        return operation.to_string();
    }
    let resource = resource(route, all);
    match route.method {
        Method::GET if route.filters.is_some() => format!("list{}", plural(&resource)),
        Method::GET => format!("get{resource}"),
        Method::POST => format!("create{resource}"),
        Method::PUT => format!("replace{resource}"),
        Method::DELETE => format!("delete{resource}"),
        _ => format!("update{resource}"),
    }
}

/// The same at one of the route's paths: `listOrders`, `listI1Orders`, `listChannelOrders`.
pub(super) fn at(operation: &str, path: &str) -> String {
    let mount = match path {
        _ if path.starts_with(CHANNEL) => "Channel",
        _ if path.starts_with("/api/i1/") => "I1",
        _ => "",
    };
    let (verb, resource) = parts(operation);
    format!("{verb}{mount}{resource}")
}

/// What a route is about: what it answers, or what another method of its path does; else what its name says.
pub(super) fn resource(route: &Route, all: &[Route]) -> String {
    let same_path = all.iter().filter(|other| other.path == route.path);
    let shown = std::iter::once(route).chain(same_path).find_map(|route| {
        route.answers.iter().find_map(|(_, answer)| match answer {
            Answer::One(view, _) | Answer::Page(view, _) => Some(view.name.to_owned()),
            Answer::Nothing | Answer::File | Answer::Media(_) => None,
        })
    });
    shown.unwrap_or_else(|| parts(route.operation.as_deref().unwrap_or(route.path)).1.to_owned())
}

/// What the body of an operation on a resource may be called, best first: `OrderWrite` of `createOrder`, `OrderPatch`
/// of `updateOrder`, `CancelOrder` of `cancelOrder`.
pub(super) fn bodies(operation: &str, resource: &str) -> Vec<String> {
    let (verb, own) = parts(operation);
    let suffix = match verb {
        "create" | "replace" | "upsert" => "Write",
        "update" => "Patch",
        _ => return vec![capital(operation)],
    };
    vec![format!("{own}{suffix}"), format!("{resource}{suffix}"), capital(operation)]
}

fn parts(operation: &str) -> (&str, &str) {
    operation.split_at(operation.find(|c: char| c.is_ascii_uppercase()).unwrap_or(operation.len()))
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    format!("{}{rest}", first.to_ascii_uppercase())
}

fn plural(resource: &str) -> String {
    match resource.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if resource.ends_with('s') => format!("{resource}es"),
        None => format!("{resource}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_a_person_would_choose() {
        assert_eq!([plural("City"), plural("Address"), plural("Order")], ["Cities", "Addresses", "Orders"]);
        let paths = ["/api/v1/orders", "/api/i1/orders", "/api/v1/channel/{channel}/orders"];
        assert_eq!(paths.map(|path| at("listOrders", path)), ["listOrders", "listI1Orders", "listChannelOrders"]);
        assert_eq!(at("login", "/api/i1/auth/login"), "loginI1");
        assert_eq!(bodies("createSoldOrder", "Order"), ["SoldOrderWrite", "OrderWrite", "CreateSoldOrder"]);
        assert_eq!(bodies("updateOrder", "Order"), ["OrderPatch", "OrderPatch", "UpdateOrder"]);
        assert_eq!([bodies("cancelOrder", "Order"), bodies("login", "Key")], [["CancelOrder"], ["Login"]]);
    }
}
