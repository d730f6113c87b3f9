//===- ConstantElements.h - the numbers in constants ------------------------------------------------===//

#ifndef NIBBLE_SUPPORT_CONSTANTELEMENTS_H
#define NIBBLE_SUPPORT_CONSTANTELEMENTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"
#include <optional>

namespace nibble {

/// The elements of a constant tensor, those of a resource copied; null when `value` is not one, or its resource is not there.
mlir::DenseElementsAttr getDenseElements(mlir::Value value);

/// The elements of a constant f32 tensor (dense or resource), splats written out; nothing when `value` is not one.
std::optional<llvm::SmallVector<float>> getConstantFloats(mlir::Value value);

/// The elements of a constant tensor of i8, splats written out; nothing when `value` is not one.
std::optional<llvm::SmallVector<int8_t>> getConstantBytes(mlir::Value value);

/// A constant of bytes: a resource called `name` (made unique) when it is too large for text, dense otherwise.
mlir::TypedAttr createByteElements(mlir::RankedTensorType type, llvm::ArrayRef<int8_t> bytes, llvm::StringRef name);

} // namespace nibble

#endif // NIBBLE_SUPPORT_CONSTANTELEMENTS_H
