//===- EraseChecks.cpp - programs without assertions ------------------------------------------------===//

#include "nibble/Dialect/Check/IR/CheckDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "llvm/ADT/STLExtras.h"

namespace nibble {
#define GEN_PASS_DEF_ERASECHECKSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

struct EraseChecksPass : public WithModels<nibble::impl::EraseChecksPassBase<EraseChecksPass>> {
  void runOnOperation() override {
    for (auto function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (eraseChecks(function) && isTest(function))
        function.erase();
  }

  /// Whether there were any.
  static bool eraseChecks(func::FuncOp function) {
    SmallVector<Operation *> checks;
    function.walk([&](Operation *op) {
      if (isa<CheckDialect>(op->getDialect()))
        checks.push_back(op);
    });
    for (Operation *check : checks)
      check->erase();
    return !checks.empty();
  }

  /// Whether a function with assertions is there for nothing else.
  bool isTest(func::FuncOp function) {
    return function.getNumArguments() == 0 && function.getNumResults() == 0 &&
           SymbolTable::symbolKnownUseEmpty(function, getOperation());
  }
};

} // namespace
