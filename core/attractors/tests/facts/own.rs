//! Systems of one's own: as found in papers and in XPP's files.

use loom_attractors::own::{self, Sheet};
use loom_sim::Job;
use proptest::prelude::*;

/// The equations' values at a state, in the order of the text's variables.
fn rates(sheet: &Sheet, state: &[f64]) -> Vec<f64> {
    let variables = sheet.system.variables();
    let value = |name: &str| {
        let place = variables.iter().position(|v| v == name);
        place.map(|i| state[i]).or_else(|| {
            sheet
                .values
                .iter()
                .find(|g| g.name == name)
                .map(|g| g.value)
        })
    };
    sheet
        .system
        .rates()
        .iter()
        .map(|r| r.eval(value).unwrap())
        .collect()
}

fn lorenz(text: &str) {
    let sheet = Sheet::read(text).unwrap_or_else(|e| panic!("{text}\n{e}"));
    let (x, y, z) = (1.5, -2.0, 20.0);
    let wanted = [10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z];
    for (a, b) in rates(&sheet, &[x, y, z]).iter().zip(wanted) {
        assert!((a - b).abs() < 1e-12, "{text}: {a} is not {b}");
    }
}

#[test]
fn equations_are_read_as_they_are_found() {
    lorenz("dx/dt = s*(y - x); dy/dt = x*(r - z) - y; dz/dt = x*y - b*z\ns = 10; r = 28; b = 8/3");
    lorenz("x' = 10(y-x), y' = x(28-z)-y, z' = xy-(8/3)z");
    lorenz("ẋ = σ(y − x)\nẏ = x(ρ − z) − y\nż = x y − β z\nσ = 10, ρ = 28, β = 8/3");
    lorenz("x˙=10(y−x),\ny˙=28x−y−xz,\nz˙=xy−(8/3)z.");
    lorenz(
        "$$\\left\\{\\begin{aligned}\n\\frac{dx}{dt} &= \\sigma (y - x), \\\\\n\\dot{y} &= x(\\rho - z) - y, \\\\\n\\dot z &= x y - \\tfrac{8}{3}\\, z.\n\\end{aligned}\\right.$$\n\\sigma = 10 \\\\ \\rho = 28",
    );
    lorenz("# XPP\npar s=10, r=28\np b=2.6666666666666667\ninit x=1,y=2\nx'=s*(y-x)\ny'=x*(r-z)-y\ndz/dt=x*y-b*z\n@ total=100,dt=.01\ndone\n".replace("# XPP\n", "").as_str().lines().map(xpp_line).collect::<Vec<_>>().join("\n").as_str());
}

/// XPP's declarations in the words of a sheet, for comparison with its own reader.
fn xpp_line(line: &str) -> String {
    match line.split_once(' ') {
        Some(("par" | "p", rest)) => rest.replace(',', ";"),
        Some(("init" | "@", _)) => String::new(),
        _ if line == "done" => String::new(),
        _ => line.to_owned(),
    }
}

#[test]
fn a_map_has_many_spellings() {
    for text in [
        "x_{n+1} = 1 - 1.4 x_n^2 + y_n\ny_{n+1} = 0.3 x_n",
        "x(t+1) = 1 - a*x(t)^2 + y(t)\ny(t+1) = b*x(t)\na = 1.4\nb = 0.3",
        "x[n+1] = 1 - 1.4*x[n]^2 + y[n]; y[n+1] = 0.3*x[n]",
        "next x = 1 - 1.4 x² + y, next y = 0.3 x",
    ] {
        let sheet = Sheet::read(text).unwrap_or_else(|e| panic!("{text}\n{e}"));
        assert!(sheet.is_map());
        let found = rates(&sheet, &[0.5, 0.1]);
        assert!(
            (found[0] - 0.75).abs() < 1e-12 && (found[1] - 0.15).abs() < 1e-12,
            "{text}"
        );
    }
}

#[test]
fn latex_functions_take_what_is_printed_beside_them() {
    let sheet = Sheet::read(
        "\\dot\\theta = \\omega \\\\ \\dot\\omega = -\\sin \\theta - 0.1\\omega + \\cos^2 2 t",
    )
    .unwrap();
    let value = |name: &str| match name {
        "theta" => Some(0.7),
        "omega" => Some(0.3),
        "t" => Some(0.2),
        _ => None,
    };
    let found = sheet.system.rates()[1].eval(value).unwrap();
    let wanted = -0.7f64.sin() - 0.03 + 0.4f64.cos().powi(2);
    assert!((found - wanted).abs() < 1e-12, "{found} is not {wanted}");
}

#[test]
fn faults_have_their_place_in_what_was_pasted() {
    let fault = |text: &str| Sheet::read(text).unwrap_err();
    let found = fault("\\dot x &= y \\\\\n\\dot y &= -x + * 2");
    assert_eq!((found.line, found.column), (2, 16), "{found}");
    let found = fault("x' = y\ny' = tanhh(x)\na = 3");
    assert_eq!(found.line, 2);
    assert!(found.message.contains("did you mean `tanh`?"), "{found}");
    assert!(fault("").message.contains("no equation yet"));
    assert!(fault("x' = y\ny' = -x\nx = 3").message.contains("x(0) = 3"));
    assert!(fault("x' = -x*dt").message.contains("setting of every run"));
    assert!(fault("x' = -x\nq(0) = 1").message.contains("no variable"));
}

#[test]
fn values_and_starts_are_taken_out_of_the_text() {
    let sheet = Sheet::read("x' = y\ny' = -k*x - c*y\nk = 8/3\nx(0) = 2").unwrap();
    assert_eq!(sheet.equations, "x' = y\ny' = -k*x - c*y");
    let values: Vec<(&str, f64)> = sheet
        .values
        .iter()
        .map(|g| (g.name.as_str(), g.value))
        .collect();
    assert_eq!(values, [("k", 8.0 / 3.0), ("c", 1.0)]);
    assert_eq!(sheet.starts[0].value, 2.0);
    assert_eq!(sheet.notes, ["`c` had no value and is 1 now."]);
}

#[test]
fn xpp_files_are_read() {
    let text = "# Morris-Lecar\nparam i=.09,gk=2 \\\n  gl=.5\nnumber v1=-.01,v2=0.15\ninit v=-.2 w=0.1\n\
        minf(v)=.5*(1+tanh((v-v1)/v2))\n!g2=gl*2\nica=minf(v)*(v-1)\n\
        v' = i - ica - gk*w*(v+.7) - gl*(v+.5)+0*g2\nw'= if(v>0)then(1-w)else(-w)\naux ii=ica\n@ total=150\ndone\nrubbish ((";
    let sheet = own::read_xpp(text).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(sheet.system.variables(), ["v", "w"]);
    assert_eq!(sheet.starts.len(), 2);
    assert_eq!(sheet.notes.len(), 1);
    let value = |name: &str| match name {
        "v" => Some(0.1),
        "w" => Some(0.3),
        _ => sheet
            .values
            .iter()
            .find(|g| g.name == name)
            .map(|g| g.value),
    };
    let v = 0.1;
    let ica = 0.5 * (1.0 + ((v + 0.01) / 0.15f64).tanh()) * (v - 1.0);
    let wanted = 0.09 - ica - 2.0 * 0.3 * (v + 0.7) - 0.5 * (v + 0.5);
    assert!((sheet.system.rates()[0].eval(value).unwrap() - wanted).abs() < 1e-12);
    assert!((sheet.system.rates()[1].eval(value).unwrap() - 0.7).abs() < 1e-12);
    let fault = own::read_xpp("x'=-x\nglobal 1 x {x=0}\n").unwrap_err();
    assert_eq!(fault.line, 2);
    assert!(fault.message.contains("events"));
}

#[test]
fn a_system_of_ones_own_gets_its_step_and_its_start() {
    let sheet = Sheet::read("dx/dt=y*z; dy/dt=x-y; dz/dt=1-x*y").unwrap();
    let made = own::compose("Sprott B", sheet, None, &Job::quiet()).unwrap();
    let own = made.definition;
    assert!(made.notes.is_empty(), "{:?}", made.notes);
    assert!((0.005..0.2).contains(&own.dt), "dt {}", own.dt);
    assert!((2.0..20.0).contains(&own.period), "period {}", own.period);
    // A thousand times as fast, and the step follows.
    let sheet = Sheet::read("dx/dt=1000*y*z; dy/dt=1000*(x-y); dz/dt=1000*(1-x*y)").unwrap();
    let fast = own::compose("Fast", sheet, None, &Job::quiet())
        .unwrap()
        .definition;
    let ratio = own.period / fast.period;
    assert!((900.0..1100.0).contains(&ratio), "{ratio}");
    let sheet = Sheet::read("x' = x^2").unwrap();
    let away = own::compose("Away", sheet, None, &Job::quiet()).unwrap();
    assert_eq!(away.notes.len(), 1, "{:?}", away.notes);
}

#[test]
fn every_built_in_system_survives_being_written_down() {
    for definition in loom_attractors::catalogue::systems() {
        let text = own::text_of(&definition);
        let sheet =
            Sheet::read(&text).unwrap_or_else(|e| panic!("{}: {e}\n{text}", definition.name));
        let made = own::compose("Copy", sheet, Some(&definition), &Job::quiet()).unwrap();
        let copy = made.definition;
        assert_eq!(
            copy.system.rates(),
            definition.system.rates(),
            "{}",
            definition.name
        );
        assert_eq!(
            copy.parameters, definition.parameters,
            "{}",
            definition.name
        );
        assert_eq!((copy.dt, copy.period), (definition.dt, definition.period));
        assert_eq!(copy.initial, definition.initial, "{}", definition.name);
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(text in "[xyzdt'=+*/()\\[\\]{}\\\\0-9.,;a-c \n#&$_^]{0,80}") {
        let _ = Sheet::read(&text);
        let _ = own::read_xpp(&text);
    }
}

#[test]
fn a_program_in_python_has_names_that_python_can_have() {
    let text = "lambda' = -is*lambda + if(t > 1 and x_2 >= 0.5, heaviside(x_2), 1e-7)\n\
        x_2' = min(lambda^2, 3) - pi*mod(x_2, 2)\nis = 2";
    let sheet = Sheet::read(text).unwrap();
    let made = own::compose("Names", sheet, None, &Job::quiet()).unwrap();
    let model = loom_attractors::catalogue::model_of_file("names.toml", &made.definition);
    let program = loom_attractors::python::program(&model).unwrap();
    for line in [
        "    lambda_, x_2 = u\n",
        "is_ = 2.0",
        "def heaviside(x):",
        "np.where(t > 1 and x_2 >= 0.5, heaviside(x_2), 1e-7)",
        "np.minimum(lambda_**2, 3) - np.pi*np.mod(x_2, 2)",
    ] {
        assert!(program.contains(line), "{line}\n{program}");
    }
}

#[test]
fn programs_of_families_unpack_every_member() {
    let definition = loom_attractors::catalogue::named("FermiPastaUlam").unwrap();
    let model = loom_attractors::catalogue::model(&definition);
    let program = loom_attractors::python::program(&model).unwrap();
    assert!(
        !program.contains("q[") && program.contains("q_0, "),
        "{program}"
    );
}

#[test]
fn a_map_of_one_variable_is_drawn_as_a_cobweb() {
    use loom_sim::scene::{Layer, LineTopology};
    use loom_sim::{Place, Science, Step};
    let science = loom_attractors::Attractors;
    let definition = loom_attractors::catalogue::named("Logistic").unwrap();
    let model = loom_attractors::catalogue::model(&definition);
    let mut run = science.build(&model, &Place::cpu()).unwrap();
    run.advance(&Step::from(30u64), &loom_sim::Gate::open())
        .unwrap();
    let size = [600.0, 600.0];
    let mut view = loom_sim::View::new([600, 600]);
    view.camera = Some(run.fit(size));
    let scene = run.scene(&view).unwrap();
    let lines: Vec<_> = scene
        .layers
        .iter()
        .filter_map(|layer| match layer {
            Layer::Lines(lines) => Some(lines),
            _ => None,
        })
        .collect();
    // Diagonal, graph, staircase: 30 iterations of two segments each.
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|l| l.topology == LineTopology::Segments));
    assert_eq!(lines[2].vertices.len(), 4 * 30);
}
