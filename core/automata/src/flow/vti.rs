//! Ready's patterns (`.vti`, VTK's image data with a reaction): rules by formula and the built-in
//! Gray–Scott rule, on one- and two-dimensional grids, with their constants, their cells and the
//! plain parts of their pattern generators.
//!
//! Refused by name: rules that are OpenCL kernels, three dimensions, formulas that read single
//! neighbours, gradients or other operators than the Laplacian, and generators beyond constants,
//! noise and copies in rectangles and circles.

use std::sync::Arc;

use loom_sim::{SimError, seed};

use super::field::{Field, MOST_SPECIES};
use super::formula;
use super::recipe::{Family, Look, Recipe, Slider, Thumbnail};
use super::xml::{self, Node};

/// Reads a file. What it does not say is taken from `base`.
///
/// # Errors
/// What is not understood, with the file's name.
pub fn read(name: &str, bytes: &[u8], base: &Recipe) -> Result<Recipe, SimError> {
    let text = String::from_utf8_lossy(bytes);
    let root = xml::read(&text).map_err(|why| fault(name, &why))?;
    recipe(&root, base).map_err(|why| fault(name, &why))
}

fn fault(name: &str, why: &str) -> SimError {
    SimError::parse(format!("{name}: {why}."))
}

/// What is wrong, as the rest of a sentence.
type Read<T> = Result<T, String>;

fn number(text: &str, what: &str) -> Read<f64> {
    match text.trim().parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(x),
        _ => Err(format!("{what} is {:?}, which is no number", text.trim())),
    }
}

fn recipe(root: &Node, base: &Recipe) -> Read<Recipe> {
    if root.name != "VTKFile" || root.attribute("type") != Some("ImageData") {
        return Err("this is no VTK file of image data (meshes, .vtu, can't be read)".into());
    }
    let rd = root
        .child("RD")
        .ok_or("there is no reaction in it (an element RD)")?;
    let rule = rd.child("rule").ok_or("its reaction has no rule")?;
    let mut parameter = Vec::new();
    let mut dt = 1.0;
    for node in rule.children.iter().filter(|n| n.name == "param") {
        let key = node.attribute("name").unwrap_or_default();
        let value = number(&node.text, &format!("the constant {key}"))?;
        if key == "timestep" {
            dt = value;
            continue;
        }
        let key = formula::renamed(key);
        let (low, high): (f64, f64) = if value == 0.0 {
            (-1.0, 1.0)
        } else {
            (0.0, 2.0 * value)
        };
        parameter.push(Slider {
            name: key.clone(),
            key,
            value,
            low: low.min(high),
            high: high.max(low),
            help: "A constant of the file's formula.".into(),
        });
    }
    let title = rule.attribute("name").unwrap_or("Reaction").to_owned();
    let (equations, species) = match rule.attribute("type") {
        Some("inbuilt") if title == "Gray-Scott" => {
            let text = "a' = D_a*lap_a - a*b^2 + F*(1 - a)\nb' = D_b*lap_b + a*b^2 - (F + k)*b";
            (text.to_owned(), 2)
        }
        Some("formula") => {
            let node = rule.child("formula").ok_or("its rule has no formula")?;
            let count = node.attribute("number_of_chemicals").unwrap_or("2");
            let count = number(count, "number_of_chemicals")? as usize;
            if count == 0 || count > MOST_SPECIES {
                return Err(format!(
                    "it has {count} chemicals; 1 to {MOST_SPECIES} can react here"
                ));
            }
            (formula::equations(&node.text, count)?, count)
        }
        Some("kernel") => {
            return Err(
                "its rule is an OpenCL kernel; only formulas and the built-in Gray–Scott \
                        rule can be read"
                    .into(),
            );
        }
        other => {
            return Err(format!(
                "its rule {title:?} is of the type {:?}; only formulas and the built-in \
                 Gray–Scott rule can be read",
                other.unwrap_or_default()
            ));
        }
    };
    let image = image(root, rd, &parameter, species)?;
    let wraps = rule.attribute("wrap") != Some("0");
    let settings = rd.child("render_settings");
    let setting = |key: &str| settings?.child(key)?.attribute("value");
    let real = |key: &str, default: f64| {
        setting(key)
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(default)
    };
    let all = image.summary(species - 1);
    let (low, high) = (
        real("low", all.least.min(0.0)),
        real("high", all.greatest.max(1.0)),
    );
    let shown = setting("active_chemical").unwrap_or("b");
    let description = rd.child("description").map_or("", |n| n.text.as_str());
    Ok(Recipe {
        key: base.key.clone(),
        family: Family::Reaction,
        title,
        group: base.group.clone(),
        summary: xml::plain(description),
        citation: String::new(),
        keywords: Vec::new(),
        size: [image.width() as u32, image.height() as u32],
        dt,
        equations,
        diffusion: vec![0.0; species],
        spacing: 1.0,
        border: if wraps { "torus" } else { "closed" }.into(),
        // What lies in a corner is likely to be at rest.
        rest: (0..species)
            .map(|s| image.at(s, 0, 0).to_string())
            .collect(),
        seed: vec!["1".into(); species],
        start: "file".into(),
        noise: 0.0,
        parameter,
        preset: Vec::new(),
        experiment: Vec::new(),
        view: Look {
            species: shown.to_owned(),
            map: "batlow".into(),
            low,
            high: if high > low { high } else { low + 1.0 },
        },
        picture: Thumbnail::default(),
        image: Some(Arc::new(image)),
        ..base.clone()
    })
}

/// The cells: those of the generator, if it is to be used, or those of the file.
fn image(root: &Node, rd: &Node, constants: &[Slider], species: usize) -> Read<Field> {
    let data = root.child("ImageData").ok_or("it has no ImageData")?;
    let extent = data.attribute("WholeExtent").unwrap_or_default();
    let ends: Vec<i64> = extent
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect();
    let [x0, x1, y0, y1, z0, z1] = ends[..] else {
        return Err(format!("its extent {extent:?} is not six whole numbers"));
    };
    let side = |low: i64, high: i64| {
        let cells = i128::from(high) - i128::from(low) + 1;
        usize::try_from(cells).map_err(|_| format!("its extent {extent:?} holds no cells"))
    };
    let (width, height) = (side(x0, x1)?, side(y0, y1)?);
    if side(z0, z1)? != 1 {
        return Err("it has three dimensions; one or two can be read".into());
    }
    let mut field = Field::new(width, height, species).map_err(|e| e.to_string())?;
    let generator = rd.child("initial_pattern_generator");
    let used = generator.filter(|g| g.attribute("apply_when_loading") == Some("true"));
    match used {
        Some(generator) => generate(&mut field, generator, constants)?,
        None => super::vti_data::fill(&mut field, root, data)?,
    }
    Ok(field)
}

/// The species that a chemical's letter names.
fn chemical(name: &str, species: usize) -> Read<usize> {
    match name.as_bytes() {
        [letter @ b'a'..=b'z'] if usize::from(letter - b'a') < species => {
            Ok(usize::from(letter - b'a'))
        }
        _ => Err(format!(
            "its generator names a chemical {name:?} that isn't there"
        )),
    }
}

/// Carries out the overlays of a pattern generator, in their order.
fn generate(field: &mut Field, generator: &Node, constants: &[Slider]) -> Read<()> {
    let mut random = seed::stream(0, "pattern generator");
    let (width, height) = (field.width(), field.height());
    for overlay in generator.children.iter().filter(|n| n.name == "overlay") {
        let to = chemical(
            overlay.attribute("chemical").unwrap_or_default(),
            field.species(),
        )?;
        let mut shapes = Vec::new();
        let (mut operation, mut fill) = ("overwrite", None);
        for node in &overlay.children {
            match node.name.as_str() {
                "overwrite" | "add" | "subtract" | "multiply" | "divide" => operation = &node.name,
                "everywhere" | "rectangle" | "circle" | "pixel" => shapes.push(node),
                "constant" | "white_noise" | "other_chemical" | "parameter" => fill = Some(node),
                other => {
                    return Err(format!(
                        "its pattern generator has <{other}>, which can't be read here: save the \
                         pattern in Ready after it was generated"
                    ));
                }
            }
        }
        let fill = fill.ok_or("an overlay of its pattern generator has nothing to fill with")?;
        let of = |key: &str| number(fill.attribute(key).unwrap_or("0"), key);
        let from = match fill.name.as_str() {
            "other_chemical" => Some(chemical(
                fill.attribute("chemical").unwrap_or_default(),
                field.species(),
            )?),
            _ => None,
        };
        let (low, high) = match fill.name.as_str() {
            "white_noise" => (of("low")?, of("high")?),
            "parameter" => {
                let name = formula::renamed(fill.attribute("name").unwrap_or_default());
                let found = constants.iter().find(|c| c.key == name);
                let value = found.ok_or(format!("its generator names {name:?}, no constant"))?;
                (value.value, value.value)
            }
            _ => (of("value")?, of("value")?),
        };
        for y in 0..height {
            for x in 0..width {
                let at = [
                    (x as f64 + 0.5) / width as f64,
                    (y as f64 + 0.5) / height as f64,
                ];
                if !inside(&shapes, at, [width, height])? {
                    continue;
                }
                // Ready counts rows upward.
                let row = height - 1 - y;
                let value = match from {
                    Some(from) => field.at(from, x, row),
                    None if low == high => low,
                    None => low + (high - low) * seed::unit(&mut random),
                };
                let old = field.at(to, x, row);
                let new = match operation {
                    "add" => old + value,
                    "subtract" => old - value,
                    "multiply" => old * value,
                    "divide" => old / value,
                    _ => value,
                };
                field.set(to, x, row, if new.is_finite() { new } else { 0.0 });
            }
        }
    }
    Ok(())
}

/// Whether a place, in parts of the grid, lies in one of the shapes.
fn inside(shapes: &[&Node], at: [f64; 2], size: [usize; 2]) -> Read<bool> {
    for shape in shapes {
        let points: Vec<[f64; 2]> = shape
            .children
            .iter()
            .filter(|n| n.name == "point3D")
            .map(|n| {
                let of = |key: &str| number(n.attribute(key).unwrap_or("0"), key);
                Ok([of("x")?, of("y")?])
            })
            .collect::<Read<_>>()?;
        let within = match (shape.name.as_str(), &points[..]) {
            ("everywhere", _) => true,
            ("rectangle", [a, b]) => (0..2).all(|i| {
                // A side of one cell lies within every rectangle.
                size[i] == 1 || (a[i].min(b[i])..=a[i].max(b[i])).contains(&at[i])
            }),
            ("circle", [centre]) => {
                let radius = number(shape.attribute("radius").unwrap_or("0"), "radius")?;
                let longest = size[0].max(size[1]) as f64;
                let part = |i: usize| (at[i] - centre[i]) * size[i] as f64 / longest;
                part(0).hypot(part(1)) < radius
            }
            ("pixel", [place]) => (0..2)
                .all(|i| (at[i] * size[i] as f64).floor() == (place[i] * size[i] as f64).floor()),
            (name, _) => return Err(format!("a <{name}> of its generator lacks its points")),
        };
        if within {
            return Ok(true);
        }
    }
    Ok(false)
}
