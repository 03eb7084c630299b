//! Retail stores and the companies that carry parcels (contract 11, contract C8.1), and which stores are the nearest.
//!
//! Promises: the nearest stores are found in an index, however many there are: a search reads some dozens of ranges of
//! it, and rows near the point only. Must not know stock.

use onhand_core::fulfilment::Coordinates;
use onhand_core::fulfilment::grid::{self, Cell};
use onhand_core::fulfilment::nearest::{CELL_ROWS_MAX, NearestSearch};
use onhand_core::{ChannelId, StockListId};

use super::{channels, geography, stock_lists};
use crate::engine::Row;
use crate::resource::{Column, Link, Record, Table};
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// The stores of a channel, which its id ends.
pub const OF_CHANNEL: &str = "id IN (SELECT retail_store_id FROM retail_store_channel WHERE channel_id = ";

/// A store. `store_hours` is a JSON list; latitude and longitude are numbers in text, and `geo_cell` follows from them
/// ([`locate`]).
pub static STORES: Table = Table::new(
    "retail_store",
    &[
        Column::text("name"),
        Column::maybe("erp_code"),
        Column::id("township_id", &geography::TOWNSHIPS),
        Column::id("district_id", &geography::DISTRICTS),
        Column::text("address"),
        Column::text("phone_number"),
        Column::text("fax_phone_number"),
        Column::maybe("store_type"),
        Column::int("click_and_collect", 0),
        Column::word("store_hours", "[]"),
        Column::maybe("latitude"),
        Column::maybe("longitude"),
        Column::int("fast_delivery", 0),
        Column::int("kapida_enabled", 0),
        Column::int("is_active", 1),
        Column::id("stock_list_id", &stock_lists::STOCK_LISTS),
        Column::maybe("geo_cell"),
    ],
)
.completed(locate)
.versioned_by(stock_lists::SOURCING_VERSION)
.links(&[Link {
    name: "channels",
    table: "retail_store_channel",
    owner: "retail_store_id",
    other: "channel_id",
    target: &channels::CHANNELS,
}]);

/// A company that carries parcels.
pub static CARGO_COMPANIES: Table = Table::new(
    "cargo_company",
    &[Column::text("name"), Column::maybe("erp_code"), Column::text("shipping_company"), Column::int("is_active", 1)],
);

statements! {
    /// A range of cells. A number below 0 stands for any.
    IN_CELLS = "stores.in_cells",
        "SELECT id, geo_cell, latitude, longitude, stock_list_id FROM retail_store
         WHERE geo_cell >= ?1 AND geo_cell <= ?2 AND (?3 < 0 OR is_active = ?3) AND (?4 < 0 OR click_and_collect = ?4)
         AND (?5 < 0 OR stock_list_id = ?5)
         AND (?6 < 0 OR EXISTS (SELECT 1 FROM retail_store_channel c
              WHERE c.retail_store_id = retail_store.id AND c.channel_id = ?6))
         AND (?7 < 0 OR EXISTS (SELECT 1 FROM catalog_stock_list x
              WHERE x.catalog_id = ?7 AND x.stock_list_id = retail_store.stock_list_id))
         ORDER BY geo_cell, id LIMIT ?8";
}

/// Ranges of cells that are looked at together.
const CELLS_TOGETHER: usize = 16;

/// Writes down in which cell of the grid a store is, from its coordinates.
pub fn locate(store: &mut Record) {
    let point = store.text("latitude").zip(store.text("longitude"));
    let point = point.and_then(|(latitude, longitude)| Coordinates::parse(latitude, longitude));
    store.set("geo_cell", point.map(grid::number_of));
}

/// Which stores are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NearFilter {
    /// Whether they are in use.
    pub is_active: Option<bool>,
    /// Whether orders can be fetched there.
    pub click_and_collect: Option<bool>,
    /// Whose stock the list counts.
    pub list: Option<StockListId>,
    /// The channel that they serve.
    pub channel: Option<ChannelId>,
    /// The catalog that has their list among its further ones.
    pub catalog: Option<i64>,
}

/// A store near a point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct NearStore {
    /// How far it is, in metres.
    pub metres: i64,
    /// Its id.
    pub id: i64,
    /// The list that counts its stock.
    pub list: Option<StockListId>,
}

/// The stores nearest to a point, so many at the most, nearest first; of equally near ones those with the lower ids. Of
/// more than 64 stores within a few steps of each other those with the lower ids are found.
pub async fn nearest(
    tx: &mut Tx<'_>,
    point: Coordinates,
    filter: NearFilter,
    (count, metres_max): (usize, Option<i64>),
) -> Result<Vec<NearStore>, Error> {
    let mut search = NearestSearch::new(point, (count, metres_max), |_| true);
    loop {
        let cells = search.next(CELLS_TOGETHER);
        if cells.is_empty() {
            let of = |(metres, (id, list))| NearStore { metres, id, list };
            return Ok(search.found().map(of).collect());
        }
        let rows = in_cells(tx, &cells, filter).await?;
        for cell in cells {
            let inside = rows.iter().filter(|(number, ..)| cell.numbers().contains(number));
            let near = inside.clone().filter_map(|(_, id, at, list)| Some(((*at)?, (*id, *list))));
            search.seen(cell, inside.count(), near, |_| true);
        }
    }
}

/// A store in a cell: the number of the smallest one, its id, where it is, its list.
type CellRow = (i64, i64, Option<Coordinates>, Option<StockListId>);

async fn in_cells(tx: &mut Tx<'_>, cells: &[Cell], filter: NearFilter) -> Result<Vec<CellRow>, Error> {
    let flag = |flag: Option<bool>| flag.map_or(-1, i64::from);
    let keys = cells.iter().map(|cell| {
        values![
            *cell.numbers().start(),
            *cell.numbers().end(),
            flag(filter.is_active),
            flag(filter.click_and_collect),
            filter.list.map_or(-1, StockListId::get),
            filter.channel.map_or(-1, ChannelId::get),
            filter.catalog.unwrap_or(-1),
            CELL_ROWS_MAX as i64,
        ]
    });
    let read = |row: &Row<'_>| {
        let point = row.get::<Option<String>>(2)?.zip(row.get::<Option<String>>(3)?);
        let point = point.and_then(|(latitude, longitude)| Coordinates::parse(&latitude, &longitude));
        Ok((row.get(1)?, row.get(0)?, point, row.get::<Option<i64>>(4)?.map(StockListId::new)))
    };
    tx.all_bulk(&IN_CELLS, keys, read).await
}
