//===- GroupedMatrix.h - integer codes in groups of inputs, as GPTQ and AWQ have them ---------------------===//
//
// A matrix of outputs and inputs, whose codes and zero points become rows of one output each:
//
//     value(output, input) = scale(output, group) * (code(output, input) - zero(output, group))
//
// Codes are u<bits>, low first along the inputs; scales keep their type; zero points are i32.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_CHECKPOINT_GROUPEDMATRIX_H
#define NIBBLE_LIB_IMPORT_CHECKPOINT_GROUPEDMATRIX_H

#include "CheckpointReader.h"

namespace nibble::checkpoint {

struct GroupedMatrix {
  int64_t numOutputs, numInputs, numGroups, groupSize;
  unsigned numBits;

  /// u<bits> in groups, with integer zero points.
  SchemeAttr getScheme(mlir::Type scaleType) const;
  llvm::SmallVector<int64_t, 4> getShape() const { return {numOutputs, numInputs}; }

  /// Bytes for all codes.
  reference::Tensor createCodes(SchemeAttr scheme) const;
  /// Codes by output and input, in the order `columns` of the inputs where that is not their own.
  reference::Tensor packCodes(SchemeAttr scheme, llvm::ArrayRef<int64_t> columns,
                              llvm::function_ref<uint32_t(int64_t, int64_t)> getCode) const;
  /// Zero points by output and group.
  reference::Tensor makeZeroPoints(mlir::MLIRContext *context,
                                   llvm::function_ref<uint32_t(int64_t, int64_t)> getZero) const;
};

/// The inputs that share a scale, from the settings or from the extents; nothing, and a problem of `tensor`, where the
/// number of groups is not that of the inputs.
std::optional<int64_t> findGroupSize(CheckpointReader &reader, const StoredTensor &tensor, int64_t numInputs,
                                     int64_t numGroups);

/// The inputs in the order of their groups, all of which but the last are full; empty where that is their own order.
llvm::Expected<llvm::SmallVector<int64_t>> orderByGroup(llvm::ArrayRef<int32_t> groups, int64_t groupSize);

} // namespace nibble::checkpoint

#endif // NIBBLE_LIB_IMPORT_CHECKPOINT_GROUPEDMATRIX_H
