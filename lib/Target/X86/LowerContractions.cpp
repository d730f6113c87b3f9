//===- LowerContractions.cpp - contractions on buffers to loops of vector code ----------------------===//

#include "ContractionKernel.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Target/X86/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace nibble {
#define GEN_PASS_DEF_X86LOWERCONTRACTIONSPASS
#include "nibble/Target/X86/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

/// The tile number of the kernel that `op` stands in; null, with an error, when it does not stand in a kernel.
static Value getTileNumber(Operation *op) {
  auto kernel = dyn_cast<func::FuncOp>(op->getParentOp());
  if (kernel && kernel.getNumArguments() && kernel.getArgument(0).getType().isIndex())
    return kernel.getArgument(0);
  op->emitOpError() << "expected to stand in a kernel, whose first argument is the tile number";
  return nullptr;
}

/// Lowers the contraction of a kernel; nothing when it has none.
static FailureOr<std::optional<int64_t>> lowerKernel(func::FuncOp kernel, const CpuFacts &facts) {
  SmallVector<ContractionOpInterface> contractions;
  kernel.walk([&](ContractionOpInterface op) { contractions.push_back(op); });
  if (contractions.empty())
    return std::optional<int64_t>();
  if (contractions.size() > 1)
    return contractions[1]->emitOpError() << "expected one contraction in a kernel";
  Operation *op = contractions.front();
  Value tile = getTileNumber(op);
  if (!tile)
    return failure();
  OpBuilder builder(op);
  FailureOr<int64_t> numTiles = emitContractionKernel(builder, op, tile, facts);
  if (failed(numTiles))
    return failure();
  op->erase();
  return std::optional(*numTiles);
}

/// Has LLVM schedule a kernel for the CPU of the facts.
static void tune(func::FuncOp kernel, const CpuFacts &facts) {
  Builder builder(kernel);
  if (!facts.llvmTuneCpu.empty())
    kernel->setAttr("passthrough", builder.getArrayAttr(builder.getStrArrayAttr({"tune-cpu", facts.llvmTuneCpu})));
}

namespace {

struct X86LowerContractionsPass : public nibble::impl::X86LowerContractionsPassBase<X86LowerContractionsPass> {
  using X86LowerContractionsPassBase::X86LowerContractionsPassBase;

  void runOnOperation() override {
    FailureOr<CpuFacts> facts = getCpuFactsOrEmit(cpu, getOperation());
    if (failed(facts))
      return signalPassFailure();
    llvm::StringMap<int64_t> numTiles;
    bool anyFailed = false;
    for (auto kernel : getOperation().getOps<func::FuncOp>()) {
      FailureOr<std::optional<int64_t>> tiles = lowerKernel(kernel, *facts);
      if (failed(tiles)) {
        anyFailed = true;
      } else if (*tiles) {
        numTiles[kernel.getSymName()] = **tiles;
        tune(kernel, *facts);
      }
    }
    if (anyFailed)
      return signalPassFailure();
    for (auto scheme : llvm::make_early_inc_range(getOperation().getOps<SchemeOp>()))
      scheme.erase();
    getOperation().walk([&](LaunchOp launch) {
      auto found = numTiles.find(launch.getKernel());
      if (found != numTiles.end())
        launch.setTiles(found->second);
    });
  }
};

} // namespace
