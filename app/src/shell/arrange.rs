//! The arrangement of a room's tiles: where views, plots and tables go.

use egui_tiles::{Container, Linear, LinearDir, Tabs, Tile, TileId, Tree};
use loom_sim::{ProbeSpec, Reading, Settings, Value};

use super::room::{Room, panes};
use super::tiles::{Kind, Pane, Source};

/// The share of the room that the view keeps when plots come beside it.
const VIEW_SHARE: f32 = 0.68;
/// The same beside a text that is being written.
const SCRIPT_SHARE: f32 = 0.56;
/// Narrower centres put plots under the view, wider ones beside it.
const WIDE: f32 = 900.0;

impl Room {
    /// The tiles of an earlier session show this run; what it does not have goes.
    pub(super) fn furnish(&mut self, tree: Tree<Pane>, live: u64, next: &mut u64) {
        self.tree = tree;
        let probes = self
            .live_of(live)
            .map(|l| l.probes.clone())
            .unwrap_or_default();
        self.remove_tiles(|p| match &p.kind {
            Kind::View { .. } => false,
            Kind::Plot(Source::Probe(spec)) => !probes.contains(spec),
            Kind::Plot(_) | Kind::Table(_) | Kind::Script | Kind::Sheet => true,
            Kind::Neighbours(_) | Kind::Gallery(_) => true,
        });
        for tile in self.tree.tiles.tiles_mut() {
            if let Tile::Pane(pane) = tile {
                *next += 1;
                pane.id = *next;
                pane.live = live;
                if let Kind::View { camera, settings } = &mut pane.kind {
                    *camera = None;
                    settings.clear();
                }
            }
        }
        if self.views_of(live).is_empty() {
            *next += 1;
            let pane = Pane::view(*next, live);
            self.tree = Tree::empty(self.tree.id());
            self.add_view(pane, None);
        }
    }

    /// One view of the run in front, and its plots anew.
    pub fn reset(&mut self, id: u64) {
        let Some(front) = self.live().map(|l| l.id) else {
            return;
        };
        self.lives.retain(|l| l.id == front);
        self.tree = Tree::empty(self.tree.id());
        self.add_view(Pane::view(id, front), None);
        for live in &mut self.lives {
            live.laid_out.clear();
        }
    }

    pub(super) fn remove_tiles(&mut self, gone: impl Fn(&Pane) -> bool) {
        let tiles: Vec<TileId> = self
            .tree
            .tiles
            .iter()
            .filter(|(_, t)| matches!(t, Tile::Pane(p) if gone(p)))
            .map(|(id, _)| *id)
            .collect();
        for tile in tiles {
            self.tree.remove_recursively(tile);
        }
    }

    /// A second view, beside the one given or at the root.
    pub fn add_view(&mut self, pane: Pane, beside: Option<u64>) {
        let found = beside.and_then(|id| self.tile_of(id));
        let tile = self.tree.tiles.insert_pane(pane);
        let tabs = self.tree.tiles.insert_tab_tile(vec![tile]);
        let neighbour = found
            .and_then(|t| self.tree.tiles.parent_of(t))
            .or(self.tree.root);
        let Some(neighbour) = neighbour else {
            self.tree.root = Some(tabs);
            return;
        };
        self.split(neighbour, tabs, LinearDir::Horizontal, 0.5);
    }

    /// Puts `new` beside or under `tile`, in a container that takes its place.
    fn split(&mut self, tile: TileId, new: TileId, dir: LinearDir, share: f32) {
        let parent = self.tree.tiles.parent_of(tile);
        let pair = Linear::new_binary(dir, [tile, new], share);
        let container = self.tree.tiles.insert_container(pair);
        match parent {
            None => self.tree.root = Some(container),
            Some(parent) => {
                if let Some(Tile::Container(outer)) = self.tree.tiles.get_mut(parent) {
                    swap_child(outer, tile, container);
                }
            }
        }
    }

    fn tile_of(&self, pane: u64) -> Option<TileId> {
        self.tree
            .tiles
            .iter()
            .find(|(_, t)| matches!(t, Tile::Pane(p) if p.id == pane))
            .map(|(id, _)| *id)
    }

    /// Shows a plot or a table of a run; one that is there already comes to the front.
    pub fn show(&mut self, live: u64, source: Source, id: u64) {
        let kind = match &source {
            Source::Cells { .. } => Kind::Table(source),
            _ => Kind::Plot(source),
        };
        self.show_tile(live, kind, id);
    }

    /// Shows the text in which a run's model is written.
    pub fn show_script(&mut self, live: u64, id: u64) {
        self.show_tile(live, Kind::Script, id);
    }

    /// Shows variants of a run beside its view; those that are shown already come to the front.
    pub fn show_neighbours(&mut self, live: u64, id: u64) {
        let there = self.tree.make_active(
            |_, t| matches!(t, Tile::Pane(p) if p.live == live && matches!(p.kind, Kind::Neighbours(_))),
        );
        if there {
            return;
        }
        let view = self.views_of(live).first().map(|p| p.id);
        let kind = Kind::Neighbours(super::neighbours::Around::default());
        self.add_view(Pane { id, live, kind }, view);
        self.arranged = true;
    }

    /// All entries of a group of the catalogue, beside the view.
    pub fn show_gallery(&mut self, live: u64, group: String, id: u64) {
        let kind = Kind::Gallery(group);
        let there = self
            .tree
            .make_active(|_, t| matches!(t, Tile::Pane(p) if p.kind == kind));
        if there {
            return;
        }
        let view = self.views_of(live).first().map(|p| p.id);
        self.add_view(Pane { id, live, kind }, view);
        self.arranged = true;
    }

    /// The science's own sheet of the model, under the pictures.
    pub fn show_sheet(&mut self, live: u64, id: u64) {
        self.show_tile(live, Kind::Sheet, id);
        self.arranged = true;
    }

    fn show_tile(&mut self, live: u64, kind: Kind, id: u64) {
        let there = self
            .tree
            .make_active(|_, t| matches!(t, Tile::Pane(p) if p.live == live && p.kind == kind));
        if there {
            return;
        }
        let share = if kind == Kind::Script {
            SCRIPT_SHARE
        } else {
            VIEW_SHARE
        };
        let tile = self.tree.tiles.insert_pane(Pane { id, live, kind });
        // Beside other plots of the same run, if there are any.
        let shelf = self.tree.tiles.iter().find_map(|(id, t)| match t {
            Tile::Container(Container::Tabs(tabs))
                if !tabs.children.is_empty()
                    && tabs.children.iter().all(
                        |c| matches!(self.tree.tiles.get(*c), Some(Tile::Pane(p)) if p.is_shelved()),
                    ) =>
            {
                Some(*id)
            }
            _ => None,
        });
        if let Some(shelf) = shelf
            && let Some(Tile::Container(Container::Tabs(tabs))) = self.tree.tiles.get_mut(shelf)
        {
            tabs.add_child(tile);
            tabs.set_active(tile);
            return;
        }
        let tabs = self.tree.tiles.insert_tab_tile(vec![tile]);
        match self.tree.root {
            None => self.tree.root = Some(tabs),
            Some(root) => {
                let dir = if self.width >= WIDE {
                    LinearDir::Horizontal
                } else {
                    LinearDir::Vertical
                };
                self.split(root, tabs, dir, share);
            }
        }
    }

    /// Probes that have something to plot get their tiles, once.
    pub fn lay_out(&mut self, next: &mut u64) {
        let mut wanted: Vec<(u64, ProbeSpec)> = Vec::new();
        for live in &mut self.lives {
            for (spec, reading) in &live.snapshot.readings {
                let plots = matches!(reading, Reading::Series(_) | Reading::Grid(_));
                if plots && live.probes.contains(spec) && !live.laid_out.contains(spec) {
                    live.laid_out.push(spec.clone());
                    wanted.push((live.id, spec.clone()));
                }
            }
        }
        for (live, spec) in wanted.into_iter().rev() {
            *next += 1;
            self.show(live, Source::Probe(spec), *next);
            // What is being written stays in front.
            self.tree.make_active(
                |_, t| matches!(t, Tile::Pane(p) if p.live == live && p.kind == Kind::Script),
            );
            self.arranged = true;
        }
    }

    /// A report that has come brings its first plot.
    pub fn show_reports(&mut self, next: &mut u64) {
        let mut fresh = Vec::new();
        for live in &mut self.lives {
            for (key, form) in &mut live.forms {
                if form.has_new_plot() {
                    fresh.push((live.id, key.clone()));
                }
            }
        }
        for (live, analysis) in fresh {
            *next += 1;
            let source = Source::Report { analysis, index: 0 };
            self.show(live, source, *next);
            self.arranged = true;
        }
    }

    /// A view of the twin beside this one, unless there is one already.
    pub fn show_twin(&mut self, beside: u64, id: u64) {
        let Some(mut pane) = panes(&self.tree.tiles).find(|p| p.id == beside).cloned() else {
            return;
        };
        let live = pane.live;
        if panes(&self.tree.tiles).any(|p| p.live == live && p.is_of_twin()) {
            return;
        }
        pane.id = id;
        if let Kind::View { settings, .. } = &mut pane.kind {
            settings.insert(loom_sim::view::TWIN.to_owned(), Value::Boolean(true));
        }
        self.add_view(pane, Some(beside));
        self.arranged = true;
    }

    /// Views of a twin that has ended close.
    pub fn close_views_of_twins(&mut self) {
        let ended: Vec<u64> = self
            .lives
            .iter()
            .filter(|l| !l.is_building() && !l.snapshot.has_twin)
            .map(|l| l.id)
            .collect();
        let gone: Vec<u64> = panes(&self.tree.tiles)
            .filter(|p| p.is_of_twin() && ended.contains(&p.live))
            .map(|p| p.id)
            .collect();
        if !gone.is_empty() {
            self.remove_tiles(|p| gone.contains(&p.id));
            self.arranged = true;
        }
    }

    /// A new twin brings the plot of its difference.
    pub fn greet_twins(&mut self, next: &mut u64) {
        let mut fresh = Vec::new();
        for live in &mut self.lives {
            let there = live.snapshot.twin.is_some();
            if there && !live.twin_shown {
                fresh.push(live.id);
            }
            live.twin_shown = there;
        }
        for live in fresh {
            *next += 1;
            self.show(live, Source::Difference, *next);
            self.arranged = true;
        }
    }

    /// Panes of views of a run.
    pub fn views_of(&self, live: u64) -> Vec<&Pane> {
        let mut list: Vec<&Pane> = panes(&self.tree.tiles)
            .filter(|p| p.live == live && p.is_view())
            .collect();
        list.sort_by_key(|p| (!self.shown.contains_key(&p.id), p.id));
        list
    }
    /// The view that keys mean: the first one shown of the run in front.
    pub fn front_view(&mut self) -> Option<&mut Pane> {
        let live = self.live()?.id;
        let id = self.views_of(live).first()?.id;
        self.tree.tiles.tiles_mut().find_map(|t| match t {
            Tile::Pane(p) if p.id == id => Some(p),
            _ => None,
        })
    }
    /// The settings of the view in front.
    pub fn view_settings(&mut self) -> Settings {
        match self.front_view().map(|p| &p.kind) {
            Some(Kind::View { settings, .. }) => settings.clone(),
            _ => Settings::new(),
        }
    }
    /// Takes over what an operation or the pointer changes in a view.
    pub fn take_answer(&mut self, answer: &loom_sim::conductor::Answer) {
        for tile in self.tree.tiles.tiles_mut() {
            if let Tile::Pane(pane) = tile
                && let (true, Kind::View { settings, camera }) =
                    (pane.id == answer.view, &mut pane.kind)
            {
                let changes = answer.settings.iter();
                settings.extend(changes.map(|(key, value)| (key.clone(), value.clone())));
                if answer.camera.is_some() {
                    camera.clone_from(&answer.camera);
                }
            }
        }
        // What is selected is not a layout: undo keeps to the cells.
        self.arranged = true;
    }
    /// Sets a parameter of every view of a run; `moves`: their cameras fit anew.
    pub fn set_view_parameter(&mut self, live: u64, key: &str, value: &Value, moves: bool) {
        for tile in self.tree.tiles.tiles_mut() {
            if let Tile::Pane(pane) = tile
                && let (
                    true,
                    Kind::View {
                        settings, camera, ..
                    },
                ) = (pane.live == live, &mut pane.kind)
            {
                settings.insert(key.to_owned(), value.clone());
                if moves {
                    *camera = None;
                }
            }
        }
    }
}

fn swap_child(outer: &mut Container, old: TileId, new: TileId) {
    match outer {
        Container::Tabs(Tabs { children, active }) => {
            for child in children.iter_mut().filter(|c| **c == old) {
                *child = new;
            }
            if *active == Some(old) {
                *active = Some(new);
            }
        }
        Container::Linear(linear) => {
            for child in linear.children.iter_mut().filter(|c| **c == old) {
                *child = new;
            }
            linear.shares.replace_with(old, new);
        }
        Container::Grid(grid) => {
            let place = grid.children().position(|c| *c == old);
            if let Some(at) = place {
                // The tile that went is inside the new one.
                let _ = grid.replace_at(at, new);
            }
        }
    }
}
