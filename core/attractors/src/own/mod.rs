//! Systems of one's own: typed, pasted from a paper, or from XPP; their file is made from the
//! text, with a step, a period and a start that are measured.

mod sheet;
mod tidy;
mod timing;
mod written;
mod xpp;

use std::fmt::Write as _;

use loom_sim::{Fault, Job, SimError};

pub use sheet::{Given, Sheet};
pub use timing::Timing;
pub use written::{Equations, open};
pub use xpp::read as read_xpp;

use crate::definition::{Definition, Style, color_map_key};
use crate::delay::Coordinate;
use crate::file::{self, FileNumber, Source};
use crate::sight;

/// The text of a system as someone would write it down.
pub fn text_of(definition: &Definition) -> String {
    let mut text = definition.equations.trim().to_owned();
    text.push('\n');
    // Values as the file has them: 8/3 and not 2.6666666666666665.
    let file = file::read(Source {
        name: "",
        text: &definition.text,
    })
    .ok();
    let written = |key: &str, value: f64| {
        let given = file.as_ref().and_then(|f| {
            let parameter = f.parameters.iter().map(toml::Spanned::get_ref);
            parameter
                .clone()
                .find(|p| p.key.get_ref() == key)
                .map(|p| p.value.get_ref().clone())
        });
        match given {
            Some(FileNumber::Formula(text)) => text,
            _ => value.to_string(),
        }
    };
    if !definition.parameters.is_empty() {
        text.push('\n');
    }
    for constant in &definition.parameters {
        let _ = writeln!(
            text,
            "{} = {}",
            constant.key,
            written(&constant.key, constant.value)
        );
    }
    text.push('\n');
    for (name, value) in definition
        .system
        .variables()
        .iter()
        .zip(&definition.initial)
    {
        // The places of a family are no names that could be written.
        if !name.contains(['[', ' ']) {
            let _ = writeln!(text, "{name}(0) = {value}");
        }
    }
    text
}

/// A text that has become a system.
#[derive(Clone, Debug)]
pub struct Composed {
    pub definition: Definition,
    /// What was understood or measured, a sentence each.
    pub notes: Vec<String>,
}

/// Makes the system's file from a text. What the text does not say (ranges, names and units of
/// parameters, the view) is kept from `base` where it has the same names. Step and period are
/// measured anew when the equations or values differ from the base's.
///
/// # Errors
/// The first fault of the text.
pub fn compose(
    name: &str,
    sheet: Sheet,
    base: Option<&Definition>,
    job: &Job,
) -> Result<Composed, Fault> {
    let mut notes = sheet.notes.clone();
    let fault = |error: SimError| Fault {
        line: 1,
        column: 1,
        message: error.to_string().trim_end_matches('.').to_owned(),
    };
    let same = base.filter(|b| {
        b.system.rates() == sheet.system.rates()
            && b.system.variables() == sheet.system.variables()
            && b.parameters
                .iter()
                .zip(&sheet.values)
                .all(|(c, g)| c.key == g.name && c.value == g.value)
    });
    let initial = initial(&sheet, base);
    let mut document = file_of(name, &sheet, base, &initial, None);
    let mut definition = Definition::parse(name, &document).map_err(fault)?;
    let timing = match same {
        Some(base) => Some(Timing {
            dt: base.dt,
            period: base.period,
            spread: Some(base.spread),
            start: initial.clone(),
        }),
        None => match timing::measure(&definition, job) {
            Ok(timing) => Some(timing),
            Err(SimError::Cancelled) => return Err(fault(SimError::Cancelled)),
            Err(why) => {
                notes.push(why.to_string());
                None
            }
        },
    };
    if let Some(mut timing) = timing {
        if !sheet.starts.is_empty() {
            timing.start = initial;
        }
        let start = timing.start.clone();
        document = file_of(name, &sheet, base, &start, Some(&timing));
        definition = Definition::parse(name, &document).map_err(fault)?;
    }
    Ok(Composed { definition, notes })
}

/// Where it starts: as given, else as the base, else a place off the axes.
fn initial(sheet: &Sheet, base: Option<&Definition>) -> Vec<f64> {
    let variables = sheet.system.variables();
    let of_base = base.filter(|b| b.system.variables() == variables);
    variables
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let given = sheet
                .starts
                .iter()
                .find(|s| s.name == *name)
                .map(|s| s.value);
            given
                .or_else(|| of_base.map(|b| b.initial[i]))
                .unwrap_or(0.1 + 0.01 * i as f64)
        })
        .collect()
}

/// The system's file.
fn file_of(
    name: &str,
    sheet: &Sheet,
    base: Option<&Definition>,
    initial: &[f64],
    timing: Option<&Timing>,
) -> String {
    use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};
    let mut document = DocumentMut::new();
    document["name"] = value(name);
    document["title"] = value(name);
    if let Some(base) = base {
        document["summary"] = value(&base.summary);
        document["citation"] = value(&base.citation);
    }
    document["group"] = value("My systems");
    document["equations"] = value(format!("{}\n", sheet.equations));
    document["initial"] = value(initial.iter().copied().collect::<Array>());
    let same = base.filter(|b| b.system.variables() == sheet.system.variables());
    if let Some(base) = same.filter(|b| !b.history.is_empty())
        && !sheet.system.delays().is_empty()
    {
        let formulas = base.history.iter().map(ToString::to_string);
        document["history"] = value(formulas.collect::<Array>());
    }
    let noisy = same.filter(|b| !b.noise.is_empty() && sheet.system.delays().is_empty());
    if let Some(base) = noisy {
        let formulas = base.noise.iter().map(ToString::to_string);
        document["noise"] = value(formulas.collect::<Array>());
    }
    if let Some(timing) = timing {
        if !sheet.is_map() {
            document["dt"] = value(timing.dt);
            document["period"] = value(timing.period);
        }
        if let Some(spread) = timing.spread {
            document["spread"] = value(spread);
        }
    }
    let mut parameters = ArrayOfTables::new();
    // Those that stand in the noise alone are the base's.
    let noise: Vec<String> = noisy.map_or_else(Vec::new, |b| {
        b.noise
            .iter()
            .flat_map(loom_formula::Expr::symbols)
            .collect()
    });
    let known = |name: &String| sheet.values.iter().any(|g| g.name == *name);
    let further = base.into_iter().flat_map(|b| &b.parameters);
    let further = further.filter(|c| noise.contains(&c.key) && !known(&c.key));
    let further: Vec<Given> = further
        .map(|c| Given {
            name: c.key.clone(),
            text: c.value.to_string(),
            value: c.value,
        })
        .collect();
    for given in sheet.values.iter().chain(&further) {
        let mut table = Table::new();
        table["key"] = value(&given.name);
        let number = given.text.parse::<f64>().ok().filter(|x| x.is_finite());
        table["value"] = number.map_or_else(|| value(&given.text), value);
        let known = base.and_then(|b| b.parameters.iter().find(|c| c.key == given.name));
        if let Some(known) = known {
            table["symbol"] = value(&known.symbol);
            table["name"] = value(&known.name);
            table["unit"] = value(&known.unit);
            table["help"] = value(&known.help);
            if (known.low..=known.high).contains(&given.value) {
                table["low"] = value(known.low);
                table["high"] = value(known.high);
                table["logarithmic"] = value(known.logarithmic);
            }
        } else if let Some(symbol) = symbol(&given.name) {
            table["symbol"] = value(symbol);
        }
        parameters.push(table);
    }
    if !parameters.is_empty() {
        document.insert("parameter", Item::ArrayOfTables(parameters));
    }
    if let Some(base) = base.filter(|b| b.system.variables() == sheet.system.variables()) {
        let mut view = Table::new();
        let known = Coordinate::all(&sheet.system);
        let axes = base.look.axes.iter().map(|i| &base.coordinates[*i].name);
        if axes
            .clone()
            .all(|name| known.iter().any(|c| c.name == *name))
        {
            view["axes"] = value(axes.collect::<Array>());
        }
        if base.look.own_scales {
            view["own_scales"] = value(true);
        }
        let symbols = sight::names_of(&sheet.system);
        let is_known = |text: &String| {
            let expr = loom_formula::Expr::parse(text);
            expr.is_ok_and(|e| e.symbols().iter().all(|s| symbols.contains(s)))
        };
        let formulas = &base.look.formulas;
        if !formulas.is_empty() && formulas.iter().all(is_known) {
            view["formulas"] = value(formulas.iter().collect::<Array>());
        }
        let style = base.look.style.key();
        // A flow's style may not be one of a map's.
        let fitting = Style::fitting(sheet.is_map(), Style::dimension(&sheet.system));
        if fitting.iter().any(|(key, _)| *key == style) {
            view["style"] = value(style);
        }
        view["color"] = value(base.look.color.key(sheet.system.variables()));
        view["map"] = value(color_map_key(base.look.map));
        view["yaw"] = value(base.look.yaw);
        view["pitch"] = value(base.look.pitch);
        document.insert("view", Item::Table(view));
    }
    document.to_string()
}

/// The letter of a parameter that is named after one: σ of `sigma`, ω₁ of `omega1`.
fn symbol(name: &str) -> Option<String> {
    const LETTERS: [(&str, char); 24] = [
        ("alpha", 'α'),
        ("beta", 'β'),
        ("gamma", 'γ'),
        ("delta", 'δ'),
        ("epsilon", 'ε'),
        ("zeta", 'ζ'),
        ("eta", 'η'),
        ("theta", 'θ'),
        ("iota", 'ι'),
        ("kappa", 'κ'),
        ("lambda", 'λ'),
        ("mu", 'μ'),
        ("nu", 'ν'),
        ("xi", 'ξ'),
        ("rho", 'ρ'),
        ("sigma", 'σ'),
        ("tau", 'τ'),
        ("upsilon", 'υ'),
        ("phi", 'φ'),
        ("chi", 'χ'),
        ("psi", 'ψ'),
        ("omega", 'ω'),
        ("Omega", 'Ω'),
        ("Gamma", 'Γ'),
    ];
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let (_, letter) = LETTERS.iter().find(|(word, _)| *word == stem)?;
    let digits = name[stem.len()..].chars().filter_map(|c| c.to_digit(10));
    let below = digits.filter_map(|d| char::from_u32(0x2080 + d));
    Some(std::iter::once(*letter).chain(below).collect())
}

impl Sheet {
    /// Whether a step is an iteration.
    pub fn is_map(&self) -> bool {
        self.system.kind() == loom_formula::SystemKind::Map
    }
}
