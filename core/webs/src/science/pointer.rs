//! What the pointer means over a web: nodes are pulled, threads are picked and cut.

use loom_sim::{Camera, Hit, Pointer, PointerAction, PointerReply, Simulation as _};

use super::edit::Edit;
use super::simulation::WebSimulation;

/// Reach of the pointer to a node and to a thread, logical pixels.
const NODE_REACH: f64 = 10.0;
const THREAD_REACH: f64 = 6.0;

/// What a [`Hit::id`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    Node(usize),
    Thread(usize),
}

/// The thing that an id names: `node:12`, `thread:7`.
pub fn parse(id: &str) -> Option<Thing> {
    let (kind, number) = id.split_once(':')?;
    let number = number.parse().ok()?;
    match kind {
        "node" => Some(Thing::Node(number)),
        "thread" => Some(Thing::Thread(number)),
        _ => None,
    }
}

/// What the pointer does here.
pub fn reply(
    web: &WebSimulation,
    pointer: &Pointer,
    camera: &Camera,
    size: [f64; 2],
) -> PointerReply {
    let mut reply = PointerReply::default();
    let stroke = |edit: Edit| edit.input().stroke(pointer.stroke);
    match pointer.action {
        PointerAction::Drag | PointerAction::Release => {
            if let Some(hand) = web.mechanics().state().hand {
                let at = web.mechanics().position(hand.node as usize);
                if let Some(to) = unproject(camera, pointer.position, size, at) {
                    reply.inputs.push(stroke(Edit::Move { to }));
                }
                if pointer.action == PointerAction::Release {
                    reply.inputs.push(stroke(Edit::Release));
                }
            }
            return reply;
        }
        PointerAction::Hover | PointerAction::Click | PointerAction::Press => {}
    }
    let thing = pick(web, pointer.position, camera, size);
    reply.hit = thing.map(|thing| hit(web, thing));
    match (pointer.action, thing) {
        (PointerAction::Press, Some(Thing::Node(node)))
            if !web.mechanics().state().pinned[node] =>
        {
            reply.inputs.push(stroke(Edit::Grab { node: node as u32 }));
        }
        (PointerAction::Click, _) if pointer.alt => {
            reply.twin = match thing {
                Some(Thing::Thread(thread)) => Some(
                    Edit::Cut {
                        thread: thread as u32,
                    }
                    .input(),
                ),
                Some(Thing::Node(node)) => Some(Edit::Pin { node: node as u32 }.input()),
                None => web.twin_input(),
            };
        }
        (PointerAction::Click, _) => reply.select = true,
        _ => {}
    }
    reply
}

/// The node under a pixel, or else the thread; nearer ones hide farther ones.
fn pick(web: &WebSimulation, pixel: [f64; 2], camera: &Camera, size: [f64; 2]) -> Option<Thing> {
    let m = web.mechanics();
    let places: Vec<_> = (0..m.node_count())
        .map(|i| camera.project(m.position(i), size))
        .collect();
    let mut best: Option<(f64, usize)> = None;
    for (i, place) in places.iter().enumerate() {
        let Some(place) = place else { continue };
        let d = (place.pixel[0] - pixel[0]).hypot(place.pixel[1] - pixel[1]);
        if d <= NODE_REACH && best.is_none_or(|(least, _)| d < least) {
            best = Some((d, i));
        }
    }
    // Where knots lie close, a thread's middle must stay within reach.
    let node = best;
    let mut best: Option<(f64, usize)> = None;
    for t in 0..m.thread_count() {
        if m.state().cut[t] {
            continue;
        }
        let [a, b] = m.ends(t).map(|e| places[e as usize]);
        let (Some(a), Some(b)) = (a, b) else { continue };
        let d = to_segment(pixel, a.pixel, b.pixel);
        if d <= THREAD_REACH && best.is_none_or(|(least, _)| d < least) {
            best = Some((d, t));
        }
    }
    match (node, best) {
        (Some((d, i)), Some((e, t))) => {
            let [a, b] = m.ends(t).map(|e| places[e as usize]);
            let length = match (a, b) {
                (Some(a), Some(b)) => (a.pixel[0] - b.pixel[0]).hypot(a.pixel[1] - b.pixel[1]),
                _ => 0.0,
            };
            if d > e + 3.0 && d > 0.3 * length {
                Some(Thing::Thread(t))
            } else {
                Some(Thing::Node(i))
            }
        }
        (Some((_, i)), None) => Some(Thing::Node(i)),
        (None, Some((_, t))) => Some(Thing::Thread(t)),
        (None, None) => None,
    }
}

fn to_segment(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let square = dx * dx + dy * dy;
    let t = if square > 0.0 {
        ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square
    } else {
        0.0
    };
    let t = t.clamp(0.0, 1.0);
    (p[0] - a[0] - t * dx).hypot(p[1] - a[1] - t * dy)
}

/// The point under a pixel at the depth of another point.
fn unproject(
    camera: &Camera,
    pixel: [f64; 2],
    size: [f64; 2],
    depth_of: [f64; 3],
) -> Option<[f64; 3]> {
    match camera {
        Camera::Orbit(orbit) => {
            let ray = orbit.ray(pixel, size);
            let [_, _, forward] = orbit.axes();
            let along = crate::web::dot(crate::web::sub(depth_of, ray.origin), forward);
            let pace = crate::web::dot(ray.direction, forward);
            let at = ray.at(along / pace);
            at.iter().all(|c| c.is_finite()).then_some(at)
        }
        Camera::Plane(plane) => {
            let [x, y] = plane.to_local(pixel, size);
            Some([x, y, depth_of[2]])
        }
    }
}

/// What an id names, as it stands now.
pub fn describe(web: &WebSimulation, id: &str) -> Option<Hit> {
    let thing = parse(id)?;
    let there = match thing {
        Thing::Node(n) => n < web.mechanics().node_count(),
        Thing::Thread(t) => t < web.mechanics().thread_count(),
    };
    there.then(|| hit(web, thing))
}

fn hit(web: &WebSimulation, thing: Thing) -> Hit {
    match thing {
        Thing::Node(node) => node_hit(web, node),
        Thing::Thread(thread) => thread_hit(web, thread),
    }
}

fn node_hit(web: &WebSimulation, node: usize) -> Hit {
    let m = web.mechanics();
    let (pinned, [x, y, z]) = (m.state().pinned[node], m.position(node));
    let row = m.incidence().row(node);
    let most = row
        .iter()
        .map(|&e| m.tension((e / 2) as usize))
        .fold(0.0, f64::max);
    let name = web.web.label(node);
    let threads = row
        .iter()
        .filter(|&&e| !m.state().cut[(e / 2) as usize])
        .count();
    let mut rows = vec![
        ("Threads".to_owned(), threads.to_string()),
        ("Largest tension here".to_owned(), force(most)),
        (
            "Place".to_owned(),
            format!("{:.2}, {:.2}, {:.2} cm", 100.0 * x, 100.0 * y, 100.0 * z),
        ),
        ("Mass".to_owned(), format!("{:.3} µg", 1e9 * m.mass(node))),
    ];
    if pinned {
        let pull = crate::web::norm(m.reaction(node));
        rows.push(("Held with".to_owned(), force(pull)));
    }
    for column in &web.web.node_columns {
        rows.push((column.name.clone(), column.values.text(node)));
    }
    let edit = if pinned {
        Edit::Unpin { node: node as u32 }
    } else {
        Edit::Pin { node: node as u32 }
    };
    let held = if pinned { " · pinned" } else { "" };
    Hit {
        id: format!("node:{node}"),
        label: format!("Node {name} · {threads} threads{held}").replace('-', "−"),
        rows,
        draggable: !pinned,
        actions: vec![edit.input()],
        grid: None,
    }
}

fn thread_hit(web: &WebSimulation, thread: usize) -> Hit {
    let m = web.mechanics();
    let t = &web.web.threads[thread];
    let cut = m.state().cut[thread];
    let tension = m.tension(thread);
    let [a, b] = t.ends.map(|e| web.web.label(e as usize));
    let mut rows = vec![
        ("Silk".to_owned(), t.kind.name().to_owned()),
        ("Between".to_owned(), format!("{a} and {b}")),
        ("Tension".to_owned(), force(tension)),
        (
            "Strain".to_owned(),
            format!("{:.2} %", 100.0 * m.strain(thread)).replace('-', "−"),
        ),
        (
            "Length".to_owned(),
            format!("{:.2} mm", 1e3 * m.length(thread)),
        ),
        (
            "Rest length".to_owned(),
            format!("{:.2} mm", 1e3 * t.rest_length),
        ),
        ("Radius".to_owned(), format!("{:.2} µm", 1e6 * t.radius)),
        (
            "Modulus".to_owned(),
            format!("{} MPa", 1e-6 * t.material.modulus),
        ),
    ];
    for column in &web.web.thread_columns {
        rows.push((column.name.clone(), column.values.text(thread)));
    }
    let edit = if cut {
        Edit::Join {
            thread: thread as u32,
        }
    } else {
        Edit::Cut {
            thread: thread as u32,
        }
    };
    let state = if cut {
        "cut".to_owned()
    } else if tension > 0.0 {
        force(tension)
    } else {
        "slack".to_owned()
    };
    Hit {
        id: format!("thread:{thread}"),
        label: format!("{} thread {thread} · {state}", t.kind.name()),
        rows,
        draggable: false,
        actions: vec![edit.input()],
        grid: None,
    }
}

/// A force with a unit that fits.
fn force(newtons: f64) -> String {
    if newtons >= 1e-3 {
        format!("{:.3} mN", 1e3 * newtons)
    } else {
        format!("{:.3} µN", 1e6 * newtons)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::{Model, Place, Simulation, View};

    use super::*;

    fn pointer(position: [f64; 2], action: PointerAction) -> Pointer {
        Pointer {
            position,
            action,
            secondary: false,
            alt: false,
            shift: false,
            stroke: 3,
        }
    }

    #[test]
    fn a_node_is_pulled_to_where_the_pointer_goes() {
        let model = Model::new("webs", "orb").with("turns", 6_i64);
        let mut web = WebSimulation::new(&model, &Place::Cpu { threads: 1 }).unwrap();
        let view = View::new([800, 600]);
        let camera = web.fit(view.points());
        let node = 40;
        let at = camera
            .project(web.mechanics().position(node), view.points())
            .unwrap()
            .pixel;
        let reply = web.pointer(&pointer(at, PointerAction::Press), &view);
        assert_eq!(reply.hit.as_ref().unwrap().id, "node:40");
        assert!(reply.hit.unwrap().draggable);
        assert_eq!(reply.inputs.len(), 1);
        web.apply(&reply.inputs[0]).unwrap();
        let mut view = view;
        view.camera = Some(camera.clone());
        let goal = [at[0] + 30.0, at[1] - 20.0];
        let reply = web.pointer(&pointer(goal, PointerAction::Drag), &view);
        web.apply(&reply.inputs[0]).unwrap();
        let target = web.mechanics().state().hand.unwrap().target;
        let seen = camera.project(target, view.points()).unwrap().pixel;
        assert!((seen[0] - goal[0]).abs() < 1e-6 && (seen[1] - goal[1]).abs() < 1e-6);
        let reply = web.pointer(&pointer(goal, PointerAction::Release), &view);
        assert_eq!(reply.inputs.len(), 2);
        for input in &reply.inputs {
            web.apply(input).unwrap();
        }
        assert!(web.mechanics().state().hand.is_none());
    }

    #[test]
    fn alt_and_click_on_a_thread_make_a_twin_without_it() {
        let model = Model::new("webs", "rings");
        let web = WebSimulation::new(&model, &Place::Cpu { threads: 1 }).unwrap();
        let view = View::new([1200, 900]);
        let camera = web.fit(view.points());
        // The middle of an outer piece of a ring.
        let thread = web.mechanics().thread_count() - 20;
        let ends = web
            .mechanics()
            .ends(thread)
            .map(|e| web.mechanics().position(e as usize));
        let middle = std::array::from_fn(|axis| 0.5 * (ends[0][axis] + ends[1][axis]));
        let at = camera.project(middle, view.points()).unwrap().pixel;
        let mut click = pointer(at, PointerAction::Click);
        let reply = web.pointer(&click, &view);
        assert!(reply.select);
        let hit = reply.hit.unwrap();
        assert_eq!(hit.id, format!("thread:{thread}"));
        assert_eq!(web.describe(&hit.id).unwrap(), hit);
        click.alt = true;
        let twin = web.pointer(&click, &view).twin.unwrap();
        assert_eq!(
            twin,
            Edit::Cut {
                thread: thread as u32
            }
            .input()
        );
        assert!(web.describe("thread:99999").is_none() && web.describe("cat").is_none());
    }
}
