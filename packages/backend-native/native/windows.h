// What the windows of a convolution or a pooling must be before anybody walks them.
#pragma once
#include "kernel.h"

namespace t2i::T2I_ISA {

// Throws unless the windows along one axis can be walked: sizes are whole, steps go forward, and every coordinate, in the image or beside it, is far from
// where arithmetic ends.
inline void check_windows(const Args& args, int64_t in, int64_t out, int64_t window, int64_t stride, int64_t dilation, int64_t pad) {
  constexpr int64_t FAR = int64_t{1} << 31;
  if (in < 0 || out < 0 || window < 0) args.refuse("shape has a negative size");
  if (stride < 1 || dilation < 1) args.refuse("strides and dilations are 1 or more");
  const int64_t distance = pad < 0 ? -pad : pad;
  if (max(max(in, window), max(max(stride, dilation), distance)) >= FAR || out >= FAR || out * stride + window * dilation + distance + in >= FAR)
    args.refuse("shape reaches too far");
}

}  // namespace t2i::T2I_ISA
