//! `doctor`: what works on this machine, and what to install.

use std::path::PathBuf;

use clap::Args;
use loom_formula::{Backend, EnsembleStepper, Scheme, Stepper, System};
use loom_text::Font;
use serde_json::{Value, json};

use super::{Done, output};

/// Say which adapters, machine code, fonts and helpers work here
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  strange-loom doctor\n  strange-loom doctor --json")]
pub struct Doctor {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub fn run(self) -> Done {
        let about = examine();
        if self.json {
            output::json(&about)
        } else {
            output::text(&lines(&about))
        }
    }
}

fn examine() -> Value {
    let adapters = loom_gpu::adapters();
    let threads = loom_sim::threads();
    let fonts: Vec<Value> = Font::ALL
        .iter()
        .map(|font| {
            json!({
                "family": font.family(),
                "weight": font.weight(),
                "italic": font.is_italic(),
                "bytes": font.bytes().len(),
            })
        })
        .collect();
    let ffmpeg = on_path("ffmpeg");
    let display = display();
    let formulas = formulas();
    let mut advice: Vec<String> = Vec::new();
    if adapters.is_empty() {
        advice.push(driver_advice().into());
    } else if adapters.iter().all(|a| a.processor) {
        advice.push(
            "No GPU was found: drawing is done on the processor. Install your graphics card's \
             driver if it has one."
                .into(),
        );
    }
    if ffmpeg.is_none() {
        advice.push(format!(
            "ffmpeg was not found: {} to write MP4 films.",
            install("ffmpeg")
        ));
    }
    if !display {
        advice.push(
            "No display was found, so the window can't open here; every command works without it."
                .into(),
        );
    }
    if formulas[0] == Backend::Tape {
        advice.push(
            "Executable memory is refused here, so formulas run on the slower interpreter.".into(),
        );
    }
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "processor": {
            "threads": threads,
            "instructions": instructions(),
        },
        "formulas": {
            "single": formulas[0].to_string(),
            "ensemble": formulas[1].to_string(),
        },
        "adapters": adapters,
        "fonts": fonts,
        "ffmpeg": ffmpeg,
        "display": display,
        "advice": advice,
    })
}

/// What single runs and ensembles of formulas run on here.
fn formulas() -> [Backend; 2] {
    let Ok(system) = System::parse("x' = -x") else {
        return [Backend::Tape; 2];
    };
    [
        Stepper::new(&system, Scheme::Rk4).backend(),
        EnsembleStepper::new(&system, Scheme::Rk4).backend(),
    ]
}

fn instructions() -> Vec<&'static str> {
    #[allow(unused_mut)]
    let mut found = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        for (name, there) in [
            ("AVX2", std::arch::is_x86_feature_detected!("avx2")),
            ("AVX-512", std::arch::is_x86_feature_detected!("avx512f")),
        ] {
            if there {
                found.push(name);
            }
        }
    }
    #[cfg(target_arch = "aarch64")]
    found.push("NEON");
    found
}

fn on_path(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
}

fn display() -> bool {
    if cfg!(any(target_os = "macos", target_os = "windows")) {
        return true;
    }
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
}

fn install(package: &str) -> String {
    let tools = [
        ("apt", "sudo apt install"),
        ("dnf", "sudo dnf install"),
        ("pacman", "sudo pacman -S"),
        ("brew", "brew install"),
        ("winget", "winget install"),
    ];
    match tools.iter().find(|(tool, _)| on_path(tool).is_some()) {
        Some((_, command)) => format!("run {command} {package}"),
        None => format!("install {package}"),
    }
}

fn driver_advice() -> &'static str {
    if cfg!(target_os = "linux") {
        "No graphics adapter was found: install a Vulkan driver (on Debian and Ubuntu \
         mesa-vulkan-drivers, on Fedora mesa-vulkan-drivers, on Arch vulkan-swrast)."
    } else {
        "No graphics adapter was found: install your graphics card's driver."
    }
}

fn lines(about: &Value) -> String {
    let text = |key: &str| about[key].as_str().unwrap_or("").to_owned();
    let list = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect()
    };
    let adapters: Vec<String> = about["adapters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|a| {
            let word = |key: &str| a[key].as_str().unwrap_or("").to_owned();
            let compute = if a["compute"] == true {
                "computes"
            } else {
                "only draws"
            };
            format!(
                "{} · {} · {} · {} · {compute} · textures to {}",
                word("name"),
                word("backend"),
                word("kind"),
                word("driver"),
                a["max_texture"]
            )
        })
        .collect();
    let mut fonts: Vec<String> = about["fonts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|f| f["family"].as_str().map(str::to_owned))
        .collect();
    fonts.dedup();
    let or_none = |lines: Vec<String>| {
        if lines.is_empty() {
            "none".into()
        } else {
            lines.join("\n")
        }
    };
    let rows = [
        ("Strange Loom", text("version")),
        (
            "System",
            format!("{} {}", text("system"), text("architecture")),
        ),
        (
            "Processor",
            format!(
                "{} threads, {}",
                about["processor"]["threads"],
                or_none(list(&about["processor"]["instructions"])).replace('\n', ", ")
            ),
        ),
        (
            "Formulas",
            format!(
                "{}; ensembles: {}",
                about["formulas"]["single"].as_str().unwrap_or(""),
                about["formulas"]["ensemble"].as_str().unwrap_or("")
            ),
        ),
        ("Adapters", or_none(adapters)),
        ("Fonts", fonts.join(", ")),
        (
            "ffmpeg",
            about["ffmpeg"].as_str().unwrap_or("not found").to_owned(),
        ),
        (
            "Display",
            if about["display"] == true {
                "yes"
            } else {
                "none"
            }
            .to_owned(),
        ),
        (
            "To do",
            match list(&about["advice"]) {
                advice if advice.is_empty() => "nothing: all is well".into(),
                advice => advice.join("\n"),
            },
        ),
    ];
    output::pairs(&rows)
}
