// Sums of a few weighted rows: every transform of a fast convolution is one.
#pragma once
#include "gemm.h"

namespace t2i::T2I_ISA {

// A short list of rows and their weights.
struct Terms {
  static constexpr int CAPACITY = 16;
  const float* from[CAPACITY];
  float weight[CAPACITY];
  int count = 0;

  void add(const float* row, float w) {
    from[count] = row;
    weight[count++] = w;
  }
};

template <int COUNT>
void combine_rows(const Terms& terms, int64_t length, float* to, bool accumulate) {
  vf weight[COUNT];
  for (int t = 0; t < COUNT; t++) weight[t] = broadcast(terms.weight[t]);
  int64_t i = 0;
  for (; i + LANES <= length; i += LANES) {
    vf sum = accumulate ? load(to + i) : vf{};
#pragma GCC unroll 16
    for (int t = 0; t < COUNT; t++) sum += weight[t] * load(terms.from[t] + i);
    store(to + i, sum);
  }
  if (i == length) return;
  vf sum = accumulate ? load_part(to + i, length - i) : vf{};
  for (int t = 0; t < COUNT; t++) sum += weight[t] * load_part(terms.from[t] + i, length - i);
  store_part(to + i, sum, length - i);
}

// to[i] (+)= Σ weight · from[i] for 0 ≤ i < length.
template <int MAX = Terms::CAPACITY>
void combine(const Terms& terms, int64_t length, float* to, bool accumulate = false) {
  if constexpr (MAX == 0) {
    if (!accumulate) zero_floats(to, length);
  } else {
    if (terms.count < MAX) return combine<MAX - 1>(terms, length, to, accumulate);
    combine_rows<MAX>(terms, length, to, accumulate);
  }
}

}  // namespace t2i::T2I_ISA
