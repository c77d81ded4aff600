//! Pictures of print quality: made of their own pixels, for one view, in their own time.
//!
//! What a window draws in a blink is a [`Scene`](crate::Scene); a print may take minutes. It is
//! asked for by settings that the science declares, which a document keeps with its view, so
//! that the picture can be made again.

use std::fmt;
use std::sync::Arc;

use crate::analysis::Job;

/// Pixels: sRGB with straight alpha, rows from the top.
#[derive(Clone, PartialEq)]
pub struct Raster {
    pub size: [u32; 2],
    pub rgba: Arc<[u8]>,
}

impl fmt::Debug for Raster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raster({} × {})", self.size[0], self.size[1])
    }
}

/// Where a print is made: how far it is, whether it is still wanted, on how many threads, and
/// who looks at it while it forms.
#[derive(Clone)]
pub struct Press {
    pub job: Job,
    /// Takes small pictures of what has formed so far.
    watch: Option<Arc<dyn Fn(Raster) + Send + Sync>>,
}

impl Press {
    /// Nobody looks on.
    pub fn new(job: Job) -> Self {
        Self { job, watch: None }
    }
    /// Shows what has formed, a few times on the way.
    #[must_use]
    pub fn watched(mut self, watch: impl Fn(Raster) + Send + Sync + 'static) -> Self {
        self.watch = Some(Arc::new(watch));
        self
    }
    /// A press for a piece of the work, from one progress to another.
    #[must_use]
    pub fn part(&self, from: f32, to: f32) -> Self {
        Self {
            job: self.job.part(from, to),
            watch: self.watch.clone(),
        }
    }
    /// Whether partial pictures are worth their time.
    pub fn is_watched(&self) -> bool {
        self.watch.is_some()
    }
    pub fn show(&self, raster: Raster) {
        if let Some(watch) = &self.watch {
            watch(raster);
        }
    }
}

impl fmt::Debug for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Press")
    }
}
