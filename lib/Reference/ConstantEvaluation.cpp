//===- ConstantEvaluation.cpp - folds ops on constants by evaluating them --------------------------===//

#include "nibble/Reference/ConstantEvaluation.h"
#include "nibble/Reference/Interpreter.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/Threading.h"

using namespace mlir;
using namespace nibble::reference;

/// The value of a constant; null otherwise.
static TypedAttr getConstant(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return {};
  return dyn_cast<TypedAttr>(attribute);
}

/// A constant tensor or scalar as the interpreter holds it.
static FailureOr<Tensor> getTensor(TypedAttr attribute) {
  if (auto elements = dyn_cast<ElementsAttr>(attribute))
    return Tensor::get(elements);
  if (!getElementKind(attribute.getType()))
    return failure();
  return Tensor::get(DenseElementsAttr::get(RankedTensorType::get({}, attribute.getType()), Attribute(attribute)));
}

/// The value of a constant, of a linalg.fill with one, or of an uninitialized destination.
static FailureOr<Tensor> getTensor(Value value) {
  if (TypedAttr attribute = getConstant(value))
    return getTensor(attribute);
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape())
    return failure();
  if (value.getDefiningOp<tensor::EmptyOp>())
    return Tensor::create(type.getElementType(), type.getShape());
  auto fill = value.getDefiningOp<linalg::FillOp>();
  TypedAttr element = fill ? getConstant(fill.getInputs()[0]) : TypedAttr();
  if (!element || element.getType() != type.getElementType() || !getElementKind(element.getType()))
    return failure();
  return Tensor::get(DenseElementsAttr::get(type, Attribute(element)));
}

/// Whether results, and the iterations that make them, are few enough.
static bool isBounded(Operation *op, int64_t maxNumElements) {
  int64_t numElements = 0;
  for (Type type : op->getResultTypes())
    if (auto shaped = dyn_cast<ShapedType>(type)) {
      if (!shaped.hasStaticShape())
        return false;
      numElements += shaped.getNumElements();
    }
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
    int64_t iterations = 1;
    for (int64_t extent : linalgOp.getStaticLoopRanges()) {
      if (ShapedType::isDynamic(extent) || (extent > 0 && iterations > maxNumElements / extent))
        return false;
      iterations *= extent;
    }
  }
  return numElements <= maxNumElements;
}

/// Whether evaluating the op needs nothing but its operands, and changes nothing but its results.
static bool isFoldable(Operation *op) {
  auto isMemRef = llvm::IsaPred<BaseMemRefType>;
  return op->getNumResults() > 0 && isMemoryEffectFree(op) && op->getNumSuccessors() == 0 &&
         !op->hasTrait<OpTrait::IsTerminator>() && llvm::none_of(op->getOperandTypes(), isMemRef) &&
         llvm::none_of(op->getResultTypes(), isMemRef);
}

/// A result as an attribute of its type.
static TypedAttr toAttribute(const Tensor &tensor, Type type) {
  ElementsAttr elements = tensor.toAttribute();
  return isa<ShapedType>(type) ? TypedAttr(elements) : cast<TypedAttr>(*elements.value_begin<Attribute>());
}

FailureOr<SmallVector<TypedAttr>> nibble::reference::evaluateConstant(Operation *op, int64_t maxNumElements) {
  if (!isFoldable(op) || !isBounded(op, maxNumElements))
    return failure();
  llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), used);
  SmallVector<std::pair<Value, Tensor>> values;
  for (Value value : used) {
    FailureOr<Tensor> tensor = getTensor(value);
    if (failed(tensor))
      return failure();
    values.push_back({value, *tensor});
  }

  // That an op cannot be folded is no error of the program. Other threads keep their diagnostics.
  uint64_t thread = llvm::get_threadid();
  ScopedDiagnosticHandler silence(op->getContext(),
                                  [&](Diagnostic &) { return success(llvm::get_threadid() == thread); });
  FailureOr<SmallVector<Tensor>> results = evaluate(op, values);
  if (failed(results))
    return failure();
  SmallVector<TypedAttr> attributes;
  for (auto [tensor, type] : llvm::zip_equal(*results, op->getResultTypes()))
    attributes.push_back(toAttribute(tensor, type));
  return attributes;
}
