// The peer of the formula language's speed test: Runge–Kutta steps of the Lorenz system in C, one
// trajectory, and an ensemble of 4,096 written by hand with the compiler's vector types. Prints one
// line a measurement, `name rate`, with the rate in steps a second (trajectories × steps).
// Build: cc -O3 -march=native -o lorenz lorenz.c
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MEMBERS 4096

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

// One step for any type with arithmetic: a double or a vector.
#define LORENZ(X, Y, Z, KX, KY, KZ) \
    KX = sigma * (Y - X);           \
    KY = X * (rho - Z) - Y;         \
    KZ = X * Y - beta * Z;

#define RK4_STEP(T, x, y, z)                                            \
    {                                                                   \
        T ax, ay, az, bx, by, bz, cx, cy, cz, dx, dy, dz, u, v, w;      \
        LORENZ(x, y, z, ax, ay, az)                                     \
        u = x + half * ax; v = y + half * ay; w = z + half * az;        \
        LORENZ(u, v, w, bx, by, bz)                                     \
        u = x + half * bx; v = y + half * by; w = z + half * bz;        \
        LORENZ(u, v, w, cx, cy, cz)                                     \
        u = x + dt * cx; v = y + dt * cy; w = z + dt * cz;              \
        LORENZ(u, v, w, dx, dy, dz)                                     \
        x += sixth * (ax + 2.0 * (bx + cx) + dx);                       \
        y += sixth * (ay + 2.0 * (by + cy) + dy);                       \
        z += sixth * (az + 2.0 * (bz + cz) + dz);                       \
    }

static void single(double *state, double sigma, double rho, double beta, double dt, long steps) {
    double x = state[0], y = state[1], z = state[2];
    const double half = dt / 2, sixth = dt / 6;
    for (long n = 0; n < steps; n++) RK4_STEP(double, x, y, z)
    state[0] = x; state[1] = y; state[2] = z;
}

#ifdef __AVX512F__
#define LANES 8
#else
#define LANES 4
#endif
typedef double vector __attribute__((vector_size(8 * LANES), aligned(8)));

// `CHAINS` vectors in flight at once hide the latency of each.
#define ENSEMBLE(NAME, CHAINS)                                                                \
    static void NAME(double *state, double sigma, double rho, double beta, double dt,         \
                     long steps) {                                                            \
        const double half = dt / 2, sixth = dt / 6;                                           \
        for (long m = 0; m + LANES * CHAINS <= MEMBERS; m += LANES * CHAINS) {                \
            vector x[CHAINS], y[CHAINS], z[CHAINS];                                           \
            for (int c = 0; c < CHAINS; c++) {                                                \
                x[c] = *(vector *)(state + m + c * LANES);                                    \
                y[c] = *(vector *)(state + MEMBERS + m + c * LANES);                          \
                z[c] = *(vector *)(state + 2 * MEMBERS + m + c * LANES);                      \
            }                                                                                 \
            for (long n = 0; n < steps; n++)                                                  \
                for (int c = 0; c < CHAINS; c++) RK4_STEP(vector, x[c], y[c], z[c])           \
            for (int c = 0; c < CHAINS; c++) {                                                \
                *(vector *)(state + m + c * LANES) = x[c];                                    \
                *(vector *)(state + MEMBERS + m + c * LANES) = y[c];                          \
                *(vector *)(state + 2 * MEMBERS + m + c * LANES) = z[c];                      \
            }                                                                                 \
        }                                                                                     \
    }
ENSEMBLE(ensemble1, 1)
ENSEMBLE(ensemble2, 2)
ENSEMBLE(ensemble4, 4)

typedef void ensemble(double *, double, double, double, double, long);

static void measure_ensemble(const char *name, ensemble *run, const double *p) {
    static double state[3 * MEMBERS];
    const long steps = 500;
    double best = 0;
    for (int repetition = 0; repetition < 60; repetition++) {
        for (int m = 0; m < MEMBERS; m++) {
            state[m] = 1 + 0.01 * m;
            state[MEMBERS + m] = 1;
            state[2 * MEMBERS + m] = 20;
        }
        double start = now();
        run(state, p[0], p[1], p[2], p[3], steps);
        double rate = (double)steps * MEMBERS / (now() - start);
        if (rate > best) best = rate;
    }
    printf("%s %.4e\n", name, best);
    if (state[7] == 12345.0) puts("");
}

int main(int argc, char **argv) {
    // Parameters come at run time, as in the formula language.
    double p[4] = {10, 28, 8.0 / 3, 0.005};
    for (int i = 0; i < 4 && i + 1 < argc; i++) p[i] = atof(argv[i + 1]);
    double best = 0, sum = 0;
    for (int repetition = 0; repetition < 60; repetition++) {
        const long steps = 200000;
        double state[3] = {1, 1, 1};
        double start = now();
        single(state, p[0], p[1], p[2], p[3], steps);
        double rate = steps / (now() - start);
        if (rate > best) best = rate;
        sum += state[0];
    }
    printf("single %.4e\n", best);
    if (sum == 12345.0) puts("");
    measure_ensemble("ensemble", ensemble1, p);
    measure_ensemble("ensemble-two-chains", ensemble2, p);
    measure_ensemble("ensemble-four-chains", ensemble4, p);
    return 0;
}
