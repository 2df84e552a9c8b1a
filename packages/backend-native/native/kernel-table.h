// The functions that one kernel file offers to JavaScript.
#pragma once
#include "args.h"

namespace t2i {

struct KernelEntry {
  const char* name;
  void (*function)(const Args&);
};

struct KernelTable {
  const KernelEntry* entries;
  int count;
};

}  // namespace t2i
