// softmax(x, out, rows, length): eˣ⁻ᵐᵃˣ / Σ over the last axis.
#include "../elementary.h"
#include "../kernel.h"
#include "../loops.h"
#include "../reducers.h"

namespace t2i::T2I_ISA {
namespace {

constexpr int64_t PIECE = 1 << 13;

void softmax_row(const float* x, float* out, int64_t n) {
  const float largest = reduce_run<Max>(x, n);
  T2I_INDEPENDENT
  for (int64_t i = 0; i < n; i++) out[i] = exp_of(x[i] - largest);
  const float total = static_cast<float>(reduce_run<Sum>(out, n));
  T2I_INDEPENDENT
  for (int64_t i = 0; i < n; i++) out[i] /= total;
}

void softmax(const Args& args) {
  const int64_t rows = args.integer(2, "rows"), length = args.integer(3, "length"), n = args.product(rows, length);
  const Span<const float> x = args.floats(0, "x", n);
  const Span<float> out = args.floats(1, "out", n);
  if (n == 0) return;
  parallel_for(rows, max(1, PIECE / max(1, length)), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) softmax_row(x.part(row * length, length), out.part(row * length, length), length);
  });
}

}  // namespace

T2I_KERNELS(softmax, {"softmax", softmax})

}  // namespace t2i::T2I_ISA
