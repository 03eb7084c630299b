//! A strict reader of HTML: what is not closed, not unique or leads nowhere is an error.
//!
//! Promises: reads what the templates write; a form of HTML that they do not use is an error, too.

use std::collections::BTreeSet;

/// Elements without an end.
const VOID: [&str; 8] = ["br", "hr", "img", "input", "link", "meta", "source", "wbr"];
/// Elements of a drawing, which may close themselves.
const DRAWN: [&str; 9] = ["circle", "defs", "line", "path", "pattern", "rect", "svg", "text", "use"];
/// Attributes that name the ids of other elements.
const NAMES_IDS: [&str; 4] = ["for", "form", "aria-labelledby", "aria-describedby"];

/// The beginning of an element.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// A page that was read.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub tags: Vec<Tag>,
    pub texts: Vec<String>,
    pub errors: Vec<String>,
}

/// Reads a page or a fragment.
pub(crate) fn read(html: &str) -> Page {
    let mut page = Page::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        if !text.trim().is_empty() {
            page.texts.push(text.to_owned());
        }
        rest = &rest[at..];
        if let Some(behind) = rest.strip_prefix("<!doctype html>") {
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix("</") {
            let (name, behind) = behind.split_once('>').unwrap_or((behind, ""));
            if open.pop().as_deref() != Some(name) {
                page.errors.push(format!("</{name}> closes nothing, or something else is open: {open:?}"));
            }
            rest = behind;
        } else {
            rest = element(&rest[1..], &mut page, &mut open);
        }
    }
    if !open.is_empty() {
        page.errors.push(format!("not closed: {open:?}"));
    }
    references(&mut page);
    page
}

/// Reads one beginning of an element, and gives what is behind it.
fn element<'h>(html: &'h str, page: &mut Page, open: &mut Vec<String>) -> &'h str {
    let end = html.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(html.len());
    let mut tag = Tag { name: html[..end].to_owned(), attributes: Vec::new() };
    let name_is_plain = tag.name.starts_with(|c: char| c.is_ascii_lowercase())
        && tag.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !name_is_plain {
        page.errors.push(format!("<{}> is no element", tag.name));
    }
    let mut rest = html[end..].trim_start();
    loop {
        if let Some(behind) = rest.strip_prefix("/>") {
            if !DRAWN.contains(&tag.name.as_str()) {
                page.errors.push(format!("<{}/> does not close itself", tag.name));
            }
            page.tags.push(tag);
            return behind;
        }
        if let Some(behind) = rest.strip_prefix('>') {
            if !VOID.contains(&tag.name.as_str()) {
                open.push(tag.name.clone());
            }
            page.tags.push(tag);
            return behind;
        }
        if rest.is_empty() {
            page.errors.push(format!("<{} has no end", tag.name));
            page.tags.push(tag);
            return rest;
        }
        rest = attribute(rest, &mut tag, page).trim_start();
    }
}

fn attribute<'h>(html: &'h str, tag: &mut Tag, page: &mut Page) -> &'h str {
    let end = html.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/')).unwrap_or(html.len());
    let name = &html[..end.max(1).min(html.len())];
    if tag.get(name).is_some() {
        page.errors.push(format!("<{}> has {name} twice", tag.name));
    }
    let rest = &html[name.len()..];
    let Some(behind) = rest.strip_prefix('=') else {
        tag.attributes.push((name.to_owned(), String::new()));
        return rest;
    };
    let Some(quote) = behind.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else {
        page.errors.push(format!("{name} of <{}> is not quoted", tag.name));
        return behind;
    };
    let (value, behind) = behind[1..].split_once(quote).unwrap_or((&behind[1..], ""));
    tag.attributes.push((name.to_owned(), value.to_owned()));
    behind
}

/// Ids are unique, and what names an id leads to one.
fn references(page: &mut Page) {
    let mut ids = BTreeSet::new();
    for id in page.tags.iter().filter_map(|tag| tag.get("id")) {
        if !ids.insert(id.to_owned()) {
            page.errors.push(format!("id {id} is given twice"));
        }
    }
    for tag in &page.tags {
        for name in NAMES_IDS {
            for id in tag.get(name).unwrap_or_default().split_whitespace().filter(|id| !ids.contains(*id)) {
                page.errors.push(format!("{name} of <{}> leads to no {id}", tag.name));
            }
        }
    }
}

#[test]
fn errors_are_seen() {
    for wrong in
        ["<p>", "<p></b>", "<b id=\"a\"></b><i id=\"a\"></i>", "<label for=\"x\"></label>", "<p a=b></p>", "<p/>"]
    {
        assert!(!read(wrong).errors.is_empty(), "{wrong}");
    }
    let page = read("<!doctype html>\n<p class=\"a b\" hidden>x<br><svg><path d='M0'/></svg></p>");
    assert_eq!(page.errors, Vec::<String>::new());
    assert_eq!(page.tags[0].get("class"), Some("a b"));
    assert_eq!(page.tags.len(), 4);
}
