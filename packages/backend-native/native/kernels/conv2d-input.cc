// Gradient of a convolution with respect to its input, which is also the transposed convolution of a generator. No product with a known zero is made.
#include "../conv.h"
#include "../winograd.h"

namespace t2i::T2I_ISA {
namespace {

// One stride-1 convolution over dy per residue of the input coordinate modulo the stride; along one axis:
// input i = phase + stride·j receives tap k = first_tap + stride·t from output j + shift - t.
struct Phase {
  int64_t first, count;      // inputs i = first + stride·j, 0 ≤ j < count
  int64_t first_tap, taps;   // taps k = first_tap + stride·t, 0 ≤ t < taps
  int64_t pad;               // of the stride-1 convolution with the taps in reverse order

  Phase(int64_t phase, int64_t stride, int64_t in_size, int64_t kernel, int64_t pad_before) : first(phase) {
    count = max(0, ceil_div(in_size - phase, stride));
    first_tap = (phase + pad_before) % stride;
    taps = max(0, ceil_div(kernel - first_tap, stride));
    pad = taps - 1 - (phase + pad_before - first_tap) / stride;
  }
};

// The filter [ky, kx, c, outChannels] of one phase as right factor: row (ty, tx, outChannel) with the taps reversed, column c.
struct PackPhaseFilter {
  const float* filter;
  const ConvShape& shape;
  const Phase& y;
  const Phase& x;

  void operator()(float* to, int64_t k, int64_t depth, int64_t column, int64_t width, int64_t to_stride) const {
    while (depth > 0) {
      const int64_t tap = k / shape.out_channels, channel = k % shape.out_channels;
      const int64_t count = min(depth, shape.out_channels - channel);
      const int64_t ky = y.first_tap + shape.stride_y * (y.taps - 1 - tap / x.taps);
      const int64_t kx = x.first_tap + shape.stride_x * (x.taps - 1 - tap % x.taps);
      const float* from = filter + (ky * shape.kernel_width + kx) * shape.in_channels * shape.out_channels;
      PackRightTransposed{from, shape.out_channels}(to, channel, count, column, width, to_stride);
      to += count * to_stride;
      k += count;
      depth -= count;
    }
  }
};

void compute_phase(const ConvShape& shape, const float* dy, const float* filter, float* dx, const Phase& y, const Phase& x) {
  const ConvShape phase{shape.batch, shape.out_height, shape.out_width, shape.out_channels, y.count, x.count, shape.in_channels,
                        y.taps, x.taps, 1, 1, 1, 1, y.pad, x.pad};
  const auto pack_left = [&](float* to, int64_t pixel, int64_t pixels, int64_t k, int64_t depth) {
    copy_patches(phase, dy, pixel, pixels, k, depth, to, ByRows::STRIDE);
  };
  const auto out_row = [&](int64_t pixel) {
    const int64_t in_x = x.first + shape.stride_x * (pixel % x.count);
    const int64_t in_y = y.first + shape.stride_y * (pixel / x.count % y.count);
    const int64_t n = pixel / x.count / y.count;
    return dx + ((n * shape.in_height + in_y) * shape.in_width + in_x) * shape.in_channels;
  };
  multiply<ByRows>({phase.out_pixels(), shape.in_channels, phase.patch_size()}, pack_left, PackPhaseFilter{filter, shape, y, x}, out_row, do_nothing);
}

struct PackRows {
  const float* from;
  int64_t stride;
  void operator()(float* to, int64_t row, int64_t rows, int64_t k, int64_t depth) const {
    for (int64_t r = 0; r < rows; r++) copy_floats(to + ByRows::at(r, 0), from + (row + r) * stride + k, depth);
  }
};

// dy of `pixels` pixels times the whole transposed filter: a patch of input gradients per output pixel.
void multiply_patches(const ConvShape& shape, const float* dy, const float* filter, int64_t pixels, float* patches) {
  const int64_t patch = shape.patch_size();
  multiply<ByRows>({pixels, patch, shape.out_channels}, PackRows{dy, shape.out_channels}, PackRightTransposed{filter, shape.out_channels},
                   [=](int64_t row) { return patches + row * patch; }, do_nothing);
}

// The same with the factors exchanged: the filter is copied in runs instead of being transposed, which is what counts when there are few pixels.
void multiply_few_patches(const ConvShape& shape, const float* dy, const float* filter, int64_t pixels, float* patches) {
  const int64_t patch = shape.patch_size();
  float* const transposed = scratch_floats(3, patch * pixels);
  multiply<ByRows>({patch, pixels, shape.out_channels}, PackRows{filter, shape.out_channels}, PackRightTransposed{dy, shape.out_channels},
                   [=](int64_t row) { return transposed + row * pixels; }, do_nothing);
  parallel_for(ceil_div(patch, LANES), 64, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin * LANES; row < min(patch, end * LANES); row += LANES)
      for (int64_t pixel = 0; pixel < pixels; pixel += LANES)
        transpose_part(transposed + row * pixels + pixel, pixels, min(LANES, patch - row), min(LANES, pixels - pixel), patches + pixel * patch + row, patch);
  });
}

// Adds the patches of one image up where they overlap. Gathers, so that each sum has one fixed order.
void gather_patches(const ConvShape& shape, const float* patches, float* image) {
  const int64_t channels = shape.in_channels, patch = shape.patch_size();
  zero_floats(image, shape.in_height * shape.in_width * channels);
  for (int64_t y = 0; y < shape.out_height; y++)
    for (int64_t ky = 0; ky < shape.kernel_height; ky++) {
      const int64_t in_y = y * shape.stride_y - shape.pad_top + ky;
      if (in_y < 0 || in_y >= shape.in_height) continue;
      for (int64_t x = 0; x < shape.out_width; x++) {
        const int64_t left = x * shape.stride_x - shape.pad_left;
        const int64_t begin = max(0, -left), end = min(shape.kernel_width, shape.in_width - left);
        const float* from = patches + (y * shape.out_width + x) * patch + ky * shape.kernel_width * channels;
        float* to = image + (in_y * shape.in_width + left) * channels;
        for (int64_t i = begin * channels; i < end * channels; i++) to[i] += from[i];
      }
    }
}

// With few input channels (an image) the phases would leave most vector lanes empty; the product with all taps at once fills them.
constexpr int64_t FEW_CHANNELS = LANES / 2;
constexpr int64_t MAX_PATCH_FLOATS = int64_t{1} << 20;
// Up to here reading the filter is the work, as when one image is drawn.
constexpr int64_t FEW_PIXELS = 64;

// conv2dBackpropInput(dy, filter, dx, shape); the dilation is 1.
void conv2d_backprop_input(const Args& args) {
  const float* dy = args.floats(0);
  const float* filter = args.floats(1);
  float* dx = args.floats(2);
  const ConvShape shape = ConvShape::from(args.ints(3));
  const int64_t pixels = shape.out_height * shape.out_width;
  if (winograd_pays(shape)) return winograd_backprop_input(shape, dy, filter, dx);
  if (shape.is_dense()) {
    const auto multiply_all = shape.batch <= FEW_PIXELS ? multiply_few_patches : multiply_patches;
    return multiply_all(shape, dy, filter, shape.batch, dx);
  }
  if (shape.out_pixels() <= FEW_PIXELS) {
    float* patches = scratch_floats(2, shape.out_pixels() * shape.patch_size());
    multiply_few_patches(shape, dy, filter, shape.out_pixels(), patches);
    for (int64_t n = 0; n < shape.batch; n++)
      gather_patches(shape, patches + n * pixels * shape.patch_size(), dx + n * shape.in_height * shape.in_width * shape.in_channels);
    return;
  }
  if (shape.in_channels <= FEW_CHANNELS && pixels * shape.patch_size() <= MAX_PATCH_FLOATS) {
    parallel_for(shape.batch, 1, [&](int64_t n, int64_t) {
      float* patches = scratch_floats(2, pixels * shape.patch_size());
      multiply_patches(shape, dy + n * pixels * shape.out_channels, filter, pixels, patches);
      gather_patches(shape, patches, dx + n * shape.in_height * shape.in_width * shape.in_channels);
    });
    return;
  }
  for (int64_t y = 0; y < min(shape.stride_y, shape.in_height); y++)
    for (int64_t x = 0; x < min(shape.stride_x, shape.in_width); x++)
      compute_phase(shape, dy, filter, dx, Phase(y, shape.stride_y, shape.in_height, shape.kernel_height, shape.pad_top),
                    Phase(x, shape.stride_x, shape.in_width, shape.kernel_width, shape.pad_left));
}

}  // namespace
T2I_KERNELS(conv2d_input, {"conv2dBackpropInput", conv2d_backprop_input})
}  // namespace t2i::T2I_ISA
