// Fast convolutions after Toom-Cook and Winograd: two outputs of R taps from R + 1 products instead of 2·R, in both directions.
//
// A 4×4 filter of stride 2 is a sum of four 2×2 filters of stride 1, one per parity of the input coordinates, so R = 2: 9 products for every 16, and its
// transforms only add and subtract. A 3×3 filter of stride 1 has R = 3: 16 products for every 36. Both work on tiles of 2×2 outputs.
// Gradients: with respect to the input, a 2×2 (3×3) convolution of dy per parity of the input; with respect to the filter, dy takes the filter's place.
// A product of infinity and zero that the direct method would not make can turn an infinity into NaN; NaN stays where the direct method has it.
#include "../winograd.h"

#include "../combine.h"
#include "../point-products.h"

namespace t2i::T2I_ISA {
namespace {

// One axis: INPUT · d and FILTER · g are multiplied point by point, OUTPUT · (their product) are two outputs; for the filter's gradient,
// PAIR · (two values of dy) take the place of FILTER · g, and TAPS · (product) are R taps.
struct TwoTaps {
  static constexpr int TAPS = 2, POINTS = 3;
  static constexpr float INPUT[3][3] = {{1, -1, 0}, {0, 1, 0}, {0, 1, -1}};
  static constexpr float FILTER[3][2] = {{1, 0}, {1, 1}, {0, 1}};
  static constexpr float OUTPUT[2][3] = {{1, 1, 0}, {0, 1, -1}};
  static constexpr float PAIR[3][2] = {{1, 0}, {1, 1}, {0, 1}};
  static constexpr float GRADIENT[2][3] = {{1, 1, 0}, {0, 1, -1}};
};
struct ThreeTaps {
  static constexpr int TAPS = 3, POINTS = 4;
  static constexpr float INPUT[4][4] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
  static constexpr float FILTER[4][3] = {{1, 0, 0}, {0.5f, 0.5f, 0.5f}, {0.5f, -0.5f, 0.5f}, {0, 0, 1}};
  static constexpr float OUTPUT[2][4] = {{1, 1, 1, 0}, {0, 1, -1, -1}};
  static constexpr float PAIR[4][2] = {{1, 0}, {0.5f, 0.5f}, {0.5f, -0.5f}, {0, 1}};
  static constexpr float GRADIENT[3][4] = {{1, 1, 1, 0}, {0, 1, -1, 0}, {0, 1, 1, -1}};
};

// The rows of `row_at(y, x)` (null = zeros) with the weights y_weights[y] · x_weights[x].
template <int Y, int X, class RowAt>
Terms weighted(const float (&y_weights)[Y], const float (&x_weights)[X], const RowAt& row_at) {
  Terms terms;
  for (int y = 0; y < Y; y++)
    for (int x = 0; x < X; x++) {
      const float weight = y_weights[y] * x_weights[x];
      if (weight == 0) continue;
      if (const float* row = row_at(y, x)) terms.add(row, weight);
    }
  return terms;
}

// Images in NHWC seen through a grid: grid point (y, x) is the pixel (y·step + top, x·step + left); outside there are zeros.
struct Grid {
  const float* data;
  int64_t height, width, channels;
  int64_t step, top, left;

  const float* pixel(int64_t n, int64_t y, int64_t x) const {
    y = y * step + top;
    x = x * step + left;
    if (y < 0 || y >= height || x < 0 || x >= width) return nullptr;
    return data + ((n * height + y) * width + x) * channels;
  }
};

// Tiles of 2×2 points of a grid of height × width.
struct Tiles {
  int64_t batch, height, width, across, down;

  Tiles(int64_t batch, int64_t height, int64_t width)
      : batch(batch), height(height), width(width), across(ceil_div(width, 2)), down(ceil_div(height, 2)) {}
  int64_t count() const { return batch * down * across; }

  struct Place {
    int64_t n, y, x;  // image, and grid point of the tile's first element
  };
  Place at(int64_t tile) const { return {tile / across / down, tile / across % down * 2, tile % across * 2}; }
};

// The transformed input of one point: element (tile, k) with k = (view, channel), views being the parities of a strided convolution.
template <class R>
struct PackInput {
  const Grid* views;
  const Tiles& tiles;

  // One row of `stride` floats per tile, k in columns.
  void operator()(int64_t point, float* to, int64_t first_tile, int64_t count, int64_t k, int64_t depth, int64_t stride) const {
    const auto& y_weights = R::INPUT[point / R::POINTS];
    const auto& x_weights = R::INPUT[point % R::POINTS];
    const int64_t channels = views[0].channels;
    for (int64_t t = 0; t < count; t++) {
      const Tiles::Place place = tiles.at(first_tile + t);
      float* out = to + t * stride;
      for (int64_t i = k; i < k + depth;) {
        const Grid& view = views[i / channels];
        const int64_t channel = i % channels, length = min(k + depth - i, channels - channel);
        combine<4>(weighted(y_weights, x_weights,
                            [&](int y, int x) {
                              const float* pixel = view.pixel(place.n, place.y + y, place.x + x);
                              return pixel == nullptr ? nullptr : pixel + channel;
                            }),
                   length, out);
        out += length;
        i += length;
      }
    }
  }
};

// Calls pixel(i, j, terms) for each of the 2×2 outputs of a tile that lies inside the grid.
template <class R, class Pixel>
void for_outputs(const PointBlock& block, int64_t r, const Tiles& tiles, const Tiles::Place& place, const Pixel& pixel) {
  for (int i = 0; i < 2 && place.y + i < tiles.height; i++)
    for (int j = 0; j < 2 && place.x + j < tiles.width; j++)
      pixel(place.y + i, place.x + j,
            weighted(R::OUTPUT[i], R::OUTPUT[j], [&](int y, int x) { return block.at(y * R::POINTS + x, r); }));
}

template <class R>
void forward(const ConvShape& shape, const float* x, const float* filter, float* out, const FusedTail& tail) {
  const int64_t stride = shape.stride_y, views_count = stride * stride;
  Grid views[4];
  for (int64_t v = 0; v < views_count; v++)
    views[v] = {x, shape.in_height, shape.in_width, shape.in_channels, stride, v / stride - shape.pad_top, v % stride - shape.pad_left};
  const Tiles tiles(shape.batch, shape.out_height, shape.out_width);
  const PackInput<R> input{views, tiles};
  const auto pack_left = [&](int64_t point, float* to, int64_t row, int64_t rows, int64_t k, int64_t depth) {
    input(point, to, row, rows, k, depth, ByRows::STRIDE);
  };
  const auto pack_right = [&](int64_t point, float* to, int64_t k, int64_t depth, int64_t column, int64_t width, int64_t to_stride) {
    for (int64_t i = k; i < k + depth; i++, to += to_stride) {
      const int64_t view = i / shape.in_channels, channel = i % shape.in_channels;
      combine<9>(weighted(R::FILTER[point / R::POINTS], R::FILTER[point % R::POINTS],
                          [&](int ty, int tx) {
                            const int64_t ky = view / stride + stride * ty, kx = view % stride + stride * tx;
                            return filter + ((ky * shape.kernel_width + kx) * shape.in_channels + channel) * shape.out_channels + column;
                          }),
                 width, to);
      zero_floats(to + width, to_stride - width);
    }
  };
  const auto take = [&](const PointBlock& block) {
    for (int64_t r = 0; r < block.rows; r++) {
      const Tiles::Place place = tiles.at(block.row + r);
      for_outputs<R>(block, r, tiles, place, [&](int64_t y, int64_t x, const Terms& terms) {
        float* pixel = out + ((place.n * shape.out_height + y) * shape.out_width + x) * shape.out_channels;
        combine<9>(terms, block.columns, pixel + block.column, !block.first);
        if (block.last) tail.apply([=](int64_t) { return pixel; }, 0, 1, block.column, block.columns);
      });
    }
  };
  multiply_points<ByRows, R::POINTS * R::POINTS>({tiles.count(), shape.out_channels, views_count * shape.in_channels}, pack_left, pack_right, take);
}

// The inputs of one parity: input j = first + stride·m for 0 ≤ m < count is Σ over taps t of filter[tap + stride·t] · dy[m + shift - t].
struct Parity {
  int64_t first, count, tap, shift;
  Parity(int64_t first, int64_t stride, int64_t in_size, int64_t pad)
      : first(first), count(ceil_div(in_size - first, stride)), tap((first + pad) % stride), shift((first + pad) / stride) {}
};

template <class R>
void backprop_input(const ConvShape& shape, const float* dy, const float* filter, float* dx, const Parity& row, const Parity& column) {
  const Grid view{dy, shape.out_height, shape.out_width, shape.out_channels, 1, row.shift - (R::TAPS - 1), column.shift - (R::TAPS - 1)};
  const Tiles tiles(shape.batch, row.count, column.count);
  const PackInput<R> input{&view, tiles};
  const auto pack_left = [&](int64_t point, float* to, int64_t first, int64_t rows, int64_t k, int64_t depth) {
    input(point, to, first, rows, k, depth, ByRows::STRIDE);
  };
  // Rows are output channels and columns input channels: the filter's last two axes change places. Taps run backwards.
  const auto pack_right = [&](int64_t point, float* to, int64_t k, int64_t depth, int64_t first, int64_t width, int64_t to_stride) {
    float* transformed = scratch_floats(3, TILE_COLUMNS * DEPTH_BLOCK);
    for (int64_t j = 0; j < width; j++)
      combine<9>(weighted(R::FILTER[point / R::POINTS], R::FILTER[point % R::POINTS],
                          [&](int ty, int tx) {
                            const int64_t ky = row.tap + shape.stride_y * (R::TAPS - 1 - ty), kx = column.tap + shape.stride_x * (R::TAPS - 1 - tx);
                            return filter + ((ky * shape.kernel_width + kx) * shape.in_channels + first + j) * shape.out_channels + k;
                          }),
                 depth, transformed + j * DEPTH_BLOCK);
    PackRightTransposed{transformed, DEPTH_BLOCK}(to, 0, depth, 0, width, to_stride);
  };
  const auto take = [&](const PointBlock& block) {
    for (int64_t r = 0; r < block.rows; r++) {
      const Tiles::Place place = tiles.at(block.row + r);
      for_outputs<R>(block, r, tiles, place, [&](int64_t y, int64_t x, const Terms& terms) {
        const int64_t in_y = row.first + shape.stride_y * y, in_x = column.first + shape.stride_x * x;
        float* pixel = dx + ((place.n * shape.in_height + in_y) * shape.in_width + in_x) * shape.in_channels;
        combine<9>(terms, block.columns, pixel + block.column, !block.first);
      });
    }
  };
  multiply_points<ByRows, R::POINTS * R::POINTS>({tiles.count(), shape.in_channels, shape.out_channels}, pack_left, pack_right, take);
}

template <class R>
void backprop_filter(const ConvShape& shape, const float* x, const float* dy, float* gradient) {
  const int64_t stride = shape.stride_y, views_count = stride * stride;
  Grid views[4];
  for (int64_t v = 0; v < views_count; v++)
    views[v] = {x, shape.in_height, shape.in_width, shape.in_channels, stride, v / stride - shape.pad_top, v % stride - shape.pad_left};
  const Grid outputs{dy, shape.out_height, shape.out_width, shape.out_channels, 1, 0, 0};
  const Tiles tiles(shape.batch, shape.out_height, shape.out_width);
  const PackInput<R> input{views, tiles};
  const auto pack_left = [&](int64_t point, float* to, int64_t row, int64_t rows, int64_t tile, int64_t count) {
    input(point, to, tile, count, row, rows, ByColumns::STRIDE);
  };
  const auto pack_right = [&](int64_t point, float* to, int64_t tile, int64_t count, int64_t column, int64_t width, int64_t to_stride) {
    for (int64_t t = tile; t < tile + count; t++, to += to_stride) {
      const Tiles::Place place = tiles.at(t);
      combine<4>(weighted(R::PAIR[point / R::POINTS], R::PAIR[point % R::POINTS],
                          [&](int i, int j) {
                            const float* pixel = outputs.pixel(place.n, place.y + i, place.x + j);
                            return pixel == nullptr ? nullptr : pixel + column;
                          }),
                 width, to);
      zero_floats(to + width, to_stride - width);
    }
  };
  const auto take = [&](const PointBlock& block) {
    for (int64_t r = 0; r < block.rows; r++) {
      const int64_t view = (block.row + r) / shape.in_channels, channel = (block.row + r) % shape.in_channels;
      for (int ty = 0; ty < R::TAPS; ty++)
        for (int tx = 0; tx < R::TAPS; tx++) {
          const int64_t ky = view / stride + stride * ty, kx = view % stride + stride * tx;
          float* to = gradient + ((ky * shape.kernel_width + kx) * shape.in_channels + channel) * shape.out_channels + block.column;
          combine<9>(weighted(R::GRADIENT[ty], R::GRADIENT[tx], [&](int i, int j) { return block.at(i * R::POINTS + j, r); }), block.columns, to,
                     !block.first);
        }
    }
  };
  multiply_points<ByColumns, R::POINTS * R::POINTS>({views_count * shape.in_channels, shape.out_channels, tiles.count()}, pack_left, pack_right, take);
}

bool has_two_taps(const ConvShape& s) { return s.kernel_height == 4 && s.kernel_width == 4 && s.stride_y == 2 && s.stride_x == 2; }
bool has_three_taps(const ConvShape& s) { return s.kernel_height == 3 && s.kernel_width == 3 && s.stride_y == 1 && s.stride_x == 1; }

}  // namespace

bool winograd_pays(const ConvShape& s) {
  constexpr int64_t FEW_CHANNELS = 32, FEW_TILES = 32;  // below, the transforms cost more than they save
  if (s.dilation_y != 1 || s.dilation_x != 1 || s.in_channels < FEW_CHANNELS || s.out_channels < FEW_CHANNELS) return false;
  const int64_t tiles = Tiles(s.batch, s.out_height, s.out_width).count();
  if (tiles < FEW_TILES) return false;
  // Products per tile against those of the direct method; an odd size leaves parts of tiles empty.
  if (has_two_taps(s)) return 36 * tiles * 5 <= 16 * s.out_pixels() * 4;
  if (has_three_taps(s)) return 16 * tiles * 5 <= 9 * s.out_pixels() * 4;
  return false;
}

void winograd_conv2d(const ConvShape& shape, const float* x, const float* filter, float* out, const FusedTail& tail) {
  if (has_two_taps(shape))
    forward<TwoTaps>(shape, x, filter, out, tail);
  else
    forward<ThreeTaps>(shape, x, filter, out, tail);
}

void winograd_backprop_input(const ConvShape& shape, const float* dy, const float* filter, float* dx) {
  for (int64_t y = 0; y < shape.stride_y; y++)
    for (int64_t x = 0; x < shape.stride_x; x++) {
      const Parity row(y, shape.stride_y, shape.in_height, shape.pad_top), column(x, shape.stride_x, shape.in_width, shape.pad_left);
      if (has_two_taps(shape))
        backprop_input<TwoTaps>(shape, dy, filter, dx, row, column);
      else
        backprop_input<ThreeTaps>(shape, dy, filter, dx, row, column);
    }
}

void winograd_backprop_filter(const ConvShape& shape, const float* x, const float* dy, float* gradient) {
  if (has_two_taps(shape))
    backprop_filter<TwoTaps>(shape, x, dy, gradient);
  else
    backprop_filter<ThreeTaps>(shape, x, dy, gradient);
}

}  // namespace t2i::T2I_ISA
