//===- NibbleAttributes.cpp - registration, statistics and patches ------------------------------------===//

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

LogicalResult PatchesAttr::verify(function_ref<InFlightDiagnostic()> emitError, DenseI64ArrayAttr kernel, DenseI64ArrayAttr strides,
                                  DenseI64ArrayAttr dilations, DenseI64ArrayAttr padding, int64_t groups) {
  auto areAtLeast = [](DenseI64ArrayAttr numbers, int64_t count, int64_t least) {
    return numbers.size() == count && llvm::all_of(numbers.asArrayRef(), [&](int64_t number) { return number >= least; });
  };
  // (C1)
  for (DenseI64ArrayAttr pair : {kernel, strides, dilations})
    if (!areAtLeast(pair, 2, 1))
      return emitError() << "(C1) expected kernel, strides and dilations as two numbers of at least 1, got [" << pair.asArrayRef()
                         << "]";
  if (!areAtLeast(padding, 4, 0))
    return emitError() << "(C1) expected four numbers of padding of at least 0, got [" << padding.asArrayRef() << "]";
  // (C2)
  if (groups < 1)
    return emitError() << "(C2) expected at least one group, got " << groups;
  return success();
}

PatchesAttr PatchesAttr::getRows(MLIRContext *context) {
  auto ones = DenseI64ArrayAttr::get(context, {1, 1});
  return get(context, ones, ones, ones, DenseI64ArrayAttr::get(context, {0, 0, 0, 0}), 1);
}

std::string PatchesAttr::getArrayName(StringRef value) const {
  std::string name = value.str() + "/gram";
  if (isRows())
    return name;
  auto append = [&](StringRef key, DenseI64ArrayAttr numbers) {
    name += key;
    llvm::raw_string_ostream stream(name);
    llvm::interleave(numbers.asArrayRef(), stream, "x");
  };
  append(":kernel=", getKernel());
  append(",strides=", getStrides());
  append(",dilations=", getDilations());
  append(",padding=", getPadding());
  return name + ",groups=" + std::to_string(getGroups());
}
