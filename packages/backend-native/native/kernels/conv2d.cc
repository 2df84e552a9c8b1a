// Convolution and its filter gradient as products with the patch matrix, which exists only block by block inside the product.
#include "../conv.h"

#include "../activation.h"
#include "../winograd.h"

namespace t2i::T2I_ISA {
namespace {

// conv2d(x, filter, out, shape, bias?, activation, alpha, slopes?)
void conv2d(const Args& args) {
  const ConvShape shape = ConvShape::from(args, 3);
  const Span<const float> x = shape.input_of(args, 0, "x"), filter = shape.filter_of(args, 1, "filter");
  const Span<float> out = shape.output_of(args, 2, "out");
  const FusedTail tail = FusedTail::from(args, 4, shape.out_channels);
  if (out.length == 0) return;
  if (winograd_pays(shape)) return winograd_conv2d(shape, x, filter, out, tail);
  const auto pack_left = [&](float* to, int64_t pixel, int64_t pixels, int64_t k, int64_t depth) {
    copy_patches(shape, x, pixel, pixels, k, depth, to, ByRows::STRIDE);
  };
  const auto out_row = [=](int64_t pixel) { return out.part(pixel * shape.out_channels, shape.out_channels); };
  const auto finish = [&](int64_t row, int64_t rows, int64_t column, int64_t columns) { tail.apply(out_row, row, rows, column, columns); };
  multiply<ByRows>({shape.out_pixels(), shape.out_channels, shape.patch_size()}, pack_left, PackRight{filter, shape.out_channels}, out_row, finish);
}

// patchesᵀ · dy over some of the pixels.
void filter_gradient(const ConvShape& shape, Span<const float> x, Span<const float> dy, int64_t first, int64_t pixels, Span<float> out) {
  const auto pack_left = [&](float* to, int64_t row, int64_t rows, int64_t pixel, int64_t count) {
    copy_patches(shape, x, first + pixel, count, row, rows, to, ByColumns::STRIDE);
  };
  const auto out_row = [=](int64_t row) { return out.part(row * shape.out_channels, shape.out_channels); };
  const int64_t size = pixels * shape.out_channels;
  const PackRight right{{dy.part(first * shape.out_channels, size), size}, shape.out_channels};
  multiply<ByColumns>({shape.patch_size(), shape.out_channels, pixels}, pack_left, right, out_row, do_nothing);
}

// Filters this small are too few pieces for the threads: their pixels are cut into parts of this size, whose sums are added in order.
constexpr int64_t SMALL_FILTER = 4 * ROW_BLOCK * COLUMN_BLOCK;
constexpr int64_t PART_PIXELS = 4096;

// conv2dBackpropFilter(x, dy, filterGradient, shape)
void conv2d_backprop_filter(const Args& args) {
  const ConvShape shape = ConvShape::from(args, 3);
  const Span<const float> x = shape.input_of(args, 0, "x"), dy = shape.output_of(args, 1, "dy");
  const Span<float> out = shape.filter_of(args, 2, "gradient");
  if (x.length == 0 || dy.length == 0) return zero_floats(out.data, out.length);
  if (winograd_pays(shape)) return winograd_backprop_filter(shape, x, dy, out);
  const int64_t size = shape.patch_size() * shape.out_channels;
  const Parts parts(shape.out_pixels(), size <= SMALL_FILTER ? PART_PIXELS : shape.out_pixels());
  if (parts.count == 1) return filter_gradient(shape, x, dy, 0, parts.length, out);
  const Span<float> sums{scratch_floats(2, parts.count * size), parts.count * size};
  parallel_for(parts.count, 1, [&](int64_t i, int64_t) {
    filter_gradient(shape, x, dy, parts.begin(i), parts.end(i) - parts.begin(i), {sums.part(i * size, size), size});
  });
  parallel_for(size, 1 << 12, [&](int64_t begin, int64_t end) {
    float* const total = out.part(begin, end - begin);
    copy_floats(total, sums.part(begin, end - begin), end - begin);
    for (int64_t i = 1; i < parts.count; i++) add_scaled(total, 1, sums.part(i * size + begin, end - begin), end - begin);
  });
}

}  // namespace
T2I_KERNELS(conv2d, {"conv2d", conv2d}, {"conv2dBackpropFilter", conv2d_backprop_filter})
}  // namespace t2i::T2I_ISA
