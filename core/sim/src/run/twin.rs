//! A run's twin: the same model on the same clock, which differs by one input.

use super::Run;
use crate::error::SimError;
use crate::input::Input;
use crate::journal::Event;
use crate::simulation::Simulation;

impl Run {
    /// A twin that starts here and differs by `input` (or by the simulation's own choice).
    pub fn add_twin(&mut self, input: Option<Input>) -> Result<(), SimError> {
        let input = input.or_else(|| self.main.twin_input()).ok_or_else(|| {
            SimError::other(
                "Nothing here can be changed for a twin; pick a point or a thread first.",
            )
        })?;
        self.twin = Some(self.make_twin(&input)?);
        let step = self.clock().step;
        self.record(Event::Twin(input), &step, None);
        Ok(())
    }

    pub fn drop_twin(&mut self) {
        if self.twin.take().is_some() {
            let step = self.clock().step;
            self.record(Event::DropTwin(true), &step, None);
        }
    }

    pub(super) fn make_twin(&self, input: &Input) -> Result<Box<dyn Simulation>, SimError> {
        let mut twin = self.science.build(&self.journal.model, &self.place)?;
        twin.restore(&self.main.capture())?;
        twin.apply(input)?;
        for probe in &self.probes {
            // A probe that the twin can't feed is simply not drawn for it.
            let _ = twin.attach(probe);
        }
        Ok(twin)
    }
}
