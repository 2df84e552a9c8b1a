// The activations that tfjs fuses behind a product: applied to blocks of finished outputs.
#pragma once
#include "kernel.h"

namespace t2i::T2I_ISA {

// The order of ACTIVATIONS in src/kernels/fused.ts.
enum class Activation { LINEAR, RELU, RELU6, ELU, SIGMOID, LEAKY_RELU, PRELU };

// Bias and activation of the outputs of one product. `bias` and `slopes` hold one number per column, or are without data.
struct FusedTail {
  Span<const float> bias;
  Activation activation;
  float alpha;               // LEAKY_RELU: slope of the negative side
  Span<const float> slopes;  // PRELU

  // The four arguments (bias?, activation, alpha, slopes?) from position `first`, of a product of so many columns.
  static FusedTail from(const Args& args, int first, int64_t columns) {
    const int64_t last = static_cast<int64_t>(Activation::PRELU);
    const FusedTail tail{args.optional_floats(first, "bias", columns), static_cast<Activation>(args.integer(first + 1, "activation", 0, last)),
                         args.real(first + 2, "alpha"), args.optional_floats(first + 3, "slopes", columns)};
    if (tail.activation == Activation::PRELU && tail.slopes.data == nullptr && columns > 0) args.refuse("slopes is not a Float32Array");
    return tail;
  }

  bool nothing() const { return bias.data == nullptr && activation == Activation::LINEAR; }

  float apply(float x, int64_t column) const {
    if (bias.data != nullptr) x += bias.data[column];
    switch (activation) {
      case Activation::LINEAR: return x;
      case Activation::RELU: return x < 0 ? 0 : x;
      case Activation::RELU6: return x < 0 ? 0 : x > 6 ? 6 : x;
      case Activation::ELU: return x >= 0 ? x : std::exp(x) - 1;
      case Activation::SIGMOID: return 1 / (1 + std::exp(-x));
      case Activation::LEAKY_RELU: return x < 0 ? alpha * x : x;
      case Activation::PRELU: return x < 0 ? slopes.data[column] * x : x;
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
