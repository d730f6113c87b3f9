//===- KernelTesting.h - compile a kernel in process and feed it ------------------------------------===//

#ifndef NIBBLE_TEST_UNIT_TARGET_KERNELTESTING_H
#define NIBBLE_TEST_UNIT_TARGET_KERNELTESTING_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Execution/KernelRunner.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Parser/Parser.h"
#include "llvm/TargetParser/Host.h"
#include <algorithm>
#include <vector>

namespace nibble {

/// Memory that may be read 64 bytes past its end and that shows when it was written there.
template <typename T>
struct Buffer {
  static constexpr size_t pad = 64;
  std::vector<T> data;
  size_t size;
  explicit Buffer(size_t size, T fill = T()) : data(size + pad, fill), size(size) {
    std::fill(data.begin() + size, data.end(), T(77));
  }
  bool isPadIntact() const {
    return std::all_of(data.begin() + size, data.end(), [](T value) { return value == T(77); });
  }
};

/// Whether this machine can execute a CPU level; its name is that of the feature used.
inline bool isExecutable(llvm::StringRef level) {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  return features.lookup(level) && (level != "avx2" || features.lookup("fma"));
}

inline const TargetBackend &getTarget() { return *findTarget("x86"); }

inline mlir::MLIRContext &getContext() {
  static auto *context = [] {
    mlir::DialectRegistry registry;
    registry.insert<NibbleDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect,
                    mlir::memref::MemRefDialect>();
    return new mlir::MLIRContext(registry);
  }();
  return *context;
}

/// Null, with an error, for text that is no module or a kernel that does not compile.
inline std::unique_ptr<KernelRunner> compile(const std::string &text, const CpuFacts &facts) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &getContext());
  if (!module)
    return nullptr;
  auto runner = KernelRunner::create(*module, getTarget(), facts);
  return mlir::failed(runner) ? nullptr : std::move(*runner);
}

} // namespace nibble

#endif // NIBBLE_TEST_UNIT_TARGET_KERNELTESTING_H
