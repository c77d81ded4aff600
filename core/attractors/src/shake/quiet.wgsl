// A step without noise.

fn pushed(x: State, p: Constants, t: f32, m: u32, s: u32) -> State {
  return stepped(x, p, t, run.dt);
}
