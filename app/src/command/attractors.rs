//! `attractors`: list, show, trajectory, lyapunov, measure, bifurcation, and the declared analyses.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use loom_attractors::integrate::Method;
use loom_attractors::settings::Build;
use loom_attractors::trajectory::{self, Plan};
use loom_attractors::{catalogue, listing};
use loom_figure::{data, parquet_file};
use loom_sim::{Model, Settings, Value};

use super::bifurcation::Bifurcation;
use super::dataset::Dataset;
use super::declared::Declared;
use super::given::{self, Followed, Set};
use super::measure::Measure;
use super::print::Picture;
use super::score::Score;
use super::sound::Sound;
use super::{Done, Failure, analysis, output};

#[derive(Debug, Subcommand)]
pub enum Verb {
    List(List),
    Show(Show),
    Trajectory(Follow),
    Lyapunov(Lyapunov),
    Measure(Measure),
    Bifurcation(Bifurcation),
    Picture(Picture),
    Python(Python),
    Score(Score),
    Sound(Sound),
    Dataset(Dataset),
    #[command(flatten)]
    Declared(Declared),
}

impl Verb {
    pub fn run(self) -> Done {
        match self {
            Self::List(list) => list.run(),
            Self::Show(show) => show.run(),
            Self::Trajectory(follow) => follow.run(),
            Self::Lyapunov(lyapunov) => lyapunov.run(),
            Self::Measure(measure) => measure.run(),
            Self::Bifurcation(diagram) => diagram.run(),
            Self::Picture(picture) => picture.run(),
            Self::Python(python) => python.run(),
            Self::Score(score) => score.run(),
            Self::Sound(sound) => sound.run(),
            Self::Dataset(dataset) => dataset.run(),
            Self::Declared(declared) => declared.run(),
        }
    }
}

/// The model that a name or a file means, with its parameters set.
pub(super) fn model(name: &str, set: &Set) -> Result<Model, Failure> {
    let registry = crate::registry();
    let science = registry.get("attractors")?;
    let mut model = given::model(&**science, name)?;
    set.apply(&**science, &mut model)?;
    Ok(model)
}

/// List the systems of the catalogue
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strange-loom attractors list --json")]
pub struct List {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl List {
    fn run(self) -> Done {
        if self.json {
            output::json(&listing::list())
        } else {
            output::text(&listing::table())
        }
    }
}

/// Show a system: equations, parameters, source
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  strange-loom attractors show Lorenz\n  \
    strange-loom attractors show Lorenz --latex")]
pub struct Show {
    /// A system of the catalogue, or a *.toml, *.ode or *.txt file
    name: String,
    /// Print one JSON document
    #[arg(long, conflicts_with = "latex")]
    json: bool,
    /// Print the equations as LaTeX
    #[arg(long)]
    latex: bool,
}

impl Show {
    fn run(self) -> Done {
        let model = model(&self.name, &Set::default())?;
        let definition = catalogue::definition(&model)?;
        if self.json {
            output::json(&listing::describe(&definition))
        } else if self.latex {
            output::text(&listing::latex(&definition))
        } else {
            output::text(&listing::show(&definition))
        }
    }
}

/// Write a program in Python (NumPy, SciPy) that gives the same trajectory and exponents
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom attractors python Lorenz --out lorenz.py\n  \
    strange-loom attractors python mine.toml --set a=0.2"
)]
pub struct Python {
    /// A system of the catalogue, or a *.toml, *.ode or *.txt file
    name: String,
    #[command(flatten)]
    set: Set,
    /// Where to write; the terminal if left out
    #[arg(long, value_name = "F.py")]
    out: Option<std::path::PathBuf>,
}

impl Python {
    fn run(self) -> Done {
        let model = model(&self.name, &self.set)?;
        let program = loom_attractors::python::program(&model)?;
        output::file(self.out.as_deref(), program.as_bytes())
    }
}

/// Compute a trajectory in f64 and write its numbers
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom attractors trajectory Lorenz --points 1000 --points-per-period 100\n  \
    strange-loom attractors trajectory Lorenz --set rho=20 --ensemble 8 --out lorenz.npy\n  \
    strange-loom attractors trajectory Lorenz --method dop853 --tolerance 1e-12\n  \
    strange-loom attractors trajectory FermiPastaUlam --method symplectic6 --points 5000"
)]
pub struct Follow {
    /// A system of the catalogue, or a *.toml, *.ode or *.txt file
    name: String,
    /// How many points
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    points: u64,
    /// Points in each natural period
    #[arg(long, value_name = "P", conflicts_with = "dt", value_parser = given::expression)]
    points_per_period: Option<f64>,
    /// Model time between points, and the longest step
    #[arg(long, value_name = "D", value_parser = given::expression)]
    dt: Option<f64>,
    /// Model time thrown away before the first point
    #[arg(long, value_name = "T", default_value = "0", value_parser = given::expression)]
    transient: f64,
    /// Initial state
    #[arg(long, value_name = "a,b,c", allow_hyphen_values = true)]
    initial: Option<String>,
    /// How many members, each starting a little elsewhere
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    ensemble: u32,
    /// Every variable to mean 0 and standard deviation 1
    #[arg(long, visible_alias = "standardise")]
    standardize: bool,
    /// How it is followed: rk4 with a fixed step; tsit5 or dop853 with steps of their own choice; bdf, trbdf2 or esdirk34 for stiff systems; symplectic4, symplectic6 or gauss4 for Hamiltonian ones; em, milstein or sra under --noise (maps are iterated)
    #[arg(long, value_name = "M", default_value = "rk4")]
    method: String,
    /// The error allowed in each step of the methods that choose their steps [default: 1e-9]
    #[arg(long, value_name = "T", value_parser = given::expression)]
    tolerance: Option<f64>,
    /// Process noise: in one natural period it alone would move each variable by S of its standard deviations (sra unless --method em); of a system whose file has noise formulas, S times these (milstein where it fits, or --method em)
    #[arg(long, value_name = "S", default_value = "0", value_parser = given::expression)]
    noise: f64,
    /// Where to write [default: CSV on standard output]
    #[arg(long, value_name = "F.csv|.npy|.npz|.parquet")]
    out: Option<PathBuf>,
    /// csv, npy, npz or parquet, whatever the ending
    #[arg(long, value_name = "KIND")]
    format: Option<String>,
    #[command(flatten)]
    set: Set,
}

impl Follow {
    fn run(self) -> Done {
        let ending = output::ending(self.out.as_deref(), self.format.as_deref(), "csv")?;
        if !matches!(ending.as_str(), "csv" | "npy" | "npz" | "parquet") {
            return Err(Failure::input(format!(
                "A trajectory can't be written as {ending}: give .csv, .npy, .npz or .parquet."
            )));
        }
        let Some(method) = Method::of(&self.method) else {
            return Err(Failure::input(format!(
                "The method {} is not known here: use one of {}.",
                self.method,
                Method::keys()
            )));
        };
        if self.tolerance.is_some() && method.has_fixed_steps() {
            return Err(Failure::input(format!(
                "{} takes fixed steps: give --dt, or --method dop853 with --tolerance.",
                method.key()
            )));
        }
        let mut model = model(&self.name, &self.set)?;
        if let Some(initial) = &self.initial {
            let point = given::numbers(initial)
                .map_err(|e| Failure::input(format!("--initial {initial}: {e}.")))?;
            model = model.with("initial", Value::Vector(point));
        }
        let definition = catalogue::definition(&model)?;
        if let Some(dt) = self.dt
            && !definition.is_map()
        {
            model = model.with("dt", Value::Real(dt));
        }
        let build = Build::new(&definition, &model.parameters)?;
        let mut plan = Plan::new(&definition, &build);
        plan.points = usize::try_from(self.points).unwrap_or(usize::MAX);
        plan.transient = self.transient;
        plan.members = self.ensemble as usize;
        plan.seed = self.set.seed;
        plan.method = method;
        plan.noise = self.noise;
        plan.tolerance = self.tolerance.unwrap_or(plan.tolerance);
        if let Some(points) = self.points_per_period {
            plan = plan.points_per_period(&definition, points);
        }
        let mut trajectory = analysis::watched("Trajectory", 1, |job| {
            trajectory::compute_for(&definition, &build, &plan, job)
        })?;
        for warning in &trajectory.warnings {
            output::warn(warning);
        }
        if self.standardize {
            trajectory.standardise();
        }
        let bytes = match ending.as_str() {
            "csv" => trajectory.to_csv().into_bytes(),
            kind => {
                let members = crate::benchmark::members(&trajectory);
                match (kind, &members[..]) {
                    ("parquet", [one]) => parquet_file::series_parquet(one)?,
                    ("parquet", all) => parquet_file::ensemble_parquet(all)?,
                    ("npy", [one]) => data::series_npy(one)?,
                    ("npy", all) => data::ensemble_npy(all)?,
                    (_, [one]) => data::series_npz(one)?,
                    (_, all) => data::ensemble_npz(all)?,
                }
            }
        };
        output::file(self.out.as_deref(), &bytes)
    }
}

/// Measure the Lyapunov spectrum with its standard errors
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom attractors lyapunov Lorenz --json\n  \
    strange-loom attractors lyapunov KuramotoSivashinsky --count 3\n  \
    strange-loom attractors lyapunov Rossler --set c=9 --time 20000\n  \
    strange-loom attractors lyapunov HenonHeiles --method symplectic4"
)]
pub struct Lyapunov {
    /// A system of the catalogue, or a *.toml, *.ode or *.txt file
    name: String,
    /// Model time of all orbits together
    #[arg(long, value_name = "T", value_parser = given::expression)]
    time: Option<f64>,
    /// Only the first so many exponents, in less time (of a delay system 4, unless more are asked for)
    #[arg(long = "count", alias = "exponents", value_name = "K")]
    exponents: Option<i64>,
    /// Time step
    #[arg(long, value_name = "D", value_parser = given::expression)]
    dt: Option<f64>,
    /// Natural periods thrown away first
    #[arg(long, value_name = "P", value_parser = given::expression)]
    transient: Option<f64>,
    #[command(flatten)]
    followed: Followed,
    /// Threads on the processor [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    set: Set,
}

impl Lyapunov {
    fn run(self) -> Done {
        let registry = crate::registry();
        let science = registry.get("attractors")?;
        let model = model(&self.name, &self.set)?;
        let analysis = science
            .analyses()
            .into_iter()
            .find(|a| a.key() == "lyapunov")
            .ok_or_else(|| Failure::job("Lyapunov exponents can't be measured here."))?;
        let mut settings = Settings::new();
        let reals = [
            ("time", self.time),
            ("dt", self.dt),
            ("transient", self.transient),
        ];
        for (key, value) in reals {
            if let Some(x) = value {
                settings.insert(key.into(), Value::Real(x));
            }
        }
        self.followed.put(&mut settings);
        if let Some(count) = self.exponents {
            settings.insert("exponents".into(), Value::Integer(count));
        }
        let threads = self.threads.map_or_else(loom_sim::threads, usize::from);
        let report = analysis::run(&*analysis, model, &settings, threads)?;
        analysis::print(&report, Some(self.set.seed), self.json)
    }
}
