// The plan of a walk, as TypeScript packs it into a Float64Array: [rank, `Leading` - 1 offsets…, sizes…, and `Strides` times the strides…], one number per axis each.
#pragma once
#include "kernel.h"

namespace t2i::T2I_ISA {

template <int Leading, int Strides>
struct PackedPlan {
  static constexpr int MAX_RANK = 16;
  int64_t values[Leading + (1 + Strides) * MAX_RANK];
  int rank;

  // Argument `index`. The sizes are not negative; what the strides reach is for the kernel to compare.
  PackedPlan(const Args& args, int index) {
    const int64_t length = args.length(index, "plan");
    rank = static_cast<int>(max(0, min(MAX_RANK + 1, (length - Leading) / (1 + Strides))));
    if (rank < 1 || rank > MAX_RANK || length != Leading + (1 + Strides) * rank) args.refuse("plan has the wrong length");
    args.integers(index, "plan", length, values);
    if (values[0] != rank) args.refuse("plan has another rank than its length");
    for (int axis = 0; axis < rank; axis++)
      if (axes(0)[axis] < 0) args.refuse("plan has a negative size");
  }

  // 0: the sizes; 1, 2, …: the strides of one array.
  const int64_t* axes(int which) const { return values + Leading + which * rank; }
};

}  // namespace t2i::T2I_ISA
