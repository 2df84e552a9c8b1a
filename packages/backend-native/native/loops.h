// Telling the vectoriser what it cannot prove.
#pragma once

// Before a loop whose iterations touch only their own elements: with many arrays the compiler's checks for overlap would give up on vector code.
#if defined(__clang__)
#define T2I_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define T2I_INDEPENDENT _Pragma("GCC ivdep")
#endif
