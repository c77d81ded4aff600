//! Colour maps in files of other programs: lists of RGB (.csv, .cmap, Crameri's .txt), GIMP's
//! gradients (.ggr), the maps of Fractint and flam3 (.map), and JSON as matplotlib's users and
//! ParaView write it.

use std::fmt::Write as _;

use loom_sim::Rgba;
use loom_sim::ramp::{MOST_STOPS, Ramp, Stop};
use serde_json::Value;

use crate::error::FigureError;

/// The largest file that is read.
pub const LIMIT: u64 = 1 << 20;
/// The most colours that are looked at.
const MOST_COLORS: usize = 65_536;

/// Endings that are read and written, with their names.
pub const ENDINGS: [(&str, &str); 6] = [
    ("csv", "List of RGB"),
    ("txt", "Crameri's list"),
    ("cmap", "List of RGB"),
    ("ggr", "GIMP gradient"),
    ("map", "Fractint, flam3"),
    ("json", "JSON"),
];

/// Reads a colour map. `name` is the file's; its ending and its beginning tell the kind.
///
/// # Errors
/// What is wrong, with its line.
pub fn read(name: &str, bytes: &[u8]) -> Result<Ramp, FigureError> {
    let bad = |reason: String| FigureError::damaged(name, reason);
    if bytes.len() as u64 > LIMIT {
        return Err(bad("a colour map has at most 1 MiB".into()));
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (stem, ending) = base.rsplit_once('.').unwrap_or((base, ""));
    if text.trim_start().starts_with("GIMP Gradient") {
        return gimp(stem, text).map_err(bad);
    }
    if text.trim_start().starts_with(['[', '{']) {
        return json(stem, text).map_err(bad);
    }
    rows(stem, text, ending.eq_ignore_ascii_case("map")).map_err(bad)
}

/// Writes a colour map as a file of this ending.
///
/// # Errors
/// For an ending that is none of [`ENDINGS`].
pub fn write(ramp: &Ramp, ending: &str) -> Result<Vec<u8>, FigureError> {
    let table = ramp.table();
    let mut text = String::new();
    match ending.to_ascii_lowercase().as_str() {
        "csv" | "cmap" => {
            for c in table.chunks_exact(3) {
                let _ = writeln!(text, "{},{},{}", c[0], c[1], c[2]);
            }
        }
        "map" => {
            for (i, c) in table.chunks_exact(3).enumerate() {
                let name = if i == 0 { ramp.name() } else { "" };
                let line = format!("{:3} {:3} {:3} {name}", c[0], c[1], c[2]);
                let _ = writeln!(text, "{}", line.trim_end());
            }
        }
        "txt" => {
            for c in table.chunks_exact(3) {
                let [r, g, b] = [c[0], c[1], c[2]].map(|c| f64::from(c) / 255.0);
                let _ = writeln!(text, "{r:.6} {g:.6} {b:.6}");
            }
        }
        "ggr" => gimp_text(ramp, &mut text),
        "json" => {
            let colors: Vec<Value> = table
                .chunks_exact(3)
                .map(|c| {
                    let [r, g, b] = [c[0], c[1], c[2]].map(|c| f64::from(c) / 255.0);
                    serde_json::json!([r, g, b])
                })
                .collect();
            let stops: Vec<Value> = ramp
                .stops()
                .iter()
                .map(|s| {
                    let [r, g, b, _] = s.color.0;
                    serde_json::json!({"at": s.at, "color": format!("#{r:02x}{g:02x}{b:02x}")})
                })
                .collect();
            let whole = serde_json::json!({
                "name": ramp.name(), "space": "oklab", "stops": stops, "colors": colors,
            });
            text = serde_json::to_string_pretty(&whole).map_err(FigureError::render)?;
            text.push('\n');
        }
        other => {
            return Err(FigureError::render(format!(
                "a colour map can't be written as .{other}: give .csv, .cmap, .txt, .ggr, .map or .json"
            )));
        }
    }
    Ok(text.into_bytes())
}

/// Colours with their places, thinned to as many as a ramp may have.
fn ramp(name: &str, colors: &[(Option<f64>, Rgba)]) -> Result<Ramp, String> {
    if colors.len() < 2 {
        return Err("a colour map needs at least two colours".into());
    }
    let last = (colors.len() - 1) as f64;
    let count = colors.len().min(MOST_STOPS);
    let stops = (0..count).map(|i| {
        let chosen = (i as f64 * last / (count - 1) as f64).round() as usize;
        let (at, color) = colors[chosen.min(colors.len() - 1)];
        Stop {
            at: at.unwrap_or(chosen as f64 / last) as f32,
            color,
        }
    });
    Ramp::new(name, stops).ok_or_else(|| "the places of its colours don't rise".into())
}

fn channel(x: f64, whole: f64) -> Option<u8> {
    let part = x / whole;
    (-1e-6..=1.0 + 1e-6)
        .contains(&part)
        .then(|| (255.0 * part).round().clamp(0.0, 255.0) as u8)
}

/// Rows of three numbers, or of four with the place first; bytes or parts of 1.
fn rows(name: &str, text: &str, bytes: bool) -> Result<Ramp, String> {
    let mut list: Vec<(usize, Vec<f64>)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split(['#', '!']).next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let fields = line
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
            .filter(|f| !f.is_empty());
        // A word ends the numbers: Fractint's maps have comments there.
        let numbers: Vec<f64> = fields
            .map_while(|f| f.trim_matches('"').parse::<f64>().ok())
            .take(5)
            .collect();
        if numbers.len() < 3 {
            if list.is_empty() {
                // A heading.
                continue;
            }
            return Err(format!("line {} has no three numbers", number + 1));
        }
        if !numbers.iter().all(|x| x.is_finite()) {
            return Err(format!(
                "line {} has a number that is not finite",
                number + 1
            ));
        }
        if list.len() >= MOST_COLORS {
            return Err(format!("it has more than {MOST_COLORS} colours"));
        }
        list.push((number + 1, numbers));
    }
    let placed = !bytes
        && list.iter().all(|(_, n)| n.len() == 4)
        && list.windows(2).all(|w| w[1].1[0] >= w[0].1[0]);
    let skip = usize::from(placed);
    let most = list
        .iter()
        .flat_map(|(_, n)| n[skip..skip + 3].iter().copied())
        .fold(0.0, f64::max);
    let whole = if bytes || most > 1.0 { 255.0 } else { 1.0 };
    let colors: Result<Vec<_>, String> = list
        .iter()
        .map(|(line, n)| {
            let color = [0, 1, 2].map(|c| channel(n[skip + c], whole));
            match color {
                [Some(r), Some(g), Some(b)] => Ok((placed.then(|| n[0]), Rgba::opaque(r, g, b))),
                _ => Err(format!(
                    "line {line} has a colour that is not from 0 to {whole}"
                )),
            }
        })
        .collect();
    ramp(name, &colors?)
}

/// GIMP's gradients: segments with a left, a middle and a right place and two colours.
fn gimp(name: &str, text: &str) -> Result<Ramp, String> {
    let mut lines = text.lines().enumerate().skip(1).peekable();
    let mut name = name.to_owned();
    if let Some((_, line)) = lines.peek()
        && let Some(given) = line.trim().strip_prefix("Name:")
    {
        given.trim().clone_into(&mut name);
        lines.next();
    }
    let count: usize = lines
        .next()
        .and_then(|(_, line)| line.trim().parse().ok())
        .filter(|n| (1..=MOST_COLORS).contains(n))
        .ok_or("the number of its segments is missing")?;
    let mut colors: Vec<(Option<f64>, Rgba)> = Vec::new();
    for _ in 0..count {
        let (number, line) = lines.next().ok_or("it ends before its last segment")?;
        let n: Vec<f64> = line
            .split_whitespace()
            .map_while(|f| f.parse().ok())
            .take(11)
            .collect();
        if n.len() < 11 || !n.iter().all(|x: &f64| x.is_finite()) {
            return Err(format!("line {} is no segment of a gradient", number + 1));
        }
        let color = |from: usize| {
            let [r, g, b] = [0, 1, 2].map(|c| channel(n[from + c], 1.0));
            r.zip(g).zip(b).map(|((r, g), b)| Rgba::opaque(r, g, b))
        };
        let (Some(left), Some(right)) = (color(3), color(7)) else {
            return Err(format!(
                "line {} has a colour that is not from 0 to 1",
                number + 1
            ));
        };
        let same = colors
            .last()
            .is_some_and(|(at, c)| *at == Some(n[0]) && *c == left);
        if !same {
            colors.push((Some(n[0]), left));
        }
        // The middle is where both are mixed in equal parts.
        if (n[1] - 0.5 * (n[0] + n[2])).abs() > 1e-3 * (n[2] - n[0]).abs() {
            let mix = |a: u8, b: u8| (u16::from(a) + u16::from(b)).div_ceil(2) as u8;
            let (a, b) = (left.0, right.0);
            let middle = Rgba::opaque(mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2]));
            colors.push((Some(n[1]), middle));
        }
        colors.push((Some(n[2]), right));
    }
    ramp(&name, &colors)
}

fn gimp_text(ramp: &Ramp, text: &mut String) {
    let stops = ramp.stops();
    let _ = writeln!(
        text,
        "GIMP Gradient\nName: {}\n{}",
        ramp.name(),
        stops.len() - 1
    );
    for pair in stops.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let part = |c: Rgba| [c.0[0], c.0[1], c.0[2]].map(|c| f64::from(c) / 255.0);
        let ([r, g, l], [s, h, m]) = (part(a.color), part(b.color));
        let middle = 0.5 * (a.at + b.at);
        let _ = writeln!(
            text,
            "{:.6} {middle:.6} {:.6} {r:.6} {g:.6} {l:.6} 1.000000 {s:.6} {h:.6} {m:.6} 1.000000 0 0",
            a.at, b.at
        );
    }
}

/// `[[r, g, b], …]`, `["#rrggbb", …]`, `{"colors": …}`, our own stops, or ParaView's `RGBPoints`.
fn json(name: &str, text: &str) -> Result<Ramp, String> {
    let value: Value = serde_json::from_str(text).map_err(|e| {
        format!(
            "line {}, column {} is no JSON as it is written",
            e.line(),
            e.column()
        )
    })?;
    // ParaView keeps a list of maps; the first is taken.
    let value = match &value {
        Value::Array(list) if list.first().is_some_and(Value::is_object) => &list[0],
        other => other,
    };
    let own = ["name", "Name"]
        .into_iter()
        .find_map(|k| value.get(k)?.as_str());
    let name = own.unwrap_or(name);
    if let Some(stops) = value.get("stops").and_then(Value::as_array) {
        let colors: Option<Vec<_>> = stops
            .iter()
            .take(MOST_COLORS)
            .map(|s| {
                let color = hex(s.get("color")?.as_str()?)?;
                Some((Some(s.get("at")?.as_f64()?), color))
            })
            .collect();
        return ramp(name, &colors.ok_or("its stops have no place or no colour")?);
    }
    if let Some(points) = value.get("RGBPoints").and_then(Value::as_array) {
        let numbers: Option<Vec<f64>> = points
            .iter()
            .take(4 * MOST_COLORS)
            .map(Value::as_f64)
            .collect();
        let numbers = numbers.ok_or("its RGBPoints are no numbers")?;
        let colors: Option<Vec<_>> = numbers
            .chunks_exact(4)
            .map(|p| {
                let [r, g, b] = [p[1], p[2], p[3]].map(|c| channel(c, 1.0));
                Some((Some(p[0]), Rgba::opaque(r?, g?, b?)))
            })
            .collect();
        return ramp(name, &colors.ok_or("its RGBPoints are not from 0 to 1")?);
    }
    let list = ["colors", "colours", "data"]
        .into_iter()
        .find_map(|k| value.get(k))
        .unwrap_or(value)
        .as_array()
        .ok_or("it has no list of colours")?;
    if list.len() > MOST_COLORS {
        return Err(format!("it has more than {MOST_COLORS} colours"));
    }
    let triple = |v: &Value| -> Option<[f64; 3]> {
        let list = v.as_array()?;
        Some([
            list.first()?.as_f64()?,
            list.get(1)?.as_f64()?,
            list.get(2)?.as_f64()?,
        ])
    };
    let most = list.iter().filter_map(triple).flatten().fold(0.0, f64::max);
    let whole = if most > 1.0 { 255.0 } else { 1.0 };
    let colors: Result<Vec<_>, String> = list
        .iter()
        .enumerate()
        .map(|(i, v)| {
            let color = match v.as_str() {
                Some(text) => hex(text),
                None => triple(v).and_then(|t| {
                    let [r, g, b] = t.map(|c| channel(c, whole));
                    Some(Rgba::opaque(r?, g?, b?))
                }),
            };
            color
                .map(|c| (None, c))
                .ok_or_else(|| format!("colour {} of its list can't be read", i + 1))
        })
        .collect();
    ramp(name, &colors?)
}

/// `#rrggbb` or `rrggbb`.
fn hex(text: &str) -> Option<Rgba> {
    let digits = text.trim().trim_start_matches('#');
    if digits.len() < 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(&digits[..6], 16).ok().map(Rgba::hex)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::ColorMap;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_kind_that_is_written_is_read_again() {
        let ramp = Ramp::like(ColorMap::Batlow, "batlow").unwrap();
        for (ending, _) in ENDINGS {
            let bytes = write(&ramp, ending).unwrap();
            let again = read(&format!("batlow.{ending}"), &bytes).unwrap();
            let (a, b) = (ramp.table(), again.table());
            let worst = a.iter().zip(&b).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(worst <= Some(2), "{ending}: {worst:?}");
            assert_eq!(again.name(), "batlow", "{ending}");
        }
    }

    #[test]
    fn files_of_other_programs_are_read() {
        let end = |name: &str, text: &str| {
            let table = read(name, text.as_bytes()).unwrap().table();
            (table[..3].to_vec(), table[765..].to_vec())
        };
        let wanted = (vec![255, 0, 0], vec![0, 0, 255]);
        for (name, text) in [
            ("a.csv", "r,g,b\n1,0,0\n0,0,1\n"),
            ("a.csv", "0.0, 1, 0, 0\n0.4, 0, 1, 0\n1.0, 0, 0, 1\n"),
            ("a.cmap", "255;0;0\n0;0;255\n"),
            ("a.txt", "1.000000 0.000000 0.000000\n0.0 0.0 1.0\n"),
            ("a.map", "255 0 0 the first\n10 10 10\n0 0 255\n"),
            ("a.json", "[[1, 0, 0], [0, 0, 1]]"),
            ("a.json", "{\"colors\": [\"#ff0000\", \"#0000ff\"]}"),
            (
                "a.json",
                "[{\"Name\": \"x\", \"RGBPoints\": [-1, 1, 0, 0, 3, 0, 0, 1]}]",
            ),
            (
                "a.ggr",
                "GIMP Gradient\nName: two\n1\n0 0.5 1 1 0 0 1 0 0 1 1 0 0\n",
            ),
        ] {
            assert_eq!(end(name, text), wanted, "{text}");
        }
        // A dark .map is of bytes, though none is above 1.
        let dark = read("a.map", b"0 0 0\n1 1 1\n").unwrap().table();
        assert_eq!(dark[765..], [1, 1, 1]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (name, text, says) in [
            ("a.csv", "0,0,0\n0,0\n1,1,1", "line 2"),
            ("a.csv", "0,0,0\n300,0,0", "line 2"),
            ("a.csv", "only words", "two colours"),
            (
                "a.ggr",
                "GIMP Gradient\n2\n0 0.5 1 1 0 0 1 0 0 1 1 0 0\n",
                "last segment",
            ),
            ("a.json", "{\"colors\": [", "line 1"),
            ("a.json", "{\"colors\": [[1,2]]}", "colour 1"),
        ] {
            let error = read(name, text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn hostile_bytes_never_panic(
            kind in 0usize..6,
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
            cut in any::<prop::sample::Index>(),
        ) {
            let ramp = Ramp::of_colors("a", &[Rgba::hex(0), Rgba::hex(0x80_4020), Rgba::hex(0xFF_FFFF)]).unwrap();
            let ending = ENDINGS[kind].0;
            let mut bytes = write(&ramp, ending).unwrap();
            for (index, value) in flips {
                let at = index.index(bytes.len());
                bytes[at] = value;
            }
            bytes.truncate(cut.index(bytes.len()) + 1);
            if let Ok(ramp) = read(&format!("a.{ending}"), &bytes) {
                prop_assert!(ramp.stops().len() <= MOST_STOPS);
                prop_assert!(Ramp::parse(&ramp.text()).is_some());
            }
        }
    }
}
