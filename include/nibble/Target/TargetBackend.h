//===- TargetBackend.h - the interface behind which a target lives ----------------------------------===//
//
// A target is one folder, Target/<Name>, and one line in Targets.def. Nothing outside that folder names it: the compiler asks
// the registry for a backend, the backend for the facts of a CPU, and adds the passes that the backend builds.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_TARGET_TARGETBACKEND_H
#define NIBBLE_TARGET_TARGETBACKEND_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace nibble {

/// What code generation needs to know of a CPU. Two CPUs with equal facts get equal code.
struct CpuFacts {
  /// The name by which the facts were asked for; asking for it again on this machine gives the same facts.
  std::string name;
  /// The instruction set that kernels are written for, a name of `TargetBackend::getLevels`.
  std::string level;
  /// What LLVM's target machine for this CPU is made from. Features are of the form "+a,-b".
  std::string llvmCpu, llvmFeatures;
  /// The processor whose timing LLVM schedules kernels for; empty for that of `llvmCpu`.
  std::string llvmTuneCpu;
  unsigned vectorSizeInBytes = 0;
  unsigned numVectorRegisters = 0;
  /// Sizes of the caches of one core; kernels are blocked for them, correctness does not depend on them.
  int64_t l1SizeInBytes = 0, l2SizeInBytes = 0;
};

class TargetBackend {
public:
  virtual ~TargetBackend() = default;

  /// The name in `--target`, for example "x86".
  virtual llvm::StringRef getName() const = 0;

  /// The LLVM triple that objects for this target have unless the user gives another one.
  virtual std::string getDefaultTriple() const = 0;

  /// The instruction sets that kernels can be written for, from the oldest to the newest.
  virtual llvm::ArrayRef<llvm::StringRef> getLevels() const = 0;

  /// The facts of the CPU called `cpu`: "native" (the machine that the compiler runs on), one of the levels, or LLVM's name of
  /// a processor. The error of an unknown or too old CPU is a sentence for the user.
  virtual llvm::Expected<CpuFacts> getCpuFacts(llvm::StringRef cpu) const = 0;

  /// Adds the passes that put inputs of contractions into the form that the kernels read: nested in `builtin.module`, on tensors, in front of
  /// everything else of phase lower.
  virtual void buildInputPasses(mlir::OpPassManager &passes, const CpuFacts &facts) const = 0;

  /// Adds the passes that put constant filters into the order that the kernels read: nested in `builtin.module`, on tensors.
  virtual void buildPackingPasses(mlir::OpPassManager &passes, const CpuFacts &facts) const = 0;

  /// Adds the passes that turn the contractions in kernel functions into loops of vector code and set the number of tiles of
  /// their launches: nested in `builtin.module`, on memrefs (docs/Architecture.md, "After lower").
  virtual void buildKernelPasses(mlir::OpPassManager &passes, const CpuFacts &facts) const = 0;

  /// Makes the backend's passes known to the textual pass pipeline.
  virtual void registerPasses() const = 0;
};

/// Every target of Targets.def.
llvm::ArrayRef<const TargetBackend *> getTargets();

/// The target called `name`; null when there is none.
const TargetBackend *findTarget(llvm::StringRef name);

} // namespace nibble

#endif // NIBBLE_TARGET_TARGETBACKEND_H
