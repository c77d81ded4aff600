//! A small tree of an XML file, bounded in depth and size, without entities beyond XML's own.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// An element.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Node {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// Its own text, in one piece.
    pub text: String,
    pub children: Vec<Node>,
}

/// Elements of a file, and how deep they may lie.
const MOST_NODES: usize = 20_000;
const MOST_DEPTH: usize = 32;

impl Node {
    pub fn attribute(&self, key: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(k, _)| k == key);
        found.map(|(_, value)| value.as_str())
    }
    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|c| c.name == name)
    }
}

/// Reads the outermost element.
pub(crate) fn read(text: &str) -> Result<Node, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = vec![Node::default()];
    let mut count = 0;
    loop {
        let at = reader.buffer_position() as usize;
        let line = |at: usize| {
            let end = text.len().min(at);
            text[..text.floor_char_boundary(end)].matches('\n').count() + 1
        };
        let wrong = |why: &dyn std::fmt::Display| format!("line {}: {why}", line(at));
        let event = reader.read_event().map_err(|e| {
            format!(
                "line {}: this is not XML ({e})",
                line(reader.error_position() as usize)
            )
        })?;
        match event {
            Event::Start(start) => {
                count += 1;
                if count > MOST_NODES || open.len() > MOST_DEPTH {
                    return Err(wrong(&"it has too many elements"));
                }
                open.push(node(&start).map_err(|e| wrong(&e))?);
            }
            Event::Empty(start) => {
                count += 1;
                if count > MOST_NODES {
                    return Err(wrong(&"it has too many elements"));
                }
                let node = node(&start).map_err(|e| wrong(&e))?;
                if let Some(last) = open.last_mut() {
                    last.children.push(node);
                }
            }
            Event::End(_) => {
                if let Some(done) = open.pop()
                    && let Some(last) = open.last_mut()
                {
                    last.children.push(done);
                }
            }
            Event::Text(part) => {
                if let Some(last) = open.last_mut() {
                    last.text.push_str(&part);
                }
            }
            Event::CData(part) => {
                if let Some(last) = open.last_mut() {
                    last.text.push_str(&part);
                }
            }
            Event::GeneralRef(reference) => {
                let letter = reference.resolve_char_ref().map_err(|e| wrong(&e))?;
                let name: &str = &reference;
                let text = letter.map(String::from);
                let text = text.or_else(|| resolve_predefined_entity(name).map(str::to_owned));
                let text = text.ok_or_else(|| wrong(&format!("&{name}; is not known")))?;
                if let Some(last) = open.last_mut() {
                    last.text.push_str(&text);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let mut root = open.swap_remove(0);
    if root.children.is_empty() {
        return Err("it holds no XML element".into());
    }
    Ok(root.children.swap_remove(0))
}

fn node(start: &BytesStart<'_>) -> Result<Node, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        let value = attribute
            .normalized_value(XmlVersion::Explicit1_0)
            .map_err(|e| e.to_string())?;
        let key = attribute.key.as_ref().to_owned();
        attributes.push((key, value.into_owned()));
    }
    Ok(Node {
        name: start.name().as_ref().to_owned(),
        attributes,
        ..Node::default()
    })
}

/// A text without marks of HTML and in one line, at most a few sentences.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for letter in text.chars().take(4000) {
        match letter {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if inside => {}
            c if c.is_whitespace() => {
                if !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            c => plain.push(c),
        }
    }
    let plain = plain.trim();
    match plain.char_indices().nth(400) {
        Some((at, _)) => format!("{}…", &plain[..at]),
        None => plain.to_owned(),
    }
}
