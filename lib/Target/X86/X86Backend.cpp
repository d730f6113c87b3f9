//===- X86Backend.cpp - the x86 target --------------------------------------------------------------===//

#include "Facts.h"
#include "nibble/Target/X86/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace nibble;

namespace {

class X86Backend : public TargetBackend {
public:
  StringRef getName() const override { return "x86"; }
  std::string getDefaultTriple() const override { return "x86_64-unknown-linux-gnu"; }
  ArrayRef<StringRef> getLevels() const override { return x86::getLevelNames(); }
  llvm::Expected<CpuFacts> getCpuFacts(StringRef cpu) const override { return x86::getCpuFacts(cpu); }

  void buildInputPasses(OpPassManager &passes, const CpuFacts &facts) const override {
    passes.addNestedPass<func::FuncOp>(createX86FlipSignedInputsPass({facts.name}));
  }
  void buildPackingPasses(OpPassManager &passes, const CpuFacts &facts) const override {
    passes.addPass(createX86PackFiltersPass({facts.name}));
    passes.addPass(createX86ProveRangesPass());
  }
  void buildKernelPasses(OpPassManager &passes, const CpuFacts &facts) const override {
    passes.addPass(createX86LowerContractionsPass({facts.name}));
    passes.addPass(createX86LowerLookupsPass({facts.name}));
  }
  void registerPasses() const override { registerX86Passes(); }
};

} // namespace

namespace nibble {
const TargetBackend &getX86Backend() {
  static const X86Backend backend;
  return backend;
}
} // namespace nibble
