//===- InputFlipper.cpp - signed activations as the dot product wants them --------------------------===//

#include "InputFlipper.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace nibble::x86;

// Bytes that are copied at once, and that may be read past the end of a buffer.
static constexpr int64_t chunkSize = 64;
// A thread's stack has megabytes; the copy should stay in the caches.
static constexpr int64_t maxBufferSizeInBytes = 160 << 10;

/// Pixels lie a line further apart than they need, so that those of a power of two do not share a set of the cache.
static int64_t getPitch(const ContractionShape &shape) {
  return llvm::alignTo(shape.getRunLength(), chunkSize) + chunkSize;
}

bool InputFlipper::isUseful(const ContractionShape &shape, const RegisterTile &tile) {
  constexpr int64_t minRunLength = 2 * chunkSize, minVectors = 2;
  return shape.isInputSigned && shape.groups == 1 && shape.getNumRuns() == 1 && shape.getRunLength() >= minRunLength &&
         tile.vectors >= minVectors && tile.getNumPixels() * getPitch(shape) <= maxBufferSizeInBytes;
}

InputFlipper::InputFlipper(OpBuilder &builder, Operation *op, const ContractionShape &shape)
    : builder(builder), loc(op->getLoc()), pixelSize(shape.getRunLength()), pitch(getPitch(shape)) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&op->getParentOfType<FunctionOpInterface>().getFunctionBody().front());
  buffer = memref::AllocaOp::create(builder, loc, MemRefType::get({std::min(maxTilePixels * pitch, maxBufferSizeInBytes)}, builder.getI8Type()),
                                    builder.getI64IntegerAttr(chunkSize));
}

KernelGrid InputFlipper::emit(const KernelGrid &grid, const RegisterTile &tile, Value position) {
  auto constant = [&](int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); };
  auto loop = scf::ForOp::create(builder, loc, constant(0), constant(pixelSize), constant(chunkSize));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  auto type = VectorType::get({chunkSize}, builder.getI8Type());
  Value signBits = arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, APInt(8, 0x80)));
  Value from = add(builder, loc, position, loop.getInductionVar());
  for (int64_t pixel = 0; pixel < tile.getNumPixels(); ++pixel) {
    const PixelStrides &strides = grid.input.strides;
    int64_t offset = pixel / tile.cols * strides.row + pixel % tile.cols * strides.col;
    Value codes = loadVector(builder, loc, grid.input.flat, addConstant(builder, loc, from, offset), chunkSize);
    Value flipped = arith::XOrIOp::create(builder, loc, codes, signBits);
    storeVector(builder, loc, flipped, buffer, addConstant(builder, loc, loop.getInductionVar(), pixel * pitch), chunkSize);
  }
  KernelGrid copy = grid;
  copy.input = {buffer, {0, tile.cols * pitch, pitch}};
  return copy;
}
