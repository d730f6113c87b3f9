//===- RowCodes.h - codes whose scales are chosen at run time -----------------------------------------===//

#ifndef NIBBLE_LIB_TRANSFORMS_ROWCODES_H
#define NIBBLE_LIB_TRANSFORMS_ROWCODES_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"

namespace nibble {

/// Puts nibble.choose_params, nibble.quantize and nibble.dequantize behind values. What is only moved is encoded where it comes from, as long as a
/// block is a row of one dimension there: moves are of bytes then.
class RowQuantizer {
public:
  explicit RowQuantizer(mlir::MLIRContext *context) : builder(context) {}

  /// `value`, a tensor of static shape, dequantized from codes of `scheme`, integers of 8 bits without zero points, whose scales are chosen
  /// from its own elements. The same value and scheme have the same codes.
  mlir::Value getDequantized(mlir::Value value, SchemeAttr scheme);

private:
  struct Codes {
    mlir::Value codes, scales;
  };
  using Key = std::pair<mlir::Value, SchemeAttr>;
  Codes encode(mlir::Value value, SchemeAttr scheme);
  Codes move(mlir::Operation *op, const Codes &source, SchemeAttr scheme);

  mlir::OpBuilder builder;
  llvm::DenseMap<Key, Codes> encoded;
  llvm::DenseMap<Key, mlir::Value> dequantized;
};

} // namespace nibble

#endif // NIBBLE_LIB_TRANSFORMS_ROWCODES_H
