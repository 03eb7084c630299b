//! Understanding the file of an import: its layout is found once, and every later look at the file goes by it.
//!
//! Promises: a file that leaves something open is not read; what has to be chosen is stored, so that it can be asked. A
//! mapping that was given and that the file could be read with is remembered for the list. Must not know file formats.

use std::path::Path;
use std::sync::Arc;

use onhand_core::ImportId;
use onhand_core::import::{Column, ColumnMapping, Subject, same_name};
use onhand_store::Tx;
use onhand_store::imports::{self, Description, FileReading, ImportRow, MappedList};

use super::{ImportWorkers, JobError, blocking};
use crate::services::imports::file::{KeptRows, Plan, RowReader, Survey};
use crate::services::imports::layout::{Layout, Question, Understood};
use crate::services::imports::look::{self, Hints, Looked};
use crate::services::imports::{mapping, messages};

/// A file that was surveyed by its layout.
pub(super) struct Surveyed<R: RowReader> {
    pub(super) plan: Arc<Plan<R>>,
    pub(super) survey: Arc<Survey>,
    pub(super) kept: KeptRows<R::Row>,
}

/// What the files of a list are about.
const fn subject(list: MappedList) -> Subject {
    match list {
        MappedList::Stocks(_) => Subject::Stocks,
        MappedList::Prices(_) => Subject::Prices,
    }
}

/// Finds the layout of the file of an import, surveys the file by it, and stores what it turned out to be.
pub(super) async fn survey<R: RowReader>(
    workers: &ImportWorkers,
    import: &ImportRow,
    (list, reading, path): (MappedList, FileReading, &Path),
    plan: impl Fn(Understood) -> Plan<R>,
) -> Result<Surveyed<R>, JobError> {
    let given = reading.mapping.as_deref().and_then(|text| mapping::read(text, subject(list)).ok());
    let known = reading.layout.as_deref().and_then(Layout::decode).filter(|layout| layout.is_understood);
    let mut layout = match known {
        Some(layout) => layout,
        None => looked_at(workers, import.id, list, (given.clone(), path)).await?,
    };
    loop {
        let understood =
            layout.understood().ok_or_else(|| JobError::Never("The file is not understood.".to_owned()))?;
        let plan = Arc::new(plan(understood));
        let surveyed = plan.clone();
        let (survey, kept) = blocking(move || surveyed.survey()).await?;
        // Also where one is chosen: another may be chosen instead.
        let is_choice = survey.warehouses.len() > 1 || survey.total == 0;
        layout.warehouses = if is_choice { survey.warehouses.clone() } else { Vec::new() };
        if survey.total == 0 {
            return Err(Box::pin(without_rows(workers, import.id, (layout, &survey))).await?);
        }
        if survey.warehouses.len() > 1 && layout.warehouse.is_none() {
            let names = [Some(plan.list_name.as_str()), plan.list_code.as_deref()];
            let is_ours = |one: &&String| names.iter().flatten().any(|name| same_name(name, one));
            match survey.warehouses.iter().find(is_ours) {
                Some(ours) => layout.warehouse = Some(ours.clone()),
                None => return Err(Box::pin(ask_warehouse(workers, import.id, layout)).await?),
            }
            continue;
        }
        (layout.total_rows, layout.other_warehouse_rows) = (survey.left_out.totals, survey.left_out.other_warehouses);
        describe(workers, import.id, (list, &layout, given), &survey).await?;
        return Ok(Surveyed { plan, survey: Arc::new(survey), kept });
    }
}

async fn looked_at(
    workers: &ImportWorkers,
    id: ImportId,
    list: MappedList,
    (given, path): (Option<ColumnMapping>, &Path),
) -> Result<Layout, JobError> {
    let read = async move |tx: &mut Tx<'_>| imports::remembered(tx, list).await;
    let known = workers.services.store.read("column_mappings.of_list", read).await?;
    let subject = subject(list);
    let read = |(headings, text): (String, String)| Some((headings, mapping::read(&text, subject).ok()?));
    let hints = Hints { subject, given, remembered: known.into_iter().filter_map(read).collect() };
    let path = path.to_owned();
    match blocking(move || look::look(&path, &hints)).await? {
        Looked::Understood(layout) => Ok(layout),
        Looked::Unclear(layout, text) => Err(unclear(workers, id, &layout, text).await?),
    }
}

async fn ask_warehouse(workers: &ImportWorkers, id: ImportId, layout: Layout) -> Result<JobError, JobError> {
    let text = messages::which_warehouse(&layout.warehouses);
    choose_warehouse(workers, id, layout, text).await
}

/// A file without rows, or of warehouses that are not the chosen one.
async fn without_rows(
    workers: &ImportWorkers,
    id: ImportId,
    (layout, survey): (Layout, &Survey),
) -> Result<JobError, JobError> {
    let text = messages::no_rows(survey.left_out.other_warehouses, layout.warehouse.as_deref());
    match layout.warehouses.is_empty() {
        true => Ok(JobError::Never(text)),
        false => choose_warehouse(workers, id, layout, text).await,
    }
}

async fn choose_warehouse(
    workers: &ImportWorkers,
    id: ImportId,
    layout: Layout,
    text: String,
) -> Result<JobError, JobError> {
    let choices = layout.warehouses.clone();
    let question = Question { about: Column::Warehouse.name().to_owned(), choices };
    unclear(workers, id, &Layout { questions: vec![question], is_understood: false, ..layout }, text).await
}

/// Stores what has to be chosen. The end of the import.
async fn unclear(workers: &ImportWorkers, id: ImportId, layout: &Layout, text: String) -> Result<JobError, JobError> {
    let layout = layout.encode();
    let store = async move |tx: &mut Tx<'_>| imports::understood(tx, id, &layout).await;
    workers.services.store.write("imports.understood", store).await?;
    Ok(JobError::Never(text))
}

async fn describe(
    workers: &ImportWorkers,
    id: ImportId,
    (list, layout, given): (MappedList, &Layout, Option<ColumnMapping>),
    survey: &Survey,
) -> Result<(), JobError> {
    let ignored = layout.understood().map(|understood| understood.ignored).unwrap_or_default();
    let found = Description {
        format: survey.format.to_owned(),
        encoding: survey.encoding.unwrap_or_default().to_owned(),
        ignored_columns: serde_json::Value::from(ignored).to_string(),
        total: survey.total,
    };
    let (headings, encoded, now) = (layout.headings.clone(), layout.encode(), workers.services.clock.now());
    let remembered = given.map(|given| mapping::to_remember(&given));
    let store = async move |tx: &mut Tx<'_>| {
        imports::understood(tx, id, &encoded).await?;
        if let Some(mapping) = &remembered {
            imports::remember(tx, list, (&headings, mapping.as_deref()), now).await?;
        }
        imports::describe(tx, id, &found).await
    };
    Ok(workers.services.store.write("imports.describe", store).await?)
}
