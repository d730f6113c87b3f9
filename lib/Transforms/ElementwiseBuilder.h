//===- ElementwiseBuilder.h - ops on numbers of a scheme as elementwise ops -------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_ELEMENTWISEBUILDER_H
#define NIBBLE_LIB_TRANSFORMS_ELEMENTWISEBUILDER_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/IR/PatternMatch.h"

namespace nibble {

/// Builds one linalg.generic over the elements of an op's result and the parameters of their blocks.
class ElementwiseBuilder {
public:
  ElementwiseBuilder(mlir::PatternRewriter &rewriter, mlir::Operation *op);

  /// Adds a tensor of the result's shape, which is to come first. Without one the result's shape is static.
  void addElements(mlir::Value elements);
  /// Adds a tensor of parameters of a level of scales; null stays null. A constant that is the same for all blocks needs no
  /// operand.
  void addParam(mlir::Value param, SchemeAttr scheme, unsigned level = 0);

  /// Replaces the op. `body` gets the element, null without elements, and the parameters in the order in which they were added.
  using Body = llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::Value element,
                                              llvm::ArrayRef<mlir::Value> params)>;
  void replace(Body body);

private:
  void addInput(mlir::Value value, mlir::AffineMap map);

  mlir::PatternRewriter &rewriter;
  mlir::Operation *op;
  mlir::RankedTensorType type;
  bool hasElements = false;
  llvm::SmallVector<mlir::Value> inputs, params;
  llvm::SmallVector<bool> isOperand;
  llvm::SmallVector<mlir::AffineMap> maps;
};

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_ELEMENTWISEBUILDER_H
