// Gray–Scott on a 1024 x 1024 torus, five points, Euler steps in double: the loop that one would
// write by hand. Usage: gray_scott STEPS; prints "sum-of-V seconds".
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N = 1024 };
static double u[2][N][N], v[2][N][N];

static void step(const double (*restrict a)[N], const double (*restrict b)[N],
                 double (*restrict c)[N], double (*restrict d)[N]) {
  const double F = 0.037, k = 0.06, Du = 0.2, Dv = 0.1, dt = 1.0;
  for (int y = 0; y < N; y++) {
    const double *un = a[(y + N - 1) % N], *uc = a[y], *us = a[(y + 1) % N];
    const double *vn = b[(y + N - 1) % N], *vc = b[y], *vs = b[(y + 1) % N];
    double *restrict p = c[y], *restrict q = d[y];
#define CELL(x, w, e)                                                        \
  {                                                                          \
    double lu = (un[x] + us[x]) + (uc[w] + uc[e]) - 4 * uc[x];               \
    double lv = (vn[x] + vs[x]) + (vc[w] + vc[e]) - 4 * vc[x];               \
    double r = uc[x] * vc[x] * vc[x];                                        \
    p[x] = uc[x] + dt * (Du * lu - r + F * (1 - uc[x]));                     \
    q[x] = vc[x] + dt * (Dv * lv + r - (F + k) * vc[x]);                     \
  }
    CELL(0, N - 1, 1)
    for (int x = 1; x < N - 1; x++) CELL(x, x - 1, x + 1)
    CELL(N - 1, N - 2, 0)
  }
}

int main(int argc, char **argv) {
  int steps = argc > 1 ? atoi(argv[1]) : 100;
  for (int y = 0; y < N; y++)
    for (int x = 0; x < N; x++) {
      int in = y >= 448 && y < 576 && x >= 448 && x < 576;
      u[0][y][x] = in ? 0.5 : 1.0;
      v[0][y][x] = in ? 0.25 : 0.0;
    }
  struct timespec a, b;
  clock_gettime(CLOCK_MONOTONIC, &a);
  for (int s = 0; s < steps; s++) {
    int i = s & 1;
    step(u[i], v[i], u[1 - i], v[1 - i]);
  }
  clock_gettime(CLOCK_MONOTONIC, &b);
  double sum = 0;
  for (int y = 0; y < N; y++)
    for (int x = 0; x < N; x++) sum += v[steps & 1][y][x];
  printf("%.6f %g\n", sum, (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec));
}
