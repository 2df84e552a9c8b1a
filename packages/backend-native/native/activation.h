// The activations that tfjs fuses behind a product: applied to blocks of finished outputs.
#pragma once
#include "kernel.h"

namespace t2i::T2I_ISA {

// The order of ACTIVATIONS in src/kernels/fused.ts.
enum class Activation { LINEAR, RELU, RELU6, ELU, SIGMOID, LEAKY_RELU, PRELU };

// Bias and activation of the outputs of one product. `bias` and `slopes` hold one number per column, or are null.
struct FusedTail {
  const float* bias;
  Activation activation;
  float alpha;          // LEAKY_RELU: slope of the negative side
  const float* slopes;  // PRELU

  // The four arguments (bias?, activation, alpha, slopes?) from position `first`.
  static FusedTail from(const Args& args, int first) {
    return {args.missing(first) ? nullptr : args.floats(first), static_cast<Activation>(args.integer(first + 1)),
            static_cast<float>(args.number(first + 2)), args.missing(first + 3) ? nullptr : args.floats(first + 3)};
  }

  bool nothing() const { return bias == nullptr && activation == Activation::LINEAR; }

  float apply(float x, int64_t column) const {
    if (bias != nullptr) x += bias[column];
    switch (activation) {
      case Activation::LINEAR: return x;
      case Activation::RELU: return x < 0 ? 0 : x;
      case Activation::RELU6: return x < 0 ? 0 : x > 6 ? 6 : x;
      case Activation::ELU: return x >= 0 ? x : std::exp(x) - 1;
      case Activation::SIGMOID: return 1 / (1 + std::exp(-x));
      case Activation::LEAKY_RELU: return x < 0 ? alpha * x : x;
      case Activation::PRELU: return x < 0 ? slopes[column] * x : x;
    }
    return x;
  }

  template <class OutRow>
  void apply(const OutRow& out_row, int64_t row, int64_t rows, int64_t column, int64_t columns) const {
    if (nothing()) return;
    for (int64_t r = row; r < row + rows; r++) {
      float* out = out_row(r);
      for (int64_t c = column; c < column + columns; c++) out[c] = apply(out[c], c);
    }
  }
};

}  // namespace t2i::T2I_ISA
