//===- ContractionShape.cpp - a contraction as the x86 kernels see it -------------------------------===//

#include "ContractionShape.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

/// Fills in the arithmetic from element types and schemes.
template <typename ContractionOp>
static LogicalResult setArithmetic(ContractionOp op, ContractionShape &shape) {
  Type input = op.getInputType().getElementType(), filter = cast<ShapedType>(op.getFilter().getType()).getElementType();
  Type accumulator = op.getAccumulatorType();
  if (input.isF32() && filter.isF32() && accumulator.isF32()) {
    shape.arithmetic = Arithmetic::Float32;
    return success();
  }
  SchemeAttr inputScheme = op.getInputSchemeAttr(), filterScheme = op.getFilterSchemeAttr();
  bool areCodes = inputScheme && filterScheme && inputScheme.getNumBits() == 8 && filterScheme.getNumBits() == 8;
  if (!areCodes || !accumulator.isInteger(32))
    return op.emitOpError() << "is not lowered for x86 yet: expected f32 or codes of 8 bits with schemes and an i32 sum, got "
                            << input << " times " << filter << " summed in " << accumulator;
  shape.arithmetic = Arithmetic::Int8;
  shape.isInputSigned = inputScheme.isSigned();
  return success();
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
  return shape;
}

FailureOr<ContractionShape> x86::getContractionShape(Operation *op) {
  if (auto conv = dyn_cast<ConvOp>(op))
    return getShape(conv);
  return getShape(cast<ContractOp>(op));
}
