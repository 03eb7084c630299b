//! The languages of the screens, and which of them a reader gets.
//!
//! Promises: an unknown language is English. Must not know any text.

/// A language of the screens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lang {
    /// English, which is also what an unknown language gets.
    #[default]
    English,
    /// Turkish.
    Turkish,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Turkish];

    /// Its tag, as `lang` and forms have it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Turkish => "tr",
        }
    }

    /// The language with this tag, whatever its region: `tr-TR`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The best language of a header `Accept-Language`; an entry without a weight weighs most.
    pub fn accepted(header: &str) -> Self {
        let weighed = header.split(',').filter_map(|entry| {
            let (tag, weight) = entry.split_once(";q=").unwrap_or((entry, "1"));
            let weight: f32 = weight.trim().parse().ok()?;
            Some((Self::from_tag(tag.trim())?, weight)).filter(|(_, weight)| *weight > 0.0)
        });
        // The first of several with the same weight wins.
        weighed.fold((Self::English, 0.0), |best, next| if next.1 > best.1 { next } else { best }).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_known_language_is_taken() {
        let table = [
            ("", Lang::English),
            ("de-DE,de;q=0.9", Lang::English),
            ("tr-TR,tr;q=0.9,en;q=0.8", Lang::Turkish),
            ("en-GB,tr;q=0.9", Lang::English),
            ("fr, tr;q=0.5, en;q=0.4", Lang::Turkish),
            ("tr;q=0", Lang::English),
            ("tr;q=x", Lang::English),
        ];
        for (header, wanted) in table {
            assert_eq!(Lang::accepted(header), wanted, "{header}");
        }
    }
}
