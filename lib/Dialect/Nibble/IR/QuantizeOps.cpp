//===- QuantizeOps.cpp - verifiers of the conversions between real and stored numbers --------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"

using namespace mlir;
using namespace nibble;

/// A tensor of parameters has the shape of the blocks and the type that the scheme demands.
static LogicalResult verifyParameter(Operation *op, StringRef label, StringRef name, Value value, ArrayRef<int64_t> shape,
                                     Type element) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() != shape)
    return op->emitOpError() << label << " expected a " << name << " of shape [" << shape << "], got " << type;
  if (type.getElementType() != element)
    return op->emitOpError() << label << " expected a " << name << " of " << element << ", got " << type;
  return success();
}

/// (C2) of nibble.quantize.
static LogicalResult verifyScales(Operation *op, StringRef label, SchemeAttr scheme, ArrayRef<int64_t> logicalShape,
                                  ValueRange scales) {
  if (failed(scheme.verifyTable([&] { return op->emitOpError(); })))
    return failure();
  for (unsigned level = 0; level < scheme.getNumScaleLevels(); ++level)
    if (size_t size = scheme.getBlock(level).size(); size != 0 && size != logicalShape.size())
      return op->emitOpError() << label << " expected a scheme with " << logicalShape.size() << " block sizes, got " << size;
  if (scales.size() != scheme.getNumScaleLevels())
    return op->emitOpError() << label << " expected a scale for each of " << scheme.getNumScaleLevels()
                             << " levels, got " << scales.size();
  for (auto [level, scale] : llvm::enumerate(scales))
    if (failed(verifyParameter(op, label, "scale", scale, scheme.getScaleShape(logicalShape, level),
                               scheme.getScaleElementType(level))))
      return failure();
  return success();
}

/// (C3) of nibble.quantize.
static LogicalResult verifyZeroPoint(Operation *op, StringRef label, SchemeAttr scheme, ArrayRef<int64_t> logicalShape,
                                     Value zeroPoint) {
  if ((scheme.getZeroPoint() != ZeroPointKind::None) != static_cast<bool>(zeroPoint))
    return op->emitOpError() << label << " the scheme has " << (zeroPoint ? "no" : "a") << " zero point, the op has "
                             << (zeroPoint ? "one" : "none");
  if (!zeroPoint)
    return success();
  return verifyParameter(op, label, "zero point", zeroPoint, scheme.getScaleShape(logicalShape),
                         scheme.getZeroPointElementType());
}

/// (C1) of nibble.quantize.
static LogicalResult verifyStorage(Operation *op, SchemeAttr scheme, RankedTensorType real, RankedTensorType stored) {
  SmallVector<int64_t> expected = scheme.getStorageShape(real.getShape());
  if (!scheme.isPacked() && real.getShape() != stored.getShape())
    return op->emitOpError() << "(C1) expected equal shapes, got " << real << " and " << stored;
  if (stored.getShape() != ArrayRef(expected))
    return op->emitOpError() << "(C1) expected codes of " << real << " in storage of shape [" << expected << "], got "
                             << stored;
  if (stored.getElementType() != scheme.getStorageElementType())
    return op->emitOpError() << "(C1) expected storage of " << scheme.getStorageElementType() << ", got " << stored;
  if (!isa<FloatType>(real.getElementType()))
    return op->emitOpError() << "(C1) expected float elements, got " << real;
  return success();
}

/// (C4) of nibble.quantize.
static LogicalResult verifyDeclaration(Operation *op, StringRef label, SchemeAttr scheme,
                                       SymbolTableCollection &symbolTable) {
  if (!scheme.isDeclared())
    return success();
  auto declaration = symbolTable.lookupNearestSymbolFrom<SchemeOp>(op, scheme.getDeclaration());
  if (!declaration)
    return op->emitOpError() << label << " no 'nibble.scheme' " << scheme.getDeclaration();
  std::string mismatch = declaration.findMismatch(scheme);
  if (mismatch.empty())
    return success();
  InFlightDiagnostic error = op->emitOpError() << label << " not a scheme of " << scheme.getDeclaration() << ": " << mismatch;
  error.attachNote(declaration.getLoc()) << "declared here";
  return error;
}

LogicalResult QuantizeOp::verify() {
  auto real = cast<RankedTensorType>(getInput().getType()), stored = cast<RankedTensorType>(getResult().getType());
  if (failed(verifyStorage(*this, getScheme(), real, stored)) ||
      failed(verifyScales(*this, "(C2)", getScheme(), real.getShape(), getScales())))
    return failure();
  // (C5)
  if (getScheme().hasFixedPointRounding())
    return emitOpError() << "(C5) expected a rounding of real numbers, got " << stringifyRoundingMode(getScheme().getRounding());
  return verifyZeroPoint(*this, "(C3)", getScheme(), real.getShape(), getZeroPoint());
}

LogicalResult QuantizeOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  return verifyDeclaration(*this, "(C4)", getScheme(), symbolTable);
}

LogicalResult DequantizeOp::verify() {
  auto stored = cast<RankedTensorType>(getInput().getType()), real = cast<RankedTensorType>(getResult().getType());
  if (failed(verifyStorage(*this, getScheme(), real, stored)) ||
      failed(verifyScales(*this, "(C2)", getScheme(), real.getShape(), getScales())))
    return failure();
  return verifyZeroPoint(*this, "(C3)", getScheme(), real.getShape(), getZeroPoint());
}

LogicalResult DequantizeOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  return verifyDeclaration(*this, "(C4)", getScheme(), symbolTable);
}

LogicalResult RequantizeOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType()), result = cast<RankedTensorType>(getResult().getType());
  // (C2)
  for (SchemeAttr scheme : {getInputScheme(), getResultScheme()})
    if (!scheme.isInteger() || scheme.isPacked() || !scheme.isPerTensor() ||
        scheme.getZeroPoint() == ZeroPointKind::Minimum)
      return emitOpError() << "(C2) expected an integer scheme with one block and codes that are not packed, got "
                           << scheme;
  // (C1)
  if (input.getShape() != result.getShape())
    return emitOpError() << "(C1) expected equal shapes, got " << input << " and " << result;
  if (input.getElementType() != getInputScheme().getStorageElementType() ||
      result.getElementType() != getResultScheme().getStorageElementType())
    return emitOpError() << "(C1) element types are not the storage types of the schemes: " << input << ", " << result;
  // (C3)
  if ((getInputScheme().getZeroPoint() != ZeroPointKind::None) != static_cast<bool>(getInputZeroPoint()))
    return emitOpError() << "(C3) an input zero point is given exactly when the input scheme has one";
  if ((getResultScheme().getZeroPoint() != ZeroPointKind::None) != static_cast<bool>(getResultZeroPoint()))
    return emitOpError() << "(C3) a result zero point is given exactly when the result scheme has one";
  // (C4)
  Builder builder(getContext());
  Type expected = getResultScheme().hasFixedPointRounding() ? RankedTensorType::get(2, builder.getI32Type())
                                                            : RankedTensorType::get({}, builder.getF32Type());
  if (getMultiplier().getType() != expected)
    return emitOpError() << "(C4) expected a multiplier of " << expected << " for rounding "
                         << stringifyRoundingMode(getResultScheme().getRounding()) << ", got " << getMultiplier().getType();
  return success();
}

LogicalResult ChooseParamsOp::verify() {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(getInput().getType()).getShape();
  if (failed(verifyScales(*this, "(C1)", getScheme(), shape, getScales())))
    return failure();
  return verifyZeroPoint(*this, "(C2)", getScheme(), shape, getZeroPoint());
}

LogicalResult ChooseParamsOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  return verifyDeclaration(*this, "(C3)", getScheme(), symbolTable);
}

LogicalResult ObserveOp::verify() {
  // (C1)
  if (isa<RankedTensorType>(getInput().getType()) ? !getResult() || getResult().getType() != getInput().getType()
                                                  : static_cast<bool>(getResult()))
    return emitOpError() << "(C1) on a tensor the result has the input's type, on a buffer there is none";
  // (C2)
  auto type = cast<ShapedType>(getInput().getType());
  SmallVector<PatchesAttr> all;
  if (ArrayAttr patches = getPatchesAttr())
    llvm::append_range(all, patches.getAsRange<PatchesAttr>());
  for (PatchesAttr patches : all)
    if (type.getRank() == 0 || (!patches.isRows() && (type.getRank() != 4 || type.getDimSize(3) % patches.getGroups() != 0)))
      return emitOpError() << "(C2) has no " << patches << " in " << type;
  return success();
}
