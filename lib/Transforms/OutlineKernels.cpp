//===- OutlineKernels.cpp - every piece of work in a kernel function --------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Utils/MemRefUtils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

namespace nibble {
#define GEN_PASS_DEF_OUTLINEKERNELSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// Whether an op of `@main` is work that belongs into a kernel.
bool isWork(Operation *op) {
  return isa<ContractionOpInterface, linalg::LinalgOp, memref::CopyOp>(op) ||
         (op->getNumRegions() > 0 && isa_and_nonnull<scf::SCFDialect>(op->getDialect()));
}

/// The buffer that a value is a view of.
Value getRoot(Value value) {
  auto buffer = dyn_cast<MemrefValue>(value);
  return buffer ? Value(memref::skipViewLikeOps(buffer)) : value;
}

/// Whether a piece of work is one fill of the buffer that `op` reduces into.
bool initializes(ArrayRef<Operation *> piece, Operation *op) {
  auto reduction = dyn_cast<linalg::LinalgOp>(op);
  return piece.size() == 1 && reduction && reduction.getNumReductionLoops() > 0 && reduction.getNumDpsInits() == 1 &&
         piece.front()->getOperand(1) == reduction.getDpsInitOperand(0)->get();
}

/// A name for people who read assembly and profiles: the op without its dialect.
std::string getKernelPrefix(Operation *op) {
  return op->getName().stripDialect().str();
}

class Outliner {
public:
  Outliner(ModuleOp module) : module(module), builder(module.getContext()) {}

  /// Moves `work`, ops in their order that follow each other, into a kernel and launches it instead.
  void outline(ArrayRef<Operation *> work) {
    llvm::SetVector<Value> captured;
    for (Operation *op : work) {
      captured.insert(op->operand_begin(), op->operand_end());
      getUsedValuesDefinedAbove(op->getRegions(), captured);
    }
    SmallVector<Value> arguments;
    SmallVector<Operation *> constants;
    for (Value value : captured) {
      if (matchPattern(value, m_Constant()))
        constants.push_back(value.getDefiningOp());
      else
        arguments.push_back(value);
    }
    func::FuncOp kernel = createKernel(work, constants, arguments);
    builder.setInsertionPoint(work.front());
    LaunchOp::create(builder, work.front()->getLoc(), FlatSymbolRefAttr::get(kernel.getSymNameAttr()),
                     builder.getI64IntegerAttr(1), arguments);
    for (Operation *op : work)
      op->erase();
    ++numLaunches;
  }

  unsigned numKernels = 0, numLaunches = 0;

private:
  /// Builds the kernel, or finds an equal one.
  func::FuncOp createKernel(ArrayRef<Operation *> work, ArrayRef<Operation *> constants, ArrayRef<Value> arguments) {
    SmallVector<Type> types = {builder.getIndexType()};
    llvm::append_range(types, ValueRange(arguments).getTypes());
    SmallVector<Location> locs(types.size(), work.front()->getLoc());

    builder.setInsertionPointToEnd(module.getBody());
    auto kernel = func::FuncOp::create(builder, work.front()->getLoc(), "kernel",
                                       builder.getFunctionType(types, {}));
    kernel.setPrivate();
    Block *body = builder.createBlock(&kernel.getBody(), {}, types, locs);
    IRMapping mapping;
    mapping.map(arguments, body->getArguments().drop_front());
    for (Operation *op : llvm::concat<Operation *const>(constants, work))
      builder.clone(*op, mapping);
    func::ReturnOp::create(builder, kernel.getLoc());
    markUnaliased(kernel, arguments);

    std::string text;
    llvm::raw_string_ostream stream(text);
    kernel.print(stream, OpPrintingFlags().useLocalScope().elideLargeElementsAttrs());
    auto [known, isNew] = kernels.try_emplace(text, kernel);
    if (!isNew) {
      kernel.erase();
      return known->second;
    }
    kernel.setSymName((getKernelPrefix(work.back()) + "_" + Twine(numKernels++)).str());
    return kernel;
  }

  /// Arguments that are views of an allocation that no other argument views.
  void markUnaliased(func::FuncOp kernel, ArrayRef<Value> arguments) {
    SmallVector<Value> roots = llvm::map_to_vector(arguments, getRoot);
    for (auto [number, root] : llvm::enumerate(roots))
      if (isa<MemRefType>(arguments[number].getType()) && llvm::count(roots, root) == 1)
        kernel.setArgAttr(number + 1, LLVM::LLVMDialect::getNoAliasAttrName(), builder.getUnitAttr());
  }

  ModuleOp module;
  OpBuilder builder;
  llvm::StringMap<func::FuncOp> kernels;
};

struct OutlineKernelsPass : public WithModels<nibble::impl::OutlineKernelsPassBase<OutlineKernelsPass>> {
  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.getBody().empty())
      return;
    // Neighbouring fills (the border of a halo) are one piece of work: each is too short for a launch of its own.
    SmallVector<SmallVector<Operation *>> pieces;
    bool continuesFill = false;
    for (Operation &op : main.getBody().front()) {
      if (!isWork(&op)) {
        continuesFill &= isPure(&op) || isa<memref::AllocOp>(op);
        continue;
      }
      if (continuesFill && initializes(pieces.back(), &op))
        pieces.back().push_back(&op);
      else if (isa<linalg::FillOp>(op) && continuesFill && op.getOperand(0) == pieces.back().front()->getOperand(0) &&
          getRoot(op.getOperand(1)) == getRoot(pieces.back().front()->getOperand(1)))
        pieces.back().push_back(&op);
      else
        pieces.push_back({&op});
      continuesFill = isa<linalg::FillOp>(op);
    }
    Outliner outliner(getOperation());
    // A launch stands where the last op of its piece stood, behind all views that it needs.
    for (ArrayRef<Operation *> piece : pieces) {
      for (Operation *op : piece.drop_back())
        op->moveBefore(piece.back());
      outliner.outline(piece);
    }
    numKernels += outliner.numKernels;
    numLaunches += outliner.numLaunches;
  }
};

} // namespace
