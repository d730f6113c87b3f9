//===- WeightProducts.h - what a module does with a weight ------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_WEIGHTS_WEIGHTPRODUCTS_H
#define NIBBLE_LIB_IMPORT_WEIGHTS_WEIGHTPRODUCTS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace nibble {

/// A matrix product whose right side is a weight, transposed perhaps or in another float type.
struct WeightProduct {
  mlir::linalg::LinalgOp op;
  /// The loops over what is summed and over the outputs.
  unsigned reducedLoop, outputLoop;
  /// The dimension of the weight that is summed: 1 for [outputs, inputs].
  int64_t reducedDim;

  mlir::Value getInput() { return op->getOperand(0); }
  /// The dimension of the input that is summed.
  int64_t getInputDim();
};

/// The products with a matrix, when nothing else is done with it; nothing otherwise.
std::optional<llvm::SmallVector<WeightProduct>> findProducts(mlir::Value weight);

/// The dimension that all products of a matrix sum over; nothing when something else is done with it.
std::optional<int64_t> findReducedDim(mlir::Value weight);

/// The constants and dequantized constants of floats in the main function of a module that have a name, in their order.
llvm::SmallVector<mlir::Operation *> findNamedWeights(mlir::Operation *module);

} // namespace nibble

#endif // NIBBLE_LIB_IMPORT_WEIGHTS_WEIGHTPRODUCTS_H
