//! What a byte engine's rule is on a GPU: the text of its shader and the tables that go with it.
//!
//! All that is constant for a rule and its grid is written into the text, so that no shader
//! branches on a value that a driver would compile for anew. Each family has its own piece of
//! WGSL; how cells beyond the edges are found is one function by the grid.

use std::fmt::Write;

use crate::local::Local;
use crate::rule::reach::Shape;
use crate::rule::table::Flat;
use crate::rule::{
    Binary, Blocks, Family, Hood, Larger, Line, Marked, Memory, Outcomes, Rule, Topology,
};

/// The most entries of a full table, the same as the field's.
const MOST: usize = 1 << 21;
/// The most numbers of a decision tree or of the rows of a transition table.
const MOST_NUMBERS: usize = 1 << 24;
/// More ranges of counts than this are looked up.
const RANGES: usize = 8;

/// Running sums of a Larger than Life rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    /// Numbers in a row.
    pub columns: usize,
    /// Rows, those above and below the grid included.
    pub rows: usize,
}

/// A rule ready to be compiled.
#[derive(Debug)]
pub(super) struct Program {
    pub text: String,
    /// Tables of the rule and the grid.
    pub data: Vec<u32>,
    pub sums: Option<Sums>,
    /// Rows that an invocation of `step` makes.
    pub strip: u32,
}

impl Program {
    /// The program of a rule on its bounded grid; nothing where there is none: no bounds, a
    /// family that stays on the processor, a table that is too large.
    pub(super) fn of(rule: &Rule) -> Option<Self> {
        let (width, height) = rule.topology.size()?;
        let words = width.div_ceil(4);
        // Places of cells are 32-bit numbers.
        if u64::from(words) * 4 * u64::from(height) > u64::from(u32::MAX) {
            return None;
        }
        let mut text = Text::default();
        text.size(rule, width, height);
        let mut sums = None;
        let mut strip = 1;
        // How far a cell looks, in columns and rows.
        let mut reach = [1, 1];
        match &rule.family {
            Family::Life(life) => text.live(&life.table()),
            Family::Binary(binary) => text.live(binary),
            Family::Generations(rule) => text.live(&rule.base),
            Family::Larger(larger) => {
                let margin = (larger.shape.width(larger.reach.into()) as usize).next_multiple_of(4);
                reach = [margin, larger.reach.into()];
                let columns = words as usize * 4 + 2 * margin + 1;
                let rows = height as usize + 2 * reach[1];
                // Both are counted in 32 bits, and a row is a workgroup.
                if (columns * rows) as u64 > u64::from(i32::MAX.unsigned_abs()) || rows > 65_535 {
                    return None;
                }
                sums = Some(Sums { columns, rows });
                if larger.shape == Shape::Moore {
                    let busy = (u64::from(words) * u64::from(height) / (1 << 16)) as u32;
                    strip = busy.max(larger.reach.into()).clamp(1, 256);
                }
                text.larger(larger, margin, columns, strip);
            }
            Family::Blocks(blocks) => text.blocks(blocks),
            Family::Marked(marked) => text.marked(marked),
            Family::Table(file) => text.table(&**file, file.is_von_neumann(), || file.flat())?,
            Family::Space(space) => {
                let Topology::Box {
                    height,
                    depth,
                    wraps,
                    ..
                } = rule.topology
                else {
                    return None;
                };
                text.number("SHEET", height as i32);
                text.number("DEPTH", depth as i32);
                text.truth("WRAPS", wraps);
                text.truth("FACES", space.faces);
                text.number("BIRTH", space.birth);
                text.number("SURVIVAL", space.survival);
                text.wgsl.push_str(include_str!("space.wgsl"));
            }
            Family::Line(line) => {
                reach[0] = line.reach().next_multiple_of(4);
                text.line(line);
            }
            Family::Turmite(_) => return None,
        }
        text.edges(rule.topology, reach);
        let own_step = match &rule.family {
            Family::Larger(larger) => larger.shape == Shape::Moore,
            Family::Line(_) => true,
            _ => false,
        };
        if !own_step {
            text.wgsl.push_str(include_str!("step.wgsl"));
        }
        // A storage binding has at least one number.
        text.data.push(0);
        Some(Self {
            text: format!(
                "{}{}{}",
                text.constants,
                include_str!("field.wgsl"),
                text.wgsl
            ),
            data: text.data,
            sums,
            strip,
        })
    }
}

#[derive(Debug, Default)]
struct Text {
    constants: String,
    wgsl: String,
    data: Vec<u32>,
}

/// A number as WGSL writes it.
trait Literal {
    fn literal(self) -> String;
}
impl Literal for u32 {
    fn literal(self) -> String {
        format!("{self}u")
    }
}
impl Literal for i32 {
    fn literal(self) -> String {
        format!("{self}i")
    }
}

/// Four bytes a number, the first one lowest.
fn packed(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks(4).map(|chunk| {
        (0..)
            .zip(chunk)
            .fold(0, |word, (i, &byte)| word | u32::from(byte) << (8 * i))
    })
}

impl Text {
    fn number(&mut self, name: &str, value: impl Literal) {
        // Writing to a string can't fail.
        let _ = writeln!(self.constants, "const {name} = {};", value.literal());
    }

    fn truth(&mut self, name: &str, value: bool) {
        let _ = writeln!(self.constants, "const {name} = {value};");
    }

    /// Adds numbers to the data and says where they begin.
    fn list(&mut self, name: &str, values: impl IntoIterator<Item = u32>) {
        self.number(name, self.data.len() as u32);
        self.data.extend(values);
    }

    fn size(&mut self, rule: &Rule, width: u32, height: u32) {
        self.number("WIDTH", width as i32);
        self.number("HEIGHT", height as i32);
        self.number("WORDS", width.div_ceil(4));
        self.number("FULL", (width / 4) as i32);
        let over = width % 4;
        let last = if over == 0 {
            u32::MAX
        } else {
            (1 << (8 * over)) - 1
        };
        self.number("LAST_CELLS", last);
        self.number("STATES", rule.states() as u32);
    }

    /// `cell`: what stands at a place that may lie so far outside the grid.
    fn edges(&mut self, topology: Topology, [columns, rows]: [usize; 2]) {
        let cell = match topology {
            Topology::Torus { .. } => {
                "return stored(((x % WIDTH) + WIDTH) % WIDTH, ((y % HEIGHT) + HEIGHT) % HEIGHT);"
            }
            Topology::Box { wraps: true, .. } => {
                "if y < 0 || y >= HEIGHT { return 0u; }\n\
                 return stored(((x % WIDTH) + WIDTH) % WIDTH, y);"
            }
            Topology::Bounded { .. } | Topology::Box { .. } => {
                "if x < 0 || x >= WIDTH || y < 0 || y >= HEIGHT { return 0u; }\n\
                 return stored(x, y);"
            }
            _ => {
                self.rim(topology, columns + 8, rows);
                "if x < -RIM_X || x >= WIDTH + RIM_X || y < -RIM_Y || y >= HEIGHT + RIM_Y {\n\
                 return 0u;\n}\n\
                 let full = WIDTH + 2 * RIM_X;\n\
                 var at = 0;\n\
                 if y < 0 { at = (y + RIM_Y) * full + x + RIM_X; }\n\
                 else if y >= HEIGHT { at = (y - HEIGHT + RIM_Y) * full + x + RIM_X; }\n\
                 else if x >= 0 && x < WIDTH { return stored(x, y); }\n\
                 else { at = 2 * RIM_Y * full + y * 2 * RIM_X + select(x + RIM_X, x - WIDTH + RIM_X, x >= WIDTH); }\n\
                 let place = data[RIM + u32(at)];\n\
                 if place == 0xffffffffu { return 0u; }\n\
                 return (before[place >> 2u] >> ((place & 3u) * 8u)) & 255u;"
            }
        };
        let _ = writeln!(self.wgsl, "\nfn cell(x: i32, y: i32) -> u32 {{\n{cell}\n}}");
    }

    /// Where the cells around a grid stand: the rows above and below with their ends, then both
    /// ends of each row.
    fn rim(&mut self, topology: Topology, columns: usize, rows: usize) {
        let (width, height) = topology.size().unwrap_or_default();
        let stride = u64::from(width.div_ceil(4)) * 4;
        let (w, h) = (i64::from(width), i64::from(height));
        let (c, r) = (columns as i64, rows as i64);
        let place = |x: i64, y: i64| match topology.source(x, y) {
            Some((x, y)) if (0..w).contains(&x) && (0..h).contains(&y) => {
                (y as u64 * stride + x as u64) as u32
            }
            _ => u32::MAX,
        };
        self.number("RIM_X", columns as i32);
        self.number("RIM_Y", rows as i32);
        self.number("RIM", self.data.len() as u32);
        for y in (-r..0).chain(h..h + r) {
            self.data.extend((-c..w + c).map(|x| place(x, y)));
        }
        for y in 0..h {
            self.data
                .extend((-c..0).chain(w..w + c).map(|x| place(x, y)));
        }
    }

    /// Births and survivals by the live cells of a block: counted where that is enough.
    fn live(&mut self, binary: &Binary) {
        match crate::field::counts(binary) {
            Some(life) => {
                let corners = match binary.hood {
                    Hood::Moore => 3u32,
                    Hood::Hexagonal => 1,
                    Hood::VonNeumann => 0,
                };
                self.number("CORNERS", corners);
                self.number("BIRTH", u32::from(life.birth));
                self.number("SURVIVAL", u32::from(life.survival));
                self.wgsl.push_str(include_str!("counts.wgsl"));
            }
            None => {
                self.outcomes(binary.outcomes);
                self.wgsl.push_str(include_str!("live.wgsl"));
            }
        }
    }

    fn outcomes(&mut self, outcomes: Outcomes) {
        let halves = outcomes.0.into_iter();
        let halves = halves.flat_map(|word| [word as u32, (word >> 32) as u32]);
        self.list("TABLE", halves);
    }

    fn blocks(&mut self, blocks: &Blocks) {
        let half = |from: usize| {
            (0..8).fold(0, |word, i| {
                word | u32::from(blocks.0[from + i] & 15) << (4 * i)
            })
        };
        self.number("SQUARES_LOW", half(0));
        self.number("SQUARES_HIGH", half(8));
        self.wgsl.push_str(include_str!("blocks.wgsl"));
    }

    fn line(&mut self, line: &Line) {
        self.wgsl.push_str(include_str!("line.wgsl"));
        let body = match line {
            Line::Elementary(number) => {
                self.number("NUMBER", u32::from(*number));
                "let place = (cell(x - 1, y) << 2u) | (cell(x, y) << 1u) | cell(x + 1, y);\n\
                 return (NUMBER >> place) & 1u;"
            }
            Line::Totalistic {
                reach, outcomes, ..
            } => {
                self.number("REACH", i32::from(*reach));
                self.list("TABLE", packed(outcomes));
                "var sum = 0u;\n\
                 for (var d = -REACH; d <= REACH; d++) { sum += cell(x + d, y); }\n\
                 return entry(TABLE, sum);"
            }
        };
        let _ = writeln!(self.wgsl, "\nfn fate(x: i32, y: i32) -> u32 {{\n{body}\n}}");
    }

    fn marked(&mut self, marked: &Marked) {
        self.outcomes(marked.base.outcomes);
        self.wgsl.push_str(include_str!("local.wgsl"));
        self.wgsl.push_str(include_str!("marked.wgsl"));
        let mut body = String::from("var place = 0u;\nvar around = 0u;\n");
        for (i, name) in NAMES.into_iter().enumerate() {
            let _ = writeln!(body, "place = (place << 1u) | ({name} & 1u);");
            if marked.base.hood.mask() >> (8 - i) & 1 != 0 {
                let _ = writeln!(body, "around |= 1u << {name};");
            }
        }
        let of = match marked.memory {
            Memory::History => "history",
            Memory::Super => "super_",
        };
        let _ = writeln!(
            body,
            "let alive = ((data[TABLE + (place >> 5u)] >> (place & 31u)) & 1u) == 1u;\n\
             return {of}(c, around, alive);"
        );
        self.fate(&body);
    }

    fn fate(&mut self, body: &str) {
        let parameters = NAMES.map(|name| format!("{name}: u32")).join(", ");
        let _ = writeln!(self.wgsl, "\nfn fate({parameters}) -> u32 {{\n{body}}}");
    }

    /// A rule file: a full table where it is small enough, else its own tree or rows.
    fn table<'a>(
        &mut self,
        rule: &dyn Local,
        cross: bool,
        flat: impl FnOnce() -> Flat<'a>,
    ) -> Option<()> {
        self.wgsl.push_str(include_str!("local.wgsl"));
        let states = rule.states();
        let entries = |cells: u32| states.checked_pow(cells).filter(|&n| n <= MOST);
        let places: &[usize] = match (entries(5).filter(|_| cross), entries(9)) {
            (Some(_), _) => &[1, 3, 4, 5, 7],
            (None, Some(_)) => &[0, 1, 2, 3, 4, 5, 6, 7, 8],
            (None, None) => return self.flat(states, &flat()),
        };
        let entries = states.pow(places.len() as u32);
        let mut outcomes = vec![0u8; entries];
        for (number, outcome) in outcomes.iter_mut().enumerate() {
            let (mut block, mut rest) = ([0u8; 9], number);
            for &place in places.iter().rev() {
                block[place] = (rest % states) as u8;
                rest /= states;
            }
            *outcome = rule.next(&block);
        }
        self.list("TABLE", packed(&outcomes));
        let number = places.iter().fold(String::from("0u"), |number, &place| {
            format!("({number}) * STATES + {}", NAMES[place])
        });
        self.fate(&format!("return entry(TABLE, {number});\n"));
        Some(())
    }

    fn flat(&mut self, states: usize, flat: &Flat<'_>) -> Option<()> {
        let mut body = String::new();
        match flat {
            Flat::Tree {
                children,
                root,
                order,
            } => {
                if children.len() > MOST_NUMBERS {
                    return None;
                }
                self.list("TREE", children.iter().copied());
                let _ = writeln!(body, "var node = {root}u;");
                for &place in *order {
                    let _ = writeln!(
                        body,
                        "node = data[TREE + node * STATES + {}];",
                        NAMES[place]
                    );
                }
                body.push_str("return node;\n");
            }
            Flat::Rows {
                words,
                bits,
                outcomes,
                places,
            } => {
                if 2 * bits.len() > MOST_NUMBERS || *words > 1 << 10 {
                    return None;
                }
                let halves = bits.iter().flat_map(|&w| [w as u32, (w >> 32) as u32]);
                self.list("BITS", halves);
                self.list("OUTCOMES", packed(outcomes));
                let _ = writeln!(
                    body,
                    "for (var word = 0u; word < {}u; word++) {{",
                    2 * words
                );
                body.push_str("var fit = 0xffffffffu;\n");
                for (cell, &place) in places.iter().enumerate() {
                    let first = cell * states;
                    let _ = writeln!(
                        body,
                        "fit &= data[BITS + ({first}u + {}) * {}u + word];",
                        NAMES[place],
                        2 * words
                    );
                }
                body.push_str(
                    "if fit != 0u { return entry(OUTCOMES, word * 32u + firstTrailingBit(fit)); }\n\
                     }\nreturn c;\n",
                );
            }
        }
        self.fate(&body);
        Some(())
    }

    fn larger(&mut self, rule: &Larger, margin: usize, columns: usize, strip: u32) {
        self.number("REACH", i32::from(rule.reach));
        self.number("MARGIN", margin as i32);
        self.number("COLUMNS", columns as u32);
        self.wgsl.push_str(include_str!("larger.wgsl"));
        match rule.shape.state_weights() {
            Some(mut weights) => {
                weights.resize(rule.states(), 0);
                self.list("WEIGHTS", weights.into_iter().map(|w| w as u32));
                self.wgsl.push_str(
                    "\nfn values(cells: u32) -> vec4<u32> {\nlet own = unpack(cells);\n\
                     return vec4<u32>(data[WEIGHTS + own.x], data[WEIGHTS + own.y], \
                     data[WEIGHTS + own.z], data[WEIGHTS + own.w]);\n}\n",
                );
            }
            None => self
                .wgsl
                .push_str("\nfn values(cells: u32) -> vec4<u32> { return unpack(ones(cells)); }\n"),
        }
        for (name, counts) in [("born", &rule.birth), ("survives", &rule.survival)] {
            let ranges = &counts.0;
            let mut body = String::from("var yes = vec4<bool>(false);\n");
            if ranges.len() <= RANGES {
                for &(low, high) in ranges {
                    let length = high - low;
                    let _ = writeln!(
                        body,
                        "yes = yes | ((count - vec4<u32>({low}u)) <= vec4<u32>({length}u));"
                    );
                }
            } else {
                let list = format!("{}_RANGES", name.to_uppercase());
                self.list(
                    &list,
                    ranges.iter().flat_map(|&(low, high)| [low, high - low]),
                );
                let _ = writeln!(
                    body,
                    "for (var i = 0u; i < {}u; i += 2u) {{\n\
                     yes = yes | ((count - vec4<u32>(data[{list} + i])) <= \
                     vec4<u32>(data[{list} + i + 1u]));\n}}",
                    2 * ranges.len()
                );
            }
            let _ = writeln!(
                self.wgsl,
                "\nfn {name}(count: vec4<u32>) -> vec4<u32> {{\n{body}\
                 return select(vec4<u32>(0u), vec4<u32>(1u), yes);\n}}"
            );
        }
        if rule.shape == Shape::Moore {
            self.truth("MIDDLE", rule.middle);
            self.number("STRIP", strip);
            self.wgsl.push_str(include_str!("square.wgsl"));
            return;
        }
        let terms = rule.shape.terms(rule.reach.into(), rule.middle);
        self.truth("TURNS", rule.shape.turns());
        self.number("TERMS", terms.len() as u32);
        let numbers = terms
            .iter()
            .flat_map(|t| [t.dy, t.from, t.to, t.weight].map(|n| n as u32));
        self.list("TERM", numbers);
        self.wgsl.push_str(include_str!("terms.wgsl"));
    }
}

/// The cells of a block in `fate`, row by row.
const NAMES: [&str; 9] = ["nw", "n", "ne", "w", "c", "e", "sw", "s", "se"];
