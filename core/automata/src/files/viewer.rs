//! Commands to a viewer in a pattern's remarks: `[[ ZOOM 8 GPS 15 AUTOSTART ]]`.
//!
//! LifeViewer reads them on the forum, see <https://conwaylife.com/wiki/LifeViewer>. All of them
//! are kept, word for word, because they stand in the comments; those that have a meaning here
//! are offered as numbers.

/// The most commands that are taken from one text.
const MOST: usize = 10_000;

/// A command with what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its word in capitals.
    pub name: String,
    /// Numbers, quoted texts and words up to the next command.
    pub arguments: Vec<String>,
}

/// What a text asks of its viewer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Viewer {
    /// Every command in order.
    pub commands: Vec<Command>,
    /// Pixels a cell; below 1 several cells a pixel.
    pub zoom: Option<f64>,
    /// Generations a second.
    pub speed: Option<f64>,
    /// Generations a step.
    pub step: Option<u64>,
    /// The number or name of a colour theme.
    pub theme: Option<String>,
    /// Whether the run starts by itself.
    pub autostart: bool,
    /// The camera's place in cells, relative to the pattern's middle.
    pub centre: (Option<f64>, Option<f64>),
    /// The camera's turn in degrees.
    pub angle: Option<f64>,
    /// Generations at which the run waits.
    pub pauses: Vec<u64>,
    /// The generation at which the run ends.
    pub stop: Option<u64>,
    /// The generation at which the run starts again from the beginning.
    pub again: Option<u64>,
    /// A title.
    pub title: Option<String>,
    /// Width and height of the view in pixels.
    pub size: (Option<u32>, Option<u32>),
    /// Whether the view follows the pattern's bounding box.
    pub follow: bool,
    /// Whether grid lines are shown.
    pub grid: bool,
}

/// The commands, longest first where one begins another. Words that aren't here are arguments.
const NAMES: &[&str] = &[
    "ALPHATHRESHOLD",
    "ANGLE",
    "ANGLESTEP",
    "AUTOFIT",
    "AUTOSTART",
    "BOUNDEDGRIDBORDERSIZE",
    "BPS",
    "COLOR",
    "COLOUR",
    "DELETERADIUS",
    "DEPTH",
    "ENDNEW",
    "EXCLUSIVEPLAYBACK",
    "EXTENDEDTIMING",
    "FIXEDPOPUPWIDTH",
    "FIT",
    "GPS",
    "GRAPH",
    "GRAPHPOINTS",
    "GRID",
    "GRIDMAJOR",
    "HARDRESET",
    "HEIGHT",
    "HEXDISPLAY",
    "HISTORYSTATES",
    "HWFPS",
    "INITIAL",
    "JITTER",
    "KILLGLIDERS",
    "LABEL",
    "LABELALPHA",
    "LABELANGLE",
    "LABELSIZE",
    "LABELTRACK",
    "LAYERS",
    "LINEAR",
    "LOOP",
    "MAXGRIDSIZE",
    "MULTICOLOR",
    "MULTICOLOUR",
    "NOAUTOFIT",
    "NOCOPY",
    "NOGRAPH",
    "NOGRID",
    "NOGUI",
    "NOHISTORY",
    "NOLAYERS",
    "NOPERFWARNING",
    "NOREPORT",
    "NOSOURCE",
    "NOSTARS",
    "NOSTEPUSER",
    "NOTHROTTLE",
    "OFFSET",
    "PAUSE",
    "PLAYTIME",
    "POI",
    "POIADVANCE",
    "POIRESET",
    "POITRANS",
    "POPUPHEIGHT",
    "POPUPWIDTH",
    "QUALITY",
    "RAINBOW",
    "RANDCELLS",
    "RANDFILL",
    "RANDHEIGHT",
    "RANDOMIZE",
    "RANDOMSEED",
    "RANDREVERSE",
    "RANDSWAP",
    "RANDWIDTH",
    "REPLACE",
    "REVERSESTART",
    "SELECT",
    "SHOWBOUNDARY",
    "SHOWGENSTATS",
    "SHOWINFOBAR",
    "SHOWTIMING",
    "SKIP",
    "SNAPSHOT",
    "SQUAREDISPLAY",
    "STARFIELD",
    "STARTFROM",
    "STATE1FIRST",
    "STEP",
    "STOP",
    "SUPPRESS",
    "T",
    "THEME",
    "THUMBLAUNCH",
    "THUMBNAIL",
    "THUMBSIZE",
    "THUMBSTART",
    "THUMBZOOM",
    "TILT",
    "TITLE",
    "TRACK",
    "TRACKBOX",
    "TRACKLOOP",
    "TRIANGLEDISPLAY",
    "UNBOUNDED",
    "UNDRAW",
    "VIEWONLY",
    "WIDTH",
    "X",
    "XOFFSET",
    "Y",
    "YOFFSET",
    "Z",
    "ZOOM",
];

impl Viewer {
    /// The commands of a text: everything between `[[` and `]]`, on one line or several, with
    /// the remark signs at the beginnings of lines left out.
    pub fn parse(text: &str) -> Self {
        let mut viewer = Self::default();
        if !text.contains("[[") {
            return viewer;
        }
        let lines = text.lines().map(|line| {
            let line = line.trim_start();
            match line.strip_prefix(['#', '!']) {
                Some(rest) => rest.strip_prefix(['C', 'D', 'c']).unwrap_or(rest),
                None => line,
            }
        });
        let joined = lines.collect::<Vec<_>>().join("\n");
        for part in joined.split("[[").skip(1) {
            // Without an end nothing was meant for the viewer.
            if let Some((inside, _)) = part.split_once("]]") {
                viewer.script(inside);
            }
        }
        viewer.read();
        viewer
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    fn script(&mut self, script: &str) {
        let mut rest = script.trim_start();
        while !rest.is_empty() && self.commands.len() < MOST {
            let word;
            if let Some(quoted) = rest.strip_prefix('"') {
                let (inside, after) = quoted.split_once('"').unwrap_or((quoted, ""));
                word = inside;
                rest = after.trim_start();
            } else {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                word = &rest[..end];
                let name = word.to_ascii_uppercase();
                rest = rest[end..].trim_start();
                if NAMES.contains(&name.as_str()) {
                    self.commands.push(Command {
                        name,
                        arguments: Vec::new(),
                    });
                    continue;
                }
            }
            match self.commands.last_mut() {
                Some(command) => command.arguments.push(word.to_owned()),
                None => self.commands.push(Command {
                    name: word.to_ascii_uppercase(),
                    arguments: Vec::new(),
                }),
            }
        }
    }

    /// The meanings. A command after `T n` belongs to that generation.
    fn read(&mut self) {
        let mut at: Option<u64> = None;
        for command in self.commands.clone() {
            let text = command.arguments.first();
            let number = text
                .and_then(|text| text.parse::<f64>().ok())
                .filter(|number| number.is_finite());
            let whole = text.and_then(|text| text.parse::<u64>().ok());
            match command.name.as_str() {
                "T" => at = whole,
                "ZOOM" | "Z" if at.is_none() => {
                    // Negative zooms are fractions: -4 shows 4 cells a pixel.
                    self.zoom = number
                        .map(|zoom| if zoom < 0.0 { -1.0 / zoom } else { zoom })
                        .filter(|zoom| *zoom > 0.0)
                        .or(self.zoom);
                }
                "GPS" if at.is_none() => {
                    self.speed = number.filter(|speed| *speed > 0.0).or(self.speed);
                }
                "STEP" if at.is_none() => {
                    self.step = whole.filter(|step| *step > 0).or(self.step);
                }
                "THEME" => self.theme = text.cloned().or(self.theme.take()),
                "AUTOSTART" => self.autostart = true,
                "X" if at.is_none() => self.centre.0 = number.or(self.centre.0),
                "Y" if at.is_none() => self.centre.1 = number.or(self.centre.1),
                "ANGLE" if at.is_none() => self.angle = number.or(self.angle),
                "PAUSE" => self.pauses.extend(at),
                "STOP" => self.stop = whole.or(at).or(self.stop),
                "LOOP" => self.again = whole.or(at).or(self.again),
                "TITLE" => self.title = text.cloned().or(self.title.take()),
                "WIDTH" => self.size.0 = whole.and_then(|n| n.try_into().ok()).or(self.size.0),
                "HEIGHT" => self.size.1 = whole.and_then(|n| n.try_into().ok()).or(self.size.1),
                "AUTOFIT" | "FIT" => self.follow = true,
                "GRID" => self.grid = true,
                "NOGRID" => self.grid = false,
                _ => {}
            }
        }
    }
}
