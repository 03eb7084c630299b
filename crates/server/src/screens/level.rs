//! Editing one stock level: what it would do, the edit, and taking it back.
//!
//! Promises: an edit that was made on a level which somebody has written over is shown again with the new one. Must not
//! know what a level does to the other numbers.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::commands::Expected;
use onhand_core::{
    Explanation, MovementId, NOTE_CHARS_MAX, QUANTITY_MAX, Quantity, Stock, StockId, Timestamp, UnitType, Written,
};
use onhand_web::form::FieldErrors;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::level::{LevelEdit, LevelMode, LevelPreview, Preview};

use serde_json::{Map, Value};

use super::answer::ScreenAnswer;
use super::done::{self, Done};
use super::fault::{self, Fault};
use super::visit::Visit;
use super::{product, stock};
use crate::api::stock::product_stocks::explained;
use crate::services::levels::{self, LevelEdit as Edit};
use crate::services::{ServiceError, adjustment_reasons, stock as stocks};
use crate::wire::error::Error;

/// The most characters of a value.
const VALUE_CHARS_MAX: usize = 12;
const MINUS: char = '\u{2212}';

/// The form of an edit that begins. `leave` is the page without it.
pub(super) fn begin(stock: &Stock, leave: String) -> LevelEdit {
    LevelEdit {
        list: stock.list.get(),
        stock: stock.id.get(),
        sku: stock.sku.clone(),
        mode: LevelMode::Set,
        value: stock.on_hand.to_string(),
        reason: String::new(),
        own_reasons: Vec::new(),
        note: String::new(),
        seen: seen(&stock.written()),
        leave,
        preview: None,
        errors: FieldErrors::default(),
    }
}

/// An edit with the installation's own reasons.
pub(super) async fn with_reasons(visit: &Visit, edit: Option<LevelEdit>) -> Result<Option<LevelEdit>, Fault> {
    let Some(edit) = edit else { return Ok(None) };
    Ok(Some(LevelEdit { own_reasons: adjustment_reasons::offered(&visit.app).await?, ..edit }))
}

/// What a person sees of a level, to be sent back with the edit.
fn seen(written: &Written) -> String {
    let time = written.snapshot_at.map_or_else(String::new, |time| time.micros().to_string());
    format!("{}.{}.{}.{time}", written.on_hand, written.external, written.unit.word())
}

fn read_seen(text: &str) -> Option<Written> {
    let parts: Vec<&str> = text.split('.').collect();
    let [on_hand, external, unit, time] = parts[..] else { return None };
    let snapshot_at = match time {
        "" => None,
        micros => Some(Timestamp::from_micros(micros.parse().ok()?)),
    };
    let unit = UnitType::from_word(unit)?;
    Some(Written { on_hand: on_hand.parse().ok()?, external: external.parse().ok()?, unit, snapshot_at })
}

/// What is typed: a level, or a difference if it has a sign.
pub(super) fn edit(value: &str, is_add: bool) -> Option<Edit> {
    let plain: String = value.chars().filter(|sign| !sign.is_whitespace()).collect();
    let is_signed = plain.starts_with(['+', '-', MINUS]);
    let (is_less, digits) = match plain.strip_prefix(['-', MINUS]) {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let is_number = !digits.is_empty() && digits.len() <= VALUE_CHARS_MAX && digits.bytes().all(|b| b.is_ascii_digit());
    let units: i64 = is_number.then(|| digits.parse().ok()).flatten().filter(|units| *units <= QUANTITY_MAX)?;
    match is_signed || is_add {
        true => Some(Edit::Add(if is_less { -units } else { units })),
        false => Quantity::new(units).map(Edit::Set),
    }
}

/// The stock in the path, which is one of its list and which the person may see.
async fn found(visit: &Visit) -> Result<Stock, Fault> {
    let found = stocks::by_id(&visit.app, &visit.requester(), StockId::new(visit.id(1)?)).await?;
    if found.list == stock::list_id(visit)? { Ok(found) } else { Err(Fault::NotFound) }
}

/// `POST /stock/{list}/{stock}/level`: edits a level; with `look`, says what that would do and changes nothing.
pub(super) async fn write(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let stock = found(&visit).await?;
    let value = visit.form.text("value");
    let edit = edit(value, visit.form.text("mode") == LevelMode::Add.word());
    if visit.query.is_on("look") {
        return look(&visit, &stock, edit).await;
    }
    let Some(edit) = edit else {
        let text = visit.frame(Entry::Stock).await?.t.level_no_number().to_owned();
        return again(&visit, &stock, vec![("value".to_owned(), text)]).await;
    };
    let (said, errors) = said(&visit).await?;
    if !errors.is_empty() {
        return again(&visit, &stock, errors).await;
    }
    // A difference is right whatever the level is by now.
    let expected = match edit {
        Edit::Set(_) => {
            let seen = read_seen(visit.form.text("seen")).unwrap_or_else(|| stock.written());
            Some(Expected::Written(Some(seen)))
        }
        Edit::Add(_) => None,
    };
    let (list, sku) = (stock.list, stock.sku.clone());
    let record = visit.record(move |outcome| levels::done(outcome, list, &sku).map(Done::Level));
    match levels::write(&visit.app, &visit.requester(), &stock, (edit, expected, said), record).await {
        Ok(_) => Ok(visit.done(&link::stock(list.get()))),
        Err(fault) => {
            let errors = at_value(&visit, fault).await?;
            let stock = found(&visit).await?;
            again(&visit, &stock, errors).await
        }
    }
}

/// What is said of the level, read by the fields of the API, and what is wrong with it.
async fn said(visit: &Visit) -> Result<(Option<Explanation>, Vec<(String, String)>), Fault> {
    let given = [("adjustment_reason", visit.form.text("reason")), ("note", visit.form.text("note"))];
    let given = given.into_iter().filter(|(_, text)| !text.is_empty());
    let body: Map<String, Value> = given.map(|(name, text)| (name.to_owned(), Value::from(text))).collect();
    match explained::said(&visit.app, &body).await? {
        Ok(said) => Ok((said, Vec::new())),
        Err(errors) => {
            let named = |(name, text): (String, String)| match name.as_str() {
                "adjustment_reason" => ("reason".to_owned(), text),
                _ => (name, text),
            };
            let told = fault::Told::of(Error::Fields(errors));
            Ok((None, told.errors.0.into_iter().map(named).collect()))
        }
    }
}

/// What is wrong with a value. That somebody was faster is said in the person's language.
async fn at_value(visit: &Visit, fault: ServiceError) -> Result<Vec<(String, String)>, Fault> {
    let is_written_over = levels::is_written_over(&fault);
    let told = fault::in_form(fault)?;
    if is_written_over {
        let text = visit.frame(Entry::Stock).await?.t.level_written_over().to_owned();
        return Ok(vec![("value".to_owned(), text)]);
    }
    Ok(told.errors.0.into_iter().map(|(_, text)| ("value".to_owned(), text)).collect())
}

/// The page of the form again, with what is wrong.
async fn again(visit: &Visit, stock: &Stock, errors: Vec<(String, String)>) -> Result<ScreenAnswer, Fault> {
    let back = visit.local(visit.form.text("back"));
    let is_product = back.is_some_and(|back| back.starts_with("/products/"));
    let leave = back.map_or_else(|| link::stock(stock.list.get()), str::to_owned);
    let is_add = visit.form.text("mode") == LevelMode::Add.word();
    let edit = LevelEdit {
        mode: if is_add { LevelMode::Add } else { LevelMode::Set },
        value: visit.form.text("value").chars().take(VALUE_CHARS_MAX).collect(),
        reason: visit.form.text("reason").to_owned(),
        note: visit.form.text("note").chars().take(NOTE_CHARS_MAX).collect(),
        errors: FieldErrors(errors),
        ..begin(stock, leave)
    };
    if is_product {
        let page = product::page(visit, (stock.product, Some(stock.list)), Some(edit)).await?;
        return visit.show_with(stock::NOT_DONE, &page, onhand_web::screens::product::Product::as_rows);
    }
    let page = stock::page(visit, Some(edit)).await?;
    visit.show_with(stock::NOT_DONE, &page, onhand_web::screens::stock::Stock::as_rows)
}

/// What an edit would do.
async fn look(visit: &Visit, stock: &Stock, edit: Option<Edit>) -> Result<ScreenAnswer, Fault> {
    let frame = visit.frame(Entry::Stock).await?;
    let at_value = |text: &str| FieldErrors(vec![("value".to_owned(), text.to_owned())]);
    let Some(edit) = edit else {
        let errors = at_value(frame.t.level_no_number());
        return ScreenAnswer::page(StatusCode::OK, &LevelPreview { frame, preview: None, errors });
    };
    let page = match levels::preview(&visit.app, &visit.requester(), stock.id, edit).await {
        Ok(levels::LevelPreview { before, after }) => {
            let preview = Preview {
                on_hand: (before.on_hand, after.on_hand),
                reserved: before.reserved,
                reserved_lines: None,
                reported: (before.reported, after.reported),
                available: (before.available(), after.available()),
            };
            LevelPreview { frame, preview: Some(preview), errors: FieldErrors::default() }
        }
        Err(fault) => {
            let told = fault::in_form(fault)?;
            let texts: Vec<String> = told.errors.0.into_iter().map(|(_, text)| text).collect();
            LevelPreview { frame, preview: None, errors: at_value(&texts.join(" ")) }
        }
    };
    ScreenAnswer::page(StatusCode::OK, &page)
}

/// `POST /stock/{list}/{stock}/undo`: takes an edit back; `of` is the key of its form, or `movement` the write of the
/// history.
pub(super) async fn undo(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let stock = found(&visit).await?;
    let back = link::product_in(stock.product.get(), stock.list.get());
    if let Some(movement) = visit.form.number("movement") {
        let (list, sku) = (stock.list, stock.sku.clone());
        let record = visit.record(move |outcome| levels::done(outcome, list, &sku).map(Done::LevelBack));
        levels::undo(&visit.app, &visit.requester(), (&stock, MovementId::new(movement)), record).await?;
        return Ok(visit.done(&back));
    }
    let edited = match done::find(&visit, visit.form.text("of")).await? {
        Some(Done::Level(level)) if level.stock == stock.id.get() => level,
        _ => return Err(Fault::NotFound),
    };
    let (list, sku) = (stock.list, stock.sku.clone());
    let record = visit.record(move |outcome| levels::done(outcome, list, &sku).map(Done::LevelBack));
    levels::take_back(&visit.app, &visit.requester(), &edited, record).await?;
    Ok(visit.done(&back))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_makes_a_difference_of_a_number() {
        let set = |units| Quantity::new(units).map(Edit::Set);
        assert_eq!(edit("64", false), set(64));
        assert_eq!(edit(" 1 204 ", false), set(1_204));
        assert_eq!(edit("6", true), Some(Edit::Add(6)));
        for (text, units) in [("+6", 6), ("-3", -3), ("\u{2212}3", -3)] {
            assert_eq!(edit(text, false), Some(Edit::Add(units)), "{text}");
        }
        for text in ["", "+", "-", "1.5", "1,204", "six", "--3", "+-3", "9999999999999", "1e3", "\u{661}"] {
            assert_eq!(edit(text, false), None, "{text}");
        }
    }

    #[test]
    fn what_was_seen_comes_back_as_it_was() {
        for snapshot_at in [None, Some(Timestamp::from_micros(-7)), Some(Timestamp::from_micros(1_772_352_000_000_000))]
        {
            let written = Written { on_hand: 58, external: 2, unit: UnitType::Kilogram, snapshot_at };
            assert_eq!(read_seen(&seen(&written)), Some(written));
        }
        for text in ["", "58", "58.2.qty", "58.2.box.", "58.2.qty.x", "a.2.qty."] {
            assert_eq!(read_seen(text), None, "{text}");
        }
    }
}
