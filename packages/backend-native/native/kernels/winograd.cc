// Fast convolutions after Toom-Cook and Winograd: two outputs of R taps from R + 1 products instead of 2·R, in both directions.
//
// A 4×4 filter of stride 2 is a sum of four 2×2 filters of stride 1, one per parity of the input coordinates, so R = 2: 9 products for every 16, and its
// transforms only add and subtract. A 3×3 filter of stride 1 has R = 3: 16 products for every 36. Both work on tiles of 2×2 outputs.
// Gradients: with respect to the input, a 2×2 (3×3) convolution of dy per parity of the input; with respect to the filter, dy takes the filter's place.
// A product of infinity and zero that the direct method would not make can turn an infinity into NaN; NaN stays where the direct method has it.
#include "../winograd.h"

#include "../array-transform.h"
#include "../point-products.h"

namespace t2i::T2I_ISA {
namespace {

// One axis (an array is transformed along both): INPUT · d and FILTER · g are multiplied point by point, OUTPUT · (their product) are two outputs; for the filter's gradient,
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

// Images in NHWC seen through a grid: grid point (y, x) is the pixel (y·step + top, x·step + left); outside there are zeros.
struct Grid {
  Span<const float> data;
  int64_t height, width, channels;
  int64_t step, top, left;

  // `count` channels from `channel` on of SIZE × SIZE grid points from (y, x).
  template <int SIZE>
  void patch(int64_t n, int64_t y, int64_t x, int64_t channel, int64_t count, const float** rows) const {
    for (int j = 0; j < SIZE; j++) {
      const int64_t in_y = (y + j) * step + top;
      const int64_t line = (n * height + in_y) * width * channels + channel;
      for (int i = 0; i < SIZE; i++) {
        const int64_t in_x = (x + i) * step + left;
        const bool inside = in_y >= 0 && in_y < height && in_x >= 0 && in_x < width;
        rows[j * SIZE + i] = inside ? data.part(line + in_x * channels, count) : Span<const float>{zero_row, ZERO_ROW}.part(0, count);
      }
    }
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
  void advance(Place& place) const {
    if ((place.x += 2) < width) return;
    place.x = 0;
    if ((place.y += 2) < height) return;
    place.y = 0;
    place.n++;
  }
};

// The parities of a convolution's input: the grids that its 2×2 (3×3) convolutions of stride 1 see.
struct Views {
  Grid grids[4];
  int64_t stride, count;

  Views(const ConvShape& s, Span<const float> x) : stride(s.stride_y), count(stride * stride) {
    for (int64_t v = 0; v < count; v++)
      grids[v] = {x, s.in_height, s.in_width, s.in_channels, stride, v / stride - s.pad_top, v % stride - s.pad_left};
  }
};

// Transformed input: row = tile, k = (view, channel); `stride` floats from tile to tile, `point_stride` from point to point.
template <class R>
void pack_input(const Grid* views, const Tiles& tiles, int64_t first, int64_t count, int64_t k, int64_t depth, float* to, int64_t stride, int64_t point_stride) {
  constexpr int POINTS = R::POINTS * R::POINTS;
  const int64_t channels = views[0].channels;
  Tiles::Place place = tiles.at(first);
  for (int64_t t = 0; t < count; t++, to += stride, tiles.advance(place)) {
    int64_t view = k / channels, channel = k % channels;
    for (int64_t done = 0; done < depth; view++, channel = 0) {
      const int64_t length = min(depth - done, channels - channel);
      const float* from[POINTS];
      float* out[POINTS];
      views[view].patch<R::POINTS>(place.n, place.y, place.x, channel, length, from);
      for (int64_t p = 0; p < POINTS; p++) out[p] = to + p * point_stride + done;
      transform_rows<R::INPUT>(from, out, length);
      done += length;
    }
  }
}

// Outputs of the tiles of a block; pixel(n, y, x) is where the channels of output (y, x) start.
template <class R, class Pixel>
void unpack_outputs(const PointBlock& block, const Tiles& tiles, const Pixel& pixel) {
  constexpr int POINTS = R::POINTS * R::POINTS;
  Tiles::Place place = tiles.at(block.row);
  for (int64_t r = 0; r < block.rows; r++, tiles.advance(place)) {
    const float* from[POINTS];
    float* to[4];
    for (int p = 0; p < POINTS; p++) from[p] = block.at(p, r);
    for (int o = 0; o < 4; o++) {
      const int64_t y = place.y + o / 2, x = place.x + o % 2;
      to[o] = y < tiles.height && x < tiles.width ? pixel(place.n, y, x) + block.column : nullptr;
    }
    transform_rows<R::OUTPUT>(from, to, block.columns, !block.first);
  }
}

template <class R>
void forward(const ConvShape& shape, Span<const float> x, Span<const float> filter, Span<float> out, const FusedTail& tail) {
  constexpr int POINTS = R::POINTS * R::POINTS;
  const Views views(shape, x);
  const Tiles tiles(shape.batch, shape.out_height, shape.out_width);
  const auto pack_left = [&](float* to, int64_t row, int64_t rows, int64_t k, int64_t depth) {
    pack_input<R>(views.grids, tiles, row, rows, k, depth, to, PointsByRows::STRIDE, PointsByRows::SIZE);
  };
  const auto pack_right = [&](float* to, int64_t point_stride, int64_t k, int64_t depth, int64_t column, int64_t width, int64_t stride) {
    for (int64_t i = k; i < k + depth; i++, to += stride) {
      const int64_t view = i / shape.in_channels, channel = i % shape.in_channels;
      const float* from[R::TAPS * R::TAPS];
      float* transformed[POINTS];
      for (int t = 0; t < R::TAPS * R::TAPS; t++) {
        const int64_t ky = view / views.stride + views.stride * (t / R::TAPS), kx = view % views.stride + views.stride * (t % R::TAPS);
        from[t] = filter.part(((ky * shape.kernel_width + kx) * shape.in_channels + channel) * shape.out_channels + column, width);
      }
      for (int p = 0; p < POINTS; p++) {
        transformed[p] = to + p * point_stride;
        zero_floats(transformed[p] + width, stride - width);
      }
      transform_rows<R::FILTER>(from, transformed, width);
    }
  };
  const auto pixel = [&](int64_t n, int64_t y, int64_t x) {
    return out.part(((n * shape.out_height + y) * shape.out_width + x) * shape.out_channels, shape.out_channels);
  };
  const auto take = [&](const PointBlock& block) {
    unpack_outputs<R>(block, tiles, pixel);
    if (!block.last || tail.nothing()) return;
    Tiles::Place place = tiles.at(block.row);
    for (int64_t r = 0; r < block.rows; r++, tiles.advance(place))
      for (int o = 0; o < 4; o++) {
        const int64_t y = place.y + o / 2, x = place.x + o % 2;
        if (y < tiles.height && x < tiles.width)
          tail.apply([&](int64_t) { return pixel(place.n, y, x); }, 0, 1, block.column, block.columns);
      }
  };
  multiply_points<PointsByRows, POINTS>({tiles.count(), shape.out_channels, views.count * shape.in_channels}, pack_left, pack_right, take);
}

// The inputs of one parity: input j = first + stride·m for 0 ≤ m < count is Σ over taps t of filter[tap + stride·t] · dy[m + shift - t].
struct Parity {
  int64_t first, count, tap, shift;
  Parity(int64_t first, int64_t stride, int64_t in_size, int64_t pad)
      : first(first), count(ceil_div(in_size - first, stride)), tap(floor_mod(first + pad, stride)), shift((first + pad - tap) / stride) {}
};

template <class R>
void backprop_input(const ConvShape& shape, Span<const float> dy, Span<const float> filter, Span<float> dx, const Parity& row, const Parity& column) {
  constexpr int POINTS = R::POINTS * R::POINTS;
  const Grid view{dy, shape.out_height, shape.out_width, shape.out_channels, 1, row.shift - (R::TAPS - 1), column.shift - (R::TAPS - 1)};
  const Tiles tiles(shape.batch, row.count, column.count);
  const auto pack_left = [&](float* to, int64_t first, int64_t rows, int64_t k, int64_t depth) {
    pack_input<R>(&view, tiles, first, rows, k, depth, to, PointsByRows::STRIDE, PointsByRows::SIZE);
  };
  // Rows are output channels and columns input channels: the filter's last two axes change places. Taps run backwards.
  const auto pack_right = [&](float* to, int64_t point_stride, int64_t k, int64_t depth, int64_t first, int64_t width, int64_t stride) {
    constexpr int64_t SIZE = TILE_COLUMNS * PointsByRows::STRIDE;
    float* const natural = scratch_floats(3, POINTS * SIZE);
    for (int64_t j = 0; j < width; j++) {
      const float* from[R::TAPS * R::TAPS];
      float* transformed[POINTS];
      for (int t = 0; t < R::TAPS * R::TAPS; t++) {
        const int64_t ky = row.tap + shape.stride_y * (R::TAPS - 1 - t / R::TAPS), kx = column.tap + shape.stride_x * (R::TAPS - 1 - t % R::TAPS);
        from[t] = filter.part(((ky * shape.kernel_width + kx) * shape.in_channels + first + j) * shape.out_channels + k, depth);
      }
      for (int p = 0; p < POINTS; p++) transformed[p] = natural + p * SIZE + j * PointsByRows::STRIDE;
      transform_rows<R::FILTER>(from, transformed, depth);
    }
    for (int p = 0; p < POINTS; p++) PackRightTransposed{{natural + p * SIZE, SIZE}, PointsByRows::STRIDE}(to + p * point_stride, 0, depth, 0, width, stride);
  };
  const auto take = [&](const PointBlock& block) {
    unpack_outputs<R>(block, tiles, [&](int64_t n, int64_t y, int64_t x) {
      const int64_t in_y = row.first + shape.stride_y * y, in_x = column.first + shape.stride_x * x;
      return dx.part(((n * shape.in_height + in_y) * shape.in_width + in_x) * shape.in_channels, shape.in_channels);
    });
  };
  multiply_points<PointsByRows, POINTS>({tiles.count(), shape.in_channels, shape.out_channels}, pack_left, pack_right, take);
}

template <class R>
void backprop_filter(const ConvShape& shape, Span<const float> x, Span<const float> dy, Span<float> gradient) {
  constexpr int POINTS = R::POINTS * R::POINTS;
  const Views views(shape, x);
  const Grid outputs{dy, shape.out_height, shape.out_width, shape.out_channels, 1, 0, 0};
  const Tiles tiles(shape.batch, shape.out_height, shape.out_width);
  const auto pack_left = [&](float* to, int64_t row, int64_t rows, int64_t tile, int64_t count) {
    pack_input<R>(views.grids, tiles, tile, count, row, rows, to, PointsByColumns::STRIDE, PointsByColumns::SIZE);
  };
  const auto pack_right = [&](float* to, int64_t point_stride, int64_t tile, int64_t count, int64_t column, int64_t width, int64_t stride) {
    Tiles::Place place = tiles.at(tile);
    for (int64_t t = 0; t < count; t++, to += stride, tiles.advance(place)) {
      const float* from[4];
      float* transformed[POINTS];
      outputs.patch<2>(place.n, place.y, place.x, column, width, from);
      for (int p = 0; p < POINTS; p++) {
        transformed[p] = to + p * point_stride;
        zero_floats(transformed[p] + width, stride - width);
      }
      transform_rows<R::PAIR>(from, transformed, width);
    }
  };
  const auto take = [&](const PointBlock& block) {
    for (int64_t r = 0; r < block.rows; r++) {
      const int64_t view = (block.row + r) / shape.in_channels, channel = (block.row + r) % shape.in_channels;
      const float* from[POINTS];
      float* to[R::TAPS * R::TAPS];
      for (int p = 0; p < POINTS; p++) from[p] = block.at(p, r);
      for (int t = 0; t < R::TAPS * R::TAPS; t++) {
        const int64_t ky = view / views.stride + views.stride * (t / R::TAPS), kx = view % views.stride + views.stride * (t % R::TAPS);
        to[t] = gradient.part(((ky * shape.kernel_width + kx) * shape.in_channels + channel) * shape.out_channels + block.column, block.columns);
      }
      transform_rows<R::GRADIENT>(from, to, block.columns, !block.first);
    }
  };
  multiply_points<PointsByColumns, POINTS>({views.count * shape.in_channels, shape.out_channels, tiles.count()}, pack_left, pack_right, take);
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

void winograd_conv2d(const ConvShape& shape, Span<const float> x, Span<const float> filter, Span<float> out, const FusedTail& tail) {
  if (has_two_taps(shape))
    forward<TwoTaps>(shape, x, filter, out, tail);
  else
    forward<ThreeTaps>(shape, x, filter, out, tail);
}

void winograd_backprop_input(const ConvShape& shape, Span<const float> dy, Span<const float> filter, Span<float> dx) {
  for (int64_t y = 0; y < shape.stride_y; y++)
    for (int64_t x = 0; x < shape.stride_x; x++) {
      const Parity row(y, shape.stride_y, shape.in_height, shape.pad_top), column(x, shape.stride_x, shape.in_width, shape.pad_left);
      if (has_two_taps(shape))
        backprop_input<TwoTaps>(shape, dy, filter, dx, row, column);
      else
        backprop_input<ThreeTaps>(shape, dy, filter, dx, row, column);
    }
}

void winograd_backprop_filter(const ConvShape& shape, Span<const float> x, Span<const float> dy, Span<float> gradient) {
  if (has_two_taps(shape))
    backprop_filter<TwoTaps>(shape, x, dy, gradient);
  else
    backprop_filter<ThreeTaps>(shape, x, dy, gradient);
}

}  // namespace t2i::T2I_ISA
