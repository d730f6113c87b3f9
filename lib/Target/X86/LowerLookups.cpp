//===- LowerLookups.cpp - lookups of codes in tables, by whole vectors ------------------------------===//

#include "ByteTable.h"
#include "FlatBuffer.h"
#include "Partition.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Target/X86/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace nibble {
#define GEN_PASS_DEF_X86LOWERLOOKUPSPASS
#include "nibble/Target/X86/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

namespace {

/// A dimension that two buffers walk together, with their strides.
struct Walk {
  int64_t size, from, to;
};

/// The dimensions of two buffers of one shape, the innermost last; those that go on where the next inner one ends, in both, are
/// one with it.
SmallVector<Walk> joinDims(Value from, Value to) {
  SmallVector<int64_t> fromStrides = getStrides(from), toStrides = getStrides(to);
  ArrayRef<int64_t> shape = cast<MemRefType>(from.getType()).getShape();
  SmallVector<Walk> walks;
  for (int64_t dim = static_cast<int64_t>(shape.size()) - 1; dim >= 0; --dim) {
    if (shape[dim] == 1)
      continue;
    Walk walk = {shape[dim], fromStrides[dim], toStrides[dim]};
    if (!walks.empty() && walk.from == walks.back().size * walks.back().from && walk.to == walks.back().size * walks.back().to)
      walks.back().size *= walk.size;
    else
      walks.push_back(walk);
  }
  if (walks.empty())
    walks.push_back({1, 1, 1});
  std::reverse(walks.begin(), walks.end());
  return walks;
}

/// The table of a lookup (nibble-tabulate-functions) on buffers that lie in whole rows; null for any other op.
Value matchTable(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      !llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) { return map.isIdentity(); }))
    return nullptr;
  auto load = op.getBody()->getTerminator()->getOperand(0).getDefiningOp<memref::LoadOp>();
  auto index = load && load.getIndices().size() == 1 ? load.getIndices()[0].getDefiningOp<arith::IndexCastUIOp>()
                                                     : arith::IndexCastUIOp();
  if (!index || index.getIn() != op.getBody()->getArgument(0) || !index.getIn().getType().isInteger(8) ||
      !load.getType().isInteger(8))
    return nullptr;
  auto isStatic = [](Value buffer) {
    SmallVector<int64_t> strides;
    int64_t offset;
    auto type = dyn_cast<MemRefType>(buffer.getType());
    return type && type.hasStaticShape() && succeeded(type.getStridesAndOffset(strides, offset)) &&
           !ShapedType::isDynamic(offset) && llvm::none_of(strides, ShapedType::isDynamic) &&
           (strides.empty() || strides.back() == 1);
  };
  return llvm::all_of(op->getOperands(), isStatic) && isStatic(load.getMemRef()) ? load.getMemRef() : Value();
}

/// Emits the part of one lookup that belongs to a tile.
class LookupEmitter {
public:
  LookupEmitter(linalg::GenericOp op, Value table, const CpuFacts &facts)
      : builder(op), loc(op.getLoc()), walks(joinDims(op->getOperand(0), op->getOperand(1))),
        from(flatten(builder, op->getOperand(0), op)), to(flatten(builder, op->getOperand(1), op)),
        table(builder, loc, flatten(builder, table, op), facts) {}

  /// Returns the number of tiles.
  int64_t emit(Value tile) {
    int64_t width = table.getNumCodes(), rows = walks.size() > 1 ? walks.front().size : 1;
    int64_t numVectors = llvm::divideCeil(walks.back().size, width);
    double cycles = table.getCyclesPerVector() * numVectors;
    for (const Walk &walk : ArrayRef(walks).drop_back())
      cycles *= walk.size;
    Partition partition = choosePartition(cycles, {1, rows, walks.back().size / width}, /*isFilterLarger=*/false);
    parts = emitPartIndices(builder, loc, tile, partition);
    Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
    emitRows(walks, zero, zero, /*isOutermost=*/true);
    return partition.getNumTiles();
  }

private:
  /// Loops over the dimensions in front of the last one, which is contiguous in both buffers.
  void emitRows(ArrayRef<Walk> rest, Value fromIndex, Value toIndex, bool isOutermost) {
    if (rest.size() == 1)
      return emitRow(rest.front().size, fromIndex, toIndex);
    const Walk &walk = rest.front();
    auto [first, last] = (isOutermost ? parts.rows : PartIndex()).getBounds(builder, loc, walk.size);
    auto loop = scf::ForOp::create(builder, loc, first, last, arith::ConstantIndexOp::create(builder, loc, 1));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value number = loop.getInductionVar();
    emitRows(rest.drop_front(), add(builder, loc, fromIndex, scale(builder, loc, number, walk.from)),
             add(builder, loc, toIndex, scale(builder, loc, number, walk.to)), /*isOutermost=*/false);
  }

  void emitRow(int64_t size, Value fromIndex, Value toIndex) {
    int64_t width = table.getNumCodes(), numWhole = size / width, numRest = size % width;
    auto emitVector = [&](Value offset, int64_t numValid) {
      Value codes = loadVector(builder, loc, from, add(builder, loc, fromIndex, offset), width);
      storeVector(builder, loc, table.lookUp(codes), to, add(builder, loc, toIndex, offset), numValid);
    };
    if (numWhole) {
      auto [first, last] = parts.cols.getBounds(builder, loc, numWhole);
      auto loop = scf::ForOp::create(builder, loc, first, last, arith::ConstantIndexOp::create(builder, loc, 1));
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(loop.getBody());
      emitVector(scale(builder, loc, loop.getInductionVar(), width), width);
    }
    if (numRest)
      parts.cols.emitInLastPart(builder, loc, [&] {
        emitVector(arith::ConstantIndexOp::create(builder, loc, numWhole * width), numRest);
      });
  }

  OpBuilder builder;
  Location loc;
  SmallVector<Walk> walks;
  Value from, to;
  ByteTable table;
  PartIndices parts;
};

struct X86LowerLookupsPass : public nibble::impl::X86LowerLookupsPassBase<X86LowerLookupsPass> {
  using X86LowerLookupsPassBase::X86LowerLookupsPassBase;

  void runOnOperation() override {
    FailureOr<CpuFacts> facts = getCpuFactsOrEmit(cpu, getOperation());
    if (failed(facts))
      return signalPassFailure();
    llvm::StringMap<int64_t> numTiles;
    for (auto kernel : getOperation().getOps<func::FuncOp>())
      if (std::optional<int64_t> tiles = lowerKernel(kernel, *facts))
        numTiles[kernel.getSymName()] = *tiles;
    getOperation().walk([&](LaunchOp launch) {
      auto found = numTiles.find(launch.getKernel());
      if (found != numTiles.end())
        launch.setTiles(found->second);
    });
  }

private:
  /// Lowers a kernel that is one lookup; nothing for any other.
  static std::optional<int64_t> lowerKernel(func::FuncOp kernel, const CpuFacts &facts) {
    SmallVector<linalg::LinalgOp> ops;
    kernel.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    auto lookup = ops.size() == 1 ? dyn_cast<linalg::GenericOp>(ops.front().getOperation()) : linalg::GenericOp();
    Value table = lookup && lookup->getParentOp() == kernel ? matchTable(lookup) : Value();
    if (!table || !kernel.getNumArguments() || !kernel.getArgument(0).getType().isIndex())
      return std::nullopt;
    int64_t numTiles = LookupEmitter(lookup, table, facts).emit(kernel.getArgument(0));
    lookup.erase();
    return numTiles;
  }
};

} // namespace
