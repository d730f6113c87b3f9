//===- ContractionShape.h - a contraction as the x86 kernels see it ---------------------------------===//
//
// nibble.conv and nibble.contract in one form: a grid of result pixels (batch x rows x columns), each of them a vector of
// channels, and a reduction over kernel rows, kernel columns and input channels. A matrix product is a grid of one row.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_CONTRACTIONSHAPE_H
#define NIBBLE_LIB_TARGET_X86_CONTRACTIONSHAPE_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include <cstdint>

namespace nibble::x86 {

/// How products are formed and summed.
enum class Arithmetic {
  /// Bytes times signed bytes, summed in i32. The activation is multiplied as an unsigned byte.
  Int8,
  /// f32 times f32, summed in f32 in any order.
  Float32,
};

/// What the tiling, the filter layout and the kernels need to know of an op, from its logical shapes alone: the same for
/// the op on tensors and on buffers.
struct ContractionShape {
  Arithmetic arithmetic = Arithmetic::Int8;
  /// Integer activations with a sign are read with the sign bit flipped, as value + 128.
  bool isInputSigned = false;
  int64_t batch = 1, rows = 1, cols = 1;
  int64_t groups = 1;
  /// Output and input channels of one group.
  int64_t outputChannels = 1, inputChannels = 1;
  int64_t kernelRows = 1, kernelCols = 1;
  int64_t strideRows = 1, strideCols = 1;
  int64_t dilationRows = 1, dilationCols = 1;
  /// Of the rows of the input that are read, those at the top and at the bottom that hold zeros (docs/Architecture.md, "After
  /// lower").
  int64_t zeroRowsTop = 0, zeroRowsBottom = 0;

  /// Bytes of an element of input and filter.
  int64_t getElementSize() const { return arithmetic == Arithmetic::Int8 ? 1 : 4; }
  /// A dot step consumes four bytes of each pixel.
  int64_t getElementsPerStep() const { return 4 / getElementSize(); }
  /// Whether the elements under one kernel row lie next to each other in an NHWC input, so that they are one run.
  bool isRowOneRun() const { return kernelCols == 1 || (dilationCols == 1 && groups == 1); }
  /// The reduction is `numRuns` runs of `runLength` consecutive elements, each rounded up to whole steps.
  int64_t getRunCols() const { return isRowOneRun() ? 1 : kernelCols; }
  int64_t getNumRuns() const { return kernelRows * getRunCols(); }
  int64_t getRunLength() const { return inputChannels * (isRowOneRun() ? kernelCols : 1); }
  int64_t getStepsPerRun() const { return llvm::divideCeil(getRunLength(), getElementsPerStep()); }
  int64_t getNumSteps() const { return getNumRuns() * getStepsPerRun(); }
  /// The same contraction with fewer kernel rows.
  ContractionShape withKernelRows(int64_t numRows) const {
    ContractionShape part = *this;
    part.kernelRows = numRows;
    return part;
  }
  bool isDepthwise() const { return groups > 1 && inputChannels == 1 && outputChannels == 1; }
};

/// The shape of a nibble.conv or nibble.contract; an op that the target has no kernel for yet is reported.
mlir::FailureOr<ContractionShape> getContractionShape(mlir::Operation *op);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_CONTRACTIONSHAPE_H
