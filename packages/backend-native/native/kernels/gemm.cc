// Matrix products.
#include "../kernel.h"

namespace t2i::T2I_ISA {
namespace {

void mat_mul(const Args& args) { (void)args; }

}  // namespace
T2I_KERNELS(gemm, {"matMul", mat_mul})
}  // namespace t2i::T2I_ISA
