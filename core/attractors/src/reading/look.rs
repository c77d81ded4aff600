//! How a file wants its system to be looked at: style, axes, colours, angles.

use loom_formula::{System, SystemKind};
use loom_sim::{ColorMap, SimError};

use super::Reader;
use crate::definition::{ColorBy, Look, MAPS, Style};
use crate::delay::Coordinate;
use crate::sight;

impl Reader<'_> {
    /// The variables that are angles, a bit each.
    fn wrap(&self, variables: &[String]) -> Result<u64, SimError> {
        let mut bits = 0;
        for name in &self.file.view.wrap {
            let known = variables.iter().map(String::as_str);
            let index = variables
                .iter()
                .position(|v| v == name.get_ref())
                .ok_or_else(|| {
                    self.unknown("variable", name.get_ref(), Some(name.span()), known)
                })?;
            bits |= 1 << index;
        }
        Ok(bits)
    }

    /// The formulas along the axes, each of known symbols.
    fn seen_formulas(&self, system: &System) -> Result<Vec<String>, SimError> {
        let Some(given) = &self.file.view.formulas else {
            return Ok(Vec::new());
        };
        let (list, span) = (given.get_ref(), given.span());
        if !(2..=3).contains(&list.len()) {
            let words = "formulas are two or three, one for each axis.";
            return Err(self.source.error(Some(span), words));
        }
        let known = sight::names_of(system);
        for text in list {
            let expr = loom_formula::Expr::parse(text).map_err(|error| {
                let words = format!("{text}: {error}");
                self.source.error(Some(span.clone()), &words)
            })?;
            for symbol in expr.symbols() {
                if !known.contains(&symbol) {
                    let known = known.iter().map(String::as_str);
                    return Err(self.unknown("symbol", &symbol, Some(span), known));
                }
            }
        }
        Ok(list.clone())
    }

    pub(super) fn look(&self, system: &System) -> Result<Look, SimError> {
        let view = &self.file.view;
        let scales = view.own_scales.as_ref().map(toml::Spanned::span);
        let other = view.formulas.as_ref().map(toml::Spanned::span).or(scales);
        if let Some(span) = other
            && !system.delays().is_empty()
        {
            let words =
                "a delay system is seen along its variables, now and before: leave this out.";
            return Err(self.source.error(Some(span), words));
        }
        let variables = system.variables();
        let coordinates = Coordinate::all(system);
        let axes = match &view.axes {
            // A variable alone is seen against what it was.
            None if variables.len() == 1 => (0..coordinates.len().min(2)).collect(),
            None => (0..variables.len().min(3)).collect(),
            Some(axes) => {
                let count = axes.get_ref().len();
                if !(2..=3).contains(&count) && coordinates.len() > 1 {
                    return Err(self
                        .source
                        .error(Some(axes.span()), "axes needs two or three variables."));
                }
                let index = |name: &String| {
                    coordinates
                        .iter()
                        .position(|c| c.name == *name)
                        .ok_or_else(|| {
                            let known = coordinates.iter().map(|c| c.name.as_str());
                            self.unknown("variable", name, Some(axes.span()), known)
                        })
                };
                axes.get_ref().iter().map(index).collect::<Result<_, _>>()?
            }
        };
        let map = system.kind() == SystemKind::Map;
        let choice = |given: &Option<toml::Spanned<String>>, what: &str, keys: &[&str]| {
            given.as_ref().map_or(Ok(None), |given| {
                let found = keys.iter().position(|key| key == given.get_ref());
                found.map(Some).ok_or_else(|| {
                    let known = keys.iter().copied();
                    self.unknown(what, given.get_ref(), Some(given.span()), known)
                })
            })
        };
        let fitting = Style::fitting(map, Style::dimension(system));
        let styles: Vec<&str> = fitting.iter().map(|(key, _)| *key).collect();
        let style = choice(&view.style, "style", &styles)?.and_then(|i| Style::of(styles[i]));
        let listed = ColorBy::fitting(system);
        let colors: Vec<&str> = listed.iter().map(|(key, _)| key.as_str()).collect();
        let color = choice(&view.color, "colouring", &colors)?
            .and_then(|i| ColorBy::of(colors[i], variables));
        let maps = MAPS.map(|(key, _)| key);
        let chosen = choice(&view.map, "colour map", &maps)?.map(|i| MAPS[i].1);
        let angle =
            |given: Option<f64>, usual: f64| given.filter(|a| a.is_finite()).unwrap_or(usual);
        let default_map = if map {
            ColorMap::Magma
        } else {
            ColorMap::Batlow
        };
        let style = style.unwrap_or_else(|| {
            let dimension = Style::dimension(system);
            Style::usual(system.kind(), dimension, system.is_autonomous())
        });
        // A phase plane has colours enough.
        let plain = map || style == Style::Phase;
        Ok(Look {
            style,
            axes,
            own_scales: view.own_scales.as_ref().is_some_and(|own| *own.get_ref()),
            formulas: self.seen_formulas(system)?,
            yaw: angle(view.yaw, 0.6),
            pitch: angle(view.pitch, 0.3).clamp(-1.57, 1.57),
            color: color.unwrap_or(if plain { ColorBy::None } else { ColorBy::Speed }),
            map: chosen.unwrap_or(default_map),
            wrap: self.wrap(variables)?,
        })
    }
}
