//===- LoopNest.cpp - runs a scalar program over a space of iterations -----------------------------===//

#include "LoopNest.h"
#include "mlir/IR/AffineExpr.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nibble::reference;

namespace {
/// Where an operand's element lies, as a function of the loop counters.
struct Access {
  const LoopNest::Operand *operand = nullptr;
  /// When every map result is a weighted sum of counters: the offset of iteration 0 and the step in each loop, in
  /// elements.
  bool isLinear = true;
  int64_t start = 0;
  SmallVector<int64_t> steps;
};

class Executor {
public:
  Executor(Operation *op, const LoopNest &nest, const ScalarProgram &program, ScalarMachine &machine)
      : op(op), nest(nest), program(program), machine(machine), counters(nest.extents.size(), 0) {}

  LogicalResult prepare();
  LogicalResult execute();

private:
  LogicalResult addAccess(const LoopNest::Operand &operand);
  void chooseLaneLoop();
  /// Runs the iterations [first, first + numLanes) of the lane loop at the current counters.
  LogicalResult executeLanes(int64_t first, int64_t numLanes);
  LogicalResult getOffsets(const Access &access, int64_t first, int64_t numLanes, SmallVectorImpl<int64_t> &offsets);
  bool advanceCounters();

  Operation *op;
  const LoopNest &nest;
  const ScalarProgram &program;
  ScalarMachine &machine;
  SmallVector<Access> accesses;
  SmallVector<int64_t> counters;
  int64_t laneLoop = -1; // -1: one lane
};
} // namespace

/// Adds `factor * expr` to weights and constant; false when the expression is no weighted sum of dimensions.
static bool addLinear(AffineExpr expr, int64_t factor, MutableArrayRef<int64_t> weights, int64_t &constant) {
  if (auto value = dyn_cast<AffineConstantExpr>(expr)) {
    constant += factor * value.getValue();
    return true;
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    weights[dim.getPosition()] += factor;
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (expr.getKind() == AffineExprKind::Add)
    return addLinear(binary.getLHS(), factor, weights, constant) &&
           addLinear(binary.getRHS(), factor, weights, constant);
  auto multiplier = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return expr.getKind() == AffineExprKind::Mul && multiplier &&
         addLinear(binary.getLHS(), factor * multiplier.getValue(), weights, constant);
}

static LogicalResult emitOutOfBounds(Operation *op, int64_t index, size_t dim, int64_t extent) {
  return op->emitOpError() << "accesses element " << index << " of dimension " << dim << ", which has " << extent
                           << " elements";
}

LogicalResult Executor::addAccess(const LoopNest::Operand &operand) {
  Access access;
  access.operand = &operand;
  access.steps.assign(nest.extents.size(), 0);
  for (auto [dim, expr] : llvm::enumerate(operand.map.getResults())) {
    SmallVector<int64_t> weights(nest.extents.size(), 0);
    int64_t constant = 0;
    if (!addLinear(expr, 1, weights, constant)) {
      access.isLinear = false;
      break;
    }
    int64_t lowest = constant, highest = constant;
    for (auto [loop, weight] : llvm::enumerate(weights)) {
      (weight < 0 ? lowest : highest) += weight * (nest.extents[loop] - 1);
      access.steps[loop] += weight * operand.view.strides[dim];
    }
    int64_t extent = operand.view.shape[dim];
    if (lowest < 0 || highest >= extent)
      return emitOutOfBounds(op, lowest < 0 ? lowest : highest, dim, extent);
    access.start += constant * operand.view.strides[dim];
  }
  accesses.push_back(std::move(access));
  return success();
}

void Executor::chooseLaneLoop() {
  int64_t bestScore = 1;
  for (auto [loop, extent] : llvm::enumerate(nest.extents)) {
    if (!nest.isParallel[loop])
      continue;
    bool isUnitStep = llvm::all_of(
        accesses, [loop = loop](const Access &access) { return !access.operand->written || access.steps[loop] == 1; });
    int64_t score = std::min(extent, maxLanes) * (isUnitStep ? 4 : 1);
    if (score > bestScore && extent > 1) {
      bestScore = score;
      laneLoop = loop;
    }
  }
}

LogicalResult Executor::prepare() {
  for (const LoopNest::Operand &operand : nest.operands)
    if (failed(addAccess(operand)))
      return failure();
  chooseLaneLoop();
  return success();
}

LogicalResult Executor::getOffsets(const Access &access, int64_t first, int64_t numLanes,
                                   SmallVectorImpl<int64_t> &offsets) {
  const View &view = access.operand->view;
  SmallVector<int64_t> point(counters);
  for (int64_t lane = 0; lane < numLanes; ++lane) {
    if (laneLoop >= 0)
      point[laneLoop] = first + lane;
    int64_t offset = 0;
    for (auto [dim, index] : llvm::enumerate(access.operand->map.compose(point))) {
      if (index < 0 || index >= view.shape[dim])
        return emitOutOfBounds(op, index, dim, view.shape[dim]);
      offset += index * view.strides[dim];
    }
    offsets.push_back(offset);
  }
  return success();
}

LogicalResult Executor::executeLanes(int64_t first, int64_t numLanes) {
  auto visit = [&](auto select, auto strided, auto scattered) -> LogicalResult {
    for (const Access &access : accesses) {
      const std::optional<ScalarProgram::Port> &port = select(*access.operand);
      if (!port)
        continue;
      const View &view = access.operand->view;
      if (!access.isLinear) {
        SmallVector<int64_t, 0> offsets;
        if (failed(getOffsets(access, first, numLanes, offsets)))
          return failure();
        scattered(*port, view.data, offsets);
        continue;
      }
      int64_t offset = access.start, step = laneLoop < 0 ? 0 : access.steps[laneLoop];
      for (auto [counter, counterStep] : llvm::zip_equal(counters, access.steps))
        offset += counter * counterStep;
      strided(*port, view.data + (offset + first * step) * getSizeInBytes(view.kind), step);
    }
    return success();
  };
  if (failed(
          visit([](const LoopNest::Operand &operand) -> auto & { return operand.read; },
                [&](ScalarProgram::Port port, char *data, int64_t step) { machine.load(port, data, step, numLanes); },
                [&](ScalarProgram::Port port, char *data, ArrayRef<int64_t> offsets) {
                  machine.gather(port, data, offsets);
                })))
    return failure();
  for (auto [reg, loop] : program.loopIndices) {
    bool isLaneLoop = static_cast<int64_t>(loop) == laneLoop;
    machine.fillIndex(reg, isLaneLoop ? first : counters[loop], isLaneLoop, numLanes);
  }
  if (failed(machine.run(numLanes)))
    return failure();
  return visit(
      [](const LoopNest::Operand &operand) -> auto & { return operand.written; },
      [&](ScalarProgram::Port port, char *data, int64_t step) { machine.store(port, data, step, numLanes); },
      [&](ScalarProgram::Port port, char *data, ArrayRef<int64_t> offsets) { machine.scatter(port, data, offsets); });
}

/// To the next iteration of the loops other than the lane loop, the last loop fastest; false after the last one.
bool Executor::advanceCounters() {
  for (int64_t loop = static_cast<int64_t>(counters.size()) - 1; loop >= 0; --loop) {
    if (loop == laneLoop)
      continue;
    if (++counters[loop] < nest.extents[loop])
      return true;
    counters[loop] = 0;
  }
  return false;
}

LogicalResult Executor::execute() {
  int64_t extent = laneLoop < 0 ? 1 : nest.extents[laneLoop];
  do {
    for (int64_t first = 0; first < extent; first += maxLanes)
      if (failed(executeLanes(first, std::min(maxLanes, extent - first))))
        return failure();
  } while (advanceCounters());
  return success();
}

LogicalResult LoopNest::execute(Operation *op, const ScalarProgram &program, ScalarMachine &machine) const {
  if (llvm::is_contained(extents, 0))
    return success();
  Executor executor(op, *this, program, machine);
  if (failed(executor.prepare()))
    return failure();
  return executor.execute();
}
