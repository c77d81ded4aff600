/* Conway's Life on a torus, 64 cells a word, by bit-sliced addition: the plain loop that one
   writes in C, for comparison. Usage: bitsliced SIDE GENERATIONS FILE.bits; prints
   "population seconds" of processor time. SIDE is a multiple of 64. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint64_t word;

static void step(const word *restrict in, word *restrict out, size_t words, size_t height,
                 size_t stride) {
  for (size_t y = 1; y <= height; y++) {
    const word *a = in + (y - 1) * stride, *b = a + stride, *c = b + stride;
    word *o = out + y * stride;
    for (size_t x = 1; x <= words; x++) {
      word aw = a[x] << 1 | a[x - 1] >> 63, ae = a[x] >> 1 | a[x + 1] << 63;
      word bw = b[x] << 1 | b[x - 1] >> 63, be = b[x] >> 1 | b[x + 1] << 63;
      word cw = c[x] << 1 | c[x - 1] >> 63, ce = c[x] >> 1 | c[x + 1] << 63;
      word a0 = aw ^ a[x] ^ ae, a1 = (aw & ae) | (a[x] & (aw ^ ae));
      word c0 = cw ^ c[x] ^ ce, c1 = (cw & ce) | (c[x] & (cw ^ ce));
      word b0 = bw ^ be, b1 = bw & be;
      word s0 = a0 ^ b0 ^ c0, k = (a0 & b0) | (c0 & (a0 ^ b0));
      word t = a1 ^ b1, u = c1 ^ k;
      /* Exactly one two among the four (a1, b1, c1, k), and the ones. */
      word two = (t ^ u) & ~((a1 & b1) | (c1 & k));
      o[x] = two & (s0 | b[x]);
    }
  }
}

static void rim(word *g, size_t words, size_t height, size_t stride) {
  for (size_t y = 1; y <= height; y++) {
    g[y * stride] = g[y * stride + words];
    g[y * stride + words + 1] = g[y * stride + 1];
  }
  memcpy(g, g + height * stride, stride * sizeof(word));
  memcpy(g + (height + 1) * stride, g + stride, stride * sizeof(word));
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: bitsliced SIDE GENERATIONS FILE.bits\n"), 2;
  size_t side = strtoul(argv[1], 0, 10), words = side / 64, stride = words + 2;
  long generations = atol(argv[2]);
  word *a = calloc((side + 2) * stride, sizeof(word)), *b = calloc((side + 2) * stride, sizeof(word));
  FILE *f = fopen(argv[3], "rb");
  if (!f || !a || !b) return perror(argv[3]), 1;
  for (size_t y = 1; y <= side; y++)
    if (fread(a + y * stride + 1, sizeof(word), words, f) != words) return fprintf(stderr, "%s is too short\n", argv[3]), 1;
  fclose(f);
  struct timespec start, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
  for (long i = 0; i < generations; i++) {
    rim(a, words, side, stride);
    step(a, b, words, side, stride);
    word *t = a; a = b; b = t;
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  unsigned long long population = 0;
  for (size_t y = 1; y <= side; y++)
    for (size_t x = 1; x <= words; x++) population += __builtin_popcountll(a[y * stride + x]);
  printf("%llu %.6f\n", population, (end.tv_sec - start.tv_sec) + (end.tv_nsec - start.tv_nsec) * 1e-9);
  return 0;
}
