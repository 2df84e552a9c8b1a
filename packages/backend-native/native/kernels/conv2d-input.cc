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
    first_tap = floor_mod(phase + pad_before, stride);
    taps = max(0, ceil_div(kernel - first_tap, stride));
    pad = taps - 1 - (phase + pad_before - first_tap) / stride;
  }
};

// The filter [ky, kx, c, outChannels] of one phase as right factor: row (ty, tx, outChannel) with the taps reversed, column c.
struct PackPhaseFilter {
  Span<const float> filter;
  const ConvShape& shape;
  const Phase& y;
  const Phase& x;

  void operator()(float* to, int64_t k, int64_t depth, int64_t column, int64_t width, int64_t to_stride) const {
    while (depth > 0) {
      const int64_t tap = k / shape.out_channels, channel = k % shape.out_channels;
      const int64_t count = min(depth, shape.out_channels - channel);
      const int64_t ky = y.first_tap + shape.stride_y * (y.taps - 1 - tap / x.taps);
      const int64_t kx = x.first_tap + shape.stride_x * (x.taps - 1 - tap % x.taps);
      const int64_t tap_size = shape.in_channels * shape.out_channels;
      const Span<const float> from{filter.part((ky * shape.kernel_width + kx) * tap_size, tap_size), tap_size};
      PackRightTransposed{from, shape.out_channels}(to, channel, count, column, width, to_stride);
      to += count * to_stride;
      k += count;
      depth -= count;
    }
  }
};

void compute_phase(const ConvShape& shape, Span<const float> dy, Span<const float> filter, Span<float> dx, const Phase& y, const Phase& x) {
  const ConvShape phase{shape.batch, shape.out_height, shape.out_width, shape.out_channels, y.count, x.count, shape.in_channels,
                        y.taps, x.taps, 1, 1, 1, 1, y.pad, x.pad};
  const auto pack_left = [&](float* to, int64_t pixel, int64_t pixels, int64_t k, int64_t depth) {
    copy_patches(phase, dy, pixel, pixels, k, depth, to, ByRows::STRIDE);
  };
  const auto out_row = [&](int64_t pixel) {
    const int64_t in_x = x.first + shape.stride_x * (pixel % x.count);
    const int64_t in_y = y.first + shape.stride_y * (pixel / x.count % y.count);
    const int64_t n = pixel / x.count / y.count;
    return dx.part(((n * shape.in_height + in_y) * shape.in_width + in_x) * shape.in_channels, shape.in_channels);
  };
  multiply<ByRows>({phase.out_pixels(), shape.in_channels, phase.patch_size()}, pack_left, PackPhaseFilter{filter, shape, y, x}, out_row, do_nothing);
}

struct PackRows {
  Span<const float> from;
  int64_t stride;
  void operator()(float* to, int64_t row, int64_t rows, int64_t k, int64_t depth) const {
    for (int64_t r = 0; r < rows; r++) copy_floats(to + ByRows::at(r, 0), from.part((row + r) * stride + k, depth), depth);
  }
};

// dy of `pixels` pixels times the whole transposed filter: a patch of input gradients per output pixel.
void multiply_patches(const ConvShape& shape, Span<const float> dy, Span<const float> filter, int64_t pixels, Span<float> patches) {
  const int64_t patch = shape.patch_size();
  multiply<ByRows>({pixels, patch, shape.out_channels}, PackRows{dy, shape.out_channels}, PackRightTransposed{filter, shape.out_channels},
                   [=](int64_t row) { return patches.part(row * patch, patch); }, do_nothing);
}

// The same with the factors exchanged: the filter is copied in runs instead of being transposed, which is what counts when there are few pixels.
void multiply_few_patches(const ConvShape& shape, Span<const float> dy, Span<const float> filter, int64_t pixels, Span<float> patches) {
  const int64_t patch = shape.patch_size();
  const Span<float> transposed{scratch_floats(3, patch * pixels), patch * pixels};
  multiply<ByRows>({patch, pixels, shape.out_channels}, PackRows{filter, shape.out_channels}, PackRightTransposed{dy, shape.out_channels},
                   [=](int64_t row) { return transposed.part(row * pixels, pixels); }, do_nothing);
  parallel_for(ceil_div(patch, LANES), 64, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin * LANES; row < min(patch, end * LANES); row += LANES)
      for (int64_t pixel = 0; pixel < pixels; pixel += LANES) {
        const int64_t height = min(LANES, patch - row), width = min(LANES, pixels - pixel);
        const float* from = transposed.part(row * pixels + pixel, (height - 1) * pixels + width);
        transpose_part(from, pixels, height, width, patches.part(pixel * patch + row, (width - 1) * patch + height), patch);
      }
  });
}

// Adds the patches of one image up where they overlap. Gathers, so that each sum has one fixed order.
void gather_patches(const ConvShape& shape, Span<const float> patches, Span<float> image) {
  const int64_t channels = shape.in_channels, patch = shape.patch_size();
  zero_floats(image.data, image.length);
  for (int64_t y = 0; y < shape.out_height; y++)
    for (int64_t ky = 0; ky < shape.kernel_height; ky++) {
      const int64_t in_y = y * shape.stride_y - shape.pad_top + ky;
      if (in_y < 0 || in_y >= shape.in_height) continue;
      for (int64_t x = 0; x < shape.out_width; x++) {
        const int64_t left = x * shape.stride_x - shape.pad_left;
        const int64_t begin = max(0, -left), end = min(shape.kernel_width, shape.in_width - left), count = max(0, end - begin) * channels;
        const float* from = patches.part((y * shape.out_width + x) * patch + (ky * shape.kernel_width + begin) * channels, count);
        float* to = image.part((in_y * shape.in_width + left + begin) * channels, count);
        for (int64_t i = 0; i < count; i++) to[i] += from[i];
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
  const ConvShape shape = ConvShape::from(args, 3);
  const Span<const float> dy = shape.output_of(args, 0, "dy"), filter = shape.filter_of(args, 1, "filter");
  const Span<float> dx = shape.input_of(args, 2, "dx");
  if (shape.dilation_y != 1 || shape.dilation_x != 1) args.refuse("the dilation of a gradient is 1");
  if (dy.length == 0 || filter.length == 0) return zero_floats(dx.data, dx.length);
  const int64_t pixels = shape.out_height * shape.out_width;
  if (winograd_pays(shape)) return winograd_backprop_input(shape, dy, filter, dx);
  if (shape.is_dense()) {
    const auto multiply_all = shape.batch <= FEW_PIXELS ? multiply_few_patches : multiply_patches;
    return multiply_all(shape, dy, filter, shape.batch, dx);
  }
  if (shape.out_pixels() <= FEW_PIXELS) {
    const int64_t size = pixels * shape.patch_size();
    const Span<float> patches{scratch_floats(2, shape.batch * size), shape.batch * size};
    multiply_few_patches(shape, dy, filter, shape.out_pixels(), patches);
    for (int64_t n = 0; n < shape.batch; n++) gather_patches(shape, {patches.part(n * size, size), size}, shape.image(dx, n));
    return;
  }
  if (shape.in_channels <= FEW_CHANNELS && shape.patch_size() <= MAX_PATCH_FLOATS / pixels) {
    parallel_for(shape.batch, 1, [&](int64_t n, int64_t) {
      const int64_t size = pixels * shape.patch_size(), out_size = pixels * shape.out_channels;
      const Span<float> patches{scratch_floats(2, size), size};
      multiply_patches(shape, {dy.part(n * out_size, out_size), out_size}, filter, pixels, patches);
      gather_patches(shape, patches, shape.image(dx, n));
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
