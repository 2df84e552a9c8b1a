// Folding many floats into one: sum, mean, product, maximum, minimum. Sums and products accumulate in double.
#pragma once
#include "kernel.h"

namespace t2i::T2I_ISA {
namespace {

struct Sum {
  using Value = double;
  static constexpr Value IDENTITY = 0;
  static Value step(Value total, Value x) { return total + x; }
  static float finish(Value total, int64_t) { return static_cast<float>(total); }
};

struct Mean : Sum {
  static float finish(Value total, int64_t count) { return static_cast<float>(total / static_cast<double>(count)); }
};

struct Prod {
  using Value = double;
  static constexpr Value IDENTITY = 1;
  static Value step(Value total, Value x) { return total * x; }
  static float finish(Value total, int64_t) { return static_cast<float>(total); }
};

// NaN wins, as in the cpu backend: nothing is larger or smaller than it.
struct Max {
  using Value = float;
  static constexpr Value IDENTITY = -INFINITY;
  static Value step(Value total, Value x) {
    const Value larger = x > total ? x : total;
    return x == x ? larger : x;
  }
  static float finish(Value total, int64_t) { return total; }
};

struct Min {
  using Value = float;
  static constexpr Value IDENTITY = INFINITY;
  static Value step(Value total, Value x) {
    const Value smaller = x < total ? x : total;
    return x == x ? smaller : x;
  }
  static float finish(Value total, int64_t) { return total; }
};

// Element i goes into partial result i mod 16, for every instruction set alike, and so the result is the same for all.
template <class R>
typename R::Value reduce_run(const float* x, int64_t n) {
  using Value = typename R::Value;
  constexpr int64_t PARTS = 16;
  Value parts[PARTS];
  for (Value& part : parts) part = R::IDENTITY;
  int64_t i = 0;
  for (; i + PARTS <= n; i += PARTS)
    for (int64_t part = 0; part < PARTS; part++) parts[part] = R::step(parts[part], static_cast<Value>(x[i + part]));
  for (int64_t part = 0; i < n; i++, part++) parts[part] = R::step(parts[part], static_cast<Value>(x[i]));
  for (int64_t half = PARTS / 2; half > 0; half /= 2)
    for (int64_t part = 0; part < half; part++) parts[part] = R::step(parts[part], parts[part + half]);
  return parts[0];
}

}  // namespace
}  // namespace t2i::T2I_ISA
