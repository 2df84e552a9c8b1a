// Batch normalisation over the last axis of x [rows, channels] (Ioffe and Szegedy 2015, Algorithm 1), with the activation that follows it:
// training forward and backward, and inference.
#include "../columns.h"
#include "../loops.h"

namespace t2i::T2I_ISA {
namespace {

constexpr int64_t PIECE = 1 << 15;
constexpr int64_t WIDTH = ColumnPieces::MAX_WIDTH;

enum Activation { LINEAR = 0, RELU = 1, LEAKY_RELU = 2 };

// max(z, slope·z) for a slope < 1 is the (leaky) rectifier; a slope of 1 leaves z as it is.
struct Rectifier {
  float slope;

  // The arguments activation and alpha from position `first`.
  static Rectifier from(const Args& args, int first) {
    const int64_t activation = args.integer(first, "activation", LINEAR, LEAKY_RELU);
    const float alpha = args.real(first + 1, "alpha");
    return {activation == LINEAR ? 1.0f : activation == RELU ? 0.0f : alpha};
  }
  float value(float z) const { return slope == 0.0f ? (z <= 0.0f ? 0.0f : z) : (z < 0.0f ? slope * z : z); }
  float derivative(float z) const { return z > 0.0f ? 1.0f : (z == z ? slope : z); }
};

// γ·(x − mean)/√(variance + ε) + β per channel: `mean`, `scale` = γ/√(variance + ε), `beta` of a block of channels. One function for forward and
// backward, so that both see the same sign before the rectifier.
struct Affine {
  const float *mean, *scale, *beta;
  float operator()(float x, int64_t c) const { return (x - mean[c]) * scale[c] + beta[c]; }
};

float inverse_deviation(float variance, double epsilon) { return static_cast<float>(1.0 / __builtin_sqrt(static_cast<double>(variance) + epsilon)); }

// Runs fn(first element of a row, channels) over all rows in parallel.
template <class Function>
void for_rows(int64_t rows, int64_t channels, const Function& fn) {
  parallel_for(rows, max(1, PIECE / max(1, channels)), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) fn(row * channels);
  });
}

// batchNormMoments(x, mean, variance, rows, channels): biased variance.
void moments(const Args& args) {
  const int64_t rows = args.integer(3, "rows"), channels = args.integer(4, "channels");
  const Span<const float> x = args.floats(0, "x", args.product(rows, channels));
  float *mean = args.floats(1, "mean", channels).data, *variance = args.floats(2, "variance", channels).data;
  if (rows == 0)
    for (int64_t c = 0; c < channels; c++) mean[c] = variance[c] = NAN;  // 0/0
  if (rows * channels == 0) return;
  reduce_columns<2, double>(
      ColumnPieces(1, rows, channels),
      [=](const ColumnPiece& piece, double* sums) {
        double *sum = sums, *squares = sums + WIDTH;
        for (int64_t c = 0; c < piece.width; c++) sum[c] = squares[c] = 0;
        for (int64_t row = piece.row_begin; row < piece.row_end; row++) {
          const float* values = x.part(row * channels + piece.column, piece.width);
          T2I_INDEPENDENT
          for (int64_t c = 0; c < piece.width; c++) {
            const double value = values[c];
            sum[c] += value;
            squares[c] += value * value;
          }
        }
      },
      [](double total, double partial) { return total + partial; },
      [=](int64_t, int64_t column, int64_t width, const double* totals) {
        for (int64_t c = 0; c < width; c++) {
          const double average = totals[c] / static_cast<double>(rows);
          const double spread = totals[WIDTH + c] / static_cast<double>(rows) - average * average;
          mean[column + c] = static_cast<float>(average);
          variance[column + c] = static_cast<float>(spread < 0 ? 0 : spread);
        }
      });
}

// batchNormApply(x, out, gamma?, beta?, mean, variance, rows, channels, epsilon, activation, alpha)
void apply(const Args& args) {
  const int64_t rows = args.integer(6, "rows"), channels = args.integer(7, "channels");
  const Span<const float> x = args.floats(0, "x", args.product(rows, channels));
  const Span<float> out = args.floats(1, "out", x.length);
  const float *gamma = args.optional_floats(2, "gamma", channels).data, *beta = args.optional_floats(3, "beta", channels).data;
  const float *mean = args.floats(4, "mean", channels).data, *variance = args.floats(5, "variance", channels).data;
  const double epsilon = args.number(8, "epsilon");
  const Rectifier rectifier = Rectifier::from(args, 9);
  float* scale = scratch_floats(0, 2 * channels);
  float* shift = scale + channels;
  for (int64_t c = 0; c < channels; c++) {
    scale[c] = inverse_deviation(variance[c], epsilon) * (gamma == nullptr ? 1.0f : gamma[c]);
    shift[c] = beta == nullptr ? 0.0f : beta[c];
  }
  const Affine affine{mean, scale, shift};
  for_rows(rows, channels, [=](int64_t first) {
    const float* values = x.part(first, channels);
    float* to = out.part(first, channels);
    T2I_INDEPENDENT
    for (int64_t c = 0; c < channels; c++) to[c] = rectifier.value(affine(values[c], c));
  });
}

// The loops below take their parameters by value: read through a lambda's captures they would seem to change with every store.

// Adds dz and dz·(x − mean) of one row.
void add_row(const float* x, const float* dy, Affine affine, Rectifier rectifier, double* sums, double* products, int64_t n) {
  T2I_INDEPENDENT
  for (int64_t c = 0; c < n; c++) {
    const float value = x[c];
    const float dz = dy[c] * rectifier.derivative(affine(value, c));
    sums[c] += static_cast<double>(dz);
    products[c] += static_cast<double>(dz) * static_cast<double>(value - affine.mean[c]);
  }
}

// dx = scale·dz − slope_x·(x − mean) − constant of one row.
void gradient_row(const float* x, const float* dy, Affine affine, Rectifier rectifier, const float* slope_x, const float* constant, float* dx, int64_t n) {
  T2I_INDEPENDENT
  for (int64_t c = 0; c < n; c++) {
    const float value = x[c];
    const float dz = dy[c] * rectifier.derivative(affine(value, c));
    dx[c] = affine.scale[c] * dz - slope_x[c] * (value - affine.mean[c]) - constant[c];
  }
}

// batchNormGradient(dy, x, gamma, beta, mean, variance, dx, dgamma, dbeta, rows, channels, epsilon, activation, alpha): with dz the gradient before the
// activation and x̂ = (x − mean)/σ:  dβ = Σ dz,  dγ = Σ dz·x̂,  dx = γ/σ · (dz − dβ/n − x̂·dγ/n).
void gradient(const Args& args) {
  const int64_t rows = args.integer(9, "rows"), channels = args.integer(10, "channels"), n = args.product(rows, channels);
  const Span<const float> dy = args.floats(0, "dy", n), x = args.floats(1, "x", n);
  const float *gamma = args.floats(2, "gamma", channels).data, *beta = args.floats(3, "beta", channels).data;
  const float *mean = args.floats(4, "mean", channels).data, *variance = args.floats(5, "variance", channels).data;
  const Span<float> dx = args.floats(6, "dx", n);
  float *dgamma = args.floats(7, "dgamma", channels).data, *dbeta = args.floats(8, "dbeta", channels).data;
  const double epsilon = args.number(11, "epsilon");
  const Rectifier rectifier = Rectifier::from(args, 12);
  if (rows == 0)
    for (int64_t c = 0; c < channels; c++) dgamma[c] = dbeta[c] = 0;
  if (rows * channels == 0) return;
  float* scale = scratch_floats(0, 3 * channels);
  float* slope_x = scale + channels;
  float* constant = slope_x + channels;
  for (int64_t c = 0; c < channels; c++) scale[c] = inverse_deviation(variance[c], epsilon) * gamma[c];
  const Affine affine{mean, scale, beta};
  reduce_columns<2, double>(
      ColumnPieces(1, rows, channels),
      [=](const ColumnPiece& piece, double* sums) {
        double *sum = sums, *products = sums + WIDTH;
        const Affine block{mean + piece.column, scale + piece.column, beta + piece.column};
        for (int64_t c = 0; c < piece.width; c++) sum[c] = products[c] = 0;
        for (int64_t row = piece.row_begin; row < piece.row_end; row++) {
          const float* values = x.part(row * channels + piece.column, piece.width);
          const float* gradients = dy.part(row * channels + piece.column, piece.width);
          add_row(values, gradients, block, rectifier, sum, products, piece.width);
        }
      },
      [](double total, double partial) { return total + partial; },
      [=](int64_t, int64_t column, int64_t width, const double* totals) {
        for (int64_t i = 0; i < width; i++) {
          const int64_t c = column + i;
          const double inverse = inverse_deviation(variance[c], epsilon);
          const double count = static_cast<double>(rows);
          const double product = totals[WIDTH + i] * inverse;  // Σ dz·x̂
          dbeta[c] = static_cast<float>(totals[i]);
          dgamma[c] = static_cast<float>(product);
          slope_x[c] = static_cast<float>(scale[c] * inverse * product / count);
          constant[c] = static_cast<float>(scale[c] * totals[i] / count);
        }
      });
  for_rows(rows, channels, [=](int64_t first) {
    gradient_row(x.part(first, channels), dy.part(first, channels), affine, rectifier, slope_x, constant, dx.part(first, channels), channels);
  });
}

}  // namespace

T2I_KERNELS(batch_norm, {"batchNormMoments", moments}, {"batchNormApply", apply}, {"batchNormGradient", gradient})

}  // namespace t2i::T2I_ISA
