// 2-D max and average pooling over NHWC and their gradients: padding never wins a maximum and is not counted by an average, nor by its gradient (where
// tfjs-backend-cpu divides by the whole window).
#include "../loops.h"
#include "../windows.h"

namespace t2i::T2I_ISA {
namespace {

constexpr int64_t BLOCK = 64;  // channels handled together

// (batch, in height, in width, channels, out height, out width, window height, width, stride height, width, padding top, left)
struct Shape {
  int64_t batch, in_height, in_width, channels, out_height, out_width, window_height, window_width, stride_height, stride_width, top, left;
  int64_t blocks() const { return ceil_div(channels, BLOCK); }
  int64_t in_size() const { return in_height * in_width * channels; }

  Span<float> input_of(const Args& args, int index, const char* name) const {
    return args.floats(index, name, args.product(in_height, in_width, channels, batch));
  }
  Span<float> output_of(const Args& args, int index, const char* name) const {
    return args.floats(index, name, args.product(out_height, out_width, channels, batch));
  }
};

Shape shape_of(const Args& args, int first) {
  int64_t v[12];
  for (int i = 0; i < 12; i++) v[i] = args.integer(first + i, "a number of the shape", i < 10 ? 0 : -Args::MAX_INTEGER);
  const Shape s{v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11]};
  check_windows(args, s.in_height, s.out_height, s.window_height, s.stride_height, 1, s.top);
  check_windows(args, s.in_width, s.out_width, s.window_width, s.stride_width, 1, s.left);
  if (s.in_height * s.in_width > INT32_MAX) args.refuse("an image has too many pixels");
  return s;
}

// The part of a window that lies inside the image, and where its output is.
struct Window {
  int64_t row_begin, row_end, column_begin, column_end, output;  // output: index of the pixel in the batch
  int64_t count() const { return (row_end - row_begin) * (column_end - column_begin); }
};

Window window_at(const Shape& s, int64_t image, int64_t row, int64_t column) {
  const int64_t y = row * s.stride_height - s.top, x = column * s.stride_width - s.left;
  const int64_t row_begin = max(0, y), column_begin = max(0, x);
  return {row_begin, max(row_begin, min(s.in_height, y + s.window_height)), column_begin, max(column_begin, min(s.in_width, x + s.window_width)),
          (image * s.out_height + row) * s.out_width + column};
}

// Calls fn(x of one pixel of the window) in row order.
template <class Function>
void for_pixels(const Shape& s, const Window& window, int64_t image, const Function& fn) {
  for (int64_t row = window.row_begin; row < window.row_end; row++)
    for (int64_t column = window.column_begin; column < window.column_end; column++) fn(((image * s.in_height + row) * s.in_width + column) * s.channels);
}

// maxPool(x, out, …shape), averagePool(x, out, …shape)
template <bool Maximum>
void pool(const Args& args) {
  const Shape s = shape_of(args, 2);
  const Span<const float> x = s.input_of(args, 0, "x");
  const Span<float> out = s.output_of(args, 1, "out");
  if (out.length == 0) return;
  parallel_for(s.batch * s.out_height, 1, [=](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; line++) {
      const int64_t image = line / s.out_height;
      for (int64_t column = 0; column < s.out_width; column++) {
        const Window window = window_at(s, image, line % s.out_height, column);
        float* result = out.part(window.output * s.channels, s.channels);
        for (int64_t c = 0; c < s.channels; c++) result[c] = Maximum ? -INFINITY : 0.0f;
        for_pixels(s, window, image, [&](int64_t pixel) {
          const float* values = x.part(pixel, s.channels);
          T2I_INDEPENDENT
          for (int64_t c = 0; c < s.channels; c++) {
            const float value = values[c];
            result[c] = Maximum ? (value > result[c] ? value : result[c]) : result[c] + value;
          }
        });
        if (Maximum) continue;
        const float count = static_cast<float>(window.count());
        for (int64_t c = 0; c < s.channels; c++) result[c] /= count;
      }
    }
  });
}

// dx of one image and block of channels: no other piece writes there, so nothing depends on the order of pieces.
template <class Function>
void for_gradients(const Shape& s, Span<float> dx, const Function& fn) {
  parallel_for(s.batch * s.blocks(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; index++) {
      const int64_t image = index / s.blocks(), channel = index % s.blocks() * BLOCK;
      const int64_t width = min(BLOCK, s.channels - channel);
      for (int64_t pixel = 0; pixel < s.in_height * s.in_width; pixel++) {
        float* to = dx.part(image * s.in_size() + pixel * s.channels + channel, width);
        for (int64_t c = 0; c < width; c++) to[c] = 0;
      }
      for (int64_t row = 0; row < s.out_height; row++)
        for (int64_t column = 0; column < s.out_width; column++) fn(window_at(s, image, row, column), image, channel, width);
    }
  });
}

// maxPoolGradient(dy, x, dx, …shape): to the first of the largest; to none where no element exceeds −Infinity.
void max_gradient(const Args& args) {
  const Shape s = shape_of(args, 3);
  const Span<const float> dy = s.output_of(args, 0, "dy"), x = s.input_of(args, 1, "x");
  const Span<float> dx = s.input_of(args, 2, "dx");
  for_gradients(s, dx, [=](const Window& window, int64_t image, int64_t channel, int64_t width) {
    float best[BLOCK];
    int32_t winner[BLOCK];  // pixel within the image
    for (int64_t c = 0; c < width; c++) {
      best[c] = -INFINITY;
      winner[c] = -1;
    }
    const int64_t image_begin = image * s.in_size();
    for_pixels(s, window, image, [&](int64_t pixel) {
      const int32_t position = static_cast<int32_t>((pixel - image_begin) / s.channels);
      const float* values = x.part(pixel + channel, width);
      T2I_INDEPENDENT
      for (int64_t c = 0; c < width; c++) {
        const float value = values[c];
        winner[c] = value > best[c] ? position : winner[c];
        best[c] = value > best[c] ? value : best[c];
      }
    });
    const float* gradient = dy.part(window.output * s.channels + channel, width);
    for (int64_t c = 0; c < width; c++)
      if (winner[c] >= 0) *dx.part(image_begin + winner[c] * s.channels + channel + c, 1) += gradient[c];
  });
}

// averagePoolGradient(dy, dx, …shape)
void average_gradient(const Args& args) {
  const Shape s = shape_of(args, 2);
  const Span<const float> dy = s.output_of(args, 0, "dy");
  const Span<float> dx = s.input_of(args, 1, "dx");
  for_gradients(s, dx, [=](const Window& window, int64_t image, int64_t channel, int64_t width) {
    const float* gradient = dy.part(window.output * s.channels + channel, width);
    const float share = 1.0f / static_cast<float>(window.count());
    for_pixels(s, window, image, [&](int64_t pixel) {
      float* to = dx.part(pixel + channel, width);
      T2I_INDEPENDENT
      for (int64_t c = 0; c < width; c++) to[c] += gradient[c] * share;
    });
  });
}

}  // namespace

T2I_KERNELS(pool, {"maxPool", pool<true>}, {"averagePool", pool<false>}, {"maxPoolGradient", max_gradient}, {"averagePoolGradient", average_gradient})

}  // namespace t2i::T2I_ISA
