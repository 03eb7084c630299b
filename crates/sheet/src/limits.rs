//! How much of a file is read. Promises: every bound of this crate is here, and has a default that suits stock lists.

/// As far as a sheet of a workbook goes.
pub(crate) const SHEET_ROWS_MAX: u64 = 1 << 20;
pub(crate) const SHEET_COLUMNS_MAX: usize = 1 << 14;

/// The bounds of reading. A file beyond one of them is rejected with a [`SheetError`](crate::SheetError) that names it.
///
/// What is held in memory follows from these alone, whatever the file says about itself.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Rows that are not blank, the header included.
    pub rows_max: u64,
    /// Columns up to the last cell with something in it.
    pub columns_max: usize,
    /// Characters of one cell; a spreadsheet program stops at the same number.
    pub cell_chars_max: usize,
    /// Bytes of text in one row.
    pub row_bytes_max: usize,
    /// Files within a workbook.
    pub entries_max: usize,
    /// Bytes that the files within a workbook inflate to, together; counted while inflating.
    pub inflated_bytes_max: u64,
    /// How many bytes of a workbook one stored byte may inflate to, on average.
    pub ratio_max: u64,
    /// Bytes of the texts that an XLSX file keeps once for all its cells.
    pub shared_strings_bytes_max: u64,
    /// Bytes of a file that has to be read whole: XLS.
    pub whole_bytes_max: u64,
    /// Cells of a workbook that has to be read whole: all sheets of an XLS or ODS file, empty ones between included.
    pub whole_cells_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows_max: SHEET_ROWS_MAX,
            columns_max: 256,
            cell_chars_max: 32_767,
            row_bytes_max: 64 << 10,
            entries_max: 2_000,
            inflated_bytes_max: 200 << 20,
            ratio_max: 100,
            shared_strings_bytes_max: 64 << 20,
            whole_bytes_max: 32 << 20,
            whole_cells_max: 2 << 20,
        }
    }
}
