//! Opens the window, or says in one sentence why it can't.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};
use egui::ViewportBuilder;
use loom_gpu::Gpu;

use super::acts::Acts;
use super::settings::Settings;
use super::studio::Studio;
use super::theme;
use super::tokens::size;
use crate::widgets::canvas::Easel;

/// Opens the studio and does first what is asked for, such as opening a file; returns when the
/// window is closed.
pub fn open(first: Acts) -> ExitCode {
    let started = Instant::now();
    log();
    let settings = Settings::load();
    super::colour_maps::load(settings.home.as_deref());
    let options = options(&settings);
    let result = eframe::run_native(
        "Strange Loom",
        options,
        Box::new(move |context| Ok(Box::new(begin(context, settings, first, started)?))),
    );
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", explain(&error));
            ExitCode::FAILURE
        }
    }
}

/// What `RUST_LOG` asks for goes to the standard error; warnings without it.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| "strange_loom=warn,loom_gpu=warn".into());
    // A program that has a log already keeps it.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}

fn options(settings: &Settings) -> eframe::NativeOptions {
    let [width, height] = settings.window;
    let viewport = ViewportBuilder::default()
        .with_title("Strange Loom")
        .with_app_id("strange-loom")
        .with_inner_size([width.max(size::SMALLEST[0]), height.max(size::SMALLEST[1])])
        .with_min_inner_size(size::SMALLEST)
        .with_drag_and_drop(true);
    let defaults = eframe::NativeOptions::default();
    eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Wgpu,
        wgpu_options: WgpuConfiguration {
            wgpu_setup: setup(),
            ..defaults.wgpu_options
        },
        // The settings keep the window's size.
        persist_window: false,
        // The window has no gradients to band, and noise on every pixel costs a processor dear.
        dithering: false,
        ..eframe::NativeOptions::default()
    }
}

/// egui asks for WebGL's limits on GL and for small buffers elsewhere: what the adapter can do
/// is asked for instead.
pub(super) fn setup() -> WgpuSetup {
    WgpuSetup::CreateNew(WgpuSetupCreateNew {
        device_descriptor: Arc::new(loom_gpu::device_descriptor),
        ..WgpuSetupCreateNew::without_display_handle()
    })
}

pub(super) fn begin(
    context: &eframe::CreationContext<'_>,
    settings: Settings,
    first: Acts,
    started: Instant,
) -> Result<Studio, String> {
    let state = context
        .wgpu_render_state
        .as_ref()
        .ok_or("The window has no graphics device.")?;
    let gpu = Gpu::from_parts(
        state.adapter.clone(),
        state.device.clone(),
        state.queue.clone(),
    );
    let ctx = context.egui_ctx.clone();
    ctx.set_fonts(theme::fonts());
    theme::apply(&ctx, None);
    let easel = Easel::new(gpu, state.renderer.clone()).map_err(|error| error.to_string())?;
    let mut studio = Studio::new(ctx, easel, crate::registry(), settings);
    studio.started = Some(started);
    studio.offer_recovery();
    studio.acts.extend(first);
    Ok(studio)
}

/// What failed and what to do, in one sentence.
fn explain(error: &eframe::Error) -> String {
    match error {
        eframe::Error::Wgpu(inner) => format!(
            "The window can't open because no graphics adapter can be used ({inner}): install a driver (on Debian and Ubuntu: mesa-vulkan-drivers), or work without the window (strange-loom --help)."
        ),
        eframe::Error::WinitEventLoop(inner) => format!(
            "The window can't open because there is no display ({inner}): start it in a graphical session, or work without the window (strange-loom --help)."
        ),
        eframe::Error::Winit(inner) => format!(
            "The window can't open ({inner}): start it in a graphical session, or work without the window (strange-loom --help)."
        ),
        other @ eframe::Error::AppCreation(_) => format!(
            "The window can't open ({other}): run strange-loom doctor to see what is missing."
        ),
    }
}
