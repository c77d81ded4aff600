//! Pipelines: what is drawn how. Made when first needed, never changed.

use std::borrow::Cow;
use std::collections::HashMap;

use super::target::{DEPTH, SAMPLES, Target};
use crate::device::Gpu;
use crate::error::GpuError;
use crate::shader::validate;

/// The kinds of layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Points,
    /// Vertices between the starts of neighbouring segments: 1 in strips, 2 for pairs.
    Lines(u8),
    Tubes(u8),
    Mesh,
    Cells(Variant),
    Ink,
    /// What the processor drew.
    Sheet,
}

/// What of a grid is fixed when its pipeline is made: the constants of `cells.wgsl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Variant {
    /// 0 states, 1 bits, 2 field, 3 counts.
    pub kind: u8,
    /// Cells a side that one pixel may cover: 1 or 2, 0 for any number.
    pub reach: u8,
    /// How counts are lit.
    pub look: u8,
    pub lines: bool,
    pub seeks_peak: bool,
}

/// How a layer meets the depth buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Depth {
    /// There is none.
    Without,
    /// Over all.
    Ignore,
    /// Hidden by what is before it, hides nothing.
    Test,
    Write,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub kind: Kind,
    pub depth: Depth,
    pub multi: bool,
    pub additive: bool,
    /// The camera orbits a space.
    pub orbit: bool,
}

const COMMON: &str = include_str!("common.wgsl");
const POINTS: &str = include_str!("points.wgsl");
const LINES: &str = include_str!("lines.wgsl");
const SOLIDS: &str = include_str!("solids.wgsl");
const SHAPES: &str = include_str!("shapes.wgsl");
const SHEET: &str = include_str!("sheet.wgsl");
const CELLS: &str = include_str!("cells.wgsl");
const WORDS_BUFFER: &str = include_str!("words_buffer.wgsl");
const WORDS_TEXTURE: &str = include_str!("words_texture.wgsl");

/// All drawing shaders as they are compiled.
pub(crate) fn sources() -> Vec<(&'static str, String)> {
    let joined = |parts: &[&str]| parts.join("\n");
    vec![
        ("points.wgsl", joined(&[COMMON, POINTS])),
        ("lines.wgsl", joined(&[COMMON, LINES])),
        ("solids.wgsl", joined(&[COMMON, SOLIDS])),
        ("sheet.wgsl", joined(&[SHEET])),
        ("shapes.wgsl", joined(&[COMMON, SHAPES])),
        (
            "cells.wgsl with buffers",
            joined(&[COMMON, WORDS_BUFFER, CELLS]),
        ),
        (
            "cells.wgsl with textures",
            joined(&[COMMON, WORDS_TEXTURE, CELLS]),
        ),
    ]
}

pub(crate) struct Pipelines {
    /// Lens, layer, maps, atlas, sampler.
    pub shared: wgpu::BindGroupLayout,
    /// Grid, words, peak.
    pub cells: wgpu::BindGroupLayout,
    /// One texture.
    pub sheet: wgpu::BindGroupLayout,
    plain: wgpu::PipelineLayout,
    sheeted: wgpu::PipelineLayout,
    gridded: wgpu::PipelineLayout,
    modules: HashMap<&'static str, wgpu::ShaderModule>,
    made: HashMap<Key, wgpu::RenderPipeline>,
    /// Grid data in storage buffers, else in textures.
    pub buffers: bool,
}

fn entry(
    binding: u32,
    visibility: wgpu::ShaderStages,
    ty: wgpu::BindingType,
) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility,
        ty,
        count: None,
    }
}

fn block(ty: wgpu::BufferBindingType, has_dynamic_offset: bool) -> wgpu::BindingType {
    wgpu::BindingType::Buffer {
        ty,
        has_dynamic_offset,
        min_binding_size: None,
    }
}

fn image(sample_type: wgpu::TextureSampleType) -> wgpu::BindingType {
    wgpu::BindingType::Texture {
        sample_type,
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    }
}

impl Pipelines {
    pub fn new(gpu: &Gpu, buffers: bool) -> Result<Self, GpuError> {
        for (name, text) in sources() {
            validate(name, &text)?;
        }
        let both = wgpu::ShaderStages::VERTEX_FRAGMENT;
        let fragment = wgpu::ShaderStages::FRAGMENT;
        let uniform = wgpu::BufferBindingType::Uniform;
        let storage = wgpu::BufferBindingType::Storage { read_only: true };
        let float = |filterable| image(wgpu::TextureSampleType::Float { filterable });
        let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
        let shared = [
            entry(0, both, block(uniform, false)),
            entry(1, both, block(uniform, true)),
            entry(2, both, float(false)),
            entry(3, fragment, float(true)),
            entry(4, fragment, sampler),
        ];
        let mut cells = vec![entry(0, both, block(uniform, false))];
        if buffers {
            cells.extend([
                entry(1, fragment, block(storage, false)),
                entry(2, fragment, block(storage, false)),
            ]);
        } else {
            cells.push(entry(1, fragment, image(wgpu::TextureSampleType::Uint)));
        }
        gpu.catching("the renderer", || {
            let group = |label, entries: &[_]| {
                let label = Some(label);
                gpu.device
                    .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries })
            };
            let (shared, cells) = (group("shared", &shared), group("cells", &cells));
            let sheet = group("sheet", &[entry(0, fragment, float(false))]);
            let layout = |label, groups: &[Option<&wgpu::BindGroupLayout>]| {
                gpu.device
                    .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                        label: Some(label),
                        bind_group_layouts: groups,
                        immediate_size: 0,
                    })
            };
            Self {
                plain: layout("plain", &[Some(&shared)]),
                sheeted: layout("sheeted", &[Some(&shared), Some(&sheet)]),
                sheet,
                gridded: layout("gridded", &[Some(&shared), Some(&cells)]),
                shared,
                cells,
                modules: HashMap::new(),
                made: HashMap::new(),
                buffers,
            }
        })
    }

    /// The pipeline for `key`. Call within [`Gpu::catching`].
    pub fn get(&mut self, gpu: &Gpu, key: Key) -> wgpu::RenderPipeline {
        if let Some(known) = self.made.get(&key) {
            return known.clone();
        }
        let made = self.make(gpu, key);
        self.made.insert(key, made.clone());
        made
    }

    fn make(&mut self, gpu: &Gpu, key: Key) -> wgpu::RenderPipeline {
        let (name, vertex, fragment) = match key.kind {
            Kind::Points => ("points.wgsl", "dot_vertex", "dot_fragment"),
            Kind::Lines(_) => ("lines.wgsl", "line_vertex", "line_fragment"),
            Kind::Tubes(_) => ("solids.wgsl", "tube_vertex", "solid_fragment"),
            Kind::Mesh => ("solids.wgsl", "mesh_vertex", "solid_fragment"),
            Kind::Ink => ("shapes.wgsl", "shape_vertex", "shape_fragment"),
            Kind::Sheet => ("sheet.wgsl", "sheet_vertex", "sheet_fragment"),
            Kind::Cells(..) if self.buffers => {
                ("cells.wgsl with buffers", "cells_vertex", "cells_fragment")
            }
            Kind::Cells(..) => ("cells.wgsl with textures", "cells_vertex", "cells_fragment"),
        };
        let module = self.modules.entry(name).or_insert_with(|| {
            let text = sources()
                .into_iter()
                .find(|(known, _)| *known == name)
                .map(|(_, text)| text);
            let source = wgpu::ShaderSource::Wgsl(Cow::Owned(text.unwrap_or_default()));
            gpu.device
                .create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: Some(name),
                    source,
                })
        });
        let one = |location: u32| wgpu::VertexAttribute {
            format: wgpu::VertexFormat::Float32x4,
            offset: 0,
            shader_location: location,
        };
        let (first, second) = ([one(0)], [one(1)]);
        let (mesh, ink) = (
            wgpu::vertex_attr_array![0 => Float32x4, 1 => Float32x4],
            wgpu::vertex_attr_array![0 => Float32x2, 1 => Unorm8x4, 2 => Uint16x2],
        );
        let buffer = |array_stride: u64, step_mode, attributes| {
            Some(wgpu::VertexBufferLayout {
                array_stride,
                step_mode,
                attributes,
            })
        };
        let (instance, each) = (wgpu::VertexStepMode::Instance, wgpu::VertexStepMode::Vertex);
        let buffers = match key.kind {
            Kind::Points => vec![buffer(16, instance, &first)],
            Kind::Lines(step) | Kind::Tubes(step) => {
                let stride = 16 * u64::from(step);
                vec![
                    buffer(stride, instance, &first),
                    buffer(stride, instance, &second),
                ]
            }
            Kind::Mesh => vec![buffer(32, each, mesh.as_slice())],
            Kind::Ink => vec![buffer(16, each, ink.as_slice())],
            Kind::Cells(..) | Kind::Sheet => Vec::new(),
        };
        let strip = matches!(key.kind, Kind::Lines(_) | Kind::Cells(..));
        let topology = if strip {
            wgpu::PrimitiveTopology::TriangleStrip
        } else {
            wgpu::PrimitiveTopology::TriangleList
        };
        let depth_stencil = (key.depth != Depth::Without).then(|| wgpu::DepthStencilState {
            format: DEPTH,
            depth_write_enabled: Some(key.depth == Depth::Write),
            depth_compare: Some(match key.depth {
                Depth::Without | Depth::Ignore => wgpu::CompareFunction::Always,
                Depth::Test | Depth::Write => wgpu::CompareFunction::GreaterEqual,
            }),
            stencil: wgpu::StencilState::default(),
            bias: wgpu::DepthBiasState::default(),
        });
        let blend = if key.additive {
            let add = wgpu::BlendComponent {
                src_factor: wgpu::BlendFactor::One,
                dst_factor: wgpu::BlendFactor::One,
                operation: wgpu::BlendOperation::Add,
            };
            wgpu::BlendState {
                color: add,
                alpha: add,
            }
        } else {
            wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING
        };
        let flag = |on: bool| f64::from(u8::from(on));
        let orbit = ("ORBIT", flag(key.orbit));
        let constants = match key.kind {
            Kind::Cells(variant) => vec![
                orbit,
                ("KIND", f64::from(variant.kind)),
                ("REACH", f64::from(variant.reach)),
                ("LOOK", f64::from(variant.look)),
                ("LINES", flag(variant.lines)),
                ("SEEKS_PEAK", flag(variant.seeks_peak)),
            ],
            Kind::Sheet => Vec::new(),
            _ => vec![orbit],
        };
        let options = || wgpu::PipelineCompilationOptions {
            constants: &constants,
            ..Default::default()
        };
        gpu.device
            .create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some(name),
                layout: Some(match key.kind {
                    Kind::Cells(..) => &self.gridded,
                    Kind::Sheet => &self.sheeted,
                    _ => &self.plain,
                }),
                vertex: wgpu::VertexState {
                    module,
                    entry_point: Some(vertex),
                    buffers: &buffers,
                    compilation_options: options(),
                },
                fragment: Some(wgpu::FragmentState {
                    module,
                    entry_point: Some(fragment),
                    targets: &[Some(wgpu::ColorTargetState {
                        format: Target::FORMAT,
                        blend: Some(blend),
                        write_mask: wgpu::ColorWrites::ALL,
                    })],
                    compilation_options: options(),
                }),
                primitive: wgpu::PrimitiveState {
                    topology,
                    ..Default::default()
                },
                depth_stencil,
                multisample: wgpu::MultisampleState {
                    count: if key.multi { SAMPLES } else { 1 },
                    ..Default::default()
                },
                multiview_mask: None,
                cache: None,
            })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_shader_is_valid() {
        let kernels = [
            ("peak.wgsl", include_str!("peak.wgsl")),
            ("density.wgsl", include_str!("../density.wgsl")),
        ];
        for (name, text) in kernels {
            assert_eq!(crate::validate(name, text).err(), None, "{name}");
        }
        for (name, text) in super::sources() {
            assert_eq!(crate::validate(name, &text).err(), None, "{name}");
        }
    }
}
