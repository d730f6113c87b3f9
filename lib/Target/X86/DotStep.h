//===- DotStep.h - one step of the reduction --------------------------------------------------------===//
//
// acc[lane] += sum over the four bytes of a step of pixel[byte] * filter[lane][byte]; with f32, one product a step. The pixel
// is the same in all lanes.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_DOTSTEP_H
#define NIBBLE_LIB_TARGET_X86_DOTSTEP_H

#include "ContractionShape.h"
#include "Facts.h"
#include "mlir/IR/Builders.h"

namespace nibble::x86 {

/// Emits the steps of one contraction on one level.
class DotStep {
public:
  /// An operand as the dot product takes it: one value, or the even and the odd bytes.
  using Operand = llvm::SmallVector<mlir::Value, 2>;

  /// Steps on vectors of `numLanes` lanes: a register, or a half or a quarter of one.
  DotStep(mlir::OpBuilder &builder, mlir::Location loc, const ContractionShape &shape, const CpuFacts &facts,
          int64_t numLanes)
      : builder(builder), loc(loc), shape(shape), level(getLevel(facts)), numLanes(numLanes) {}

  /// The four bytes of one pixel at an index of a flat buffer.
  Operand loadPixel(mlir::Value flat, mlir::Value index);
  /// Four bytes of pixels for each lane, as vector of i32; for codes only.
  Operand makePixel(mlir::Value words);
  /// A pixel of four equal bytes, as it is multiplied: it makes a dot product that many times the sum of the filter.
  Operand makeUniformPixel(uint8_t byte);
  /// The step of one vector of channels at an index of the flat packed filter.
  Operand loadFilter(mlir::Value flat, mlir::Value index);
  /// The step of one vector of channels from its elements.
  Operand makeFilter(mlir::Value elements);
  /// acc + pixel . filter
  mlir::Value dot(mlir::Value acc, const Operand &pixel, const Operand &filter);

  /// The type that `dot` adds to.
  mlir::VectorType getAccumulatorType();

private:
  Operand toOperand(mlir::Value words);
  Operand splitPixel(mlir::Value words);
  Operand splitFilter(mlir::Value bytes);
  mlir::Value splat(mlir::VectorType type, int64_t value);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  const ContractionShape &shape;
  Level level;
  int64_t numLanes;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_DOTSTEP_H
