//===- NibbleAttributes.cpp - registration, and verification of #nibble.statistics -------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nibble;

#define GET_ATTRDEF_CLASSES
#include "nibble/Dialect/Nibble/IR/NibbleAttributes.cpp.inc"

void NibbleDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "nibble/Dialect/Nibble/IR/NibbleAttributes.cpp.inc"
      >();
}

LogicalResult StatisticsAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t, FloatAttr, FloatAttr,
                                     ElementsAttr batches, ElementsAttr histogram, ElementsAttr means) {
  auto isPairs = [](ElementsAttr elements, auto isElement) {
    ShapedType type = elements ? elements.getShapedType() : ShapedType();
    return !type || (type.getRank() == 2 && type.getDimSize(1) == 2 && isElement(type.getElementType()));
  };
  // (C1)
  if (!isPairs(batches, [](Type type) { return type.isF32(); }))
    return emitError() << "(C1) expected batches as pairs of f32, got " << batches.getType();
  if (!isPairs(histogram, [](Type type) { return type.isSignlessInteger(64); }))
    return emitError() << "(C1) expected a histogram as pairs of i64, got " << histogram.getType();
  // (C2)
  if (means && (means.getShapedType().getRank() != 1 || !means.getShapedType().getElementType().isF32()))
    return emitError() << "(C2) expected means as a list of f32, got " << means.getType();
  return success();
}
