//===- LoopNest.h - runs a scalar program over a space of iterations -------------------------------===//
//
// What linalg ops, elementwise ops on tensors, tensor.generate and padding regions have in common: loops, operands
// whose elements are found by affine maps of the loop counters, and a program for one iteration. One parallel loop
// becomes the lanes of the program; the others run in order, so that each element of a result is reduced in the order
// of the loops.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_REFERENCE_LOOPNEST_H
#define NIBBLE_LIB_REFERENCE_LOOPNEST_H

#include "ScalarProgram.h"
#include "mlir/IR/AffineMap.h"

namespace nibble::reference {

struct LoopNest {
  struct Operand {
    View view;
    /// From loop counters to an element of the view; no symbols.
    mlir::AffineMap map;
    /// Where the element goes before the program runs, and what is written to it afterwards.
    std::optional<ScalarProgram::Port> read, written;
  };

  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<bool> isParallel;
  llvm::SmallVector<Operand> operands;

  /// Runs the program once for each iteration. Emits errors at `op`, also when an operand is accessed out of bounds.
  mlir::LogicalResult execute(mlir::Operation *op, const ScalarProgram &program, ScalarMachine &machine) const;
};

} // namespace nibble::reference

#endif // NIBBLE_LIB_REFERENCE_LOOPNEST_H
