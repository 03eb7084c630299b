//! What the demonstration sells, through what, where and to whom.
//!
//! Promises: everything is made in one transaction, and points at what is there. Must not know stock or orders.

use onhand_core::{ChannelId, StockListId, Timestamp, case_fold};
use onhand_store::resource::{self, Record, Table};
use onhand_store::tables::catalogs::{CATALOG_ITEMS, CATALOGS};
use onhand_store::tables::categories::{NODES, PRODUCT_CATEGORIES, TREES};
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::customers::{ADDRESSES, CUSTOMERS};
use onhand_store::tables::geography::{CITIES, COUNTRIES, DISTRICTS, OBJECT_MAPPINGS, TOWNSHIPS};
use onhand_store::tables::prices::{PRICE_LISTS, PRODUCT_PRICES};
use onhand_store::tables::products;
use onhand_store::tables::stores::{CARGO_COMPANIES, STORES};
use onhand_store::{Error, Tx, Value};

use crate::api::directory::customers;

/// Countries with their codes.
const LANDS: [(&str, &str); 3] = [("Türkiye", "TR"), ("Deutschland", "DE"), ("United Arab Emirates", "AE")];
/// Cities, and which country they are in.
const TOWNS: [(&str, usize); 6] =
    [("İstanbul", 0), ("Ankara", 0), ("İzmir", 0), ("Berlin", 1), ("Hamburg", 1), ("Dubai", 2)];
/// Townships, and which city they are in.
const QUARTERS: [(&str, usize); 6] =
    [("Kadıköy", 0), ("Şişli", 0), ("Beşiktaş", 0), ("Çankaya", 1), ("Konak", 2), ("Mitte", 3)];
/// Districts, and which township they are in.
const CORNERS: [(&str, usize); 3] = [("Caferağa", 0), ("Halaskargazi", 1), ("Alsancak", 4)];
const CARRIERS: [(&str, &str); 3] = [("Aras Kargo", "aras"), ("Yurtiçi Kargo", "yurtici"), ("DHL", "dhl")];
/// Categories, and which articles are in them.
const CATEGORIES: [(&str, &[usize]); 5] =
    [("Shirts", &[0, 2]), ("Trousers", &[1]), ("Jackets", &[4, 6]), ("Shoes", &[8]), ("Accessories", &[3, 5, 7, 9])];

/// What the directory is made around.
#[derive(Clone)]
pub(super) struct Shop {
    pub(super) now: Timestamp,
    pub(super) market: ChannelId,
    /// The warehouse and the stores.
    pub(super) lists: Vec<StockListId>,
    /// The SKU and the name of each size of each article.
    pub(super) articles: Vec<Vec<(String, String)>>,
}

type Values<'v> = &'v [(&'static str, Value<'static>)];

impl Shop {
    /// Makes all of it.
    pub(super) async fn furnish(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let mut products = Vec::new();
        for sizes in &self.articles {
            let skus: Vec<&str> = sizes.iter().map(|(sku, _)| sku.as_str()).collect();
            let known = products::keys_by_sku(tx, &skus).await?;
            self.name(tx, &known, sizes).await?;
            products.push(known);
        }
        let tree = self.categories(tx, &products).await?;
        let prices = self.prices(tx, &products).await?;
        self.channels(tx, (tree, prices), &products).await?;
        self.places(tx).await
    }

    /// A product that came about with its stock has its SKU as its name.
    async fn name(
        &self,
        tx: &mut Tx<'_>,
        known: &[onhand_core::Product],
        sizes: &[(String, String)],
    ) -> Result<(), Error> {
        for product in known {
            let name = sizes.iter().find(|(sku, _)| *sku == product.sku).map(|(_, name)| name.clone());
            let stored = resource::locked(tx, &products::PRODUCTS, product.id.get()).await?;
            if let (Some(name), Some(stored)) = (name, stored) {
                let mut named = stored.clone();
                named.set("name", name);
                named.touch(self.now);
                resource::update(tx, stored, named).await?;
            }
        }
        Ok(())
    }

    async fn add(&self, tx: &mut Tx<'_>, table: &'static Table, values: Values<'_>) -> Result<Record, Error> {
        self.linked(tx, table, (values, &[])).await
    }

    async fn linked(
        &self,
        tx: &mut Tx<'_>,
        table: &'static Table,
        (values, links): (Values<'_>, &[(&str, Vec<i64>)]),
    ) -> Result<Record, Error> {
        let mut record = Record::new(table, self.now);
        values.iter().for_each(|(column, value)| record.set(column, value.clone()));
        links.iter().for_each(|(link, ids)| record.link(link, ids.clone()));
        let made = resource::insert(tx, table, vec![record]).await?.pop();
        made.ok_or_else(|| Error::Internal("a record was not made".to_owned()))
    }

    async fn categories(&self, tx: &mut Tx<'_>, products: &[Vec<onhand_core::Product>]) -> Result<i64, Error> {
        let tree = self.add(tx, &TREES, &[("name", "Apparel".into())]).await?;
        let root = tree.int("root_id").unwrap_or_default();
        let path = resource::by_id(tx, &NODES, root).await?.and_then(|node| node.text("path").map(str::to_owned));
        for (name, articles) in CATEGORIES {
            let path = path.clone().unwrap_or_default();
            let values = [("node_id", root.into()), ("name", name.into()), ("path", path.into()), ("depth", 2.into())];
            let node = self.add(tx, &NODES, &values).await?.id;
            for product in articles.iter().filter_map(|article| products.get(*article)).flatten() {
                let values = [("product_id", product.id.get().into()), ("category_id", node.into())];
                self.add(tx, &PRODUCT_CATEGORIES, &values).await?;
            }
        }
        Ok(tree.id)
    }

    async fn prices(&self, tx: &mut Tx<'_>, products: &[Vec<onhand_core::Product>]) -> Result<i64, Error> {
        let list = self.add(tx, &PRICE_LISTS, &[("name", "Retail".into()), ("code", "PL-01".into())]).await?.id;
        for (article, sizes) in products.iter().enumerate() {
            let amount = 199 + article * 50;
            for product in sizes {
                let values = [
                    ("product_id", product.id.get().into()),
                    ("product_sku", product.sku.clone().into()),
                    ("price_list_id", list.into()),
                    ("price", format!("{amount}.90").into()),
                    ("retail_price", format!("{}.90", amount + 100).into()),
                    ("currency_type", "try".into()),
                    ("tax_rate", "10.00".into()),
                ];
                self.add(tx, &PRODUCT_PRICES, &values).await?;
            }
        }
        Ok(list)
    }

    /// The marketplace sells everything, from the stores too; the outlet some articles, from the warehouse.
    async fn channels(
        &self,
        tx: &mut Tx<'_>,
        (tree, prices): (i64, i64),
        products: &[Vec<onhand_core::Product>],
    ) -> Result<(), Error> {
        let [warehouse, stores @ ..] = self.lists.as_slice() else { return Ok(()) };
        let (warehouse, stores): (i64, Vec<i64>) = (warehouse.get(), stores.iter().map(|list| list.get()).collect());
        let lists = [("stock_list_id", warehouse.into()), ("price_list_id", prices.into())];
        let whole = [&lists[..], &[("name", "Everything".into())]].concat();
        let whole = self.linked(tx, &CATALOGS, (&whole, &[("extra_stock_lists", stores.clone())])).await?.id;
        let outlet = self.add(tx, &CATALOGS, &[&lists[..], &[("name", "Outlet".into())]].concat()).await?.id;
        for product in products.iter().skip(6).flatten() {
            let values = [("product_id", product.id.get().into()), ("catalog_id", outlet.into())];
            self.add(tx, &CATALOG_ITEMS, &values).await?;
        }
        let codes: Vec<String> = stores.iter().map(|list| format!("\"{list}\":\"store-{list}\"")).collect();
        let conf = format!(r#"{{"WAREHOUSE_CODES":{{{}}},"remote_id_attribute":"sku"}}"#, codes.join(","));
        if let Some(market) = resource::locked(tx, &CHANNELS, self.market.get()).await? {
            let mut selling = market.clone();
            selling.set("channel_type", "marketplace");
            selling.set("catalog_id", whole);
            selling.set("category_tree_id", tree);
            selling.set("conf", conf);
            selling.touch(self.now);
            resource::update(tx, market, selling).await?;
        }
        let values = [
            ("name", "Outlet shop".into()),
            ("channel_type", "web".into()),
            ("oversell", "refuse".into()),
            ("catalog_id", outlet.into()),
            ("category_tree_id", tree.into()),
            ("conf", r#"{"remote_id_attribute":"sku"}"#.into()),
            ("stock_figure", "raw".into()),
        ];
        self.add(tx, &CHANNELS, &values).await.map(|_| ())
    }

    async fn places(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let named = |name: &'static str| [("name", name.into()), ("name_folded", case_fold(name).into())];
        let mut countries = Vec::new();
        for (name, code) in LANDS {
            let values = [&named(name)[..], &[("code", code.into())]].concat();
            countries.push(self.add(tx, &COUNTRIES, &values).await?.id);
        }
        let mut cities = Vec::new();
        for (name, country) in TOWNS {
            let within = [("country_id", countries[country].into())];
            cities.push(self.add(tx, &CITIES, &[&named(name)[..], &within].concat()).await?);
        }
        let mut townships = Vec::new();
        for (name, city) in QUARTERS {
            let city = &cities[city];
            let within = [("country_id", city.int("country_id").into()), ("city_id", city.id.into())];
            townships.push(self.add(tx, &TOWNSHIPS, &[&named(name)[..], &within].concat()).await?);
        }
        for (name, township) in CORNERS {
            let township = &townships[township];
            let within = [
                ("country_id", township.int("country_id").into()),
                ("city_id", township.int("city_id").into()),
                ("township_id", township.id.into()),
            ];
            self.add(tx, &DISTRICTS, &[&named(name)[..], &within].concat()).await?;
        }
        // The marketplace writes the country in its own way.
        let values = [
            ("content_type", "country".into()),
            ("object_id", countries[0].into()),
            ("integration_type", "sales_channel".into()),
            ("code", format!("{}_Turkey", self.market.get()).into()),
        ];
        self.add(tx, &OBJECT_MAPPINGS, &values).await?;
        self.stores(tx, [townships[0].id, townships[4].id]).await?;
        self.people(tx, &townships[0]).await
    }

    async fn stores(&self, tx: &mut Tx<'_>, townships: [i64; 2]) -> Result<(), Error> {
        for (name, code) in CARRIERS {
            let values = [("name", name.into()), ("erp_code", code.into()), ("shipping_company", code.into())];
            self.add(tx, &CARGO_COMPANIES, &values).await?;
        }
        let shops = [("Kadıköy", "ST-01", ("40.9903", "29.0275")), ("Alsancak", "ST-02", ("38.4381", "27.1418"))];
        let lists = self.lists.iter().skip(1);
        for (((name, code, (latitude, longitude)), township), list) in shops.into_iter().zip(townships).zip(lists) {
            let values = [
                ("name", name.into()),
                ("erp_code", code.into()),
                ("township_id", township.into()),
                ("click_and_collect", true.into()),
                ("store_hours", r#"[["10:00","22:00"]]"#.into()),
                ("latitude", latitude.into()),
                ("longitude", longitude.into()),
                ("stock_list_id", list.get().into()),
            ];
            self.linked(tx, &STORES, (&values, &[("channels", vec![self.market.get()])])).await?;
        }
        Ok(())
    }

    async fn people(&self, tx: &mut Tx<'_>, home: &Record) -> Result<(), Error> {
        let values = [("channel_id", self.market.get().into()), ("email", "customer@example.com".into())];
        let customer = self.add(tx, &CUSTOMERS, &values).await?.id;
        let mut address = Record::new(&ADDRESSES, self.now);
        address.set("customer_id", customer);
        address.set("country_id", home.int("country_id"));
        address.set("city_id", home.int("city_id"));
        address.set("township_id", home.id);
        address.set("line", "Moda Cd. 1");
        address.set("hash_data", customers::hash(&address));
        resource::insert(tx, &ADDRESSES, vec![address]).await.map(|_| ())
    }
}
