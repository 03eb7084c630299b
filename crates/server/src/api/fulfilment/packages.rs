//! Packages and their lines (contract 13.4): listing them, working on them, sourcing orders into them.

use onhand_core::fulfilment::{Discrepancy, Package, PackageCommand, PackageItem, Reason};
use onhand_core::{
    FulfilmentOutcome, OrderId, OrderItemId, OrderSourcing, Outcome, PackageId, PackageItemId, PackedLines,
    StockLocationId,
};
use onhand_store::Tx;
use onhand_store::tables::{discrepancies, packages};

use super::{discrepancies as discrepancies_api, state_objects, transitions};
use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::services::fulfilment::{self, PackageTransition};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, Object, push_int};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// The body of a command.
pub const COMMAND: &[Field] = &[
    Field::int("transition", 1, PackageCommand::WORDS.len() as i64, "The command's number. This or slug.")
        .alternative(),
    Field::choice("slug", PackageCommand::WORDS, "The command. This or transition.").alternative(),
    Field::units(
        "items",
        "For not-found and return: the package items that are not there, or come back. All of them when absent. An id, or an \
         object with id and quantity, for some of the units of one.",
    ),
    Field::choice("reason", Reason::WORDS, "For not-found: why. Default out_of_stock."),
];

/// The body of a request to source an order.
pub const PLAN: &[Field] = &[Field::pk(
    "stock_location",
    "The location that ships all lines; transfers bring what it does not have. Absent: sourcing chooses.",
)
.nullable()];

/// A line of a package.
pub const ITEM: ResponseSchema = response_schema!("PackageItem" {
    id: Int,
    package: Object,
    order_item: Object,
    state: Object,
    quantity: Int,
    unit_weight: TextOrNull,
    discrepancies: List(&discrepancies_api::VIEW),
    created_date: Time,
    modified_date: Time,
});

/// A package with its lines.
pub const VIEW: ResponseSchema = response_schema!("Package" {
    id: Int,
    number: Text,
    order: Int,
    stock_location: Int,
    state: Object,
    commands: List(&transitions::VIEW),
    package_items: List(&ITEM),
    created_date: Time,
    modified_date: Time,
    assigned_to: IntOrNull,
});

/// The result of sourcing.
pub const PLANNED: ResponseSchema = response_schema!("OrderPlan" {
    order: Int,
    packages: List(&VIEW),
    unplanned_items: Ints,
});

/// The filters of the list of packages.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("number", "number", Kind::Text),
    Filter::new("order", "order_id", Kind::Int),
    Filter::only("order__number", packages::ORDER_NUMBER, Kind::Text),
    Filter::new("stock_location", "stock_location_id", Kind::Int),
    Filter::new("state__enum_value", "state", Kind::Int),
    Filter::only("state", "state + 1000", Kind::Int),
    Filter::new("assigned_to", "COALESCE(assigned_to, 0)", Kind::Int),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// The filters of the list of lines.
pub const ITEM_FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("package", "package_id", Kind::Int),
    Filter::only("package__number", packages::NUMBER, Kind::Text),
    Filter::new("order", "order_id", Kind::Int),
    Filter::new("order_item", "item_id", Kind::Int),
    Filter::new("product_sku", "sku", Kind::Text),
    Filter::new("stock_location", "stock_location_id", Kind::Int),
    Filter::new("state__enum_value", "state", Kind::Int),
    Filter::only("state", "state + 2000", Kind::Int),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// Writes a package with its lines.
pub(crate) fn write(out: &mut String, packed: &PackedLines) {
    let PackedLines { package, lines, discrepancies } = packed;
    let allowed: Vec<_> = PackageCommand::allowed(package.state).collect();
    Object::open(out)
        .int("id", package.id.get())
        .text("number", &package.number)
        .int("order", package.order.get())
        .int("stock_location", package.location.get())
        .raw("state", &state_objects::object(state_objects::package(state_objects::PACKAGE, package.state)))
        .list("commands", &allowed, |out, command| transitions::write(out, *command as usize + 1, command.slug()))
        .list("package_items", lines, |out, line| write_item(out, package, line, discrepancies))
        .time("created_date", package.created_at)
        .time("modified_date", package.modified_at)
        .int_or_null("assigned_to", package.assigned_to.map(onhand_core::UserId::get))
        .close();
}

fn write_item(out: &mut String, package: &Package, line: &PackageItem, all: &[Discrepancy]) {
    let of_package = state_objects::object(|out| {
        Object::open(out)
            .int("id", package.id.get())
            .text("number", &package.number)
            .int("order", package.order.get())
            .int("stock_location", package.location.get())
            .raw("state", &state_objects::object(state_objects::package(state_objects::PACKAGE, package.state)))
            .close();
    });
    let of_line = state_objects::object(|out| {
        Object::open(out)
            .int("id", line.item.get())
            .int("order", line.order.get())
            .text("product_sku", &line.sku)
            .int("quantity", line.quantity.units())
            .close();
    });
    let own: Vec<&Discrepancy> = all.iter().filter(|one| one.package_item == Some(line.id)).collect();
    Object::open(out)
        .int("id", line.id.get())
        .raw("package", &of_package)
        .raw("order_item", &of_line)
        .raw("state", &state_objects::object(state_objects::package(state_objects::PACKAGE_ITEM, line.state)))
        .int("quantity", line.quantity.units())
        .raw("unit_weight", "null")
        .list("discrepancies", &own, |out, one| discrepancies_api::write(out, one))
        .time("created_date", line.created_at)
        .time("modified_date", line.modified_at)
        .close();
}

fn write_plan(out: &mut String, plan: &OrderSourcing) {
    Object::open(out)
        .int("order", plan.order.get())
        .list("packages", &plan.packages, write)
        .list("unplanned_items", &plan.unplanned, |out, item: &OrderItemId| push_int(out, item.get()))
        .close();
}

/// Packages with their lines, and what was not found of those.
pub(crate) async fn with_lines(tx: &mut Tx<'_>, found: &[Package]) -> Result<Vec<PackedLines>, onhand_store::Error> {
    let lines = packages::items_of(tx, found.iter().map(|package| package.id)).await?;
    let flagged = discrepancies::of_package_items(tx, lines.iter().map(|line| line.id)).await?;
    let of = |package: &Package| {
        let lines: Vec<PackageItem> = lines.iter().filter(|line| line.package == package.id).cloned().collect();
        let own = |one: &&Discrepancy| lines.iter().any(|line| one.package_item == Some(line.id));
        PackedLines { package: package.clone(), discrepancies: flagged.iter().filter(own).cloned().collect(), lines }
    };
    Ok(found.iter().map(of).collect())
}

/// `GET oms/packages/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(FILTERS)?;
    let listing = query.listing.clone();
    let page = call
        .app
        .store
        .read("packages.page", async move |tx| {
            let page = packages::page(tx, &listing).await?;
            Ok(page.with(with_lines(tx, &page.rows).await?))
        })
        .await?;
    call.page(&query, &page, write)
}

/// `GET oms/packages/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = PackageId::new(call.id()?);
    let found = call
        .app
        .store
        .read_inline("packages.by_id", async move |tx| {
            let found = packages::by_ids(tx, [id]).await?;
            with_lines(tx, &found).await
        })
        .await?;
    let found = found.first().ok_or_else(Error::not_found)?;
    Ok(ApiResponse::written(|out| write(out, found)))
}

type Lines = Vec<(Package, PackageItem, Vec<Discrepancy>)>;

async fn with_packages(tx: &mut Tx<'_>, found: Vec<PackageItem>) -> Result<Lines, onhand_store::Error> {
    let ids: std::collections::BTreeSet<PackageId> = found.iter().map(|line| line.package).collect();
    let packages = packages::by_ids(tx, ids).await?;
    let flagged = discrepancies::of_package_items(tx, found.iter().map(|line| line.id)).await?;
    let with = |line: PackageItem| {
        let package = packages.iter().find(|package| package.id == line.package)?.clone();
        let own = flagged.iter().filter(|one| one.package_item == Some(line.id)).cloned().collect();
        Some((package, line, own))
    };
    Ok(found.into_iter().filter_map(with).collect())
}

/// `GET oms/packages/package-items/`.
pub async fn list_items(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(ITEM_FILTERS)?;
    let listing = query.listing.clone();
    let page = call
        .app
        .store
        .read("package_items.page", async move |tx| {
            let page = packages::items_page(tx, &listing).await?;
            Ok(page.with(with_packages(tx, page.rows.clone()).await?))
        })
        .await?;
    call.page(&query, &page, |out, (package, line, flagged)| write_item(out, package, line, flagged))
}

/// `GET oms/packages/package-items/{id}/`.
pub async fn show_item(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = PackageItemId::new(call.id()?);
    let found = call
        .app
        .store
        .read_inline("package_items.by_id", async move |tx| {
            let found = packages::item_by_id(tx, id).await?;
            with_packages(tx, found.into_iter().collect()).await
        })
        .await?;
    let (package, line, flagged) = found.first().ok_or_else(Error::not_found)?;
    Ok(ApiResponse::written(|out| write_item(out, package, line, flagged)))
}

fn answer(outcome: &Outcome) -> ApiResponse {
    ApiResponse::written(|out| match outcome {
        Outcome::Fulfilment(FulfilmentOutcome::PackageRun(packed)) => write(out, packed),
        Outcome::Fulfilment(FulfilmentOutcome::Sourced(plan)) => write_plan(out, plan),
        _ => {}
    })
}

/// `POST oms/packages/{id}/command/`.
pub async fn run(call: RequestContext) -> Result<ApiResponse, Error> {
    let package = PackageId::new(call.id()?);
    let form = call.form(COMMAND, Mode::Partial).await?;
    let command = PackageCommand::ALL[transitions::chosen(&form, PackageCommand::WORDS)?];
    let (items, reason) = transitions::not_found(&form, PackageItemId::new);
    let transition = PackageTransition { package, command, items, reason };
    let record = call.record(&answer);
    let submitted = fulfilment::transition_package(&call.app, &call.requester(), transition, record).await;
    context::reply(submitted, answer, error_mapping::error)
}

/// `POST oms/orders/{id}/plan/`: what is in no package yet.
pub async fn plan(call: RequestContext) -> Result<ApiResponse, Error> {
    let order = OrderId::new(call.id()?);
    let form = call.form(PLAN, Mode::Partial).await?;
    let gather_at = form.int("stock_location").map(StockLocationId::new);
    let record = call.record(&answer);
    let submitted = fulfilment::source(&call.app, &call.requester(), (order, gather_at), record).await;
    context::reply(submitted, answer, error_mapping::error)
}
