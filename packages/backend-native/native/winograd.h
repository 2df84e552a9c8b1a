// Fast convolutions after Toom-Cook and Winograd (Lavin & Gray 2016): fewer multiplications for 4×4 filters of stride 2 and 3×3 filters of stride 1.
#pragma once
#include "activation.h"
#include "conv.h"

namespace t2i::T2I_ISA {

// True when these functions take this convolution and win time by it.
bool winograd_pays(const ConvShape& shape);

void winograd_conv2d(const ConvShape& shape, Span<const float> x, Span<const float> filter, Span<float> out, const FusedTail& tail);
void winograd_backprop_input(const ConvShape& shape, Span<const float> dy, Span<const float> filter, Span<float> dx);
void winograd_backprop_filter(const ConvShape& shape, Span<const float> x, Span<const float> dy, Span<float> gradient);

}  // namespace t2i::T2I_ISA
