// Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3): y_c = x_c · norm_c^−β, norm_c = bias + α · Σ x² over |c' − c| ≤ radius.
#include "../elementary.h"
#include "../kernel.h"
#include "../loops.h"

namespace t2i::T2I_ISA {
namespace {

constexpr int64_t PIECE = 1 << 13;

struct Normalisation {
  int64_t channels, radius;
  float bias, alpha, beta;

  int64_t padded() const { return channels + 2 * radius; }

  // out[c] = Σ values[c … c + 2·radius] of values that begin `radius` zeros early.
  void window_sums(const float* values, float* out) const {
    for (int64_t c = 0; c < channels; c++) out[c] = 0;
    for (int64_t shift = 0; shift <= 2 * radius; shift++) {
      T2I_INDEPENDENT
      for (int64_t c = 0; c < channels; c++) out[c] += values[c + shift];
    }
  }

  // norm of one pixel; `padding` holds padded() floats, zero outside the middle.
  void norms(const float* x, float* padding, float* norm) const {
    T2I_INDEPENDENT
    for (int64_t c = 0; c < channels; c++) padding[radius + c] = x[c] * x[c];
    window_sums(padding, norm);
    T2I_INDEPENDENT
    for (int64_t c = 0; c < channels; c++) norm[c] = bias + alpha * norm[c];
  }

  float damping(float norm) const { return exp_of(-beta * log_of(norm)); }
};

// A window wider than all channels sums no more than all of them.
Normalisation normalisation_of(const Args& args, int first) {
  const int64_t channels = args.integer(first, "channels", 1), radius = args.integer(first + 1, "radius");
  return {channels, min(radius, channels - 1), args.real(first + 2, "bias"), args.real(first + 3, "alpha"), args.real(first + 4, "beta")};
}

// This thread's zero-padded row and a row of `channels` behind it.
float* scratch_rows(const Normalisation& normalisation) {
  float* rows = scratch_floats(0, normalisation.padded() + 2 * normalisation.channels);
  memset(rows, 0, static_cast<size_t>(normalisation.padded()) * sizeof(float));
  return rows;
}

// lrn(x, out, pixels, channels, radius, bias, alpha, beta)
void lrn(const Args& args) {
  const int64_t pixels = args.integer(2, "pixels");
  const Normalisation layer = normalisation_of(args, 3);
  const int64_t n = args.product(layer.channels, pixels);
  const float* x = args.floats(0, "x", n).data;
  float* out = args.floats(1, "out", n).data;
  parallel_for(pixels, max(1, PIECE / layer.channels), [=](int64_t begin, int64_t end) {
    float* padding = scratch_rows(layer);
    float* norm = padding + layer.padded();
    for (int64_t pixel = begin; pixel < end; pixel++) {
      const int64_t first = pixel * layer.channels;
      layer.norms(x + first, padding, norm);
      T2I_INDEPENDENT
      for (int64_t c = 0; c < layer.channels; c++) out[first + c] = x[first + c] * layer.damping(norm[c]);
    }
  });
}

// lrnGradient(dy, x, y, dx, pixels, channels, radius, bias, alpha, beta):
// dx_c = dy_c · norm_c^−β − 2αβ · x_c · Σ (y·dy / norm) over |c' − c| ≤ radius.
void lrn_gradient(const Args& args) {
  const int64_t pixels = args.integer(4, "pixels");
  const Normalisation layer = normalisation_of(args, 5);
  const int64_t n = args.product(layer.channels, pixels);
  const float *dy = args.floats(0, "dy", n).data, *x = args.floats(1, "x", n).data, *y = args.floats(2, "y", n).data;
  float* dx = args.floats(3, "dx", n).data;
  parallel_for(pixels, max(1, PIECE / layer.channels), [=](int64_t begin, int64_t end) {
    float* padding = scratch_rows(layer);
    float* norm = padding + layer.padded();
    float* sums = norm + layer.channels;
    for (int64_t pixel = begin; pixel < end; pixel++) {
      const int64_t first = pixel * layer.channels;
      layer.norms(x + first, padding, norm);
      T2I_INDEPENDENT
      for (int64_t c = 0; c < layer.channels; c++) padding[layer.radius + c] = y[first + c] * dy[first + c] / norm[c];
      layer.window_sums(padding, sums);
      T2I_INDEPENDENT
      for (int64_t c = 0; c < layer.channels; c++)
        dx[first + c] = dy[first + c] * layer.damping(norm[c]) - 2.0f * layer.alpha * layer.beta * x[first + c] * sums[c];
    }
  });
}

}  // namespace

T2I_KERNELS(lrn, {"lrn", lrn}, {"lrnGradient", lrn_gradient})

}  // namespace t2i::T2I_ISA
