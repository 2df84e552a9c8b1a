// The geometry of a two-dimensional convolution in NHWC, and its patch matrix: row (n, y, x) = one output pixel, column (ky, kx, c) = one input under it.
#pragma once
#include "gemm.h"
#include "windows.h"

namespace t2i::T2I_ISA {

struct ConvShape {
  int64_t batch, in_height, in_width, in_channels;
  int64_t out_height, out_width, out_channels;
  int64_t kernel_height, kernel_width;
  int64_t stride_y, stride_x, dilation_y, dilation_x, pad_top, pad_left;

  // Argument `index`, in the order of convParameters in src/kernels/conv-shape.ts.
  static ConvShape from(const Args& args, int index) {
    int64_t p[15];
    args.integers(index, "shape", 15, p);
    const ConvShape shape{p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], p[12], p[13], p[14]};
    if (min(min(shape.batch, shape.in_channels), shape.out_channels) < 0) args.refuse("shape has a negative size");
    check_windows(args, shape.in_height, shape.out_height, shape.kernel_height, shape.stride_y, shape.dilation_y, shape.pad_top);
    check_windows(args, shape.in_width, shape.out_width, shape.kernel_width, shape.stride_x, shape.dilation_x, shape.pad_left);
    return shape;
  }

  // Every function reads all three, and so no product below overflows.
  Span<float> input_of(const Args& args, int index, const char* name) const {
    return args.floats(index, name, args.product(in_height, in_width, in_channels, batch));
  }
  Span<float> filter_of(const Args& args, int index, const char* name) const {
    return args.floats(index, name, args.product(kernel_height, kernel_width, in_channels, out_channels));
  }
  Span<float> output_of(const Args& args, int index, const char* name) const {
    return args.floats(index, name, args.product(out_height, out_width, batch, out_channels));
  }

  template <class T>
  Span<T> image(Span<T> images, int64_t n) const {
    return {images.part(n * in_size(), in_size()), in_size()};
  }

  int64_t in_size() const { return in_height * in_width * in_channels; }
  int64_t out_pixels() const { return batch * out_height * out_width; }
  int64_t patch_size() const { return kernel_height * kernel_width * in_channels; }
  bool is_dense() const {  // every image is one patch
    return out_height == 1 && out_width == 1 && kernel_height == in_height && kernel_width == in_width && pad_top == 0 && pad_left == 0 &&
           dilation_y == 1 && dilation_x == 1;
  }
};

// Copies columns [first, first + count) of one row of the patch matrix: the pixel (y, x) of `image`. Outside the image there are zeros.
inline void copy_patch(const ConvShape& shape, Span<const float> image, int64_t y, int64_t x, int64_t first, int64_t count, float* to) {
  const int64_t row_size = shape.kernel_width * shape.in_channels;
  const int64_t top = y * shape.stride_y - shape.pad_top, left = x * shape.stride_x - shape.pad_left;
  const int64_t end = first + count;
  while (first < end) {
    const int64_t ky = first / row_size, row_end = min(end, (ky + 1) * row_size);
    const int64_t in_y = top + ky * shape.dilation_y;
    const int64_t in_row = in_y * shape.in_width * shape.in_channels;
    int64_t at = first - ky * row_size;
    const int64_t stop = row_end - ky * row_size;
    to += row_end - first;
    float* out = to - (row_end - first);
    first = row_end;
    if (in_y < 0 || in_y >= shape.in_height) {
      zero_floats(out, stop - at);
    } else if (shape.dilation_x == 1) {
      // Neighbouring taps are neighbouring pixels: one run, cut at the edges of the image.
      const int64_t inside = min(stop, max(at, -left * shape.in_channels));
      const int64_t outside = max(inside, min(stop, (shape.in_width - left) * shape.in_channels));
      zero_floats(out, inside - at);
      copy_floats(out + (inside - at), image.part(in_row + left * shape.in_channels + inside, outside - inside), outside - inside);
      zero_floats(out + (outside - at), stop - outside);
    } else {
      for (; at < stop; at = at / shape.in_channels * shape.in_channels + shape.in_channels) {
        const int64_t kx = at / shape.in_channels, tap_stop = min(stop, (kx + 1) * shape.in_channels);
        const int64_t in_x = left + kx * shape.dilation_x;
        if (in_x < 0 || in_x >= shape.in_width)
          zero_floats(out, tap_stop - at);
        else
          copy_floats(out, image.part(in_row + in_x * shape.in_channels + (at - kx * shape.in_channels), tap_stop - at), tap_stop - at);
        out += tap_stop - at;
      }
    }
  }
}

// Copies a block of the patch matrix of `x`: `pixels` rows from `pixel`, columns [first, first + count), to rows of `stride` floats.
inline void copy_patches(const ConvShape& shape, Span<const float> x, int64_t pixel, int64_t pixels, int64_t first, int64_t count, float* to, int64_t stride) {
  if (pixels == 0) return;
  int64_t out_x = pixel % shape.out_width;
  int64_t out_y = pixel / shape.out_width % shape.out_height;
  int64_t n = pixel / (shape.out_width * shape.out_height);
  for (int64_t i = 0; i < pixels; i++, to += stride) {
    copy_patch(shape, shape.image(x, n), out_y, out_x, first, count, to);
    if (++out_x < shape.out_width) continue;
    out_x = 0;
    if (++out_y < shape.out_height) continue;
    out_y = 0;
    n++;
  }
}

}  // namespace t2i::T2I_ISA
