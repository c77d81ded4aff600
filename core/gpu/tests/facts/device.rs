//! Devices, buffers and kernels.

use loom_gpu::scene::Vertex;
use loom_gpu::{Batch, Binding, Choice, Gpu, GpuError, Kernel, Shader, adapters, wgsl};

use crate::gpu;

#[test]
fn doctor_names_every_adapter() {
    let reports = adapters();
    assert!(!reports.is_empty());
    for report in reports {
        assert!(
            !report.name.is_empty() && report.max_texture >= 2048,
            "{report:?}"
        );
    }
    assert!(gpu().has_compute());
    assert!(gpu().limits.max_storage_buffer_binding_size >= 128 << 20);
}

#[test]
fn what_was_uploaded_is_read_back() {
    let gpu = gpu();
    let words: Vec<u32> = (0..1000).collect();
    assert_eq!(
        gpu.read(&gpu.upload("words", &words).unwrap()).unwrap(),
        words
    );
    let bytes: Vec<u8> = (0..=250).collect();
    assert_eq!(
        gpu.read(&gpu.upload("bytes", &bytes).unwrap()).unwrap(),
        bytes
    );
    let vertices = vec![Vertex::new(1.0, 2.0, 3.0, 4.0); 7];
    assert_eq!(
        gpu.read(&gpu.upload("vertices", &vertices).unwrap())
            .unwrap(),
        vertices
    );
    assert_eq!(
        gpu.read(&gpu.zeros::<f32>("none", 0).unwrap()).unwrap(),
        Vec::<f32>::new()
    );
}

#[test]
fn a_write_past_the_end_is_refused() {
    let gpu = gpu();
    let buffer = gpu.zeros::<u32>("four", 4).unwrap();
    assert!(matches!(
        gpu.write(&buffer, 2, &[1, 2, 3]),
        Err(GpuError::Refused { .. })
    ));
}

#[test]
fn a_buffer_past_the_limit_is_refused_before_it_is_made() {
    let error = gpu().zeros::<f32>("The cloud", 1 << 60).unwrap_err();
    assert!(error.to_string().starts_with("The cloud needs "), "{error}");
}

#[test]
fn a_kernel_runs_past_65535_workgroups() {
    let gpu = gpu();
    let bindings = [Binding::Read, Binding::ReadWrite];
    let kernel = Kernel::new(&gpu, "double", wgsl!("double.wgsl"), "double", &bindings).unwrap();
    let source: Vec<u32> = (0..200_000).collect();
    let (from, to) = (
        gpu.upload("from", &source).unwrap(),
        gpu.zeros::<u32>("to", source.len()).unwrap(),
    );
    let bound = kernel.bind(&[&from, &to]).unwrap();
    let mut batch = Batch::new(&gpu, "double");
    batch.dispatch(&kernel, &bound, source.len() as u64);
    batch.submit().unwrap();
    let result: Vec<u32> = gpu.read(&to).unwrap();
    assert!(
        result
            .iter()
            .zip(&source)
            .all(|(got, from)| *got == 2 * from)
    );
}

#[test]
fn dispatches_of_one_batch_see_what_those_before_them_wrote() {
    let gpu = gpu();
    let bindings = [Binding::Read, Binding::ReadWrite];
    let kernel = Kernel::new(&gpu, "double", wgsl!("double.wgsl"), "double", &bindings).unwrap();
    let (a, b) = (
        gpu.upload("a", &[1u32, 2, 3]).unwrap(),
        gpu.zeros::<u32>("b", 3).unwrap(),
    );
    let (there, back) = (
        kernel.bind(&[&a, &b]).unwrap(),
        kernel.bind(&[&b, &a]).unwrap(),
    );
    let mut batch = Batch::new(&gpu, "double");
    batch.repeat(&kernel, &[&there, &back], 3, 10);
    batch.submit().unwrap();
    assert_eq!(gpu.read(&a).unwrap(), [1024, 2048, 3072]);
}

#[test]
fn a_kernel_sees_exactly_as_many_elements_as_a_buffer_has() {
    let gpu = gpu();
    let text = "@group(0) @binding(0) var<storage, read> source: array<u32>;
        @group(0) @binding(1) var<storage, read_write> result: array<u32>;
        @compute @workgroup_size(1) fn tell() { result[0] = arrayLength(&source); }";
    let bindings = [Binding::Read, Binding::ReadWrite];
    let kernel = Kernel::new(
        &gpu,
        "tell",
        Shader::generated("tell.wgsl", text),
        "tell",
        &bindings,
    )
    .unwrap();
    for len in [1, 3, 8, 1000] {
        let (source, result) = (
            gpu.zeros::<u32>("source", len).unwrap(),
            gpu.zeros::<u32>("result", 1).unwrap(),
        );
        let bound = kernel.bind(&[&source, &result]).unwrap();
        let mut batch = Batch::new(&gpu, "tell");
        batch.dispatch(&kernel, &bound, 1);
        batch.submit().unwrap();
        assert_eq!(gpu.read(&result).unwrap(), [len as u32]);
    }
}

#[test]
fn a_broken_kernel_says_where() {
    let shader = Shader::generated(
        "lorenz.wgsl",
        "@compute @workgroup_size(64)\nfn step() { let x = y; }\n",
    );
    let error = Kernel::new(&gpu(), "lorenz", shader, "step", &[]).unwrap_err();
    assert!(error.to_string().starts_with("lorenz.wgsl:2:"), "{error}");
}

#[test]
fn bindings_that_do_not_fit_are_an_error() {
    let error = Kernel::new(
        &gpu(),
        "double",
        wgsl!("double.wgsl"),
        "double",
        &[Binding::Uniform],
    )
    .unwrap_err();
    assert!(matches!(error, GpuError::Refused { .. }), "{error}");
}

#[test]
fn a_lost_device_says_so_and_a_new_one_works() {
    let first = Gpu::headless(&Choice::Best).unwrap();
    let buffer = first.upload("words", &[1u32, 2, 3]).unwrap();
    first.device.destroy();
    let _ = first.device.poll(loom_gpu::wgpu::PollType::Poll);
    assert!(first.lost().is_some());
    assert!(matches!(first.read(&buffer), Err(GpuError::Lost { .. })));
    assert!(matches!(
        first.upload("more", &[1u32]),
        Err(GpuError::Lost { .. })
    ));
    let second = Gpu::headless(&Choice::Best).unwrap();
    assert_eq!(
        second
            .read(&second.upload("words", &[4u32]).unwrap())
            .unwrap(),
        [4]
    );
}

#[test]
fn an_adapter_that_is_not_there_is_named() {
    let error = Gpu::headless(&Choice::Named("Voodoo 2".into())).unwrap_err();
    assert!(error.to_string().contains("Voodoo 2"), "{error}");
    let none = GpuError::NoAdapter {
        tried: "Vulkan, OpenGL".into(),
    };
    assert!(none.to_string().contains("mesa-vulkan-drivers"));
}
