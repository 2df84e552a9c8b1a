// Parameter updates and averages in one pass over memory.
#include "../kernel.h"
#include "../loops.h"

namespace t2i::T2I_ISA {
namespace {

constexpr int64_t PIECE = 1 << 14;

// adam(variable, m, v, gradient, variable', m', v', learningRate, beta1, beta2, epsilon, correction1, correction2) (Kingma and Ba 2015, Algorithm 1):
// m' = β₁m + (1 − β₁)g,  v' = β₂v + (1 − β₂)g²,  variable' = variable − lr·(m'/correction1) / (√(v'/correction2) + ε),  correctionᵢ = 1 − βᵢᵗ.
void adam(const Args& args) {
  const int64_t n = args.length(0, "variable");
  const float *variable = args.floats(0, "variable", n).data, *m = args.floats(1, "m", n).data, *v = args.floats(2, "v", n).data;
  const float* gradient = args.floats(3, "gradient", n).data;
  float *new_variable = args.floats(4, "new variable", n).data, *new_m = args.floats(5, "new m", n).data, *new_v = args.floats(6, "new v", n).data;
  const double beta1 = args.number(8, "beta1"), beta2 = args.number(9, "beta2");
  const float keep1 = static_cast<float>(beta1), take1 = static_cast<float>(1 - beta1);
  const float keep2 = static_cast<float>(beta2), take2 = static_cast<float>(1 - beta2);
  const float step = static_cast<float>(args.number(7, "learningRate") / args.number(11, "correction1"));
  const float epsilon = args.real(10, "epsilon"), correction2 = args.real(12, "correction2");
  parallel_for(n, PIECE, [=](int64_t begin, int64_t end) {
    T2I_INDEPENDENT
    for (int64_t i = begin; i < end; i++) {
      const float g = gradient[i];
      const float first = keep1 * m[i] + take1 * g;
      const float second = keep2 * v[i] + take2 * g * g;
      new_m[i] = first;
      new_v[i] = second;
      new_variable[i] = variable[i] - step * first / (__builtin_sqrtf(second / correction2) + epsilon);
    }
  });
}

// rmsProp(variable, meanSquare, gradient, variable', meanSquare', learningRate, decay, epsilon):
// meanSquare' = decay·meanSquare + (1 − decay)·g²,  variable' = variable − learningRate·g / (√meanSquare' + ε).
void rms_prop(const Args& args) {
  const int64_t n = args.length(0, "variable");
  const float *variable = args.floats(0, "variable", n).data, *mean_square = args.floats(1, "meanSquare", n).data;
  const float* gradient = args.floats(2, "gradient", n).data;
  float *new_variable = args.floats(3, "new variable", n).data, *new_mean_square = args.floats(4, "new meanSquare", n).data;
  const float step = args.real(5, "learningRate"), epsilon = args.real(7, "epsilon");
  const float keep = args.real(6, "decay"), take = static_cast<float>(1 - args.number(6, "decay"));
  parallel_for(n, PIECE, [=](int64_t begin, int64_t end) {
    T2I_INDEPENDENT
    for (int64_t i = begin; i < end; i++) {
      const float g = gradient[i];
      const float next = keep * mean_square[i] + take * g * g;
      new_mean_square[i] = next;
      new_variable[i] = variable[i] - step * g / (__builtin_sqrtf(next) + epsilon);
    }
  });
}

// weightedSum(a, b, out, weightA, weightB): out = weightA·a + weightB·b.
void weighted_sum(const Args& args) {
  const int64_t n = args.length(0, "a");
  const float *a = args.floats(0, "a", n).data, *b = args.floats(1, "b", n).data;
  float* out = args.floats(2, "out", n).data;
  const float weight_a = args.real(3, "weightA"), weight_b = args.real(4, "weightB");
  parallel_for(n, PIECE, [=](int64_t begin, int64_t end) {
    T2I_INDEPENDENT
    for (int64_t i = begin; i < end; i++) out[i] = weight_a * a[i] + weight_b * b[i];
  });
}

}  // namespace

T2I_KERNELS(optimizer, {"adam", adam}, {"rmsProp", rms_prop}, {"weightedSum", weighted_sum})

}  // namespace t2i::T2I_ISA
