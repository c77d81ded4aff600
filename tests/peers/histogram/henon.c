/* Iterates the Hénon map and counts 1e8 points into 1024 x 1024 cells, one thread.
   henon HITS: prints seconds and the hits inside.
   henon HITS FILE: writes the points instead, all x and then all y. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SIDE = 1024 };
static uint32_t counts[SIDE * SIDE];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main(int argc, char **argv) {
    long hits = argc > 1 ? (long)atof(argv[1]) : 100000000;
    const double a = 1.4, b = 0.3, left = -1.5, top = 0.45, wide = 3.0, high = 0.9;
    double x = 0.1, y = 0.1;
    for (int i = 0; i < 1000; i++) {
        double next = 1.0 - a * x * x + y;
        y = b * x;
        x = next;
    }
    if (argc > 2) {
        double *points = malloc(2 * hits * sizeof *points);
        FILE *out = fopen(argv[2], "wb");
        if (!points || !out) return 1;
        for (long i = 0; i < hits; i++) {
            double next = 1.0 - a * x * x + y;
            y = b * x;
            x = next;
            points[i] = x;
            points[hits + i] = y;
        }
        if (fwrite(points, sizeof *points, 2 * hits, out) != (size_t)(2 * hits)) return 1;
        return fclose(out);
    }
    const double sx = SIDE / wide, sy = SIDE / high;
    double begun = now();
    for (long i = 0; i < hits; i++) {
        double next = 1.0 - a * x * x + y;
        y = b * x;
        x = next;
        double u = (x - left) * sx, v = (top - y) * sy;
        if (u >= 0 && u < SIDE && v >= 0 && v < SIDE) counts[(int)v * SIDE + (int)u]++;
    }
    double seconds = now() - begun;
    uint64_t inside = 0;
    for (int i = 0; i < SIDE * SIDE; i++) inside += counts[i];
    printf("%.6f %llu\n", seconds, (unsigned long long)inside);
    return 0;
}
