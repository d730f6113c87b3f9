//===- FusionGroups.cpp - which ops will run as one kernel ------------------------------------------===//

#include "nibble/Analysis/FusionGroups.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nibble;

/// Bounds the search for a set of ops that rejoins; the longest activation in use, a decomposed GELU, has nine ops.
static constexpr size_t maxRegionSize = 32;

static bool isFloatTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32();
}

/// Each result of the map is a loop in ascending order, or 0.
static bool isBroadcast(AffineMap map) {
  int64_t previous = -1;
  for (AffineExpr expr : map.getResults()) {
    if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
      if (static_cast<int64_t>(dim.getPosition()) <= previous)
        return false;
      previous = dim.getPosition();
      continue;
    }
    auto constant = dyn_cast<AffineConstantExpr>(expr);
    if (!constant || constant.getValue() != 0)
      return false;
  }
  return true;
}

/// A body of arith and math ops without regions, whose captured values are constants.
static bool isScalarComputation(Region &region) {
  for (Operation &op : region.front().without_terminator())
    if (!isa<arith::ArithDialect, math::MathDialect>(op.getDialect()) || op.getNumRegions() != 0)
      return false;
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(region, captured);
  return llvm::all_of(captured, [](Value value) { return matchPattern(value, m_Constant()); });
}

bool nibble::isKnownValue(Value value) {
  auto weight = value.getDefiningOp<DequantizeOp>();
  return matchPattern(weight ? weight.getInput() : value, m_Constant());
}

bool nibble::isElementwise(Operation *op) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (!generic || !generic.hasPureTensorSemantics() || generic->getNumResults() != 1 ||
      generic.getNumParallelLoops() != generic.getNumLoops())
    return false;
  OpOperand *init = generic.getDpsInitOperand(0);
  if (!generic.getMatchingIndexingMap(init).isIdentity() || generic.payloadUsesValueFromOperand(init))
    return false;
  for (OpOperand *input : generic.getDpsInputOperands())
    if (!isBroadcast(generic.getMatchingIndexingMap(input)))
      return false;
  return isScalarComputation(generic.getRegion());
}

OperandExtent nibble::getOperandExtent(linalg::GenericOp op, OpOperand &operand) {
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  int64_t channel = static_cast<int64_t>(sizes.size()) - 1;
  llvm::SmallBitVector covered(sizes.size());
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      covered.set(dim.getPosition());
  if (op.getMatchingIndexingMap(&operand).isIdentity())
    return channel < 0 ? OperandExtent::Scalar : OperandExtent::Full;
  bool anyOther = false, allOthers = true;
  for (int64_t dim = 0; dim < channel; ++dim) {
    if (sizes[dim] == 1)
      continue;
    anyOther |= covered[dim];
    allOthers &= covered[dim];
  }
  bool hasChannel = channel >= 0 && covered[channel] && sizes[channel] != 1;
  if (!anyOther)
    return hasChannel ? OperandExtent::PerChannel : OperandExtent::Scalar;
  return allOthers && (hasChannel || sizes[channel] == 1) ? OperandExtent::Full : OperandExtent::Some;
}

SmallVector<int64_t> nibble::getShapeBesideResult(linalg::GenericOp op, OpOperand &operand) {
  SmallVector<int64_t> shape(op.getNumLoops(), 1), sizes = op.getStaticLoopRanges();
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      shape[dim.getPosition()] = sizes[dim.getPosition()];
  return shape;
}

/// Whether the body of a reduction is `yield(in + accumulator)`.
static bool isAddition(linalg::LinalgOp op) {
  Block &body = op->getRegion(0).front();
  auto *terminator = body.getTerminator();
  if (terminator->getNumOperands() != 1)
    return false;
  auto add = terminator->getOperand(0).getDefiningOp<arith::AddFOp>();
  unsigned last = body.getNumArguments() - 1;
  return add && llvm::is_contained(add->getOperands(), body.getArgument(0)) &&
         llvm::is_contained(add->getOperands(), body.getArgument(last)) && last > 0 && llvm::hasNItems(body, 2);
}

bool nibble::isSumReduction(Operation *op) {
  if (isa<linalg::PoolingNhwcSumOp>(op))
    return cast<linalg::LinalgOp>(op).hasPureTensorSemantics();
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || !isa<linalg::GenericOp, linalg::ReduceOp>(op) || !linalgOp.hasPureTensorSemantics())
    return false;
  return linalgOp.getNumReductionLoops() > 0 && op->getNumResults() == 1 && linalgOp.getNumDpsInputs() == 1 &&
         linalgOp.getMatchingIndexingMap(linalgOp.getDpsInputOperand(0)).isPermutation() && isAddition(linalgOp);
}

//===----------------------------------------------------------------------------------------------===//
// FusionGroup
//===----------------------------------------------------------------------------------------------===//

Value FusionGroup::getResult() const {
  Operation *last = root;
  if (!chain.empty())
    last = linalg::GenericOp(chain.back());
  return last->getResult(0);
}

bool FusionGroup::contains(Operation *op) const {
  return op == root || llvm::is_contained(chain, op);
}

SetVector<Value> FusionGroup::getInputs() const {
  SetVector<Value> inputs;
  auto collect = [&](Operation *op) {
    auto destinationStyle = dyn_cast<DestinationStyleOpInterface>(op);
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      Operation *def = value.getDefiningOp();
      bool isRead = !destinationStyle || !destinationStyle.isDpsInit(&operand);
      if (isRead && isFloatTensor(value) && !isKnownValue(value) && !(def && contains(def)))
        inputs.insert(value);
    }
  };
  // The window of a pooling op has no elements that matter.
  if (kind == Kind::Reduction)
    inputs.insert(root->getOperand(0));
  else
    collect(root);
  for (linalg::GenericOp op : chain)
    collect(op);
  return inputs;
}

//===----------------------------------------------------------------------------------------------===//
// FusionGroups
//===----------------------------------------------------------------------------------------------===//

/// Whether `op` can run in the group: elementwise over the group's shape, with operands that the root's kernel can read.
static bool isAbsorbable(Operation *op, const FusionGroup &group) {
  if (!isElementwise(op) || op->getBlock() != group.root->getBlock())
    return false;
  // What another dialect's kernel can take along is not known.
  if (group.kind == FusionGroup::Kind::Contraction && !isa<ContractionOpInterface>(group.root))
    return false;
  auto generic = cast<linalg::GenericOp>(op);
  auto shape = cast<RankedTensorType>(group.root->getResult(0).getType()).getShape();
  auto type = cast<RankedTensorType>(generic.getResult(0).getType());
  if (type.getShape() != shape || !type.getElementType().isF32())
    return false;
  if (group.kind != FusionGroup::Kind::Reduction)
    return true;
  return llvm::none_of(generic.getDpsInputOperands(), [&](OpOperand *operand) {
    return getOperandExtent(generic, *operand) == OperandExtent::Some;
  });
}

/// The smallest set of ops behind the group's result whose only live value is its last one; empty when there is none. It is
/// one op in most cases, and several when a value is used twice on the way (x * sigmoid(x)).
static SmallVector<linalg::GenericOp>
findNextRegion(const FusionGroup &group, const DenseMap<Operation *, const FusionGroup *> &owners) {
  SmallVector<linalg::GenericOp> region;
  SetVector<Operation *> pending, taken;
  Value start = group.getResult();
  pending.insert_range(start.getUsers());
  while (!pending.empty() && region.size() < maxRegionSize) {
    if (llvm::any_of(pending, [&](Operation *op) { return owners.contains(op) || !isAbsorbable(op, group); }))
      return {};
    Operation *first = *llvm::min_element(pending, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    pending.remove(first);
    taken.insert(first);
    region.push_back(cast<linalg::GenericOp>(first));
    // Everything that waits for a turn comes later and uses a value from before `first`: not closed yet.
    if (pending.empty())
      return region;
    for (Operation *user : first->getUsers())
      if (!taken.contains(user))
        pending.insert(user);
  }
  return {};
}

void FusionGroups::addGroup(FusionGroup::Kind kind, Operation *root) {
  auto group = std::make_unique<FusionGroup>(FusionGroup{kind, root, {}});
  owners[root] = group.get();
  while (true) {
    SmallVector<linalg::GenericOp> region = findNextRegion(*group, owners);
    if (region.empty())
      break;
    for (linalg::GenericOp op : region) {
      group->chain.push_back(op);
      owners[op] = group.get();
    }
  }
  groups.push_back(std::move(group));
}

FusionGroups::FusionGroups(Operation *function) {
  SmallVector<Operation *> contractions, reductions, elementwise;
  function->walk([&](Operation *op) {
    if (op->getNumResults() != 1 || !isFloatTensor(op->getResult(0)))
      return;
    if (auto contraction = dyn_cast<ContractionOpInterface>(op)) {
      if (contraction.getEpilogue().empty() && isFloatTensor(contraction.getInput()))
        contractions.push_back(op);
    } else if (auto quantizable = dyn_cast<QuantizableOpInterface>(op); quantizable && quantizable.hasIntegerForm()) {
      contractions.push_back(op);
    } else if (isSumReduction(op)) {
      reductions.push_back(op);
    } else if (isElementwise(op)) {
      // What only moves elements runs on whatever it is given.
      if (!llvm::hasSingleElement(*cast<linalg::GenericOp>(op).getBody()))
        elementwise.push_back(op);
    }
  });
  // Later contractions first: their earlier operands exist in memory when they run.
  for (Operation *op : llvm::reverse(contractions))
    addGroup(FusionGroup::Kind::Contraction, op);
  for (Operation *op : llvm::reverse(reductions))
    addGroup(FusionGroup::Kind::Reduction, op);
  for (Operation *op : elementwise)
    if (!owners.contains(op))
      addGroup(FusionGroup::Kind::Elementwise, op);
  llvm::sort(groups, [](const auto &a, const auto &b) {
    Operation *first = a->root, *second = b->root;
    return first->getBlock() == second->getBlock() && first->isBeforeInBlock(second);
  });
}
