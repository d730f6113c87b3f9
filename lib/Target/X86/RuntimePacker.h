//===- RuntimePacker.h - filters that are computed at run time ----------------------------------------===//
//
// A matrix product of two activations (attention) has its filter in memory order. The kernel copies one panel of it at a time
// to the stack, in the order of FilterLayout.h, and uses it for all pixels. Rows of floats that are not transposed are
// vectors already and are read in place.
//
// With zero points, in codes x and w as they are multiplied (u8 and s8):
//
//   sum (x - X) (w - W) = sum x w - X sum w - W sum x + K X W
//
// The sums of w are made while packing and are part of what the sums start as; those of x need a vector of ones in the panel.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_RUNTIMEPACKER_H
#define NIBBLE_LIB_TARGET_X86_RUNTIMEPACKER_H

#include "RegisterTileEmitter.h"

namespace nibble::x86 {

class RuntimePacker {
public:
  /// Whether the filter of an op without packed filter cannot be read in place.
  static bool isNeeded(mlir::Operation *op, const ContractionShape &shape);
  /// Whether a panel fits the stack; reported otherwise.
  static mlir::LogicalResult verify(ContractOp op, const ContractionShape &shape, const CpuFacts &facts);
  /// The largest number of vectors up to `vectors` whose panel fits the stack.
  static int64_t limitVectors(ContractOp op, const ContractionShape &shape, const CpuFacts &facts, int64_t vectors);

  RuntimePacker(mlir::OpBuilder &builder, ContractOp op, const ContractionShape &shape, const CpuFacts &facts,
                int64_t maxVectors);

  /// Vectors of a panel besides those of its channels.
  int64_t getNumExtraVectors() const { return filterZero ? 1 : 0; }
  /// Elements between neighbouring channels of the filter.
  int64_t getChannelStride(const KernelGrid &grid) { return op.getTransposeFilter() ? grid.filterRowStride : 1; }

  /// Packs the panel that starts at `position` of the filter; returns the panel to use instead of `panel`.
  FilterPanel emit(FilterPanel panel, mlir::Value position, const KernelGrid &grid);

private:
  using Values = llvm::SmallVector<mlir::Value>;

  int64_t getStepSize(int64_t vectors) const { return vectors * numLanes * shape.getElementsPerStep(); }
  mlir::Value splat(uint32_t word);
  /// Packs one step, of which `numValid` elements are inside the filter; adds them to `sums`.
  void emitStep(const FilterPanel &panel, mlir::Value position, mlir::Value step, int64_t numValid,
                const KernelGrid &grid, Values &sums);
  mlir::Value loadStep(mlir::Value position, int64_t vector, int64_t numChannels, int64_t numValid,
                       const KernelGrid &grid);
  mlir::Value loadTransposed(mlir::Value position, int64_t vector, int64_t numChannels, const KernelGrid &grid);
  mlir::Value loadRows(mlir::Value position, int64_t vector, int64_t numValid, const KernelGrid &grid);
  void emitInit(const FilterPanel &panel, llvm::ArrayRef<mlir::Value> sums);

  mlir::OpBuilder &builder;
  ContractOp op;
  mlir::Location loc;
  const ContractionShape &shape;
  int64_t numLanes;
  DotStep dotStep;
  /// Unsigned codes are made signed by flipping the sign bit.
  bool isFilterFlipped = false;
  /// On the stack: the panel, and what the sums of its channels start as.
  mlir::Value panelBuffer, initBuffer;
  /// What stands for zero in the operands as they are multiplied; null for 0.
  mlir::Value inputZero, filterZero;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_RUNTIMEPACKER_H
