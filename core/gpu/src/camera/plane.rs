//! The plane camera: a window on a plane whose centre is exact at any distance from zero.

use super::Plane;

/// A place on the plane, `whole + part`, with each part in [0, 1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spot {
    pub whole: [i128; 2],
    pub part: [f64; 2],
}

impl Spot {
    /// The same place with its parts in [0, 1); steps of any size.
    fn stepped(self, by: [f64; 2]) -> Self {
        let mut next = self;
        for axis in 0..2 {
            // Floor and remainder are exact, so that the step loses only what lies below the
            // last bit of the part.
            let whole = by[axis].floor();
            let part = self.part[axis] + (by[axis] - whole);
            let carry = part.floor();
            next.part[axis] = part - carry;
            // A part just below zero may round to 1.
            let extra = if next.part[axis] >= 1.0 { 1.0 } else { 0.0 };
            next.part[axis] -= extra;
            next.whole[axis] = self.whole[axis]
                .saturating_add(whole as i128)
                .saturating_add((carry + extra) as i128);
        }
        next
    }

    /// `self − from` in world units, exact while the whole parts are within 2^53.
    pub fn minus(self, from: Self) -> [f64; 2] {
        std::array::from_fn(|axis| {
            let whole = self.whole[axis].saturating_sub(from.whole[axis]) as f64;
            whole + (self.part[axis] - from.part[axis])
        })
    }
}

impl From<[f64; 2]> for Spot {
    fn from(world: [f64; 2]) -> Self {
        Self::default().stepped(world)
    }
}

impl Default for Plane {
    fn default() -> Self {
        Self {
            whole: [0; 2],
            part: [0.0; 2],
            scale: 1.0,
            y_up: false,
        }
    }
}

impl Plane {
    /// Pixels a unit may have.
    const SCALES: (f64, f64) = (1e-37, 1e9);

    /// A view of cells or diagrams (y down) or of plots and maps (y up) around `centre`.
    pub fn new(centre: [f64; 2], scale: f64, y_up: bool) -> Self {
        let Spot { whole, part } = centre.into();
        Self {
            whole,
            part,
            scale,
            y_up,
        }
    }

    /// The middle of the view.
    pub fn centre(&self) -> Spot {
        Spot {
            whole: self.whole,
            part: self.part,
        }
    }

    fn set_centre(&mut self, Spot { whole, part }: Spot) {
        (self.whole, self.part) = (whole, part);
    }

    fn sign(&self) -> f64 {
        if self.y_up { -1.0 } else { 1.0 }
    }

    /// The pixel on which `world` falls.
    pub fn to_screen(&self, world: impl Into<Spot>, size: [f64; 2]) -> [f64; 2] {
        let [x, y] = world.into().minus(self.centre());
        [
            0.5 * size[0] + x * self.scale,
            0.5 * size[1] + self.sign() * y * self.scale,
        ]
    }

    /// The pixel on which a point of the scene's data falls: data are relative to `whole`.
    pub fn local_to_screen(&self, point: [f64; 2], size: [f64; 2]) -> [f64; 2] {
        let [x, y] = [point[0] - self.part[0], point[1] - self.part[1]];
        [
            0.5 * size[0] + x * self.scale,
            0.5 * size[1] + self.sign() * y * self.scale,
        ]
    }

    /// The place under a pixel.
    pub fn to_world(&self, pixel: [f64; 2], size: [f64; 2]) -> Spot {
        self.centre().stepped(self.offset(pixel, size))
    }

    /// The place under a pixel as the scene's data have it, relative to `whole`.
    pub fn to_local(&self, pixel: [f64; 2], size: [f64; 2]) -> [f64; 2] {
        let [x, y] = self.offset(pixel, size);
        [self.part[0] + x, self.part[1] + y]
    }

    /// From the centre to a pixel in world units.
    fn offset(&self, pixel: [f64; 2], size: [f64; 2]) -> [f64; 2] {
        let x = (pixel[0] - 0.5 * size[0]) / self.scale;
        let y = (pixel[1] - 0.5 * size[1]) / self.scale;
        [x, self.sign() * y]
    }

    /// What the view shows: its corners of least and of greatest x and y.
    pub fn corners(&self, size: [f64; 2]) -> [Spot; 2] {
        let half = [0.5 * size[0] / self.scale, 0.5 * size[1] / self.scale];
        [
            self.centre().stepped([-half[0], -half[1]]),
            self.centre().stepped(half),
        ]
    }

    /// Looks this far away, in world units.
    pub fn shift(&mut self, by: [f64; 2]) {
        self.set_centre(self.centre().stepped(by));
    }

    /// Looks at this place with the same scale.
    pub fn look_at(&mut self, centre: Spot) {
        self.set_centre(centre);
    }

    /// Magnifies `factor` times, holding what lies under `pixel`.
    pub fn zoom(&mut self, factor: f64, pixel: [f64; 2], size: [f64; 2]) {
        let (least, most) = Self::SCALES;
        let scale = (self.scale * factor).clamp(least, most);
        if !scale.is_finite() {
            return;
        }
        let [x, y] = self.offset(pixel, size);
        let keep = 1.0 - self.scale / scale;
        self.set_centre(self.centre().stepped([x * keep, y * keep]));
        self.scale = scale;
    }

    /// Moves what is shown along with a drag of `pixels`.
    pub fn pan(&mut self, pixels: [f64; 2]) {
        let step = [
            -pixels[0] / self.scale,
            -self.sign() * pixels[1] / self.scale,
        ];
        if step.iter().all(|x| x.is_finite()) {
            self.set_centre(self.centre().stepped(step));
        }
    }

    /// The same place in whole units, each `pixels` logical pixels wide: the size of the view, and
    /// its camera. As many units as the view of `size` shows, at least one, none of them cut.
    pub fn in_whole_units(&self, size: [f64; 2], pixels: f64) -> ([f64; 2], Self) {
        let count = size.map(|x| (x / self.scale).round().max(1.0));
        let middle: [f64; 2] = std::array::from_fn(|k| {
            let corner = (self.part[k] - 0.5 * count[k]).round();
            corner + 0.5 * count[k]
        });
        let start = Spot {
            whole: self.whole,
            part: [0.0; 2],
        };
        let mut camera = self.clone();
        camera.look_at(start.stepped(middle));
        camera.scale = pixels;
        (count.map(|n| n * pixels), camera)
    }

    /// Shows the rectangle `[low, high]` (corners of least and greatest x and y) as large as it
    /// fits, with `margin` pixels around it.
    pub fn fit(
        &mut self,
        low: impl Into<Spot>,
        high: impl Into<Spot>,
        size: [f64; 2],
        margin: f64,
    ) {
        let low = low.into();
        let [width, height] = high.into().minus(low);
        if !(width.is_finite() && height.is_finite()) {
            return;
        }
        let room = size.map(|edge| (edge - 2.0 * margin).max(1.0));
        let (least, most) = Self::SCALES;
        let scale = (room[0] / width.max(0.0)).min(room[1] / height.max(0.0));
        self.scale = if scale.is_finite() {
            scale.clamp(least, most)
        } else {
            self.scale
        };
        self.set_centre(low.stepped([0.5 * width, 0.5 * height]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZE: [f64; 2] = [640.0, 480.0];

    fn any_plane() -> impl Strategy<Value = Plane> {
        let whole = prop::array::uniform2(-(1i128 << 100)..1i128 << 100);
        (
            whole,
            prop::array::uniform2(0.0..1.0f64),
            1e-3..1e3f64,
            any::<bool>(),
        )
            .prop_map(|(whole, part, scale, y_up)| Plane {
                whole,
                part,
                scale,
                y_up,
            })
    }

    proptest! {
        #[test]
        fn the_place_under_a_pixel_falls_on_it(plane in any_plane(), x in 0.0..640.0f64, y in 0.0..480.0f64) {
            let [sx, sy] = plane.to_screen(plane.to_world([x, y], SIZE), SIZE);
            prop_assert!((sx - x).abs() < 1e-6 && (sy - y).abs() < 1e-6);
        }

        #[test]
        fn zoom_holds_what_lies_under_the_pixel(
            plane in any_plane(), x in 0.0..640.0f64, y in 0.0..480.0f64, factor in 0.1..10.0f64,
        ) {
            let before = plane.to_world([x, y], SIZE);
            let mut zoomed = plane;
            zoomed.zoom(factor, [x, y], SIZE);
            let [sx, sy] = zoomed.to_screen(before, SIZE);
            prop_assert!((sx - x).abs() < 1e-6 && (sy - y).abs() < 1e-6);
            prop_assert!(zoomed.part.iter().all(|part| (0.0..1.0).contains(part)));
        }

        #[test]
        fn what_is_shown_follows_a_drag(plane in any_plane(), dx in -100.0..100.0f64, dy in -100.0..100.0f64) {
            let spot = plane.to_world([100.0, 100.0], SIZE);
            let mut moved = plane;
            moved.pan([dx, dy]);
            let [sx, sy] = moved.to_screen(spot, SIZE);
            prop_assert!((sx - 100.0 - dx).abs() < 1e-6 && (sy - 100.0 - dy).abs() < 1e-6);
        }
    }

    #[test]
    fn whole_cells_are_exact_at_2_to_the_100() {
        let mut plane = Plane {
            whole: [1 << 100, 0],
            part: [0.25, 0.75],
            scale: 16.0,
            y_up: false,
        };
        plane.pan([-16.0, 32.0]);
        assert_eq!(plane.whole, [(1 << 100) + 1, -2]);
        assert_eq!(plane.part, [0.25, 0.75]);
    }

    #[test]
    fn a_fitted_rectangle_touches_the_nearer_edges() {
        let mut plane = Plane::default();
        plane.fit([-10.0, 0.0], [10.0, 5.0], SIZE, 20.0);
        assert_eq!(plane.to_screen([-10.0, 2.5], SIZE), [20.0, 240.0]);
        assert_eq!(plane.to_screen([10.0, 2.5], SIZE), [620.0, 240.0]);
    }

    #[test]
    fn up_is_up() {
        let plane = Plane {
            y_up: true,
            ..Plane::default()
        };
        assert!(plane.to_screen([0.0, 10.0], SIZE)[1] < plane.to_screen([0.0, 0.0], SIZE)[1]);
        assert_eq!(plane.to_world([320.0, 0.0], SIZE), [0.0, 240.0].into());
    }

    #[test]
    fn whole_units_are_cut_nowhere() {
        for (whole, part, size, scale) in [
            ([0, 0], [0.3, 0.7], [100.0, 61.0], 7.3),
            ([1 << 90, -5], [0.999, 0.0], [33.0, 20.0], 0.9),
            ([3, 4], [0.5, 0.5], [0.4, 9000.0], 12.0),
        ] {
            let before = Plane {
                whole,
                part,
                scale,
                y_up: false,
            };
            let (view, camera) = before.in_whole_units(size, 8.0);
            let [from, to] = camera.corners(view);
            for k in 0..2 {
                assert_eq!((from.part[k], to.part[k]), (0.0, 0.0), "{before:?}");
                let count = (to.whole[k] - from.whole[k]) as f64;
                assert!(count >= 1.0 && (count - size[k] / scale).abs() <= 1.0);
                assert_eq!(view[k], 8.0 * count);
            }
            let moved = camera.centre().minus(before.centre());
            assert!(moved.iter().all(|x| x.abs() <= 0.5 + 1e-9), "{moved:?}");
        }
    }
}
