//! A report's table: headings with units, numbers in tabular figures, copied as CSV.

use egui::{RichText, ScrollArea, Ui};
use loom_sim::Table;

use crate::shell::icons::Icon;
use crate::shell::tokens::{self, font, size};

use super::button::Tool;

/// What the user asks of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Save,
}

/// Shows a table as high as it needs, or as there is room; `written` turns its headings into
/// what people read.
pub fn show(
    ui: &mut Ui,
    table: &Table,
    most: f32,
    written: impl Fn(&str) -> String,
) -> Option<Ask> {
    let mut ask = None;
    ui.horizontal(|ui| {
        ui.label(RichText::new(&table.title).font(font::medium()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if Tool::new(
                Icon::FileDown,
                "Save as CSV…",
                "Writes the table to a file.",
            )
            .show(ui)
            .clicked()
            {
                ask = Some(Ask::Save);
            }
            if Tool::new(
                Icon::Copy,
                "Copy as CSV",
                "Puts the table on the clipboard.",
            )
            .show(ui)
            .clicked()
            {
                ui.copy_text(csv(table));
            }
        });
    });
    let rows = table
        .columns
        .iter()
        .map(|(_, cells)| cells.len())
        .max()
        .unwrap_or(0);
    let line = size::CONTROL - 4.0;
    ScrollArea::both()
        .id_salt(("table", &table.title))
        .max_height(most)
        .auto_shrink([false, true])
        .show_rows(ui, line, rows + 1, |ui, range| {
            egui::Grid::new(("cells", &table.title))
                .striped(true)
                .min_row_height(line)
                .spacing([size::SECTION, 0.0])
                .show(ui, |ui| {
                    for row in range {
                        for (heading, cells) in &table.columns {
                            if row == 0 {
                                let heading = written(heading);
                                ui.label(RichText::new(heading).font(font::secondary()).weak());
                            } else {
                                cell(ui, cells.get(row - 1).map_or("", String::as_str));
                            }
                        }
                        ui.end_row();
                    }
                });
        });
    ask
}

fn cell(ui: &mut Ui, text: &str) {
    let shown = text.replace('-', "−");
    // Words keep their hyphens; only numbers get the minus sign.
    let shown = if text.parse::<f64>().is_ok() {
        shown
    } else {
        text.to_owned()
    };
    ui.label(
        RichText::new(shown)
            .font(font::mono_small())
            .color(tokens::of(ui).text),
    );
}

/// The table as comma-separated values, in full precision.
pub fn csv(table: &Table) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let headings: Vec<&str> = table.columns.iter().map(|(h, _)| h.as_str()).collect();
    // Writing to memory does not fail.
    let _ = writer.write_record(&headings);
    let rows = table
        .columns
        .iter()
        .map(|(_, cells)| cells.len())
        .max()
        .unwrap_or(0);
    for row in 0..rows {
        let _ = writer.write_record(
            table
                .columns
                .iter()
                .map(|(_, cells)| cells.get(row).map_or("", String::as_str)),
        );
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_becomes_csv_with_its_headings() {
        let table = Table {
            title: "Spectrum".into(),
            columns: vec![
                ("exponent".into(), vec!["0.9056".into(), "0".into()]),
                ("name, unit".into(), vec!["λ₁".into(), "λ₂".into()]),
            ],
        };
        assert_eq!(csv(&table), "exponent,\"name, unit\"\n0.9056,λ₁\n0,λ₂\n");
    }
}
