//! The pictures of the catalogue: drawn from `Science::picture` on a worker when they first come
//! into sight, then kept as textures.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use loom_sim::conductor::Wake;
use loom_sim::{Entry, Scene, Science};

use super::tokens::Tokens;
use crate::widgets::canvas::{Canvas, Easel};

/// Science, entry, dark: what names a picture.
type Key = (&'static str, String, bool);

struct Order {
    key: Key,
    science: Arc<dyn Science>,
    entry: Entry,
    size: [u32; 2],
}

/// At most so many pictures are put on the device in one frame.
const A_FRAME: usize = 4;

pub struct Pictures {
    easel: Easel,
    orders: Sender<Order>,
    done: Receiver<(Key, [u32; 2], Option<Scene>)>,
    asked: BTreeSet<Key>,
    ready: BTreeMap<Key, Option<Canvas>>,
}

impl Pictures {
    pub fn new(easel: &Easel, wake: Wake) -> Self {
        let (orders, inbox) = channel::<Order>();
        let (reply, done) = channel();
        std::thread::spawn(move || {
            while let Ok(order) = inbox.recv() {
                let ink = Tokens::of_theme(order.key.2).ink();
                let scene = order.science.picture(&order.entry, &ink, order.size).ok();
                if reply.send((order.key, order.size, scene)).is_err() {
                    return;
                }
                wake();
            }
        });
        Self {
            easel: easel.clone(),
            orders,
            done,
            asked: BTreeSet::new(),
            ready: BTreeMap::new(),
        }
    }

    /// Puts finished pictures on the device; true while more are waiting.
    pub fn collect(&mut self, pixels_per_point: f32) -> bool {
        for _ in 0..A_FRAME {
            let Ok((key, size, scene)) = self.done.try_recv() else {
                return false;
            };
            let canvas = scene.and_then(|scene| {
                let mut canvas = Canvas::new(&self.easel);
                let drawn = canvas.draw(&Arc::new(scene), None, size, pixels_per_point);
                drawn.is_ok().then_some(canvas)
            });
            self.ready.insert(key, canvas);
        }
        true
    }

    /// The picture of an entry, asked for when it is not there yet.
    pub fn get(
        &mut self,
        science: &Arc<dyn Science>,
        entry: &Entry,
        dark: bool,
        size: [u32; 2],
    ) -> Option<egui::TextureId> {
        let key = (science.key(), entry.name.clone(), dark);
        if let Some(canvas) = self.ready.get(&key) {
            return canvas.as_ref().and_then(Canvas::picture);
        }
        if self.asked.insert(key.clone()) {
            let order = Order {
                key,
                science: science.clone(),
                entry: entry.clone(),
                size,
            };
            // The worker only ends with this struct.
            let _ = self.orders.send(order);
        }
        None
    }
}
