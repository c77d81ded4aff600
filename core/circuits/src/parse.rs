//! Reads the text form of a circuit. The language is described in `assets/guide/circuits-language.md`.

use crate::error::CircuitError;
use crate::expr::Expr;
use crate::lex::{Token, tokens};
use crate::span::Span;
use crate::term::{AxisSpec, Circuit, Experiment, Input, Node, Setting, SizeDefinition, Term};

pub(crate) type Result<T> = std::result::Result<T, CircuitError>;

/// The tints of the published figures, by name.
pub const TINTS: [(&str, u32); 8] = [
    ("attention", 0xC5_BEDF),
    ("heads", 0xFF_E2BB),
    ("norm", 0xF1_F4C1),
    ("feed_forward", 0xC1_E8F7),
    ("embedding", 0xFC_E0E1),
    ("aggregator", 0xDB_DFEF),
    ("layer", 0xF3_F3F4),
    ("linear", 0xE8_EEEB),
];

/// Parentheses and braces nest at most this deep.
const DEEPEST: usize = 48;
/// Members that one word may take or give: `copy(8)`.
const WIDEST: u64 = 64;

/// Reads one circuit.
pub fn parse(text: &str) -> Result<Circuit> {
    let mut parser = Parser::new(text)?;
    let circuit = parser.circuit()?;
    parser.end()?;
    Ok(circuit)
}

/// Reads a term alone, as it stands between the braces of a circuit.
pub fn parse_term(text: &str) -> Result<Node> {
    let mut parser = Parser::new(text)?;
    let term = parser.sequence()?;
    parser.end()?;
    Ok(term)
}

/// Reads the axes of one array: `y k`, or `[y 17]`.
pub fn parse_axes(text: &str) -> Result<Vec<AxisSpec>> {
    let mut parser = Parser::new(text)?;
    let bracket = parser.accept("[");
    let axes = parser.axes()?;
    if bracket {
        parser.expect("]")?;
    }
    parser.end()?;
    // They come from a field beside the text, so their places mean nothing in it.
    Ok(axes
        .into_iter()
        .map(|axis| AxisSpec {
            at: Span::default(),
            ..axis
        })
        .collect())
}

pub(crate) struct Parser {
    tokens: Vec<(Token, Span)>,
    pub(crate) next: usize,
    pub(crate) depth: usize,
}

impl Parser {
    fn new(text: &str) -> Result<Self> {
        Ok(Self {
            tokens: tokens(text)?,
            next: 0,
            depth: 0,
        })
    }
    pub(crate) fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |t| &t.0)
    }
    pub(crate) fn at(&self) -> Span {
        let last = self.tokens.len().saturating_sub(1);
        self.tokens
            .get(self.next.min(last))
            .map_or(Span::default(), |t| t.1)
    }
    pub(crate) fn advance(&mut self) {
        self.next += 1;
    }
    pub(crate) fn fail<T>(&self, expected: &str) -> Result<T> {
        Err(CircuitError::Syntax {
            at: self.at(),
            expected: expected.to_owned(),
            found: self.peek().title(),
        })
    }
    pub(crate) fn accept(&mut self, mark: &'static str) -> bool {
        let found = *self.peek() == Token::Mark(mark);
        if found {
            self.advance();
        }
        found
    }
    pub(crate) fn expect(&mut self, mark: &'static str) -> Result<()> {
        if self.accept(mark) {
            Ok(())
        } else {
            self.fail(&format!("\"{mark}\""))
        }
    }
    fn accept_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(w) if w == word);
        if found {
            self.advance();
        }
        found
    }
    fn word(&mut self, expected: &str) -> Result<String> {
        if let Token::Word(word) = self.peek() {
            let word = word.clone();
            self.advance();
            Ok(word)
        } else {
            self.fail(expected)
        }
    }
    pub(crate) fn text(&mut self, expected: &str) -> Result<String> {
        if let Token::Text(text) = self.peek() {
            let text = text.clone();
            self.advance();
            Ok(text)
        } else {
            self.fail(expected)
        }
    }
    pub(crate) fn integer(&mut self, expected: &str) -> Result<u64> {
        if let Token::Integer(n) = self.peek() {
            let n = *n;
            self.advance();
            Ok(n)
        } else {
            self.fail(expected)
        }
    }
    fn end(&mut self) -> Result<()> {
        if *self.peek() == Token::End {
            Ok(())
        } else {
            self.fail("the end of the text")
        }
    }
    pub(crate) fn deeper(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(CircuitError::meaning(
                self.at(),
                format!("parentheses and braces nest deeper than {DEEPEST}; split this up."),
            ));
        }
        Ok(())
    }

    fn circuit(&mut self) -> Result<Circuit> {
        if !self.accept_word("circuit") {
            return self.fail("\"circuit\"");
        }
        let name = self.word("the circuit's name")?;
        self.expect("(")?;
        let mut inputs: Vec<Input> = Vec::new();
        while !self.accept(")") {
            if !inputs.is_empty() {
                self.expect(",")?;
            }
            let at = self.at();
            let name = self.word("an input's name")?;
            if inputs.iter().any(|i| i.name == name) {
                return Err(CircuitError::meaning(
                    at,
                    format!("there are two inputs called {name}; rename one."),
                ));
            }
            self.expect(":")?;
            let axes = self.array()?;
            inputs.push(Input { name, axes, at });
        }
        self.expect("->")?;
        let outputs_at = self.at();
        let mut outputs = vec![self.array()?];
        while self.accept(",") {
            outputs.push(self.array()?);
        }
        let mut circuit = Circuit {
            name,
            title: String::new(),
            summary: String::new(),
            citation: String::new(),
            inputs,
            outputs,
            sizes: Vec::new(),
            sequences: Vec::new(),
            experiments: Vec::new(),
            term: Node {
                term: Term::Identity(1),
                at: outputs_at,
            },
            outputs_at,
        };
        while !self.accept("{") {
            self.clause(&mut circuit)?;
        }
        circuit.term = self.sequence()?;
        self.expect("}")?;
        Ok(circuit)
    }

    fn clause(&mut self, circuit: &mut Circuit) -> Result<()> {
        let Token::Word(word) = self.peek() else {
            return self.fail("a clause (title, summary, cite, where, sequence, try) or \"{\"");
        };
        match word.as_str() {
            "title" => {
                self.advance();
                circuit.title = self.text("the title in quotes")?;
            }
            "summary" => {
                self.advance();
                circuit.summary = self.text("the summary in quotes")?;
            }
            "cite" => {
                self.advance();
                circuit.citation = self.text("the citation in quotes")?;
            }
            "where" => {
                self.advance();
                loop {
                    let at = self.at();
                    let name = self.word("a size's name")?;
                    if circuit.sizes.iter().any(|s| s.name == name) {
                        return Err(CircuitError::meaning(
                            at,
                            format!("the size {name} is given twice; remove one."),
                        ));
                    }
                    self.expect("=")?;
                    let value = self.sum()?;
                    circuit.sizes.push(SizeDefinition { name, value, at });
                    if !self.accept(",") {
                        break;
                    }
                }
            }
            "sequence" => {
                self.advance();
                loop {
                    let name = self.word("an axis's name")?;
                    if !circuit.sequences.contains(&name) {
                        circuit.sequences.push(name);
                    }
                    if !self.accept(",") {
                        break;
                    }
                }
            }
            "try" => {
                self.advance();
                let sentence = self.text("a sentence in quotes")?;
                let button = self.text("the button's words in quotes")?;
                let mut sets = Vec::new();
                loop {
                    let name = self.word("a size's or an input's name")?;
                    let setting = if self.accept(":") {
                        Setting::Shape(self.array()?)
                    } else {
                        self.expect("=")?;
                        Setting::Size(self.integer("a whole number")?)
                    };
                    sets.push((name, setting));
                    if !self.accept(",") {
                        break;
                    }
                }
                circuit.experiments.push(Experiment {
                    sentence,
                    button,
                    sets,
                });
            }
            _ => {
                return self.fail("a clause (title, summary, cite, where, sequence, try) or \"{\"");
            }
        }
        Ok(())
    }

    fn array(&mut self) -> Result<Vec<AxisSpec>> {
        self.expect("[")?;
        let axes = self.axes()?;
        self.expect("]")?;
        Ok(axes)
    }

    /// Axes up to the next mark that can't start one.
    pub(crate) fn axes(&mut self) -> Result<Vec<AxisSpec>> {
        let mut list = Vec::new();
        while matches!(
            self.peek(),
            Token::Word(_) | Token::Integer(_) | Token::Decimal(_) | Token::Mark("(" | "-")
        ) {
            list.push(self.axis()?);
        }
        Ok(list)
    }

    /// `k`, `k2=k`, `784`, `n1/4`.
    pub(crate) fn axis(&mut self) -> Result<AxisSpec> {
        let at = self.at();
        let first = self.product()?;
        Ok(match first {
            Expr::Symbol(name) => {
                let size = if self.accept("=") {
                    self.product()?
                } else {
                    Expr::Symbol(name.clone())
                };
                AxisSpec {
                    name: Some(name),
                    size,
                    at,
                }
            }
            size => AxisSpec {
                name: None,
                size,
                at,
            },
        })
    }

    fn sequence(&mut self) -> Result<Node> {
        let at = self.at();
        let mut parts = vec![self.parallel()?];
        while self.accept(";") {
            if matches!(self.peek(), Token::Mark("}" | ")") | Token::End) {
                break;
            }
            parts.push(self.parallel()?);
        }
        Ok(Node::compose(parts, at))
    }

    fn parallel(&mut self) -> Result<Node> {
        let at = self.at();
        let mut parts = vec![self.atom()?];
        while self.accept("|") {
            parts.push(self.atom()?);
        }
        Ok(Node::product(parts, at))
    }

    fn atom(&mut self) -> Result<Node> {
        let at = self.at();
        if self.accept("(") {
            self.deeper()?;
            let node = self.sequence()?;
            self.expect(")")?;
            self.depth -= 1;
            return Ok(node);
        }
        let expected = "a term: id, copy, delete, swap, add, einsum, linear, softmax, mask, \
                        layer_norm, rms_norm, relu, gelu, tanh, sigmoid, exp, scale, view, index, \
                        block, repeat, each or \"(\"";
        let Token::Word(word) = self.peek() else {
            return self.fail(expected);
        };
        let word = word.clone();
        let term = match word.as_str() {
            "block" => {
                self.advance();
                let name = self.text("the block's name in quotes")?;
                let tint = if self.accept_word("tint") {
                    Some(self.tint()?)
                } else {
                    None
                };
                let body = Box::new(self.braced()?);
                Term::Block { name, tint, body }
            }
            "repeat" => {
                self.advance();
                self.expect("(")?;
                let count = self.sum()?;
                self.expect(")")?;
                let body = Box::new(self.braced()?);
                Term::Repeat { count, body }
            }
            "each" => {
                self.advance();
                self.expect("(")?;
                let axis = self.word("an axis's name")?;
                let mut members = Vec::new();
                if self.accept_word("of") {
                    while let Token::Integer(_) = self.peek() {
                        members.push(self.integer("a member's number")? as usize);
                    }
                }
                self.expect(")")?;
                let body = Box::new(self.braced()?);
                Term::Each {
                    axis,
                    members,
                    body,
                }
            }
            "id" => {
                self.advance();
                Term::Identity(self.count(1)?)
            }
            _ => match self.operation(&word)? {
                Some(operation) => Term::Operation(operation),
                None => return self.fail(expected),
            },
        };
        Ok(Node { term, at })
    }

    fn braced(&mut self) -> Result<Node> {
        self.expect("{")?;
        self.deeper()?;
        let node = self.sequence()?;
        self.expect("}")?;
        self.depth -= 1;
        Ok(node)
    }

    fn tint(&mut self) -> Result<u32> {
        match self.peek() {
            Token::Colour(rgb) => {
                let rgb = *rgb;
                self.advance();
                Ok(rgb)
            }
            Token::Word(name) => match TINTS.iter().find(|t| t.0 == name) {
                Some((_, rgb)) => {
                    self.advance();
                    Ok(*rgb)
                }
                None => self.fail(
                    "a tint: attention, heads, norm, feed_forward, embedding, aggregator, layer, linear or #RRGGBB",
                ),
            },
            _ => self.fail("a tint, such as attention or #C5BEDF"),
        }
    }

    /// `(n)`, or the default where no parenthesis follows.
    pub(crate) fn count(&mut self, default: usize) -> Result<usize> {
        if !self.accept("(") {
            return Ok(default);
        }
        let at = self.at();
        let n = self.integer("a number of arrays")?;
        if n == 0 || n > WIDEST {
            return Err(CircuitError::meaning(
                at,
                format!("{n} arrays can't be taken at once; give a number from 1 to {WIDEST}."),
            ));
        }
        self.expect(")")?;
        Ok(n as usize)
    }
}
