//===- RowGroup.cpp - ops that can be computed row by row -------------------------------------------===//

#include "RowGroup.h"
#include "Lookup.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace nibble;

namespace {

/// Elements of a row at least, a vector of f32: shorter rows are better done many at a time, op by op.
constexpr int64_t minRowElements = 16;
/// Bytes that the rows of all members take at most: they stay in the first-level cache, and on any stack.
constexpr int64_t maxGroupBytes = 32768;

/// Whether a part of the op's result can be computed from parts of its operands.
bool isDivisible(linalg::LinalgOp op) {
  return isa<linalg::GenericOp, linalg::ReduceOp>(op.getOperation()) && op.hasPureTensorSemantics() &&
         op->getNumResults() == 1 && !op.hasDynamicShape() && !op.hasIndexSemantics() &&
         llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) { return map.isProjectedPermutation(); });
}

/// For each dimension of a value the dimension of the space that it runs over, or -1.
using RowDims = SmallVector<int64_t>;

RowDims getRowDims(AffineMap map, ArrayRef<unsigned> rowLoops) {
  return llvm::map_to_vector(map.getResults(), [&](AffineExpr result) -> int64_t {
    const auto *found = llvm::find(rowLoops, cast<AffineDimExpr>(result).getPosition());
    return found == rowLoops.end() ? -1 : found - rowLoops.begin();
  });
}

/// The loops of an op that run over the space where it reads or writes a value by `map`; nothing where one is missing.
std::optional<SmallVector<unsigned>> getRowLoops(AffineMap map, ArrayRef<int64_t> rowDims, size_t rank) {
  SmallVector<unsigned> loops(rank);
  size_t numFound = 0;
  for (auto [result, rowDim] : llvm::zip_equal(map.getResults(), rowDims))
    if (rowDim >= 0)
      loops[rowDim] = cast<AffineDimExpr>(result).getPosition(), ++numFound;
  return numFound == rank ? std::optional(loops) : std::nullopt;
}

class Grouper {
public:
  explicit Grouper(linalg::LinalgOp seed) : seed(seed) {}

  RowGroup find() {
    if (!isDivisible(seed) || !start())
      return {};
    for (Operation *op = seed->getNextNode(); op; op = op->getNextNode()) {
      bool needsGroup = needs(op);
      if (!join(op, needsGroup) && needsGroup)
        addUser(op);
    }
    pullProducers();
    llvm::sort(members, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    for (Operation *member : members)
      group.members[member] = loops.lookup(member);
    return std::move(group);
  }

private:
  /// Makes the parallel loops of the seed the space.
  bool start() {
    SmallVector<unsigned> parallel, reductions;
    seed.getParallelDims(parallel);
    seed.getReductionDims(reductions);
    SmallVector<int64_t> ranges = seed.getStaticLoopRanges();
    OpOperand *input = seed.getNumDpsInputs() ? seed.getDpsInputOperand(0) : nullptr;
    if (!input || reductions.empty())
      return false;
    AffineMap map = seed.getMatchingIndexingMap(input), result = seed.getMatchingIndexingMap(seed.getDpsInitOperand(0));
    if (map.getNumResults() != seed.getNumLoops() || result.getNumResults() != parallel.size() ||
        !llvm::is_contained(reductions, map.getDimPosition(map.getNumResults() - 1)))
      return false;
    int64_t numRows = 1, numElements = 1;
    for (unsigned loop : parallel)
      numRows *= ranges[loop], group.extents.push_back(ranges[loop]);
    for (unsigned loop : reductions)
      numElements *= ranges[loop];
    if (numRows == 1 || numElements < minRowElements)
      return false;
    add(seed, parallel);
    rows[input->get()] = getRowDims(map, parallel);
    return true;
  }

  /// Whether `op`, or one inside of it, needs a result of the group or of something that does.
  bool needs(Operation *op) {
    return op->walk([&](Operation *inner) {
               return llvm::any_of(inner->getOperands(), [&](Value value) {
                        return loops.contains(value.getDefiningOp()) || group.users.contains(value.getDefiningOp());
                      })
                          ? WalkResult::interrupt()
                          : WalkResult::advance();
             })
        .wasInterrupted();
  }

  void addUser(Operation *op) { group.users.insert(op); }

  void add(Operation *op, ArrayRef<unsigned> rowLoops) {
    auto linalgOp = cast<linalg::LinalgOp>(op);
    members.push_back(op);
    loops[op] = llvm::to_vector(rowLoops);
    rows[op->getResult(0)] = getRowDims(linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0)), rowLoops);
    numBytes += getRowBytes(linalgOp, rowLoops);
  }

  /// Whether an operand is the result of a member.
  bool isMemberResult(Value value) { return value.getDefiningOp() && loops.contains(value.getDefiningOp()); }

  /// Whether the op can be divided into the group's rows by these loops, each reading the member's rows at its own place.
  bool fits(linalg::LinalgOp op, ArrayRef<unsigned> rowLoops) {
    SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
    if (!llvm::all_of(rowLoops, [&](unsigned loop) { return iterators[loop] == utils::IteratorType::parallel; }))
      return false;
    for (OpOperand &operand : op->getOpOperands()) {
      RowDims dims = getRowDims(op.getMatchingIndexingMap(&operand), rowLoops);
      if (isMemberResult(operand.get()) ? dims != rows.lookup(operand.get()) : group.users.contains(operand.get().getDefiningOp()))
        return false;
    }
    SetVector<Value> captured;
    getUsedValuesDefinedAbove(op->getRegions(), captured);
    if (llvm::any_of(captured, [&](Value value) {
          return isMemberResult(value) || group.users.contains(value.getDefiningOp());
        }))
      return false;
    RowDims result = getRowDims(op.getMatchingIndexingMap(op.getDpsInitOperand(0)), rowLoops);
    if (llvm::count_if(result, [](int64_t dim) { return dim >= 0; }) != static_cast<int64_t>(rowLoops.size()))
      return false;
    // A target looks up whole vectors of codes.
    int64_t bytes = getRowBytes(op, rowLoops);
    return numBytes + bytes <= maxGroupBytes && !(isLookup(op) && bytes > 1);
  }

  /// Makes the op a member, if it can be one: it reads the result of one, or reduces rows that one has reduced.
  bool join(Operation *op, bool needsGroup) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    if (!linalgOp || !isDivisible(linalgOp) || !(needsGroup || linalgOp.getNumReductionLoops()))
      return false;
    for (OpOperand *operand : linalgOp.getDpsInputOperands()) {
      auto known = rows.find(operand->get());
      if (known == rows.end())
        continue;
      auto rowLoops = getRowLoops(linalgOp.getMatchingIndexingMap(operand), known->second, group.extents.size());
      if (!rowLoops || !fits(linalgOp, *rowLoops))
        return false;
      add(op, *rowLoops);
      return true;
    }
    return false;
  }

  /// Adds elementwise ops whose results nothing but members reads.
  void pullProducers() {
    for (size_t number = 0; number < members.size(); ++number)
      for (OpOperand *operand : cast<linalg::LinalgOp>(members[number]).getDpsInputOperands()) {
        auto producer = operand->get().getDefiningOp<linalg::LinalgOp>();
        if (!producer || loops.contains(producer) || producer->getBlock() != seed->getBlock() || !isDivisible(producer) ||
            producer.getNumReductionLoops() ||
            !llvm::all_of(producer->getUsers(), [&](Operation *user) { return loops.contains(user); }))
          continue;
        auto reader = cast<linalg::LinalgOp>(members[number]);
        RowDims dims = getRowDims(reader.getMatchingIndexingMap(operand), loops.lookup(reader));
        auto rowLoops = getRowLoops(producer.getMatchingIndexingMap(producer.getDpsInitOperand(0)), dims, group.extents.size());
        bool areRowsEqual = llvm::all_of(producer->getUses(), [&](OpOperand &use) {
          auto user = cast<linalg::LinalgOp>(use.getOwner());
          return user.isDpsInput(&use) && getRowDims(user.getMatchingIndexingMap(&use), loops.lookup(user)) == dims;
        });
        if (rowLoops && areRowsEqual && fits(producer, *rowLoops))
          add(producer, *rowLoops);
      }
  }

  linalg::LinalgOp seed;
  RowGroup group;
  SmallVector<Operation *> members;
  DenseMap<Operation *, SmallVector<unsigned>> loops;
  /// Results of members, and what the seed reduces.
  DenseMap<Value, RowDims> rows;
  int64_t numBytes = 0;
};

} // namespace

int64_t nibble::getRowBytes(linalg::LinalgOp member, ArrayRef<unsigned> rowLoops) {
  OpOperand *init = member.getDpsInitOperand(0);
  auto type = cast<RankedTensorType>(init->get().getType());
  int64_t elements = 1;
  for (auto [extent, rowDim] : llvm::zip_equal(type.getShape(), getRowDims(member.getMatchingIndexingMap(init), rowLoops)))
    elements *= rowDim < 0 ? extent : 1;
  return elements * llvm::divideCeil(type.getElementTypeBitWidth(), 8);
}

RowGroup nibble::findRowGroup(linalg::LinalgOp reduction) { return Grouper(reduction).find(); }
