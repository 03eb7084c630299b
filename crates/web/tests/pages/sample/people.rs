//! Signing in, settings, the search, and the pages of what cannot be shown.

use onhand_web::form::FieldErrors;
use onhand_web::frame::Entry;
use onhand_web::screens::error::ErrorPage;
use onhand_web::screens::me::{Me, SessionRow, TokenRow};
use onhand_web::screens::not_found::NotFound;
use onhand_web::screens::refused::Refused;
use onhand_web::screens::search::{Group, Hit, Kind, Search};
use onhand_web::screens::sign_in::SignIn;
use onhand_web::{Role, link};

use super::Maker;

pub(super) fn sign_in(m: &Maker) -> SignIn {
    SignIn {
        frame: m.anonymous("/sign-in"),
        name: m.t("elif"),
        next: m.t("/stock/4?view=low"),
        has_failed: m.is_some(),
        retry_seconds: None,
        is_read_only: false,
        first_password: Some(m.t("in its log")),
        is_demonstration: true,
        version: m.t("0.1.0"),
    }
}

pub(super) fn throttled(m: &Maker) -> SignIn {
    SignIn { retry_seconds: Some(42), is_read_only: true, ..sign_in(m) }
}

pub(super) fn refused(m: &Maker) -> Refused {
    Refused { frame: m.frame(Entry::Other, "/me"), roles: m.few(2, |at| Role::ALL[at]) }
}

pub(super) fn not_found(m: &Maker) -> NotFound {
    NotFound { frame: m.frame(Entry::Other, "/nothing") }
}

pub(super) fn error(m: &Maker) -> ErrorPage {
    ErrorPage {
        frame: m.frame(Entry::Stock, "/stock/4"),
        status: 503,
        sentence: m.t("The database does not answer."),
        code: m.t("database_unavailable"),
        request_id: m.t("7d1c0f4e"),
        retry_seconds: m.is_some().then_some(5),
        is_unchanged: true,
        again: link::stock(4_i64),
        action: link::level(4_i64, 352_i64),
        form: m
            .few(1, |_| ["idempotency_key", "back", "value"].map(|name| (name.to_owned(), m.t("64"))))
            .into_iter()
            .flatten()
            .collect(),
    }
}

pub(super) fn search(m: &Maker) -> Search {
    let hit = |at: usize| Hit {
        text: m.t(&format!("SNEAK-RUN2-BLK-4{at}")),
        detail: m.t("Runner 2 sneaker, black"),
        link: link::product(at),
    };
    let kinds = [Kind::Screens, Kind::Products, Kind::Orders, Kind::Imports, Kind::Lists];
    let groups = m.few(5, |at| Group { kind: kinds[at], hits: m.few(3, hit) });
    Search { frame: m.frame(Entry::Other, "/search"), query: m.t("SNEAK"), groups }
}

pub(super) fn me(m: &Maker) -> Me {
    let token = |at: usize| TokenRow {
        id: 10 + at as i64,
        name: m.t("nightly stock"),
        prefix: m.t("3f9a1c"),
        made: m.ago(86_400 * 40),
        used: (at != 1).then(|| m.ago(17)),
    };
    let session = |at: usize| SessionRow {
        id: 100 + at as i64,
        agent: m.t("Firefox 151 on Linux"),
        used: Some(m.ago(3_000 * at as i64)),
        is_this: at == 0,
    };
    let errors = FieldErrors(vec![
        ("old".to_owned(), m.t("The password is wrong.")),
        ("name".to_owned(), m.t("This name is taken.")),
    ]);
    Me {
        frame: m.frame(Entry::Me, "/me"),
        tokens: m.few(3, token),
        sessions: m.few(2, session),
        new_token: m.is_some().then(|| m.t("3f9a1cf04bd7a1d2")),
        base_url: m.t("http://localhost:8080"),
        is_saved: m.is_some(),
        password_min: 10,
        errors: if m.is_some() { errors } else { FieldErrors::default() },
    }
}
