//! A print of what a view of a run shows.

use loom_sim::scene::Legend;
use loom_sim::{Camera, Press, Raster, Settings, SimError, View};

use super::{Frame, Recipe, Subject};
use crate::lens;
use crate::motion::{Motion, START_POINTS};
use crate::settings::ViewSettings;
use crate::speeds;
use crate::start;

impl Motion {
    /// A print of what a view shows, of the attractor at the parameters of this moment.
    pub(crate) fn print_view(
        &self,
        view: &View,
        given: &Settings,
        press: &Press,
    ) -> Result<Raster, SimError> {
        self.with_subject(view, given, |subject, recipe| {
            subject.print(view.size, recipe, press)
        })
    }

    /// What the colours of such a print mean.
    pub(crate) fn legends_of_print(
        &self,
        view: &View,
        given: &Settings,
    ) -> Result<Vec<Legend>, SimError> {
        self.with_subject(view, given, |subject, recipe| {
            Ok(subject.legend(recipe).into_iter().collect())
        })
    }

    fn with_subject<T>(
        &self,
        view: &View,
        given: &Settings,
        take: impl FnOnce(&Subject<'_>, &Recipe) -> Result<T, SimError>,
    ) -> Result<T, SimError> {
        let recipe = Recipe::new(&self.definition, given)?;
        let settings = ViewSettings::new(&self.definition, &view.settings);
        let points = view.points();
        let build = self.present();
        // Parameters may have moved since the start: the attractor is found anew.
        let found = if self.constants == self.start_constants {
            None
        } else {
            Some(start::sample(&self.definition, &build, START_POINTS)?)
        };
        let samples = found.as_ref().unwrap_or(&self.samples);
        let subject = Subject {
            definition: &self.definition,
            build: &build,
            samples,
            speed_range: speeds::speed_range(&self.definition, samples, &build.constants)?,
            axes: settings.axes,
            frame: match self.camera_for(view, &settings, points) {
                Camera::Plane(plane) => Frame::Rectangle(lens::seen(&plane, points)),
                orbit @ Camera::Orbit(_) => Frame::Camera(orbit),
            },
            seed: self.seed,
            ground: view.ink.ground,
            gpu: self.cloud.gpu(),
        };
        take(&subject, &recipe)
    }
}
