//! The centre of a room: tiles that split, stack and dock, and what each of them shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{RichText, Ui, WidgetText};
use egui_tiles::{Behavior, SimplificationOptions, TabState, TileId, Tiles, UiResponse};
use loom_sim::{Camera, ProbeSpec, Settings};
use serde::{Deserialize, Serialize};

use super::acts::{Act, Acts};
use super::gallery;
use super::icons::Icon;
use super::live::Live;
use super::neighbours::{self, Around, Neighbours};
use super::tokens::{self, font, size};
use super::{plots, script, theme, view};
use crate::panels::Panel;
use crate::widgets::button::Tool;
use crate::widgets::canvas::{Canvas, Easel};
use crate::widgets::viewport::Hand;

/// One tile: what it shows of which run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pane {
    /// Unique in the studio; also the conductor's name for a view.
    pub id: u64,
    pub live: u64,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    View {
        /// `None`: fitted.
        #[serde(default)]
        camera: Option<Camera>,
        #[serde(default)]
        settings: Settings,
    },
    Plot(Source),
    Table(Source),
    /// The text in which the run's model is written.
    Script,
    /// Nine variants of the run, side by side.
    Neighbours(Around),
    /// The science's own sheet of the model.
    Sheet,
    /// All entries of one group of the catalogue.
    Gallery(String),
}

/// Where a plot or a table comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Probe(ProbeSpec),
    /// The size of the difference to the twin.
    Difference,
    /// The plot of this number in an analysis's report.
    Report {
        analysis: String,
        index: usize,
    },
    /// The table of this number in an analysis's report.
    Cells {
        analysis: String,
        index: usize,
    },
    /// Empty axes, over which a class draws what it expects.
    Guess,
}

impl Pane {
    pub fn view(id: u64, live: u64) -> Self {
        Self {
            id,
            live,
            kind: Kind::View {
                camera: None,
                settings: Settings::new(),
            },
        }
    }
    /// A tile of the shelf below or beside the pictures.
    pub fn is_shelved(&self) -> bool {
        !matches!(
            self.kind,
            Kind::View { .. } | Kind::Neighbours(_) | Kind::Gallery(_)
        )
    }
    /// Whether it shows a group of the catalogue, whichever run is open.
    pub fn is_gallery(&self) -> bool {
        matches!(self.kind, Kind::Gallery(_))
    }
    /// Whether it shows the twin of its run.
    pub fn is_of_twin(&self) -> bool {
        let settings = self.view_settings();
        let set = settings.and_then(|s| s.get(loom_sim::view::TWIN));
        set == Some(&loom_sim::Value::Boolean(true))
    }
    /// The camera of a view, where the user has moved it.
    pub fn camera(&self) -> Option<&Camera> {
        match &self.kind {
            Kind::View { camera, .. } => camera.as_ref(),
            _ => None,
        }
    }
    /// The settings of a view.
    pub fn view_settings(&self) -> Option<&Settings> {
        match &self.kind {
            Kind::View { settings, .. } => Some(settings),
            _ => None,
        }
    }
    pub fn is_view(&self) -> bool {
        matches!(self.kind, Kind::View { .. })
    }
}

/// What the tiles of a room share while they are drawn.
pub struct Desk<'a> {
    pub lives: &'a mut Vec<Live>,
    pub canvases: &'a mut BTreeMap<u64, Canvas>,
    pub hands: &'a mut BTreeMap<u64, Hand>,
    pub neighbours: &'a mut BTreeMap<u64, Neighbours>,
    pub science: &'a Arc<dyn loom_sim::Science>,
    pub catalogue: &'a [Arc<loom_sim::Entry>],
    pub pictures: &'a mut super::pictures::Pictures,
    /// The view that the keys and the inspector mean.
    pub front: &'a mut u64,
    pub easel: &'a Easel,
    pub panel: &'static dyn Panel,
    pub acts: &'a mut Acts,
    pub wake: &'a loom_sim::conductor::Wake,
    /// Vertices and cells that a view may hold.
    pub budget: usize,
    /// Views shown in this frame, with their sizes in logical pixels.
    pub shown: &'a mut BTreeMap<u64, [f64; 2]>,
}

impl Desk<'_> {
    fn title(&self, pane: &Pane) -> String {
        let live = self.lives.iter().find(|l| l.id == pane.live);
        let several = self.lives.len() > 1;
        let run = live.map_or("", |l| l.title.as_str());
        let what = match &pane.kind {
            Kind::View { .. } => {
                return if pane.is_of_twin() {
                    format!("Twin of {run}")
                } else if run.is_empty() {
                    "View".into()
                } else {
                    run.to_owned()
                };
            }
            Kind::Neighbours(_) => "Neighbours".to_owned(),
            Kind::Gallery(_) => return "Gallery".to_owned(),
            Kind::Sheet => self.panel.sheet().map_or("", |s| s.name).to_owned(),
            Kind::Script => live
                .and_then(|l| l.science.manuscript())
                .map_or_else(String::new, |m| m.name().to_owned()),
            Kind::Plot(source) | Kind::Table(source) => {
                live.map_or_else(String::new, |l| plots::title(l, source))
            }
        };
        if several {
            format!("{what} · {run}")
        } else {
            what
        }
    }
}

impl Behavior<Pane> for Desk<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        let rect = ui.max_rect();
        // A picture covers its tile, and brings its own ground.
        let covered = matches!(pane.kind, Kind::View { .. })
            && self
                .canvases
                .get(&pane.id)
                .is_some_and(|c| c.picture().is_some());
        if !covered {
            ui.painter().rect_filled(rect, 0.0, tokens::of(ui).ground);
        }
        let Some(live) = self.lives.iter_mut().find(|l| l.id == pane.live) else {
            crate::widgets::plot::empty(ui, "The run of this tile has been closed.");
            return UiResponse::None;
        };
        if ui.input(|i| i.pointer.any_pressed()) && ui.rect_contains_pointer(rect) {
            *self.front = pane.live;
        }
        match &mut pane.kind {
            Kind::View { camera, settings } => {
                self.shown
                    .insert(pane.id, [f64::from(rect.width()), f64::from(rect.height())]);
                let hand = self.hands.entry(pane.id).or_default();
                let canvas = self
                    .canvases
                    .entry(pane.id)
                    .or_insert_with(|| Canvas::new(self.easel));
                view::show(
                    ui,
                    view::Frame {
                        id: pane.id,
                        live,
                        canvas,
                        hand,
                        camera,
                        settings,
                        panel: self.panel,
                        budget: self.budget,
                    },
                    self.acts,
                );
            }
            Kind::Plot(source) => plots::plot(ui, pane.id, live, source, self.acts),
            Kind::Table(source) => plots::table(ui, live, source, self.acts),
            Kind::Script => script::show(ui, live, self.wake, self.acts),
            Kind::Sheet => {
                if let Some(sheet) = self.panel.sheet() {
                    (sheet.show)(ui, live, self.acts);
                }
            }
            Kind::Gallery(group) => {
                let present = live.entry.clone();
                let stage = gallery::Stage {
                    room: self.panel.index(),
                    science: self.science,
                    catalogue: self.catalogue,
                    pictures: self.pictures,
                    present: present.as_deref().map(|e| e.name.as_str()),
                };
                gallery::show(ui, group, stage, self.acts);
            }
            Kind::Neighbours(around) => {
                let neighbours = self.neighbours.entry(pane.id).or_default();
                let stage = neighbours::Stage {
                    pane: pane.id,
                    live,
                    easel: self.easel,
                    wake: self.wake,
                };
                neighbours::show(ui, neighbours, around, stage, self.acts);
            }
        }
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        RichText::new(self.title(pane))
            .font(font::secondary())
            .into()
    }

    fn tab_title_for_tile(&mut self, tiles: &Tiles<Pane>, tile: TileId) -> WidgetText {
        match tiles.get(tile) {
            Some(egui_tiles::Tile::Pane(pane)) => self.tab_title_for_pane(pane),
            Some(egui_tiles::Tile::Container(_)) => {
                RichText::new("Tiles").font(font::secondary()).into()
            }
            None => "".into(),
        }
    }

    fn is_tab_closable(&self, tiles: &Tiles<Pane>, tile: TileId) -> bool {
        // The last view of a room stays.
        let views = tiles
            .tiles()
            .filter(|t| matches!(t, egui_tiles::Tile::Pane(p) if p.is_view()))
            .count();
        match tiles.get(tile) {
            Some(egui_tiles::Tile::Pane(pane)) => !pane.is_view() || views > 1,
            _ => false,
        }
    }

    fn top_bar_right_ui(
        &mut self,
        tiles: &Tiles<Pane>,
        ui: &mut Ui,
        _tile: TileId,
        tabs: &egui_tiles::Tabs,
        _offset: &mut f32,
    ) {
        let Some(pane) = tabs.active.and_then(|t| tiles.get_pane(&t)) else {
            return;
        };
        if !pane.is_view() {
            return;
        }
        let (live, pane) = (pane.live, pane.id);
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(2.0);
        let room = egui::Vec2::splat(size::CONTROL);
        if Tool::new(
            Icon::Columns2,
            "Split the view",
            "A second view of the same run, with a camera of its own.",
        )
        .show_sized(ui, room)
        .clicked()
        {
            self.acts.push(Act::SplitView { live, pane });
        }
        let varied = self
            .lives
            .iter()
            .any(|l| l.id == live && neighbours::fit(l));
        if varied
            && Tool::new(Icon::Grid3x3, "Neighbours", neighbours::HELP)
                .show_sized(ui, room)
                .clicked()
        {
            self.acts.push(Act::Front(live));
            self.acts.push(Act::Do("view.neighbours"));
        }
        if Tool::new(Icon::Maximize, "Fit", "Shows the whole.")
            .keys("F")
            .show_sized(ui, room)
            .clicked()
        {
            *self.front = live;
            self.acts.push(Act::Do("view.fit"));
        }
        if Tool::new(
            Icon::FileImage,
            "Export the view…",
            "Writes the picture as PNG, SVG or PDF; it can be opened again.",
        )
        .keys("E")
        .show_sized(ui, room)
        .clicked()
        {
            self.acts.push(Act::ExportView { live, pane });
        }
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: true,
            ..SimplificationOptions::default()
        }
    }
    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        size::TABS
    }
    fn gap_width(&self, _style: &egui::Style) -> f32 {
        1.0
    }
    fn min_size(&self) -> f32 {
        96.0
    }
    fn tab_bar_color(&self, _visuals: &egui::Visuals) -> egui::Color32 {
        // The window is cleared to the panels' colour.
        egui::Color32::TRANSPARENT
    }
    fn tab_bg_color(
        &self,
        visuals: &egui::Visuals,
        _tiles: &Tiles<Pane>,
        _tile: TileId,
        state: &TabState,
    ) -> egui::Color32 {
        if state.active {
            visuals.extreme_bg_color
        } else {
            egui::Color32::TRANSPARENT
        }
    }
    fn tab_outline_stroke(
        &self,
        _visuals: &egui::Visuals,
        _tiles: &Tiles<Pane>,
        _tile: TileId,
        _state: &TabState,
    ) -> egui::Stroke {
        egui::Stroke::NONE
    }
    fn tab_bar_hline_stroke(&self, visuals: &egui::Visuals) -> egui::Stroke {
        egui::Stroke::new(1.0, visuals.widgets.noninteractive.bg_stroke.color)
    }
    fn tab_text_color(
        &self,
        visuals: &egui::Visuals,
        _tiles: &Tiles<Pane>,
        _tile: TileId,
        state: &TabState,
    ) -> egui::Color32 {
        if state.active {
            visuals.widgets.noninteractive.fg_stroke.color
        } else {
            visuals.weak_text_color.unwrap_or(visuals.text_color())
        }
    }
    fn resize_stroke(&self, style: &egui::Style, state: egui_tiles::ResizeState) -> egui::Stroke {
        let hairline = style.visuals.widgets.noninteractive.bg_stroke.color;
        match state {
            egui_tiles::ResizeState::Idle => egui::Stroke::new(1.0, hairline),
            egui_tiles::ResizeState::Hovering => {
                egui::Stroke::new(2.0, theme::mix(hairline, style.visuals.text_color(), 0.4))
            }
            egui_tiles::ResizeState::Dragging => {
                egui::Stroke::new(2.0, style.visuals.selection.stroke.color)
            }
        }
    }
}
