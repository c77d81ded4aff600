//! The grid that a rule runs on, in Golly's notation.
//!
//! | suffix | grid |
//! |---|---|
//! | none | the unbounded plane |
//! | `:P30,20` | a rectangle whose outside is dead for ever |
//! | `:T30,20` | a torus; `:T30+5,20` and `:T30,20-2` with shifted edges |
//! | `:P30,0`, `:T0,20` | 0: unbounded that way |
//! | `:K30*,20`, `:K30,20*` | a Klein bottle, its horizontal or vertical edges twisted; `*+1` shifts them |
//! | `:C30,20` | a cross-surface (projective plane): both pairs of edges twisted |
//! | `:S30` | a sphere: top joins left, right joins bottom |
//!
//! One number makes a square. A one-dimensional rule reads one number as the length of its row
//! and 0 rows (as many as there are generations); a three-dimensional rule reads one number as a
//! cube and three as a box.

use std::fmt;

use super::RuleError;
use super::reader::Reader;

/// The longest side of a bounded grid, in cells.
pub const MAX_SIDE: u32 = 1 << 28;

/// The grid that a rule runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Topology {
    /// The unbounded plane.
    #[default]
    Plane,
    /// A torus: left meets right, top meets bottom. Sides in cells.
    Torus {
        /// Cells from west to east.
        width: u32,
        /// Cells from north to south.
        height: u32,
    },
    /// A rectangle whose outside is dead for ever. Sides in cells.
    Bounded {
        /// Cells from west to east.
        width: u32,
        /// Cells from north to south.
        height: u32,
    },
    /// A torus whose horizontal edges (`x`) or vertical edges (`y`) are shifted before they
    /// meet; one of the shifts is 0. Sides and shifts in cells.
    Shifted {
        /// Cells from west to east.
        width: u32,
        /// Cells from north to south.
        height: u32,
        /// Shift of the horizontal edges.
        x: i32,
        /// Shift of the vertical edges.
        y: i32,
    },
    /// A Klein bottle: one pair of edges is reversed before it meets. Sides in cells.
    Klein {
        /// Cells from west to east.
        width: u32,
        /// Cells from north to south.
        height: u32,
        /// Whether the horizontal edges are reversed, not the vertical ones.
        horizontal: bool,
        /// Whether the reversed edges are also shifted by one cell.
        shifted: bool,
    },
    /// A cross-surface: both pairs of edges are reversed. Sides in cells.
    Cross {
        /// Cells from west to east.
        width: u32,
        /// Cells from north to south.
        height: u32,
    },
    /// A sphere: the top edge meets the left one, the right edge the bottom one.
    Sphere {
        /// Cells of each side.
        side: u32,
    },
    /// Bounded one way only: exactly one of the sides is 0, which means unbounded.
    Strip {
        /// Cells from west to east, or 0.
        width: u32,
        /// Cells from north to south, or 0.
        height: u32,
        /// Whether the edges meet (a tube), rather than being dead (a strip).
        wraps: bool,
    },
    /// Cells in space, kept as `depth` sheets of `width` × `height` one below the other.
    Box {
        /// Cells from west to east.
        width: u32,
        /// Cells from north to south.
        height: u32,
        /// Sheets.
        depth: u32,
        /// Whether opposite faces meet.
        wraps: bool,
    },
}

impl Topology {
    /// Columns and rows; nothing when either is unbounded. A box has all its sheets below one
    /// another.
    pub fn size(self) -> Option<(u32, u32)> {
        match self {
            Self::Plane | Self::Strip { .. } => None,
            Self::Torus { width, height }
            | Self::Bounded { width, height }
            | Self::Shifted { width, height, .. }
            | Self::Klein { width, height, .. }
            | Self::Cross { width, height } => Some((width, height)),
            Self::Sphere { side } => Some((side, side)),
            Self::Box {
                width,
                height,
                depth,
                ..
            } => Some((width, height.saturating_mul(depth))),
        }
    }

    /// Width and height with 0 for unbounded.
    pub fn sides(self) -> (u32, u32) {
        match self {
            Self::Plane => (0, 0),
            Self::Strip { width, height, .. } => (width, height),
            _ => self.size().unwrap_or((0, 0)),
        }
    }

    /// Number of cells; nothing on a grid without bounds.
    pub fn cells(self) -> Option<u64> {
        let (width, height) = self.size()?;
        Some(u64::from(width) * u64::from(height))
    }

    /// Whether opposite edges meet as they are: a plain torus.
    pub fn wraps(self) -> bool {
        matches!(self, Self::Torus { .. })
    }

    /// Whether it is the plane, a plain torus or a plain rectangle.
    pub fn is_plain(self) -> bool {
        matches!(
            self,
            Self::Plane | Self::Torus { .. } | Self::Bounded { .. }
        )
    }

    /// The cell of the grid that stands at column `x` and row `y`, counted from the top left
    /// corner, when one walks there across the edges; nothing where the outside is dead. Along
    /// an unbounded side a coordinate stays as it is. (A box wraps within its sheets only.)
    pub fn source(self, mut x: i64, mut y: i64) -> Option<(i64, i64)> {
        let (w, h) = self.sides();
        let (w, h) = (i64::from(w), i64::from(h));
        let inside = |c: i64, side: i64| side == 0 || (0..side).contains(&c);
        if inside(x, w) && inside(y, h) {
            return Some((x, y));
        }
        match self {
            Self::Plane => Some((x, y)),
            Self::Bounded { .. } | Self::Strip { wraps: false, .. } | Self::Box { .. } => None,
            Self::Torus { .. } => Some((x.rem_euclid(w), y.rem_euclid(h))),
            Self::Strip { .. } => Some(if w > 0 {
                (x.rem_euclid(w), y)
            } else {
                (x, y.rem_euclid(h))
            }),
            Self::Shifted { x: sx, y: sy, .. } => {
                // Crossing the lower edge once moves the row by the shift, and so on.
                let (down, right) = (y.div_euclid(h), x.div_euclid(w));
                Some((
                    (x + down * i64::from(sx)).rem_euclid(w),
                    (y + right * i64::from(sy)).rem_euclid(h),
                ))
            }
            Self::Klein {
                horizontal,
                shifted,
                ..
            } => {
                let shift = i64::from(shifted);
                if horizontal {
                    if y.div_euclid(h).rem_euclid(2) == 1 {
                        x = w - 1 - x - shift;
                    }
                } else if x.div_euclid(w).rem_euclid(2) == 1 {
                    y = h - 1 - y - shift;
                }
                Some((x.rem_euclid(w), y.rem_euclid(h)))
            }
            Self::Cross { .. } => {
                let (across, down) = (x.div_euclid(w), y.div_euclid(h));
                let (mut x, mut y) = (x.rem_euclid(w), y.rem_euclid(h));
                if across.rem_euclid(2) == 1 {
                    y = h - 1 - y;
                }
                if down.rem_euclid(2) == 1 {
                    x = w - 1 - x;
                }
                Some((x, y))
            }
            Self::Sphere { .. } => {
                // Each crossing of an edge leads to the edge that it meets; from a corner's
                // outside it takes two.
                for _ in 0..64 {
                    (x, y) = if y < 0 {
                        (-1 - y, x)
                    } else if x < 0 {
                        (y, -1 - x)
                    } else if y >= h {
                        (2 * w - 1 - y, x)
                    } else if x >= w {
                        (y, 2 * h - 1 - x)
                    } else {
                        return Some((x, y));
                    };
                }
                None
            }
        }
    }

    /// The grid after a rule's colon. `dimensions` says what one number means.
    pub(crate) fn read(reader: &mut Reader, dimensions: u8) -> Result<Self, RuleError> {
        let Some(letter @ ('P' | 'T' | 'K' | 'C' | 'S')) = reader.peek() else {
            return reader.fail(
                "a grid starts with P (plane), T (torus), K (Klein bottle), C (cross-surface) \
                 or S (sphere), then sizes, such as :T512",
            );
        };
        if dimensions != 2 && !matches!(letter, 'T' | 'P') {
            return reader.fail(if dimensions == 1 {
                "a row is :T (its ends meet) or :P (dead beyond them), such as :T512"
            } else {
                "a box in space is :T (opposite faces meet) or :P (dead outside), such as :T40"
            });
        }
        reader.at += 1;
        let wraps = letter == 'T';
        let first = Side::read(reader, letter)?;
        if dimensions == 3 {
            return Self::read_box(reader, letter, first);
        }
        let start = reader.at;
        let mut given = true;
        let second = if reader.take(',') {
            reader.spaces();
            Side::read(reader, letter)?
        } else {
            given = false;
            Side {
                twisted: false,
                shift: 0,
                ..first
            }
        };
        let (width, height) = (first.length, second.length);
        if dimensions == 1 && (first.shift != 0 || second.shift != 0) {
            return reader.fail("the ends of a row meet without a shift; leave it out");
        }
        if letter == 'S' {
            if width != height {
                return reader.fail_at(start + 1, "a sphere's sides are equal; give one number");
            }
            return match width {
                0 => reader.fail("a sphere can't be unbounded; give a side such as :S30"),
                side => Ok(Self::Sphere { side }),
            };
        }
        if dimensions == 1 && !given && width > 0 {
            let height = 0;
            return Ok(Self::Strip {
                width,
                height,
                wraps,
            });
        }
        let shifts = first.shift != 0 || second.shift != 0;
        let bounded = width > 0 && height > 0;
        if !bounded && (shifts || first.twisted || second.twisted) {
            return reader
                .fail("a grid that is unbounded one way has no shift and no twist; leave it out");
        }
        match letter {
            'P' | 'T' if width == 0 && height == 0 => Ok(Self::Plane),
            'P' | 'T' if !bounded => Ok(Self::Strip {
                width,
                height,
                wraps,
            }),
            'T' if first.shift != 0 && second.shift != 0 => {
                reader.fail("only one pair of a torus' edges can be shifted; leave one shift out")
            }
            'T' => {
                let x = first.shift % i64::from(width);
                let y = second.shift % i64::from(height);
                if x == 0 && y == 0 {
                    return Ok(Self::Torus { width, height });
                }
                Ok(Self::Shifted {
                    width,
                    height,
                    x: x as i32,
                    y: y as i32,
                })
            }
            'P' => Ok(Self::Bounded { width, height }),
            _ if !bounded => reader.fail("this grid can't be unbounded; give both sides"),
            'C' => Ok(Self::Cross { width, height }),
            _ => Self::klein(reader, first, second),
        }
    }

    fn klein(reader: &Reader, first: Side, second: Side) -> Result<Self, RuleError> {
        if first.twisted == second.twisted {
            return reader.fail(
                "one side of a Klein bottle is twisted: mark it with *, such as :K30*,20 (both \
                 twisted make a cross-surface, :C30,20)",
            );
        }
        let (twisted, straight) = if first.twisted {
            (first, second)
        } else {
            (second, first)
        };
        if straight.shift != 0 {
            return reader.fail("only the twisted edges of a Klein bottle can be shifted");
        }
        if twisted.shift != 0 && twisted.length % 2 == 1 {
            return reader.fail("twisted edges can be shifted only if their length is even");
        }
        Ok(Self::Klein {
            width: first.length,
            height: second.length,
            horizontal: first.twisted,
            shifted: twisted.shift % 2 != 0,
        })
    }

    fn read_box(reader: &mut Reader, letter: char, first: Side) -> Result<Self, RuleError> {
        let mut sides = [first.length; 3];
        if reader.take(',') {
            sides[1] = Side::read(reader, letter)?.length;
            if !reader.take(',') {
                return reader.unexpected("a box has one number or three, such as :T40,30,20");
            }
            sides[2] = Side::read(reader, letter)?.length;
        }
        let [width, height, depth] = sides;
        let sheets = u64::from(height) * u64::from(depth);
        if sides.contains(&0) || sheets > u64::from(MAX_SIDE) {
            return reader.fail(format!(
                "a box has sides from 1, and height times depth up to {MAX_SIDE}"
            ));
        }
        Ok(Self::Box {
            width,
            height,
            depth,
            wraps: letter == 'T',
        })
    }
}

/// One side as written: `30`, `30*`, `30+5`, `30*+1`.
#[derive(Clone, Copy)]
struct Side {
    length: u32,
    twisted: bool,
    shift: i64,
}

impl Side {
    fn read(reader: &mut Reader, letter: char) -> Result<Self, RuleError> {
        reader.spaces();
        let length = reader.number(u64::from(MAX_SIDE), "a side in cells")? as u32;
        let mut side = Self {
            length,
            twisted: false,
            shift: 0,
        };
        if reader.peek() == Some('*') {
            if letter != 'K' {
                return reader.fail("only the edges of a Klein bottle (K) are marked with *");
            }
            reader.at += 1;
            side.twisted = true;
        }
        if let Some(sign @ ('+' | '-')) = reader.peek() {
            if !matches!(letter, 'T' | 'K') {
                return reader.fail("only a torus (T) or Klein bottle (K) has shifted edges");
            }
            reader.at += 1;
            let shift = reader.number(u64::from(MAX_SIDE), "a shift in cells")? as i64;
            side.shift = if sign == '-' { -shift } else { shift };
        }
        Ok(side)
    }
}

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Plane => Ok(()),
            Self::Torus { width, height } if width == height => write!(f, ":T{width}"),
            Self::Torus { width, height } => write!(f, ":T{width},{height}"),
            Self::Bounded { width, height } if width == height => write!(f, ":P{width}"),
            Self::Bounded { width, height } => write!(f, ":P{width},{height}"),
            Self::Shifted {
                width,
                height,
                x: 0,
                y,
            } => write!(f, ":T{width},{height}{y:+}"),
            Self::Shifted {
                width, height, x, ..
            } => write!(f, ":T{width}{x:+},{height}"),
            Self::Klein {
                width,
                height,
                horizontal,
                shifted,
            } => {
                let mark = if shifted { "*+1" } else { "*" };
                if horizontal {
                    write!(f, ":K{width}{mark},{height}")
                } else {
                    write!(f, ":K{width},{height}{mark}")
                }
            }
            Self::Cross { width, height } => write!(f, ":C{width},{height}"),
            Self::Sphere { side } => write!(f, ":S{side}"),
            Self::Strip {
                width,
                height,
                wraps,
            } => {
                let letter = if wraps { 'T' } else { 'P' };
                write!(f, ":{letter}{width},{height}")
            }
            Self::Box {
                width,
                height,
                depth,
                wraps,
            } => {
                let letter = if wraps { 'T' } else { 'P' };
                if width == height && height == depth {
                    write!(f, ":{letter}{width}")
                } else {
                    write!(f, ":{letter}{width},{height},{depth}")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
