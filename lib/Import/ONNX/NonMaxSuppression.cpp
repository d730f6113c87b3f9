//===- NonMaxSuppression.cpp - NonMaxSuppression -----------------------------------------------------===//
//
// How many boxes are selected depends on the data; shapes do not. The result has a row for each box that could be selected:
// selected ones first, in the order of the file's result, then rows of -1. The choice of a box depends on all before it, so
// this is the one operator that becomes loops (scf.for) over scalars.
//
//===----------------------------------------------------------------------------------------------===//

#include "Emit.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace nibble::onnx_import;

namespace {

using LoopBody = function_ref<SmallVector<Value>(Value, ValueRange)>;

/// The corners and the area of a box.
struct Box {
  Value top, left, bottom, right, area;
};

/// Builds the loops. Carried values are the rows, which boxes are left of a class, and the number of selected ones.
class Suppression {
public:
  Suppression(Node &node, int64_t maxPerClass)
      : b(node), boxes(node.materialize(node.getInput(0))), scores(node.materialize(node.getInput(1))),
        element(node.getInput(0).getElementType()), numBatches(node.getInput(1).getSize(0)),
        numClasses(node.getInput(1).getSize(1)), numBoxes(node.getInput(1).getSize(2)), maxPerClass(maxPerClass) {}

  Value run(Value rows, double scoreThreshold, double overlapThreshold, bool areCentered);

private:
  Value index(int64_t value) { return arith::ConstantIndexOp::create(b, value); }
  Value number(double value) { return scalar(b, element, value); }
  ValueRange loop(int64_t count, ValueRange carried, LoopBody body);

  SmallVector<Value> select(Value batch, Value category, ValueRange carried);
  /// The best score of those left, and its box, or -1.
  std::pair<Value, Value> findBest(Value batch, Value category, Value left);
  Box readBox(Value batch, Value box);
  Value overlaps(const Box &x, const Box &y);

  ImplicitLocOpBuilder &b;
  Value boxes, scores;
  Type element;
  int64_t numBatches, numClasses, numBoxes, maxPerClass;
  double scoreThreshold = 0, overlapThreshold = 0;
  bool areCentered = false;
};

} // namespace

ValueRange Suppression::loop(int64_t count, ValueRange carried, LoopBody body) {
  auto op = scf::ForOp::create(b, index(0), index(count), index(1), carried,
                               [&](OpBuilder &builder, Location loc, Value position, ValueRange values) {
                                 OpBuilder::InsertionGuard guard(b);
                                 b.setInsertionPointToEnd(builder.getInsertionBlock());
                                 scf::YieldOp::create(b, body(position, values));
                               });
  return op.getResults();
}

Box Suppression::readBox(Value batch, Value box) {
  auto coordinate = [&](int64_t part) -> Value {
    return tensor::ExtractOp::create(b, boxes, ValueRange{batch, box, index(part)});
  };
  Value p = coordinate(0), q = coordinate(1), r = coordinate(2), s = coordinate(3);
  Box result;
  if (areCentered) {
    // Center x, center y, width, height.
    Value halfWidth = arith::MulFOp::create(b, r, number(0.5)), halfHeight = arith::MulFOp::create(b, s, number(0.5));
    result.left = arith::SubFOp::create(b, p, halfWidth);
    result.right = arith::AddFOp::create(b, p, halfWidth);
    result.top = arith::SubFOp::create(b, q, halfHeight);
    result.bottom = arith::AddFOp::create(b, q, halfHeight);
  } else {
    // Two opposite corners, y first.
    result.top = arith::MinimumFOp::create(b, p, r);
    result.bottom = arith::MaximumFOp::create(b, p, r);
    result.left = arith::MinimumFOp::create(b, q, s);
    result.right = arith::MaximumFOp::create(b, q, s);
  }
  Value height = arith::SubFOp::create(b, result.bottom, result.top);
  Value width = arith::SubFOp::create(b, result.right, result.left);
  result.area = arith::MulFOp::create(b, height, width);
  return result;
}

/// intersection / union > threshold, without the division.
Value Suppression::overlaps(const Box &x, const Box &y) {
  Value top = arith::MaximumFOp::create(b, x.top, y.top), left = arith::MaximumFOp::create(b, x.left, y.left);
  Value bottom = arith::MinimumFOp::create(b, x.bottom, y.bottom);
  Value right = arith::MinimumFOp::create(b, x.right, y.right), zero = number(0);
  Value height = arith::MaximumFOp::create(b, arith::SubFOp::create(b, bottom, top), zero);
  Value width = arith::MaximumFOp::create(b, arith::SubFOp::create(b, right, left), zero);
  Value common = arith::MulFOp::create(b, height, width);
  Value united = arith::SubFOp::create(b, arith::AddFOp::create(b, x.area, y.area), common);
  Value limit = arith::MulFOp::create(b, united, number(overlapThreshold));
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, common, limit);
}

std::pair<Value, Value> Suppression::findBest(Value batch, Value category, Value left) {
  ValueRange best = loop(numBoxes, {number(scoreThreshold), index(-1)}, [&](Value box, ValueRange so) {
    Value score = tensor::ExtractOp::create(b, scores, ValueRange{batch, category, box});
    Value isLeft = tensor::ExtractOp::create(b, left, box);
    Value isHigher = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, score, so[0]);
    Value isBetter = arith::AndIOp::create(b, isHigher, isLeft);
    return SmallVector<Value>{arith::SelectOp::create(b, isBetter, score, so[0]),
                              arith::SelectOp::create(b, isBetter, box, so[1])};
  });
  return {best[0], best[1]};
}

/// Selects one box of a class, if there is one, and strikes out those that it overlaps.
SmallVector<Value> Suppression::select(Value batch, Value category, ValueRange carried) {
  Value rows = carried[0], left = carried[1], count = carried[2];
  Value best = findBest(batch, category, left).second;
  Value isFound = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, best, index(0));
  Value none = scalar(b, b.getI64Type(), -1);
  const Value values[] = {batch, category, best};
  for (auto [column, value] : llvm::enumerate(values)) {
    Value entry = arith::IndexCastOp::create(b, b.getI64Type(), value);
    entry = arith::SelectOp::create(b, isFound, entry, none);
    rows = tensor::InsertOp::create(b, entry, rows, ValueRange{count, index(static_cast<int64_t>(column))});
  }
  Value selected = arith::MaxSIOp::create(b, best, index(0));
  Box selectedBox = readBox(batch, selected);
  ValueRange struck = loop(numBoxes, left, [&](Value box, ValueRange now) {
    Value isSelected = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, box, selected);
    Value isStruck = arith::OrIOp::create(b, isSelected, overlaps(selectedBox, readBox(batch, box)));
    Value stays = arith::XOrIOp::create(b, isStruck, scalar(b, b.getI1Type(), 1));
    Value isLeft = arith::AndIOp::create(b, tensor::ExtractOp::create(b, now[0], box), stays);
    return SmallVector<Value>{tensor::InsertOp::create(b, isLeft, now[0], box)};
  });
  Value more = arith::AddIOp::create(b, count, index(1));
  return {rows, struck[0], arith::SelectOp::create(b, isFound, more, count)};
}

Value Suppression::run(Value rows, double scoreLimit, double overlapLimit, bool centered) {
  scoreThreshold = scoreLimit;
  overlapThreshold = overlapLimit;
  areCentered = centered;
  Value left = tensor::EmptyOp::create(b, ArrayRef{numBoxes}, b.getI1Type());
  ValueRange results = loop(numBatches, {rows, left, index(0)}, [&](Value batch, ValueRange ofBatch) {
    return llvm::to_vector(loop(numClasses, ofBatch, [&](Value category, ValueRange ofClass) {
      Value all = loop(numBoxes, ofClass[1], [&](Value box, ValueRange now) {
        return SmallVector<Value>{tensor::InsertOp::create(b, scalar(b, b.getI1Type(), 1), now[0], box)};
      }).front();
      return llvm::to_vector(loop(maxPerClass, {ofClass[0], all, ofClass[2]}, [&](Value, ValueRange carried) {
        return select(batch, category, carried);
      }));
    }));
  });
  return results[0];
}

LogicalResult nibble::onnx_import::importNonMaxSuppression(Node &node) {
  const Tensor &boxes = node.getInput(0), &scores = node.getInput(1);
  auto perClass = static_cast<int64_t>(node.getConstantNumber(2, "number of boxes per class", 0));
  double overlap = node.getConstantNumber(3, "overlap threshold", 0);
  double score = node.getConstantNumber(4, "score threshold", -std::numeric_limits<double>::infinity());
  bool areCentered = node.getInteger("center_point_box", 0) != 0;
  if (node.failed())
    return failure();
  bool fits = boxes.getRank() == 3 && scores.getRank() == 3 && boxes.getSize(0) == scores.getSize(0) &&
              boxes.getSize(1) == scores.getSize(2) && boxes.getSize(2) == 4;
  if (!fits || !isa<FloatType>(boxes.getElementType()) || scores.getElementType() != boxes.getElementType())
    return node.error("expected boxes [batch, boxes, 4] and scores [batch, classes, boxes] of one float type, got " +
                      formatShape(boxes.getShape()) + " and " + formatShape(scores.getShape()));
  perClass = std::clamp<int64_t>(perClass, 0, boxes.getSize(1));
  int64_t maxSelected = 0;
  if (llvm::MulOverflow(perClass, scores.getSize(0) * scores.getSize(1), maxSelected))
    return node.error("expected fewer boxes");
  RankedTensorType type = node.getTensorType({maxSelected, 3}, node.getI64Type());
  if (!type)
    return failure();
  Value rows = filled(node, type, node.getI64IntegerAttr(-1));
  if (maxSelected != 0)
    rows = Suppression(node, perClass).run(rows, score, overlap, areCentered);
  return node.setResult(Tensor(rows));
}
