//! A benchmark set on disk: one folder of series in files that forecasters read, and a manifest
//! that says of each file what it holds, how it was made and its SHA-256.
//!
//! ```text
//! DIR/manifest.json
//! DIR/fine/train/Lorenz.npz   DIR/fine/test/Lorenz.npz   DIR/coarse/…
//! ```
//!
//! Every file appears whole or not at all. The manifest is written anew after each system, with
//! `"complete": false` until all are there: the same command again takes up the work where it
//! stopped, and a file whose bytes have changed is made again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use loom_attractors::Definition;
use loom_attractors::dataset::{self, Made, Wish};
use loom_attractors::trajectory::Trajectory;
use loom_figure::sha256::sha256;
use loom_figure::{data, file, parquet_file};
use loom_sim::{Column, Job, Series, SimError};
use serde_json::{Value, json};

/// The files' form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Npz,
    Parquet,
    Csv,
}

impl Form {
    pub const ALL: [(&'static str, &'static str); 3] = [
        ("npz", "NumPy arrays (NPZ)"),
        ("parquet", "Parquet tables"),
        ("csv", "CSV tables"),
    ];
    pub fn key(self) -> &'static str {
        Self::ALL[self as usize].0
    }
    pub fn of(key: &str) -> Option<Self> {
        match key {
            "npz" => Some(Self::Npz),
            "parquet" => Some(Self::Parquet),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// A whole set, asked for.
#[derive(Clone, Debug)]
pub struct Order {
    pub folder: PathBuf,
    pub systems: Vec<Arc<Definition>>,
    pub wish: Wish,
    pub form: Form,
    /// A set of other wishes that lies there already is replaced.
    pub overwrite: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    pub systems: usize,
    pub files: usize,
    pub bytes: u64,
    /// Files that were there already.
    pub kept: usize,
    /// Systems that could not be made, with the reason.
    pub failed: Vec<(String, String)>,
}

/// The systems of a manifest by their names: facts and files, or the reason why there are none.
type Entries = BTreeMap<String, Value>;

impl Order {
    /// Makes what is not there yet.
    ///
    /// # Errors
    /// When the folder holds another set or can't be written, and on cancellation: what was made
    /// until then stays and counts.
    pub fn run(&self, job: &Job) -> Result<Summary, SimError> {
        std::fs::create_dir_all(&self.folder).map_err(|e| {
            SimError::other(format!(
                "The folder {} can't be made: {e}.",
                self.folder.display()
            ))
        })?;
        let found = self.found()?;
        let kept = found
            .values()
            .map(|v| v["files"].as_array().map_or(0, Vec::len))
            .sum();
        let missing: Vec<Arc<Definition>> = self
            .systems
            .iter()
            .filter(|d| !found.contains_key(&d.name))
            .cloned()
            .collect();
        let entries = Mutex::new(found);
        let keep = |definition: &Definition, made: Result<Vec<Made>, SimError>| {
            let entry = match made {
                Ok(list) => self.write(definition, &list)?,
                Err(error) => {
                    let mut facts = dataset::facts(definition);
                    facts["failed"] = error.to_string().into();
                    facts
                }
            };
            let mut all = entries.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(definition.name.clone(), entry);
            self.manifest(&all, false)
        };
        if !missing.is_empty() {
            dataset::make_all(&missing, &self.wish, job, &keep)?;
        }
        let all = entries.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.manifest(&all, true)?;
        let mut summary = Summary {
            systems: all.len(),
            kept,
            ..Summary::default()
        };
        for (name, entry) in &all {
            if let Some(reason) = entry["failed"].as_str() {
                summary.failed.push((name.clone(), reason.to_owned()));
            }
            for file in entry["files"].as_array().into_iter().flatten() {
                summary.files += 1;
                summary.bytes += file["bytes"].as_u64().unwrap_or(0);
            }
        }
        Ok(summary)
    }

    /// What the folder's manifest has of this very set, its files still as they were written.
    fn found(&self) -> Result<Entries, SimError> {
        let path = self.folder.join("manifest.json");
        let Ok(bytes) = file::read(&path, file::READ_LIMIT) else {
            return Ok(Entries::new());
        };
        let old: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if old["made"] != self.made() {
            if self.overwrite {
                return Ok(Entries::new());
            }
            return Err(SimError::parse(format!(
                "{} holds another set: choose another folder, or overwrite it.",
                self.folder.display()
            )));
        }
        let mut found = Entries::new();
        for entry in old["systems"].as_array().into_iter().flatten() {
            let Some(name) = entry["name"].as_str() else {
                continue;
            };
            let Some(definition) = self.systems.iter().find(|d| d.name == name) else {
                continue;
            };
            let facts = dataset::facts(definition);
            let same = facts.as_object().is_some_and(|facts| {
                facts
                    .iter()
                    .all(|(key, value)| entry[key.as_str()] == *value)
            });
            let files = entry["files"].as_array();
            let whole = files.is_some_and(|files| {
                files.iter().all(|f| {
                    let path = self.folder.join(f["file"].as_str().unwrap_or_default());
                    file::read(&path, file::READ_LIMIT)
                        .is_ok_and(|bytes| f["sha256"] == sha256(&bytes))
                })
            });
            if same && whole {
                found.insert(name.to_owned(), entry.clone());
            }
        }
        Ok(found)
    }

    fn write(&self, definition: &Definition, list: &[Made]) -> Result<Value, SimError> {
        let mut entry = dataset::facts(definition);
        let mut files = Vec::new();
        for made in list {
            let members = members(&made.trajectory);
            let bytes = match (self.form, &members[..]) {
                (Form::Npz, all) => data::ensemble_npz(all),
                (Form::Parquet, all) => parquet_file::ensemble_parquet(all),
                (Form::Csv, all) => data::ensemble_csv(all),
            }
            .map_err(SimError::other)?;
            let place = format!(
                "{}/{}/{}.{}",
                made.granularity,
                made.part,
                definition.name,
                self.form.key()
            );
            let path = self.folder.join(&place);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|e| {
                    SimError::other(format!("{} can't be made: {e}.", folder.display()))
                })?;
            }
            file::write_whole(&path, &bytes).map_err(SimError::other)?;
            let mut facts = made.facts.clone();
            facts["file"] = place.into();
            facts["bytes"] = bytes.len().into();
            facts["sha256"] = sha256(&bytes).into();
            files.push(facts);
        }
        entry["files"] = files.into();
        Ok(entry)
    }

    /// What decides whether a set is the same.
    fn made(&self) -> Value {
        json!({
            "program": "Strange Loom",
            "version": env!("CARGO_PKG_VERSION"),
            "format": self.form.key(),
            "settings": self.wish.to_json(),
        })
    }

    fn manifest(&self, entries: &Entries, complete: bool) -> Result<(), SimError> {
        let document = json!({
            "manifest_version": 1,
            "complete": complete,
            "made": self.made(),
            "layout": "<granularity>/<train|test>/<system>; t: (points), x: (members, points, dimension)",
            "systems": entries.values().collect::<Vec<_>>(),
        });
        let mut text = serde_json::to_string_pretty(&document).map_err(SimError::other)?;
        text.push('\n');
        let path = self.folder.join("manifest.json");
        file::write_whole(&path, text.as_bytes()).map_err(SimError::other)
    }
}

/// A series for each member of a trajectory.
pub fn members(trajectory: &Trajectory) -> Vec<Series> {
    (0..trajectory.members)
        .map(|member| Series {
            abscissa: ("t".into(), String::new()),
            at: trajectory.times.clone(),
            columns: trajectory
                .variables
                .iter()
                .enumerate()
                .map(|(v, name)| Column {
                    name: name.clone(),
                    unit: String::new(),
                    values: (0..trajectory.times.len())
                        .map(|point| trajectory.row(member, point)[v])
                        .collect(),
                })
                .collect(),
        })
        .collect()
}
