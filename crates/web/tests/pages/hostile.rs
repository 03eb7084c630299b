//! Hostile texts in every field of every screen: they are shown and do nothing.

use crate::markup::{self, Page};
use crate::sample::{self, Maker, Rows};

/// Texts that break out of elements, attributes, addresses or the eye, where they are not written with care.
const HOSTILE: [&str; 24] = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onfocus='alert(1)' autofocus='",
    "\" onmouseover=\"alert(1)",
    "</textarea><svg onload=alert(1)>",
    "</title><body onload=alert(1)>",
    "<!-- ",
    "--><b>",
    "]]>",
    "{{7*7}}",
    "{% raw %}",
    "${7*7}",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;b&gt;&#60;i&#62;&amp;quot;",
    "\u{202e}drow\u{202c}",
    "\u{200b}\u{feff}\u{2028}",
    "Z\u{0300}\u{0301}\u{0302}\u{0303}\u{0304}\u{0305}\u{0306}",
    "👩‍👩‍👧‍👦🏴‍☠️",
    "=cmd|' /C calc'!A0",
    "\u{1}\u{7f}\u{9b}31m",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "?x=1&y=2#z/../../etc/passwd%00",
];

/// Elements and names of attributes, in order: what a browser builds.
fn structure(page: &Page) -> Vec<String> {
    let one = |tag: &markup::Tag| {
        let names: Vec<_> = tag.attributes.iter().map(|(name, _)| name.as_str()).collect();
        format!("{} {}", tag.name, names.join(" "))
    };
    page.tags.iter().map(one).collect()
}

#[test]
fn hostile_texts_add_no_element_and_no_attribute() {
    let harmless = sample::pages(&Maker { rows: Rows::One, suffix: "harmless", ..Maker::default() });
    for text in HOSTILE {
        let pages = sample::pages(&Maker { rows: Rows::One, suffix: text, ..Maker::default() });
        for ((name, wanted), (_, html)) in harmless.iter().zip(&pages) {
            let page = markup::read(html);
            assert_eq!(page.errors, Vec::<String>::new(), "{name} with {text:?}");
            let (wanted, found) = (structure(&markup::read(wanted)), structure(&page));
            let differs = wanted.iter().zip(&found).find(|(wanted, found)| wanted != found);
            assert!(differs.is_none() && wanted.len() == found.len(), "{name} with {text:?}: {differs:?}");
        }
    }
}

#[test]
fn addresses_stay_on_this_server() {
    for text in HOSTILE {
        for (name, html) in sample::pages(&Maker { rows: Rows::One, suffix: text, ..Maker::default() }) {
            for tag in markup::read(&html).tags {
                for attribute in ["href", "action", "src", "hx-get", "hx-post", "formaction"] {
                    let Some(address) = tag.get(attribute) else { continue };
                    let is_own = (address.starts_with('/') && !address.starts_with("//")) || address.starts_with('#');
                    assert!(is_own, "{name} with {text:?}: {attribute}={address}");
                    assert!(!address.contains(['<', '>', ' ', '\'']), "{name} with {text:?}: {address}");
                }
            }
        }
    }
}

#[test]
fn every_text_of_every_screen_is_tried() {
    const MARK: &str = "‹mark›";
    const ENCODED: &str = "%E2%80%B9mark";
    for (name, html, texts) in sample::counted(&Maker { rows: Rows::One, suffix: MARK, ..Maker::default() }) {
        let shown = html.matches(MARK).count() + html.matches(ENCODED).count();
        assert!(shown >= texts, "{name} shows {shown} of {texts} texts");
    }
}
