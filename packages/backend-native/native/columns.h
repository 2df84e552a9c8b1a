// Sums down the columns of matrices, cut into pieces of constant size whose partial sums (in double) are added in order: the result does not depend on
// the number of threads.
#pragma once
#include "kernel.h"

namespace t2i::T2I_ISA {
namespace {

// `batches` matrices [rows, columns], none of them 0, each cut into bands of `height` rows and blocks of `width` columns.
struct ColumnPieces {
  static constexpr int64_t MAX_WIDTH = 256;
  static constexpr int64_t PIECE = 1 << 15;

  int64_t batches, rows, columns, width, height, bands, blocks;

  ColumnPieces(int64_t batches_, int64_t rows_, int64_t columns_)
      : batches(batches_), rows(rows_), columns(columns_), width(min(columns, MAX_WIDTH)), height(min(rows, PIECE / width)), bands(ceil_div(rows, height)),
        blocks(ceil_div(columns, width)) {}
};

struct ColumnPiece {
  int64_t batch, row_begin, row_end, column, width;
};

// accumulate(piece, partial) stores into partial[q·MAX_WIDTH + c] the sums of quantity q < Quantities over the piece's rows;
// finish(batch, column, width, totals) then gets the totals in the same layout. `Sum` is the type of the sums, `merge(total, partial)` joins two of them.
template <int Quantities, class Sum, class Accumulate, class Merge, class Finish>
void reduce_columns(const ColumnPieces& all, const Accumulate& accumulate, const Merge& merge, const Finish& finish) {
  constexpr int64_t CELLS = Quantities * ColumnPieces::MAX_WIDTH;
  // Partial sums lie as [batch][block][band][quantity][width]. Small matrices share one turn of the loop.
  const int64_t pieces = all.batches * all.blocks * all.bands;
  const int64_t grain = max(1, ColumnPieces::PIECE / (all.width * all.height));
  const int64_t cells = Quantities * all.width;
  Sum* partials = all.bands > 1 ? scratch<Sum>(1, pieces * cells) : nullptr;
  parallel_for(pieces, grain, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; index++) {
      const int64_t band = index % all.bands;
      const int64_t block = index / all.bands % all.blocks;
      const int64_t column = block * all.width;
      const ColumnPiece piece{index / (all.bands * all.blocks), band * all.height, min(all.rows, (band + 1) * all.height), column,
                              min(all.width, all.columns - column)};
      Sum sums[CELLS];
      accumulate(piece, sums);
      if (partials == nullptr) {
        finish(piece.batch, piece.column, piece.width, sums);
        continue;
      }
      for (int q = 0; q < Quantities; q++)
        for (int64_t c = 0; c < piece.width; c++) partials[index * cells + q * all.width + c] = sums[q * ColumnPieces::MAX_WIDTH + c];
    }
  });
  if (partials == nullptr) return;
  parallel_for(all.batches * all.blocks, max(1, ColumnPieces::PIECE / (cells * all.bands)), [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; index++) {
      const int64_t column = index % all.blocks * all.width;
      const int64_t width = min(all.width, all.columns - column);
      Sum totals[CELLS];
      for (int q = 0; q < Quantities; q++) {
        Sum* total = totals + q * ColumnPieces::MAX_WIDTH;
        const Sum* partial = partials + index * all.bands * cells + q * all.width;
        for (int64_t c = 0; c < width; c++) total[c] = partial[c];
        for (int64_t band = 1; band < all.bands; band++)
          for (int64_t c = 0; c < width; c++) total[c] = merge(total[c], partial[band * cells + c]);
      }
      finish(index / all.blocks, column, width, totals);
    }
  });
}

}  // namespace
}  // namespace t2i::T2I_ISA
