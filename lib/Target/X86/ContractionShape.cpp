//===- ContractionShape.cpp - a contraction as the x86 kernels see it -------------------------------===//

#include "ContractionShape.h"
#include "Epilogue.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

/// The constant value of a zero point; 0 without one.
static FailureOr<int64_t> getZeroPoint(Operation *op, Value zeroPoint, StringRef what) {
  APInt value;
  if (!zeroPoint)
    return 0;
  if (!matchPattern(zeroPoint, m_ConstantInt(&value)))
    return op->emitOpError() << "is not lowered for x86 yet: " << what << " zero point known only at run time";
  return value.getSExtValue();
}

/// How the scales of the scheme are packed.
static SmallVector<Type, 2> getPackedScaleTypes(SchemeAttr scheme) {
  Type f32 = Float32Type::get(scheme.getContext());
  if (scheme.getNumScaleLevels() == 2 && !scheme.isDeclared())
    return {f32};
  SmallVector<Type, 2> types;
  for (Type type : scheme.getScale())
    types.push_back(isa<Float16Type, BFloat16Type, Float8E8M0FNUType>(type) ? type : f32);
  return types;
}

/// Fills in the codes of a filter that is decoded: one that is scaled, or whose codes are no bytes.
static LogicalResult setCodes(ContractionOpInterface op, ContractionShape &shape) {
  SchemeAttr scheme = op.getFilterSchemeAttr();
  FilterCodes &codes = shape.codes.emplace();
  codes.scheme = scheme;
  codes.numBits = scheme.getNumBits();
  codes.isScaled = op.isFilterScaled();
  FailureOr<int64_t> filterZero = getZeroPoint(op, op.getFilterZeroPoint(), "filter");
  if (failed(filterZero))
    return failure();
  codes.minCode = scheme.isSigned() ? -(int64_t(1) << (codes.numBits - 1)) : 0;
  codes.zero = scheme.isInteger() ? *filterZero - codes.minCode : 0;
  if (scheme.isDeclared())
    if (auto declaration = SymbolTable::lookupNearestSymbolFrom<SchemeOp>(op, scheme.getDeclaration()))
      codes.decode = &declaration.getDecode();
  if (!codes.isScaled)
    return success();
  codes.blockSize = scheme.getBlock()[1];
  codes.scaleTypes = getPackedScaleTypes(scheme);
  // One zero point for all blocks is an operand of its own.
  codes.hasZeroPoints = scheme.getZeroPoint() == ZeroPointKind::Integer && !op.getFilterZeroPoint();
  codes.hasMinima = scheme.getZeroPoint() == ZeroPointKind::Minimum;
  if (!shape.hasIntegerBlocks())
    return success();
  FailureOr<int64_t> inputZero = getZeroPoint(op, op.getInputZeroPoint(), "input");
  if (succeeded(inputZero))
    codes.storedZero = *inputZero + (shape.isInputSigned ? 128 : 0);
  return inputZero;
}

/// Whether the kernels have a form for the codes.
static LogicalResult verifyCodes(ContractionOpInterface op, const ContractionShape &shape) {
  SchemeAttr scheme = shape.codes->scheme;
  if (scheme.isDeclared() && !shape.codes->decode)
    return op.emitOpError() << "no 'nibble.scheme' " << scheme.getDeclaration();
  if (scheme.isDeclared() && failed(verifyEpilogue(*shape.codes->decode)))
    return failure();
  if (shape.codes->hasZeroPoints && shape.codes->numBits > 8)
    return op.emitOpError() << "is not lowered for x86 yet: a filter of " << scheme;
  // Products are of signed bytes.
  bool areBytes = shape.codes->numBits < 8 || (shape.codes->numBits == 8 && !shape.codes->hasZeroPoints && shape.codes->zero == 128);
  if (shape.arithmetic == Arithmetic::Int8 && !areBytes)
    return op.emitOpError() << "is not lowered for x86 yet: integer sums of a filter of " << scheme;
  if (shape.isDepthwise())
    return op.emitOpError() << "is not lowered for x86 yet: a depthwise filter of " << scheme;
  if (int64_t size = shape.codes->blockSize; size && shape.getNumRuns() > 1 && shape.getRunLength() % size)
    return op.emitOpError() << "is not lowered for x86 yet: blocks of " << size << " that do not end with the "
                            << shape.getRunLength() << " elements next to each other in the input";
  return success();
}

/// Fills in the arithmetic from element types and schemes.
template <typename ContractionOp>
static LogicalResult setArithmetic(ContractionOp op, ContractionShape &shape) {
  Type input = op.getInputType().getElementType(), filter = op.getFilterType().getElementType();
  Type accumulator = op.getAccumulatorType();
  SchemeAttr inputScheme = op.getInputSchemeAttr(), filterScheme = op.getFilterSchemeAttr();
  auto contraction = cast<ContractionOpInterface>(*op);
  if (input.isF32() && accumulator.isF32() && (filter.isF32() || contraction.isFilterScaled())) {
    shape.arithmetic = Arithmetic::Float32;
    return filter.isF32() ? success() : setCodes(contraction, shape);
  }
  bool areCodes = inputScheme && filterScheme && inputScheme.getNumBits() == 8 && filterScheme.getNumBits() <= 8;
  if (!areCodes || !(accumulator.isInteger(32) || contraction.hasIntegerBlocks()))
    return op.emitOpError() << "is not lowered for x86 yet: expected f32 or codes of 8 bits with schemes and an i32 sum, got "
                            << input << " times " << filter << " summed in " << accumulator;
  shape.arithmetic = Arithmetic::Int8;
  shape.isInputSigned = inputScheme.isSigned();
  bool isDecoded = contraction.isFilterScaled() || filterScheme.getNumBits() < 8;
  return isDecoded ? setCodes(contraction, shape) : success();
}

static LogicalResult setGrid(ConvOp op, ContractionShape &shape) {
  ArrayRef<int64_t> result = op.getInitType().getShape(), filter = op.getFilterShape();
  shape.batch = result[0];
  shape.rows = result[1];
  shape.cols = result[2];
  shape.groups = op.getGroups();
  shape.outputChannels = result[3] / shape.groups;
  shape.inputChannels = filter[2];
  shape.kernelRows = filter[0];
  shape.kernelCols = filter[1];
  shape.strideRows = op.getStrides()[0];
  shape.strideCols = op.getStrides()[1];
  shape.dilationRows = op.getDilations()[0];
  shape.dilationCols = op.getDilations()[1];
  if (auto zeroRows = op->getAttrOfType<DenseI64ArrayAttr>("nibble.zero_rows")) {
    int64_t numRead = (shape.rows - 1) * shape.strideRows + (shape.kernelRows - 1) * shape.dilationRows + 1;
    int64_t numUnread = op.getInputType().getDimSize(1) - numRead;
    shape.zeroRowsTop = zeroRows[0];
    shape.zeroRowsBottom = std::max<int64_t>(zeroRows[1] - numUnread, 0);
  }
  return success();
}

static LogicalResult setGrid(ContractOp op, ContractionShape &shape) {
  ArrayRef<int64_t> result = op.getInitType().getShape();
  shape.batch = llvm::product_of(result.drop_back(2));
  shape.cols = result[result.size() - 2];
  shape.outputChannels = result.back();
  shape.inputChannels = op.getInputType().getShape().back();
  return success();
}

template <typename ContractionOp>
static FailureOr<ContractionShape> getShape(ContractionOp op) {
  if (!op.getInputType().hasStaticShape() || !op.getInitType().hasStaticShape())
    return op.emitOpError() << "expected static shapes, got " << op.getInputType() << " and " << op.getInitType();
  ContractionShape shape;
  if (failed(setArithmetic(op, shape)) || failed(setGrid(op, shape)))
    return failure();
  if (shape.codes && failed(verifyCodes(cast<ContractionOpInterface>(*op), shape)))
    return failure();
  return shape;
}

FailureOr<ContractionShape> x86::getContractionShape(Operation *op) {
  if (auto conv = dyn_cast<ConvOp>(op))
    return getShape(conv);
  return getShape(cast<ContractOp>(op));
}
