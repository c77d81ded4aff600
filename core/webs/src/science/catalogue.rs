//! The gallery: webs to begin with, and what to try on them.

use loom_sim::{Entry, Experiment, Model, Value};

fn entry(
    kind: &str,
    title: &str,
    group: &str,
    summary: &str,
    citation: &str,
    keywords: &[&str],
    experiments: Vec<Experiment>,
) -> Entry {
    Entry {
        name: kind.into(),
        title: title.into(),
        group: group.into(),
        summary: summary.into(),
        citation: citation.into(),
        keywords: keywords.iter().map(|k| (*k).to_owned()).collect(),
        model: Model::new("webs", kind),
        experiments,
    }
}

fn experiment(sentence: &str, button: &str, set: &[(&str, f64)]) -> Experiment {
    let set = set
        .iter()
        .map(|(key, value)| ((*key).to_owned(), Value::Real(*value)))
        .collect();
    Experiment {
        sentence: sentence.into(),
        button: button.into(),
        set,
    }
}

/// All entries.
pub fn entries() -> Vec<Entry> {
    let orbs = "Orb webs";
    let silk = "Tensions after Wirth and Barth, J. Comp. Physiol. A 171, 359 (1992)";
    vec![
        entry(
            "orb",
            "Garden spider's orb web",
            orbs,
            "Twenty-six radials and a sticky spiral in a frame on six anchors, a spider of 100 mg \
             on the hub. Radials are tense, the spiral stretches: that is how a web stops a fly.",
            silk,
            &["Araneus", "orb", "spiral", "radial"],
            vec![
                experiment(
                    "A spider five times as heavy: the lower radials go slack and the upper ones carry all.",
                    "Heavy spider",
                    &[("spider", 500.0)],
                ),
                experiment(
                    "Take the prestress away: the same wind now bellies the web far more.",
                    "Slack web",
                    &[("prestress", 0.1)],
                ),
                experiment(
                    "A storm of 10 m/s in quick gusts.",
                    "Storm",
                    &[("wind", 10.0), ("gust_frequency", 20.0)],
                ),
            ],
        ),
        entry(
            "fine-orb",
            "Fine-meshed orb",
            orbs,
            "Many radials and a narrow spiral, as small spiders build for small flies: far more \
             threads share the wind.",
            silk,
            &["mesh", "dense", "orb"],
            vec![
                experiment(
                    "Turn the wind along the web: it hardly moves.",
                    "Wind from the side",
                    &[("wind_direction", 90.0)],
                ),
                experiment(
                    "Without air only the damping of the silk stills the web.",
                    "Vacuum",
                    &[("air", 0.0), ("push", 0.5)],
                ),
            ],
        ),
        entry(
            "sparse-orb",
            "Sparse orb in the wind",
            orbs,
            "Few radials, wide meshes, an irregular frame, and gusts of 5 m/s. Cut one radial and \
             compare: sparse webs have little to spare.",
            silk,
            &["wind", "gust", "orb"],
            vec![
                experiment(
                    "Tighten it to three times the strain: it answers the gusts with less way and more tension.",
                    "Tighten",
                    &[("prestress", 3.0)],
                ),
                experiment(
                    "A steady wind holds the web in one shape.",
                    "Steady wind",
                    &[("gust", 0.0)],
                ),
            ],
        ),
        entry(
            "chain",
            "Hanging chain",
            "Models",
            "Sixty links of wire between two points hang in a catenary, z = c cosh(x/c): Huygens, \
             Leibniz and Johann Bernoulli, 1691. Pull it and let go.",
            "Acta Eruditorum, June 1691",
            &["catenary", "gravity"],
            vec![
                experiment(
                    "On the Moon it hangs in the same curve, and swings 2.5 times as slowly.",
                    "Moon",
                    &[("gravity", 1.62)],
                ),
                experiment(
                    "A weight in the middle bends it to two straighter arms.",
                    "Hang a weight",
                    &[("spider", 500.0)],
                ),
            ],
        ),
        entry(
            "rings",
            "Spokes and rings",
            "Models",
            "The ideal orb of 16 spokes and 12 rings without a frame: 193 nodes, 384 threads, \
             algebraic connectivity 0.0674544.",
            "Fiedler, Czech. Math. J. 23, 298 (1973)",
            &["spectrum", "Laplacian", "drum"],
            vec![
                experiment(
                    "Push its middle with 2 mN: the displacement falls off along the spokes.",
                    "Push",
                    &[("push", 2.0)],
                ),
                experiment(
                    "Let it ring like a drum: no air, hardly any damping.",
                    "Drum",
                    &[("air", 0.0), ("damping", 0.5), ("push", 1.0)],
                ),
            ],
        ),
        entry(
            "karate",
            "Zachary's karate club",
            "Graphs",
            "Thirty-four members of a club and the 78 ties between them, shortly before the club \
             parted in two. Colour tells the number of ties.",
            "W. W. Zachary, J. Anthropol. Res. 33, 452 (1977)",
            &["network", "social", "community"],
            vec![experiment(
                "Hang it up: pin a node, switch gravity on, and see who holds whom.",
                "Gravity",
                &[("gravity", 9.80665)],
            )],
        ),
    ]
}
