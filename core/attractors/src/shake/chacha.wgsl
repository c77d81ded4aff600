// ChaCha8: a block of sixteen words from a key, the number of the block and the number of the
// stream. The twin of `chacha.rs`.

fn quarter(words: ptr<function, array<u32, 16>>, a: u32, b: u32, c: u32, d: u32) {
  (*words)[a] += (*words)[b];
  (*words)[d] = turned((*words)[d] ^ (*words)[a], 16u);
  (*words)[c] += (*words)[d];
  (*words)[b] = turned((*words)[b] ^ (*words)[c], 12u);
  (*words)[a] += (*words)[b];
  (*words)[d] = turned((*words)[d] ^ (*words)[a], 8u);
  (*words)[c] += (*words)[d];
  (*words)[b] = turned((*words)[b] ^ (*words)[c], 7u);
}

fn turned(x: u32, by: u32) -> u32 {
  return (x << by) | (x >> (32u - by));
}

fn chacha(key: array<vec4u, 2>, number: vec2u, stream: u32) -> array<u32, 16> {
  let start = array<u32, 16>(
    0x61707865u, 0x3320646eu, 0x79622d32u, 0x6b206574u,
    key[0].x, key[0].y, key[0].z, key[0].w,
    key[1].x, key[1].y, key[1].z, key[1].w,
    number.x, number.y, stream, 0u
  );
  var words = start;
  for (var round = 0u; round < 4u; round++) {
    quarter(&words, 0u, 4u, 8u, 12u);
    quarter(&words, 1u, 5u, 9u, 13u);
    quarter(&words, 2u, 6u, 10u, 14u);
    quarter(&words, 3u, 7u, 11u, 15u);
    quarter(&words, 0u, 5u, 10u, 15u);
    quarter(&words, 1u, 6u, 11u, 12u);
    quarter(&words, 2u, 7u, 8u, 13u);
    quarter(&words, 3u, 4u, 9u, 14u);
  }
  var begun = start;
  for (var k = 0u; k < 16u; k++) { words[k] += begun[k]; }
  return words;
}
