//! Files as a whole: what goes out comes back, and hostile files get one sentence each.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;
use crate::columns::{Column, Values};
use crate::generate::{OrbSettings, orb};
use crate::web::{Node, Placement, SilkKind};

fn sentence(name: &str, text: &str) -> String {
    read(name, text.as_bytes(), &Options::default())
        .unwrap_err()
        .to_string()
}

fn graphml(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<graphml>\n<key id=\"x\" for=\"node\" attr.name=\"x\" \
         attr.type=\"double\"/>\n<key id=\"y\" for=\"node\" attr.name=\"y\" \
         attr.type=\"double\"/>\n<graph edgedefault=\"undirected\">\n{body}\n</graph></graphml>"
    )
}

#[test]
fn an_orb_web_comes_back_the_same_from_every_format() {
    let mut web = orb(&OrbSettings::default(), 7).unwrap();
    web.labels = (0..web.nodes.len()).map(|i| format!("knot {i}")).collect();
    web.nodes[3].mass = 2e-6;
    web.node_columns.push(Column {
        name: "remark".into(),
        values: Values::Text(
            (0..web.nodes.len())
                .map(|i| {
                    if i == 2 {
                        "a, \"b\" & <c>".into()
                    } else {
                        String::new()
                    }
                })
                .collect(),
        ),
    });
    let weights = (0..web.threads.len())
        .map(|i| (i % 3 != 0).then_some(i as f64 / 7.0))
        .collect();
    web.thread_columns.push(Column {
        name: "weight".into(),
        values: Values::Number(weights),
    });
    for format in Format::ALL {
        let text = write(&web, format);
        let name = format!("web.{}", format.ending());
        let back = read(&name, text.as_bytes(), &Options::default()).unwrap();
        assert!(back.repairs.is_empty());
        if format == Format::Edges {
            // An edge list names nodes in the order of its edges.
            assert_eq!(back.web.threads.len(), web.threads.len());
            for (a, b) in web.threads.iter().zip(&back.web.threads) {
                for side in 0..2 {
                    let (i, j) = (a.ends[side] as usize, b.ends[side] as usize);
                    assert_eq!(web.label(i), back.web.label(j));
                    assert_eq!(web.nodes[i], back.web.nodes[j]);
                }
                assert_eq!(
                    (a.rest_length, a.radius, a.kind),
                    (b.rest_length, b.radius, b.kind)
                );
                assert_eq!(a.material, b.material);
            }
            assert_eq!(web.thread_columns, back.web.thread_columns);
        } else {
            assert!(back.web == web, "{format:?}");
        }
    }
}

#[test]
fn a_directed_graph_with_isolated_nodes_comes_back_the_same() {
    let mut web = Web::empty("net");
    web.directed = true;
    for _ in 0..4 {
        web.add_node(Node::free([0.0; 3]));
    }
    web.labels = ["0", "1", "2", "3"].map(str::to_owned).to_vec();
    for ends in [[0, 1], [1, 0], [2, 1]] {
        web.span(ends, SilkKind::Tangle, 1e-6, crate::web::DRAGLINE, 0.0);
    }
    crate::layout::place(&mut web);
    for format in Format::ALL {
        let text = write(&web, format);
        let name = format!("x.{}", format.ending());
        let back = read(&name, text.as_bytes(), &Options::default())
            .unwrap()
            .web;
        assert!(back == web, "{format:?}: {text}");
    }
}

#[test]
fn graphml_of_other_programs_is_read() {
    let text = r#"<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<key id="d1" for="edge" attr.name="weight" attr.type="long"><default>1</default></key>
<key id="d0" for="node" attr.name="club" attr.type="string" />
<graph edgedefault="undirected" parse.nodes="3" parse.edges="2">
  <edge source="a" target="b"><data key="d1">4</data></edge>
  <node id="a"><data key="d0">Mr. &amp; Hi&#33;</data></node>
  <node id="b"/><node id="c"><data key="d0"><![CDATA[<officer>]]></data></node>
  <edge source="b" target="c"/>
</graph></graphml>"#;
    let web = read_graphml(text, &Options::default()).unwrap().web;
    assert_eq!(web.labels, ["a", "b", "c"]);
    assert_eq!(web.placement, Placement::Layout);
    assert_eq!(
        web.node_columns[0].values,
        Values::Text(vec!["Mr. & Hi!".into(), String::new(), "<officer>".into()])
    );
    assert_eq!(
        web.thread_columns[0].values,
        Values::Number(vec![Some(4.0), Some(1.0)])
    );
}

#[test]
fn edge_lists_of_every_delimiter_are_read() {
    for text in [
        "1,2\n2,3\n",
        "source;target\n1;2\n2;3",
        "from\tto\n1\t2\n2\t3\n",
        "% konect\n1 2\n2  3\n",
        "# a comment\n\n1 2\n2 3\n",
    ] {
        let web = read_edges(text, &Options::default()).unwrap().web;
        assert_eq!((web.nodes.len(), web.threads.len()), (3, 2), "{text}");
        assert_eq!(web.labels, ["1", "2", "3"]);
    }
    let weighted = read_edges("10,9,0.5\n9,8,2\n", &Options::default())
        .unwrap()
        .web;
    assert_eq!(weighted.labels, ["8", "9", "10"]);
    assert_eq!(
        weighted.thread_columns[0].values,
        Values::Number(vec![Some(0.5), Some(2.0)])
    );
}

#[test]
fn duplicate_edges_and_self_loops_are_refused_or_repaired() {
    let text = "source,target\na,b\nb,a\nc,c\n";
    assert_eq!(
        sentence("g.csv", text),
        "line 3, column 1: the edge from b to a stands in line 2 already: remove one, or open \
         the file with repairs"
    );
    assert!(sentence("g.csv", "source,target\nc,c\n").contains("from node c to itself"));
    let import = read("g.csv", text.as_bytes(), &Options { repair: true }).unwrap();
    assert_eq!(import.web.threads.len(), 1);
    assert_eq!(
        import.repairs,
        ["3 rows → 1 edges: 1 merged into their first, 1 self loops dropped."]
    );
    // Both directions are two edges of a directed graph.
    let directed = read("g.csv", b"# directed\na,b\nb,a\n", &Options::default()).unwrap();
    assert_eq!(directed.web.threads.len(), 2);
}

#[test]
fn hostile_graphml_gets_one_sentence_with_its_place() {
    let cases = [
        (
            graphml("<node id=\"a\"/>\n<edge source=\"a\" target=\"b\"/>"),
            "line 7, column 1: this edge ends at b",
        ),
        (
            graphml("<node id=\"a\"/><node id=\"a\"/>"),
            "line 6, column 15: the node a stands here twice",
        ),
        (
            graphml("<node id=\"a\"><data key=\"x\">NaN</data><data key=\"y\">0</data></node>"),
            "has x = NaN: give a finite number",
        ),
        (
            graphml(
                "<node id=\"b\"><data key=\"x\">1</data><data key=\"y\">2</data></node><node id=\"a\"><data key=\"x\">1</data></node>",
            ),
            "has no y",
        ),
        (
            graphml("<node id=\"a\"><data key=\"x\">far</data></node>"),
            "x = “far” is not a number",
        ),
        (
            graphml("<node id=\"a\"><data key=\"q\">1</data></node>"),
            "the attribute q is not declared",
        ),
        (graphml("<node id=\"&boom;\"/>"), "attributes are broken"),
        (
            graphml("<node id=\"a\">&boom;</node>"),
            "the entity &boom; is not one of XML's own",
        ),
        (graphml("<hyperedge/>"), "hyperedges"),
        (graphml("<graph/>"), "graphs within graphs"),
        (graphml("<node/>"), "this node has no id"),
        (
            "<graphml><graph parse.nodes=\"1000000000000\">".into(),
            "1000000000000 nodes are more",
        ),
        ("<graphml><graph><node id=\"a\"/>".into(), "cut off"),
        ("<html></html>".into(), "not <graphml>"),
        ("<graphml></graphml>".into(), "no <graph>"),
        (String::new(), "no <graph>"),
        (
            "<graphml><graph></node></graph></graphml>".into(),
            "not XML",
        ),
        (
            "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]><graphml/>".into(),
            "defines XML entities",
        ),
        ("<graphml>".repeat(100), "nested more than 32 deep"),
        (
            graphml(
                "<node id=\"a\"/><node id=\"b\"/><edge directed=\"true\" source=\"a\" target=\"b\"/>",
            ),
            "mixed",
        ),
    ];
    for (text, expected) in cases {
        let said = sentence("g.graphml", &text);
        assert!(said.contains(expected), "{said}\nfor {text}");
        assert!(said.starts_with("line "), "{said}");
        assert!(!said.contains('\n'), "{said}");
    }
}

#[test]
fn hostile_edge_lists_and_json_get_one_sentence() {
    let cases = [
        ("g.csv", "", "no edges"),
        (
            "g.csv",
            "source,target\n,b\n",
            "line 2, column 1: this row has no source",
        ),
        (
            "g.csv",
            "a,b\nb,c,4\n",
            "line 2, column 3: this row has 3 fields",
        ),
        ("g.csv", "source,weight\na,4\n", "names only one end"),
        (
            "g.csv",
            "source,target,source_x,source_y,target_x,target_y\na,b,0,0,NaN,1\n",
            "line 2, column 2: node b has x = NaN",
        ),
        (
            "g.csv",
            "source,target,source_x,target_x\na,b,0,1\na,c,2,2\n",
            "line 3, column 3: node a has x = 2 here but 0",
        ),
        (
            "g.csv",
            "source,target,rest_length,source_x,source_y,target_x,target_y\na,b,-1,0,0,1,0\n",
            "rest_length = -1 has to be a positive number",
        ),
        ("g.json", "{", "line 1, column 1: this is not JSON"),
        ("g.json", "{}", "no lists"),
        (
            "g.json",
            r#"{"nodes":[{"id":1}],"links":[{"source":1,"target":2}]}"#,
            "ends at 2",
        ),
        ("g.json", r#"{"nodes":[{}],"links":[]}"#, "node 0 has no id"),
        ("g.xyz", "", "ending"),
    ];
    for (name, text, expected) in cases {
        let said = sentence(name, text);
        assert!(said.contains(expected), "{said}\nfor {text}");
    }
    let said = read("g.csv", b"a,b\n\xff,c\n", &Options::default())
        .unwrap_err()
        .to_string();
    assert_eq!(
        said,
        "line 2, column 1: this is not UTF-8: save the file as UTF-8"
    );
}

#[test]
fn a_large_graphml_opens_quickly() {
    let (nodes, edges) = (20_000_u64, 100_000_u64);
    let mut text = String::from("<graphml><graph edgedefault=\"directed\">\n");
    for i in 0..nodes {
        text.push_str(&format!("<node id=\"n{i}\"/>\n"));
    }
    for i in 0..edges {
        let (a, b) = (i % nodes, (i % nodes + 1 + i / nodes) % nodes);
        text.push_str(&format!("<edge source=\"n{a}\" target=\"n{b}\"/>\n"));
    }
    text.push_str("</graph></graphml>");
    let start = std::time::Instant::now();
    let web = read_graphml(&text, &Options::default()).unwrap().web;
    assert_eq!(web.threads.len() as u64, edges);
    // A fifth of the large graph of the benchmarks, with room for a busy machine.
    assert!(start.elapsed().as_secs_f64() < 5.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,200}") {
        for format in Format::ALL {
            let name = format!("x.{}", format.ending());
            let _ = read(&name, text.as_bytes(), &Options { repair: true });
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in Format::ALL {
            let name = format!("x.{}", format.ending());
            let _ = read(&name, &bytes, &Options::default());
        }
    }

    #[test]
    fn broken_graphml_makes_no_panic(at in 0_usize..4000, byte in any::<u8>(), cut in any::<bool>()) {
        let web = orb(&OrbSettings { turns: 1, radials: 4, ..OrbSettings::default() }, 0).unwrap();
        for format in Format::ALL {
            let mut bytes = write(&web, format).into_bytes();
            let at = at % bytes.len();
            if cut { bytes.truncate(at); } else { bytes[at] = byte; }
            let name = format!("x.{}", format.ending());
            let _ = read(&name, &bytes, &Options { repair: true });
        }
    }

    #[test]
    fn random_graphs_come_back_the_same(
        edges in prop::collection::vec((0_u32..9, 0_u32..9), 0..20),
        directed in any::<bool>(),
        texts in prop::collection::vec("[a-zA-Z<>&\" ,;é\n]{0,6}", 9),
    ) {
        let mut web = Web::empty("random");
        web.directed = directed;
        for _ in 0..9 {
            web.add_node(Node::free([0.0; 3]));
        }
        web.labels = (0..9).map(|i| format!("n{i}{}", texts[i].trim())).collect();
        let mut seen = std::collections::HashSet::new();
        for (a, b) in edges {
            let key = if directed { (a, b) } else { (a.min(b), a.max(b)) };
            if a != b && seen.insert(key) {
                web.span([a, b], SilkKind::Tangle, 1e-6, crate::web::DRAGLINE, 0.0);
            }
        }
        crate::layout::place(&mut web);
        for format in [Format::GraphMl, Format::NodeLink] {
            let text = write(&web, format);
            let name = format!("x.{}", format.ending());
            let back = read(&name, text.as_bytes(), &Options::default()).unwrap().web;
            prop_assert_eq!(&back, &web);
        }
        let back = read_edges(&write_edges(&web), &Options::default()).unwrap().web;
        prop_assert_eq!(back.threads.len(), web.threads.len());
        prop_assert_eq!(back.nodes.len(), web.nodes.len());
    }
}
