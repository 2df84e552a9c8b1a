// Convolution and its filter gradient as products with the patch matrix, which exists only block by block inside the product.
#include "../conv.h"

#include "../activation.h"
#include "../winograd.h"

namespace t2i::T2I_ISA {
namespace {

// conv2d(x, filter, out, shape, bias?, activation, alpha, slopes?)
void conv2d(const Args& args) {
  const float* x = args.floats(0);
  const float* filter = args.floats(1);
  float* out = args.floats(2);
  const ConvShape shape = ConvShape::from(args.ints(3));
  const FusedTail tail = FusedTail::from(args, 4);
  if (winograd_pays(shape)) return winograd_conv2d(shape, x, filter, out, tail);
  const auto pack_left = [&](float* to, int64_t pixel, int64_t pixels, int64_t k, int64_t depth) {
    copy_patches(shape, x, pixel, pixels, k, depth, to, ByRows::STRIDE);
  };
  const auto out_row = [=](int64_t pixel) { return out + pixel * shape.out_channels; };
  const auto finish = [&](int64_t row, int64_t rows, int64_t column, int64_t columns) { tail.apply(out_row, row, rows, column, columns); };
  multiply<ByRows>({shape.out_pixels(), shape.out_channels, shape.patch_size()}, pack_left, PackRight{filter, shape.out_channels}, out_row, finish);
}

// conv2dBackpropFilter(x, dy, filterGradient, shape): patchesᵀ · dy
void conv2d_backprop_filter(const Args& args) {
  const float* x = args.floats(0);
  const float* dy = args.floats(1);
  float* out = args.floats(2);
  const ConvShape shape = ConvShape::from(args.ints(3));
  if (winograd_pays(shape)) return winograd_backprop_filter(shape, x, dy, out);
  const auto pack_left = [&](float* to, int64_t row, int64_t rows, int64_t pixel, int64_t pixels) {
    copy_patches(shape, x, pixel, pixels, row, rows, to, ByColumns::STRIDE);
  };
  const auto out_row = [=](int64_t row) { return out + row * shape.out_channels; };
  multiply<ByColumns>({shape.patch_size(), shape.out_channels, shape.out_pixels()}, pack_left, PackRight{dy, shape.out_channels}, out_row, do_nothing);
}

}  // namespace
T2I_KERNELS(conv2d, {"conv2d", conv2d}, {"conv2dBackpropFilter", conv2d_backprop_filter})
}  // namespace t2i::T2I_ISA
