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

/// A filter whose codes become numbers in registers.
struct FilterCodes {
  SchemeAttr scheme;
  unsigned numBits = 8;
  /// Whether sums are f32: of the numbers of the codes, or of sums of integers that each have a scale. Else they are i32.
  bool isScaled = false;
  /// Elements of a row that share parameters, 0 for all of them.
  int64_t blockSize = 0;
  /// How the scales of a block are packed: f32, f16, bf16 or f8E8M0FNU. Two levels are multiplied before, unless a declaration takes both.
  llvm::SmallVector<mlir::Type, 2> scaleTypes;
  /// Whether blocks have zero points of their own, or minima.
  bool hasZeroPoints = false, hasMinima = false;
  /// Codes are packed as numbers from 0 on: what the least code is, and which number stands for 0 unless blocks have their own.
  int64_t minCode = 0, zero = 0;
  /// What is read for an input of 0 where integers are summed in blocks; else the bias has it.
  int64_t storedZero = 0;
  /// `decode` of the declaration that says what codes mean; null when the codec does.
  mlir::Region *decode = nullptr;
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
  /// Nothing when the elements of the filter are multiplied as they are.
  std::optional<FilterCodes> codes;

  /// Whether integers are summed for each block of the filter, and these sums scaled and added as floats.
  bool hasIntegerBlocks() const { return codes && codes->isScaled && arithmetic == Arithmetic::Int8; }
  bool isFloatSum() const { return arithmetic == Arithmetic::Float32 || hasIntegerBlocks(); }

  /// Bytes of an element of the input, and of the filter when it has no codes.
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
