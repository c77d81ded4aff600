//! Puts the tokens into egui: fonts, text styles, colours of widgets, spacing.

use std::sync::Arc;

use egui::style::{ScrollStyle, Selection, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, Margin, Shadow, Stroke,
    Style, TextStyle, Theme, Visuals, vec2,
};

use super::tokens::{self, MOTION, TOOLTIP, Tokens, font, size};

/// Inter for words, JetBrains Mono for numbers, Lucide for icons; egui's own fonts stay behind
/// them for glyphs that none of these has.
pub fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8]| {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    };
    add(
        "inter",
        include_bytes!("../../../assets/fonts/Inter-Regular.otf"),
    );
    add(
        "inter-medium",
        include_bytes!("../../../assets/fonts/Inter-Medium.otf"),
    );
    add(
        "inter-semibold",
        include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
    );
    add(
        "mono",
        include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf"),
    );
    add("lucide", lucide_icons::LUCIDE_FONT_BYTES);

    let behind = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let family = |first: &[&str]| -> Vec<String> {
        first
            .iter()
            .map(|name| (*name).to_owned())
            .chain(behind.iter().cloned())
            .collect()
    };
    fonts
        .families
        .insert(FontFamily::Proportional, family(&["inter", "mono"]));
    fonts
        .families
        .insert(FontFamily::Monospace, family(&["mono", "inter"]));
    fonts.families.insert(
        FontFamily::Name(font::MEDIUM.into()),
        family(&["inter-medium", "mono"]),
    );
    fonts.families.insert(
        FontFamily::Name(font::SEMIBOLD.into()),
        family(&["inter-semibold", "mono"]),
    );
    fonts.families.insert(
        FontFamily::Name(font::ICONS.into()),
        vec!["lucide".to_owned()],
    );
    fonts
}

/// Sets both themes; `science` gives the accent.
pub fn apply(ctx: &Context, science: Option<usize>) {
    for (theme, dark) in [(Theme::Dark, true), (Theme::Light, false)] {
        let tokens = Tokens::of_theme(dark);
        ctx.style_mut_of(theme, |style| {
            dress(style, tokens, tokens.accent(science));
        });
    }
}

fn dress(style: &mut Style, tokens: &Tokens, accent: Color32) {
    style.text_styles = [
        (TextStyle::Small, font::secondary()),
        (TextStyle::Body, font::body()),
        (TextStyle::Button, font::body()),
        (TextStyle::Heading, font::heading()),
        (TextStyle::Monospace, font::mono()),
    ]
    .into();
    style.animation_time = MOTION;
    style.explanation_tooltips = false;
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(size::GAP, size::GRID);
    spacing.button_padding = vec2(size::GAP, size::GRID);
    spacing.interact_size = vec2(size::CONTROL, size::CONTROL);
    spacing.menu_margin = Margin::same(size::GRID as i8);
    spacing.window_margin = Margin::same(size::SECTION as i8);
    spacing.icon_width = size::ICON;
    spacing.icon_width_inner = size::ICON - 6.0;
    spacing.tooltip_width = 320.0;
    spacing.scroll = ScrollStyle {
        fade: egui::style::ScrollFadeStyle {
            strength: 0.0,
            ..ScrollStyle::floating().fade
        },
        ..ScrollStyle::floating()
    };
    style.interaction.tooltip_delay = TOOLTIP;
    style.interaction.selectable_labels = false;
    style.visuals = visuals(tokens, accent);
}

fn visuals(tokens: &Tokens, accent: Color32) -> Visuals {
    let corner = CornerRadius::same(size::CORNER);
    let widget = |fill: Color32, border: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, border),
        corner_radius: corner,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let mut visuals = if tokens.dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    let lifted = mix(tokens.raised, tokens.text, 0.06);
    visuals.widgets = Widgets {
        noninteractive: widget(tokens.panel, tokens.hairline, tokens.text),
        inactive: widget(tokens.raised, tokens.raised, tokens.text),
        hovered: widget(lifted, tokens.hairline, tokens.text),
        active: widget(mix(tokens.raised, tokens.text, 0.1), accent, tokens.text),
        open: widget(lifted, tokens.hairline, tokens.text),
    };
    visuals.selection = Selection {
        bg_fill: mix(tokens.panel, accent, 0.24),
        stroke: Stroke::new(1.0, accent),
    };
    visuals.weak_text_color = Some(tokens.secondary);
    visuals.hyperlink_color = accent;
    visuals.faint_bg_color = mix(tokens.panel, tokens.raised, 0.5);
    visuals.extreme_bg_color = tokens.ground;
    visuals.text_edit_bg_color = Some(tokens.ground);
    visuals.code_bg_color = tokens.raised;
    visuals.warn_fg_color = tokens.warning;
    visuals.error_fg_color = tokens.error;
    visuals.window_corner_radius = CornerRadius::same(size::CORNER * 2);
    visuals.menu_corner_radius = corner;
    visuals.window_fill = tokens.panel;
    visuals.panel_fill = tokens.panel;
    visuals.window_stroke = Stroke::new(1.0, tokens.hairline);
    let shadow = Shadow {
        offset: [0, 6],
        blur: 20,
        spread: 0,
        color: tokens.shadow,
    };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.button_frame = true;
    visuals.collapsing_header_frame = false;
    visuals.indent_has_left_vline = false;
    visuals.slider_trailing_fill = false;
    // A blinking cursor would repaint an idle window twice a second.
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(1.5, accent);
    visuals
}

/// `a` with a share of `b`, mixed as the display mixes.
pub fn mix(a: Color32, b: Color32, share: f32) -> Color32 {
    let channel =
        |x: u8, y: u8| (f32::from(x) * (1.0 - share) + f32::from(y) * share).round() as u8;
    Color32::from_rgb(
        channel(a.r(), b.r()),
        channel(a.g(), b.g()),
        channel(a.b(), b.b()),
    )
}

/// An `Rgba` of a scene as egui has it.
pub fn color(rgba: loom_sim::Rgba) -> Color32 {
    let [r, g, b, a] = rgba.0;
    Color32::from_rgba_unmultiplied(r, g, b, a)
}

/// Draws a hairline along the left, right, top or bottom of a rectangle.
pub fn edge(ui: &egui::Ui, rect: egui::Rect, side: egui::Direction) {
    let stroke = tokens::hairline(ui);
    let painter = ui.painter();
    match side {
        egui::Direction::LeftToRight => painter.vline(rect.right(), rect.y_range(), stroke),
        egui::Direction::RightToLeft => painter.vline(rect.left(), rect.y_range(), stroke),
        egui::Direction::TopDown => painter.hline(rect.x_range(), rect.bottom(), stroke),
        egui::Direction::BottomUp => painter.hline(rect.x_range(), rect.top(), stroke),
    };
}
