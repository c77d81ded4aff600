//! A plot's numbers as CSV.

use loom_sim::{Mark, Plot};

/// The plot's numbers: one block of columns for each mark.
pub fn csv(plot: &Plot) -> String {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    let x = plot.x.title();
    for mark in &plot.marks {
        // Writing to memory does not fail.
        let _ = match mark {
            Mark::Line { name, points }
            | Mark::Points { name, points }
            | Mark::Bars { name, points, .. } => {
                let _ = writer.write_record([x.as_str(), name.as_str()]);
                points
                    .iter()
                    .try_for_each(|p| writer.write_record([p[0].to_string(), p[1].to_string()]))
            }
            Mark::Band { name, points } => {
                let (low, high) = (format!("{name} (low)"), format!("{name} (high)"));
                let _ = writer.write_record([x.as_str(), low.as_str(), high.as_str()]);
                points
                    .iter()
                    .try_for_each(|p| writer.write_record(p.map(|v| v.to_string())))
            }
            Mark::Field(field) => {
                let names = [x.as_str(), &plot.y.title(), field.name.as_str()];
                let _ = writer.write_record(names);
                let size = [field.width, field.height()];
                let middle = |ends: [f64; 2], cell: usize, of: usize| {
                    ends[0] + (ends[1] - ends[0]) * (cell as f64 + 0.5) / of as f64
                };
                field.values.iter().enumerate().try_for_each(|(i, value)| {
                    let at = middle(field.x, i % size[0], size[0]);
                    let up = middle(field.y, i / size[0], size[1]);
                    let value = value.map(|v| v.to_string()).unwrap_or_default();
                    writer.write_record([at.to_string(), up.to_string(), value])
                })
            }
            Mark::Horizontal { name, y: value } | Mark::Vertical { name, x: value } => {
                writer.write_record([name.as_str(), value.to_string().as_str()])
            }
        };
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
